"""Orders in, the value models and marts out, in a DuckDB of a test's own: every model as dbt would run it, in order.

A build by dbt takes half a minute; a test of bad input asks for many small worlds.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from types import ModuleType
from typing import Any

import duckdb
import pandas as pd

from tests.dbt_project.rendering import file_of, render

_VALUE, _CUSTOMERS = "int_value__", "int_customers__"
VALUE = (
    "int_orders__valued",
    f"{_CUSTOMERS}monthly_orders",
    f"{_CUSTOMERS}monthly_contracts",
    f"{_CUSTOMERS}months",
    f"{_CUSTOMERS}tiers",
    "fct_customer_months",
    *(
        f"{_VALUE}{name}"
        for name in (
            "windows",
            "purchase_days",
            "histories",
            "history_counts",
            "spend_counts",
            "contract_terms",
            "fits",
            "scores",
            "forecasts",
            "back_tests",
            "model_choice",
            "contract_scores",
            "customer_forecasts",
            "draw_inputs",
            "intervals",
        )
    ),
    "int_survival__durations",
    "int_survival__curves",
    "dim_customers",
    "fct_value_intervals",
    "fct_value_models",
    "fct_survival_curves",
    "fct_revenue_concentration",
)
PROFILE = (
    f"{_CUSTOMERS}profile_counts",
    f"{_CUSTOMERS}profile_tests",
    f"{_CUSTOMERS}profile_index",
    "fct_profile_index",
)
INPUTS = """
create table stg_config__settings (
    timezone varchar, active_days integer, top_tier double, value_unit varchar, horizon_months integer,
    calibration_end date, holdout_end date
);
insert into stg_config__settings values ('UTC', 365, 0.2, 'week', 12, null, null);
create table stg_config__sources (data_source varchar, counts_revenue boolean);
insert into stg_config__sources values ('shop', true);
create table int_company__as_of (as_of_on date, as_of_ends_at timestamp);
create table int_identity__identifiers (identifier_key bigint, person_id bigint, is_guarded boolean);
create table int_accounts__actors (person_id bigint, account_key bigint, acts_from timestamp, acts_to timestamp);
create table int_customers__units (person_id bigint, counts_from timestamp, is_shared boolean);
create table stg_crm__orders (
    order_key bigint, order_id varchar, id_namespace varchar, identifier_key bigint, data_source varchar, kind varchar,
    utm_source varchar, utm_medium varchar, campaign varchar, currency varchar, amount decimal(18, 2),
    amount_reporting decimal(18, 2), cost_reporting decimal(18, 2), quantity decimal(18, 4), occurred_at timestamp,
    is_day_only boolean,    source_file varchar, source_line bigint
);
create table int_contracts__valued (
    contract_key bigint, person_id bigint, plan varchar, started_on date, last_on date, is_running boolean,
    is_without_person boolean,
    amount_per_month_reporting decimal(18, 2), is_after_as_of boolean
);
create table dim_people (
    person_id bigint, segment varchar, country varchar, region varchar, language varchar, age_band varchar,
    motivation varchar, first_channel varchar
);
"""

# Person, kind, moment, amount, and what it cost.
Order = tuple[int, str, datetime, float, float | None]


class _Dbt:
    """dbt's argument to a Python model, as far as these use it."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database

    def config(self, **_: Any) -> None: ...

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self._database.table(name)


def value_world(orders: Sequence[Order], *, as_of: date) -> duckdb.DuckDBPyConnection:
    """A database with every value model built from these orders."""
    database = duckdb.connect()
    database.execute(INPUTS)
    database.execute("insert into int_company__as_of values (?, ?::date + interval 1 day)", [as_of, as_of])
    if orders:
        frame = pd.DataFrame(orders, columns=["person", "kind", "at", "amount", "cost"]).astype({"cost": "float64"})
        database.register("given", frame.reset_index(names="line"))
        database.execute(
            """insert into stg_crm__orders by name select
                line as order_key, line::varchar as order_id, 'shop' as id_namespace, person as identifier_key,
                'shop' as data_source, kind, 'EUR' as currency, amount, amount as amount_reporting,
                case when not isnan(cost) then cost end as cost_reporting, "at" as occurred_at,
                'orders.csv' as source_file, line as source_line
            from given"""
        )
    database.execute(
        """insert into int_identity__identifiers
            select distinct identifier_key, identifier_key, false from stg_crm__orders;
        insert into int_customers__units
            select identifier_key, min(occurred_at), false from stg_crm__orders group by all;
        insert into dim_people (person_id, segment) select person_id, 'all of them' from int_identity__identifiers"""
    )
    build(database, VALUE)
    return database


def build(database: duckdb.DuckDBPyConnection, models: Sequence[str]) -> None:
    """Make a table of every model, replacing the one of an earlier build."""
    for model in models:
        if file_of(model).suffix == ".sql":
            database.execute(f"create or replace table {model} as {_sql(model)}")
        else:
            found = _python_model(model).model(_Dbt(database), None)
            database.register("found", found)
            database.execute(f"create or replace table {model} as select * from found")
            database.unregister("found")


def rows(database: duckdb.DuckDBPyConnection, query: str) -> list[Mapping[str, Any]]:
    cursor = database.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@cache
def _sql(model: str) -> str:
    return render(model)


@cache
def _python_model(model: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(model, file_of(model))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

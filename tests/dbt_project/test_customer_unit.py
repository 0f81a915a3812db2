"""A small company whose customers are accounts: every number of customers counts them, and people stay people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.dbt_project.identity.building import build, load
from tests.dbt_project.identity.scoring import identifier_key
from tests.increment.closed import Key, built
from workspace.paths import WorkspacePaths

SECRET = bytes(range(32))
# How large the parts of all keys are that are built again by themselves.
DRAWN = (0.3,) * 12
CONFIGURATION = """\
company: Northwind
timezone: UTC
currency: EUR
as_of: 2026-05-31
customer_unit: {unit}
customers: {{active_days: 120}}
value: {{top_tier: 0.5}}
sources:
  - {{name: orders, kind: crm, vendor: csv, entity: orders, id_namespace: shop, path: inbox/orders.csv}}
  - {{name: contacts, kind: crm, vendor: csv, entity: contacts, id_namespace: shop, path: inbox/contacts.csv}}
  - {{name: contracts, kind: crm, vendor: csv, entity: contracts, id_namespace: shop, path: inbox/contracts.csv}}
  - {{name: accounts, kind: crm, vendor: csv, entity: accounts, id_namespace: shop, path: inbox/accounts.csv}}
"""
MAPPINGS = {
    "touchpoint_types": "data_source,event,role,occurrence,touchpoint,stage,corner,interaction\n"
    ",order,purchase,first,First order,purchase,commerce,\n,order,purchase,repeat,Order,loyalty,commerce,\n",
    "channels": "data_source,utm_source,utm_medium,channel,presence,method\n,,,Direct,online,web\n",
    "attributes": "data_source,column,attribute,kind,bands,dimension\n"
    "accounts,industry,industry,firmographic,,segment\n",
}
# Ann and Ben work at A; Cleo went from A to B in March, Eve left B then; Dan buys for himself, Fay bought nothing.
CONTACTS = (
    ("customer_id", "account_id", "created_at", "updated_at"),
    ("ann", "A", "2026-01-01", "2026-01-01"),
    ("ben", "A", "2026-01-20", "2026-01-20"),
    ("cleo", "A", "2026-01-01", "2026-01-01"),
    ("cleo", "B", "2026-01-01", "2026-03-01"),
    ("dan", "", "2026-01-01", "2026-01-01"),
    ("eve", "B", "2026-01-01", "2026-01-01"),
    ("eve", "", "2026-01-01", "2026-03-01"),
    ("fay", "C", "2026-01-01", "2026-01-01"),
)
ORDERS = (
    ("customer_id", "occurred_at", "amount", "order_id"),
    # Before the CRM knew Ben: it led to A all the same.
    ("ben", "2026-01-10", "50", "1"),
    ("ann", "2026-02-10", "100", "2"),
    ("cleo", "2026-02-15", "30", "3"),
    ("cleo", "2026-04-15", "70", "4"),
    ("dan", "2026-02-20", "500", "5"),
    ("eve", "2026-02-01", "10", "6"),
    ("eve", "2026-04-10", "20", "7"),
)
CONTRACTS = (("customer_id", "started_at", "amount_per_month", "plan"), ("ben", "2026-05-01", "9", "basic"))
ACCOUNTS = (("account_id", "name", "industry"), ("A", "Alpha", "Food"), ("B", "Beta", "Steel"), ("C", "Gamma", "Food"))


def key(kind: str, value: str) -> int:
    return identifier_key(SECRET, kind, "shop", value)


A, B = key("account", "A"), key("account", "B")
ANN, BEN, CLEO, DAN, EVE = (key("customer", name) for name in ("ann", "ben", "cleo", "dan", "eve"))


def table(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def build_company(folder: Path, unit: str) -> duckdb.DuckDBPyConnection:
    files = {"cx.yml": CONFIGURATION.format(unit=unit)}
    files |= {f"mappings/{name}.csv": text for name, text in MAPPINGS.items()}
    exports = {"contacts": CONTACTS, "orders": ORDERS, "contracts": CONTRACTS, "accounts": ACCOUNTS}
    files |= {f"inbox/{name}.csv": table(rows) for name, rows in exports.items()}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    load(folder, secret=SECRET)
    raw = build(folder, target=folder / ".dbt", models=("+dim_accounts", "+fct_growth_credits", "fct_orders"))
    return duckdb.connect(str(raw.with_name("cx.duckdb")), read_only=True)


@pytest.fixture(scope="module")
def account_company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("accounts")


@pytest.fixture(scope="module")
def accounts(account_company: Path) -> duckdb.DuckDBPyConnection:
    return build_company(account_company, "account")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return build_company(tmp_path_factory.mktemp("people"), "person")


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> set[tuple[Any, ...]]:
    return set(connection.execute(query).fetchall())


@pytest.mark.slow
def test_orders_revenue_tier_and_value_belong_to_accounts(accounts: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        accounts,
        "select person_id, orders, revenue::int, value_tier, is_active, has_contract, rfm_segment is not null, "
        "predicted_value_12m is not null from marts.dim_customers",
    )
    assert found == {
        (A, 3, 180, "top", True, True, True, True),
        (B, 2, 80, "other", True, False, True, True),
        (DAN, 1, 500, "top", True, False, True, True),
        (EVE, 1, 20, "other", True, False, True, True),
    }


@pytest.mark.slow
def test_with_person_as_unit_people_are_counted(people: duckdb.DuckDBPyConnection) -> None:
    found = rows(people, "select person_id, orders, revenue::int, value_tier from marts.dim_customers")
    assert found == {
        (ANN, 1, 100, "top"),
        (BEN, 1, 50, "other"),
        (CLEO, 2, 100, "top"),
        (DAN, 1, 500, "top"),
        (EVE, 2, 30, "other"),
    }
    assert rows(people, "select count(*) from marts.dim_people where is_account") == {(0,)}


@pytest.mark.slow
def test_an_account_is_acquired_once_by_its_first_buyer(accounts: duckdb.DuckDBPyConnection) -> None:
    acquired = "select person_id, month(month_on) from marts.fct_customer_months where acquired = 1"
    assert rows(accounts, acquired) == {(A, 1), (B, 2), (DAN, 2), (EVE, 4)}
    active = "select count(*) from marts.fct_customer_months where is_active_end and month_on = date '2026-02-01'"
    assert rows(accounts, active) == {(3,)}
    first = "select person_id, day(occurred_on) from marts.fct_orders where is_first_order"
    assert rows(accounts, first) == {(A, 10), (B, 1), (DAN, 20), (EVE, 10)}


@pytest.mark.slow
def test_a_person_acting_for_an_account_is_not_a_customer(
    accounts: duckdb.DuckDBPyConnection,
) -> None:
    assert rows(accounts, "select count(*) from marts.dim_people where not is_account") == {(6,)}
    assert rows(accounts, "select count(*) from marts.dim_people where is_account") == {(3,)}
    months = {person for (person,) in rows(accounts, "select person_id from marts.fct_customer_months")}
    assert not months & {ANN, BEN, CLEO}
    since = "select min(month_on)::varchar from marts.fct_customer_months where person_id = "
    assert rows(accounts, f"{since} {EVE}") == {("2026-03-01",)}
    types = dict(rows(accounts, "select person_id, person_type from marts.dim_people"))
    assert [types[one] for one in (ANN, CLEO, key("customer", "fay"))] == ["customer", "customer", "prospect"]


@pytest.mark.slow
def test_an_account_has_its_exported_attributes_and_own_revenue(accounts: duckdb.DuckDBPyConnection) -> None:
    found = rows(accounts, "select person_id, segment from marts.dim_people where is_account")
    assert found == {(A, "Food"), (B, "Steel"), (key("account", "C"), "Food")}
    found = rows(accounts, "select account_id, has_customer, revenue_of_members::int from marts.dim_accounts")
    assert found == {(A, True, 180), (B, True, 80), (key("account", "C"), False, 0)}


@pytest.mark.slow
def test_growth_credits_sum_to_acquired_accounts(accounts: duckdb.DuckDBPyConnection) -> None:
    acquired = "select round(sum(credit), 6) from marts.fct_growth_credits where movement = 'acquired'"
    assert rows(accounts, acquired) == {(4.0,)}


@pytest.mark.slow
@pytest.mark.usefixtures("accounts")
def test_models_that_are_built_for_some_keys_are_closed_where_a_member_acts_for_an_account(
    account_company: Path,
) -> None:
    with built(WorkspacePaths(account_company), account_company / ".dbt") as company:
        assert company.has_table("fct_customer_months")
        # There are six people and three accounts: in some of many drawn parts, one is without the other.
        assert company.all_not_closed(shares=DRAWN) == {}
        # What a person did is the account's: the person alone does not give its row.
        assert company.not_closed("int_orders__valued", Key("person_id", "person_id"), shares=DRAWN)

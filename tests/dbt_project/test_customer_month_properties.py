"""Customer months against plain Python that looks at every order and contract again for every month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dbt_project.rendering import render

START = date(2024, 1, 1)
TOP_TIER = Decimal("0.2")
MODELS = (
    "int_customers__monthly_orders",
    "int_customers__monthly_contracts",
    "int_customers__months",
    "int_customers__tiers",
    "fct_customer_months",
)


TABLES = (
    "stg_config__settings",
    "int_company__as_of",
    "int_customers__units",
    "int_orders__valued",
    "int_contracts__valued",
)


@dataclass(frozen=True)
class Order:
    """A sale or a refund: who, on which day, how much it adds to revenue."""

    person: int
    on: date
    kind: str
    revenue: Decimal


@dataclass(frozen=True)
class Contract:
    """A contract: who, its first day, and its last one where that is known."""

    person: int
    first_on: date
    last_on: date | None

    def runs_on(self, day: date) -> bool:
        return self.first_on <= day and (self.last_on is None or day <= self.last_on)


@dataclass(frozen=True)
class World:
    """A small company: its orders and contracts, the day it is seen on, how long a sale keeps a customer active."""

    orders: list[Order]
    contracts: list[Contract]
    as_of: date
    active_days: int

    def purchases(self, person: int, until: date) -> list[date]:
        sales = [one.on for one in self.orders if (one.person, one.kind) == (person, "sale")]
        starts = [one.first_on for one in self.contracts if one.person == person]
        return [on for on in sales + starts if on <= until]

    def is_active(self, person: int, on: date) -> bool:
        days = [on - timedelta(days=back) for back in range(self.active_days)]
        own = [one for one in self.contracts if one.person == person]
        sales = {one.on for one in self.orders if (one.person, one.kind) == (person, "sale")}
        return any(day in sales or any(one.runs_on(day) for one in own) for day in days)

    def trailing_year(self, person: int, on: date) -> Decimal:
        tomorrow = on + timedelta(days=1)
        is_month_end = tomorrow.day == 1
        after = (
            tomorrow.replace(year=tomorrow.year - 1) - timedelta(days=1)
            if is_month_end
            else on.replace(year=on.year - 1)
        )
        return sum((one.revenue for one in self.orders if one.person == person and after < one.on <= on), Decimal(0))

    def tiers(self, on: date) -> dict[int, str]:
        """Tier of every customer on a day."""
        known = {one.person for one in self.orders} | {one.person for one in self.contracts}
        people = sorted(person for person in known if self.purchases(person, on))
        revenue = {person: self.trailing_year(person, on) for person in people}
        best = sorted((person for person in people if revenue[person] > 0), key=lambda one: (-revenue[one], one))
        if not best:
            return {}
        top = set(best[: ceil(TOP_TIER * len(best))])
        return {person: "top" if person in top else "other" for person in people}


# Days around month ends and leap days, a year apart, and around the limits of being active.
_DAYS = st.sampled_from([0, 1, 30, 31, 58, 59, 60, 89, 90, 91, 180, 364, 365, 366, 395, 396, 424, 425, 455])
_ORDERS = st.lists(
    st.tuples(
        st.integers(1, 7),
        _DAYS,
        st.sampled_from(["sale", "sale", "sale", "refund"]),
        st.sampled_from([0, 5, 5, 10, 20]),
    ),
    min_size=1,
    max_size=20,
)
_CONTRACTS = st.lists(st.tuples(st.integers(1, 7), _DAYS, st.sampled_from([None, 0, 1, 30, 31, 60, 365])), max_size=5)
_AS_OF = st.sampled_from([455, 456, 470, 485, 515])
WORLDS = st.builds(
    lambda orders, contracts, as_of, active_days: World(
        [
            Order(person, START + timedelta(days=day), kind, Decimal(amount if kind == "sale" else -amount))
            for person, day, kind, amount in orders
        ],
        [
            Contract(
                person,
                START + timedelta(days=day),
                None if days is None else START + timedelta(days=day + days),
            )
            for person, day, days in contracts
        ],
        START + timedelta(days=as_of),
        active_days,
    ),
    _ORDERS,
    _CONTRACTS,
    _AS_OF,
    st.sampled_from([10, 31, 90, 365]),
)


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute(
        "create table stg_config__settings (timezone varchar, active_days integer, top_tier double);"
        "create table int_company__as_of (as_of_on date);"
        "create table int_customers__units (person_id bigint, counts_from timestamp, is_shared boolean);"
        "create table int_orders__valued (person_id bigint, kind varchar, occurred_on date, orders integer, "
        "revenue decimal(18, 2), is_after_as_of boolean);"
        "create table int_contracts__valued (person_id bigint, started_on date, last_on date, is_after_as_of boolean)"
    )
    for model in MODELS:
        connection.execute(f"create view {model} as {render(model)}")
    yield connection
    connection.close()


def months(database: duckdb.DuckDBPyConnection, world: World) -> list[dict[str, object]]:
    for table in TABLES:
        database.execute(f"delete from {table}")
    database.execute("insert into stg_config__settings values ('UTC', ?, ?)", [world.active_days, float(TOP_TIER)])
    database.execute("insert into int_company__as_of values (?)", [world.as_of])
    for order in world.orders:
        is_sale = order.kind == "sale"
        values = [order.person, order.kind, order.on, int(is_sale), order.revenue, order.on > world.as_of]
        database.execute("insert into int_orders__valued values (?, ?, ?, ?, ?, ?)", values)
    for contract in world.contracts:
        terms = [contract.person, contract.first_on, contract.last_on, contract.first_on > world.as_of]
        database.execute("insert into int_contracts__valued values (?, ?, ?, ?)", terms)
    database.execute(
        "insert into int_customers__units select person_id, min(bought_on), false from ("
        "select person_id, occurred_on as bought_on from int_orders__valued "
        "union all select person_id, started_on from int_contracts__valued) group by person_id"
    )
    cursor = database.execute("select * from fct_customer_months order by person_id, month_on")
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@settings(max_examples=60, deadline=None)
@given(WORLDS)
def test_every_month_matches_its_orders_and_contracts(database: duckdb.DuckDBPyConnection, world: World) -> None:
    rows = months(database, world)
    people = {one.person for one in world.orders} | {one.person for one in world.contracts}
    assert {row["person_id"] for row in rows} == people
    for row in rows:
        person, first, last = int(str(row["person_id"])), row["month_on"], row["month_end_on"]
        assert isinstance(first, date)
        assert isinstance(last, date)
        before = first - timedelta(days=1)
        bought, earlier = world.purchases(person, last), world.purchases(person, before)
        start, end = world.is_active(person, before), world.is_active(person, last)
        acquired = bool(bought) and not earlier
        reactivated = bool(earlier) and not start and len(bought) > len(earlier)
        lost = (start or acquired or reactivated) and not end
        assert (row["is_active_start"], row["is_active_end"]) == (start, end)
        assert (row["acquired"], row["reactivated"]) == (acquired, reactivated)
        assert (row["retained"], row["lost"]) == (start and end, lost)
        assert row["revenue_12m"] == world.trailing_year(person, last)
        assert row["tier_end"] == world.tiers(last).get(person)
        # A person has no row before the first fact, and then no tier either.
        assert row["tier_start"] == world.tiers(before).get(person)


@settings(max_examples=30, deadline=None)
@given(WORLDS)
def test_movements_explain_every_change_of_active_customers(database: duckdb.DuckDBPyConnection, world: World) -> None:
    for row in months(database, world):
        moved = int(str(row["acquired"])) + int(str(row["reactivated"])) - int(str(row["lost"]))
        assert int(bool(row["is_active_end"])) == int(bool(row["is_active_start"])) + moved

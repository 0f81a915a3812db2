"""Value of customers where orders are none, few, taken back, dated in the future, or all at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from tests.dbt_project.value_chain import VALUE, Order, build, rows, value_world

AS_OF = date(2026, 6, 30)
END = datetime(2026, 6, 30, 12)


def crowd(people: int = 400, *, seed: int = 20261122) -> list[Order]:
    """Customers of two years: some buy again and again, most a few times."""
    generator = np.random.default_rng(seed)
    orders: list[Order] = []
    for person in range(1, people + 1):
        days, rate = float(generator.integers(1, 700)), generator.gamma(0.8, 1 / 60)
        worth = generator.gamma(4, 12)
        while days >= 0:
            amount = round(float(worth * generator.gamma(6, 1 / 6)), 2) + 1
            orders.append((person, "sale", END - timedelta(days=round(days)), amount, round(amount * 0.6, 2)))
            days -= max(generator.exponential(1 / max(rate, 1e-4)), 1)
            if generator.random() < 0.15:
                break
    return orders


def predictions(orders: Sequence[Order]) -> list[tuple[object, ...]]:
    found = rows(value_world(orders, as_of=AS_OF), "select * from dim_customers order by person_id")
    return [tuple(row.values()) for row in found]


def test_the_customers_are_valued_by_the_model() -> None:
    # What the tests below differ from: without this they could pass over models that value nobody.
    database = value_world(crowd(), as_of=AS_OF)
    (choice,) = rows(database, "select * from int_value__model_choice")
    assert choice["value_model"] == "mbg_nbd"
    assert choice["model_error"] < choice["naive_error"]
    # Nearer for every customer than going on as before; of 400 customers the total is still 21% off.
    assert (choice["is_provisional"], choice["reason"][-6:]) == (True, "by 21%")
    found = rows(database, "select * from dim_customers")
    assert len(found) == 400
    assert all(row["predicted_value_12m_low"] <= row["predicted_value_12m_high"] for row in found)
    (everybody,) = rows(database, "select * from fct_value_intervals where interval_dimension = 'all'")
    assert 0 < everybody["low"] < everybody["total"] < everybody["high"]


def test_without_orders_nothing_is_predicted() -> None:
    database = value_world([], as_of=AS_OF)
    for table in ("dim_customers", "fct_customer_months", "fct_value_intervals", "fct_survival_curves"):
        assert rows(database, f"select * from {table}") == []
    assert rows(database, "select * from fct_revenue_concentration") == []
    (choice,) = rows(database, "select * from fct_value_models")
    assert (choice["kind"], choice["is_provisional"]) == ("choice", True)
    assert choice["reason"] == "there are no orders to learn from"


def test_a_single_customer_has_no_model() -> None:
    database = value_world([(7, "sale", datetime(2026, 2, 1, 9), 50.0, None)], as_of=AS_OF)
    (customer,) = rows(database, "select * from dim_customers")
    assert (customer["orders"], customer["revenue"], customer["value_tier"]) == (1, 50, "top")
    # One sale and nothing before it: going on as before is not a repeat purchase.
    assert (customer["value_model"], customer["predicted_value_12m"]) == ("naive", 0)
    assert customer["is_value_provisional"]
    assert (customer["predicted_value_12m_low"], customer["predicted_value_12m_high"]) == (None, None)
    assert customer["margin"] is None
    assert rows(database, "select * from fct_value_intervals") == []
    refused = rows(database, "select distinct value_model, reason from fct_value_models where kind = 'refusal'")
    assert {row["value_model"] for row in refused} >= {"bg_nbd"}
    assert all("at least 30 are needed" in row["reason"] for row in refused)


def test_predicted_value_is_never_negative_after_large_refunds() -> None:
    orders = crowd()
    # Everybody gets back twice what the first order cost, long enough ago for the back-test to see it.
    firsts = {order[0]: order for order in reversed(orders)}
    refunds: list[Order] = [
        (person, "refund", at + timedelta(hours=1), 2 * amount + 500, None)
        for person, _, at, amount, _ in firsts.values()
    ]
    database = value_world([*orders, *refunds], as_of=AS_OF)
    revenue = rows(database, "select sum(revenue) as revenue from dim_customers")[0]["revenue"]
    assert revenue < 0
    for row in rows(database, "select * from dim_customers"):
        assert row["predicted_value_12m"] >= 0
        assert row["predicted_value_12m_low"] is None or row["predicted_value_12m_low"] >= 0
    assert rows(database, "select min(kept_share) as least from int_value__windows")[0]["least"] == 0
    tiered = rows(database, "select revenue_12m, value_tier from dim_customers where value_tier = 'top'")
    assert all(row["revenue_12m"] > 0 for row in tiered)


def test_orders_dated_in_the_future_change_nothing_today() -> None:
    orders = crowd(200)
    planned: list[Order] = [(1, "sale", END + timedelta(days=days), 900.0, 1.0) for days in (1, 30, 4000)]
    assert predictions([*orders, *planned]) == predictions(orders)
    # Somebody who only buys in the future is not yet a customer.
    stranger: Order = (9999, "sale", END + timedelta(days=1), 10.0, None)
    assert predictions([*orders, stranger]) == predictions(orders)


@pytest.mark.parametrize("kind", ["one second", "one day"])
def test_many_orders_at_once_are_one_purchase(kind: str) -> None:
    others = crowd(200)
    at = datetime(2026, 3, 1, 10)
    step = timedelta(0) if kind == "one second" else timedelta(seconds=40)
    burst: list[Order] = [(500, "sale", at + number * step, 2.0, None) for number in range(1000)]
    database = value_world([*others, *burst], as_of=AS_OF)
    (customer,) = rows(database, "select * from dim_customers where person_id = 500")
    (alike,) = rows(
        value_world([*others, (500, "sale", at, 2000.0, None)], as_of=AS_OF),
        "select * from dim_customers where person_id = 500",
    )
    assert (customer["orders"], alike["orders"]) == (1000, 1)
    assert customer["revenue"] == alike["revenue"] == 2000
    for name in ("predicted_purchases_12m", "predicted_value_12m", "p_alive", "value_tier", "recency_score"):
        assert customer[name] == alike[name], name
    firsts = rows(database, "select * from int_orders__valued where person_id = 500 and is_first_order")
    assert len(firsts) == 1
    (history,) = rows(database, "select * from int_value__histories where person_id = 500 and time_window = 'present'")
    assert (history["repeats"], history["recency_days"], history["purchase_worth"]) == (0, 0, 2000)


def test_anonymous_purchases_count_as_revenue_but_not_as_customers() -> None:
    people = crowd(120)
    anonymous = [(9999, "sale", END - timedelta(days=day), 500.0, None) for day in range(0, 700, 2)]
    database = value_world([*people, *anonymous], as_of=AS_OF)
    database.execute("update int_identity__identifiers set is_guarded = true where person_id = 9999")
    database.execute("update int_customers__units set is_shared = true where person_id = 9999")
    build(database, VALUE)
    alone = value_world(people, as_of=AS_OF)
    for mart, order in (("dim_customers", "person_id"), ("fct_customer_months", "person_id, month_on")):
        query = f"select * from {mart} order by {order}"
        assert rows(database, query) == rows(alone, query), mart
    (bought,) = rows(database, "select sum(orders) as orders, sum(revenue) as revenue from int_orders__valued")
    (known,) = rows(alone, "select sum(orders) as orders, sum(revenue) as revenue from int_orders__valued")
    assert bought["orders"] - known["orders"] == len(anonymous)
    assert bought["revenue"] - known["revenue"] == 500 * len(anonymous)

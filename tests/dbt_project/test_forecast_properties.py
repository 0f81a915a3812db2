"""Forecasts of customers who bought on the same days: customers who paid more are never forecast to be worth less."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from tests.dbt_project.value_chain import Order, rows, value_world

AS_OF = date(2026, 6, 30)
START = datetime(2025, 1, 1, 10)
DAYS = 540
TWINS = 100_000  # keys of customers who share their days, in groups


def _days(dice: random.Random, *, at_most: int) -> list[int]:
    return sorted(dice.sample(range(DAYS), dice.randint(2, at_most)))


def _others(dice: random.Random, *, many: int) -> list[Order]:
    """Buyers of every frequency and spend, so that both models can be fitted."""
    found: list[Order] = []
    for who in range(many):
        mean = dice.gammavariate(4, 12)
        for day in _days(dice, at_most=6):
            amount = round(dice.gammavariate(6, mean / 6), 2)
            found.append((who, "sale", START + timedelta(days=day), amount, None))
    return found


def _ladder(dice: random.Random, days: int) -> list[list[float]]:
    """Payments of customers, each at least as high as the one before on every day; the first paid nothing at all."""
    steps = [[0.0] * days]
    for _ in range(5):
        steps.append([round(paid + dice.choice([0, 0, 0.01, 1, 8, 30]), 2) for paid in steps[-1]])
    return steps


@pytest.mark.parametrize(("many", "seed"), [(240, 1), (0, 2)], ids=["spend is modelled", "too few to model spend"])
def test_higher_payments_on_the_same_days_never_lower_a_forecast(many: int, seed: int) -> None:
    dice = random.Random(seed)
    orders, ladders = _others(dice, many=many), []
    for group in range(4):
        days, keys = _days(dice, at_most=5), []
        for step, payments in enumerate(_ladder(dice, len(days))):
            keys.append(TWINS + 10 * group + step)
            orders += [
                (keys[-1], "sale", START + timedelta(days=day), paid, None)
                for day, paid in zip(days, payments, strict=True)
            ]
        ladders.append(keys)

    with value_world(orders, as_of=AS_OF) as database:
        found = rows(
            database,
            "select person_id, expected_revenue, expected_purchases, expected_spend, spend_model, naive_revenue "
            "from int_value__forecasts where time_window = 'present'",
        )

    by_person = {row["person_id"]: row for row in found}
    assert {row["spend_model"] for row in found} == {"gamma_gamma" if many else "own_mean"}
    for keys in ladders:
        assert len({by_person[key]["expected_purchases"] for key in keys}) == 1
        for lower, higher in pairwise(keys):
            for forecast in ("expected_spend", "expected_revenue", "naive_revenue"):
                if by_person[lower][forecast] is not None:
                    assert by_person[lower][forecast] <= by_person[higher][forecast] + 1e-9, (lower, higher, forecast)


def test_free_orders_are_worth_less_than_small_payments() -> None:
    dice = random.Random(7)
    days = (100, 220, 340)
    orders = _others(dice, many=260)
    for key, paid in ((TWINS, 0.0), (TWINS + 1, 1.0), (TWINS + 2, 40.0)):
        orders += [(key, "sale", START + timedelta(days=day), paid, None) for day in days]

    with value_world(orders, as_of=AS_OF) as database:
        found = rows(
            database,
            "select person_id, predicted_value from int_value__customer_forecasts "
            f"where person_id >= {TWINS} order by 1",
        )

    nothing, little, much = (row["predicted_value"] for row in found)
    assert 0 <= nothing < little < much

"""Histories are counted once each; impossible and unsuitable data are named."""

from __future__ import annotations

import numpy as np
import pytest

from dbt_project.methods.value.fitting import ModelRefusedError
from dbt_project.methods.value.histories import Histories, reduce_histories


def histories(x: list[float], recency: list[float], age: list[float], count: list[float] | None = None) -> Histories:
    counts = count or [1.0] * len(x)
    return Histories(*(np.array(column, dtype=np.float64) for column in (x, recency, age, counts)))


def test_equal_histories_are_grouped_with_a_count_and_an_index() -> None:
    x, recency, age = (
        np.array(column) for column in ([2.0, 0.0, 2.0, 0.0], [5.0, 0.0, 5.0, 0.0], [9.0, 9.0, 9.0, 8.0])
    )
    found, positions = reduce_histories(x, recency, age)
    assert found.n == 4
    assert found.repeaters == 2
    assert sorted(zip(found.x, found.recency, found.age, found.count, strict=True)) == [
        (0, 0, 8, 1),
        (0, 0, 9, 1),
        (2, 5, 9, 2),
    ]
    for column, whole in ((found.x, x), (found.recency, recency), (found.age, age)):
        np.testing.assert_array_equal(column[positions], whole)


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (([1.0], [5.0], [4.0]), "after the end of the observation"),
        (([0.0], [5.0], [9.0]), "without a repeat purchase"),
        (([1.5], [5.0], [9.0]), "whole numbers"),
        (([-1.0], [0.0], [9.0]), "whole numbers"),
        (([1.0], [-1.0], [9.0]), "below 0"),
        (([1.0], [1.0], [float("nan")]), "finite"),
        (([1.0], [1.0], [2.0], [0.0]), "count"),
    ],
)
def test_impossible_histories_are_named(broken: tuple[list[float], ...], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        histories(*broken)


def test_too_few_repeat_customers_are_refused() -> None:
    with pytest.raises(ModelRefusedError, match="only 29 customers bought again"):
        histories([0.0, 1.0], [0.0, 3.0], [9.0, 9.0], [1000.0, 29.0]).refuse_unfit()
    histories([0.0, 1.0], [0.0, 3.0], [9.0, 9.0], [1000.0, 30.0]).refuse_unfit()


def test_an_empty_population_is_refused() -> None:
    with pytest.raises(ModelRefusedError, match="only 0 customers"):
        histories([], [], []).refuse_unfit()


def test_regular_monthly_purchases_are_refused() -> None:
    months = np.arange(3.0, 43.0)
    bills = Histories(x=months, recency=months * 30.4, age=months * 30.4 + 5, count=np.ones(40))
    with pytest.raises(ModelRefusedError, match="contracts, not orders"):
        bills.refuse_unfit()
    generator = np.random.default_rng(20261122)
    recency = months * generator.gamma(2.0, 15.0, 40)
    Histories(x=months, recency=recency, age=recency + 5, count=np.ones(40)).refuse_unfit()

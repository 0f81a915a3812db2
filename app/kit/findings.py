"""When an answer proves something: the rules that the findings of every page keep. In: rows of governed answers.

A finding needs two things: its 95% interval supports it, also after allowing for the number of things that were looked
at, and it is large enough to act on. What counts as large enough is named below, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serving import AnswerRow

NORMAL = NormalDist()
LEVEL = 0.05
Z95 = NORMAL.inv_cdf(1 - LEVEL / 2)
# Below this many people or answers a share swings by ten points from one person in three changing their mind.
MIN_N = 30


def usable(rows: Iterable[AnswerRow], dimension: str) -> list[AnswerRow]:
    """Rows that hold a number with an interval for a named value of `dimension`, from at least MIN_N."""
    return [row for row in with_values(rows, dimension) if row.low is not None and row.high is not None]


def with_values(rows: Iterable[AnswerRow], dimension: str) -> list[AnswerRow]:
    """Rows that hold a number for a named value of `dimension`, from at least MIN_N, and may be compared."""
    return [
        row
        for row in rows
        if row.status == "ok"
        and row.is_comparable
        and row.dimensions.get(dimension) is not None
        and row.value is not None
        and (row.n or 0) >= MIN_N
    ]


def widen(row: AnswerRow, looks: int) -> tuple[float, float]:
    """The row's interval at 95% for all of `looks` comparisons together (Bonferroni)."""
    value, low, high = bounds_of(row)
    factor = NORMAL.inv_cdf(1 - LEVEL / (2 * max(looks, 1))) / Z95
    return value - (value - low) * factor, value + (high - value) * factor


def is_clearly_above(one: AnswerRow, other: AnswerRow) -> bool:
    """Whether the 95% interval of the difference `one - other` lies above zero, for independent estimates."""
    value, low, _ = bounds_of(one)
    reference, _, high = bounds_of(other)
    return value - reference > sqrt((value - low) ** 2 + (high - reference) ** 2)


def benjamini_hochberg(p_values: Sequence[float], level: float = LEVEL) -> list[bool]:
    """Which hypotheses are rejected at a false discovery rate of `level` (Benjamini & Hochberg 1995)."""
    order = sorted(range(len(p_values)), key=lambda position: p_values[position])
    last = 0
    for rank, position in enumerate(order, start=1):
        if p_values[position] <= level * rank / len(p_values):
            last = rank
    rejected = set(order[:last])
    return [position in rejected for position in range(len(p_values))]


def has_changed(now: AnswerRow, before: AnswerRow) -> bool:
    """Whether two periods differ by more than their intervals allow; rows without intervals are full counts."""
    if now.value is None or before.value is None or now.value == before.value:
        return False
    if None in (now.low, now.high, before.low, before.high):
        return True
    return is_clearly_above(now, before) or is_clearly_above(before, now)


def bounds_of(row: AnswerRow) -> tuple[float, float, float]:
    """A row's value, and the ends of its interval; where it has none, the value itself."""
    assert row.value is not None
    low = row.value if row.low is None else row.low
    high = row.value if row.high is None else row.high
    return row.value, low, high

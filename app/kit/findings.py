"""When an answer proves something: the rules that the findings of every page keep. In: rows of governed answers.

A finding needs two things: its 95% interval supports it, also after allowing for the number of things that were looked
at, and it is large enough to act on. What counts as large enough is named below, with the reason. How intervals are
compared is computed in `serving.statistics.comparisons`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from serving.statistics import comparisons
from serving.statistics.comparisons import Estimate, difference_low

if TYPE_CHECKING:
    from serving import AnswerRow, MetricDefinition

# Below this many people or answers a share swings by ten points from one person in three changing their mind.
MIN_N = 30
# Stored amounts of money that are totals. Others are means, such as a predicted value per customer: estimates.
TOTAL_AMOUNTS = ("channel_revenue", "predicted_value_total", "value_at_stake")


@dataclass(frozen=True, kw_only=True)
class Foremost:
    """The first of several values that are proven to go too far, and the others after it.

    Attributes:
        stands_alone: clearly ahead of every other value, proven or not.
    """

    name: str
    value: float
    low: float
    high: float
    n: int
    stands_alone: bool
    others: tuple[str, ...]


def foremost(
    proven: Sequence[AnswerRow], known: Iterable[AnswerRow], dimension: str, *, highest: bool
) -> Foremost | None:
    """The first of what is proven.

    Args:
        proven: rows that are proven, the foremost first.
        known: all rows that it may be compared with (`usable`).
        highest: whether the foremost is the highest, or the lowest.
    """
    if not proven:
        return None
    first = proven[0]
    rest = [row for row in known if row is not first]
    value, low, high = bounds_of(first)
    return Foremost(
        name=str(first.dimensions[dimension]),
        value=value,
        low=low,
        high=high,
        n=int(first.n or 0),
        stands_alone=all(is_clearly_above(*((first, row) if highest else (row, first))) for row in rest),
        others=tuple(str(row.dimensions[dimension]) for row in proven[1:]),
    )


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


def is_too_few(row: AnswerRow, definition: MetricDefinition) -> bool:
    """Whether a share, mean or other estimate stands on fewer than MIN_N: it is not to be read, compared or drawn.

    Counts and sums are of everybody there is, however few: they are shown.
    """
    is_total = definition.unit == "count" or definition.name in TOTAL_AMOUNTS
    is_stored_total = definition.metric_class == "fixed_grain" and is_total
    if definition.metric_class in ("additive", "input") or is_stored_total:
        return False
    return row.n is not None and row.n < MIN_N


def too_few(row: AnswerRow) -> str:
    """Why an estimate is not shown, with what it would stand on."""
    return f"n = {row.n or 0:,}, and {MIN_N} are needed."


def widen(row: AnswerRow, looks: int) -> tuple[float, float]:
    """The row's interval at 95% for all of `looks` comparisons together."""
    wider = comparisons.widened(bounds_of(row), looks)
    return wider.low, wider.high


def is_clearly_above(one: AnswerRow, other: AnswerRow) -> bool:
    """Whether the 95% interval of the difference `one - other` lies above zero, for independent estimates."""
    return difference_low(bounds_of(one), bounds_of(other)) > 0


def has_changed(now: AnswerRow, before: AnswerRow) -> bool:
    """Whether two periods differ by more than their intervals allow; rows without intervals are full counts."""
    if now.value is None or before.value is None or now.value == before.value:
        return False
    if None in (now.low, now.high, before.low, before.high):
        return True
    return is_clearly_above(now, before) or is_clearly_above(before, now)


def bounds_of(row: AnswerRow) -> Estimate:
    """A row's value, and the ends of its interval; where it has none, the value itself."""
    assert row.value is not None
    low = row.value if row.low is None else row.low
    high = row.value if row.high is None else row.high
    return Estimate(row.value, low, high)

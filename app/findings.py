"""What the answers prove. In: rows of governed answers. Out: one finding, or None where nothing is proven.

A finding needs two things: its 95% interval supports it, also after allowing for the number of things that were looked
at, and it is large enough to act on. What counts as large enough is named below, with the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from math import log, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

from workspace.vocabulary import STAGES

if TYPE_CHECKING:
    from serving import AnswerRow

NORMAL = NormalDist()
LEVEL = 0.05
Z95 = NORMAL.inv_cdf(1 - LEVEL / 2)
# Below this many people or answers a share swings by ten points from one person in three changing their mind.
MIN_N = 30
# An index of 120 is a fifth more people than expected: below that a campaign would not be aimed any differently.
MATERIAL_INDEX = 20.0
# Ten points of a stage's people: fewer are within what one campaign or one season moves.
MATERIAL_STALL = 0.10
# Ulwick (2005): scores of 10 and more mark an outcome that is important and not satisfied.
UNMET_SCORE = 10.0
# Half of a tenth of the scale: on 1-7 about a third of a point, the smallest gap that a respondent can have meant.
MATERIAL_GAP_PERCENT = 5.0
# The same gap in scale points, for surveys on scales of five to eleven points.
MATERIAL_GAP_POINTS = 0.3


@dataclass(frozen=True, kw_only=True)
class Mark:
    """An attribute value that is more or less common in the top tier than among all customers."""

    attribute: str
    value: str
    index: float
    low: float
    high: float
    n: int

    @property
    def is_more_common(self) -> bool:
        return self.index > 100


@dataclass(frozen=True, kw_only=True)
class Stall:
    """A stage from which clearly fewer people go on than from the other stages together."""

    stage: str
    rate: float
    low: float
    high: float
    n: int
    elsewhere: float


@dataclass(frozen=True, kw_only=True)
class Unmet:
    """A desired outcome that matters and is not satisfied. `stands_alone`: clearly ahead of the next one."""

    outcome: str
    score: float
    low: float
    high: float
    n: int
    stands_alone: bool
    others: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Shortfall:
    """A pillar whose experience lies below what was expected of it. `stands_alone`: clearly the widest gap."""

    pillar: str
    gap: float
    low: float
    high: float
    n: int
    stands_alone: bool
    others: tuple[str, ...]


def usable(rows: Iterable[AnswerRow], dimension: str) -> list[AnswerRow]:
    """Rows that hold a number with an interval for a named value of `dimension`, from at least MIN_N."""
    return [row for row in told(rows, dimension) if row.low is not None and row.high is not None]


def told(rows: Iterable[AnswerRow], dimension: str) -> list[AnswerRow]:
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
    value, low, high = _numbers(row)
    factor = NORMAL.inv_cdf(1 - LEVEL / (2 * max(looks, 1))) / Z95
    return value - (value - low) * factor, value + (high - value) * factor


def is_clearly_above(one: AnswerRow, other: AnswerRow) -> bool:
    """Whether the 95% interval of the difference `one - other` lies above zero, for independent estimates."""
    value, low, _ = _numbers(one)
    reference, _, high = _numbers(other)
    return value - reference > sqrt((value - low) ** 2 + (high - reference) ** 2)


def find_marks(rows: Iterable[AnswerRow]) -> list[Mark]:
    """Attribute values that mark the best customers, the strongest first.

    Args:
        rows: `profile_index` by attribute and attribute_value; value, low and high are indices (100 = as among all).

    Returns:
        Those whose interval excludes 100 after Benjamini-Hochberg over all rows, by at least MATERIAL_INDEX.
    """
    candidates = [row for row in usable(rows, "attribute_value") if (row.low or 0) >= 0 and (row.value or 0) > 0]
    accepted = benjamini_hochberg([_index_p_value(row) for row in candidates])
    marks = [
        Mark(
            attribute=str(row.dimensions["attribute"]),
            value=str(row.dimensions["attribute_value"]),
            index=value,
            low=low,
            high=high,
            n=int(row.n or 0),
        )
        for row, is_accepted in zip(candidates, accepted, strict=True)
        for value, low, high in [_numbers(row)]
        if is_accepted and not low <= 100 <= high and abs(value - 100) >= MATERIAL_INDEX
    ]
    return sorted(marks, key=lambda mark: (-abs(log(mark.index / 100)), mark.attribute, mark.value))


def find_contexts(rows: Iterable[AnswerRow]) -> list[Mark]:
    """What the best want, expect or first look at more or less often than all, by the rule of `find_marks`.

    Args:
        rows: `context_index` by context and context_value.
    """
    names = {"context": "attribute", "context_value": "attribute_value"}
    return find_marks(
        replace(row, dimensions={names[name]: value for name, value in row.dimensions.items() if name in names})
        for row in rows
    )


def benjamini_hochberg(p_values: Sequence[float], level: float = LEVEL) -> list[bool]:
    """Which hypotheses are rejected at a false discovery rate of `level` (Benjamini & Hochberg 1995)."""
    order = sorted(range(len(p_values)), key=lambda position: p_values[position])
    last = 0
    for rank, position in enumerate(order, start=1):
        if p_values[position] <= level * rank / len(p_values):
            last = rank
    rejected = set(order[:last])
    return [position in rejected for position in range(len(p_values))]


def find_stalled_stage(rows: Iterable[AnswerRow], *, observed: Collection[str] = STAGES) -> Stall | None:
    """The stage at which journeys stall.

    Args:
        rows: `stage_conversion` by stage, shares of one.
        observed: stages that the sources can see at all. The last of them has no later one to go on to, so that nobody
            going on from it says nothing: it is left out.

    Returns:
        The stage with the lowest rate, if its widened interval lies at least MATERIAL_STALL below the other stages'
        rate taken together, and it is clearly below the next lowest.
    """
    comparable = [stage for stage in STAGES if stage in observed][:-1]
    stages = [row for row in usable(rows, "stage") if row.dimensions["stage"] in comparable]
    if len(stages) < 2:
        return None
    lowest, following = sorted(stages, key=lambda row: (row.value or 0.0, str(row.dimensions["stage"])))[:2]
    others = [row for row in stages if row is not lowest]
    elsewhere = sum((row.value or 0.0) * (row.n or 0) for row in others) / sum(row.n or 0 for row in others)
    value, low, high = _numbers(lowest)
    if widen(lowest, len(stages))[1] > elsewhere - MATERIAL_STALL or not is_clearly_above(following, lowest):
        return None
    return Stall(
        stage=str(lowest.dimensions["stage"]),
        rate=value,
        low=low,
        high=high,
        n=int(lowest.n or 0),
        elsewhere=elsewhere,
    )


def unmet_outcomes(rows: Iterable[AnswerRow], *, dimension: str = "item_label") -> list[AnswerRow]:
    """Rows of `opportunity_score` whose widened interval lies above UNMET_SCORE, the highest first."""
    outcomes = usable(rows, dimension)
    proven = [row for row in outcomes if widen(row, len(outcomes))[0] >= UNMET_SCORE]
    return sorted(proven, key=lambda row: (-(row.value or 0.0), str(row.dimensions[dimension])))


def find_unmet_outcome(rows: Iterable[AnswerRow], *, dimension: str = "item_label") -> Unmet | None:
    """The desired outcome that is most in want.

    Args:
        rows: `opportunity_score` by outcome, on 0-20.
        dimension: the column that names the outcome.
    """
    rows = list(rows)
    proven = unmet_outcomes(rows, dimension=dimension)
    if not proven:
        return None
    first = proven[0]
    rest = [row for row in usable(rows, dimension) if row is not first]
    value, low, high = _numbers(first)
    return Unmet(
        outcome=str(first.dimensions[dimension]),
        score=value,
        low=low,
        high=high,
        n=int(first.n or 0),
        stands_alone=all(is_clearly_above(first, row) for row in rest),
        others=tuple(str(row.dimensions[dimension]) for row in proven[1:]),
    )


def movement_shares(rows: Iterable[AnswerRow]) -> dict[tuple[str, str], float]:
    """(corner, movement) -> the corner's share of the credits of that movement, as far as cells are shown."""
    earned = {
        (str(row.dimensions["corner"]), str(row.dimensions["movement"])): row.value
        for row in rows
        if row.value is not None and row.dimensions.get("corner") and row.dimensions.get("movement")
    }
    totals: dict[str, float] = {}
    for (_, movement), credit in earned.items():
        totals[movement] = totals.get(movement, 0.0) + credit
    return {cell: credit / totals[cell[1]] for cell, credit in earned.items() if totals[cell[1]]}


def short_gaps(rows: Iterable[AnswerRow], *, dimension: str = "pillar") -> list[AnswerRow]:
    """Gap rows (experienced - expected) whose widened interval lies below zero and that are material, widest first."""
    gaps = usable(rows, dimension)
    proven = [row for row in gaps if widen(row, len(gaps))[1] < 0 and (row.value or 0.0) <= -material_gap(row.metric)]
    return sorted(proven, key=lambda row: (row.value or 0.0, str(row.dimensions[dimension])))


def find_short_pillar(rows: Iterable[AnswerRow], *, dimension: str = "pillar") -> Shortfall | None:
    """The pillar (people, products, processes) that falls shortest of what customers expect.

    Args:
        rows: `expectation_gap` in scale points or `expectation_gap_percent` in percent of the scale, by pillar;
            negative where the experience lies below the expectation.
        dimension: the column that names what falls short; `item_label` finds the shortest item.
    """
    rows = list(rows)
    proven = short_gaps(rows, dimension=dimension)
    if not proven:
        return None
    first = proven[0]
    rest = [row for row in usable(rows, dimension) if row is not first]
    value, low, high = _numbers(first)
    return Shortfall(
        pillar=str(first.dimensions[dimension]),
        gap=value,
        low=low,
        high=high,
        n=int(first.n or 0),
        stands_alone=all(is_clearly_above(row, first) for row in rest),
        others=tuple(str(row.dimensions[dimension]) for row in proven[1:]),
    )


def material_gap(metric: str) -> float:
    """The smallest gap worth a sentence, in the metric's own unit."""
    return MATERIAL_GAP_PERCENT if metric.endswith("_percent") else MATERIAL_GAP_POINTS


def has_changed(now: AnswerRow, before: AnswerRow) -> bool:
    """Whether two periods differ by more than their intervals allow; rows without intervals are full counts."""
    if now.value is None or before.value is None or now.value == before.value:
        return False
    if None in (now.low, now.high, before.low, before.high):
        return True
    return is_clearly_above(now, before) or is_clearly_above(before, now)


def _numbers(row: AnswerRow) -> tuple[float, float, float]:
    assert row.value is not None
    low = row.value if row.low is None else row.low
    high = row.value if row.high is None else row.high
    return row.value, low, high


def _index_p_value(row: AnswerRow) -> float:
    """Two-sided p-value of "the index is 100", read off the interval on the log scale, on which it is symmetric."""
    value, low, high = _numbers(row)
    if high <= max(low, 0.0):
        return 1.0
    side = (log(high) - log(value)) if low <= 0 else (log(high) - log(low)) / 2
    if side <= 0:
        return 1.0
    return 2 * (1 - NORMAL.cdf(abs(log(value / 100)) / (side / Z95)))

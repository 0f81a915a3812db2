"""What marks the best customers. In: rows of governed indices. Out: marks that are proven."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import log

from app.kit.findings import NORMAL, Z95, benjamini_hochberg, bounds_of, usable
from serving import AnswerRow

# An index of 120 is a fifth more people than expected: below that a campaign would not be aimed any differently.
MATERIAL_INDEX = 20.0


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
        for value, low, high in [bounds_of(row)]
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


def _index_p_value(row: AnswerRow) -> float:
    """Two-sided p-value of "the index is 100", read off the interval on the log scale, on which it is symmetric."""
    value, low, high = bounds_of(row)
    if high <= max(low, 0.0):
        return 1.0
    side = (log(high) - log(value)) if low <= 0 else (log(high) - log(low)) / 2
    if side <= 0:
        return 1.0
    return 2 * (1 - NORMAL.cdf(abs(log(value / 100)) / (side / Z95)))

"""What marks the best customers. In: rows of governed indices. Out: marks that are proven."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import log

from app.kit.findings import bounds_of, usable
from serving import AnswerRow
from serving.statistics.comparisons import discoveries, p_value_of_ratio

# An index of 120 is a fifth more people than expected: below that a campaign would not be aimed any differently.
MATERIAL_INDEX = 20.0
# The index of what is as common among the best as among all.
ALIKE = 100.0


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
        return self.index > ALIKE


def find_marks(rows: Iterable[AnswerRow]) -> list[Mark]:
    """Attribute values that mark the best customers, the strongest first.

    Args:
        rows: `profile_index` by attribute and attribute_value; value, low and high are indices (100 = as among all).

    Returns:
        Those whose interval excludes 100 after Benjamini-Hochberg over all rows, by at least MATERIAL_INDEX.
    """
    candidates = [row for row in usable(rows, "attribute_value") if (row.low or 0) >= 0 and (row.value or 0) > 0]
    accepted = discoveries([p_value_of_ratio(bounds_of(row), expected=ALIKE) for row in candidates])
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
        if is_accepted and not low <= ALIKE <= high and abs(value - ALIKE) >= MATERIAL_INDEX
    ]
    return sorted(marks, key=lambda mark: (-abs(log(mark.index / ALIKE)), mark.attribute, mark.value))


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

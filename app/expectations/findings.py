"""Where experience falls short of what is expected. In: rows of governed gaps. Out: findings that are proven."""

from __future__ import annotations

from collections.abc import Iterable

from app.kit.findings import Foremost, foremost, usable, widen
from serving import AnswerRow

# Half of a tenth of the scale: on 1-7 about a third of a point, the smallest gap that a respondent can have meant.
MATERIAL_GAP_PERCENT = 5.0


# The same gap in scale points, for surveys on scales of five to eleven points.
MATERIAL_GAP_POINTS = 0.3


def short_gaps(rows: Iterable[AnswerRow], *, dimension: str = "pillar") -> list[AnswerRow]:
    """Gap rows (experienced - expected) whose widened interval lies below zero and that are material, widest first."""
    gaps = usable(rows, dimension)
    proven = [row for row in gaps if widen(row, len(gaps))[1] < 0 and (row.value or 0.0) <= -material_gap(row.metric)]
    return sorted(proven, key=lambda row: (row.value or 0.0, str(row.dimensions[dimension])))


def find_short_pillar(rows: Iterable[AnswerRow], *, dimension: str = "pillar") -> Foremost | None:
    """The pillar (people, products, processes) that falls shortest of what customers expect; its value is the gap.

    Args:
        rows: `expectation_gap` in scale points or `expectation_gap_percent` in percent of the scale, by pillar;
            negative where the experience lies below the expectation.
        dimension: the column that names what falls short; `item_label` finds the shortest item.
    """
    rows = list(rows)
    return foremost(short_gaps(rows, dimension=dimension), usable(rows, dimension), dimension, highest=False)


def material_gap(metric: str) -> float:
    """The smallest gap worth a sentence, in the metric's own unit."""
    return MATERIAL_GAP_PERCENT if metric.endswith("_percent") else MATERIAL_GAP_POINTS

"""Which desired outcomes are unmet. In: rows of governed opportunity scores. Out: findings that are proven."""

from __future__ import annotations

from collections.abc import Iterable

from app.kit.findings import Foremost, foremost, usable, widen
from serving import AnswerRow

# Ulwick (2005): scores of 10 and more mark an outcome that is important and not satisfied.
UNMET_SCORE = 10.0


def unmet_outcomes(rows: Iterable[AnswerRow], *, dimension: str = "item_label") -> list[AnswerRow]:
    """Rows of `opportunity_score` whose widened interval lies above UNMET_SCORE, the highest first."""
    outcomes = usable(rows, dimension)
    proven = [row for row in outcomes if widen(row, len(outcomes))[0] >= UNMET_SCORE]
    return sorted(proven, key=lambda row: (-(row.value or 0.0), str(row.dimensions[dimension])))


def find_unmet_outcome(rows: Iterable[AnswerRow], *, dimension: str = "item_label") -> Foremost | None:
    """The desired outcome that matters most and is not satisfied; its value is the opportunity score.

    Args:
        rows: `opportunity_score` by outcome, on 0-20.
        dimension: the column that names the outcome.
    """
    rows = list(rows)
    return foremost(unmet_outcomes(rows, dimension=dimension), usable(rows, dimension), dimension, highest=True)

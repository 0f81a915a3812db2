"""Which desired outcomes are unmet. In: rows of governed opportunity scores. Out: findings that are proven."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.kit.findings import bounds_of, is_clearly_above, usable, widen
from serving import AnswerRow

# Ulwick (2005): scores of 10 and more mark an outcome that is important and not satisfied.
UNMET_SCORE = 10.0


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
    value, low, high = bounds_of(first)
    return Unmet(
        outcome=str(first.dimensions[dimension]),
        score=value,
        low=low,
        high=high,
        n=int(first.n or 0),
        stands_alone=all(is_clearly_above(first, row) for row in rest),
        others=tuple(str(row.dimensions[dimension]) for row in proven[1:]),
    )

"""What customers are trying to achieve, as sentences. In: rows of governed answers. Out: a `Sentence` each."""

from __future__ import annotations

from collections.abc import Sequence

from app.kit.findings import usable
from app.kit.formatting import percent
from app.kit.hidden import among_compared, of_compared
from app.kit.sentences import Sentence
from app.outcomes.findings import UNMET_SCORE, find_unmet_outcome
from serving import AnswerRow


def outcomes(
    opportunity: Sequence[AnswerRow],
    importance: Sequence[AnswerRow],
    satisfaction: Sequence[AnswerRow],
    *,
    dimension: str = "item_label",
) -> Sentence:
    """Which desired outcome is most in want."""
    unmet = find_unmet_outcome(opportunity, dimension=dimension)
    if unmet is None:
        return _no_unmet(opportunity, dimension)
    matters, satisfied = (_value_at(rows, dimension, unmet.name) for rows in (importance, satisfaction))
    among = among_compared(opportunity, dimension, usable(opportunity, dimension))
    rank = f"is the biggest unmet outcome{among}" if unmet.stands_alone else "is an unmet outcome"
    if matters is None or satisfied is None:
        return Sentence(f"“{unmet.name}” {rank}: its opportunity score is {unmet.value:.1f}", claim=True)
    return Sentence(
        f"“{unmet.name}” {rank}: {percent(matters / 10)} say it matters, {percent(satisfied / 10)} are satisfied",
        claim=True,
    )


def _no_unmet(opportunity: Sequence[AnswerRow], dimension: str) -> Sentence:
    rows = usable(opportunity, dimension)
    if not rows:
        return Sentence("Too few answers to say what customers are trying to achieve", claim=False)
    first = max(rows, key=lambda row: row.value or 0.0)
    none = f"None{among}" if (among := among_compared(opportunity, dimension, rows, "outcomes")) else "No outcome"
    return Sentence(
        f"{none} is clearly unmet; the highest opportunity score is {first.value:.1f}, "
        f"for “{first.dimensions[dimension]}”",
        claim=False,
    )


def unmet_found(opportunity: Sequence[AnswerRow], found: int, *, dimension: str = "item_label") -> Sentence:
    """The title over the ranked opportunities."""
    known = usable(opportunity, dimension)
    if not known:
        return Sentence("Opportunity by outcome: too few to compare", claim=False)
    total = of_compared(opportunity, dimension, known, "outcomes")
    verb = "is" if found == 1 else "are"
    if found == 0:
        return Sentence(f"None of {total} is clearly unmet (scores above {UNMET_SCORE:.0f})", claim=False)
    return Sentence(f"{found} of {total} {verb} clearly unmet (scores above {UNMET_SCORE:.0f})", claim=True)


def important_but_unmet(
    importance: Sequence[AnswerRow],
    satisfaction: Sequence[AnswerRow],
    important_from: float,
    satisfied_up_to: float,
    *,
    dimension: str = "item_label",
) -> Sentence:
    """The title over the map: how many outcomes lie in its corner beyond what their intervals leave open."""
    satisfied = {row.dimensions[dimension]: row for row in usable(satisfaction, dimension)}
    known = [row for row in usable(importance, dimension) if row.dimensions[dimension] in satisfied]
    inside = [
        row
        for row in known
        if (row.low or 0.0) >= important_from and (satisfied[row.dimensions[dimension]].high or 0.0) <= satisfied_up_to
    ]
    if not known:
        return Sentence("Importance and satisfaction by outcome: too few to compare", claim=False)
    total = of_compared([*importance, *satisfaction], dimension, known, "outcomes")
    if not inside:
        return Sentence(f"None of {total} is clearly both important and unmet", claim=False)
    verb = "matters a lot and disappoints" if len(inside) == 1 else "matter a lot and disappoint"
    return Sentence(f"{len(inside)} of {total} {verb}", claim=True)


def _value_at(rows: Sequence[AnswerRow], dimension: str, value: str) -> float | None:
    return next((row.value for row in rows if row.dimensions.get(dimension) == value and row.status == "ok"), None)

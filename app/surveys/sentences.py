"""Sentences over cards of survey answers. In: rows of governed answers. Out: a `Sentence`; claims what is proven."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from app.kit.findings import MIN_N, is_clearly_above, too_few, usable, widen, with_values
from app.kit.formatting import listing, percent, signed, words
from app.kit.hidden import among_compared, of_compared
from app.kit.sentences import Sentence

if TYPE_CHECKING:
    from serving import AnswerRow

MOST_NAMES = 3


def incomparable(rows: Iterable[AnswerRow]) -> str | None:
    """Why the rows of an answer must not be set beside each other; None where they may."""
    return next((row.reason for row in rows if not row.is_comparable and row.reason), None)


def apart_from_zero(rows: Iterable[AnswerRow], dimension: str) -> tuple[list[AnswerRow], list[AnswerRow]]:
    """Rows whose interval, widened for the number of rows, lies above 0, and those below; the farthest first."""
    known = usable(rows, dimension)
    above = [row for row in known if widen(row, len(known))[0] > 0]
    below = [row for row in known if widen(row, len(known))[1] < 0]
    return sorted(above, key=lambda row: -(row.value or 0.0)), sorted(below, key=lambda row: row.value or 0.0)


def served(shortfall: Sequence[AnswerRow], *, dimension: str = "item_label") -> Sentence:
    """How many outcomes are under-served (they matter more than they are met), and how many over-served."""
    known = usable(shortfall, dimension)
    under, over = apart_from_zero(shortfall, dimension)
    if not known:
        return Sentence("Too few answers to say what is under-served or over-served", claim=False)
    total = of_compared(shortfall, dimension, known, "outcomes")
    if not under and not over:
        return Sentence(f"None of {total} is clearly under- or over-served", claim=False)
    parts = [f"{len(some)} {what}" for some, what in ((under, "under-served"), (over, "over-served")) if some]
    return Sentence(f"{listing(parts)} of {total}", claim=True)


def changed(rows: Sequence[AnswerRow], *, dimension: str, what: str) -> Sentence:
    """What clearly changed between the last two waves; the rows say which."""
    known = usable(rows, dimension)
    if not known:
        return Sentence(f"{what}: one wave alone, or too few answers, to speak of a change", claim=False)
    waves = known[0].reason or "the newest wave against the one before"
    up, down = apart_from_zero(rows, dimension)
    moved = [*up, *down]
    among = among_compared(rows, dimension, known)
    if not moved:
        return Sentence(f"{what}: no clear change{among}, {waves}", claim=False)
    names = [f"“{words(str(row.dimensions[dimension]))}”" for row in moved[:MOST_NAMES]]
    more = f" and {len(moved) - MOST_NAMES} more" if len(moved) > MOST_NAMES else ""
    return Sentence(f"{what}: {listing(names)}{more} clearly changed, {waves}", claim=True)


def below_accepted(rows: Sequence[AnswerRow], *, dimension: str = "pillar") -> Sentence:
    """Where experience lies below the least that people accept most often."""
    known = usable(rows, dimension)
    if not known:
        return Sentence("What people would just accept was not asked, or by too few", claim=False)
    worst = max(known, key=lambda row: row.value or 0.0)
    name = str(worst.dimensions[dimension])
    rest = [row for row in known if row is not worst]
    among = among_compared(rows, dimension, known, comma=True)
    if rest and all(is_clearly_above(worst, row) for row in rest):
        return Sentence(
            f"{words(name)} are below what is accepted most often{among}: {percent(worst.value or 0.0)}", claim=True
        )
    return Sentence(
        f"Up to {percent(worst.value or 0.0)} of experiences lie below what is accepted{among}",
        claim=False,
    )


def answered(rows: Sequence[AnswerRow], dimension: str) -> Sentence:
    """Which customers surveys reach most and least; a count of all customers, so without interval."""
    known = with_values(rows, dimension)
    if len(known) < 2:
        return Sentence("Who answered: too few groups to compare", claim=False)
    least = min(known, key=lambda row: row.value or 0.0)
    most = max(known, key=lambda row: row.value or 0.0)
    low, high = (percent(row.value or 0.0) for row in (least, most))
    first, last = (words(str(row.dimensions[dimension])) for row in (least, most))
    among = among_compared(rows, dimension, known, "groups")
    ends = f"; lowest and highest{among}" if among else ""
    return Sentence(f"{low} of “{first}” have answered a survey, {high} of “{last}”{ends}", claim=False)


def nps_pooled(score: AnswerRow, weighted: AnswerRow) -> Sentence:
    """One NPS over all surveys, beside the same weighted to what all customers are."""
    if score.value is None:
        return Sentence("No Net Promoter Score can be shown", claim=False)
    if score.n is not None and score.n < MIN_N:
        return Sentence(f"One NPS over all surveys: too few to say ({too_few(score).rstrip('.')})", claim=False)
    text = f"One NPS over all surveys: {signed(score.value, decimals=0)}"
    if weighted.value is None:
        return Sentence(text, claim=False)
    return Sentence(f"{text}; {signed(weighted.value, decimals=0)} weighted to what all customers are", claim=False)


def kano(better: Sequence[AnswerRow], *, dimension: str = "item_label") -> Sentence:
    """What would please most, if it is clearly ahead."""
    known = sorted(usable(better, dimension), key=lambda row: -(row.value or 0.0))
    if not known:
        return Sentence("No customers, or too few, were asked what would please and what would be missed", claim=False)
    first = known[0]
    name = str(first.dimensions[dimension])
    among = among_compared(better, dimension, known)
    if len(known) == 1 or all(is_clearly_above(first, row) for row in known[1:]):
        return Sentence(f"“{name}” would please most{among}: {percent(first.value or 0.0)}", claim=True)
    return Sentence(f"What would please{among} lies close together, up to {percent(first.value or 0.0)}", claim=False)

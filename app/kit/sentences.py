"""What a heading says, and what headings of several pages say. In: rows of governed answers. Out: a `Sentence`.

A sentence claims only what `findings` has proven; where nothing is proven it says what was measured, without an
adjective. Every word here has a number behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kit.findings import usable, widen, with_values
from app.kit.formatting import interval, number, words
from app.kit.hidden import among_compared

if TYPE_CHECKING:
    from serving import AnswerRow


@dataclass(frozen=True)
class Sentence:
    """What a heading says. `claim` is True where it asserts something that an interval and a threshold support."""

    text: str
    claim: bool

    def __str__(self) -> str:
        return self.text


def of_all_customers(sentence: Sentence, where: Mapping[str, object]) -> Sentence:
    """A sentence about all customers on a page that is filtered: it says whose numbers these are.

    Args:
        where: the reader's filters; without any the sentence stands as it is.
    """
    return Sentence(f"All customers: {sentence.text}", claim=sentence.claim) if where else sentence


def extremes(
    rows: Sequence[AnswerRow],
    dimension: str,
    *,
    what: str,
    unit: str,
    currency: str = "",
    order: Sequence[str] = (),
    named: str = "",
) -> Sentence:
    """Where a measure is lowest and where highest: a claim only if the two are clearly apart.

    Args:
        named: what readers call the dimension, where its column does not say it.
    """
    known = [row for row in usable(rows, dimension) if not order or row.dimensions[dimension] in order]
    by = named or words(dimension).lower()
    if not known:
        return Sentence(f"{what}, by {by}: too few to compare", claim=False)
    lowest = min(known, key=lambda row: row.value or 0.0)
    highest = max(known, key=lambda row: row.value or 0.0)
    low, high = (f"{number(row.value or 0.0, unit, currency=currency)}" for row in (lowest, highest))
    first, last = (f"“{words(str(row.dimensions[dimension]))}”" for row in (lowest, highest))
    if lowest is highest:
        return Sentence(f"{what} is {low} at {first}", claim=False)
    asked = [row for row in rows if not order or row.dimensions.get(dimension) in order]
    among = among_compared(asked, dimension, known, comma=True)
    if widen(lowest, len(known))[1] < widen(highest, len(known))[0]:
        return Sentence(f"{what} is lowest at {first} ({low}) and highest at {last} ({high}){among}", claim=True)
    return Sentence(f"{what}: no clear difference by {by}{among}", claim=False)


def spread(rows: Sequence[AnswerRow], dimension: str, *, what: str, unit: str, currency: str = "") -> Sentence:
    """Where a measure without an interval is lowest and where highest: never a claim."""
    known = with_values(rows, dimension)
    by = words(dimension).lower()
    if not known:
        return Sentence(f"{what}, by {by}: too few to compare", claim=False)
    lowest = min(known, key=lambda row: row.value or 0.0)
    highest = max(known, key=lambda row: row.value or 0.0)
    low, high = (number(row.value or 0.0, unit, currency=currency) for row in (lowest, highest))
    first, last = (f"“{words(str(row.dimensions[dimension]))}”" for row in (lowest, highest))
    if lowest is highest:
        return Sentence(f"{what} is {low} for {first}", claim=False)
    among = among_compared(rows, dimension, known, comma=True)
    return Sentence(f"{what} lies between {low} for {first} and {high} for {last}{among}", claim=False)


def interval_note(row: AnswerRow, unit: str, *, currency: str = "") -> str:
    """The small print under a number: its n and its 95% interval."""
    parts = [f"n = {row.n:,.0f}"] if row.n is not None else []
    if row.low is not None and row.high is not None:
        parts.append(f"95% interval {interval(row.low, row.high, unit, currency=currency)}")
    return ", ".join(parts)

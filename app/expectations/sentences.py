"""Where we fall short, as sentences. In: rows of governed gaps. Out: a `Sentence` each."""

from __future__ import annotations

from collections.abc import Sequence

from app.expectations.findings import find_short_pillar, material_gap, short_gaps
from app.kit.findings import Foremost, usable, widen
from app.kit.formatting import MINUS, listing, signed, words
from app.kit.hidden import among_compared, of_compared
from app.kit.sentences import Sentence
from serving import AnswerRow

MOST_NAMES = 3  # in a headline; the chart below has all


def expectations(
    gaps: Sequence[AnswerRow], *, unit: str = "points", items: Sequence[AnswerRow] = (), dimension: str = "item_label"
) -> Sentence:
    """Which pillar falls short of what is expected of it, and which do not.

    Args:
        gaps: by pillar.
        items: gaps of that pillar by `dimension`: those that fall short themselves are named.
    """
    short = find_short_pillar(gaps)
    if short is not None:
        said = _short(short, usable(gaps, "pillar"), unit)
        missed = [f"“{row.dimensions[dimension]}”" for row in short_gaps(items, dimension=dimension)]
        # The last is named rather than counted.
        rest = len(missed) - MOST_NAMES if len(missed) > MOST_NAMES + 1 else 0
        listed = [*missed[:MOST_NAMES], f"{rest} more"] if rest else missed
        return Sentence(f"{said.text}: {listing(listed)}", claim=True) if missed else said
    rows = usable(gaps, "pillar")
    if not rows:
        return Sentence("Too few customers rated both expectation and experience to compare them", claim=False)
    lowest = min(rows, key=lambda row: row.value or 0.0)
    if lowest.low is not None and lowest.low > 0:
        named = listing([str(row.dimensions["pillar"]) for row in rows])
        verb = "exceeds" if len(rows) == 1 else "exceed"
        return (
            Sentence(f"{words(named)} {verb} expectations, by {_size(lowest.value or 0.0, unit)} or more", claim=True)
            if len(rows) > 1
            else Sentence(
                f"Experience of {named} {verb} expectations by {_size(lowest.value or 0.0, unit)}", claim=True
            )
        )
    none = f"None{among}" if (among := among_compared(gaps, "pillar", rows, "pillars")) else "No pillar"
    return Sentence(
        f"{none} clearly falls short; the widest gap is {signed(lowest.value or 0.0, decimals=1)}, "
        f"for {lowest.dimensions['pillar']}",
        claim=False,
    )


def _short(short: Foremost, rows: Sequence[AnswerRow], unit: str) -> Sentence:
    if short.others:
        named = listing([words(short.name), *short.others])
        return Sentence(f"{named} fall short of expectations, {short.name} by {_size(short.value, unit)}", claim=True)
    text = f"{words(short.name)} fall short of expectations by {_size(short.value, unit)}"
    met = [str(row.dimensions["pillar"]) for row in rows if widen(row, len(rows))[0] > -material_gap(row.metric)]
    if met:
        text = f"{words(listing(met))} meet expectations; {short.name} fall short by {_size(short.value, unit)}"
    return Sentence(text, claim=True)


def short_items(gaps: Sequence[AnswerRow], found: int, *, dimension: str = "item_label") -> Sentence:
    """The title over expected against experienced."""
    known = usable(gaps, dimension)
    if not known:
        return Sentence("Gap by expectation: too few to compare", claim=False)
    total = of_compared(gaps, dimension, known, "expectations")
    verb = "is" if found == 1 else "are"
    if found == 0:
        if len(known) == 1:
            return Sentence("The one expectation that can be compared is met or not clearly missed", claim=False)
        return Sentence(f"None of {total} is clearly missed", claim=False)
    return Sentence(f"{found} of {total} {verb} clearly missed", claim=True)


def short_moments(gaps: Sequence[AnswerRow], found: int, *, dimension: str = "interaction") -> Sentence:
    """The title over the gaps by interaction."""
    known = usable(gaps, dimension)
    if not known:
        return Sentence("Gap by interaction: too few to compare", claim=False)
    total = of_compared(gaps, dimension, known, "interactions")
    if not found:
        if len(known) == 1:
            return Sentence("The one interaction that can be compared does not clearly fall short", claim=False)
        return Sentence(f"None of {total} clearly falls short", claim=False)
    verb = "falls" if found == 1 else "fall"
    return Sentence(f"{found} of {total} clearly {verb} short", claim=True)


def _size(gap: float, unit: str) -> str:
    size = signed(abs(gap)).lstrip("+").lstrip(MINUS)
    return f"{size}% of the scale" if unit == "percent" else f"{size} points"

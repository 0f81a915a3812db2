"""Sentences about growth and what comes before it. In: findings and rows of governed answers. Out: a `Sentence`.

A sentence claims only what a finding has proven.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from app.growth.findings import Apart, Assist, Disagreement, Gate, find_disagreement
from app.kit.findings import MIN_N, with_values
from app.kit.formatting import count_of, number, percent, words
from app.kit.hidden import among_compared, among_shown
from app.kit.sentences import Sentence

if TYPE_CHECKING:
    from serving import AnswerRow

MODEL_NAMES: Final = {
    "first": "first touch",
    "last": "last touch",
    "last_non_direct": "last touch that is not direct",
    "linear": "equal shares",
    "position": "position",
    "time_decay": "time decay",
    "markov_1": "removal effect",
    "markov_2": "removal effect of pairs",
    "shapley": "Shapley value",
}
_OPENERS: Final = {"first"}
_CLOSERS: Final = {"last", "last_non_direct", "time_decay"}
_WHOLE: Final = {"markov_1", "markov_2", "shapley"}


def keeps(found: Apart | None, rows: Sequence[AnswerRow]) -> Sentence:
    """Which corner's outreach keeps customers who are about to lapse."""
    if found is not None:
        return Sentence(
            f"{words(found.value)} keeps {percent(found.share)} of the customers it reaches before they lapse; "
            f"{found.others('the other corners')} keep {percent(found.elsewhere)}",
            claim=True,
        )
    return _between(rows, "corner", "Outreach before a lapse keeps", "of customers", "no corner stands out")


def assists(found: Assist | None, rows: Sequence[AnswerRow]) -> Sentence:
    """Which channel is on the way to purchases and seldom the last step."""
    if found is not None:
        return Sentence(
            f"{found.channel} takes part in {count_of(found.n, 'conversion')} and closes {percent(found.closes)} of "
            f"them; by its place in the paths {percent(found.expected)} would be expected",
            claim=True,
        )
    return _between(rows, "channel", "A channel closes", "of the conversions it takes part in", "none only assists")


def leads(rows: Sequence[AnswerRow], whole: AnswerRow, *, what: str) -> Sentence:
    """Which channel opens or closes most conversions, of all; that it is the first is said of those shown.

    Args:
        rows: credited conversions by channel, of one model.
        whole: the same of all channels, of hidden ones and of none.
        what: `opens` or `closes`.
    """
    known = [row for row in rows if row.status == "ok" and row.value and row.dimensions.get("channel")]
    if not known or not whole.value:
        return Sentence(f"Which channel {what}", claim=False)
    if whole.value < MIN_N:
        return Sentence(f"Which channel {what} most: too few to say", claim=False)
    first = max(known, key=lambda row: (row.value or 0.0, str(row.dimensions["channel"])))
    among = among_shown(rows, "channel", "channels")
    return Sentence(
        f"{words(str(first.dimensions['channel']))} {what} most{f', {among.strip()}' if among else ''}: "
        f"{percent((first.value or 0.0) / whole.value)} of conversions",
        claim=False,
    )


def slow(found: Apart | None, rows: Sequence[AnswerRow], dimension: str, *, what: str, target: float) -> Sentence:
    """Where replies come too late."""
    if found is not None:
        return Sentence(
            f"{percent(found.share)} of {what} “{words(found.value)}” are answered within {target:g} hours; "
            f"of {found.others('the others')} {percent(found.elsewhere)}",
            claim=True,
        )
    return _between(rows, dimension, "Answered in time are", f"of {what}", "none stands out")


def gate(found: Gate | None, abandonment: Sequence[AnswerRow]) -> Sentence:
    """Which gate costs more than it brings."""
    if found is not None:
        return Sentence(
            f"The “{found.topic}” form loses {percent(found.leaves.share)} of visitors, and "
            f"{percent(found.goes_on.share)} go on after it; {found.leaves.others('the other forms')} lose "
            f"{percent(found.leaves.elsewhere)}, and {percent(found.goes_on.elsewhere)} go on",
            claim=True,
        )
    return _between(abandonment, "topic", "At a gate", "leave", "no gate stands out")


def before(costly: Gate | None, late: Apart | None, fallback: Sentence) -> Sentence:
    """What happens before the purchase: the gate that costs and the network that waits, or what was measured."""
    parts = []
    if costly is not None:
        parts.append(
            f"The “{costly.topic}” form loses {percent(costly.leaves.share)} of visitors, "
            f"{costly.leaves.others('the others')} {percent(costly.leaves.elsewhere)}"
        )
    if late is not None:
        parts.append(
            f"{percent(late.share)} of negative mentions on {words(late.value)} are answered in time, "
            f"{percent(late.elsewhere)} {'elsewhere' if late.compares_all else 'on ' + late.others('the others')}"
        )
    return Sentence("; ".join(parts), claim=True) if parts else fallback


def disagree(shares: Mapping[str, Mapping[str, float]]) -> Sentence:
    """Where attribution models disagree, and why."""
    if len(shares) < 2:
        return Sentence("Conversions by channel: fewer than two models can be compared", claim=False)
    found = find_disagreement(shares)
    if found is None:
        return Sentence(f"The {len(shares)} models agree on every channel within five points", claim=False)
    return Sentence(
        f"The models disagree most on {found.channel}: {percent(found.most)} of conversions by "
        f"{MODEL_NAMES.get(found.most_by, words(found.most_by))}, {percent(found.least)} by "
        f"{MODEL_NAMES.get(found.least_by, words(found.least_by))}. {reason(found)}",
        claim=True,
    )


def reason(found: Disagreement) -> str:
    """Why two models differ on a channel: what the one looks at and the other does not."""
    most, least = found.most_by, found.least_by
    if most in _CLOSERS and least in _OPENERS:
        return "It closes journeys more often than it opens them."
    if most in _OPENERS and least in _CLOSERS:
        return "It opens journeys more often than it closes them."
    if most in _WHOLE:
        return "It stands at fewer ends of journeys than there are journeys that would fail without it."
    if least in _WHOLE:
        return "It stands on many journeys that would also succeed without it."
    if least in _OPENERS:
        return "It comes later in journeys than others."
    if least in _CLOSERS:
        return "It comes earlier in journeys than others."
    return "The two weigh the middle of journeys differently."


def _between(rows: Sequence[AnswerRow], dimension: str, opening: str, ending: str, none: str) -> Sentence:
    """What was measured, without a claim."""
    known = with_values(rows, dimension)
    if not known:
        return Sentence(f"{opening} an unknown share {ending}: too few to say", claim=False)
    lowest = min(known, key=lambda row: row.value or 0.0)
    highest = max(known, key=lambda row: row.value or 0.0)
    name = words(str(lowest.dimensions[dimension]))
    if lowest is highest:
        return Sentence(f"{opening} {number(lowest.value or 0.0, 'share')} {ending} (“{name}”)", claim=False)
    shown = among_compared(rows, dimension, known, comma=True)
    return Sentence(
        f"{opening} between {percent(lowest.value or 0.0)} and {percent(highest.value or 0.0)} {ending}; {none}{shown}",
        claim=False,
    )

"""The headline over all answers. In: revenue, a quarter's moves, and the other pages' sentences. Out: a `Sentence`."""

from __future__ import annotations

from collections.abc import Sequence

from app.expectations.stakes import Stake
from app.kit.findings import usable
from app.kit.formatting import ended, money, number, percent, signed
from app.kit.hidden import among_compared
from app.kit.sentences import Sentence
from app.today.findings import NO_MOVES, SCALES, SUBJECT, Move, Moves, find_unpriced
from serving import AnswerRow

# What moved, as the subject of a sentence.
NAMES = {
    "revenue": "revenue",
    "acquired": "customers acquired",
    "lost": "customers lost",
    "net_growth": "net growth of customers",
    "retention_rate": "monthly retention (active within {days} days of their last purchase)",
    "nps": "NPS",
    "csat": "the share who are satisfied (CSAT)",
}


def today(
    revenue: AnswerRow | None,
    moves: Moves = NO_MOVES,
    *,
    currency: str,
    found: Sequence[Sentence],
    is_fed: bool = True,
    period: str = " in this period",
    quarter: str = "",
    scope: str = "",
    active_days: int,
) -> Sentence:
    """The headline over all four answers: what moved in the last closed quarter, and the first proven shortfall.

    Args:
        revenue: of the days that are shown.
        is_fed: whether any source has revenue at all; where none has, nothing is said of a period.
        period: how a sentence names the days that are shown.
        quarter: how it names the quarter of `moves`.
        scope: the reader's filters in words.
        active_days: how long a purchase keeps a customer active.
    """
    first = next((sentence for sentence in found if sentence.claim), None)
    parts = [moved(moves, currency=currency, quarter=quarter, scope=scope, days=active_days)] if moves.said else []
    is_shown = is_fed and revenue is not None and revenue.status == "ok" and revenue.value is not None
    if not parts or (is_fed and not is_shown):
        parts.insert(0, _revenue(revenue, currency, f"{period}{scope}", scope) if is_fed else "No source has revenue")
    if first is not None:
        parts.append(first.text)
    return Sentence(". ".join(parts), claim=first is not None or any(move.is_proven for move in moves.said))


def moved(moves: Moves, *, currency: str, quarter: str, scope: str, days: int) -> str:
    """The good and the bad move of a quarter, each with what it is compared with."""
    said = moves.said
    shared = {move.against for move in said}
    facts = [
        f"{_fact(move, currency, days)}{'' if move.is_proven else ' (may be chance)'}"
        f"{f' against {move.against}' if len(shared) > 1 else ''}"
        for move in said
    ]
    opening = f"In {quarter}{scope}, against {said[0].against}," if len(shared) == 1 else f"In {quarter}{scope}"
    return f"{opening} {', but '.join(facts)}"


def _fact(move: Move, currency: str, days: int) -> str:
    name = NAMES[move.metric].format(days=days)
    verb = "rose" if move.now > move.before else "fell"
    unit = "currency" if move.metric == "revenue" else "count"
    if move.metric in SCALES:
        unit = "score" if move.metric == "nps" else "share"
        points = abs(move.now - move.before) * (1 if move.metric == "nps" else 100)
        exact = unit == "share"
        return f"{name} {verb} by {signed(points).lstrip('+')} points to {number(move.now, unit, exact=exact)}"
    now, before = (number(value, unit, currency=currency) for value in (move.now, move.before))
    # A share of zero or less says nothing, nor does one that leads below it.
    if move.before <= 0 or move.now < 0:
        return f"{name} {verb} from {before} to {now}"
    return f"{name} {verb} {percent(abs(move.relative))} to {now}"


def _revenue(now: AnswerRow | None, currency: str, period: str, scope: str) -> str:
    if now is not None and now.status not in ("ok", "no_data"):
        return f"Revenue cannot be shown{scope}"
    if now is None or now.value is None:
        return f"No revenue is recorded{period}"
    return f"Revenue is {money(now.value, currency)}{period}"


def unpriced(stakes: Sequence[Stake]) -> str:
    """The pain without an amount, which a ranking by amounts leaves last; empty where there is none."""
    found = find_unpriced(stakes)
    if found is None or found.below is None or found.below.value is None:
        return ""
    rows = [stake.below for stake in stakes if stake.below is not None]
    among = among_compared(rows, SUBJECT, usable(rows, SUBJECT), "interactions", comma=True)
    why = f" {ended(found.row.reason)}" if found.row.reason else ""
    return (
        f"Most often short, without an amount: {percent(found.below.value)} of all who rated it are below what they "
        f"tolerate in “{found.label}”{among}.{why}"
    )

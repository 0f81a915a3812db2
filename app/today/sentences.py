"""The headline over all answers. In: revenue, and the other pages' sentences. Out: a `Sentence`."""

from __future__ import annotations

from collections.abc import Sequence

from app.kit.formatting import money, percent, signed
from app.kit.sentences import Sentence
from serving import AnswerRow

# Revenue moves by a few percent from month to month by itself; five over a year is a change that a plan would name.
MATERIAL_CHANGE = 0.05


def today(
    revenue: AnswerRow | None,
    before: AnswerRow | None,
    *,
    currency: str,
    found: Sequence[Sentence],
    is_fed: bool = True,
    period: str = " in this period",
) -> Sentence:
    """The headline over all four answers: how revenue moved, and the first shortfall that was proven.

    Args:
        is_fed: whether any source has revenue at all; where none has, nothing is said of a period.
        period: how a sentence names the days that are shown.
    """
    first = next((sentence for sentence in found if sentence.claim), None)
    opening = _revenue(revenue, before, currency, period) if is_fed else "No source has revenue"
    if first is None:
        return Sentence(opening, claim=False)
    return Sentence(f"{opening}. {first.text}", claim=True)


def _revenue(now: AnswerRow | None, before: AnswerRow | None, currency: str, period: str) -> str:
    if now is not None and now.status not in ("ok", "no_data"):
        return "Revenue cannot be shown"
    if now is None or now.value is None:
        return f"No revenue is recorded{period}"
    amount = money(now.value, currency)
    if before is None or before.value is None or before.value <= 0:
        return f"Revenue is {amount}"
    moved = now.value / before.value - 1
    if abs(moved) < MATERIAL_CHANGE:
        return f"Revenue is level at {amount} ({signed(moved * 100, decimals=0)}%)"
    return f"Revenue is {'up' if moved > 0 else 'down'} {percent(abs(moved))} to {amount}"

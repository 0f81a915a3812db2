"""What the four corners did, as sentences. In: rows of governed answers. Out: counts, never a cause."""

from __future__ import annotations

from collections.abc import Mapping

from app.corners.findings import UNATTRIBUTED, Credited
from app.kit.formatting import count_of, listing, number, percent, words
from app.kit.sentences import Sentence
from serving import AnswerRow

# What each movement counts, in the singular: who stays is counted once a month.
COUNTED = {"acquired": "customer", "retained": "month of a customer", "reactivated": "customer", "lost": "customer"}
_PLURALS = {"month of a customer": "months of customers"}
HALF = 0.5
# Movements whose credits a title names -> what it calls those whom they count: who stays is counted once a month.
NAMED = {"acquired": "customers acquired", "retained": "months in which customers stayed"}


def corners(net: AnswerRow | None, credited: Mapping[str, Credited], *, scope: str = "", when: str = "") -> Sentence:
    """How many customers came and went, and which corner was there before they came. Counts, never a cause.

    Args:
        when: the time of the credits, where it is not that of the movements.
    """
    if net is None or net.value is None:
        came, went = (credited[name].counted if name in credited else None for name in ("acquired", "lost"))
        if came is None or went is None:
            return Sentence(f"Whether customers came or went cannot be shown{scope}", claim=False)
        return Sentence(
            f"{count_of(came, 'customer')} acquired and {number(went, 'count')} lost{scope}; the sum of all movements "
            "cannot be shown",
            claim=False,
        )
    text = (
        f"As many customers came as went{scope}"
        if net.value == 0
        else f"{number(net.value, 'count')} net new {'customer' if net.value == 1 else 'customers'}{scope}"
        if net.value > 0
        else f"{count_of(-net.value, 'customer')} fewer than at the start of the period{scope}"
    )
    most = credited["acquired"].most if "acquired" in credited else None
    if most is not None:
        corner, share = most
        if corner != UNATTRIBUTED:
            said = f"{corner} earned {percent(share)} of the credit for those acquired"
        elif share > HALF:
            said = f"what brought those acquired is mostly unknown: {percent(share)} of the credit is unattributed"
        else:
            said = f"{percent(share)} of the credit for those acquired is unattributed, more than any corner has"
        text += f"; {when + ', ' if when else ''}{said}"
    return Sentence(text, claim=net.value != 0)


def credited_most(credited: Mapping[str, Credited], *, when: str = "") -> Sentence:
    """The title over the credits: which corner was there most often before customers came, and before they stayed.

    Args:
        when: the time of the credits, where it is not the period of the page.
    """
    by_corner: dict[str, list[str]] = {}
    for movement, counted in NAMED.items():
        most = credited[movement].most if movement in credited else None
        if most:
            by_corner.setdefault(most[0], []).append(f"{counted} ({percent(most[1])})")
    parts = [
        f"the largest part is unattributed for {listing(earned)}"
        if corner == UNATTRIBUTED
        else f"{corner} earns most for {listing(earned)}"
        for corner, earned in by_corner.items()
    ]
    if parts:
        return Sentence(words(f"{when + ', ' if when else ''}{listing(parts)}"), claim=False)
    is_hidden = any(credited[movement].hidden for movement in NAMED if movement in credited)
    return Sentence("Which corner earns most cannot be shown here" if is_hidden else "Credits by corner", claim=False)


def reconciled(credited: Mapping[str, Credited], *, when: str = "") -> tuple[Sentence, tuple[str, ...]]:
    """Whether credits add up to the customers they were given for: a title, and a line a movement.

    Args:
        when: the time of the credits, where it is not the period of the page.
    """
    lines = [
        f"{words(movement)}: {counted(movement, one.counted)}, "
        + ("credits partly hidden" if one.hidden else f"{number(sum(one.credits.values()), 'count')} credits")
        for movement, one in credited.items()
        if one.counted is not None and (one.credits or one.hidden)
    ]
    found = [one.reconciles for one in credited.values() if one.credits or one.hidden]
    if False in found:
        return Sentence("Credits do not add up to the customers", claim=True), tuple(lines)
    ending = f" {when}" if when else ""
    if not found or None in found:
        return Sentence(f"Customers and credits{ending}", claim=False), tuple(lines)
    return Sentence(f"Credits add up to the customers{ending}", claim=True), tuple(lines)


def counted(movement: str, value: float) -> str:
    """A movement's count with what it counts."""
    what = COUNTED[movement]
    return count_of(value, what, _PLURALS.get(what))

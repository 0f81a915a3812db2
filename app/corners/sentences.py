"""What the four corners did, as sentences. In: rows of governed answers. Out: counts, never a cause."""

from __future__ import annotations

from collections.abc import Mapping

from app.kit.formatting import count_of, listing, percent, words
from app.kit.sentences import Sentence
from serving import AnswerRow
from workspace.vocabulary import CORNERS


def corners(net: AnswerRow | None, shares: Mapping[tuple[str, str], float], *, scope: str = "") -> Sentence:
    """How many customers came and went, and which corner was there before they came. Counts, never a cause."""
    if net is None or net.value is None:
        return Sentence(f"Whether customers came or went cannot be shown{scope}", claim=False)
    moved = count_of(abs(net.value), "customer")
    text = (
        f"As many customers came as went{scope}"
        if net.value == 0
        else f"{moved} {'more' if net.value > 0 else 'fewer'} than at the start of the period{scope}"
    )
    first = _strongest(shares, "acquired")
    return Sentence(
        f"{text}; {first[0]} earned {percent(first[1])} of the credit for those acquired" if first else text,
        claim=net.value != 0,
    )


def credited_most(shares: Mapping[tuple[str, str], float]) -> Sentence:
    """The title over the credits: which corner was there most often before customers came, and before they stayed."""
    by_corner: dict[str, list[str]] = {}
    for movement in ("acquired", "retained"):
        best = _strongest(shares, movement)
        if best:
            by_corner.setdefault(best[0], []).append(f"{movement} ({percent(best[1])})")
    parts = [f"{corner} earns most for customers {listing(earned)}" for corner, earned in by_corner.items()]
    return Sentence(words(listing(parts)) if parts else "Credits by corner", claim=False)


def _strongest(shares: Mapping[tuple[str, str], float], movement: str) -> tuple[str, float] | None:
    of_movement = {corner: share for (corner, name), share in shares.items() if name == movement and corner in CORNERS}
    if not of_movement:
        return None
    corner = max(of_movement, key=lambda name: of_movement[name])
    return corner, of_movement[corner]

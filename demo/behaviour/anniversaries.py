"""Contacts before a customer lapses: people who left for good in; who was contacted by which corner, and who came back.

Most of a year after the last order one of the four corners, drawn at random, writes or calls. Whom it wins back orders
again before the year is over; everybody else counts as lost from then on. The contact comes after more than 90 days of
silence, so that it says nothing about the stage that was left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from demo.setting.effects import CORNERS, Effects
from demo.setting.people import Bools, Ints

EARLIEST: Final = 285  # days after the last order
SPREAD: Final = 40
BACK_AFTER: Final = 3  # days from the contact to the order of those who come back
BACK_WITHIN: Final = 21


@dataclass(frozen=True, kw_only=True)
class Anniversaries:
    """One entry per contact; `corner` indexes CORNERS, `back_on` is the day of the next order, -1 for none."""

    person: Ints
    day: Ints
    corner: Ints
    back_on: Ints


def contact(
    rng: np.random.Generator, *, person: Ints, ordered: Ints, silent_from: Ints, last_day: int, world: Effects
) -> Anniversaries:
    """Contact those whose anniversary falls into their silence, and into history.

    Args:
        person: customers who left for good.
        ordered: day of their last order.
        silent_from: first day on which a contact is clearly separate from earlier ones.
        last_day: end of history.
    """
    luck = rng.random((len(person), 3))
    day = ordered + EARLIEST + (luck[:, 0] * SPREAD).astype(np.int64)
    corner = rng.integers(len(CORNERS), size=len(person))
    won = luck[:, 1] < np.array([world.kept_by[name] for name in CORNERS])[corner]
    back_on = np.where(won, day + BACK_AFTER + (luck[:, 2] * (BACK_WITHIN - BACK_AFTER)).astype(np.int64), -1)
    chosen: Bools = (day >= silent_from) & (day <= last_day)
    return Anniversaries(person=person[chosen], day=day[chosen], corner=corner[chosen], back_on=back_on[chosen])


def together(parts: list[Anniversaries]) -> Anniversaries:
    """All contacts by day and person."""
    person, day, corner, back_on = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("person", "day", "corner", "back_on")
    )
    order = np.lexsort((person, day))
    return Anniversaries(person=person[order], day=day[order], corner=corner[order], back_on=back_on[order])

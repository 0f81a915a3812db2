"""Orders: visits that buy in; sales, refunds and cancellations out.

A refund names the order it takes back and falls into the weeks of use after it. A cancellation follows a first order
that led no further, on the same day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from demo.behaviour.journeys import Visits
from demo.behaviour.touches import Settings, Touches
from demo.setting.people import Bools, Floats, Ints, People, Texts
from demo.setting.vocabulary import USE

TYPICAL_AMOUNT: Final = 52.0
AMOUNT_SPREAD: Final = 0.5
_FAR: Final = 1_000_000  # more days than history has, so that person and day make one number
REFUNDED: Final = 0.11  # of the orders that are followed by use


@dataclass(frozen=True, kw_only=True)
class Orders:
    """One entry per sale, by time; `visit` is the visit in which it was placed."""

    visit: Ints
    order_id: Texts
    day: Ints
    second: Ints
    amount: Floats

    def again_within(self, visits: Visits, person: Ints, day: Ints, *, days: int) -> Bools:
        """Whether each person orders on one of the `days` days after `day`."""
        ordered = np.sort(visits.person[self.visit] * _FAR + self.day)
        position = np.searchsorted(ordered, person * _FAR + day, side="right")
        following = np.r_[ordered, -1][position]
        again: Bools = (following >= 0) & (following <= person * _FAR + day + days)
        return again


@dataclass(frozen=True, kw_only=True)
class Movements:
    """One entry per line of the export, by time: `order` indexes the orders, `amount` is never negative."""

    order: Ints
    kind: Texts
    day: Ints
    second: Ints
    amount: Floats

    @property
    def net_cents(self) -> int:
        """Sales less refunds and cancellations."""
        sign = np.where(self.kind == "sale", 1, -1)
        return int((sign * np.rint(100 * self.amount).astype(np.int64)).sum())


def draw_orders(people: People, visits: Visits, touches: Touches, *, seed: int) -> Orders:
    """Place one order in every visit that buys."""
    rng = np.random.default_rng([seed, 5])
    visit = np.nonzero(visits.buys)[0]
    second = touches.closing[visit] + rng.integers(20, 90, len(visit))
    amount = TYPICAL_AMOUNT * np.exp(rng.normal(0, AMOUNT_SPREAD, len(visit))) * people.spend[visits.person[visit]]
    order = np.lexsort((visit, second, visits.day[visit]))
    visit, second, amount = visit[order], second[order], np.maximum(np.round(amount[order], 2), 1.0)
    order_id = np.array([f"N-{200_001 + i}" for i in range(len(visit))], dtype=object)
    return Orders(visit=visit, order_id=order_id, day=visits.day[visit], second=second, amount=amount)


def draw_movements(visits: Visits, settings: Settings, orders: Orders, *, seed: int) -> Movements:
    """All sales, with the refunds and cancellations that followed, by time."""
    rng = np.random.default_rng([seed, 6])
    size = len(orders.visit)
    refunded, refund_visit, share = _refunds(rng, visits, orders)
    cancelled = np.nonzero(visits.cancels[orders.visit])[0]
    order = np.r_[np.arange(size), refunded, cancelled]
    kind = np.repeat(np.array(["sale", "refund", "cancel"], dtype=object), [size, len(refunded), len(cancelled)])
    day = np.r_[orders.day, visits.day[refund_visit], orders.day[cancelled]]
    second = np.r_[
        orders.second,
        settings.second[refund_visit] + 1860,
        orders.second[cancelled] + rng.integers(600, 3600, len(cancelled)),
    ]
    back = np.maximum(np.round(orders.amount[refunded] * share, 2), 0.01)
    amount = np.r_[orders.amount, back, orders.amount[cancelled]]
    when = np.lexsort((np.arange(len(order)), second, day))
    return Movements(order=order[when], kind=kind[when], day=day[when], second=second[when], amount=amount[when])


def _refunds(rng: np.random.Generator, visits: Visits, orders: Orders) -> tuple[Ints, Ints, Floats]:
    """Orders that are taken back, the visit of the following use run at which it happens, and how much of it."""
    luck = rng.random((len(orders.visit), 2))
    chosen = np.nonzero((visits.next_stage[orders.visit] == USE) & (luck[:, 0] < REFUNDED))[0]
    run_starts = np.nonzero(np.r_[True, visits.run[1:] != visits.run[:-1]])[0]
    refund_visit = run_starts[visits.run[orders.visit[chosen]] + 1]
    share = np.where(luck[chosen, 1] < 0.6, 1.0, 0.3 + 0.5 * luck[chosen, 1])
    return chosen, refund_visit, share

"""Orders: visits that buy in; sales, refunds and cancellations as the CRM exports them out.

A refund names the order it takes back and falls into the weeks of use after it. A cancellation follows a first order
that led no further, on the same day.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from ingestion.demo.files import Calendar, write_by_period
from ingestion.demo.journeys import Visits
from ingestion.demo.people import Floats, Ints, People, Texts
from ingestion.demo.touches import Settings, Touches
from ingestion.demo.vocabulary import CHANNELS, USE

TYPICAL_AMOUNT: Final = 52.0
AMOUNT_SPREAD: Final = 0.5
REFUNDED: Final = 0.11  # of the orders that are followed by use
HEADER: Final = (
    "Order Number", "Customer", "Ordered At", "Type", "Net Amount", "Currency", "Cost", "Items", "Source", "Medium",
    "Campaign",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Orders:
    """One entry per sale, by time; `visit` is the visit in which it was placed."""

    visit: Ints
    order_id: Texts
    day: Ints
    second: Ints
    amount: Floats


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


def write_orders(
    folder: Path,
    visits: Visits,
    settings: Settings,
    orders: Orders,
    crm_ids: Texts,
    *,
    seed: int,
    calendar: Calendar,
) -> None:
    """Write `orders-<quarter>.csv`: sales with the refunds and cancellations that followed."""
    rng = np.random.default_rng([seed, 6])
    size = len(orders.visit)
    items = 1 + np.minimum(rng.poisson(0.8, size), 8)
    cost = np.round(orders.amount * rng.uniform(0.45, 0.65, size), 2)
    kind = np.full(size, "sale", dtype=object)
    refund, refund_visit, share = _refunds(rng, visits, orders)
    cancel = np.nonzero(visits.cancels[orders.visit])[0]

    source = np.r_[np.arange(size), refund, cancel]
    day = np.r_[orders.day, visits.day[refund_visit], orders.day[cancel]]
    second = np.r_[
        orders.second,
        settings.second[refund_visit] + 1860,
        orders.second[cancel] + rng.integers(600, 3600, len(cancel)),
    ]
    amount = np.r_[orders.amount, np.maximum(np.round(orders.amount[refund] * share, 2), 0.01), orders.amount[cancel]]
    kind = np.r_[kind, np.full(len(refund), "refund", dtype=object), np.full(len(cancel), "cancel", dtype=object)]
    channel = settings.channel[orders.visit[source]]
    when = np.lexsort((np.arange(len(source)), second, day))
    stamps = calendar.local(day, second)
    rows = []
    for i in when:
        order = source[i]
        sale = kind[i] == "sale"
        place = CHANNELS[channel[i]]
        rows.append(
            (
                orders.order_id[order],
                crm_ids[orders.visit[order]],
                stamps[i],
                kind[i],
                f"{amount[i]:.2f}",
                "EUR",
                f"{cost[order]:.2f}" if sale else "",
                str(items[order]) if sale else "",
                place.source if sale else "",
                place.medium if sale else "",
                calendar.campaign(day[i], place.medium) if sale else "",
            )
        )
    write_by_period(
        folder, "orders", HEADER, rows, periods=calendar.quarters(day[when]), latest=calendar.latest_quarter
    )


def _refunds(rng: np.random.Generator, visits: Visits, orders: Orders) -> tuple[Ints, Ints, Floats]:
    """Orders that are taken back, the visit of the following use run at which it happens, and how much of it."""
    luck = rng.random((len(orders.visit), 2))
    chosen = np.nonzero((visits.next_stage[orders.visit] == USE) & (luck[:, 0] < REFUNDED))[0]
    run_starts = np.nonzero(np.r_[True, visits.run[1:] != visits.run[:-1]])[0]
    refund_visit = run_starts[visits.run[orders.visit[chosen]] + 1]
    share = np.where(luck[chosen, 1] < 0.6, 1.0, 0.3 + 0.5 * luck[chosen, 1])
    return chosen, refund_visit, share

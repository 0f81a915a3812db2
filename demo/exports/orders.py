"""The CRM's order export: history in; `orders-<quarter>.csv` with a little dirt out."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from demo.behaviour.history import History
from demo.dirt import NO_DATE, DirtBook, Row, as_it_is, with_cells
from demo.files import write_by_period
from demo.setting.people import Ints
from demo.setting.vocabulary import CHANNELS

HEADER: Final = (
    "Order Number", "Customer", "Ordered At", "Type", "Net Amount", "Currency", "Cost", "Items", "Source", "Medium",
    "Campaign",
)  # fmt: skip


ORDERED_AT, KIND, AMOUNT, CURRENCY = (HEADER.index(name) for name in ("Ordered At", "Type", "Net Amount", "Currency"))


def _pieces(rng: np.random.Generator, size: int) -> Ints:
    """How many articles each order has."""
    pieces: Ints = 1 + np.minimum(rng.poisson(0.8, size), 8)
    return pieces


def pieces_of(history: History) -> Ints:
    """The same, for the export of the orders' lines: what is drawn first of the orders' luck."""
    return _pieces(history.rng(12), len(history.orders.visit))


def _rows(history: History) -> tuple[list[Row], list[str]]:
    """Rows of the orders export by time, and the quarter of each. Only sales say what they cost and where from."""
    rng = history.rng(12)
    orders, movements, calendar = history.orders, history.movements, history.calendar
    size = len(orders.visit)
    items = _pieces(rng, size)
    cost = np.round(orders.amount * rng.uniform(0.45, 0.65, size), 2)
    stamps = calendar.local(movements.day, movements.second)
    rows: list[Row] = []
    for i, order in enumerate(movements.order):
        visit = orders.visit[order]
        place = CHANNELS[history.settings.channel[visit]]
        details = (
            f"{cost[order]:.2f}",
            str(items[order]),
            place.source,
            place.medium,
            calendar.campaign(movements.day[i], place.medium),
        )
        is_sale = movements.kind[i] == "sale"
        rows.append(
            (
                orders.order_id[order],
                history.crm_ids[visit],
                stamps[i],
                movements.kind[i],
                f"{movements.amount[i]:.2f}",
                "EUR",
                *(details if is_sale else [""] * len(details)),
            )
        )
    return rows, calendar.quarters(movements.day)


def write_orders(folder: Path, history: History, book: DirtBook) -> None:
    """Write `orders-<quarter>.csv`."""
    rows, periods = _rows(history)
    rng = history.rng(16)
    refunds = [i for i, kind in enumerate(history.movements.kind) if kind == "refund"]
    if refunds and book.wanted.files:
        # A second part of a refund that is already there, in money of which the company has no rate.
        rows.append(with_cells(list(rows[refunds[0]]), {AMOUNT: "7300.00", CURRENCY: "ISK"}))
        periods.append(periods[refunds[0]])
        book.note("orders: currency without a rate", 1)
    book.add("orders: repeated", rng, rows, periods, as_it_is, share=0.003)
    book.add("orders: bad date", rng, rows, periods, lambda row, n: _added(row, n, {ORDERED_AT: NO_DATE}))
    book.add("orders: impossible amount", rng, rows, periods, lambda row, n: _added(row, 100 + n, {AMOUNT: "-12.00"}))
    book.add("orders: amount is not a number", rng, rows, periods, lambda row, n: _added(row, 200 + n, {AMOUNT: "n/a"}))
    write_by_period(folder, "orders", HEADER, rows, periods=periods, latest=history.calendar.latest_quarter)


def _added(row: list[str], number: int, cells: dict[int, str]) -> Row:
    """A sale that never was, of a person who is there."""
    return with_cells(row, {0: f"N-9{number:05d}", KIND: "sale", **cells})

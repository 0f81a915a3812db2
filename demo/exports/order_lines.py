"""The shop's export of what was ordered: history in; `order_lines-<quarter>.csv` out, one row an article of an order.

Pieces and amounts of an order's lines add up to those of the order.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from demo.behaviour.history import History
from demo.exports.orders import pieces_of
from demo.files import write_by_period

HEADER: Final = ("Order Number", "Position", "Article", "Article Name", "Group", "Pieces", "Net Amount")
# Article, name, group, how often it is chosen, and what it costs beside the others.
ARTICLES: Final = (
    ("kettle-02", "Kettle 02", "Kitchen", 0.30, 60),
    ("lamp-11", "Desk lamp 11", "Light", 0.22, 45),
    ("fan-07", "Quiet fan 07", "Air", 0.16, 80),
    ("filter-03", "Water filter 03", "Spare parts", 0.20, 15),
    ("mill-05", "Coffee mill 05", "Kitchen", 0.12, 70),
)


def write_order_lines(folder: Path, history: History) -> None:
    """Write `order_lines-<quarter>.csv`."""
    rng = history.rng(60)
    orders, movements, calendar = history.orders, history.movements, history.calendar
    pieces = pieces_of(history)
    shares = np.array([article[3] for article in ARTICLES])
    chosen = [rng.multinomial(count, shares) for count in pieces]
    rows: list[tuple[str, ...]] = []
    periods: list[str] = []
    for i, quarter in enumerate(calendar.quarters(movements.day)):
        if movements.kind[i] != "sale":
            continue
        order = movements.order[i]
        lines = list(_lines(chosen[order].tolist(), round(100 * float(movements.amount[i]))))
        rows += [(str(orders.order_id[order]), *line) for line in lines]
        periods += [quarter] * len(lines)
    write_by_period(folder, "order_lines", HEADER, rows, periods=periods, latest=calendar.latest_quarter)


def _lines(chosen: list[int], cents: int) -> Iterator[tuple[str, ...]]:
    """The lines of an order: its amount is divided by what the articles cost beside each other, to the cent."""
    weights = [count * article[4] for count, article in zip(chosen, ARTICLES, strict=True)]
    left, weight_left = cents, sum(weights)
    position = 0
    for (number, name, group, _, _), count, weight in zip(ARTICLES, chosen, weights, strict=True):
        if not count:
            continue
        position += 1
        amount = left * weight // weight_left
        left, weight_left = left - amount, weight_left - weight
        yield str(position), number, name, group, str(count), f"{amount / 100:.2f}"

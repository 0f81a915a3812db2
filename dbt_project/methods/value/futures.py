"""Histories and uncertain parameters come in; draws of what every customer may buy next go out, a part at a time.

A draw takes parameters from how uncertain they are, then for every customer whether alive, at which rate, until when,
and at what worth, each from its distribution given the customer's history. Sums over customers of one draw are a draw
of the sum: intervals of totals come from those, since bounds of single customers cannot be added.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dbt_project.methods.value import bg_nbd, mbg_nbd

Floats = NDArray[np.float64]

# Draws x customers held at once: a few dozen megabytes.
_CELLS: Final = 1_000_000
# Smaller chances of dropping out are none within any horizon; the geometric distribution needs more than 0.
_SMALLEST_CHANCE: Final = 1e-12


@dataclass(frozen=True)
class Customers:
    """Customers, one a position. All arrays have the shape (customers,).

    Attributes:
        x, recency, age: histories, in the unit of the horizon.
        spend: what a purchase is worth: the mean of `valued` purchases where the worth is drawn, else what is expected.
        valued: repeat purchases of a known worth; 0 where the customer's own worth is unknown.
    """

    x: Floats
    recency: Floats
    age: Floats
    spend: Floats
    valued: Floats


@dataclass(frozen=True)
class Futures:
    """What customers `first` to `last` (excluded) buy in the horizon; arrays of shape (draws, last - first)."""

    first: int
    last: int
    purchases: Floats
    worth: Floats


def simulate(
    customers: Customers,
    *,
    buying: Floats,
    spending: Floats | None,
    horizon: float,
    generator: np.random.Generator,
    drops_at_first: bool = False,
) -> Iterator[Futures]:
    """Draw the future of all customers, as many at a time as fit into little memory.

    Given the history and being alive, BG/NBD has lambda ~ Gamma(r + x, alpha + T) and p ~ Beta(a, b + x), so that the
    purchases are the smaller of a Poisson number and a geometric one; in MBG/NBD p ~ Beta(a, b + x + 1). Gamma-Gamma
    has v ~ Gamma(p x + q, gamma + x m), so that y purchases are worth Gamma(p y, v).

    Args:
        customers: in an order that does not change, so that the same seed gives the same draws.
        buying: draws of r, alpha, a, b; shape (draws, 4).
        spending: draws of p, q, gamma, shape (draws, 3); None: every purchase is worth `customers.spend`.
        horizon: how far to look ahead, in the unit of the histories.
        generator: the source of chance.
        drops_at_first: whether customers may drop out after their first purchase, too: MBG/NBD.
    """
    size = max(1, _CELLS // buying.shape[0])
    for first in range(0, customers.x.size, size):
        last = min(first + size, customers.x.size)
        part = Customers(
            **{name: getattr(customers, name)[first:last] for name in ("x", "recency", "age", "spend", "valued")}
        )
        purchases = _purchases(part, buying, horizon, generator, drops_at_first=drops_at_first)
        worth = purchases * part.spend if spending is None else _worth(part, purchases, spending, generator)
        yield Futures(first=first, last=last, purchases=purchases, worth=worth)


def _purchases(
    customers: Customers, buying: Floats, horizon: float, generator: np.random.Generator, *, drops_at_first: bool
) -> Floats:
    r, alpha, a, b = buying.T[:, :, None]
    p_alive = mbg_nbd.p_alive if drops_at_first else bg_nbd.p_alive
    alive = p_alive((r, alpha, a, b), x=customers.x, recency=customers.recency, age=customers.age)
    draw, one = np.nonzero(generator.random(alive.shape) < alive)
    x, age = customers.x[one], customers.age[one]
    rate = generator.standard_gamma(r[draw, 0] + x) / (alpha[draw, 0] + age)
    wanted = generator.poisson(rate * horizon)
    buys = wanted > 0
    draw, one, wanted, x = draw[buys], one[buys], wanted[buys], x[buys]
    chance = np.maximum(generator.beta(a[draw, 0], b[draw, 0] + drops_at_first + x), _SMALLEST_CHANCE)
    purchases = np.zeros(alive.shape)
    purchases[draw, one] = np.minimum(wanted, generator.geometric(chance))
    return purchases


def _worth(customers: Customers, purchases: Floats, spending: Floats, generator: np.random.Generator) -> Floats:
    p, q, gamma = spending.T
    draw, one = np.nonzero(purchases)
    valued, mean = customers.valued[one], customers.spend[one]
    own = generator.standard_gamma(p[draw] * valued + q[draw]) / (gamma[draw] + valued * np.where(valued > 0, mean, 0))
    worth = np.zeros(purchases.shape)
    worth[draw, one] = generator.standard_gamma(p[draw] * purchases[draw, one]) / own
    return worth


def simulate_months(
    survived: Floats, *, leaving: Floats, horizon: int, generator: np.random.Generator
) -> Iterator[tuple[int, int, Floats]]:
    """Draw for how many of the next months each running contract lasts, some contracts at a time.

    Given that it has survived so many months, a contract has theta ~ Beta(a, b + survived) (see `sbg`).

    Args:
        survived: whole months, shape (contracts,), in an order that does not change.
        leaving: draws of a and b; shape (draws, 2).
        horizon: whole months to look ahead.
        generator: the source of chance.

    Yields:
        The first contract, the one after the last, and months of shape (draws, last - first).
    """
    size = max(1, _CELLS // leaving.shape[0])
    a, b = leaving.T[:, :, None]
    for first in range(0, survived.size, size):
        last = min(first + size, survived.size)
        chance = np.maximum(generator.beta(a, b + survived[first:last]), _SMALLEST_CHANCE)
        yield first, last, np.minimum(generator.geometric(chance) - 1, horizon).astype(np.float64)

"""What is known of customers and how uncertain models are comes in; draws of everybody's future value go out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dbt_project.methods.value.fitting import Estimates
from dbt_project.methods.value.futures import Customers, simulate, simulate_months

Floats = NDArray[np.float64]

# One seed for all: the same customers and models give the same intervals in every build.
SEED: Final = 20261122
DRAWS: Final = 400
# Bounds of 95% intervals, as of every other interval that readers see.
QUANTILES: Final = (0.025, 0.975)


@dataclass(frozen=True)
class Buyers:
    """Customers who order, as `futures.Customers`; `kept_share` is what refunds leave of a unit of sales.

    `drops_at_first` says whether `buying` is an MBG/NBD, else it is a BG/NBD.
    """

    customers: Customers
    horizon: float
    kept_share: float
    buying: Estimates
    spending: Estimates | None
    drops_at_first: bool = False


@dataclass(frozen=True)
class Subscribers:
    """Running contracts: whole months survived, and money a month; shape (contracts,)."""

    survived: Floats
    amount: Floats
    horizon: int
    leaving: Estimates


@dataclass(frozen=True)
class Draws:
    """Future value of rows `first` to `last` (excluded): shape (draws, last - first)."""

    first: int
    last: int
    value: Floats


def draw_buyers(buyers: Buyers) -> Iterator[Draws]:
    """Draw what customers who order will be worth over the horizon."""
    generator = np.random.default_rng([SEED, 0])
    buying = buyers.buying.draw(generator, DRAWS)
    spending = None if buyers.spending is None else buyers.spending.draw(generator, DRAWS)
    for part in simulate(
        buyers.customers,
        buying=buying,
        spending=spending,
        horizon=buyers.horizon,
        generator=generator,
        drops_at_first=buyers.drops_at_first,
    ):
        yield Draws(part.first, part.last, part.worth * buyers.kept_share)


def draw_subscribers(subscribers: Subscribers) -> Iterator[Draws]:
    """Draw what running contracts will be worth over the horizon."""
    generator = np.random.default_rng([SEED, 1])
    leaving = subscribers.leaving.draw(generator, DRAWS)
    for first, last, months in simulate_months(
        subscribers.survived, leaving=leaving, horizon=subscribers.horizon, generator=generator
    ):
        yield Draws(first, last, months * subscribers.amount[first:last])


class PersonBounds:
    """Keeps the bounds of everybody's value while draws pass by; rows of one person are added up first.

    Attributes:
        people: the person of each row, ascending.
    """

    def __init__(self, people: NDArray[np.int64]) -> None:
        self.people = people
        self._found: list[tuple[NDArray[np.int64], Floats]] = []
        # The last person of a part may go on in the next one.
        self._open: tuple[NDArray[np.int64], Floats] | None = None

    def watch(self, draws: Iterator[Draws]) -> Iterator[Draws]:
        """Pass draws on."""
        for part in draws:
            people, starts = np.unique(self.people[part.first : part.last], return_index=True)
            value = np.add.reduceat(part.value, starts, axis=1)
            if self._open is not None:
                if self._open[0][0] == people[0]:
                    value[:, :1] += self._open[1]
                else:
                    self._keep(*self._open)
            self._keep(people[:-1], value[:, :-1])
            self._open = people[-1:], value[:, -1:]
            yield part
        if self._open is not None:
            self._keep(*self._open)

    def result(self) -> tuple[NDArray[np.int64], Floats]:
        """Everybody once, and their lower and upper bounds, shape (2, people)."""
        people, bounds = zip(*self._found, strict=True)
        return np.concatenate(people), np.concatenate(bounds, axis=1)

    def _keep(self, people: NDArray[np.int64], value: Floats) -> None:
        if people.size:
            self._found.append((people, np.quantile(value, QUANTILES, axis=0)))


def sum_by_group(draws: Iterator[Draws], groups: NDArray[np.int64], count: int) -> Floats:
    """Add up the draws of each group: shape (draws, count).

    Args:
        draws: as drawn.
        groups: the groups of each row, shape (rows, dimensions): a row is in one group of every dimension.
        count: number of groups, over all dimensions.
    """
    totals = np.zeros((DRAWS, count))
    for part in draws:
        for of_dimension in groups[part.first : part.last].T:
            order = np.argsort(of_dimension, kind="stable")
            present, starts = np.unique(of_dimension[order], return_index=True)
            totals[:, present] += np.add.reduceat(part.value[:, order], starts, axis=1)
    return totals

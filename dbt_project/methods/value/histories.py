"""Repeat purchases, recency and age of customers come in; their distinct combinations with counts go out, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dbt_project.methods.value.fitting import ModelRefusedError

Floats = NDArray[np.float64]

# Fewer customers who came back say too little about how often customers come back.
SMALLEST_REPEATERS: Final = 30
# Mean intervals of customers with at least so many repeats are compared ...
_REGULAR_REPEATS: Final = 3
# ... and where they differ by less than this (standard deviation / mean), purchases come as regularly as bills do.
SMALLEST_INTERVAL_VARIATION: Final = 0.1


@dataclass(frozen=True)
class Histories:
    """Distinct purchase histories. All arrays have the shape (histories,).

    Attributes:
        x: repeat purchases (purchases after the first; several of one day are one).
        recency: time from the first purchase to the last, 0 where x is 0; in units of time.
        age: time from the first purchase to the end of the observation, in the same units.
        count: customers who have this history.
    """

    x: Floats
    recency: Floats
    age: Floats
    count: Floats

    def __post_init__(self) -> None:
        if not self.x.shape == self.recency.shape == self.age.shape == self.count.shape:
            raise ValueError("x, recency, age and count differ in length")
        for name, is_broken in (
            ("a value is not a finite number", ~np.isfinite(self.x + self.recency + self.age + self.count)),
            ("repeat purchases are not whole numbers of at least 0", (self.x < 0) | (self.x != np.floor(self.x))),
            ("recency is below 0", self.recency < 0),
            ("recency is above age: a purchase lies after the end of the observation", self.recency > self.age),
            ("recency is above 0 without a repeat purchase", (self.x == 0) & (self.recency > 0)),
            ("a count is not above 0", self.count <= 0),
        ):
            if is_broken.any():
                raise ValueError(f"{name} (history {int(np.argmax(is_broken))})")

    @property
    def n(self) -> int:
        """Customers."""
        return round(float(self.count.sum()))

    @property
    def repeaters(self) -> int:
        """Customers with at least one repeat purchase."""
        return round(float(self.count[self.x > 0].sum()))

    def refuse_unfit(self) -> None:
        """Refuse histories from which no model of repeat purchases can be learnt.

        Raises:
            ModelRefusedError: too few customers came back, or purchases come at fixed intervals.
        """
        if self.repeaters < SMALLEST_REPEATERS:
            raise ModelRefusedError(
                f"only {self.repeaters} customers bought again; at least {SMALLEST_REPEATERS} are needed"
            )
        regular = self.x >= _REGULAR_REPEATS
        weight = self.count[regular]
        if weight.sum() < SMALLEST_REPEATERS:
            return
        interval = self.recency[regular] / self.x[regular]
        mean = float(np.average(interval, weights=weight))
        deviation = float(np.sqrt(np.average((interval - mean) ** 2, weights=weight)))
        if deviation < SMALLEST_INTERVAL_VARIATION * mean:
            raise ModelRefusedError(
                "purchases come at fixed intervals, as the bills of contracts do: these are contracts, not orders "
                f"(intervals differ by {deviation / mean:.1%} of their mean, bound {SMALLEST_INTERVAL_VARIATION:.0%})"
            )


def reduce_histories(x: Floats, recency: Floats, age: Floats) -> tuple[Histories, NDArray[np.int64]]:
    """Count equal histories.

    Args:
        x, recency, age: one value a customer, shape (customers,).

    Returns:
        The distinct histories, and for every customer the position of theirs.
    """
    order = np.lexsort((age, recency, x))
    rows = np.stack([x[order], recency[order], age[order]])
    is_new = np.ones(order.size, dtype=np.bool_)
    is_new[1:] = (rows[:, 1:] != rows[:, :-1]).any(axis=0)
    positions = np.empty(order.size, dtype=np.int64)
    positions[order] = np.cumsum(is_new) - 1
    first = np.flatnonzero(is_new)
    count = np.diff(np.append(first, order.size)).astype(np.float64)
    distinct = rows[:, first].astype(np.float64)
    return Histories(x=distinct[0], recency=distinct[1], age=distinct[2], count=count), positions

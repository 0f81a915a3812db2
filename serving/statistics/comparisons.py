"""Estimates beside each other: values with their 95% bounds in; wider bounds, differences and false finds out."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, log, sqrt
from typing import Final, NamedTuple

import numpy as np
from scipy import special

from dbt_project.methods.statistics.comparisons import false_discovery
from serving.statistics.intervals import Z, wilson

LEVEL: Final = 0.05
# How much the amounts of single orders are taken to vary around their mean, where only their sum is known: as much as
# their mean itself, like amounts that follow an exponential distribution.
VARIATION_OF_AMOUNTS: Final = 1.0


class Estimate(NamedTuple):
    """A value and the bounds of its interval."""

    value: float
    low: float
    high: float

    def negated(self) -> Estimate:
        """The estimate of the opposite: what is lowest is highest there."""
        return Estimate(-self.value, -self.high, -self.low)


def share(value: float, n: int, *, z: float = Z) -> Estimate:
    """A share of n with Wilson's bounds.

    Args:
        z: the normal quantile of the confidence (`quantile_of`).
    """
    low, high = wilson(value * n, n, z=z)
    return Estimate(value, float(low), float(high))


def count(events: float) -> Estimate:
    """A count of independent events with the exact bounds of a Poisson count (Garwood 1936)."""
    low = float(special.gammaincinv(events, LEVEL / 2)) if events > 0 else 0.0
    return Estimate(events, low, float(special.gammaincinv(events + 1, 1 - LEVEL / 2)))


def total(amount: float, events: float) -> Estimate:
    """A sum of the amounts of independent events, of which only sum and number are known (compound Poisson).

    Its variance is events * (mean^2 + variance of an amount); the amounts vary by VARIATION_OF_AMOUNTS.

    Args:
        events: how many amounts were added, above 0.
    """
    margin = Z * abs(amount) * sqrt((1 + VARIATION_OF_AMOUNTS**2) / events)
    return Estimate(amount, amount - margin, amount + margin)


def balance(gained: Sequence[Estimate], lost: Sequence[Estimate]) -> Estimate:
    """Independent estimates added and subtracted, with bounds recovered from theirs (see `difference_low`)."""
    parts = [*gained, *(one.negated() for one in lost)]
    value = sum(part.value for part in parts)
    down, up = (hypot(*sides) for sides in zip(*((p.value - p.low, p.high - p.value) for p in parts), strict=True))
    return Estimate(value, value - down, value + up)


def quantile_of(comparisons: int) -> float:
    """The normal quantile whose intervals hold at 95% for all of several comparisons together (Bonferroni)."""
    return float(special.ndtri(1 - LEVEL / (2 * max(comparisons, 1))))


def widened(estimate: Estimate, comparisons: int) -> Estimate:
    """The estimate with bounds at 95% for all of several comparisons together, from those for itself alone."""
    value, low, high = estimate
    factor = quantile_of(comparisons) / Z
    return Estimate(value, value - (value - low) * factor, value + (high - value) * factor)


def difference_low(one: Estimate, other: Estimate) -> float:
    """Lower bound of `one - other` of independent estimates, from the bounds of both.

    The method of variance estimates recovery (Zou & Donner 2008, Statistics in Medicine 27); of shares with Wilson's
    bounds it is method 10 of Newcombe (1998).
    """
    return one.value - other.value - hypot(one.value - one.low, other.high - other.value)


def p_value_of_ratio(ratio: Estimate, *, expected: float) -> float:
    """Two-sided p-value of "the ratio is as expected", read off its 95% bounds on the log scale.

    On that scale the interval of a ratio is symmetric. Where the lower bound is 0, the upper one alone is read.
    """
    value, low, high = ratio
    if high <= max(low, 0.0):
        return 1.0
    side = (log(high) - log(value)) if low <= 0 else (log(high) - log(low)) / 2
    if side <= 0:
        return 1.0
    return 2 * float(special.ndtr(-abs(log(value / expected)) / (side / Z)))


def discoveries(p_values: Sequence[float]) -> list[bool]:
    """Which hypotheses are rejected at a false discovery rate of 5% (Benjamini & Hochberg 1995)."""
    adjusted = false_discovery(np.asarray(p_values, dtype=np.float64))
    return [bool(q <= LEVEL) for q in adjusted]

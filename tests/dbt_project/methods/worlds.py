"""Simulated customers whose true behaviour is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """What was seen of each customer, and what they then did; shape (customers,)."""

    x: Floats
    recency: Floats
    age: Floats
    later_purchases: Floats


def bg_nbd_world(
    generator: np.random.Generator,
    *,
    parameters: tuple[float, float, float, float],
    age: Floats,
    later: float,
    drops_at_first: bool = False,
) -> World:
    """Play the BG/NBD story purchase by purchase: it shares no formula with the methods.

    With `drops_at_first` customers may also drop out after their first purchase: the story of MBG/NBD.
    """
    r, alpha, a, b = parameters
    n = age.size
    rate = generator.gamma(r, 1 / alpha, n)
    chance = generator.beta(a, b, n)
    x, recency, after = np.zeros(n), np.zeros(n), np.zeros(n)
    clock = np.zeros(n)
    living = np.arange(n)
    if drops_at_first:
        living = living[generator.random(n) >= chance]
    while living.size:
        clock[living] += generator.exponential(1 / np.maximum(rate[living], 1e-300))
        living = living[clock[living] <= age[living] + later]
        seen = clock[living] <= age[living]
        before, behind = living[seen], living[~seen]
        x[before] += 1
        recency[before] = clock[before]
        after[behind] += 1
        living = living[generator.random(living.size) >= chance[living]]
    return World(x=x, recency=recency, age=age, later_purchases=after)

"""Raking: weights that make those who answered look like everybody, in several margins at once.

Iterative proportional fitting (Deming & Stephan 1940): the cells of a table are scaled to the row totals, then to the
column totals, and so on until all margins hold. Interactions between margins stay as the answers have them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

MOST_ROUNDS = 1_000
TOLERANCE = 1e-10  # of the total, per cell of a margin


@dataclass(frozen=True)
class Margin:
    """One margin: which of its groups every cell belongs to, and the total that each group is to have.

    Attributes:
        group: shape (cells,), codes from 0.
        target: shape (groups,), totals of the population; all margins have one sum.
    """

    group: Codes
    target: Floats


@dataclass(frozen=True)
class Raked:
    """Fitted cells, and whether all margins hold.

    Attributes:
        cells: shape (cells,), the counts scaled to the margins.
        rounds: how often all margins were gone through.
        is_fitted: whether the largest miss of a margin is below TOLERANCE of the total.
    """

    cells: Floats
    rounds: int
    is_fitted: bool


def rake(counts: Floats, margins: Sequence[Margin]) -> Raked:
    """Scale the cells of a table to margins.

    Args:
        counts: shape (cells,), how many answered in each cell, none negative.
        margins: at least one; their targets sum to the same total.

    Raises:
        ValueError: targets of different totals, or a group without respondents that is to have some.
    """
    totals = [float(margin.target.sum()) for margin in margins]
    if not totals or not np.allclose(totals, totals[0]):
        raise ValueError(f"margins have different totals: {totals}")
    cells = np.asarray(counts, dtype=np.float64).copy()
    for margin in margins:
        if ((_summed(cells, margin) == 0) & (margin.target > 0)).any():
            raise ValueError("a group of the population has nobody who answered: merge it with another")
    for done in range(1, MOST_ROUNDS + 1):
        for margin in margins:
            now = _summed(cells, margin)
            cells *= np.divide(margin.target, now, out=np.zeros_like(now), where=now > 0)[margin.group]
        misses = [np.abs(_summed(cells, margin) - margin.target).max() for margin in margins]
        if max(misses) <= TOLERANCE * totals[0]:
            return Raked(cells, done, is_fitted=True)
    return Raked(cells, MOST_ROUNDS, is_fitted=False)


def design_effect(weights: Floats, counts: Floats) -> float:
    """How many times the variance of a mean grows by unequal weights: n sum(n_c w_c^2) / (sum n_c w_c)^2 (Kish 1965).

    Args:
        weights: shape (cells,), the weight of one answer in each cell.
        counts: shape (cells,), answers in each cell.
    """
    return float(counts.sum() * (counts * weights**2).sum() / (counts * weights).sum() ** 2)


def _summed(cells: Floats, margin: Margin) -> Floats:
    found: Floats = np.bincount(margin.group, weights=cells, minlength=len(margin.target)).astype(np.float64)
    return found

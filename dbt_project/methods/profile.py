"""Is a value more or less frequent in a group than in all? Counts in, exact and adjusted p-values out."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, hypergeom

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

# Values that fewer people have are not tested: an index of so few says nothing.
SMALLEST_CELL: Final = 30
# Probabilities that differ by no more than rounding count as equal, as in R's fisher.test.
_TOLERANCE: Final = 1 + 1e-7


def exact_p_values(*, hits: Counts, drawn: Counts, marked: Counts, total: Counts) -> Floats:
    """Two-sided p-values of Fisher's exact test: the sum of all tables at most as likely as the one seen.

    Args:
        hits: members of the group that have the value.
        drawn: members of the group.
        marked: all people, in and out of the group, that have the value.
        total: all people. The four arrays have one shape.

    Returns:
        One p-value per position, in (0, 1].
    """
    return np.array(
        [_exact_p_value(*table) for table in zip(hits, drawn, marked, total, strict=True)],
        dtype=np.float64,
    )


def adjusted_p_values(p_values: Floats) -> Floats:
    """P-values adjusted for many comparisons (Benjamini & Hochberg 1995): q <= 0.05 keeps false finds below 5%."""
    if p_values.size == 0:
        return p_values
    return np.asarray(false_discovery_control(p_values, method="bh"), dtype=np.float64)


def _exact_p_value(hits: int, drawn: int, marked: int, total: int) -> float:
    possible = np.arange(max(0, drawn + marked - total), min(drawn, marked) + 1)
    probabilities = hypergeom.pmf(possible, total, marked, drawn)
    seen = hypergeom.pmf(hits, total, marked, drawn)
    return float(min(1.0, probabilities[probabilities <= seen * _TOLERANCE].sum()))

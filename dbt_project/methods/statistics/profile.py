"""Is a value more or less frequent in a group than in all? Counts in, exact p-values out."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln  # scipy.stats has both tests, and takes seconds to import

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

# Values that fewer people have are not tested: an index of so few says nothing.
SMALLEST_CELL: Final = 30
# Probabilities that differ by no more than rounding count as equal, as in R's fisher.test.
_TOLERANCE: Final = 1e-7


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
    tables = zip(hits, drawn, marked, total, strict=True)
    return np.array([_exact_p_value(*table) for table in tables], dtype=np.float64)


def _exact_p_value(hits: int, drawn: int, marked: int, total: int) -> float:
    possible = np.arange(max(0, drawn + marked - total), min(drawn, marked) + 1)
    log_weights = -(
        gammaln(possible + 1)
        + gammaln(marked - possible + 1)
        + gammaln(drawn - possible + 1)
        + gammaln(total - marked - drawn + possible + 1)
    )
    weights = np.exp(log_weights - log_weights.max())
    seen = weights[hits - possible[0]]
    return float(weights[weights <= seen * (1 + _TOLERANCE)].sum() / weights.sum())

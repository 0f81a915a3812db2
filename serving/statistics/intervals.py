"""95% intervals as pure functions: counts, sums and influences in (numpy), lower and upper bounds out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]

CONFIDENCE = 0.95
_TAIL = (1 + CONFIDENCE) / 2
Z = float(special.ndtri(_TAIL))


def t_quantile(degrees_of_freedom: Array) -> Array:
    """The two-sided 95% quantile of Student's t; NaN below one degree of freedom."""
    df = np.asarray(degrees_of_freedom, dtype=np.float64)
    quantile: Array = np.where(df >= 1, special.stdtrit(np.maximum(df, 1), _TAIL), np.nan)
    return quantile


def wilson(successes: Array | float, trials: Array | float, *, z: float = Z) -> tuple[Array, Array]:
    """Wilson's score interval of a share (Wilson 1927). NaN where there are no trials.

    Args:
        successes, trials: counts per cell, successes <= trials.
        z: the normal quantile of the confidence; a wider one where several are compared.
    """
    x, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = x / n
        centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        margin = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
        low, high = np.where(n > 0, centre - margin, np.nan), np.where(n > 0, centre + margin, np.nan)
    return np.clip(low, 0, 1), np.clip(high, 0, 1)


def t_interval(mean: Array, variance_of_mean: Array, degrees_of_freedom: Array) -> tuple[Array, Array]:
    """Student's interval: mean +- t * standard error. NaN below one degree of freedom."""
    margin = t_quantile(degrees_of_freedom) * np.sqrt(np.maximum(variance_of_mean, 0))
    return mean - margin, mean + margin


def adjusted_wald_nps(
    promoters: Array, detractors: Array, n: Array, *, design_effect: Array | float = 1.0
) -> tuple[Array, Array]:
    """Adjusted Wald interval of a net promoter score, as a share from -1 to 1 (Rocks 2016).

    Three answers are added, three quarters of one to promoters and to detractors each; the interval is centred on the
    score of the enlarged sample, whose variance is (p + d - (p - d)^2) / n (Reichheld 2003).

    Args:
        design_effect: how many times that variance the answers have because people gave several of them.
    """
    enlarged = np.asarray(n, dtype=np.float64) + 3
    p, d = (promoters + 0.75) / enlarged, (detractors + 0.75) / enlarged
    margin = Z * np.sqrt(design_effect * (p + d - (p - d) ** 2) / enlarged)
    low, high = np.clip(p - d - margin, -1, 1), np.clip(p - d + margin, -1, 1)
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)

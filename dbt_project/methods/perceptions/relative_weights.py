"""Answers about drivers and an outcome in; how much of the outcome's variance goes with each driver out.

Association, not cause: a weight says how much of R2 a driver carries, alone and together with drivers like it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit  # scipy.stats has them, too, and takes seconds to import

from dbt_project.methods.perceptions.value_at_stake import without
from dbt_project.methods.statistics.comparisons import family_wise

Floats = NDArray[np.float64]

# Fewer answers make weights whose intervals span all ranks.
SMALLEST_SAMPLE: Final = 150
SIGNIFICANCE: Final = 0.05
# From here on a coefficient's standard error is more than three times that of unrelated drivers (Kutner et al. 2005).
LARGEST_INFLATION: Final = 10.0
# Rows are drawn in groups where there are more of them than this: the variance of a sum needs no more.
_MOST_GROUPS: Final = 5000
_NULL_DRAWS: Final = 100_000
# Eigenvalues of a correlation matrix below this are rounding: the drivers are linearly dependent.
_NO_VARIANCE: Final = 1e-10


class DriversRefusedError(ValueError):
    """Weights of these answers would mislead; the message says why, in words for a reader of the result."""


@dataclass(frozen=True)
class Drivers:
    """What goes with an outcome. Arrays have shape (drivers,).

    Attributes:
        names: the drivers, in the order of every array.
        n: answers.
        r_squared: share of the outcome's variance that goes with all drivers together: the sum of `weights`.
        weights: Johnson's relative weights.
        low, high: 95% bootstrap interval of each weight (percentiles).
        p_values: chance of so large a weight if the outcome had nothing to do with any driver.
        adjusted_p_values: the same, adjusted so that any false find among the drivers is rare (Holm 1979).
        is_significant: an adjusted p-value of at most 0.05.
        coefficients: ordinary least squares, in points of the outcome per point of the driver, all others held; nan
            where a driver follows exactly from others.
        coefficients_low, coefficients_high: their 95% intervals (t).
        coefficient_p_values: two-sided t tests.
        coefficient_adjusted_p_values: the same, adjusted after Holm over the drivers that have a coefficient.
        inflation: variance inflation factors; infinite where a driver follows exactly from others.
        warnings: what a reader has to know, in plain words.
    """

    names: tuple[str, ...]
    n: int
    r_squared: float
    weights: Floats
    low: Floats
    high: Floats
    p_values: Floats
    adjusted_p_values: Floats
    is_significant: NDArray[np.bool_]
    coefficients: Floats
    coefficients_low: Floats
    coefficients_high: Floats
    coefficient_p_values: Floats
    coefficient_adjusted_p_values: Floats
    inflation: Floats
    warnings: tuple[str, ...]


def relative_weights(correlations: Floats, with_outcome: Floats) -> Floats:
    """Johnson's relative weights from correlations; they sum to R2 (Johnson 2000, Multivariate Behavioral Research 35).

    Drivers are mapped to the orthogonal variables nearest to them by Lambda, the symmetric square root of their
    correlations; weights are Lambda^2 (elementwise) times the squared coefficients of these. Of linearly dependent
    drivers, directions without variance carry nothing, and identical drivers get the same weight.

    Args:
        correlations: among drivers, shape (..., drivers, drivers).
        with_outcome: of each driver with the outcome, shape (..., drivers).

    Returns:
        Shape (..., drivers).
    """
    root, inverse_root = _roots(correlations)
    coefficients = np.einsum("...ij,...j->...i", inverse_root, with_outcome)
    weights: Floats = np.einsum("...ij,...j->...i", root**2, coefficients**2)
    return weights


def drivers_of(
    outcome: Floats,
    drivers: Floats,
    *,
    names: Sequence[str],
    seed: int,
    draws: int = 2000,
    controls: Floats | None = None,
) -> Drivers:
    """Weigh drivers of an outcome, with intervals, tests and what has to be said besides.

    Args:
        outcome: one answer per row, shape (n,).
        drivers: answers of the same rows, shape (n, drivers). Rows are complete: nothing is filled in.
        names: of the drivers.
        seed: of the bootstrap, so that the same answers give the same intervals.
        draws: bootstrap samples.
        controls: what else goes with answers and outcome and is not a driver, such as tenure, shape (n, k). It is taken
            out of both, so that weights and R2 speak of the variance that is left (Frisch & Waugh 1933).

    Raises:
        DriversRefusedError: for fewer than 150 rows, for an outcome or a driver that does not vary.
        ValueError: if shapes do not fit, or an answer is missing.
    """
    n, count = drivers.shape
    if outcome.shape != (n,) or len(names) != count or count == 0:
        raise ValueError(f"{outcome.size} outcomes and {len(names)} names do not fit {n} rows of {count} drivers")
    table = np.column_stack([drivers, outcome]).astype(np.float64)
    if not np.isfinite(table).all():
        raise ValueError("an answer is missing: only complete rows are weighed")
    _refuse(table, names)

    random = np.random.default_rng(seed)
    held = np.empty((n, 0)) if controls is None else controls
    (table,) = without(held, table)  # centred, too: against cancellation; nothing below depends on where zero is
    _refuse_what_controls_explain(table, names)
    free = n - held.shape[1]
    covariance = table.T @ table / (n - 1)
    joint = _correlations(covariance)
    weights = relative_weights(joint[:-1, :-1], joint[:-1, -1])
    samples = _resampled(table, random, draws)
    low, high = _interval(relative_weights(samples[:, :-1, :-1], samples[:, :-1, -1]), weights)
    p_values = _chances(joint[:-1, :-1], weights, free, random)
    adjusted = family_wise(p_values)
    regression = _least_squares(covariance, free)
    return Drivers(
        names=tuple(names),
        n=n,
        r_squared=float(weights.sum()),
        weights=weights,
        low=low,
        high=high,
        p_values=p_values,
        adjusted_p_values=adjusted,
        is_significant=adjusted <= SIGNIFICANCE,
        coefficients=regression.coefficients,
        coefficients_low=regression.low,
        coefficients_high=regression.high,
        coefficient_p_values=regression.p_values,
        coefficient_adjusted_p_values=_of_known(regression.p_values),
        inflation=regression.inflation,
        warnings=tuple(_warnings(names, joint[:-1, :-1], regression.inflation)),
    )


def _refuse(table: Floats, names: Sequence[str]) -> None:
    n = table.shape[0]
    if n < SMALLEST_SAMPLE:
        raise DriversRefusedError(
            f"only {n} complete answers: drivers are weighed from {SMALLEST_SAMPLE} on; with fewer, chance ranks them"
        )
    for name, spread in zip((*names, "the outcome"), np.ptp(table, axis=0), strict=True):
        if spread == 0:
            raise DriversRefusedError(f"all {n} answers about {name} are the same: what does not vary explains nothing")
    if n <= table.shape[1]:
        raise DriversRefusedError(f"{n} answers cannot tell {table.shape[1] - 1} drivers apart")


def _refuse_what_controls_explain(left: Floats, names: Sequence[str]) -> None:
    for name, spread in zip((*names, "the outcome"), np.ptp(left, axis=0), strict=True):
        if spread < _NO_VARIANCE:
            raise DriversRefusedError(f"answers about {name} follow exactly from tenure and prior value")


def _roots(correlations: Floats) -> tuple[Floats, Floats]:
    """Symmetric square root and its (pseudo-)inverse."""
    values, vectors = np.linalg.eigh(correlations)
    values = np.where(values > _NO_VARIANCE, values, 0)
    inverse = np.divide(1, values, out=np.zeros_like(values), where=values > 0)
    transposed = np.swapaxes(vectors, -1, -2)
    root = (vectors * np.sqrt(values)[..., None, :]) @ transposed
    return root, (vectors * np.sqrt(inverse)[..., None, :]) @ transposed


def _correlations(covariances: Floats) -> Floats:
    """Correlations of covariances, shape (..., k, k); nan where something does not vary in a sample."""
    spreads = np.sqrt(np.einsum("...ii->...i", covariances))
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = covariances / (spreads[..., :, None] * spreads[..., None, :])
    return found


def _resampled(table: Floats, random: np.random.Generator, draws: int) -> Floats:
    """Correlations of bootstrap samples, from sums of products: rows are not copied.

    Above 5,000 rows groups of rows are drawn, which has the same variance: sums of independent rows are independent.
    """
    n, width = table.shape
    groups = min(n, _MOST_GROUPS)
    columns = np.column_stack([np.ones(n), table])
    starts = np.arange(groups) * n // groups
    if groups < n:
        columns = columns[random.permutation(n)]
    upper = np.triu_indices(width + 1)
    sums = np.column_stack(
        [np.add.reduceat(columns[:, i] * columns[:, j], starts) for i, j in zip(*upper, strict=True)]
    )
    drawn = random.multinomial(groups, np.full(groups, 1 / groups), size=draws).astype(np.float64) @ sums
    products = np.empty((draws, width + 1, width + 1))
    products[:, upper[0], upper[1]] = drawn
    products[:, upper[1], upper[0]] = drawn
    means = products[:, 0, 1:] / products[:, :1, 0]
    covariances = products[:, 1:, 1:] / products[:, :1, :1] - means[:, :, None] * means[:, None, :]
    correlations = _correlations(covariances)
    return correlations[np.isfinite(correlations).all(axis=(1, 2))]


def _interval(samples: Floats, estimates: Floats) -> tuple[Floats, Floats]:
    """Percentile interval; resampled squares are too large, so that next to nothing the bound is the weight itself."""
    low, high = np.quantile(samples, [0.025, 0.975], axis=0)
    return np.minimum(low, estimates), np.maximum(high, estimates)


def _chances(correlations: Floats, weights: Floats, n: int, random: np.random.Generator) -> Floats:
    """P-values of weights if the outcome has nothing to do with the drivers.

    Weights are never negative, so that their intervals do not tell (Tonidandel, LeBreton & Johnson 2009). Without any
    relation the coefficients of the orthogonal variables are the first coordinates of a random direction in n - 1
    dimensions, whatever the correlations, as when the outcome's answers are shuffled; weights follow by Lambda^2.
    """
    squares, _ = _roots(correlations)
    coordinates = random.standard_normal((_NULL_DRAWS, weights.size)) ** 2
    lengths = coordinates.sum(axis=1) + random.chisquare(n - 1 - weights.size, _NULL_DRAWS)
    by_chance = coordinates / lengths[:, None] @ (squares**2).T
    p_values: Floats = (1 + (by_chance >= weights * (1 - 1e-12)).sum(axis=0)) / (1 + _NULL_DRAWS)
    return p_values


@dataclass(frozen=True)
class _Regression:
    coefficients: Floats
    low: Floats
    high: Floats
    p_values: Floats
    inflation: Floats


def _least_squares(covariance: Floats, n: int) -> _Regression:
    spreads = np.sqrt(np.diag(covariance))
    joint = _correlations(covariance)
    values, vectors = np.linalg.eigh(joint[:-1, :-1])
    kept = values > _NO_VARIANCE
    inverse = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    dependent = (np.abs(vectors[:, ~kept]) > np.sqrt(_NO_VARIANCE)).any(axis=1)
    standardised = inverse @ joint[:-1, -1]
    unexplained = max(0.0, 1 - float(standardised @ joint[:-1, -1]))
    freedom = n - 1 - int(kept.sum())
    scale = spreads[-1] / spreads[:-1]
    errors = np.sqrt(unexplained / freedom * np.diag(inverse)) * scale
    coefficients = np.where(dependent, np.nan, standardised * scale)
    reach = stdtrit(freedom, 0.975) * errors
    with np.errstate(divide="ignore"):
        p_values = 2 * stdtr(freedom, -np.abs(coefficients / errors))
    return _Regression(
        coefficients=coefficients,
        low=coefficients - reach,
        high=coefficients + reach,
        p_values=p_values,
        inflation=np.where(dependent, np.inf, np.diag(inverse)),
    )


def _of_known(p_values: Floats) -> Floats:
    """Adjusted p-values; nan where there is none."""
    known = np.isfinite(p_values)
    adjusted = np.full_like(p_values, np.nan)
    adjusted[known] = family_wise(p_values[known])
    return adjusted


def _warnings(names: Sequence[str], correlations: Floats, inflation: Floats) -> list[str]:
    said = []
    for left in range(len(names)):
        for right in range(left + 1, len(names)):
            if abs(correlations[left, right]) > 1 - _NO_VARIANCE:
                said.append(
                    f"{names[left]} and {names[right]} move as one: their weights are the same half of one thing, and "
                    "coefficients cannot tell them apart. Take one of them out."
                )
    for name, factor in zip(names, inflation, strict=True):
        if np.isinf(factor) and not any(f"{name} " in warning for warning in said):
            said.append(f"{name} follows exactly from the other drivers: it has no coefficient of its own.")
        elif LARGEST_INFLATION < factor < np.inf:
            said.append(
                f"{name} follows largely from the other drivers (variance inflation {factor:.0f}): read its weight "
                "with theirs, and do not read its coefficient."
            )
    return said

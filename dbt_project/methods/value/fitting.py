"""A log-likelihood with its gradient comes in; estimates with standard errors, or a refusal that says why, go out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Parameters are searched on the log scale within this factor (1e4) of the start: further out they cannot be
# distinguished from 0 or infinity.
_LOG_REACH: Final = float(np.log(1e4))
# The data say nothing about directions with a standard error above this on the log scale (a factor of e^3).
_SAYS_NOTHING: Final = 3.0
# A parameter is unknown if more than this share of it lies in directions about which the data say nothing.
_UNKNOWN_SHARE: Final = 0.01
_STEP: Final = 1e-4
_MOST_STEPS: Final = 500
_MOST_HALVINGS: Final = 40
_LONGEST_STEP: Final = 2.0
_SEARCH_TOLERANCE: Final = 1e-5
# A Newton step of less than this leaves the curvature, and with it standard errors, as it was to four digits.
_SAME_CURVATURE: Final = 1e-3
_NEWTON_STEPS: Final = 8
_GRADIENT_TOLERANCE: Final = 1e-9


class ModelRefusedError(ValueError):
    """The model does not fit this kind of data; the message says what is wrong, in words for a reader of the result."""


@dataclass(frozen=True)
class Estimates:
    """Maximum-likelihood estimates of positive parameters.

    Attributes:
        names: the parameters, in the order of every array.
        values: the estimates, shape (k,).
        log_covariance: covariance of the parameters' logarithms (inverse observed information), shape (k, k).
            Zero along directions that the data say nothing about (equal chances to drop out for all, for example,
            leave the sum of a and b unknown): there it does not matter where the parameters lie.
        log_likelihood: at the estimates, summed over customers.
        n: customers.
        is_identified: whether the data say something about the parameter, shape (k,).
    """

    names: tuple[str, ...]
    values: Floats
    log_covariance: Floats
    log_likelihood: float
    n: int
    is_identified: NDArray[np.bool_]

    @property
    def standard_errors(self) -> Floats:
        """Of the parameters themselves, by the delta method; NaN where the data do not identify one."""
        errors = self.values * np.sqrt(np.maximum(np.diag(self.log_covariance), 0.0))
        return np.asarray(np.where(self.is_identified, errors, np.nan), dtype=np.float64)

    def draw(self, generator: np.random.Generator, draws: int) -> Floats:
        """Parameters as uncertain as they are: log-normal around the estimates, shape (draws, k)."""
        spread, axes = np.linalg.eigh(self.log_covariance)
        noise = generator.standard_normal((draws, self.values.size)) * np.sqrt(np.maximum(spread, 0.0))
        logs = np.log(self.values) + noise @ axes.T
        return np.asarray(np.exp(logs), dtype=np.float64)


def maximise(
    log_likelihood: Callable[[Floats], tuple[float, Floats]], *, names: Sequence[str], start: Floats, n: int
) -> Estimates:
    """Find the parameters of the highest likelihood.

    A quasi-Newton search (BFGS) on the logarithms of the parameters comes near, Newton steps with the curvature taken
    from differences of the exact gradient finish, and the same curvature gives the covariance. The search is our own:
    scipy's wakes threads for matrices of 4 x 4, which takes many times longer than the fit. For the same reason it
    multiplies and sums instead of calling on matrix products.

    Args:
        log_likelihood: positive parameters, shape (k,), -> the sum over customers and its gradient by the parameters.
        names: what the parameters are called.
        start: where to begin, all above 0.
        n: customers, so that tolerances do not depend on their number.

    Raises:
        ModelRefusedError: if the likelihood has no maximum that a search finds.
    """

    def negative_mean(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        value, gradient = log_likelihood(parameters)
        return -value / n, -gradient * parameters / n

    near = _search(negative_mean, np.log(start))
    smallest = 1.0 / (_SAYS_NOTHING**2 * n)
    logs, curvature = _polish(negative_mean, near, smallest)
    spread, axes = np.linalg.eigh(curvature)
    tells = spread > smallest
    inverse = np.where(tells, 1.0 / np.where(tells, spread, 1.0), 0.0)
    covariance = (axes * inverse) @ axes.T / n
    unknown = (axes[:, ~tells] ** 2).sum(axis=1)
    value, _ = negative_mean(logs)
    return Estimates(
        names=tuple(names),
        values=np.exp(logs),
        log_covariance=covariance,
        log_likelihood=-value * n,
        n=n,
        is_identified=unknown < _UNKNOWN_SHARE,
    )


def _search(negative_mean: Callable[[Floats], tuple[float, Floats]], start: Floats) -> Floats:
    """BFGS with backtracking (Nocedal & Wright 2006, chapter 6), kept within reach of the start."""
    logs, (value, gradient) = start, negative_mean(start)
    if not np.isfinite(value):
        raise ModelRefusedError("the likelihood cannot be computed on these data")
    inverse = np.eye(start.size)
    is_scaled = False
    for _ in range(_MOST_STEPS):
        at_edge = (np.abs(logs - start) >= _LOG_REACH) & ((logs - start) * gradient < 0)
        downhill = np.where(at_edge, 0.0, gradient)
        if np.abs(downhill).max() < _SEARCH_TOLERANCE:
            break
        direction = np.where(at_edge, 0.0, -(inverse * downhill).sum(axis=1))
        if (direction * downhill).sum() >= 0:
            inverse, is_scaled, direction = np.eye(start.size), False, -downhill
        direction = direction * min(1.0, _LONGEST_STEP / np.abs(direction).max())
        for _ in range(_MOST_HALVINGS):
            moved = start + np.clip(logs + direction - start, -_LOG_REACH, _LOG_REACH)
            moved_value, moved_gradient = negative_mean(moved)
            if moved_value <= value + 1e-4 * (gradient * (moved - logs)).sum():
                break
            direction = direction / 2
        else:
            # No step leads further down: rounding is all that is left.
            break
        step, change = moved - logs, moved_gradient - gradient
        curving = (step * change).sum()
        if curving > 1e-14:
            if not is_scaled:
                inverse, is_scaled = np.eye(start.size) * (curving / (change * change).sum()), True
            turned = (inverse * change).sum(axis=1)
            both = np.outer(turned, step)
            along = np.outer(step, step) * (1.0 + (change * turned).sum() / curving)
            inverse = inverse + (along - both - both.T) / curving
        logs, value, gradient = moved, moved_value, moved_gradient
    return logs


def _polish(
    negative_mean: Callable[[Floats], tuple[float, Floats]], logs: Floats, smallest: float
) -> tuple[Floats, Floats]:
    """Newton steps, each taken only if it does not lead uphill; the curvature where they end."""
    value, gradient = negative_mean(logs)
    curvature = _curvature(negative_mean, logs)
    for _ in range(_NEWTON_STEPS):
        if np.abs(gradient).max() < _GRADIENT_TOLERANCE or np.linalg.eigvalsh(curvature)[0] <= smallest:
            break
        step = np.linalg.solve(curvature, gradient)
        if np.abs(step).max() > 1.0:
            break
        moved = logs - step
        moved_value, moved_gradient = negative_mean(moved)
        if not moved_value <= value + 1e-14 * abs(value) or np.abs(moved_gradient).max() >= np.abs(gradient).max():
            break
        logs, value, gradient = moved, moved_value, moved_gradient
        if np.abs(step).max() > _SAME_CURVATURE:
            curvature = _curvature(negative_mean, logs)
    return logs, curvature


def _curvature(negative_mean: Callable[[Floats], tuple[float, Floats]], logs: Floats) -> Floats:
    """The matrix of second derivatives, by central differences of the gradient."""
    rows = []
    for at in range(logs.size):
        step = np.zeros(logs.size)
        step[at] = _STEP
        _, ahead = negative_mean(logs + step)
        _, behind = negative_mean(logs - step)
        rows.append((ahead - behind) / (2 * _STEP))
    matrix = np.asarray(rows, dtype=np.float64)
    return (matrix + matrix.T) / 2

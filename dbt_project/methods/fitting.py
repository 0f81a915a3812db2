"""A log-likelihood with its gradient comes in; estimates with standard errors, or a refusal that says why, go out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]

# Parameters are searched on the log scale between these bounds: beyond them they are not told apart from 0 or infinity.
_LOG_BOUND: Final = 15.0
# A direction in which the log-likelihood curves less than this tells nothing about its parameters.
_FLAT: Final = 1e-8
_STEP: Final = 1e-4
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
            Zero along directions that the data say nothing about.
        log_likelihood: at the estimates, summed over customers.
        n: customers.
        is_identified: whether the data say something about every parameter.
    """

    names: tuple[str, ...]
    values: Floats
    log_covariance: Floats
    log_likelihood: float
    n: int
    is_identified: bool

    @property
    def standard_errors(self) -> Floats:
        """Of the parameters themselves, by the delta method; NaN where the data do not identify all of them."""
        if not self.is_identified:
            return np.full(self.values.size, np.nan)
        return np.asarray(self.values * np.sqrt(np.diag(self.log_covariance)), dtype=np.float64)

    def draw(self, generator: np.random.Generator, draws: int) -> Floats:
        """Parameters as uncertain as they are: log-normal around the estimates, shape (draws, k)."""
        spread, axes = np.linalg.eigh(self.log_covariance)
        noise = generator.standard_normal((draws, self.values.size)) * np.sqrt(np.maximum(spread, 0.0))
        logs = np.log(self.values) + noise @ axes.T
        return np.asarray(np.exp(np.clip(logs, -_LOG_BOUND, _LOG_BOUND)), dtype=np.float64)


def maximise(
    log_likelihood: Callable[[Floats], tuple[float, Floats]], *, names: Sequence[str], start: Floats, n: int
) -> Estimates:
    """Find the parameters of the highest likelihood.

    A quasi-Newton search (L-BFGS-B) on the logarithms of the parameters comes near, Newton steps with the curvature
    taken from differences of the exact gradient finish, and the same curvature gives the covariance.

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

    found = minimize(
        negative_mean,
        np.log(start),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-_LOG_BOUND, _LOG_BOUND)] * start.size,
        options={"maxiter": 500, "maxfun": 1000, "ftol": 1e-13, "gtol": 1e-7},
    )
    if not np.isfinite(found.fun):
        raise ModelRefusedError("the likelihood has no maximum on these data")
    logs, curvature = _polish(negative_mean, np.asarray(found.x, dtype=np.float64))
    spread, axes = np.linalg.eigh(curvature)
    tells = spread > _FLAT
    inverse = np.where(tells, 1.0 / np.where(tells, spread, 1.0), 0.0)
    covariance = (axes * inverse) @ axes.T / n
    value, _ = negative_mean(logs)
    is_inside = bool(np.all(np.abs(logs) < _LOG_BOUND * 0.99))
    return Estimates(
        names=tuple(names),
        values=np.exp(logs),
        log_covariance=covariance,
        log_likelihood=-value * n,
        n=n,
        is_identified=bool(tells.all()) and is_inside,
    )


def _polish(negative_mean: Callable[[Floats], tuple[float, Floats]], logs: Floats) -> tuple[Floats, Floats]:
    """Newton steps, each taken only if it does not lead uphill; the curvature where they end."""
    value, gradient = negative_mean(logs)
    curvature = _curvature(negative_mean, logs)
    for _ in range(_NEWTON_STEPS):
        if np.abs(gradient).max() < _GRADIENT_TOLERANCE or np.linalg.eigvalsh(curvature)[0] <= _FLAT:
            break
        moved = logs - np.linalg.solve(curvature, gradient)
        if np.abs(moved).max() > _LOG_BOUND:
            break
        moved_value, moved_gradient = negative_mean(moved)
        if not moved_value <= value + 1e-14 * abs(value) or np.abs(moved_gradient).max() >= np.abs(gradient).max():
            break
        logs, value, gradient = moved, moved_value, moved_gradient
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

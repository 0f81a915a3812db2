"""Purchase histories come in; the Pareto/NBD model's parameters, P(alive) and expected purchases go out.

Schmittlein, Morrison & Colombo (1987), Counting Your Customers, Management Science 33(1). While alive a customer buys
at a rate lambda ~ Gamma(r, alpha), and dies at a rate mu ~ Gamma(s, beta), at any moment. It checks BG/NBD, whose
customers can only drop out after a purchase: where the two disagree, that assumption matters.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln, logsumexp

from dbt_project.methods.value.fitting import Estimates, ModelRefusedError, maximise
from dbt_project.methods.value.histories import Histories

Floats = NDArray[np.float64]

NAMES: Final = ("r", "alpha", "s", "beta")
# An evaluation takes `_NODES` exponentials a history, so that this check is made on so many histories at most.
MOST_HISTORIES: Final = 20_000
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
# exp(-36) is about the precision of the sum that it would enter.
_REACH: Final = 36.0


def fit(histories: Histories) -> Estimates:
    """Estimate r, alpha, s and beta by maximum likelihood.

    The likelihood of a customer is the one of being alive at T, plus the one of having died at a moment u after t_x:

        G(r + x) / G(r) alpha^r beta^s { (alpha + T)^-(r + x) (beta + T)^-s
            + s integral from t_x to T of (alpha + u)^-(r + x) (beta + u)^-(s + 1) du }

    The integral (usually written as a difference of two 2F1) is a sum of positive terms: no cancellation, any x.

    Raises:
        ModelRefusedError: see `Histories.refuse_unfit`; or more than `MOST_HISTORIES` distinct histories.
    """
    histories.refuse_unfit()
    if histories.x.size > MOST_HISTORIES:
        raise ModelRefusedError(
            f"{histories.x.size} distinct histories; this check is made on {MOST_HISTORIES} at most"
        )
    mean_age = float(np.average(histories.age, weights=histories.count))
    mean_repeats = float(np.average(histories.x, weights=histories.count))

    def log_likelihood(parameters: Floats) -> tuple[float, Floats]:
        values, gradients = _log_likelihoods(parameters, histories.x, histories.recency, histories.age)
        return float(histories.count @ values), gradients @ histories.count

    start = np.array([1.0, mean_age / mean_repeats, 1.0, mean_age])
    return maximise(log_likelihood, names=NAMES, start=start, n=histories.n)


def p_alive(parameters: Floats, *, x: Floats, recency: Floats, age: Floats) -> Floats:
    """Probability of being alive at `age`: the first of the likelihood's two parts over both.

    Args:
        parameters: r, alpha, s, beta; shape (4,).
        x, recency, age: histories, shape (customers,), in the unit of the fit.
    """
    r, alpha, s, beta = parameters
    alive = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    died, _ = _log_died(parameters, x, recency, age)
    return np.asarray(np.exp(alive - np.logaddexp(alive, died)), dtype=np.float64)


def expected_purchases(parameters: Floats, *, x: Floats, recency: Floats, age: Floats, horizon: float) -> Floats:
    """Expected number of purchases in the next `horizon` units of time, given the history (Fader & Hardie 2005, note):

        P(alive) (r + x) (beta + T) / ((alpha + T) (s - 1)) [1 - ((beta + T) / (beta + T + t))^(s - 1)]

    Args:
        parameters: r, alpha, s, beta; shape (4,).
        x, recency, age: histories, shape (customers,).
        horizon: how far to look ahead, at least 0, in the unit of the fit.
    """
    r, alpha, s, beta = parameters
    log_rest = np.log1p(horizon / (beta + age))
    # [1 - rest^-(s - 1)] / (s - 1), whose limit at s = 1 is ln(rest).
    lifetime = log_rest if s == 1 else -np.expm1(-(s - 1) * log_rest) / (s - 1)
    alive = p_alive(parameters, x=x, recency=recency, age=age)
    return np.asarray(alive * (r + x) * (beta + age) / (alpha + age) * lifetime, dtype=np.float64)


def _log_likelihoods(parameters: Floats, x: Floats, recency: Floats, age: Floats) -> tuple[Floats, Floats]:
    """The log-likelihood of each history, shape (histories,), and its gradient, shape (4, histories)."""
    r, alpha, s, beta = parameters
    alive = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    died, slopes = _log_died(parameters, x, recency, age)
    either = np.logaddexp(alive, died)
    share_alive, share_died = np.exp(alive - either), np.exp(died - either)
    slopes_alive = np.stack([-np.log(alpha + age), -(r + x) / (alpha + age), -np.log(beta + age), -s / (beta + age)])
    value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + either
    gradient = share_alive * slopes_alive + share_died * slopes
    gradient[0] += digamma(r + x) - digamma(r) + np.log(alpha)
    gradient[1] += r / alpha
    gradient[2] += np.log(beta)
    gradient[3] += s / beta
    return np.asarray(value, dtype=np.float64), gradient


def _log_died(parameters: Floats, x: Floats, recency: Floats, age: Floats) -> tuple[Floats, Floats]:
    """ln of s times the integral over the moment of death, and its gradient.

    With (alpha + u) = (alpha + t_x) e^(w / k), k = r + x + s, the integrand is e^-w times a slowly varying factor, for
    every x: Gauss-Legendre nodes on w.
    """
    r, alpha, s, beta = parameters
    k = (r + x + s)[:, None]
    log_start = np.log(alpha + recency)[:, None]
    width = np.minimum(k * (np.log(alpha + age)[:, None] - log_start), _REACH)
    w = width * (_NODES + 1) / 2
    log_alpha = log_start + w / k
    u = np.exp(log_alpha) - alpha
    log_beta = np.log(beta + u)
    with np.errstate(divide="ignore"):
        logs = (
            np.log(width / 2)
            + np.log(_WEIGHTS)
            - w
            + (s + 1) * (log_alpha - log_beta)
            - k * log_start
            + np.log(s)
            - np.log(k)
        )
    total = logsumexp(logs, axis=1)
    with np.errstate(invalid="ignore"):
        share = np.where(np.isfinite(logs), np.exp(logs - total[:, None]), 0.0)
    slopes = np.stack(
        [
            -(share * log_alpha).sum(axis=1),
            -(share * (r + x)[:, None] / np.exp(log_alpha)).sum(axis=1),
            share.sum(axis=1) / s - (share * log_beta).sum(axis=1),
            -(s + 1) * (share / (beta + u)).sum(axis=1),
        ]
    )
    return np.asarray(total, dtype=np.float64), slopes

"""Purchase histories come in; the MBG/NBD model's parameters, P(alive) and expected purchases go out.

Batislam, Denizel & Filiztekin (2007), Empirical validation and comparison of models for customer base analysis,
International Journal of Research in Marketing 24(3). BG/NBD with one more chance to drop out, right after the first
purchase: who bought once may have left, and is not alive for sure.

All of it follows from BG/NBD. With p ~ Beta(a, b), not having dropped out after x repeat purchases means x + 1 chances
passed, where BG/NBD has x: given a history, MBG/NBD is BG/NBD with b + 1 in the place of b, for x = 0 as for any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from dbt_project.methods.value import bg_nbd
from dbt_project.methods.value.fitting import Estimates, maximise
from dbt_project.methods.value.histories import Histories

Floats = NDArray[np.float64]

NAMES: Final = ("r", "alpha", "a", "b")


def fit(histories: Histories) -> Estimates:
    """Estimate r, alpha, a and b by maximum likelihood.

    The log-likelihood of a customer:

        ln G(r + x)/G(r) + r ln alpha + ln [G(a + b) G(b + x + 1) / (G(b) G(a + b + x + 1))] - (r + x) ln(alpha + T)
            + ln [1 + a / (b + x) ((alpha + T) / (alpha + t_x))^(r + x)]

    Raises:
        ModelRefusedError: see `Histories.refuse_unfit`.
    """
    histories.refuse_unfit()
    mean_age = float(np.average(histories.age, weights=histories.count))
    mean_repeats = float(np.average(histories.x, weights=histories.count))
    start = np.array([1.0, mean_age / mean_repeats, 1.0, 2.0])
    return maximise(bg_nbd.Likelihood(histories, drops_at_first=True), names=NAMES, start=start, n=histories.n)


def p_alive(parameters: Sequence[Floats] | Floats, *, x: Floats, recency: Floats, age: Floats) -> Floats:
    """Probability of not having dropped out by `age`, also for who bought once.

    Args:
        parameters: r, alpha, a, b; shape (4,), or four of shape (draws, 1) to score many draws at once.
        x, recency, age: histories, shape (customers,), in the unit of the fit.
    """
    r, alpha, a, b = parameters
    log_odds = np.log(a / (b + x)) + (r + x) * (np.log(alpha + age) - np.log(alpha + recency))
    return np.asarray(expit(-log_odds), dtype=np.float64)


def expected_purchases(parameters: Floats, *, x: Floats, recency: Floats, age: Floats, horizon: float) -> Floats:
    """Expected number of purchases in the next `horizon` units of time, given the history.

    Args:
        parameters: r, alpha, a, b; shape (4,).
        x, recency, age: histories, shape (customers,), with a first purchase.
        horizon: how far to look ahead, at least 0, in the unit of the fit.
    """
    alive = p_alive(parameters, x=x, recency=recency, age=age)
    given_a_history = parameters + np.array([0.0, 0.0, 0.0, 1.0])
    return alive * bg_nbd.expected_while_alive(given_a_history, x=x, age=age, horizon=horizon)

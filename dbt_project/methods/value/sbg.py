"""Periods that contracts have run come in; the shifted-beta-geometric model of retention goes out.

Fader & Hardie (2007), How to Project Customer Retention, Journal of Interactive Marketing 21(1). At the end of every
period a customer leaves with probability theta ~ Beta(a, b). Those who stay are the ones with a small theta, so that
retention rises with age although no customer changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, digamma

from dbt_project.methods.value.fitting import Estimates, ModelRefusedError, maximise

Floats = NDArray[np.float64]

NAMES: Final = ("a", "b")
# Fewer contracts that have ended say too little about when contracts end.
SMALLEST_ENDED: Final = 30


@dataclass(frozen=True)
class Terms:
    """Distinct lengths of contracts. All arrays have the shape (terms,).

    Attributes:
        periods: renewed or paid periods: one that ended in its first period has 1. Running ones have the periods
            that they have survived, at least 0.
        has_ended: whether it ended in that period; otherwise it still runs (censored).
        count: contracts.
    """

    periods: Floats
    has_ended: NDArray[np.bool_]
    count: Floats

    def __post_init__(self) -> None:
        if not self.periods.shape == self.has_ended.shape == self.count.shape:
            raise ValueError("periods, has_ended and count differ in length")
        if (self.periods < 0).any() or (self.periods != np.floor(self.periods)).any() or (self.count <= 0).any():
            raise ValueError("periods are whole numbers of at least 0, counts are above 0")
        if (self.has_ended & (self.periods < 1)).any():
            raise ValueError("a contract that ended has run for at least one period")


def fit(terms: Terms) -> Estimates:
    """Estimate a and b by maximum likelihood.

    P(ended in period t) = B(a + 1, b + t - 1) / B(a, b); P(still running after t) = S(t) = B(a, b + t) / B(a, b).

    Raises:
        ModelRefusedError: fewer than `SMALLEST_ENDED` contracts have ended.
    """
    ended = float(terms.count[terms.has_ended].sum())
    if ended < SMALLEST_ENDED:
        raise ModelRefusedError(f"only {ended:.0f} contracts have ended; at least {SMALLEST_ENDED} are needed")
    leaves = terms.has_ended.astype(np.float64)
    stays = terms.periods - leaves
    n = float(terms.count.sum())

    def log_likelihood(parameters: Floats) -> tuple[float, Floats]:
        a, b = parameters
        value = terms.count @ (betaln(a + leaves, b + stays) - betaln(a, b))
        both = digamma(a + b) - digamma(a + b + leaves + stays)
        gradient = np.array(
            [
                terms.count @ (digamma(a + leaves) - digamma(a) + both),
                terms.count @ (digamma(b + stays) - digamma(b) + both),
            ]
        )
        return float(value), gradient

    return maximise(log_likelihood, names=NAMES, start=np.array([1.0, 5.0]), n=round(n))


def survival(parameters: Floats, *, periods: Floats) -> Floats:
    """S(t) = B(a, b + t) / B(a, b): the share of contracts that outlive `periods` periods."""
    a, b = parameters
    return np.asarray(np.exp(betaln(a, b + periods) - betaln(a, b)), dtype=np.float64)


def expected_periods(parameters: Floats, *, survived: Floats, horizon: int) -> Floats:
    """Expected further periods, of the next `horizon`, of contracts that have survived so many: sum of S(t + k) / S(t).

    Args:
        parameters: a and b, shape (2,).
        survived: periods that each contract has survived, shape (contracts,).
        horizon: whole periods to look ahead.
    """
    a, b = parameters
    ahead = np.arange(1, horizon + 1, dtype=np.float64)
    now = betaln(a, b + survived)[:, None]
    return np.asarray(np.exp(betaln(a, b + survived[:, None] + ahead) - now).sum(axis=1), dtype=np.float64)

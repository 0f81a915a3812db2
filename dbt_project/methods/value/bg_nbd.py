"""Purchase histories come in; the BG/NBD model's parameters, P(alive) and expected purchases go out.

Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2). While alive a customer buys
at a rate lambda ~ Gamma(r, alpha); after every purchase the customer drops out with probability p ~ Beta(a, b).
Time may be in any unit; alpha is in the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, expit, gammaln

from dbt_project.methods.value.fitting import Estimates, maximise
from dbt_project.methods.value.histories import Histories

Floats = NDArray[np.float64]

NAMES: Final = ("r", "alpha", "a", "b")
_PRECISION: Final = 1e-12
_MOST_TERMS: Final = 200_000
# Terms of the series grow like powers of this over factorials before they fall; more of it costs digits.
_CANCELLING: Final = 8.0


def fit(histories: Histories) -> Estimates:
    """Estimate r, alpha, a and b by maximum likelihood.

    The log-likelihood of a customer, with d = 1 where x > 0:

        ln G(r + x)/G(r) + r ln alpha + ln [G(a + b) G(b + x) / (G(b) G(a + b + x))] - (r + x) ln(alpha + T)
            + d ln [1 + a / (b + x - 1) ((alpha + T) / (alpha + t_x))^(r + x)]

    Gamma functions are taken once per distinct x and logarithms once per distinct time, so that an evaluation costs
    one exponential per distinct history.

    Raises:
        ModelRefusedError: see `Histories.refuse_unfit`.
    """
    histories.refuse_unfit()
    mean_age = float(np.average(histories.age, weights=histories.count))
    mean_repeats = float(np.average(histories.x, weights=histories.count))
    start = np.array([1.0, mean_age / mean_repeats, 1.0, 2.0])
    return maximise(Likelihood(histories), names=NAMES, start=start, n=histories.n)


class Likelihood:
    """The summed log-likelihood and its gradient, with everything that does not depend on parameters done once.

    Args:
        histories: what customers did.
        drops_at_first: whether customers may also drop out after their first purchase, as in MBG/NBD (see `mbg_nbd`).
    """

    def __init__(self, histories: Histories, *, drops_at_first: bool = False) -> None:
        x, recency, age, count = histories.x, histories.recency, histories.age, histories.count
        self.n = float(count.sum())
        self.first_chance = 1.0 if drops_at_first else 0.0
        self.x, of_x = np.unique(x, return_inverse=True)
        self.n_of_x = np.bincount(of_x, count)
        self.age, of_age = np.unique(age, return_inverse=True)
        self.n_of_age = np.bincount(of_age, count)
        self.repeats_of_age = np.bincount(of_age, count * x)
        came_back = (x > 0) | drops_at_first
        self.count = count[came_back]
        self.repeats = x[came_back]
        self.of_x = of_x[came_back]
        self.of_age = of_age[came_back]
        self.recency, self.of_recency = np.unique(recency[came_back], return_inverse=True)

    def __call__(self, parameters: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = parameters
        log_age, log_recency = np.log(alpha + self.age), np.log(alpha + self.recency)
        per_age, per_recency = 1.0 / (alpha + self.age), 1.0 / (alpha + self.recency)
        # Chances to drop out that a customer of x repeat purchases had, and passed.
        passed = b + self.first_chance + self.x
        # Odds that the last purchase was also the customer's last moment; in BG/NBD x = 0 never drops out.
        log_quotient = log_age[self.of_age] - log_recency[self.of_recency]
        exponent = r + self.repeats
        # Above 0 for all who may have dropped out; the first entry may not be, and is then not used.
        beyond = np.maximum(passed - 1.0, np.finfo(np.float64).tiny)
        log_odds = (np.log(a) - np.log(beyond))[self.of_x] + exponent * log_quotient
        # One exponential gives both ln(1 + odds) and odds / (1 + odds), whatever the sign.
        small = np.exp(-np.abs(log_odds))
        dropped = self.count * np.where(log_odds >= 0, 1.0, small) / (1.0 + small)
        exposure = r * self.n_of_age + self.repeats_of_age
        value = (
            self.n_of_x @ (gammaln(r + self.x) + gammaln(passed) - gammaln(a + passed))
            + self.n * (r * np.log(alpha) + gammaln(a + b) - gammaln(r) - gammaln(b))
            - exposure @ log_age
            + self.count @ (np.maximum(log_odds, 0.0) + np.log1p(small))
        )
        both = self.n * digamma(a + b) - self.n_of_x @ digamma(a + passed)
        gradient = np.array(
            [
                self.n_of_x @ digamma(r + self.x)
                + self.n * (np.log(alpha) - digamma(r))
                - self.n_of_age @ log_age
                + dropped @ log_quotient,
                self.n * r / alpha
                - exposure @ per_age
                + dropped @ (exponent * (per_age[self.of_age] - per_recency[self.of_recency])),
                both + dropped.sum() / a,
                both + self.n_of_x @ digamma(passed) - self.n * digamma(b) - dropped @ (1.0 / beyond)[self.of_x],
            ]
        )
        return float(value), gradient


def p_alive(parameters: Sequence[Floats] | Floats, *, x: Floats, recency: Floats, age: Floats) -> Floats:
    """Probability of not having dropped out by `age` (Fader, Hardie & Lee 2008, note on P(alive)).

    Computed from the logarithm of the odds, so that no x is too large; 1 for x = 0, where the model knows no drop-out.

    Args:
        parameters: r, alpha, a, b; shape (4,), or four of shape (draws, 1) to score many draws at once.
        x, recency, age: histories, shape (customers,), in the unit of the fit.
    """
    r, alpha, a, b = parameters
    came_back = x > 0
    beyond = np.where(came_back, b + x - 1.0, 1.0)
    log_odds = np.log(a / beyond) + (r + x) * (np.log(alpha + age) - np.log(alpha + recency))
    return np.where(came_back, expit(-log_odds), 1.0)


def expected_purchases(parameters: Floats, *, x: Floats, recency: Floats, age: Floats, horizon: float) -> Floats:
    """Expected number of purchases in the next `horizon` units of time, given the history.

    Equation (10) of Fader, Hardie & Lee (2005),

        P(alive) (a + b + x - 1) / (a - 1)
            [1 - ((alpha + T) / (alpha + T + t))^(r + x) 2F1(r + x, b + x; a + b + x - 1; z)]

    with z = t / (alpha + T + t). Euler's transformation moves x into the third argument only, so that large x is
    harmless, and the factor a - 1 is divided out of the series, so that a = 1 is not a singularity. With e = a - 1 and
    c = a + b + x - 1:

        P(alive) {c [1 - (1 - z)^e] / e - (1 - z)^e sum_k (c - r - x)_k (e + 1)_(k-1) / (c + 1)_(k-1) z^k / k!}

    Where a and b are so large (equal chances to drop out for all) that its terms would cancel, the same expectation is
    summed as chances, sum_j P(wants at least j) P(has not dropped out before the j-th): see `_sum_of_chances`.

    Args:
        parameters: r, alpha, a, b; shape (4,).
        x, recency, age: histories, shape (customers,). x = 0 and age = 0 give the expectation for a new customer.
        horizon: how far to look ahead, at least 0, in the unit of the fit.
    """
    alive = p_alive(parameters, x=x, recency=recency, age=age)
    return np.asarray(alive * expected_while_alive(parameters, x=x, age=age, horizon=horizon), dtype=np.float64)


def expected_while_alive(parameters: Floats, *, x: Floats, age: Floats, horizon: float) -> Floats:
    """Expected number of purchases in the next `horizon` of who is alive; see `expected_purchases`."""
    r, alpha, a, b = parameters
    e, c = a - 1.0, a + b - 1.0 + x
    z = horizon / (alpha + age + horizon)
    first = a + b - 1.0 - r
    summed = np.abs(first * e) * z > _CANCELLING * np.maximum(np.abs(c), np.abs(c + 1.0))
    while_alive = np.empty(z.shape)
    while_alive[summed] = _sum_of_chances(r + x[summed], a, b + x[summed], z[summed])
    while_alive[~summed] = _by_series(first, e, c[~summed], z[~summed])
    return np.maximum(while_alive, 0.0)


def _by_series(first: float, e: float, c: Floats, z: Floats) -> Floats:
    log_rest = np.log1p(-z)
    # [1 - (1 - z)^e] / e, whose limit at e = 0 is -ln(1 - z).
    leading = -log_rest if e == 0 else -np.expm1(e * log_rest) / e
    return np.asarray(c * leading - np.exp(e * log_rest) * _series(first, e, c, z), dtype=np.float64)


def _sum_of_chances(shape: Floats, a: float, stays: Floats, z: Floats) -> Floats:
    """sum_j P(N >= j) E[(1 - p)^(j - 1)] for N ~ negative binomial (shape, z), p ~ Beta(a, stays): all terms positive.

    N is what a customer would buy without dropping out; the j-th is bought if none of those before it was the last.
    Rows leave when what is left is too small; the chance to stay falls at least like (stays / (a + stays))^j.
    """
    total = np.zeros(z.shape)
    at = np.arange(z.size)
    log_mass = shape * np.log1p(-z)
    log_z = np.log(np.maximum(z, np.finfo(np.float64).tiny))
    beyond = -np.expm1(log_mass)
    staying = np.ones(z.shape)
    for j in range(1, _MOST_TERMS):
        total[at] += beyond * staying
        log_mass = log_mass + np.log((shape + j - 1.0) / j) + log_z
        beyond = np.maximum(beyond - np.exp(log_mass), 0.0)
        staying = staying * (stays + j - 1.0) / (a + stays + j - 1.0)
        if j % 8 == 0:
            open_ = beyond * staying * (a + stays + j) > _PRECISION * a * total[at]
            if not open_.any():
                break
            if not open_.all():
                at, log_mass, log_z, beyond = at[open_], log_mass[open_], log_z[open_], beyond[open_]
                staying, shape, stays = staying[open_], shape[open_], stays[open_]
    return total


def _series(first: float, e: float, c: Floats, z: Floats) -> Floats:
    """sum_k (first)_k (e + 1)_(k-1) / (c + 1)_(k-1) z^k / k! from k = 1; rows leave when their terms are too small."""
    total = np.zeros(c.shape)
    at = np.arange(c.size)
    term = first * z
    c, z = c + 0.0, z + 0.0
    for k in range(1, _MOST_TERMS):
        total[at] += term
        term = term * (first + k) * (e + k) / (c + k) * z / (k + 1)
        if k % 8 == 0:
            # Terms fall off at least like powers of z in the end, so the rest is at most term / (1 - z).
            open_ = np.abs(term) > _PRECISION * (1.0 - z) * np.maximum(np.abs(total[at]), 1e-300)
            if not open_.any():
                break
            if not open_.all():
                at, term, c, z = at[open_], term[open_], c[open_], z[open_]
    return total

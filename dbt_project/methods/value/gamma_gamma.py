"""How often customers buy and what they spend comes in; the Gamma-Gamma model's parameters and expected spend go out.

Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value. A purchase is worth z ~ Gamma(p, v), a customer's v ~
Gamma(q, gamma), independent of how often the customer buys. Money may be in any currency; gamma is in the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln

from dbt_project.methods.value.fitting import Estimates, ModelRefusedError, maximise
from dbt_project.methods.value.histories import SMALLEST_REPEATERS

Floats = NDArray[np.float64]

NAMES: Final = ("p", "q", "gamma")
# The model holds spend to be independent of frequency. Beyond this correlation it is refused.
LARGEST_CORRELATION: Final = 0.3


@dataclass(frozen=True)
class Spends:
    """Distinct pairs of customers who bought again. All arrays have the shape (pairs,).

    Attributes:
        x: repeat purchases, at least 1.
        mean: what those were worth on average, above 0.
        count: customers.
    """

    x: Floats
    mean: Floats
    count: Floats

    def __post_init__(self) -> None:
        if not self.x.shape == self.mean.shape == self.count.shape:
            raise ValueError("x, mean and count differ in length")
        if not np.isfinite(self.x + self.mean + self.count).all():
            raise ValueError("a value is not a finite number")
        if (self.x < 1).any() or (self.mean <= 0).any() or (self.count <= 0).any():
            raise ValueError("the model knows customers with at least one repeat purchase and a mean above 0 only")

    @property
    def n(self) -> int:
        """Customers."""
        return round(float(self.count.sum()))

    @property
    def correlation(self) -> float:
        """Pearson's, of repeat purchases with mean spend; 0 where one of them does not vary."""
        x = self.x - np.average(self.x, weights=self.count)
        mean = self.mean - np.average(self.mean, weights=self.count)
        variances = np.average(x**2, weights=self.count) * np.average(mean**2, weights=self.count)
        return float(np.average(x * mean, weights=self.count) / np.sqrt(variances)) if variances > 0 else 0.0


def fit(spends: Spends) -> Estimates:
    """Estimate p, q and gamma by maximum likelihood.

    The log-likelihood of a customer with x repeat purchases of mean m:

        ln G(p x + q) / (G(p x) G(q)) + q ln gamma + (p x - 1) ln m + p x ln x - (p x + q) ln(gamma + x m)

    Raises:
        ModelRefusedError: too few customers bought again, spend goes with frequency, everybody spends the same, or the
            mean spend of all customers is infinite (q at most 1).
    """
    if spends.n < SMALLEST_REPEATERS:
        raise ModelRefusedError(
            f"only {spends.n} customers have repeat purchases of a known worth; "
            f"at least {SMALLEST_REPEATERS} are needed"
        )
    if abs(spends.correlation) > LARGEST_CORRELATION:
        raise ModelRefusedError(
            f"spend goes with frequency: correlation {spends.correlation:.2f}, bound {LARGEST_CORRELATION}; "
            "the model holds them to be independent"
        )
    if np.ptp(spends.mean) <= 1e-9 * spends.mean.max():
        raise ModelRefusedError("every customer spends the same: there is no difference to learn from")
    mean = float(np.average(spends.mean, weights=spends.count))
    found = maximise(_Likelihood(spends), names=NAMES, start=np.array([2.0, 3.0, mean]), n=spends.n)
    if found.values[1] <= 1:
        raise ModelRefusedError(f"the mean spend of all customers is infinite (q = {found.values[1]:.3f}, bound 1)")
    return found


class _Likelihood:
    """The summed log-likelihood and its gradient; Gamma functions once per distinct x."""

    def __init__(self, spends: Spends) -> None:
        self.count, self.repeats = spends.count, spends.x
        self.n = float(spends.count.sum())
        self.total = spends.x * spends.mean
        self.x, self.of_x = np.unique(spends.x, return_inverse=True)
        self.n_of_x = np.bincount(self.of_x, spends.count)
        self.logs_of_mean = float(spends.count @ np.log(spends.mean))
        self.logs_of_total = float((spends.count * spends.x) @ np.log(self.total))

    def __call__(self, parameters: Floats) -> tuple[float, Floats]:
        p, q, gamma = parameters
        log_rate = np.log(gamma + self.total)
        shape = p * self.x + q
        value = (
            self.n_of_x @ (gammaln(shape) - gammaln(p * self.x))
            + self.n * (q * np.log(gamma) - gammaln(q))
            + p * self.logs_of_total
            - self.logs_of_mean
            - self.count @ ((p * self.repeats + q) * log_rate)
        )
        slope_of_shape = digamma(shape)
        gradient = np.array(
            [
                (self.n_of_x * self.x) @ (slope_of_shape - digamma(p * self.x))
                + self.logs_of_total
                - (self.count * self.repeats) @ log_rate,
                self.n_of_x @ slope_of_shape + self.n * (np.log(gamma) - digamma(q)) - self.count @ log_rate,
                self.n * q / gamma - self.count @ ((p * self.repeats + q) / (gamma + self.total)),
            ]
        )
        return float(value), gradient


def expected_spend(parameters: Floats, *, x: Floats, mean: Floats) -> Floats:
    """Expected worth of a customer's next purchase: E[M | x, m] = (gamma + x m) p / (p x + q - 1).

    Args:
        parameters: p, q, gamma; shape (3,), q above 1.
        x: repeat purchases, shape (customers,); x = 0 gives the mean of all customers, p gamma / (q - 1).
        mean: what they were worth on average; not used where x is 0.
    """
    p, q, gamma = parameters
    return np.asarray((gamma + x * np.where(x > 0, mean, 0.0)) * p / (p * x + q - 1), dtype=np.float64)

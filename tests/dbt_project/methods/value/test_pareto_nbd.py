"""Pareto/NBD agrees with its textbook form where that one can be computed, and scores safely where it cannot."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammaln, hyp2f1

from dbt_project.methods.value import pareto_nbd
from dbt_project.methods.value.fitting import ModelRefusedError
from dbt_project.methods.value.histories import Histories


def one(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def textbook(parameters: tuple[float, ...], x: float, recency: float, age: float) -> float:
    """Log-likelihood as Fader & Hardie (2005) write it, with hypergeometric functions."""
    r, alpha, s, beta = parameters
    larger, second = (alpha, s + 1) if alpha >= beta else (beta, r + x)
    k = r + s + x

    def part(time: float) -> float:
        return float(hyp2f1(k, second, k + 1, abs(alpha - beta) / (larger + time)) / (larger + time) ** k)

    died = s / k * (part(recency) - part(age))
    alive = 1 / ((alpha + age) ** (r + x) * (beta + age) ** s)
    return float(gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(alive + died))


@pytest.mark.parametrize("parameters", [(0.55, 10.6, 0.61, 11.7), (0.55, 14.0, 0.61, 3.0), (2.0, 5.0, 1.0, 5.0)])
@pytest.mark.parametrize(("x", "recency", "age"), [(0, 0, 38.86), (2, 30.43, 38.86), (10, 20.0, 27.0), (3, 8.0, 8.0)])
def test_the_likelihood_matches_the_textbook(
    parameters: tuple[float, ...], x: float, recency: float, age: float
) -> None:
    found, _ = pareto_nbd._log_likelihoods(np.array(parameters), one(x), one(recency), one(age))
    assert found[0] == pytest.approx(textbook(parameters, x, recency, age), abs=1e-9)


def test_the_gradient_is_the_slope_of_the_likelihood() -> None:
    x, recency, age = one(0, 2, 7, 1), one(0, 30, 12, 3), one(39, 39, 30, 3)
    point = np.array([0.6, 9.0, 0.5, 14.0])
    _, gradient = pareto_nbd._log_likelihoods(point, x, recency, age)
    for at, step in enumerate(1e-6 * np.eye(4)):
        ahead, _ = pareto_nbd._log_likelihoods(point + step, x, recency, age)
        behind, _ = pareto_nbd._log_likelihoods(point - step, x, recency, age)
        np.testing.assert_allclose(gradient[at], (ahead - behind) / 2e-6, rtol=1e-5, atol=1e-8)


def test_large_and_empty_histories_are_scored() -> None:
    parameters = np.array([0.55, 10.6, 1.0, 11.7])
    x, recency, age = one(0, 100_000, 100_000, 0), one(0, 500, 10, 0), one(0, 500, 500, 1e5)
    alive = pareto_nbd.p_alive(parameters, x=x, recency=recency, age=age)
    expected = pareto_nbd.expected_purchases(parameters, x=x, recency=recency, age=age, horizon=52)
    np.testing.assert_allclose(alive[:3], [1, 1, 0], atol=1e-6)
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()


def test_a_check_that_would_take_too_long_is_refused() -> None:
    many = pareto_nbd.MOST_HISTORIES + 1
    age = np.linspace(1, 100, many)
    with pytest.raises(ModelRefusedError, match="distinct histories"):
        pareto_nbd.fit(Histories(np.ones(many), age / 2, age, np.ones(many)))

"""Gamma-Gamma recovers simulated parameters, and refuses data that break its assumptions."""

from __future__ import annotations

import numpy as np
import pytest

from dbt_project.methods.value import gamma_gamma
from dbt_project.methods.value.fitting import ModelRefusedError
from dbt_project.methods.value.gamma_gamma import Spends

TRUE = (6.0, 4.0, 15.0)


def simulated(n: int = 20_000) -> Spends:
    generator = np.random.default_rng(20261122)
    p, q, gamma = TRUE
    x = generator.geometric(0.4, n).astype(float)
    rate = generator.gamma(q, 1 / gamma, n)
    return Spends(x=x, mean=generator.gamma(p * x) / rate / x, count=np.ones(n))


def test_simulated_parameters_are_recovered_within_their_errors() -> None:
    found = gamma_gamma.fit(simulated())
    assert np.all(np.abs(found.values - TRUE) < 3 * found.standard_errors)
    assert np.all(found.standard_errors < 0.1 * found.values)


def test_the_gradient_is_the_slope_of_the_likelihood() -> None:
    likelihood = gamma_gamma._Likelihood(simulated(500))
    point = np.array([4.0, 3.0, 20.0])
    _, gradient = likelihood(point)
    for at, step in enumerate(1e-6 * np.eye(3)):
        slope = (likelihood(point + step)[0] - likelihood(point - step)[0]) / 2e-6
        assert gradient[at] == pytest.approx(slope, rel=1e-4)


def test_the_currency_changes_only_gamma() -> None:
    euros = simulated(3000)
    cents = Spends(euros.x, 100 * euros.mean, euros.count)
    np.testing.assert_allclose(gamma_gamma.fit(cents).values / gamma_gamma.fit(euros).values, [1, 1, 100], rtol=1e-5)


def test_expected_spend_shrinks_towards_the_population_mean() -> None:
    p, q, gamma = TRUE
    everybody = p * gamma / (q - 1)
    own = np.full(5, 100.0)
    found = gamma_gamma.expected_spend(np.array(TRUE), x=np.array([0.0, 1, 5, 50, 1e6]), mean=own)
    assert found[0] == pytest.approx(everybody)
    assert found[4] == pytest.approx(100, rel=1e-5)
    assert np.all(np.diff(found) > 0)


def test_a_missing_mean_of_one_time_buyers_is_accepted() -> None:
    found = gamma_gamma.expected_spend(np.array(TRUE), x=np.array([0.0]), mean=np.array([np.nan]))
    assert np.isfinite(found).all()


def test_spend_correlated_with_frequency_is_refused_beyond_the_bound() -> None:
    x = np.tile(np.arange(1.0, 11.0), 20)
    noise = np.random.default_rng(20261122).gamma(4, 5, 200)
    within, beyond = Spends(x, 40 + noise + 0.5 * x, np.ones(200)), Spends(x, 40 + noise + 3 * x, np.ones(200))
    assert 0 < within.correlation < gamma_gamma.LARGEST_CORRELATION < beyond.correlation
    gamma_gamma.fit(within)
    with pytest.raises(ModelRefusedError, match="spend goes with frequency"):
        gamma_gamma.fit(beyond)


def test_too_few_equal_or_unbounded_spends_are_refused() -> None:
    with pytest.raises(ModelRefusedError, match="only 3 customers"):
        gamma_gamma.fit(simulated(3))
    with pytest.raises(ModelRefusedError, match="spends the same"):
        gamma_gamma.fit(Spends(np.arange(1.0, 41.0), np.full(40, 9.99), np.ones(40)))
    generator = np.random.default_rng(20261122)
    heavy = generator.gamma(5, 1, 3000) / generator.gamma(0.5, 1, 3000)
    with pytest.raises(ModelRefusedError, match="infinite"):
        gamma_gamma.fit(Spends(generator.permutation(np.tile([1.0, 2.0], 1500)), heavy, np.ones(3000)))


def test_customers_without_repeat_purchases_or_spend_are_ignored() -> None:
    for x, mean in ((0.0, 5.0), (1.0, 0.0), (1.0, -2.0)):
        with pytest.raises(ValueError, match="at least one repeat purchase"):
            Spends(np.array([x]), np.array([mean]), np.ones(1))

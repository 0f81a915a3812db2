"""Contracts: the shifted-beta-geometric model reproduces its paper, and counts running contracts as running."""

from __future__ import annotations

import numpy as np
import pytest

from dbt_project.methods.value import sbg
from dbt_project.methods.value.fitting import ModelRefusedError
from dbt_project.methods.value.sbg import Terms

# Survivors of 1000 customers by year, Fader & Hardie (2007), table 1.
HIGH_END = (1000, 869, 743, 653, 593, 551, 517, 491)
REGULAR = (1000, 631, 468, 382, 326, 289, 262, 241)


def cohort(survivors: tuple[int, ...]) -> Terms:
    years = len(survivors) - 1
    ended = -np.diff(survivors).astype(float)
    return Terms(
        periods=np.append(np.arange(1.0, years + 1), years),
        has_ended=np.append(np.ones(years, dtype=bool), False),
        count=np.append(ended, survivors[-1]),
    )


@pytest.mark.parametrize(("survivors", "a", "b"), [(HIGH_END, 0.668, 3.806), (REGULAR, 0.704, 1.182)])
def test_the_published_parameters_are_reproduced(survivors: tuple[int, ...], a: float, b: float) -> None:
    np.testing.assert_array_equal(sbg.fit(cohort(survivors)).values.round(3), [a, b])


def test_survival_starts_at_one_and_follows_the_retention_rates() -> None:
    a, b = 0.668, 3.806
    periods = np.arange(0.0, 40)
    found = sbg.survival(np.array([a, b]), periods=periods)
    assert found[0] == 1
    np.testing.assert_allclose(found[1:] / found[:-1], (b + periods[:-1]) / (a + b + periods[:-1]))


def test_expected_periods_are_the_sum_of_survival_probabilities() -> None:
    parameters = np.array([0.668, 3.806])
    survived = np.array([0.0, 5.0, 10_000.0])
    curve = sbg.survival(parameters, periods=np.arange(0.0, 18.0))
    found = sbg.expected_periods(parameters, survived=survived, horizon=12)
    np.testing.assert_allclose(found[:2], [curve[1:13].sum(), curve[6:18].sum() / curve[5]])
    assert 11.9 < found[2] < 12
    np.testing.assert_array_equal(sbg.expected_periods(parameters, survived=survived, horizon=0), 0)


def test_running_contracts_are_treated_as_censored() -> None:
    generator = np.random.default_rng(20261122)
    n = 20_000
    length = generator.geometric(generator.beta(0.7, 3.0, n)).astype(float)
    seen = generator.integers(1, 24, n).astype(float)
    has_ended = length <= seen
    found = sbg.fit(Terms(np.where(has_ended, length, seen), has_ended, np.ones(n)))
    assert np.all(np.abs(found.values - [0.7, 3.0]) < 3 * found.standard_errors)


def test_too_few_ended_contracts_are_refused() -> None:
    with pytest.raises(ModelRefusedError, match="only 29 contracts have ended"):
        sbg.fit(Terms(np.array([1.0, 5.0]), np.array([True, False]), np.array([29.0, 1000.0])))


def test_a_contract_cannot_end_before_its_first_period() -> None:
    with pytest.raises(ValueError, match="at least one period"):
        Terms(np.array([0.0]), np.array([True]), np.ones(1))

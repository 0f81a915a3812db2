"""BG/NBD recovers simulated parameters, and scores safely at every edge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammaln
from scipy.stats import nbinom

from dbt_project.methods.value import bg_nbd
from dbt_project.methods.value.histories import Histories, reduce_histories
from tests.dbt_project.methods.worlds import bg_nbd_world

TRUE = (0.6, 8.0, 0.9, 3.0)


def one(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def purchases_by_summing(parameters: tuple[float, ...], x: float, recency: float, age: float, horizon: float) -> float:
    """E[purchases] as a sum over j of P(at least j): wanting j and not having dropped out before the j-th."""
    r, alpha, a, b = parameters
    j = np.arange(1, 4000)
    wanted = nbinom.sf(j - 1, r + x, (alpha + age) / (alpha + age + horizon))
    stays = np.concatenate([[1.0], np.cumprod((b + x + j[:-1] - 1) / (a + b + x + j[:-1] - 1))])
    alive = bg_nbd.p_alive(np.array(parameters), x=one(x), recency=one(recency), age=one(age))[0]
    return float(alive * (wanted @ stays))


@pytest.fixture(scope="module")
def histories() -> Histories:
    generator = np.random.default_rng(20261122)
    world = bg_nbd_world(generator, parameters=TRUE, age=generator.integers(10, 60, 20_000).astype(float), later=0)
    return reduce_histories(world.x, np.round(world.recency, 2), world.age)[0]


def test_simulated_parameters_are_recovered_within_their_errors(histories: Histories) -> None:
    found = bg_nbd.fit(histories)
    assert found.is_identified.all()
    assert np.all(np.abs(found.values - TRUE) < 3 * found.standard_errors)
    assert np.all(found.standard_errors < 0.35 * found.values)


def test_the_time_unit_changes_only_alpha(histories: Histories) -> None:
    weeks = bg_nbd.fit(histories)
    days = bg_nbd.fit(Histories(histories.x, 7 * histories.recency, 7 * histories.age, histories.count))
    np.testing.assert_allclose(days.values / weeks.values, [1, 7, 1, 1], rtol=1e-5)


def test_the_gradient_is_the_slope_of_the_likelihood(histories: Histories) -> None:
    likelihood = bg_nbd.Likelihood(histories)
    point = np.array([0.4, 5.0, 0.7, 2.0])
    _, gradient = likelihood(point)
    for at, step in enumerate(1e-6 * np.eye(4)):
        slope = (likelihood(point + step)[0] - likelihood(point - step)[0]) / 2e-6
        assert gradient[at] == pytest.approx(slope, rel=1e-5)


def test_grouping_equal_customers_changes_nothing(histories: Histories) -> None:
    twice = Histories(histories.x, histories.recency, histories.age, 2 * histories.count)
    first, second = bg_nbd.fit(histories), bg_nbd.fit(twice)
    np.testing.assert_allclose(first.values, second.values, rtol=1e-6)
    np.testing.assert_allclose(first.standard_errors, np.sqrt(2) * second.standard_errors, rtol=1e-3)


@pytest.mark.parametrize("a", [0.2, 0.999999, 1.0, 1.000001, 2.5])
@pytest.mark.parametrize(("x", "recency", "age"), [(0, 0, 0), (0, 0, 39), (1, 0, 0), (3, 20, 39), (60, 38, 39)])
def test_expected_purchases_are_the_sum_of_probabilities(a: float, x: float, recency: float, age: float) -> None:
    parameters = (0.24, 4.4, a, 2.4)
    found = bg_nbd.expected_purchases(np.array(parameters), x=one(x), recency=one(recency), age=one(age), horizon=52)
    assert found[0] == pytest.approx(purchases_by_summing(parameters, x, recency, age, 52), rel=1e-6)


@pytest.mark.parametrize(("a", "b"), [(30.0, 400.0), (5_000.0, 90_000.0), (9_000.0, 300.0)])
@pytest.mark.parametrize(("x", "recency", "age"), [(0, 0, 0), (0, 0, 39), (3, 20, 39), (60, 38, 39)])
def test_equal_dropout_probabilities_keep_precision(a: float, b: float, x: float, recency: float, age: float) -> None:
    parameters = (0.85, 8.2, a, b)
    found = bg_nbd.expected_purchases(np.array(parameters), x=one(x), recency=one(recency), age=one(age), horizon=52)
    assert found[0] == pytest.approx(purchases_by_summing(parameters, x, recency, age, 52), rel=1e-6)


def test_unidentified_parameters_have_no_standard_error() -> None:
    generator = np.random.default_rng(20261122)
    world = bg_nbd_world(generator, parameters=(0.85, 8.0, 5e4, 95e4), age=np.full(2000, 100.0), later=0)
    found = bg_nbd.fit(reduce_histories(world.x, world.recency, world.age)[0])
    a, b = found.values[2:]
    assert a / (a + b) == pytest.approx(0.05, abs=0.01)
    assert np.isfinite(found.standard_errors[:2]).all()
    assert np.isnan(found.standard_errors[2:]).all()
    assert np.isfinite(found.draw(generator, 100)).all()


def test_p_alive_is_the_alive_share_of_the_likelihood() -> None:
    r, alpha, a, b = 0.24, 4.4, 0.8, 2.4
    x, recency, age = 4, 12.0, 30.0
    density = np.exp(r * np.log(alpha) - gammaln(r))

    def mixed(until: float) -> float:
        return quad(lambda rate: density * rate ** (r - 1 + x) * np.exp(-(alpha + until) * rate), 0, np.inf)[0]

    def beta(first: float, second: float) -> float:
        return float(np.exp(gammaln(first) + gammaln(second) - gammaln(first + second)))

    stays, leaves = beta(a, b + x) * mixed(age), beta(a + 1, b + x - 1) * mixed(recency)
    found = bg_nbd.p_alive(np.array([r, alpha, a, b]), x=one(x), recency=one(recency), age=one(age))
    assert found[0] == pytest.approx(stays / (stays + leaves), rel=1e-6)


def test_one_time_buyers_are_alive_under_bg_nbd() -> None:
    found = bg_nbd.p_alive(np.array(TRUE), x=one(0, 0), recency=one(0, 0), age=one(0, 5000))
    np.testing.assert_array_equal(found, 1.0)


@given(
    x=st.integers(0, 1_000_000),
    share=st.floats(0, 1),
    age=st.floats(0, 1e5),
    horizon=st.floats(0, 1e4),
    logs=st.tuples(*[st.floats(-4, 4)] * 4),
)
def test_very_long_and_very_short_histories_are_scored(
    x: int, share: float, age: float, horizon: float, logs: tuple[float, ...]
) -> None:
    parameters = np.exp(np.array(logs))
    history = {"x": one(x), "recency": one(share * age if x else 0), "age": one(age)}
    alive = bg_nbd.p_alive(parameters, **history)[0]
    expected = bg_nbd.expected_purchases(parameters, horizon=horizon, **history)[0]
    # Nobody is expected to buy more than they would if they could not drop out.
    at_most = (parameters[0] + x) / (parameters[1] + age) * horizon
    assert 0 <= alive <= 1
    assert 0 <= expected <= at_most * (1 + 1e-6) + 1e-9


def test_many_purchases_at_one_moment_are_accepted() -> None:
    generator = np.random.default_rng(20261122)
    x = generator.integers(0, 5000, 400).astype(float)
    found = bg_nbd.fit(reduce_histories(x, np.zeros(400), np.full(400, 10.0))[0])
    assert np.isfinite(found.log_likelihood)
    assert np.all(np.isfinite(found.values))

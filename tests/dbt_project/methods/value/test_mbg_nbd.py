"""MBG/NBD recovers simulated parameters, and does not take who bought once as alive."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import dblquad
from scipy.stats import beta, gamma

from dbt_project.methods.value import bg_nbd, mbg_nbd
from dbt_project.methods.value.futures import Customers, simulate
from dbt_project.methods.value.histories import Histories, reduce_histories
from tests.dbt_project.methods.worlds import World, bg_nbd_world

Floats = NDArray[np.float64]
TRUE = (0.8, 8.0, 1.2, 2.5)
HORIZON = 26.0


@pytest.fixture(scope="module")
def world() -> World:
    generator = np.random.default_rng(20261130)
    age = generator.integers(10, 60, 40_000).astype(float)
    return bg_nbd_world(generator, parameters=TRUE, age=age, later=HORIZON, drops_at_first=True)


@pytest.fixture(scope="module")
def histories(world: World) -> Histories:
    return reduce_histories(world.x, np.round(world.recency, 2), world.age)[0]


def test_simulated_parameters_are_recovered_within_their_errors(histories: Histories) -> None:
    found = mbg_nbd.fit(histories)
    assert found.is_identified.all()
    assert np.all(np.abs(found.values - TRUE) < 3 * found.standard_errors)


def test_the_gradient_is_the_slope_of_the_likelihood(histories: Histories) -> None:
    likelihood = bg_nbd.Likelihood(histories, drops_at_first=True)
    point = np.array([0.4, 5.0, 0.7, 2.0])
    _, gradient = likelihood(point)
    for at, step in enumerate(1e-6 * np.eye(4)):
        slope = (likelihood(point + step)[0] - likelihood(point - step)[0]) / 2e-6
        assert gradient[at] == pytest.approx(slope, rel=1e-5)


@pytest.mark.parametrize(("x", "recency", "age"), [(0, 0.0, 39.0), (1, 2.0, 20.0), (4, 30.0, 39.0)])
def test_likelihood_and_p_alive_are_integrals_over_the_story(x: int, recency: float, age: float) -> None:
    """Of a rate and a chance to drop out: alive after x + 1 chances, or gone with the last purchase."""
    r, alpha, a, b = TRUE

    def weighed(alive: bool):
        def density(chance: float, rate: float) -> float:
            stays = (1 - chance) ** (x + 1) * np.exp(-rate * age)
            went = chance * (1 - chance) ** x * np.exp(-rate * recency)
            prior = gamma.pdf(rate, r, scale=1 / alpha) * beta.pdf(chance, a, b)
            return float(rate**x * (stays if alive else stays + went) * prior)

        return dblquad(density, 0, 5, 0, 1)[0]

    whole, alive = weighed(False), weighed(True)
    one = Histories(*(np.array([value], dtype=np.float64) for value in (x, recency, age, 1)))
    log_likelihood, _ = bg_nbd.Likelihood(one, drops_at_first=True)(np.array(TRUE))
    assert log_likelihood == pytest.approx(np.log(whole), abs=1e-4)
    found = mbg_nbd.p_alive(np.array(TRUE), x=one.x, recency=one.recency, age=one.age)[0]
    assert found == pytest.approx(alive / whole, abs=1e-4)


def test_forecasts_are_what_the_simulated_customers_then_buy(world: World) -> None:
    """Those who bought once and the others: BG/NBD with the same parameters takes the first as alive."""
    given = {"x": world.x, "recency": world.recency, "age": world.age}
    forecast = mbg_nbd.expected_purchases(np.array(TRUE), horizon=HORIZON, **given)
    once = world.x == 0
    for some in (once, ~once):
        error = np.std(world.later_purchases[some] - forecast[some]) / np.sqrt(some.sum())
        assert abs(world.later_purchases[some].mean() - forecast[some].mean()) < 4 * error
    alive = mbg_nbd.p_alive(np.array(TRUE), **given)
    assert alive[once].max() < 0.9
    assert np.all(bg_nbd.p_alive(np.array(TRUE), **given)[once] == 1)


def test_draws_have_the_mean_that_is_expected(world: World) -> None:
    some = slice(0, 400)
    given = {"x": world.x[some], "recency": world.recency[some], "age": world.age[some]}
    customers = Customers(**given, spend=np.ones(400), valued=np.zeros(400))
    (drawn,) = simulate(
        customers,
        buying=np.tile(TRUE, (2_000, 1)),
        spending=None,
        horizon=HORIZON,
        generator=np.random.default_rng(1),
        drops_at_first=True,
    )
    expected = mbg_nbd.expected_purchases(np.array(TRUE), horizon=HORIZON, **given)
    assert drawn.purchases.sum(axis=1).mean() == pytest.approx(expected.sum(), rel=0.01)

"""Weights sum to R2, equal Johnson's definition, and find true drivers only."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, linregress

from dbt_project.methods.perceptions.relative_weights import (
    SMALLEST_SAMPLE,
    Drivers,
    DriversRefusedError,
    drivers_of,
    relative_weights,
)

NULL_WORLDS = 200
SEED = 20261122


def world(random: np.random.Generator, n: int, effects: list[float], *, alike: float = 0.4) -> tuple[np.ndarray, ...]:
    """Answers on 1-7 about drivers that are alike, and an outcome on 0-10 that follows some of them."""
    style = random.standard_normal((n, 1))
    felt = np.sqrt(alike) * style + np.sqrt(1 - alike) * random.standard_normal((n, len(effects)))
    outcome = felt @ np.array(effects) + random.standard_normal(n)
    return np.clip(np.round(outcome * 2 + 7), 0, 10), np.clip(np.round(felt * 1.2 + 5), 1, 7)


def weigh(outcome: np.ndarray, drivers: np.ndarray, *, seed: int = SEED, draws: int = 400) -> Drivers:
    names = [f"driver {number}" for number in range(drivers.shape[1])]
    return drivers_of(outcome, drivers, names=names, seed=seed, draws=draws)


@given(st.integers(1, 8), st.integers(0, 2**32 - 1), st.integers(0, 3))
def test_weights_sum_to_the_r_squared_of_least_squares(count: int, seed: int, copies: int) -> None:
    random = np.random.default_rng(seed)
    drivers = random.standard_normal((SMALLEST_SAMPLE, count)) @ random.standard_normal((count, count))
    drivers = np.column_stack([drivers, *[drivers[:, 0]] * copies])
    outcome = drivers @ random.standard_normal(drivers.shape[1]) + random.standard_normal(SMALLEST_SAMPLE)
    joint = np.corrcoef(np.column_stack([drivers, outcome]).T)
    weights = relative_weights(joint[:-1, :-1], joint[:-1, -1])
    centred = outcome - outcome.mean()
    _, residuals, _, _ = np.linalg.lstsq(drivers - drivers.mean(axis=0), centred, rcond=None)
    left_over = residuals[0] if residuals.size else 1 - weights.sum()
    if residuals.size:
        assert weights.sum() == pytest.approx(1 - left_over / (centred @ centred), abs=1e-6)
    assert weights.min() >= 0
    assert weights[count:] == pytest.approx(weights[:1].repeat(copies), abs=1e-6)


def test_weights_of_unrelated_drivers_are_their_squared_correlations() -> None:
    assert relative_weights(np.eye(3), np.array([0.5, -0.3, 0.0])) == pytest.approx([0.25, 0.09, 0])


def test_one_driver_weighs_its_squared_correlation_and_its_slope_is_that_of_simple_regression() -> None:
    outcome, drivers = world(np.random.default_rng(1), 300, [0.5])
    found = weigh(outcome, drivers)
    simple = linregress(drivers[:, 0], outcome)
    assert found.r_squared == pytest.approx(simple.rvalue**2)
    assert found.coefficients == pytest.approx([simple.slope])
    assert found.coefficient_p_values == pytest.approx([simple.pvalue], rel=1e-6)
    assert (found.coefficients_high - found.coefficients_low) / 2 == pytest.approx([1.968 * simple.stderr], rel=1e-3)


def test_coefficients_and_inflation_are_those_of_least_squares() -> None:
    outcome, drivers = world(np.random.default_rng(2), 400, [0.5, 0.2, 0, 0.1])
    found = weigh(outcome, drivers)
    design = np.column_stack([np.ones(400), drivers])
    expected = np.linalg.lstsq(design, outcome, rcond=None)[0]
    residual = outcome - design @ expected
    errors = np.sqrt(residual @ residual / 395 * np.diag(np.linalg.inv(design.T @ design)))[1:]
    assert found.coefficients == pytest.approx(expected[1:])
    assert (found.coefficients_high - found.coefficients_low) / 2 == pytest.approx(1.966 * errors, rel=1e-3)
    assert found.inflation == pytest.approx(np.diag(np.linalg.inv(np.corrcoef(drivers.T))))


def test_p_values_match_a_permutation_test() -> None:
    random = np.random.default_rng(3)
    outcome, drivers = world(random, 200, [0.12, 0.06, 0])
    found = weigh(outcome, drivers)
    correlations = np.corrcoef(drivers.T)
    scores = (drivers - drivers.mean(axis=0)) / drivers.std(axis=0) / 200
    shuffled = random.permuted(np.tile(outcome, (4000, 1)), axis=1)
    with_outcome = (shuffled - outcome.mean()) / outcome.std() @ scores
    weights = relative_weights(np.broadcast_to(correlations, (4000, 3, 3)), with_outcome)
    assert found.p_values == pytest.approx((weights >= found.weights).mean(axis=0), abs=0.03)


def test_true_drivers_are_found_and_others_are_not() -> None:
    outcome, drivers = world(np.random.default_rng(4), 600, [0.6, 0.3, 0, 0], alike=0)
    found = weigh(outcome, drivers)
    assert found.is_significant.tolist() == [True, True, False, False]
    assert found.weights.argmax() == 0
    assert found.warnings == ()


def test_the_same_answers_give_the_same_intervals_around_the_weight() -> None:
    outcome, drivers = world(np.random.default_rng(5), 300, [0.4, 0, 0])
    one, two = weigh(outcome, drivers), weigh(outcome, drivers)
    assert one.low.tolist() == two.low.tolist()
    assert (one.low <= one.weights).all()
    assert (one.weights <= one.high).all()


def test_results_do_not_depend_on_scale_or_origin() -> None:
    outcome, drivers = world(np.random.default_rng(6), 300, [0.4, 0.1])
    one, other = weigh(outcome, drivers), weigh(1e6 - 3 * outcome, 1e5 + 10 * drivers)
    assert other.weights == pytest.approx(one.weights)
    assert other.low == pytest.approx(one.low, rel=1e-6)
    assert other.coefficients == pytest.approx(one.coefficients * -0.3, rel=1e-6)


def test_twenty_answers_are_refused_with_a_plain_reason() -> None:
    with pytest.raises(DriversRefusedError, match="only 20 complete answers: drivers are weighed from 150 on"):
        weigh(*world(np.random.default_rng(7), 20, [0.5, 0.5]))


def test_constant_variables_are_refused() -> None:
    outcome, drivers = world(np.random.default_rng(8), 200, [0.5, 0.5])
    with pytest.raises(DriversRefusedError, match="all 200 answers about driver 1 are the same"):
        weigh(outcome, np.column_stack([drivers[:, 0], np.full(200, 4.0)]))
    with pytest.raises(DriversRefusedError, match="about the outcome are the same"):
        weigh(np.full(200, 9.0), drivers)


def test_missing_answers_and_mismatched_shapes_are_refused() -> None:
    outcome, drivers = world(np.random.default_rng(8), 200, [0.5, 0.5])
    with pytest.raises(ValueError, match="only complete rows"):
        weigh(np.where(np.arange(200) == 7, np.nan, outcome), drivers)
    with pytest.raises(ValueError, match="199 outcomes"):
        weigh(outcome[1:], drivers)


def test_two_identical_drivers_share_their_weight_with_a_warning() -> None:
    outcome, drivers = world(np.random.default_rng(9), 400, [0.5, 0.3], alike=0)
    found = weigh(outcome, np.column_stack([drivers, drivers[:, 0]]))
    assert found.weights[0] == pytest.approx(found.weights[2])
    assert found.r_squared == pytest.approx(weigh(outcome, drivers).r_squared)
    assert np.isnan(found.coefficients[[0, 2]]).all()
    assert found.coefficients[1] == pytest.approx(weigh(outcome, drivers).coefficients[1])
    assert len(found.warnings) == 1
    assert "driver 0 and driver 2 move as one" in found.warnings[0]


def test_a_collinear_driver_gives_a_warning() -> None:
    random = np.random.default_rng(10)
    outcome, drivers = world(random, 400, [0.5, 0.3], alike=0)
    total = drivers.sum(axis=1) + random.standard_normal(400) * 0.2
    found = weigh(outcome, np.column_stack([drivers, total]))
    assert len(found.warnings) == 3
    assert "driver 2 follows largely from the other drivers (variance inflation" in found.warnings[2]
    exact = weigh(outcome, np.column_stack([drivers, drivers.sum(axis=1)]))
    assert [warning.endswith("it has no coefficient of its own.") for warning in exact.warnings] == [True] * 3
    assert np.isinf(exact.inflation).all()


def test_grouped_rows_give_the_intervals_of_single_rows() -> None:
    # 12,000 rows are drawn in groups. The same answers four times over have the same weights, known twice as well.
    outcome, drivers = world(np.random.default_rng(11), 3000, [0.5, 0.2])
    small = weigh(outcome, drivers, draws=1500)
    large = weigh(np.tile(outcome, 4), np.tile(drivers, (4, 1)), draws=1500)
    assert large.weights == pytest.approx(small.weights)
    assert (large.high - large.low) / (small.high - small.low) == pytest.approx([0.5, 0.5], rel=0.1)


@pytest.mark.slow
def test_intervals_contain_the_true_weight_in_19_of_20_simulations() -> None:
    correlations = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    effects = np.array([0.4, 0.2, 0.0, 0.1])
    spread = np.sqrt(effects @ correlations @ effects + 1)
    true = relative_weights(correlations, correlations @ effects / spread)
    random = np.random.default_rng(SEED)
    root = np.linalg.cholesky(correlations)
    held = np.zeros(4, dtype=np.int64)
    for _ in range(NULL_WORLDS):
        drivers = random.standard_normal((400, 4)) @ root.T
        found = weigh(drivers @ effects + random.standard_normal(400), drivers)
        held += (found.low <= true) & (true <= found.high)
    assert min(binomtest(int(count), NULL_WORLDS, 0.95, alternative="less").pvalue for count in held) > 0.01


@pytest.mark.slow
def test_without_drivers_at_most_one_simulation_in_twenty_is_significant() -> None:
    random = np.random.default_rng(SEED)
    false_finds = 0
    for _ in range(NULL_WORLDS):
        found = weigh(*world(random, 400, [0.0] * 6), draws=10)
        false_finds += bool(found.is_significant.any())
    assert binomtest(false_finds, NULL_WORLDS, 0.05, alternative="greater").pvalue > 0.01

"""A forecast is compared with what happened, in total, one by one and by deciles."""

from __future__ import annotations

import numpy as np
import pytest

from dbt_project.methods.value.back_test import back_test


def test_errors_of_a_small_case_worked_by_hand() -> None:
    found = back_test(forecast=np.array([1.0, 3.0]), fact=np.array([2.0, 0.0]))
    assert (found.n, found.forecast, found.fact) == (2, 4, 2)
    assert found.total_error == pytest.approx(1.0)
    assert found.absolute_error == pytest.approx(2.0)
    assert found.squared_error == pytest.approx(np.sqrt(5.0))
    np.testing.assert_array_equal(found.tenths, [[1, 2], [3, 0]])
    assert found.calibration_error == pytest.approx(2.0)


def test_deciles_are_ordered_by_forecast_and_contain_each_customer_once() -> None:
    forecast = np.random.default_rng(20261122).permutation(103).astype(float)
    found = back_test(forecast=forecast, fact=forecast / 2)
    assert found.tenth_sizes.sum() == 103
    assert found.tenth_sizes.max() - found.tenth_sizes.min() == 1
    assert np.all(np.diff(found.tenths[:, 0]) > 0)
    assert found.tenth_sizes @ found.tenths[:, 1] == pytest.approx(forecast.sum() / 2)


def test_a_correct_total_with_wrong_customers_is_not_calibrated() -> None:
    forecast = np.arange(100.0)
    found = back_test(forecast=forecast, fact=forecast[::-1].copy())
    assert found.total_error == 0
    assert found.calibration_error > 0.5


def test_the_true_expectation_has_the_smallest_squared_error() -> None:
    generator = np.random.default_rng(20261122)
    rate = generator.gamma(1.0, 2.0, 20_000)
    fact = generator.poisson(rate).astype(float)
    errors = [back_test(forecast=rate * by, fact=fact).squared_error for by in (0.8, 1.0, 1.2)]
    assert errors[1] == min(errors)


def test_a_holdout_in_which_nothing_happened_has_no_relative_error() -> None:
    found = back_test(forecast=np.ones(5), fact=np.zeros(5))
    assert np.isnan(found.total_error)
    assert found.squared_error == 1


def test_an_empty_holdout_is_refused() -> None:
    with pytest.raises(ValueError, match="there are none"):
        back_test(forecast=np.empty(0), fact=np.empty(0))

"""Survival keeps customers who are still active in the risk set."""

from __future__ import annotations

import numpy as np
import pytest

from dbt_project.methods.statistics import kaplan_meier


def floats(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


# Remission of leukaemia under 6-MP (Freireich et al. 1963), the textbook case: weeks, and whether it ended.
WEEKS = floats(6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35)
ENDED = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], dtype=bool)


def test_the_textbook_case_is_reproduced() -> None:
    curve = kaplan_meier.estimate(WEEKS, ENDED, np.ones(21))
    np.testing.assert_array_equal(curve.time, [6, 7, 10, 13, 16, 22, 23])
    np.testing.assert_array_equal(curve.at_risk, [21, 17, 15, 12, 11, 7, 6])
    np.testing.assert_allclose(curve.survival.round(4), [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482])
    np.testing.assert_allclose(curve.standard_error.round(4), [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346])
    assert curve.median == 23


def test_counts_are_equivalent_to_repeated_observations() -> None:
    durations, has_ended, counts = floats(2, 2, 5), np.array([True, False, True]), floats(3, 2, 4)
    counted = kaplan_meier.estimate(durations, has_ended, counts)
    repeated = kaplan_meier.estimate(np.repeat(durations, [3, 2, 4]), np.repeat(has_ended, [3, 2, 4]), np.ones(9))
    np.testing.assert_allclose(counted.survival, repeated.survival)
    np.testing.assert_allclose(counted.low, repeated.low)


def test_observations_censored_at_an_event_time_are_at_risk() -> None:
    curve = kaplan_meier.estimate(floats(3, 3), np.array([True, False]), np.ones(2))
    np.testing.assert_array_equal(curve.survival, [0.5])


def test_without_events_survival_stays_at_one() -> None:
    curve = kaplan_meier.estimate(floats(1, 2), np.zeros(2, dtype=bool), np.ones(2))
    survival, low, high = curve.at(floats(0, 10))
    np.testing.assert_array_equal([survival, low, high], 1.0)
    assert np.isnan(curve.median)


def test_when_all_end_survival_reaches_zero() -> None:
    curve = kaplan_meier.estimate(floats(0, 1, 2), np.ones(3, dtype=bool), np.ones(3))
    survival, low, high = curve.at(floats(0, 1, 2, 9))
    np.testing.assert_allclose(survival, [2 / 3, 1 / 3, 0, 0])
    assert np.all(low <= survival)
    assert np.all(survival <= high)


def test_durations_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 0"):
        kaplan_meier.estimate(floats(-1), np.array([True]), np.ones(1))

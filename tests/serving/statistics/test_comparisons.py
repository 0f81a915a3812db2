from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from serving.statistics.comparisons import (
    Estimate,
    balance,
    count,
    difference_low,
    discoveries,
    p_value_of_ratio,
    quantile_of,
    share,
    total,
    widened,
)
from serving.statistics.intervals import Z

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_benjamini_hochberg_gives_the_published_rejections() -> None:
    # Benjamini & Hochberg (1995), section 4: fifteen p-values, of which the four smallest are rejected at 0.05.
    p_values = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
        0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
    ]  # fmt: skip
    assert discoveries(p_values) == [True] * 4 + [False] * 11


@given(p_values=P_VALUES)
def test_discoveries_are_those_of_scipy(p_values: list[float]) -> None:
    adjusted = stats.false_discovery_control(p_values)
    apart = np.abs(adjusted - 0.05) > 1e-12
    assert (np.array(discoveries(p_values))[apart] == (adjusted <= 0.05)[apart]).all()


def test_of_no_p_values_nothing_is_rejected() -> None:
    assert discoveries([]) == []


def test_wilson_is_the_published_interval() -> None:
    # Newcombe (1998), table I: 81 of 263, 0.2553 to 0.3662.
    assert share(81 / 263, 263)[1:] == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_the_difference_of_two_shares_has_the_published_bounds() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table II, method 10: 56/70 less 48/80, 0.0524 to 0.3339.
    one, other = share(56 / 70, 70), share(48 / 80, 80)
    assert difference_low(one, other) == pytest.approx(0.0524, abs=5e-5)
    assert -difference_low(other, one) == pytest.approx(0.3339, abs=5e-5)
    assert difference_low(other.negated(), one.negated()) == pytest.approx(difference_low(one, other))


def test_several_comparisons_share_the_five_percent() -> None:
    assert quantile_of(1) == pytest.approx(Z)
    assert quantile_of(0) == quantile_of(1)
    assert quantile_of(10) == pytest.approx(stats.norm.ppf(1 - 0.0025))
    value, low, high = widened(Estimate(10.0, 8.0, 13.0), 10)
    factor = stats.norm.ppf(1 - 0.0025) / stats.norm.ppf(0.975)
    assert (value, low, high) == pytest.approx((10.0, 10 - 2 * factor, 10 + 3 * factor))


@given(ratio=st.floats(0.2, 5), error=st.floats(0.01, 1))
def test_a_ratio_whose_interval_ends_at_what_is_expected_has_a_p_value_of_five_percent(
    ratio: float, error: float
) -> None:
    low, high = ratio * np.exp(-Z * error), ratio * np.exp(Z * error)
    assert p_value_of_ratio(Estimate(ratio, low, high), expected=low) == pytest.approx(0.05)
    assert p_value_of_ratio(Estimate(ratio, 0.0, high), expected=high) == pytest.approx(0.05)
    assert p_value_of_ratio(Estimate(ratio, low, high), expected=ratio) == pytest.approx(1.0)


def test_a_ratio_without_an_interval_proves_nothing() -> None:
    assert p_value_of_ratio(Estimate(2.0, 2.0, 2.0), expected=1.0) == 1.0


def test_counts_have_the_exact_bounds_of_poisson_counts() -> None:
    # Garwood (1936), Biometrika 28, table of 95% limits: 10 events, 4.795 to 18.39; none, 0 to 3.689.
    assert count(10)[1:] == pytest.approx((4.795, 18.39), abs=0.005)
    assert count(0)[1:] == pytest.approx((0, 3.689), abs=0.001)


def test_sums_of_amounts_hold_their_mean_in_19_of_20_simulations() -> None:
    generator = np.random.default_rng(7)
    orders = generator.poisson(400, size=2000)
    found = [total(float(generator.exponential(50, size=n).sum()), float(n)) for n in orders]
    held = np.mean([low <= 400 * 50 <= high for _, low, high in found])
    assert 0.935 <= held <= 0.965


def test_a_balance_of_counts_is_as_uncertain_as_its_parts_together() -> None:
    generator = np.random.default_rng(7)
    gained, lost = generator.poisson(300, size=2000), generator.poisson(200, size=2000)
    found = [balance([count(float(g))], [count(float(gone))]) for g, gone in zip(gained, lost, strict=True)]
    assert [one.value for one in found[:3]] == [float(g - gone) for g, gone in zip(gained[:3], lost[:3], strict=True)]
    held = np.mean([low <= 100 <= high for _, low, high in found])
    assert 0.935 <= held <= 0.97

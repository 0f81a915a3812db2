"""Adjusted p-values against a published example, SciPy, and what they are defined to be."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from dbt_project.methods.statistics.comparisons import false_discovery, family_wise

# Benjamini & Hochberg 1995, section 4: fifteen comparisons of one trial.
PUBLISHED = np.array(
    [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1]
)


def test_published_comparisons_keep_four_by_fdr_and_three_by_fwer() -> None:
    assert (false_discovery(PUBLISHED) <= 0.05).tolist() == [True] * 4 + [False] * 11
    # The paper keeps three where a single false find is to be rare.
    assert (family_wise(PUBLISHED) <= 0.05).tolist() == [True] * 3 + [False] * 12


@given(st.lists(st.floats(0, 1), max_size=40))
def test_fdr_control_equals_scipy_in_any_order(values: list[float]) -> None:
    p_values = np.array(values, dtype=np.float64)
    reference = false_discovery_control(p_values) if values else p_values
    assert false_discovery(p_values) == pytest.approx(reference, abs=1e-12)


@given(st.lists(st.floats(0, 1), max_size=7))
def test_a_result_is_significant_if_every_intersection_is(values: list[float]) -> None:
    # Marcus, Peritz & Gabriel 1976: Holm's is the closed test that is Bonferroni's on every set.
    def worst(place: int) -> float:
        others = [at for at in range(len(values)) if at != place]
        sets = ((place, *more) for size in range(len(values)) for more in combinations(others, size))
        return max(min(1.0, len(one) * min(values[at] for at in one)) for one in sets)

    expected = [worst(place) for place in range(len(values))]
    assert family_wise(np.array(values, dtype=np.float64)) == pytest.approx(expected, abs=1e-12)

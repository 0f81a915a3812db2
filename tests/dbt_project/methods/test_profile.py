"""Exact and adjusted p-values against published examples and SciPy's own tests."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, fisher_exact

from dbt_project.methods.profile import adjusted_p_values, exact_p_values


@st.composite
def tables(draw: st.DrawFn) -> tuple[int, int, int, int]:
    total = draw(st.integers(2, 3000))
    marked = draw(st.integers(1, total))
    drawn = draw(st.integers(1, total))
    hits = draw(st.integers(max(0, marked + drawn - total), min(marked, drawn)))
    return hits, drawn, marked, total


def exact(hits: int, drawn: int, marked: int, total: int) -> float:
    one = [np.array([value]) for value in (hits, drawn, marked, total)]
    return float(exact_p_values(hits=one[0], drawn=one[1], marked=one[2], total=one[3])[0])


def test_the_lady_tasting_tea() -> None:
    # Fisher 1935: 3 of 4 cups named rightly, 8 cups; two-sided 0.4857.
    assert exact(hits=3, drawn=4, marked=4, total=8) == pytest.approx(34 / 70)


@given(tables())
def test_equals_fishers_exact_test(table: tuple[int, int, int, int]) -> None:
    hits, drawn, marked, total = table
    reference = fisher_exact([[hits, drawn - hits], [marked - hits, total - marked - drawn + hits]])[1]
    assert exact(*table) == pytest.approx(reference, abs=1e-9)


def test_benjamini_and_hochbergs_own_example() -> None:
    # Benjamini & Hochberg 1995, section 4: of these 15 comparisons the first four are rejected at 0.05.
    published = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719]
    p_values = np.array([*published, 0.6528, 0.7590, 1.0000])
    assert (adjusted_p_values(p_values) <= 0.05).tolist() == [True] * 4 + [False] * 11


@given(st.lists(st.floats(0, 1), max_size=40))
def test_adjustment_equals_scipys_in_any_order(values: list[float]) -> None:
    p_values = np.array(values, dtype=np.float64)
    reference = false_discovery_control(p_values) if values else p_values
    assert adjusted_p_values(p_values) == pytest.approx(reference, abs=1e-12)

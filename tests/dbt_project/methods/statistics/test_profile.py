"""Exact p-values against published examples and SciPy's own test."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from dbt_project.methods.statistics.profile import exact_p_values


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

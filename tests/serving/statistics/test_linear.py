"""Pairs of codes: both ways to find them give the same."""

from __future__ import annotations

import numpy as np
import pytest

from serving.statistics import linear
from serving.statistics.linear import pairs_of


@pytest.mark.parametrize("codes", [1, 3, 40, 3_000])
def test_pairs_found_by_counting_are_those_found_by_sorting(codes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(codes)
    outer, inner = random.integers(0, codes, 500), random.integers(0, codes, 500)
    expected = sorted(set(zip(outer.tolist(), inner.tolist(), strict=True)))
    for most_possible in (0, 10**6):
        monkeypatch.setattr(linear, "MOST_POSSIBLE", most_possible)
        pairs, position = pairs_of(outer, inner)
        assert list(map(tuple, pairs.tolist())) == expected
        assert (pairs[position] == np.column_stack([outer, inner])).all()


def test_no_entries_have_no_pairs() -> None:
    none = np.empty(0, dtype=np.int64)
    pairs, position = pairs_of(none, none)
    assert (pairs.shape, len(position)) == ((0, 2), 0)

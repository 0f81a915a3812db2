"""Draws of groups are sums of draws of their members, and bounds are those of sums."""

from __future__ import annotations

import numpy as np

from dbt_project.methods.value.value_draws import DRAWS, QUANTILES, Draws, PersonBounds, sum_by_group


def test_every_row_counts_once_per_dimension_for_any_chunking() -> None:
    generator = np.random.default_rng(20261122)
    value = generator.random((DRAWS, 7))
    groups = np.array([[0, 1], [0, 2], [0, 1], [0, 3], [0, 3], [0, 1], [0, 2]])
    whole = sum_by_group(iter([Draws(0, 7, value)]), groups, 5)
    parts = sum_by_group(iter([Draws(0, 3, value[:, :3]), Draws(3, 7, value[:, 3:])]), groups, 5)
    np.testing.assert_allclose(whole, parts)
    np.testing.assert_allclose(whole[:, 0], value.sum(axis=1))
    np.testing.assert_allclose(whole[:, 1:].sum(axis=1), value.sum(axis=1))
    np.testing.assert_allclose(whole[:, 2], value[:, [1, 6]].sum(axis=1))
    np.testing.assert_array_equal(whole[:, 4], 0)


def test_contracts_of_a_person_are_summed_before_bounds_for_any_chunking() -> None:
    value = np.random.default_rng(20261122).random((DRAWS, 6))
    watched = PersonBounds(np.array([3, 5, 5, 5, 8, 8]))
    parts = [Draws(0, 2, value[:, :2]), Draws(2, 3, value[:, 2:3]), Draws(3, 6, value[:, 3:])]
    assert len(list(watched.watch(iter(parts)))) == 3
    people, bounds = watched.result()
    np.testing.assert_array_equal(people, [3, 5, 8])
    sums = np.stack([value[:, 0], value[:, 1:4].sum(axis=1), value[:, 4:].sum(axis=1)], axis=1)
    np.testing.assert_allclose(bounds, np.quantile(sums, QUANTILES, axis=0))

"""Connected components are exact, named by their smallest key, and the same whatever the order of the links."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_project.methods.components import smallest_of_component

LINKS = st.lists(st.tuples(st.integers(-30, 30), st.integers(-30, 30)), max_size=60)


def people(links: list[tuple[int, int]]) -> dict[int, int]:
    ends = np.array(links, dtype=np.int64).reshape(len(links), 2)
    keys, smallest = smallest_of_component(ends[:, 0], ends[:, 1])
    return dict(zip(keys.tolist(), smallest.tolist(), strict=True))


def by_repeated_merging(links: list[tuple[int, int]]) -> dict[int, int]:
    names = {key: key for link in links for key in link}
    changed = True
    while changed:
        changed = False
        for left, right in links:
            least = min(names[left], names[right])
            changed = changed or names[left] != least or names[right] != least
            names[left] = names[right] = least
    return names


@given(LINKS)
def test_equals_merging_until_nothing_changes(links: list[tuple[int, int]]) -> None:
    assert people(links) == by_repeated_merging(links)


@given(LINKS, st.randoms())
def test_order_and_direction_of_links_do_not_matter(links: list[tuple[int, int]], random: object) -> None:
    shuffled = [(right, left) for left, right in links]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert people(shuffled) == people(links)


def test_a_chain_of_many_hops_is_one_person() -> None:
    assert set(people([(key, key + 1) for key in range(10_000)]).values()) == {0}


def test_keys_use_the_whole_range_of_64_bits() -> None:
    least, most = -(2**63), 2**63 - 1
    assert people([(most, 0), (0, least)]) == {least: least, 0: least, most: least}


def test_no_links_are_no_people() -> None:
    assert people([]) == {}


def test_ends_that_do_not_pair_are_refused() -> None:
    with pytest.raises(ValueError, match="2 left ends do not pair with 1 right ends"):
        smallest_of_component(np.array([1, 2]), np.array([1]))

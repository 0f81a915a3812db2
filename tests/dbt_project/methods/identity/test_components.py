"""Connected components are exact at every time, named by their smallest key, and the same in any order of the links."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_project.methods.identity.components import (
    ALWAYS,
    FOREVER,
    LARGEST_WITH_HISTORY,
    memberships,
    refused_links,
    smallest_of_component,
)

LINKS = st.lists(st.tuples(st.integers(-30, 30), st.integers(-30, 30)), max_size=60)
TIMED = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.integers(0, 9)), max_size=25)
VETOES = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), max_size=4)


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
def test_components_match_repeated_merging(links: list[tuple[int, int]]) -> None:
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


def test_no_links_give_no_people() -> None:
    assert people([]) == {}


def test_mismatched_link_ends_are_refused() -> None:
    with pytest.raises(ValueError, match="2 left ends do not pair with 1 right ends"):
        smallest_of_component(np.array([1, 2]), np.array([1]))


def histories(
    links: list[tuple[int, int, int]], largest_with_history: int = LARGEST_WITH_HISTORY
) -> dict[int, list[tuple[int, int, int]]]:
    columns = np.array(links, dtype=np.int64).reshape(len(links), 3)
    found = memberships(columns[:, 0], columns[:, 1], columns[:, 2], largest_with_history=largest_with_history)
    periods: dict[int, list[tuple[int, int, int]]] = {}
    stretches = np.stack([found.person, found.valid_from, found.valid_to], axis=1).tolist()
    for key, (person, valid_from, valid_to) in zip(found.key.tolist(), stretches, strict=True):
        periods.setdefault(key, []).append((person, valid_from, valid_to))
    return periods


@given(TIMED)
def test_people_at_any_time_are_components_of_links_until_then(links: list[tuple[int, int, int]]) -> None:
    periods = histories(links)
    assert periods.keys() == {key for one, other, _ in links for key in (one, other)}
    for now in {since for *_, since in links}:
        begun = by_repeated_merging([(one, other) for one, other, since in links if since <= now])
        for key, stretches in periods.items():
            holding = [person for person, valid_from, valid_to in stretches if valid_from <= now < valid_to]
            assert holding == [begun.get(key, key)]


@given(TIMED)
def test_consecutive_periods_belong_to_different_people(links: list[tuple[int, int, int]]) -> None:
    for stretches in histories(links).values():
        assert (stretches[0][1], stretches[-1][2]) == (ALWAYS, FOREVER)
        for before, after in pairwise(stretches):
            assert before[2] == after[1]
            assert before[0] > after[0]


@given(TIMED, st.randoms())
def test_order_and_direction_of_timed_links_do_not_matter(links: list[tuple[int, int, int]], random: object) -> None:
    shuffled = [(other, one, since) for one, other, since in links]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert histories(shuffled) == histories(links)


def test_a_link_without_start_has_no_earlier_period() -> None:
    assert histories([(1, 2, ALWAYS), (2, 0, 5)]) == {
        0: [(0, ALWAYS, FOREVER)],
        1: [(1, ALWAYS, 5), (0, 5, FOREVER)],
        2: [(1, ALWAYS, 5), (0, 5, FOREVER)],
    }


def test_a_too_large_component_has_no_history() -> None:
    chain = [(key, key + 1, key) for key in range(5)]
    assert histories([*chain, (10, 11, 3)], largest_with_history=5) == {
        **{key: [(0, ALWAYS, FOREVER)] for key in range(6)},
        10: [(10, ALWAYS, FOREVER)],
        11: [(11, ALWAYS, 3), (10, 3, FOREVER)],
    }


def refused(links: list[tuple[int, int, int]], vetoes: list[tuple[int, int]]) -> list[bool]:
    columns = np.array(links, dtype=np.int64).reshape(len(links), 3)
    pairs = np.array(vetoes, dtype=np.int64).reshape(len(vetoes), 2)
    found = refused_links(columns[:, 0], columns[:, 1], columns[:, 2], pairs[:, 0], pairs[:, 1])
    return [bool(is_refused) for is_refused in found]


def test_the_later_link_between_vetoed_keys_is_refused() -> None:
    assert refused([(1, 2, 7), (2, 3, 5), (1, 4, 9), (8, 9, 1)], [(1, 3)]) == [True, False, False, False]
    assert refused([(1, 2, 5), (2, 3, 7)], [(3, 1)]) == [False, True]


def test_a_vetoed_link_never_holds() -> None:
    assert refused([(1, 2, 5)], [(2, 1)]) == [True]


def test_vetoes_of_unknown_or_equal_keys_have_no_effect() -> None:
    assert refused([(1, 2, 5), (3, 4, 5)], [(1, 3), (1, 99), (2, 2)]) == [False, False]


@given(TIMED, VETOES)
def test_only_links_that_would_join_vetoed_keys_are_refused(
    links: list[tuple[int, int, int]], vetoes: list[tuple[int, int]]
) -> None:
    judged = list(zip(links, refused(links, vetoes), strict=True))
    kept = [(one, other) for (one, other, _), is_refused in judged if not is_refused]
    real = [(one, other) for one, other in vetoes if one != other]

    def breaks(pairs: list[tuple[int, int]]) -> bool:
        names = by_repeated_merging(pairs)
        return any(names.get(one, one) == names.get(other, other) for one, other in real)

    assert not breaks(kept)
    assert all(breaks([*kept, (one, other)]) for (one, other, _), is_refused in judged if is_refused)

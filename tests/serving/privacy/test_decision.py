"""Suppression: what a reader could derive from everything that is shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from itertools import combinations, product
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.privacy.decision import MOST_UNKNOWNS, hidden_cells
from serving.privacy.equations import cheapest_move, staying
from serving.privacy.lattice import Axes, Key, Lattice, cuts

FLOOR = 5
MONTHS = [date(2024, month, 1) for month in range(1, 7)]


def lattice(axes: Axes, cells: Mapping[Key, int], *, time: str | None = None, is_total_shown: bool = False) -> Lattice:
    """Decide over a table whose people are each in one cell, so that margins are sums."""

    def people(margin: Axes) -> Mapping[Key, int]:
        totals: dict[Key, int] = defaultdict(int)
        for key, count in cells.items():
            totals[tuple(key[axes.index(axis)] for axis in margin)] += count
        return totals

    return hidden_cells(axes, people, floor=FLOOR, time=time, is_total_shown=is_total_shown)


def test_a_small_cell_is_hidden_with_the_smallest_other_cell() -> None:
    found = lattice(("a",), {("x",): 3, ("y",): 40, ("z",): 90})
    assert found.hidden["a",] == {("x",), ("y",)}


def test_small_cells_with_enough_people_together_need_no_other_cell() -> None:
    found = lattice(("a",), {("w",): 2, ("x",): 3, ("y",): 40})
    assert found.hidden["a",] == {("w",), ("x",)}


def test_large_cells_are_all_shown() -> None:
    found = lattice(("a", "b"), dict.fromkeys(product("xyz", "uv"), 20))
    assert not any(found.hidden.values())


def test_a_total_below_the_minimum_hides_all_of_its_parts() -> None:
    found = lattice(("a",), {("x",): 1, ("y",): 2})
    assert found.hidden[()] == {()}
    assert found.hidden["a",] == {("x",), ("y",)}


def test_small_cells_are_hidden_with_the_empty_cells_of_their_line() -> None:
    cells = {("x", "u"): 1, ("y", "u"): 20, ("y", "v"): 20, ("y", "w"): 20, ("z", "u"): 9, ("z", "v"): 9, ("z", "w"): 9}
    hidden = lattice(("a", "b"), cells).hidden["a", "b"]
    assert {("x", "u"), ("x", "v"), ("x", "w")} <= hidden
    for value in "uvw":
        assert sum(key[1] == value for key in hidden) > 1, "one column alone would be known to be empty"


def test_an_empty_cell_beside_a_hidden_one_looks_hidden() -> None:
    cells = {
        ("x", "u"): 3,
        ("x", "v"): 30,
        ("y", "u"): 20,
        ("y", "v"): 20,
        ("y", "w"): 20,
        ("z", "u"): 30,
        ("z", "w"): 9,
    }
    found = lattice(("a", "b"), cells)
    assert ("x", "u") in found.hidden["a", "b"]
    assert cuts(found, [("x", "w")], along=())
    assert not cuts(found, [("z", "w")], along=())


def test_a_small_total_that_is_shown_hides_all_of_its_groups() -> None:
    counts = {
        ("x", MONTHS[0]): 1,
        ("x", MONTHS[1]): 20,
        ("y", MONTHS[1]): 20,
        ("x", MONTHS[2]): 20,
        ("y", MONTHS[2]): 9,
    }
    found = lattice(("a", "month"), counts, time="month", is_total_shown=True)
    assert not found.hidden["month",]
    assert {("x", MONTHS[0]), ("y", MONTHS[0])} <= found.hidden["a", "month"]


@given(st.lists(st.integers(5, 30), min_size=6, max_size=9))
@settings(max_examples=20, deadline=None)
def test_a_table_without_small_cells_needs_one_count_query(counts: list[int]) -> None:
    asked: list[Axes] = []
    cells = dict(zip(product("xyz", "uvw"), counts, strict=False))

    def people(margin: Axes) -> Mapping[Key, int]:
        asked.append(margin)
        return cells

    found = hidden_cells(("a", "b"), people, floor=FLOOR)
    assert asked == [("a", "b")]
    assert not found.hidden["a", "b"]


def test_a_hidden_margin_cannot_be_summed_from_shown_cells() -> None:
    cells = {("x", "u"): 2, ("x", "v"): 1, ("y", "u"): 20, ("y", "v"): 20, ("z", "u"): 30, ("z", "v"): 30}
    found = lattice(("a", "b"), cells)
    assert found.hidden["a",] == {("x",), ("y",)}
    for value in "xy":
        assert any(key[0] == value for key in found.hidden["a", "b"])


def test_a_hidden_cell_is_never_alone_in_its_row_or_column() -> None:
    cells = dict.fromkeys(product("xyz", "uvw"), 20) | {("x", "u"): 2}
    hidden = lattice(("a", "b"), cells).hidden["a", "b"]
    for at in (0, 1):
        for value in {key[at] for key in hidden}:
            assert sum(key[at] == value for key in hidden) > 1


def test_filters_contain_all_hidden_cells_of_a_line_or_none() -> None:
    found = lattice(("a",), {("x",): 3, ("y",): 40, ("z",): 90, ("zz",): 95})
    assert cuts(found, [("x",)], along=())
    assert cuts(found, [("x",), ("z",)], along=("a",))
    assert not cuts(found, [("z",), ("zz",)], along=("a",))
    assert not cuts(found, [("x",), ("y",), ("z",)], along=("a",))


def test_a_hidden_month_takes_a_neighbour_of_its_quarter() -> None:
    counts = [20, 20, 3, 8, 20, 20]
    found = lattice(("month",), {(month,): n for month, n in zip(MONTHS, counts, strict=True)}, time="month")
    assert found.hidden["month",] == {(MONTHS[1],), (MONTHS[2],)}


def test_a_time_window_contains_whole_runs_of_hidden_months() -> None:
    counts = [20, 20, 3, 20, 20, 20]
    found = lattice(("month",), {(month,): n for month, n in zip(MONTHS, counts, strict=True)}, time="month")
    assert cuts(found, [(month,) for month in MONTHS[:2]], along=("month",))
    assert not cuts(found, [(month,) for month in MONTHS[:3]], along=("month",))
    assert not cuts(found, [(month,) for month in MONTHS[3:]], along=("month",))


def test_cells_with_a_derivable_sum_are_not_hidden_alone() -> None:
    # Columns R and S less the row of n would reveal how many of x are in R and S together: 3 people.
    cells = {("x", "Q"): 3, ("x", "R"): 2, ("x", "S"): 1, ("n", "Q"): 60, ("n", "R"): 8, ("n", "S"): 9}
    cells |= {("y", "Q"): 60, ("y", "R"): 50, ("y", "S"): 40}
    shown = everything_shown(lattice(("a", "b"), cells))
    assert not solve(shown, ("x", "R"), ("x", "S"))


def solve(shown: list[tuple[frozenset[Key], int]], *unknown: Key) -> bool:
    """Whether a sum of cells is a combination of sums that are shown: rank by exact elimination."""
    columns = sorted({key for keys, _ in shown for key in keys} | {*unknown}, key=str)
    rows = [[Fraction(key in keys) for key in columns] for keys, _ in shown]

    def rank(matrix: list[list[Fraction]]) -> int:
        matrix = [row[:] for row in matrix]
        found = 0
        for at in range(len(columns)):
            pivot = next((row for row in range(found, len(matrix)) if matrix[row][at]), None)
            if pivot is None:
                continue
            matrix[found], matrix[pivot] = matrix[pivot], matrix[found]
            for row in range(found + 1, len(matrix)):
                if matrix[row][at]:
                    factor = matrix[row][at] / matrix[found][at]
                    matrix[row] = [one - factor * two for one, two in zip(matrix[row], matrix[found], strict=True)]
            found += 1
        return found

    target = [Fraction(key in unknown) for key in columns]
    return rank([*rows, target]) == rank(rows)


def everything_shown(found: Lattice) -> list[tuple[frozenset[Key], int]]:
    """Every shown number of a table and of its margins, as the cells that it adds up."""
    sums = []
    for margin, table in found.tables.items():
        places = [found.axes.index(axis) for axis in margin]
        for key, count in table.items():
            if key not in found.hidden[margin]:
                cells = frozenset(cell for cell in found.tables[found.axes] if tuple(cell[at] for at in places) == key)
                sums.append((cells, count))
    return sums


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=9, max_size=12))
def test_no_small_cell_of_a_full_table_can_be_derived(counts: list[int]) -> None:
    cells = dict(zip(product("wxyz", "uvt"), counts, strict=False))
    found = lattice(("a", "b"), cells)
    shown = everything_shown(found)
    for key, other in product(cells, repeat=2):
        if sum(cells[one] for one in {key, other}) < FLOOR and (key[0] == other[0] or key[1] == other[1]):
            assert not solve(shown, key, other), (key, other, cells, found.hidden)


def test_a_small_margin_cell_cannot_be_derived_from_a_finer_table() -> None:
    """Two people of one region in one month: each table hides them, and all three together must, too."""
    counts = (0, 0, 1, 0, 0, 9, 2, 15, 21, 15, 21, 11, 11, 6, 7, 0, 16, 1)
    cells = {key: count for key, count in zip(product("xy", "uvw", "rst"), counts, strict=True) if count}
    found = lattice(("a", "b", "c"), cells)
    shown = everything_shown(found)
    small = [
        (margin, key) for margin, table in found.tables.items() for key, count in table.items() if 0 < count < FLOOR
    ]
    assert (("a", "c"), ("x", "r")) in small
    for margin, key in small:
        at = [found.axes.index(axis) for axis in margin]
        inside = [cell for cell in found.tables[found.axes] if tuple(cell[place] for place in at) == key]
        assert not solve(shown, *inside), (margin, key)


@pytest.mark.thorough
@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=12, max_size=12))
def test_no_small_month_can_be_derived_from_shown_windows(counts: list[int]) -> None:
    months = [date(2024, month, 1) for month in range(1, 13)]
    cells = {(month,): count for month, count in zip(months, counts, strict=True) if count}
    found = lattice(("month",), cells, time="month")
    shown = everything_shown(found)
    for start in range(12):
        for end in range(start + 1, 13):
            block = [(month,) for month in months[start:end] if (month,) in cells]
            if (
                len(block) > 0
                and sum(cells[key] for key in block) >= FLOOR
                and not cuts(found, block, along=("month",))
            ):
                shown.append((frozenset(block), 0))
    for key, count in cells.items():
        if count < FLOOR and sum(cells.values()) >= FLOOR:
            assert not solve(shown, key), (key, cells, found.hidden)


def test_a_large_table_is_decided_quickly() -> None:
    months = [date(2022 + at // 12, at % 12 + 1, 1) for at in range(24)]
    keys = list(product("abcdef", "uvwxyz", months))
    cells = {key: 1 + at * 7919 % 12 for at, key in enumerate(keys)}
    start = perf_counter()
    lattice(("a", "b", "month"), cells, time="month")
    assert perf_counter() - start < 10


@pytest.mark.parametrize("seed", range(30))
def test_constant_sum_groups_match_a_brute_force_search(seed: int) -> None:
    luck = np.random.default_rng(seed)
    moves = luck.normal(size=12)
    # Some stay alone, some in pairs and some in triples.
    moves[1] = 0.0
    moves[3] = -moves[2]
    moves[7] = -moves[2]
    moves[6] = -moves[4] - moves[5]
    moves = moves[luck.permutation(12)]
    tried = [
        group
        for size in (1, 2, 3)
        for group in combinations(range(12), size)
        if abs(sum(moves[at] for at in group)) < 1e-7
    ]
    minimal = {group for group in tried if not any(set(other) < set(group) for other in tried)}
    assert {tuple(sorted(group)) for group in staying(moves, most=3)} == minimal
    assert {tuple(sorted(group)) for group in staying(moves, most=1)} == {one for one in minimal if len(one) == 1}


def test_constant_sum_groups_are_found_at_the_maximum_table_size() -> None:
    """Of a thousand numbers there are 166 million triples: none is tried, and a few are found by chance."""
    moves = np.random.default_rng(1).normal(size=MOST_UNKNOWNS)
    moves[10] = -moves[500] - moves[900]
    found = [tuple(sorted(group)) for group in staying(moves, most=3)]
    assert (10, 500, 900) in found
    assert len(found) < 50


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.tuples(st.sampled_from("vwxyz"), st.sampled_from("abcd")), st.integers(0, 30), min_size=4))
def test_sums_do_not_distinguish_an_empty_cell_from_a_hidden_one(cells: dict[tuple[str, str], int]) -> None:
    found = lattice(("one", "two"), cells)
    table, hidden, veiled = found.tables["one", "two"], found.hidden["one", "two"], found.veiled
    for margin in {key[:1] for key in table}:
        line = [key for key in table if key[:1] == margin]
        if not any(key in hidden for key in line):
            continue  # the line's own total tells which of its cells are empty
        for empty in veiled.intersection(line):
            shown = [key for key in line if key not in hidden and key not in veiled]
            for size in (1, 2):
                for beside in combinations(shown, size):
                    assert cuts(found, {empty, *beside}, along=("two",))


def test_the_cheapest_unknowns_that_let_another_move_are_found_together() -> None:
    # 0 moves with 1 or 2; the first leads on to 3 and 5, the second to 4, which stays.
    rows = [{0: 1, 1: 1, 2: 1}, {1: 1, 3: 1}, {2: 1, 4: 1}, {3: 1, 5: 1}, {4: 1}, {0: 1, 5: 1}]
    assert cheapest_move(rows, [0, 1, 1, 1, 1, 1], [0]) == {1, 3, 5}
    assert cheapest_move([*rows, {5: 1}], [0, 1, 1, 1, 1, 1], [0]) == set()


def test_cells_are_hidden_together_before_a_table_is_closed_and_hidden_whole() -> None:
    """Each rare reason has one stage, so that a cell moves only with a ring of others."""
    luck = np.random.default_rng(16)
    rare = [("solved", "a"), ("friendly", "a"), ("invited", "b"), ("broke", "b"), ("lost", "c"), ("late", "c")]
    cells: dict[Key, int] = {}
    for reason, stage in [*rare, ("none", "a"), ("none", "b"), ("none", "c")]:
        for month in MONTHS:
            cells[reason, stage, month] = int(luck.integers(40, 90) if reason == "none" else luck.integers(0, 14))
    cells = {key: count for key, count in cells.items() if count}
    axes = ("reason", "stage", "month")
    found = lattice(axes, cells, time="month")
    assert found.hidden[axes] < set(found.tables[axes])
    assert not found.closed
    shown = everything_shown(found)
    small = [key for key, count in cells.items() if count < FLOOR]
    assert small
    assert not any(solve(shown, key) for key in small)

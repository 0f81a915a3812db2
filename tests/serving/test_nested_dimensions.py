"""Items of pillars: what a reader learns who knows which item is of which pillar, and asks for both.

Random worlds of few people, each with one answer, so that counts of people add up over items, pillars and months.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from serving import LiveRelease, Question, ask, open_release
from serving.planning.nesting import nesting
from serving.privacy.decision import hidden_cells
from serving.privacy.lattice import Axes, Key, Lattice, cuts
from tests.serving.lattice import Learned, learn
from tests.serving.world import MARTS, publish
from workspace.paths import WorkspacePaths

FLOOR = 5
AXES = ("pillar", "item", "month")
PARTS = {"item": ("pillar",)}
MONTHS = [date(2024, month, 1) for month in range(2, 9)]
# The last pillar has one item: by itself it is the item.
VOCABULARY = [("A", "a1"), ("A", "a2"), ("A", "a3"), ("B", "b1"), ("B", "b2"), ("B", "b3"), ("C", "c1")]


@dataclass(frozen=True)
class World:
    """A release of random people."""

    release: LiveRelease
    learned: Learned


def _counts(seed: int) -> dict[tuple[str, str, date], int]:
    luck = np.random.default_rng(seed)
    common = {pair: luck.choice([0.6, 2.0, 6.0, 15.0]) for pair in VOCABULARY}
    found = {(*pair, month): int(luck.poisson(common[pair])) for pair in VOCABULARY for month in MONTHS}
    return {key: count for key, count in found.items() if count}


def _answers(counts: dict[tuple[str, str, date], int]) -> str:
    listed = [
        f"({at}, '{month}', 'use', '{item}', '{pillar}', 'gap', 1.0)"
        for at, (pillar, item, month) in enumerate(key for key, count in counts.items() for _ in range(count))
    ]
    return f"""
        create or replace table marts.fct_survey_answers as
        select n::bigint as answer_id, n::bigint as person_id, answered_on::date as answered_on, stage, item, pillar,
            construct, value
        from (values {", ".join(listed)}) as answers (n, answered_on, stage, item, pillar, construct, value);
    """


def _published(root: Path, manifest: str, marts: str, *, is_declared: bool = True) -> LiveRelease:
    definitions = json.loads(manifest)
    [model] = [model for model in definitions["semantic_models"] if model["name"] == "fct_survey_answers"]
    [item] = [one for one in model["dimensions"] if one["name"] == "item"]
    item["config"] = {"meta": {"nested_in": ["pillar"]} if is_declared else {}}
    [metric] = [metric for metric in definitions["metrics"] if metric["name"] == "respondents"]
    metric["config"]["meta"]["min_cell"] = FLOOR
    paths = WorkspacePaths(root)
    publish(paths, "run-1", json.dumps(definitions), marts=MARTS + marts)
    return open_release(paths)


def _learned(release: LiveRelease, *, monthly: bool = True) -> Learned:
    return learn(release, "respondents", ("pillar", "item"), monthly=monthly, floor=FLOOR, possible=set(VOCABULARY))


@pytest.fixture(scope="module", params=range(3))
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, manifest: str) -> World:
    release = _published(tmp_path_factory.mktemp("nested"), manifest, _answers(_counts(request.param)))
    return World(release, _learned(release))


def test_no_small_group_follows_from_items_and_pillars_asked_apart_and_together(world: World) -> None:
    assert (world.learned.counts < FLOOR).sum() > 10, "the world must hold small cells"
    # What windows of several months leave of several hidden cells may be few people, in any table: of no one cell.
    differences = world.learned.small_differences()
    assert [group for group in differences if len({item for _, item, _ in group}) == 1] == []
    assert [group for group in world.learned.solved() if len(group) == 1] == []
    assert _learned(world.release, monthly=False).solved() == []


def test_an_item_is_hidden_the_same_with_its_pillar_and_without_it(world: World) -> None:
    for period in ({}, {"grain": "month"}, {"since": MONTHS[1], "until": date(2024, 7, 31)}):
        apart = ask(world.release, Question(metrics=("respondents",), by=("item",), **period)).rows
        together = ask(world.release, Question(metrics=("respondents",), by=("pillar", "item"), **period)).rows
        assert {(row.dimensions["item"], row.period): (row.status, row.value) for row in apart} == {
            (row.dimensions["item"], row.period): (row.status, row.value) for row in together
        }


def test_a_filter_on_several_pillars_hides_no_item_that_is_shown_without_it(world: World) -> None:
    whole = {row.dimensions["item"]: row for row in ask(world.release, Question(("respondents",), by=("item",))).rows}
    where = {"pillar": ["A", "B"]}
    for row in ask(world.release, Question(("respondents",), by=("item",), where=where)).rows:
        assert (row.status, row.value) == (whole[row.dimensions["item"]].status, whole[row.dimensions["item"]].value)


def test_impossible_pairs_are_not_listed(world: World) -> None:
    rows = ask(world.release, Question(metrics=("respondents",), by=("pillar", "item"))).rows
    assert {(row.dimensions["pillar"], row.dimensions["item"]) for row in rows} <= set(VOCABULARY)


def test_an_item_of_two_pillars_is_no_part_of_either(tmp_path: Path, manifest: str) -> None:
    release = _published(tmp_path, manifest, _answers(_counts(0) | {("B", "a1", MONTHS[0]): 7}))
    assert release.semantics.nested == {"answer__item": ("answer__pillar",)}
    assert nesting(release, ["answer__item"]) == {}
    rows = ask(release, Question(metrics=("respondents",), by=("item", "pillar"))).rows
    assert "ok" in {row.status for row in rows}


# Without a release: many more worlds.


def _decided(counts: dict[tuple[str, str, date], int], *, is_declared: bool) -> list[tuple[Lattice, Axes]]:
    """The tables that a reader may ask, each with its axes: by item alone where nobody knows of its pillar."""

    def people(margin: Axes) -> dict[Key, int]:
        found: dict[Key, int] = {}
        for key, count in counts.items():
            cell = tuple(key[AXES.index(axis)] for axis in margin)
            found[cell] = found.get(cell, 0) + count
        return found

    asked: list[Axes] = [AXES, ("pillar", "month")]
    asked += [] if is_declared else [("item", "month")]
    return [
        (hidden_cells(axes, people, floor=FLOOR, time="month", nested=PARTS if is_declared else {}), axes)
        for axes in asked
    ]


def _known(counts: dict[tuple[str, str, date], int], *, is_declared: bool) -> tuple[np.ndarray, list[Key]]:
    """What a reader is shown as sums of people's cells: cells, margins, and windows of time."""
    cells = [(*pair, month) for pair in VOCABULARY for month in MONTHS]
    place = {cell: at for at, cell in enumerate(cells)}
    rows: list[np.ndarray] = []
    for lattice, axes in _decided(counts, is_declared=is_declared):
        for margin, table in lattice.tables.items():
            places = [AXES.index(axis) for axis in margin]
            for key in table:
                if key not in lattice.hidden[margin] and sum(key == tuple(c[at] for at in places) for c in cells):
                    rows.append(
                        _row(place, {AXES.index(axis): {value} for axis, value in zip(margin, key, strict=True)})
                    )
        for first, last in combinations(range(len(MONTHS) + 1), 2):
            window = set(MONTHS[first:last])
            for key in {key[:-1] for key in lattice.tables[axes]}:
                block = [one for one in lattice.tables[axes] if one[:-1] == key and one[-1] in window]
                if block and not cuts(lattice, block, along=("month",)):
                    within = {AXES.index(axis): {value} for axis, value in zip(axes[:-1], key, strict=True)}
                    rows.append(_row(place, {**within, 2: window}))
    return np.array(rows), cells


def _row(place: dict[Key, int], within: dict[int, set[object]]) -> np.ndarray:
    row = np.zeros(len(place))
    row[[at for cell, at in place.items() if all(cell[one] in some for one, some in within.items())]] = 1
    return row


def _derived(counts: dict[tuple[str, str, date], int], *, is_declared: bool) -> list[Key]:
    """Small cells, of any table, that are a combination of all that is shown."""
    known, cells = _known(counts, is_declared=is_declared)
    values, directions = np.linalg.svd(known, full_matrices=True)[1:]
    moves = directions[int((values > 1e-9).sum()) :]
    small = []
    for axes in (AXES, ("item",), ("pillar",), ("pillar", "month"), ("item", "month")):
        places = [AXES.index(axis) for axis in axes]
        for key in {tuple(cell[at] for at in places) for cell in cells}:
            inside = [at for at, cell in enumerate(cells) if tuple(cell[one] for one in places) == key]
            if 0 < sum(counts.get(cells[at], 0) for at in inside) < FLOOR:
                small += [key] if np.abs(moves[:, inside].sum(axis=1)).max(initial=0) < 1e-8 else []
    return small


SEEDS = range(20)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_small_cell_of_a_random_nested_table_can_be_derived(seed: int) -> None:
    assert _derived(_counts(seed), is_declared=True) == []


def test_small_cells_can_be_derived_if_items_are_not_declared_as_nested() -> None:
    """What the declaration is for: the tables by item and by pillar are decided apart, and subtracted by the reader."""
    assert sum(bool(_derived(_counts(seed), is_declared=False)) for seed in SEEDS) > len(SEEDS) / 4

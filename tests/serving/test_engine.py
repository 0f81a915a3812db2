"""What the engine keeps of what it was asked, and what it hands over in arrays."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from serving import LiveRelease, open_release
from serving.definitions.metric import PERSON
from serving.engine import MOST_BYTES, Cache, Query
from workspace.paths import WorkspacePaths

BY_PERSON = Query(metrics=("revenue", "orders"), group_by=("person__segment", "metric_time__month", PERSON))


def test_a_cache_keeps_what_was_asked_last_within_its_weight() -> None:
    cache: Cache[str] = Cache(10, weigh=len)
    made = []

    def ask(value: str) -> str:
        def make() -> str:
            made.append(value)
            return value

        return cache.get(value, make)

    for value in ("four", "three", "four", "two"):
        assert ask(value) == value
    # "four" was asked after "three", which had to go.
    assert [cache.holds(value) for value in ("four", "three", "two")] == [True, False, True]
    assert ask("much too long") == "much too long"
    assert [cache.holds(value) for value in ("four", "two", "much too long")] == [True, True, False]
    assert made == ["four", "three", "two", "much too long"]


def test_a_table_in_arrays_has_the_rows_of_the_table_of_objects(paths: WorkspacePaths) -> None:
    engine = replace(open_release(paths)).engine
    rows, coded = engine.ask(BY_PERSON), engine.ask_coded(BY_PERSON)
    assert rows.length == coded.length > 500
    columns = [[coded.values(name)[code] for code in coded.codes(name).tolist()] for name in BY_PERSON.group_by] + [
        coded.floats(name).tolist() for name in BY_PERSON.metrics
    ]
    expected = [rows.columns[name] for name in BY_PERSON.group_by]
    expected += [[float(value or 0) for value in rows.columns[name]] for name in BY_PERSON.metrics]
    assert None in coded.values("person__segment")

    def ordered(table: list[list[object]]) -> list[tuple[object, ...]]:
        return sorted(zip(*table, strict=True), key=str)

    assert ordered(columns) == ordered(expected)
    assert coded.sql == rows.sql


def test_what_a_table_weighs_is_about_its_memory(release: LiveRelease) -> None:
    coded = release.engine.ask_coded(BY_PERSON)
    rows = release.engine.ask(BY_PERSON)
    # Three codes of 4 bytes a row, a sum of 2 and a count of 2; its labels and its SQL are the rest.
    assert coded.length * 16 <= coded.nbytes < coded.length * 16 + 20_000
    assert coded.nbytes < rows.nbytes < MOST_BYTES


@pytest.mark.parametrize("name", ["buyers", "respondents"])
def test_people_of_all_margins_from_one_plan_are_those_of_a_plan_each(release: LiveRelease, name: str) -> None:
    assert release.semantics.counts_persons(name)
    axes = ("person__segment", "person__region", "metric_time__month")
    margins = [margin for size in range(len(axes)) for margin in combinations(axes, size)]
    tables = release.engine.people(Query(metrics=(name,), group_by=axes), PERSON, margins)
    for margin, table in zip(margins, tables, strict=True):
        apart = release.engine.ask(Query(metrics=(name,), group_by=margin))
        assert set(zip(*table.columns.values(), strict=True)) == set(zip(*apart.columns.values(), strict=True))
        assert table.length == apart.length
    [total] = release.engine.people(Query(metrics=(name,), group_by=axes[:1]), PERSON, [()])
    assert total.columns == release.engine.ask(Query(metrics=(name,))).columns


@pytest.mark.parametrize("name", ["orders", "revenue", "average_order_value"])
def test_what_counts_no_people_is_not_counted_by_people(release: LiveRelease, name: str) -> None:
    assert not release.semantics.counts_persons(name)

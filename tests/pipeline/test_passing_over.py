"""What is passed over without dbt: only what stands for certain."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import duckdb
import pytest

from pipeline.dbt.passing_over import RememberedNodes, remember_that_all_passed
from workspace.paths import WorkspacePaths

SETTINGS: Final = "source.cx.raw_config.settings"
RUNS: Final = "source.cx.raw_config.runs"
ORDERS: Final = "source.cx.raw_crm.orders"
MODEL: Final = "model.cx.fct_orders"
TEST: Final = "test.cx.holds_fct_orders"
FILES: Final = {
    f"dbt_project/models/{name}": "1" for name in ("fct_orders.sql", "written_in.sql", "other.sql", "a.yml")
}


def node(unique_id: str, file: str, *reads: str, is_ephemeral: bool = False) -> Any:
    return SimpleNamespace(
        unique_id=unique_id,
        original_file_path=f"dbt_project/models/{file}",
        depends_on=SimpleNamespace(nodes=reads),
        is_ephemeral_model=is_ephemeral,
    )


NODES: Final = {
    MODEL: node(MODEL, "fct_orders.sql", "model.cx.written_in", ORDERS),
    TEST: node(TEST, "a.yml", MODEL),
    "model.cx.written_in": node("model.cx.written_in", "written_in.sql", is_ephemeral=True),
}


@pytest.fixture
def paths(tmp_path: Path) -> WorkspacePaths:
    """A workspace in which orders and their test were built, and all went through."""
    # Paths of shared drives have blanks and quotes.
    paths = WorkspacePaths(tmp_path / "a company's data")
    paths.warehouse.mkdir(parents=True)
    table = "(name varchar, code varchar, content varchar, run_id varchar, n_rows bigint, read varchar)"
    for database in (paths.raw_database, paths.marts_database):
        with duckdb.connect(str(database)) as connection:
            connection.execute(f"create schema built; create table built.models {table}")
    with duckdb.connect(str(paths.raw_database)) as connection:
        connection.execute("create table built.sources (name varchar, content varchar)")
        rows = [(SETTINGS, "as they are"), (RUNS, "the first run"), (ORDERS, "two orders")]
        connection.executemany("insert into built.sources values (?, ?)", rows)
    with duckdb.connect(str(paths.marts_database)) as connection:
        read = json.dumps({ORDERS: "two orders"})
        connection.execute("insert into built.models values (?, 'by this', 'two rows', 'first', 2, ?)", [MODEL, read])
        columns = "failures bigint, should_warn boolean, should_error boolean, run_id varchar, read varchar"
        connection.execute(f"create table built.tests (name varchar, code varchar, {columns})")
        read = json.dumps({MODEL: "two rows"})
        connection.execute("insert into built.tests values (?, 'so', 0, false, false, 'first', ?)", [TEST, read])
    remember_that_all_passed(paths, FILES)
    return paths


def standing(paths: WorkspacePaths, files: dict[str, str] | None = None) -> set[str]:
    """Names of the nodes that a build would pass over."""
    known = RememberedNodes(FILES | (files or {}))
    with duckdb.connect() as connection:
        for alias, database in (("cx", paths.marts_database), ("private", paths.raw_database)):
            connection.execute(f"attach $path as {alias} (read_only)", {"path": str(database)})
        known.look_up(lambda sql: connection.execute(sql).fetchall())
    manifest = SimpleNamespace(nodes=NODES)
    return {name for name in (MODEL, TEST) if known.standing(NODES[name], manifest)}


def change(database: Path, statement: str) -> None:
    with duckdb.connect(str(database)) as connection:
        assert connection.execute(statement).fetchall() == [(1,)]


def test_what_is_as_it_was_is_passed_over(paths: WorkspacePaths) -> None:
    assert standing(paths) == {MODEL, TEST}


@pytest.mark.parametrize(
    ("file", "stands"),
    [
        ("dbt_project/models/fct_orders.sql", {TEST}),
        # dbt writes an ephemeral model into those that read it.
        ("dbt_project/models/written_in.sql", {TEST}),
        ("dbt_project/models/other.sql", {MODEL, TEST}),
        # Anything but SQL of a model may concern every node.
        ("dbt_project/models/a.yml", set()),
        ("dbt_project/macros/keys.sql", set()),
        (" ", set()),
    ],
)
def test_a_changed_file_is_left_to_dbt(paths: WorkspacePaths, file: str, stands: set[str]) -> None:
    assert standing(paths, {file: "2"}) == stands


@pytest.mark.parametrize(
    ("source", "stands"),
    # What a test reads is looked at when what it reads was built.
    [(ORDERS, {TEST}), (SETTINGS, set()), (RUNS, {MODEL, TEST})],
)
def test_a_changed_source_is_left_to_dbt(paths: WorkspacePaths, source: str, stands: set[str]) -> None:
    change(paths.raw_database, f"update built.sources set content = 'more' where name = '{source}'")
    assert standing(paths) == stands


@pytest.mark.parametrize(
    ("statement", "stands"),
    [
        # By hand, from code that was edited and is no longer.
        ("update built.models set code = 'by another'", {TEST}),
        ("update built.models set content = 'three rows'", {MODEL}),
        # By a version that did not say what was read.
        ("update built.models set read = null", {TEST}),
        ("delete from built.models", set()),
        ("update built.tests set failures = 1", {MODEL}),
        ("update built.tests set should_warn = true", {MODEL}),
        ("delete from built.passed_by", set()),
    ],
)
def test_what_was_not_left_so_by_that_build_is_left_to_dbt(
    paths: WorkspacePaths, statement: str, stands: set[str]
) -> None:
    change(paths.marts_database, statement)
    assert standing(paths) == stands


def test_without_a_build_in_which_all_went_through_dbt_decides(paths: WorkspacePaths) -> None:
    with duckdb.connect(str(paths.marts_database)) as connection:
        connection.execute("drop table built.passed")
    assert standing(paths) == set()


def test_what_a_build_makes_itself_is_taken_down(paths: WorkspacePaths) -> None:
    known = RememberedNodes(FILES)
    with duckdb.connect() as connection:
        for alias, database in (("cx", paths.marts_database), ("private", paths.raw_database)):
            connection.execute(f"attach $path as {alias} (read_only)", {"path": str(database)})
        known.look_up(lambda sql: connection.execute(sql).fetchall())
    known.put(MODEL, "by this", "three rows", "second", 3, json.dumps({ORDERS: "two orders"}))
    manifest = SimpleNamespace(nodes=NODES)
    assert known.standing(NODES[MODEL], manifest) is not None
    assert known.standing(NODES[TEST], manifest) is None

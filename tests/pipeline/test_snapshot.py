"""A snapshot holds the marts and nothing else, and its content hash sees values but not the order of rows."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipeline.publishing.snapshot import SnapshotError, canonical_hash, read_tables, write_snapshot


def marts(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        for statement in statements:
            connection.execute(statement)
    return path


def hash_of(path: Path) -> str:
    return read_tables(path)["t"].content_hash


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    up = marts(tmp_path / "up", "create table marts.t as select i, i * 0.5 as x from range(5000) as r(i)")
    down = marts(
        tmp_path / "down", "create table marts.t as select i, i * 0.5 as x from range(5000) as r(i) order by i desc"
    )
    assert hash_of(up) == hash_of(down)


@pytest.mark.parametrize(
    "other",
    [
        "select 1 as a, 'x' as b union all select 2, 'z'",
        "select 1 as a, 'x' as b union all select 2, null",
        "select 1 as a, 'x' as b union all select 2, 'y' union all select 2, 'y'",
        "select 1 as c, 'x' as b union all select 2, 'y'",
        "select 1::bigint as a, 'x' as b union all select 2, 'y'",
        "select 1 as a, 'y' as b union all select 2, 'x'",
    ],
    ids=["value", "null", "double row", "column name", "type", "cells swapped between rows"],
)
def test_different_content_has_a_different_hash(tmp_path: Path, other: str) -> None:
    one = marts(tmp_path / "one", "create table marts.t as select 1 as a, 'x' as b union all select 2, 'y'")
    two = marts(tmp_path / "two", f"create table marts.t as {other}")
    assert hash_of(one) != hash_of(two)


@pytest.mark.parametrize(
    "change",
    [
        "insert into marts.t values (7, 'new', 0.5)",
        "insert into marts.t from marts.t where i < 3",
        "delete from marts.t where i = 2",
        "delete from marts.t where i = 1 and text = 'a'",
        "update marts.t set text = null where i = 4",
        "update marts.t set i = i + 1",
        "delete from marts.t",
        "alter table marts.t add column more integer",
        "alter table marts.t alter i type bigint",
        "drop table marts.t; create table marts.t as select 1 as i",
        "create table marts.another as select 1 as i",
        "update marts.t set i = i",
    ],
)
def test_what_changed_since_an_earlier_snapshot_gives_what_all_rows_give(tmp_path: Path, change: str) -> None:
    # Some rows are there twice.
    rows = (
        "create table marts.t as select i % 5 as i, chr(97 + i::int % 3) as text, i % 5 / 4 as x from range(30) as r(i)"
    )
    earlier, now = marts(tmp_path / "earlier", rows), marts(tmp_path / "now", rows, change)
    before = read_tables(earlier)
    assert read_tables(now, before=before, earlier=earlier) == read_tables(now)


def test_rows_that_both_snapshots_have_are_taken_from_the_earlier_record(tmp_path: Path) -> None:
    earlier = marts(tmp_path / "earlier", "create table marts.t as select i from range(9) as r(i)")
    now = marts(tmp_path / "now", "create table marts.t as select i from range(10) as r(i)")
    (whole,) = read_tables(earlier).values()
    counted = whole.model_copy(update={"row_sums": ("0", "0")})
    assert read_tables(now, before={"t": counted}, earlier=earlier) != read_tables(now)
    # A release of an earlier version says nothing of its rows.
    assert read_tables(now, before={"t": whole.model_copy(update={"row_sums": ()})}, earlier=earlier) == read_tables(
        now
    )


def test_a_snapshot_holds_the_named_marts_and_nothing_else(tmp_path: Path) -> None:
    source = marts(
        tmp_path / "source",
        "create table marts.t as select 1 as a",
        "create table marts.former_model as select 1 as a",
        "create table main.scratch as select 1 as a",
    )
    write_snapshot(source, tmp_path / "snapshot", tables=["t"])
    with duckdb.connect(str(tmp_path / "snapshot"), read_only=True) as connection:
        assert connection.execute("select schema_name, table_name from duckdb_tables()").fetchall() == [("marts", "t")]


def test_deleted_text_is_not_in_the_snapshot(tmp_path: Path) -> None:
    secret = "ann.nonymous@example.com"
    source = marts(
        tmp_path / "source",
        f"create table marts.t as select i, repeat('{secret}', 3) as email from range(3000) as r(i)",
        "checkpoint",
        "create or replace table marts.t as select 1 as i",
    )
    write_snapshot(source, tmp_path / "snapshot", tables=["t"])
    assert secret.encode() not in (tmp_path / "snapshot").read_bytes()


def test_a_mart_that_was_not_built_is_named(tmp_path: Path) -> None:
    source = marts(tmp_path / "source", "create table marts.t as select 1 as a")
    with pytest.raises(SnapshotError, match=r"marts\.fct_orders was not built"):
        write_snapshot(source, tmp_path / "snapshot", tables=["t", "fct_orders"])


def test_an_empty_table_counts_no_rows(tmp_path: Path) -> None:
    record = read_tables(marts(tmp_path / "one", "create table marts.t as select 1 as a where false"))["t"]
    assert record.rows == 0


def test_the_hash_of_definitions_ignores_the_order_in_which_they_are_listed() -> None:
    one = {"metrics": [{"name": "a", "expr": "1"}, {"name": "b"}], "order": [1, 2]}
    assert canonical_hash(one) == canonical_hash(
        {"order": [1, 2], "metrics": [{"name": "b"}, {"expr": "1", "name": "a"}]}
    )
    assert canonical_hash(one) != canonical_hash({**one, "order": [2, 1]})

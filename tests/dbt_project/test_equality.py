"""A history that arrives in batches, late, twice and out of order makes the same marts as one full load."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.dbt_project.equality import deliveries, differences, run_all, whole
from tests.dbt_project.history import simulated

SEEDS = [1, 2]


@pytest.fixture(scope="module", params=SEEDS)
def warehouses(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The marts of one history: loaded in three batches, and all at once."""
    folder = tmp_path_factory.mktemp("history")
    history = simulated(request.param)
    plan = deliveries(history, runs=3, seed=request.param)
    batched = run_all(folder / "batched", history, plan)
    return batched, run_all(folder / "full", history, whole(plan), secret_of=batched)


@pytest.mark.slow
def test_batches_in_any_order_make_the_marts_of_one_full_load(warehouses: tuple[Path, Path]) -> None:
    batched, full = warehouses
    with duckdb.connect(str(full), read_only=True) as connection:
        feeds = connection.execute("select feed from marts.fct_feeds where n_rows > 0").fetchall()
    assert {"orders", "contracts", "tickets", "mentions", "gates", "answers", "web", "accounts"} <= {
        feed for (feed,) in feeds
    }
    assert differences(batched, full) == {}


@pytest.mark.slow
def test_no_mart_contains_a_direct_identifier_of_staging(warehouses: tuple[Path, Path]) -> None:
    _, full = warehouses
    manifest = json.loads((full.parents[1] / ".dbt" / "manifest.json").read_bytes())
    with duckdb.connect() as connection:
        connection.execute(f"attach '{full}' as marts_file (read_only)")
        connection.execute(f"attach '{full.with_name('raw.duckdb')}' as private (read_only)")
        connection.execute("create temp table identifiers (value varchar)")
        columns = list(_identifiers(manifest))
        direct = {"email", "phone", "customer_id", "author", "visitor_id", "requester_id"}
        assert direct <= {column for _, column in columns}
        for table, column in columns:
            # A number of two digits names nobody: it may as well be an answer.
            connection.execute(
                f'insert into identifiers select distinct cast("{column}" as varchar) from private.{table} '
                f"where not regexp_matches(cast(\"{column}\" as varchar), '^[0-9]{{0,2}}$')"
            )
        texts = connection.execute(
            "select table_name, column_name from information_schema.columns "
            "where table_catalog = 'marts_file' and table_schema = 'marts' and data_type = 'VARCHAR'"
        ).fetchall()
        assert texts
        for mart, column in texts:
            found = connection.execute(
                f'select count(*) from marts_file.marts.{mart} where "{column}" in (from identifiers) '
                f"or \"{column}\" like '%@%' or \"{column}\" like '%://%'"
            ).fetchone()
            assert found == (0,), (mart, column)


def _identifiers(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Table and column of everything that YAML marks as a direct identifier."""
    for node in manifest["nodes"].values():
        for name, column in (node.get("columns") or {}).items():
            if (column.get("config") or {}).get("meta", {}).get("identifier") == "direct":
                yield f"{node['schema']}.{node['name']}", name


def test_an_arrival_plan_delivers_every_file_completely() -> None:
    history = simulated(3)
    plan = deliveries(history, runs=4, seed=3)
    assert len(plan) == 4
    assert sum(len(delivery) for delivery in plan) > len(history.files)
    (everything,) = whole(plan)
    assert everything.items() >= history.files.items()


def test_a_differing_row_is_reported_and_arrival_columns_are_ignored(tmp_path: Path) -> None:
    for name, amount, load in (("left", "1.0", 1), ("right", "2.0", 2)):
        with duckdb.connect(str(tmp_path / name)) as connection:
            connection.execute(
                "create schema marts;"
                f"create table marts.fct_a as select 1 as id, {amount}::double as amount, {load} as load_id;"
                f"create table marts.fct_b as select 1 as id, {load} as load_id;"
                f"create table marts.fct_{name} as select 1 as id"
            )
    found = differences(tmp_path / "left", tmp_path / "right")
    assert set(found) == {"fct_a", "fct_left", "fct_right"}
    assert found["fct_a"] == [("columns", "id", "amount"), ("differ", "amount"), ("one", 1, 1.0), ("other", 1, 2.0)]


def test_a_row_that_is_there_twice_and_a_view_of_another_text_are_reported(tmp_path: Path) -> None:
    for name, rows, text in (("left", "(1)", "a"), ("right", "(1), (1)", "b")):
        with duckdb.connect(str(tmp_path / name)) as connection:
            connection.execute(
                f"create schema staging; create table staging.base as select * from (values {rows}) as t (id);"
                f"create view staging.stg as select '{text}' as word; create view staging.same as select 1 as id"
            )
    found = differences(tmp_path / "left", tmp_path / "right", schemas=["staging"])
    assert set(found) == {"base", "stg"}
    assert found["base"] == [("columns", "id"), ("differ", "id"), ("other", 1)]

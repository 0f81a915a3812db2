"""A history that arrives in batches, late, twice and out of order makes the same marts as one full load."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.dbt_project.equality import deliveries, differences, run_all, whole
from tests.dbt_project.history import made_up


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_batches_in_any_order_make_the_marts_of_one_full_load(tmp_path: Path, seed: int) -> None:
    history = made_up(seed)
    plan = deliveries(history, runs=3, seed=seed)
    batched = run_all(tmp_path / "batched", history, plan)
    full = run_all(tmp_path / "full", history, whole(plan), secret_of=batched)
    with duckdb.connect(str(full), read_only=True) as connection:
        feeds = connection.execute("select feed from marts.fct_feeds where n_rows > 0").fetchall()
    assert {"orders", "contracts", "tickets", "mentions", "gates", "answers", "web", "accounts"} <= {
        feed for (feed,) in feeds
    }
    assert differences(batched, full) == {}


def test_a_plan_brings_every_file_whole_in_the_end() -> None:
    history = made_up(3)
    plan = deliveries(history, runs=4, seed=3)
    assert len(plan) == 4
    assert sum(len(delivery) for delivery in plan) > len(history.files)
    (everything,) = whole(plan)
    assert everything.items() >= history.files.items()


def test_a_row_that_differs_is_found_on_its_side_and_arrival_is_left_out(tmp_path: Path) -> None:
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
    assert found["fct_a"] == [("one", 1, 1.0), ("other", 1, 2.0)]

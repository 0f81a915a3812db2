"""`cx build`: what an analyst edits, built by itself."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipeline.dbt.runner import run_target
from tests.end_to_end.conftest import cx
from tests.end_to_end.test_standing import built_in, change
from workspace.paths import WorkspacePaths

pytestmark = pytest.mark.thorough


def test_a_model_is_built_with_what_it_reads_and_nothing_is_published(small_copy: Path) -> None:
    paths = WorkspacePaths(small_copy)
    before, live = built_in(small_copy), (paths.published / "CURRENT.json").read_bytes()
    code, output = cx(small_copy, "build", "fct_orders", "--rows", "2")
    assert code == 0, output
    with duckdb.connect(str(paths.marts_database), read_only=True) as connection:
        (rows,) = connection.execute("select count(*) from marts.fct_orders").fetchall()[0]
    assert f"fct_orders: stands since run {before['fct_orders']}, {rows} rows" in output
    assert "order_id" in output
    assert "row 2" in output
    assert "row 3" not in output

    # What it reads is built first where it no longer stands; what comes out the same is where building ends.
    with duckdb.connect(str(paths.raw_database)) as connection:
        connection.execute("delete from built.models where name = 'model.cx.int_orders__valued'")
        connection.execute("drop table intermediate.int_orders__valued")
    code, output = cx(small_copy, "build", "fct_orders", "dim_dates")
    assert code == 0, output
    now = built_in(small_copy)
    changed = {name for name, run in now.items() if run != before[name]}
    assert changed == {"int_orders__valued"}
    assert ", 1 had to be built, too." in output
    assert now["int_orders__valued"] == max(path.name for path in run_target(paths, "any").parent.iterdir())
    # Nothing of it is a release, or a run.
    assert (paths.published / "CURRENT.json").read_bytes() == live
    assert not list(paths.audit.glob(f"{now['int_orders__valued']}*"))


def test_a_model_whose_test_fails_ends_with_code_1_and_says_which(small_copy: Path) -> None:
    failed = "update built.tests set failures = 3, should_error = true where name like '%.holds_fct_orders.%'"
    change(small_copy, failed, in_marts=True)
    code, output = cx(small_copy, "build", "fct_orders")
    assert code == 1
    assert "holds_fct_orders (3)" in output


def test_earlier_layers_show_no_rows(small_copy: Path) -> None:
    code, output = cx(small_copy, "build", "stg_crm__contacts")
    assert code == 0, output
    assert "stg_crm__contacts: stands since run" in output
    assert "row 1" not in output


def test_a_model_that_is_not_there_is_refused_with_those_near_it(small_copy: Path) -> None:
    code, output = cx(small_copy, "build", "fct_order")
    assert code == 2
    assert "fct_orders" in output


def test_without_anything_loaded_it_says_what_to_do(tmp_path: Path) -> None:
    root = tmp_path / "company"
    root.mkdir()
    (root / "cx.yml").write_text("company: Ours\ntimezone: UTC\ncurrency: EUR\n")
    code, output = cx(root, "build", "fct_orders")
    assert code == 1
    assert "Nothing is loaded yet" in output
    assert "cx run" in output

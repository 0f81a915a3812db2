"""Whatever happens to a company, the tables after a run are those of a full refresh; and the harness can fail.

A history that fails is replayed by `python -m tests.increment.replay SEED`.
"""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.dbt_project.history import simulated
from tests.increment import changes
from tests.increment.checkout import EDITS, Checkout
from tests.increment.closed import built
from tests.increment.company import Company
from tests.increment.history import DifferenceError, History, ensure_same, warehouse_differences
from tests.increment.replay import replay
from tests.project_copy import REPOSITORY
from workspace import load_workspace
from workspace.paths import WorkspacePaths

# One of the demo company, in which people are joined and the code changes; and one of the company of all entities, in
# which a person is erased, identifiers move and two runs are killed.
FEW_SEEDS = (3, 4)
FEW_BATCHES = 2
SEEDS = range(1, 21)


@pytest.fixture(scope="module")
def checkouts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where histories run: they share the copy of the code, which dbt then reads once."""
    return tmp_path_factory.mktemp("histories")


@pytest.fixture(scope="module")
def replayed(checkouts: Path) -> tuple[int, Path]:
    """The exit code of the few histories, and where their workspaces are."""
    return replay(list(FEW_SEEDS), checkouts, batches=FEW_BATCHES), checkouts


@pytest.mark.thorough
def test_runs_leave_the_tables_of_a_full_refresh(replayed: tuple[int, Path]) -> None:
    assert replayed[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_a_long_history_leaves_the_tables_of_a_full_refresh(checkouts: Path, seed: int) -> None:
    assert replay([seed], checkouts) == 0


@pytest.mark.thorough
def test_a_stale_row_is_found_and_the_message_says_where(replayed: tuple[int, Path]) -> None:
    folder = replayed[1] / f"seed-{FEW_SEEDS[0]}"
    root, reference = folder / "company", WorkspacePaths(folder / "reference")
    assert warehouse_differences(root, reference) == {}
    paths = WorkspacePaths(root)
    stale = {
        paths.raw_database: "insert into intermediate.int_orders__valued from intermediate.int_orders__valued limit 1",
        paths.marts_database: "update marts.fct_orders set revenue = revenue + 1 "
        "where order_id = (select min(order_id) from marts.fct_orders where revenue is not null)",
    }
    for database, statement in stale.items():
        with duckdb.connect(str(database)) as connection:
            connection.execute(statement)

    found = warehouse_differences(root, reference)
    assert set(found) == {"int_orders__valued", "fct_orders"}
    assert [row[0] for row in found["int_orders__valued"]] == ["columns", "differ", "one"]
    assert [row for row in found["fct_orders"] if row[0] == "differ"] == [("differ", "revenue")]
    with pytest.raises(DifferenceError, match="2 tables are not those of a full refresh") as raised:
        ensure_same(found)
    assert "int_orders__valued:" in str(raised.value)
    assert "('differ', 'revenue')" in str(raised.value)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", FEW_SEEDS)
def test_models_are_closed_under_the_column_that_they_declare_in_any_company(
    replayed: tuple[int, Path], seed: int
) -> None:
    reference = WorkspacePaths(replayed[1] / f"seed-{seed}" / "reference")
    (target,) = (reference.dbt / "runs").iterdir()
    with built(reference, target) as company:
        assert company.has_table("fct_customer_months")
        assert company.all_not_closed() == {}


def test_a_history_that_went_wrong_says_where_and_how_to_replay_it(tmp_path: Path) -> None:
    said = History(tmp_path, 7, Checkout(REPOSITORY)).place(2, ["a veto", "a setting"])
    assert said.startswith("seed 7, batch 2: a veto; a setting\n")
    assert "python -m tests.increment.replay 7 --batches 2" in said
    assert str(tmp_path) in said


def test_a_seed_draws_the_same_history_again(tmp_path: Path) -> None:
    lives = []
    for name in ("one", "other"):
        company, dice = _company(tmp_path / name, seed=2), random.Random(2)
        company.hold_back(dice)
        done = [changes.draw(company, dice) for _ in range(6)]
        files = {
            path.relative_to(company.root): path.read_bytes() for path in company.root.rglob("*") if path.is_file()
        }
        lives.append((done, files))
    assert lives[0] == lives[1]
    assert any(lives[0][0])


def test_every_kind_of_change_happens_and_leaves_a_workspace_that_can_run(tmp_path: Path) -> None:
    company, dice = _company(tmp_path / "company", seed=2), random.Random(2)
    company.hold_back(dice)
    missing = set(changes.KINDS)
    for _ in range(8):
        for kind in changes.KINDS:
            before = _times(company.root)
            if kind(company, dice) is not None:
                missing.discard(kind)
                assert _times(company.root) != before, kind
        load_workspace(company.root)
    assert missing == set()


def test_every_edit_of_the_code_has_one_place() -> None:
    for edit in EDITS:
        assert (REPOSITORY / edit.file).read_text(encoding="utf-8").count(edit.before) == 1, edit


def _company(root: Path, *, seed: int) -> Company:
    simulated(seed).write(root)
    return Company(root, last_day=date(2025, 10, 30))


def _times(root: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}

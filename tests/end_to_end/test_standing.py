"""What nothing has changed for is not built, tested or gated again; what stands equals what would be built."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.execution import RunOutcome, execute
from pipeline.dbt.runner import NodeOutcome
from pipeline.dbt.standing import forget
from tests.end_to_end.conftest import WORKERS, cx, run
from tests.end_to_end.test_runs import add_an_order, tables
from workspace import load_workspace
from workspace.paths import WorkspacePaths
from workspace.records.documents import AuditRecord, Check
from workspace.worker import finish

pytestmark = pytest.mark.thorough


def built_in(root: Path) -> dict[str, str]:
    """Model -> the run that built what is there."""
    found: dict[str, str] = {}
    for database in (WorkspacePaths(root).raw_database, WorkspacePaths(root).marts_database):
        with duckdb.connect(str(database), read_only=True) as connection:
            found |= dict(connection.execute("select split_part(name, '.', 3), run_id from built.models").fetchall())
    return found


def built_by(root: Path, run_id: str) -> set[str]:
    return {model for model, run in built_in(root).items() if run == run_id}


def add_an_answer(root: Path) -> None:
    """One more response to the oldest survey, by a name of its own."""
    oldest = sorted((root / "inbox" / "surveys").glob("touch-*.csv"))[0]
    *head, row = oldest.read_text(encoding="utf-8").splitlines()[:4]
    response = next(cell for cell in row.split(",") if cell.startswith("R_"))
    text = "\n".join([*head, row.replace(response, f"{response}0")]) + "\n"
    oldest.with_name("touch-extra.csv").write_text(text, encoding="utf-8")


def change(root: Path, statement: str, *, in_marts: bool) -> None:
    """Change a table by another hand than dbt's."""
    paths = WorkspacePaths(root)
    with duckdb.connect(str(paths.marts_database if in_marts else paths.raw_database)) as connection:
        assert connection.execute(statement).fetchall()[0][0] == 1


def again(root: Path, **options: Any) -> RunOutcome:
    return execute(load_workspace(root), WORKERS, **options)


def record(root: Path, outcome: RunOutcome, stage: str) -> AuditRecord:
    text = (WorkspacePaths(root).audit / f"{outcome.run_id}.{stage}.json").read_text(encoding="utf-8")
    return AuditRecord.model_validate(json.loads(text))


def earned(checks: Iterable[Check]) -> set[str | None]:
    return {check.earned_in for check in checks}


def test_a_new_answer_builds_what_reads_answers_and_nothing_else(small_copy: Path) -> None:
    first = set(built_in(small_copy).values()).pop()
    add_an_answer(small_copy)
    outcome = run(small_copy)
    assert outcome.succeeded
    built = built_by(small_copy, outcome.run_id)
    assert {"base_survey__wide", "stg_survey__answers", "fct_survey_answers"} - built == set()
    untouched = {"base_web__events", "stg_crm__orders", "int_orders__lines", "fct_orders", "dim_tasks"}
    assert untouched & built == set()

    build, gate = record(small_copy, outcome, "build"), record(small_copy, outcome, "gate_marts")
    assert build.facts["stand"] > build.facts["nodes"] / 3
    assert gate.facts["stand"] > 0 < gate.facts["checked"]
    # Every check is there, with the run that made it.
    assert earned(build.checks) == earned(gate.checks) == {first, None}
    before = json.loads((WorkspacePaths(small_copy).audit / f"{first}.gate_marts.json").read_text())["checks"]
    assert {(one.asset, one.name) for one in gate.checks} == {(one["asset"], one["name"]) for one in before}

    # Built from nothing, everything is as it is.
    stood = tables(small_copy)
    whole = again(small_copy, full_refresh=True)
    assert whole.nothing_new
    assert tables(small_copy) == stood
    assert earned(record(small_copy, whole, "build").checks) == {None}
    assert set(built_in(small_copy).values()) == {whole.run_id}


def test_a_change_by_another_hand_is_found(small_copy: Path) -> None:
    change(small_copy, "delete from intermediate.int_surveys__questions where rowid = 0", in_marts=False)
    doubled = "insert into marts.dim_targets select * from marts.dim_targets limit 1"
    change(small_copy, doubled, in_marts=True)
    add_an_order(small_copy)
    # A mart is looked at in every run, whether or not it was built in it.
    stopped = run(small_copy)
    assert not stopped.published
    assert record(small_copy, stopped, "build").facts["altered"] == []
    blocks = {check.asset for check in record(small_copy, stopped, "gate_marts").checks if check.blocks}
    assert blocks == {"marts.dim_targets"}

    # Any other table is looked at by a whole pass, which a run is that follows one that was stopped.
    whole = run(small_copy)
    assert whole.published
    altered = record(small_copy, whole, "build").facts["altered"]
    assert altered == ["model.cx.dim_targets", "model.cx.int_surveys__questions"]
    # It is built again, and so is all that may have read it meanwhile.
    built = built_by(small_copy, whole.run_id)
    assert {"int_surveys__questions", "fct_survey_answers", "dim_targets"} - built == set()
    assert {"base_web__events", "fct_orders"} & built == set()
    assert earned(record(small_copy, whole, "gate_marts").checks) == {None}
    stood = tables(small_copy)
    assert again(small_copy, full_refresh=True).nothing_new
    assert tables(small_copy) == stood


def build(root: Path, run_id: str, **options: Any) -> dict[str, NodeOutcome]:
    """Build the orders and their tests, and nothing else."""
    models = ["base_crm__orders", "stg_crm__orders"]
    outcome = finish(WORKERS.dbt.build(WorkspacePaths(root), run_id=run_id, models=models, **options))
    return {node.unique_id.split(".")[2]: node for node in outcome.nodes if not node.unique_id.startswith("operation")}


def test_a_model_is_built_again_where_that_is_asked_for(small_copy: Path) -> None:
    paths = WorkspacePaths(small_copy)
    before = built_in(small_copy)
    assert all(node.earned_in for node in build(small_copy, "second").values())
    forget(paths, ["base_crm__orders"])
    third = build(small_copy, "third")
    # What it holds is as it was, so that what reads it stands.
    assert {name for name, node in third.items() if node.earned_in is None} == {"base_crm__orders"}
    assert third["stg_crm__orders"].earned_in == before["stg_crm__orders"]
    assert all(node.earned_in is None for node in build(small_copy, "fourth", full_refresh=True).values())


def test_a_failed_test_fails_again_without_being_made_again(small_copy: Path) -> None:
    # As a test leaves it that has failed.
    failed = "update built.tests set failures = 3, should_error = true where name like '%.holds_stg_crm__orders.%'"
    change(small_copy, failed, in_marts=True)
    stands = build(small_copy, "second")["holds_stg_crm__orders"]
    assert (stands.status, stands.failures) == ("fail", 3)
    assert stands.earned_in is not None
    # A whole pass makes it again.
    made = build(small_copy, "third", is_whole=True)["holds_stg_crm__orders"]
    assert (made.status, made.failures, made.earned_in) == ("pass", 0, None)


def test_a_model_that_cannot_be_named_is_refused_with_those_near_it(small_copy: Path) -> None:
    code, output = cx(small_copy, "run", "--rebuild", "fct_journey")
    assert code == 2
    assert "fct_journeys" in output

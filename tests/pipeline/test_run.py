"""A run remembers what each source did, and leaves records of skipped stages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ingestion
from ingestion import LoadReport
from pipeline import audit
from pipeline.dbt.runner import Build, BuildOutcome
from pipeline.run import PipelineRun, new_run_id
from pipeline.workers import DbtProcess
from tests.pipeline.warehouse import make_workspace
from workspace import Problem
from workspace.worker import finish

PROBLEM = Problem(file="inbox/a.csv", line=1, key="amount", what="Column 'amount' is missing.", fix="Name it.")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PipelineRun:
    monkeypatch.setattr(ingestion, "prepare", lambda workspace: None)
    monkeypatch.setattr(ingestion, "ledger_rows", lambda paths: [])
    monkeypatch.setattr(ingestion, "reject_summary", lambda paths: [])
    monkeypatch.setattr(PipelineRun, "_metrics_of_source", lambda self, name: ("revenue",))
    return PipelineRun(workspace=make_workspace(tmp_path / "ws"), run_id="r1")


def loading(monkeypatch: pytest.MonkeyPatch, *results: Any) -> None:
    waiting = list(results)

    def load(workspace: object, name: str, *, run_id: str, accept_vanished: bool) -> LoadReport:
        result = waiting.pop(0)
        if isinstance(result, Exception):
            raise result
        return LoadReport(name, (), tuple(result))

    monkeypatch.setattr(ingestion, "load_source", load)


def test_a_source_with_a_problem_warns_and_the_others_still_load(
    run: PipelineRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading(monkeypatch, [PROBLEM], [])
    run.load_source("shop")
    run.load_source("desk")
    record = run.finish_ingest()
    assert record.status == "passed"
    failed, passed = record.checks
    assert (failed.asset, failed.status, failed.behaviour) == ("sources.shop", "failed", "warn")
    assert failed.metrics == ("revenue",)
    assert "Column 'amount' is missing. Name it." in (failed.observed or "")
    assert passed.status == "passed"
    assert "inbox/a.csv:1 [amount]" in record.message


def test_an_unexpected_error_blocks_unless_a_retry_succeeds(run: PipelineRun, monkeypatch: pytest.MonkeyPatch) -> None:
    loading(monkeypatch, OSError("share 'x' is gone"), [])
    with pytest.raises(OSError, match="gone"):
        run.load_source("shop")
    run.load_source("shop")
    assert run.finish_ingest().status == "passed"


def test_a_repeated_unexpected_error_blocks_and_is_reported(run: PipelineRun, monkeypatch: pytest.MonkeyPatch) -> None:
    loading(monkeypatch, OSError("share 'x' is gone"))
    with pytest.raises(OSError, match="gone"):
        run.load_source("shop")
    run.close()
    records = audit.read(run.paths.audit, run_id="r1")
    (check,) = records["ingest"].checks
    assert check.blocks
    assert check.observed == "OSError: share '…' is gone"
    assert records["publish"].status == "skipped"


def test_a_run_that_ends_early_states_that_nothing_was_published(run: PipelineRun) -> None:
    run.prepare()
    run.finish_ingest()
    run.close()
    record = audit.read(run.paths.audit, run_id="r1")["publish"]
    assert record.status == "skipped"
    assert record.facts["outcome"] == "blocked"


def test_a_run_that_did_nothing_leaves_nothing(run: PipelineRun) -> None:
    run.close()
    assert audit.read(run.paths.audit, run_id="r1") == {}


def test_a_partial_build_leaves_no_record_and_cannot_be_published(
    run: PipelineRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = BuildOutcome(success=True, target=run.paths.dbt, nodes=())

    def build(self: DbtProcess, paths: object, **named: Any) -> Build:
        yield {"node": named["models"][0]}
        return built

    monkeypatch.setattr(DbtProcess, "__init__", lambda self: None)
    monkeypatch.setattr(DbtProcess, "build", build)
    building = run.build(models=["fct_orders"])
    assert next(building) == {"node": "fct_orders"}
    assert finish(building) is built
    assert audit.read(run.paths.audit, run_id="r1") == {}


def test_a_run_id_names_a_folder_and_sorts_by_time() -> None:
    first, second = new_run_id(), new_run_id()
    assert first != second
    assert first[:8].isdigit()
    assert "." not in first
    assert "/" not in first

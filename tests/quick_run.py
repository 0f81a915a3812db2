"""A workspace in, its published release out, without data tests and gates: they say nothing of what a table holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from expectations.marts import Mart
from pipeline import audit
from pipeline.dbt import runner as dbt_runner
from pipeline.dbt.runner import Build
from pipeline.nothing_new import repeat
from pipeline.publishing.release_facts import read_books
from pipeline.run import PipelineRun, new_run_id
from pipeline.workers import DbtProcess, GateProcess, Workers
from workspace import load_workspace
from workspace.paths import WorkspacePaths
from workspace.records.documents import Check
from workspace.records.run_lock import hold
from workspace.records.runs import purpose_of
from workspace.worker import finish

# Is called with what a run is about to do, such as "load web", "dbt 17" or "publish".
Watcher = Callable[[str], None]


def ignore(_: str) -> None:
    """Watch nothing."""


class QuickDbt(DbtProcess):
    """dbt in its own process, without data tests."""

    def __init__(self, watcher: Watcher = ignore) -> None:
        super().__init__()
        self._watcher = watcher

    def build(self, paths: WorkspacePaths, **options: Any) -> Build:
        building = super().build(paths, with_tests=False, **options)
        number = 0
        while True:
            try:
                event = next(building)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            self._watcher(f"dbt {number}")
            number += 1
            yield event


class NoGate(GateProcess):
    """A gate that lets everything through, and no process."""

    def __init__(self) -> None:
        pass

    def check_raw(self, raw_database: Path) -> tuple[Check, ...]:
        return ()

    def check_marts(
        self,
        marts_database: Path,
        *,
        marts: Iterable[Mart],
        metrics_by_mart: Mapping[str, Sequence[str]],
        passing_over: Collection[str] = (),
    ) -> tuple[Check, ...]:
        return ()

    def close(self) -> None:
        pass


class QuickWorkers(Workers):
    """The processes of a quick run; `watcher` is called before each model that dbt reports."""

    def __init__(self, watcher: Watcher = ignore) -> None:
        self._watcher = watcher

    @cached_property
    def dbt(self) -> DbtProcess:
        return QuickDbt(self._watcher)

    @cached_property
    def gate(self) -> GateProcess:
        return NoGate()


def load_build_publish(root: Path) -> WorkspacePaths:
    """Load all sources of the workspace at `root`, build every model and publish; tests take most of a run's time."""
    pipeline = PipelineRun(workspace=load_workspace(root))
    paths = pipeline.paths
    load(pipeline)
    for stage in ("gate_raw", "build", "gate_marts"):
        with audit.stage(paths.audit, run_id=pipeline.run_id, name=stage, code_version="test") as notes:
            if stage == "build":
                outcome = dbt_runner.build(paths, run_id=pipeline.run_id, with_tests=False)
                assert outcome.success, [node for node in outcome.nodes if node.status not in ("success", "pass")]
                notes.facts = read_books(paths.raw_database)
    assert pipeline.publish().outcome == "published"
    return paths


def run_quickly(root: Path, workers: Workers, *, watcher: Watcher = ignore) -> str:
    """`cx run` without Dagster, stage by stage under the workspace's lock; every failure of a model is an error.

    Args:
        root: the workspace.
        workers: what builds and checks, such as `QuickWorkers`; they stay the caller's.
        watcher: is called before each stage, and before each source is loaded.

    Returns:
        `published`, `nothing_new`, or `repeated` where the run had nothing to do at all.
    """
    workspace = load_workspace(root)
    run_id = new_run_id()
    if repeat(workspace, run_id=run_id) is not None:
        return "repeated"
    pipeline = PipelineRun(workspace=workspace, run_id=run_id, workers=workers)
    with hold(pipeline.paths.lock, purpose=purpose_of(run_id)):
        pipeline.begin()
        try:
            load(pipeline, watcher)
            pipeline.gate_raw()
            watcher("build")
            ensure_built(finish(pipeline.build()))
            pipeline.gate_marts()
            watcher("publish")
            result = pipeline.publish()
        finally:
            pipeline.close()
    assert result.outcome != "blocked", result.reasons
    return result.outcome


def load(pipeline: PipelineRun, watcher: Watcher = ignore) -> int:
    """Load the mappings and every source; the number of rows that this added."""
    watcher("prepare")
    pipeline.prepare()
    loaded = pipeline.load_mappings().loaded
    for source in pipeline.workspace.config.sources:
        watcher(f"load {source.name}")
        loaded += pipeline.load_source(source.name).loaded
    pipeline.finish_ingest()
    return loaded


def ensure_built(outcome: dbt_runner.BuildOutcome) -> None:
    """Raise an error with dbt's messages where a model failed."""
    failed = [f"{node.unique_id}: {node.message}" for node in outcome.nodes if node.status not in ("success", "pass")]
    assert outcome.success, "\n".join(failed) or "dbt reports a failure that no model explains"

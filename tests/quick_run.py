"""A workspace in, its published release out, without data tests and gates: they say nothing of what a page shows."""

from __future__ import annotations

from pathlib import Path

from pipeline import audit
from pipeline.dbt import runner as dbt_runner
from pipeline.publishing.release_facts import read_books
from pipeline.run import PipelineRun
from workspace import load_workspace
from workspace.paths import WorkspacePaths


def load_build_publish(root: Path) -> WorkspacePaths:
    """Load all sources of the workspace at `root`, build every model and publish; tests take most of a run's time."""
    pipeline = PipelineRun(workspace=load_workspace(root))
    paths = pipeline.paths
    pipeline.prepare()
    pipeline.load_mappings()
    for source in pipeline.workspace.config.sources:
        pipeline.load_source(source.name)
    pipeline.finish_ingest()
    for stage in ("gate_raw", "build", "gate_marts"):
        with audit.stage(paths.audit, run_id=pipeline.run_id, name=stage, code_version="test") as notes:
            if stage == "build":
                outcome = dbt_runner.build(paths, run_id=pipeline.run_id, with_tests=False)
                assert outcome.success, [node for node in outcome.nodes if node.status not in ("success", "pass")]
                notes.facts = read_books(paths.raw_database)
    assert pipeline.publish().outcome == "published"
    return paths

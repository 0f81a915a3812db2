"""The run in progress as a Dagster resource: the lock and the audit trail live exactly as long as the Dagster run.

In: the workspace's folder. Out: one `PipelineRun`, shared by every step of the run. The lock is taken here, so that a
run started by the schedule takes it as well as one started from a shell.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from pipeline.code_version import Code, code_of_today
from pipeline.notify import notify
from pipeline.run import PipelineRun, new_run_id
from pipeline.run_log import written_to
from pipeline.workers import Workers
from workspace import load_workspace
from workspace.machine import demand_writable
from workspace.paths import WorkspacePaths
from workspace.records.run_lock import hold
from workspace.records.runs import died, purpose_of, run_ids

RUN_ID_TAG = "cx/run_id"


def pipeline_resource(root: Path, workers: Workers | None = None, *, code: Code | None = None) -> dg.ResourceDefinition:
    """The resource `pipeline` of one workspace.

    It holds the workspace's lock while any step of the run may write, and closes the audit trail at the end.

    Args:
        root: the workspace's folder.
        workers: processes that are warm already, and stay their owner's; by default a run has its own.
        code: what such workers have read.
    """

    @dg.resource(
        config_schema={
            "full_refresh": dg.Field(bool, default_value=False, description="Build models from nothing."),
            "check_all": dg.Field(bool, default_value=False, description="Check what stands since earlier runs, too."),
            "rebuild": dg.Field(
                [str], default_value=[], description="Models to build though their code and inputs are as they were."
            ),
            "accept_vanished": dg.Field(
                [str], default_value=[], description="Sources of which any number of rows may vanish in this run."
            ),
        },
        description="The run in progress: holds the workspace's lock and writes its audit trail.",
    )
    def pipeline(context: dg.InitResourceContext) -> Iterator[PipelineRun]:
        workspace = load_workspace(root)
        demand_writable(workspace.paths.written)
        dagster_run = context.run
        tagged = dagster_run.tags.get(RUN_ID_TAG) if dagster_run else None
        # A run that is executed again inherits its parent's tags; its records are its own.
        is_again = bool(dagster_run and dagster_run.parent_run_id)
        is_new = is_again or not tagged or tagged in run_ids(workspace.paths)
        run_id = new_run_id() if is_new or not tagged else tagged
        is_part = bool(dagster_run and _is_part(dagster_run))
        # A partial run leaves no record, so none can be missing.
        with hold(workspace.paths.lock, purpose=f"part {run_id}" if is_part else purpose_of(run_id)):
            if dagster_run and context.instance:
                context.instance.add_run_tags(dagster_run.run_id, {RUN_ID_TAG: run_id})
            run = PipelineRun(
                workspace=workspace,
                run_id=run_id,
                full_refresh=context.resource_config["full_refresh"],
                check_all=context.resource_config["check_all"],
                rebuild=context.resource_config["rebuild"],
                accept_vanished=context.resource_config["accept_vanished"],
                facts={"dagster_run_id": dagster_run.run_id} if dagster_run else {},
                continues=tagged if is_again else None,
                is_part=is_part,
                workers=workers or Workers(),
                code=code or code_of_today(),
            )
            with written_to(workspace.paths.logs, run_id=run_id):
                if context.instance:
                    end_dead_runs(context.instance, workspace.paths)
                run.begin()
                # The gate imports for seconds: on another core, while files are loaded.
                run.workers.start()
                if workers is None:
                    run.workers.dbt.warm_up()
                try:
                    yield run
                finally:
                    if workers is None:
                        run.workers.close()
                    run.close()
                    if not run.is_part:
                        notify(workspace, run_id=run_id)

    return pipeline


def end_dead_runs(instance: dg.DagsterInstance, paths: WorkspacePaths) -> None:
    """Mark runs as dead in Dagster that it takes for running: they began, and no process works on them."""
    working = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING])
    for run in instance.get_runs(filters=working):
        run_id = run.tags.get(RUN_ID_TAG)
        if run_id and died(paths, run_id):
            instance.report_run_failed(run, message=f"Run {run_id} did not end: its process was killed.")


def _is_part(run: dg.DagsterRun) -> bool:
    """Whether only some assets were asked for, from the catalogue or in the launchpad."""
    return bool(run.asset_selection or run.asset_check_selection or run.resolved_op_selection)

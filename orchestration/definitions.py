"""Composition root: a workspace in, Dagster's definitions out. Policy is applied once, here."""

from __future__ import annotations

import json

import dagster as dg

from orchestration.assets.models import mart_keys, model_assets
from orchestration.assets.release import release_asset
from orchestration.assets.sources import loading_assets
from orchestration.checks import gate_checks
from orchestration.resources import pipeline_resource
from orchestration.schedules import daily_schedule
from orchestration.sensors import new_files_sensor
from pipeline.code_version import Code
from pipeline.dbt import lineage
from pipeline.dbt.project import read_project
from pipeline.workers import Workers
from workspace import Workspace, load_workspace
from workspace.environment import WORKSPACE_VARIABLE, workspace_from_environment

JOB_NAME = "pipeline"


def build_definitions(
    workspace: Workspace, workers: Workers | None = None, *, code: Code | None = None
) -> dg.Definitions:
    """Every asset, check and schedule of one workspace; a run is one step after another.

    Args:
        workspace: the validated workspace.
        workers: processes for the runs of these definitions; by default every run starts its own.
        code: what the workers have read; by default it is looked at when a run begins.
    """
    manifest = json.loads(read_project().read_bytes())
    job = dg.define_asset_job(
        JOB_NAME, selection=dg.AssetSelection.all(), description="Load, build, gate and publish, in one run."
    )
    return dg.Definitions(
        assets=[
            *loading_assets(workspace.config.sources, manifest),
            model_assets(manifest),
            release_asset(mart_keys(manifest, lineage.marts(manifest))),
        ],
        asset_checks=gate_checks(manifest),
        jobs=[job],
        schedules=[daily_schedule(job, timezone=workspace.config.timezone)],
        sensors=[new_files_sensor(job, workspace.paths.root.resolve())],
        resources={"pipeline": pipeline_resource(workspace.paths.root.resolve(), workers, code=code)},
        executor=dg.in_process_executor,
    )


@dg.definitions
def definitions() -> dg.Definitions:
    """Definitions of the workspace that the environment names; a note in the asset list where it names none."""
    root = workspace_from_environment()
    if root is None:
        why = (
            f"{WORKSPACE_VARIABLE} is not set, so there is no workspace to show. Start with: cx dagster --workspace DIR"
        )
        return dg.Definitions(assets=[dg.AssetSpec("no_workspace", description=why)])
    return build_definitions(load_workspace(root))

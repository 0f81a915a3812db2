"""When the pipeline runs because files have come."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import dagster as dg

from workspace import Workspace, load_workspace

_EVERY_SECONDS = 60


def new_files_sensor(job: dg.UnresolvedAssetJobDefinition, root: Path) -> dg.SensorDefinition:
    """A run whenever the files of the sources have changed and then lain still from one look to the next.

    Files that are still arriving change between two looks, so nothing starts on half an export. A file that does
    change while it is read is left for the next run by the loader itself.
    """

    @dg.sensor(
        name="new_files",
        job=job,
        minimum_interval_seconds=_EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Run when new or changed files lie in the inbox or among the mappings.",
    )
    def new_files(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        seen = fingerprint(load_workspace(root))
        cursor = json.loads(context.cursor) if context.cursor else {}
        if seen == cursor.get("run"):
            return dg.SensorResult(skip_reason="No file has changed since the last run was asked for.")
        if seen != cursor.get("seen"):
            return dg.SensorResult(
                skip_reason="Files are changing; a run starts once they lie still.",
                cursor=json.dumps({**cursor, "seen": seen}),
            )
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=seen)], cursor=json.dumps({"run": seen}))

    return new_files


def fingerprint(workspace: Workspace) -> str:
    """Changes whenever a file of a source or of the mappings appears, changes or goes."""
    root = workspace.paths.root
    patterns = [source.path for source in workspace.config.sources if source.path]
    files = {path for pattern in patterns for path in root.glob(pattern) if path.is_file()}
    files |= set((root / workspace.config.mappings).glob("*.csv"))
    digest = hashlib.sha256()
    for path in sorted(files):
        stat = path.stat()
        digest.update(f"{path.relative_to(root).as_posix()}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()

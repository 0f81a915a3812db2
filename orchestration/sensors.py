"""When the pipeline runs because files arrived, and again after such a run crashed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

import dagster as dg

from orchestration.resources import RUN_ID_TAG
from pipeline import audit
from workspace import Workspace, load_workspace
from workspace.records.run_lock import current_holder
from workspace.records.runs import died

_EVERY_SECONDS: Final = 60
# A machine that restarts kills a run once; what kills three runs kills the fourth as well.
MOST_ATTEMPTS: Final = 3
_RUN_KEY_TAG: Final = "dagster/run_key"
_ENDED_BADLY: Final = (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


def new_files_sensor(job: dg.UnresolvedAssetJobDefinition, root: Path) -> dg.SensorDefinition:
    """A run whenever the files of the sources have changed and then lain still from one look to the next.

    Files that are still arriving change between two looks, so nothing starts on half an export. A file that does
    change while it is read is left for the next run by the loader itself. A run that died (its process was killed, or
    the workspace was in use) has loaded nothing for certain, so it is asked for again, a few times; a run that ended
    with a failed check is not, because its files would fail again.
    """

    @dg.sensor(
        name="new_files",
        job=job,
        minimum_interval_seconds=_EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Run when there are new or changed files in the inbox or among the mappings.",
    )
    def new_files(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        workspace = load_workspace(root)
        seen = fingerprint(workspace)
        cursor = json.loads(context.cursor) if context.cursor else {}
        attempt = 1
        if seen == cursor.get("run"):
            attempt = int(cursor.get("attempt", 1))
            if not _died(context.instance, workspace, _run_key(seen, attempt)):
                return dg.SensorResult(skip_reason="No file has changed since the last run was asked for.")
            if attempt >= MOST_ATTEMPTS:
                return dg.SensorResult(
                    skip_reason=f"The run for these files died {attempt} times. See its log, then start one by hand."
                )
            attempt += 1
        elif seen != cursor.get("seen"):
            return dg.SensorResult(
                skip_reason="Files are changing; a run starts once they stop changing.",
                cursor=json.dumps({**cursor, "seen": seen}),
            )
        holder = current_holder(workspace.paths.lock)
        if holder:
            return dg.SensorResult(skip_reason=f"The workspace is in use by {holder}; the run starts afterwards.")
        return dg.SensorResult(
            run_requests=[dg.RunRequest(run_key=_run_key(seen, attempt))],
            cursor=json.dumps({"run": seen, "attempt": attempt}),
        )

    return new_files


def _run_key(seen: str, attempt: int) -> str:
    """Dagster starts one run a key; the first attempt's key is the files' fingerprint alone."""
    return seen if attempt == 1 else f"{seen}-{attempt}"


def _died(instance: dg.DagsterInstance, workspace: Workspace, run_key: str) -> bool:
    """Whether the run of this key ended without having come to a decision about publishing."""
    found = instance.get_runs(filters=dg.RunsFilter(tags={_RUN_KEY_TAG: run_key}), limit=1)
    if not found:
        return False
    run_id = found[0].tags.get(RUN_ID_TAG)
    if found[0].status not in _ENDED_BADLY:
        # A killed process cannot say that it ended: Dagster still takes the run for running.
        return bool(run_id) and died(workspace.paths, str(run_id))
    return not run_id or not audit.ended(workspace.paths.audit, run_id=run_id)


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

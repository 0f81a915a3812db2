"""Runs of a workspace in the order in which they began, and whether each finished.

In: the names of the files in `audit/`, and the workspace's lock. A run writes that it begins before anything else, so
that one whose process was killed is seen. Its place among the runs is counted, never read off a clock.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from workspace.paths import WorkspacePaths
from workspace.records.documents import StartRecord
from workspace.records.run_lock import current_holder, last_holder

_RUN: Final = "run"
_START: Final = re.compile(r"(?P<run_id>[^.]+)\.start-(?P<sequence>\d+)\.json")


def begin(paths: WorkspacePaths, *, run_id: str, code_version: str, dagster_run_id: str | None = None) -> StartRecord:
    """Write that a run begins. The caller holds the workspace's lock."""
    record = StartRecord(
        run_id=run_id,
        sequence=1 + max(_sequences(paths.audit).values(), default=0),
        started_at=datetime.now(UTC),
        pid=os.getpid(),
        code_version=code_version,
        dagster_run_id=dagster_run_id,
    )
    record.write(paths.audit / f"{run_id}.start-{record.sequence:06d}.json")
    return record


def started(paths: WorkspacePaths, run_id: str) -> StartRecord | None:
    """The record that a run began; None where it left none that can be read."""
    for path in paths.audit.glob(f"{run_id}.start-*.json"):
        try:
            return StartRecord.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            return None
    return None


def run_ids(paths: WorkspacePaths) -> list[str]:
    """Runs that have left a trace, newest first.

    Runs from before they were counted come last, by their ids, which begin with the instant at which they began. Where
    the disk was full, a run could write nothing but its name into the lock file: it is the newest.
    """
    counted = _sequences(paths.audit)
    known = {path.name.split(".")[0] for path in paths.audit.glob("[!.]*.json")}
    ordered = sorted(known, key=lambda run_id: (counted.get(run_id, 0), run_id), reverse=True)
    last = _last_locked(paths)
    return ordered if last is None or last in known else [last, *ordered]


def died(paths: WorkspacePaths, run_id: str) -> bool:
    """Whether a run began, did not end, and does not work any more: its process was killed, or the machine stopped."""
    if (paths.audit / f"{run_id}.publish.json").is_file():
        return False
    has_begun = run_id == _last_locked(paths) or run_id in _sequences(paths.audit)
    return has_begun and not is_running(paths, run_id)


def is_running(paths: WorkspacePaths, run_id: str) -> bool:
    """Whether the run holds the workspace's lock."""
    holder = current_holder(paths.lock)
    return holder is not None and holder.purpose == purpose_of(run_id)


def purpose_of(run_id: str) -> str:
    """What a run holds the lock for, as the lock file names it."""
    return f"{_RUN} {run_id}"


def _last_locked(paths: WorkspacePaths) -> str | None:
    """The run that the lock file names, whether it still holds the lock or not."""
    holder = last_holder(paths.lock)
    what, _, run_id = holder.purpose.partition(" ") if holder else ("", "", "")
    return run_id if what == _RUN else None


def _sequences(folder: Path) -> dict[str, int]:
    found = (_START.fullmatch(path.name) for path in folder.glob("[!.]*.start-*.json"))
    return {match["run_id"]: int(match["sequence"]) for match in found if match}

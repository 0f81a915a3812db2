"""A run that would only repeat the last one: what that one found stands, and nothing is loaded, built or checked.

In: a workspace. Out: records of a run that say from which run they are taken over; or nothing, where anything differs
from what the last run saw: a file, cx.yml, a mapping, the code, the databases, or the release that readers see.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from pipeline import audit
from pipeline.code_version import Code, code_of_today
from pipeline.freshness import FRESH_CHECK, freshness
from pipeline.notify import notify
from pipeline.publishing.decision import REQUIRED_STAGES
from pipeline.publishing.snapshot import canonical_hash
from pipeline.run_log import written_to
from pipeline.standing_checks import whole_pass_is_due
from workspace import Workspace
from workspace.paths import WorkspacePaths
from workspace.records.documents import AuditRecord, StageName
from workspace.records.releases import BrokenReleaseError, live_pointer, read_document, seen_by_readers
from workspace.records.run_lock import hold
from workspace.records.runs import begin, run_ids

# Facts of the record of publishing.
INPUTS: Final = "inputs"
TAKEN_OVER: Final = "taken_over_from"
# Not the name of the run: should something be new, that run takes the lock itself.
_PURPOSE: Final = "look for what is new"

logger = logging.getLogger(__name__)
Records = Mapping[StageName, AuditRecord]


def inputs(workspace: Workspace, code: Code) -> dict[str, Any]:
    """What a run is made of besides the files of its sources: a fact of every run that went through.

    The databases are in it by size and time: one that was written to after the run is not what the run left.

    Args:
        workspace: as the run has read it.
        code: the code as it was when the run began.
    """
    paths = workspace.paths
    return {
        "code": code.version,
        "configuration": canonical_hash(workspace.hashes),
        # Where cx.yml names no first day, the year decides.
        "earliest_on": workspace.config.earliest_on(date.today()).isoformat(),
        "databases": [_state(paths.raw_database), _state(paths.marts_database)],
    }


def repeat(workspace: Workspace, *, run_id: str) -> Records | None:
    """Record that a run found nothing new, where that is so.

    Args:
        workspace: the validated workspace.
        run_id: the run that would be made.

    Returns:
        The records of the run; None where something is new, and nothing was written.

    Raises:
        RunLockedError: another process writes to this workspace.
    """
    paths = workspace.paths
    with hold(paths.lock, purpose=_PURPOSE):
        before = _standing(workspace)
        if before is None:
            return None
        with written_to(paths.logs, run_id=run_id):
            logger.info("nothing is new since run %s", before["publish"].run_id)
            # How it ended comes first: a run that began and has no end is taken for one that was killed.
            for name in sorted(before, key=lambda one: one != "publish"):
                record = _taken_over(name, before[name], run_id=run_id)
                record.write(audit.record_path(paths.audit, run_id=run_id, name=name))
            begin(paths, run_id=run_id, code_version=code_of_today().version)
            notify(workspace, run_id=run_id)
    return audit.read(paths.audit, run_id=run_id)


def _standing(workspace: Workspace) -> Records | None:
    """Records of the last run, where a new one would find what it found."""
    from ingestion import is_settled

    paths = workspace.paths
    last = next(iter(run_ids(paths)), None)
    records = audit.read(paths.audit, run_id=last) if last else {}
    publish = records.get("publish")
    if publish is None or publish.status != "passed" or any(name not in records for name in REQUIRED_STAGES):
        return None
    if publish.facts.get(INPUTS) != inputs(workspace, code_of_today()) or not _is_seen(paths, publish):
        return None
    if whole_pass_is_due(records.get("build"), records.get("gate_marts"), now=audit.now()):
        return None
    return records if _is_as_fresh(workspace, records["ingest"]) and is_settled(workspace) else None


def _is_seen(paths: WorkspacePaths, publish: AuditRecord) -> bool:
    """Readers see the release that the run left live, and it holds facts: without any, the day of the run counts."""
    live = live_pointer(paths)
    if live is None or live.run_id != publish.facts.get("live") or seen_by_readers(paths) != live.run_id:
        return False
    try:
        release = read_document(paths, live.run_id)
    except BrokenReleaseError:
        return False
    return release.as_of_is_pinned or any(feed.rows for feed in release.feeds.values())


def _is_as_fresh(workspace: Workspace, ingest: AuditRecord) -> bool:
    """Whether no source has become late since."""
    from ingestion import ledger_rows

    loads = ledger_rows(workspace.paths)
    checks = [freshness(source, loads, now=audit.now()) for source in workspace.config.sources]
    late = {check.asset for check in checks if check and check.status == "failed"}
    return late == {check.asset for check in ingest.checks if check.name == FRESH_CHECK and check.status == "failed"}


def _taken_over(name: StageName, record: AuditRecord, *, run_id: str) -> AuditRecord:
    """A record of this run that says which run earned it."""
    now = audit.now()
    earned_by = record.facts.get(TAKEN_OVER, record.run_id)
    changed: dict[str, Any] = {"facts": {**record.facts, TAKEN_OVER: earned_by}}
    if name == "publish":
        changed = {"facts": {**changed["facts"], "outcome": "nothing_new"}, "message": f"nothing new since {earned_by}"}
    return record.model_copy(update={"run_id": run_id, "started_at": now, "finished_at": now, **changed})


def _state(database: Path) -> list[int]:
    found = database.stat() if database.is_file() else None
    return [found.st_size, found.st_mtime_ns] if found else []

"""The state of a workspace: the release readers see, the last run, reconciliation, problems.

In: `published/`, `audit/` and the configuration, files only, so that it works while a run has the databases open. Out:
one plain dictionary, the same for people and for `--json`.
"""

from __future__ import annotations

import errno
import shutil
from collections import Counter
from typing import Any

from pipeline import audit, notify
from pipeline.books import unbalanced_models
from workspace import WorkspaceError, load_workspace
from workspace.machine import demand_writable, machine_trouble
from workspace.paths import SNAPSHOT_FILE, WorkspacePaths
from workspace.records.documents import AuditRecord, Check, Current, Release, StageName
from workspace.records.releases import BrokenReleaseError, read_pointer, seen_by_readers, verify
from workspace.records.run_lock import current_holder
from workspace.records.runs import is_running, run_ids


def status_of(paths: WorkspacePaths) -> dict[str, Any]:
    """Everything that `cx status` reports. A damaged file is one of its problems, not its end."""
    holder = current_holder(paths.lock)
    # A run that works on has not gone wrong yet; it is named as running.
    runs = [run_id for run_id in run_ids(paths) if not is_running(paths, run_id)]
    ingest = _newest(paths, runs, "ingest", fact="ledger")
    build = _newest(paths, runs, "build", fact="books")
    books = build.facts["books"] if build else []
    live, release, broken = _live(paths)
    troubles = [*broken, *_troubles(paths, runs, live), *_configuration(paths), *_disk(paths, live)]
    return {
        "workspace": str(paths.root),
        "is_well": not troubles,
        "troubles": troubles,
        "running": str(holder) if holder else None,
        "release": _release(live, release) if live and release else None,
        "last_run": _run(paths, runs[0]) if runs else None,
        "last_failure": _last_failure(paths, runs, live),
        "ledger": ingest.facts["ledger"] if ingest else [],
        "files_balance": not ingest.facts["unbalanced_files"] if ingest else None,
        "unbalanced_files": ingest.facts["unbalanced_files"] if ingest else [],
        "books": books,
        "models_balance": not unbalanced_models(books) if build else None,
        "unbalanced_models": unbalanced_models(books),
        "rejects": ingest.facts["rejects"] if ingest else [],
        "unmapped": build.facts["unmapped"] if build else [],
        # A build of an earlier version did not record it.
        "guarded": build.facts.get("guarded", []) if build else [],
        "losses": build.facts.get("losses", []) if build else [],
        "warnings": _warnings(paths, runs[0]) if runs else [],
        "days": build.facts.get("days", []) if build else [],
    }


def _live(paths: WorkspacePaths) -> tuple[Current | None, Release | None, list[str]]:
    """The pointer, what the live release says of itself, and what is wrong with either."""
    try:
        pointer = read_pointer(paths)
    except BrokenReleaseError as error:
        return None, None, [_broken(paths, error)]
    if pointer is None:
        return None, None, ["Nothing is published yet."]
    try:
        return pointer, verify(paths, pointer.run_id, seal=pointer.seal).document, []
    except BrokenReleaseError as error:
        return pointer, None, [_broken(paths, error)]


def _broken(paths: WorkspacePaths, error: BrokenReleaseError) -> str:
    """What is wrong with the live release, what readers see instead, and what to do."""
    whole = seen_by_readers(paths)
    seen = f"Readers see release {whole}" if whole else "Readers see no release"
    until = "until cx run publishes again, or cx rollback names one"
    return f"{error.what} ({paths.relative(error.file)}). {seen} {until}."


def _configuration(paths: WorkspacePaths) -> list[str]:
    """Why the next run could not begin; nothing where it can."""
    try:
        load_workspace(paths.root)
    except WorkspaceError as error:
        return [f"The next run cannot begin: {problem}" for problem in error.problems]
    return []


def _disk(paths: WorkspacePaths, live: Current | None) -> list[str]:
    """Why the disk would stop the next run, which may then leave no other trace than this."""
    try:
        demand_writable(paths.written)
    except OSError as error:
        # Permissions are not checked: the caller may be another user than that of the nightly run.
        if error.errno == errno.EROFS:
            return [f"The next run cannot begin: {machine_trouble(error)}"]
    return _room(paths, live)


def _room(paths: WorkspacePaths, live: Current | None) -> list[str]:
    """Whether the disk has room for a release like the live one; a run on a full disk may leave no other trace."""
    snapshot = paths.release(live.run_id) / SNAPSHOT_FILE if live else None
    if snapshot is None or not snapshot.is_file():
        return []
    needed, free = snapshot.stat().st_size, shutil.disk_usage(paths.root).free
    if free >= needed:
        return []
    return [
        f"The disk is nearly full: {free / 1e6:,.1f} MB are free, and a release takes {needed / 1e6:,.1f} MB. "
        "Make room before the next run."
    ]


def _troubles(paths: WorkspacePaths, runs: list[str], live: Current | None) -> list[str]:
    """What went wrong in the last run, and what the live release withholds."""
    found = list(notify.troubles(paths, run_id=runs[0])) if runs else []
    if live and not (runs and live.run_id == runs[0]):
        # A run with nothing new leaves the live release as it is, with what is withheld in it.
        found += notify.withheld_metrics(paths, live.run_id)
    return found


def _warnings(paths: WorkspacePaths, run_id: str) -> list[dict[str, Any]]:
    """Checks of a run that failed and let it be published: what they saw, and what that does."""
    return [
        {
            "check": f"{check.asset} {check.name}",
            "behaviour": check.behaviour,
            "unexpected": check.unexpected,
            "observed": check.observed or check.description,
        }
        for record in audit.read(paths.audit, run_id=run_id).values()
        for check in record.checks
        if check.status == "failed" and not check.blocks
    ]


def _release(live: Current, release: Release) -> dict[str, Any]:
    return {
        "run_id": release.run_id,
        "published_at": release.published_at.isoformat(),
        "live_since": live.switched_at.isoformat(),
        "live_by": live.reason,
        "as_of_on": release.as_of_on.isoformat(),
        "as_of_is_pinned": release.as_of_is_pinned,
        "as_of_is_of_the_load": not any(feed.last_on for feed in release.feeds.values()),
        "code_version": release.code_version,
        "changed_files": list(release.changed_files),
        "config_hashes": release.config_hashes,
        "content_hash": release.content_hash,
        "rows": {table: record.rows for table, record in release.tables.items()},
        "checks": dict(Counter(_outcome(check) for check in release.checks)),
        "withheld": {metric: list(checks) for metric, checks in release.withheld.items()},
    }


def _run(paths: WorkspacePaths, run_id: str) -> dict[str, Any]:
    records = audit.read(paths.audit, run_id=run_id)
    return {
        "run_id": run_id,
        "finished_at": max((record.finished_at.isoformat() for record in records.values()), default=None),
        "stages": {
            name: {"status": record.status, "message": record.message, "checks": _counts(record)}
            for name, record in records.items()
        },
        "failed_checks": [
            check.model_dump(mode="json")
            for record in records.values()
            for check in record.checks
            if check.status != "passed"
        ],
    }


def _last_failure(paths: WorkspacePaths, runs: list[str], live: Current | None) -> dict[str, Any] | None:
    is_after_release = True
    for run_id in runs:
        is_after_release = is_after_release and not (live and live.run_id == run_id)
        records = audit.read(paths.audit, run_id=run_id)
        if any(record.status in ("failed", "error") for record in records.values()):
            return {**_run(paths, run_id), "is_after_release": is_after_release}
    return None


def _newest(paths: WorkspacePaths, runs: list[str], stage: StageName, *, fact: str) -> AuditRecord | None:
    for run_id in runs:
        record = audit.read(paths.audit, run_id=run_id).get(stage)
        if record and fact in record.facts:
            return record
    return None


def _counts(record: AuditRecord) -> dict[str, int]:
    return dict(Counter(_outcome(check) for check in record.checks))


def _outcome(check: Check) -> str:
    return check.status if check.status != "failed" else f"failed ({check.behaviour})"

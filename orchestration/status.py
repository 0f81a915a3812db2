"""What a workspace looks like from outside: the release readers see, the last run, the books, what went wrong.

In: `published/` and `audit/`, files only, so that it works while a run has the databases open. Out: one plain
dictionary, the same for people and for `--json`.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from orchestration import audit, notify
from orchestration.books import unbalanced_models
from orchestration.publish import read_current, read_release
from orchestration.run_lock import current_holder
from workspace.documents import AuditRecord, Check, StageName
from workspace.paths import WorkspacePaths


def status_of(paths: WorkspacePaths) -> dict[str, Any]:
    """Everything `cx status` tells."""
    holder = current_holder(paths.lock)
    runs = audit.run_ids(paths.audit)
    ingest = _newest(paths, runs, "ingest", fact="ledger")
    build = _newest(paths, runs, "build", fact="books")
    books = build.facts["books"] if build else []
    troubles = _troubles(paths, runs)
    return {
        "workspace": str(paths.root),
        "is_well": not troubles,
        "troubles": troubles,
        "running": str(holder) if holder else None,
        "release": _release(paths),
        "last_run": _run(paths, runs[0]) if runs else None,
        "last_failure": _last_failure(paths, runs),
        "ledger": ingest.facts["ledger"] if ingest else [],
        "files_balance": not ingest.facts["unbalanced_files"] if ingest else None,
        "unbalanced_files": ingest.facts["unbalanced_files"] if ingest else [],
        "books": books,
        "models_balance": not unbalanced_models(books) if build else None,
        "unbalanced_models": unbalanced_models(books),
        "rejects": ingest.facts["rejects"] if ingest else [],
        "unmapped": build.facts["unmapped"] if build else [],
        # A build of an earlier version did not tell it.
        "guarded": build.facts.get("guarded", []) if build else [],
    }


def _troubles(paths: WorkspacePaths, runs: list[str]) -> list[str]:
    """Why all is not well; nothing where it is."""
    live = read_current(paths)
    found = [] if live else ["Nothing is published yet."]
    if runs:
        found += notify.troubles(paths, run_id=runs[0])
    if live and not (runs and live.run_id == runs[0]):
        # A run with nothing new leaves the live release as it is, with what is withheld in it.
        found += notify.withheld_metrics(paths, live.run_id)
    return found


def _release(paths: WorkspacePaths) -> dict[str, Any] | None:
    live = read_current(paths)
    if live is None:
        return None
    release = read_release(paths, live.run_id)
    return {
        "run_id": release.run_id,
        "published_at": release.published_at.isoformat(),
        "live_since": live.switched_at.isoformat(),
        "live_by": live.reason,
        "as_of_on": release.as_of_on.isoformat(),
        "as_of_is_pinned": release.as_of_is_pinned,
        "has_dated_facts": any(feed.first_on for feed in release.feeds.values()),
        "code_version": release.code_version,
        "content_hash": release.content_hash,
        "rows": {table: record.rows for table, record in release.tables.items()},
        "checks": dict(Counter(_outcome(check) for check in release.checks)),
        "withheld": {metric: list(checks) for metric, checks in release.withheld.items()},
    }


def _run(paths: WorkspacePaths, run_id: str) -> dict[str, Any]:
    records = audit.read(paths.audit, run_id=run_id)
    return {
        "run_id": run_id,
        "finished_at": max(record.finished_at for record in records.values()).isoformat(),
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


def _last_failure(paths: WorkspacePaths, runs: list[str]) -> dict[str, Any] | None:
    for run_id in runs:
        records = audit.read(paths.audit, run_id=run_id)
        if any(record.status in ("failed", "error") for record in records.values()):
            return _run(paths, run_id)
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

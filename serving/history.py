"""What runs did: audit records of every stage in, one summary per run out, newest first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from serving.release import current
from workspace.documents import AuditRecord, Check, StageStatus
from workspace.paths import WorkspacePaths

STAGES: Final = ("ingest", "gate_raw", "build", "gate_marts", "publish")


@dataclass(frozen=True)
class RunSummary:
    """One run, over all of its stages.

    Attributes:
        status: `failed` or `error` if any stage was, else `passed`; `running` or killed runs lack their last stages.
        stage: the stage that failed, or the last one that left a record.
        failed_checks: checks that failed or could not run, of all stages.
        message: what the failed stage said, else what the last one said.
        published: this run's publish stage passed and made or confirmed a release.
    """

    run_id: str
    started_at: datetime
    finished_at: datetime
    status: StageStatus
    stage: str
    failed_checks: tuple[Check, ...]
    message: str
    published: bool


def run_history(paths: WorkspacePaths, *, limit: int | None = None) -> tuple[RunSummary, ...]:
    """Summaries of the runs that left an audit record, newest first. Records that cannot be read are passed over."""
    by_run: dict[str, list[AuditRecord]] = defaultdict(list)
    for path in sorted(paths.audit.glob("*.json")):
        try:
            record = AuditRecord.model_validate_json(path.read_text(encoding="utf-8"))
        except (ValidationError, OSError):
            continue
        by_run[record.run_id].append(record)
    summaries = [_summary(run_id, records) for run_id, records in by_run.items()]
    summaries.sort(key=lambda run: (run.started_at, run.run_id), reverse=True)
    return tuple(summaries[:limit])


def last_failure(paths: WorkspacePaths) -> RunSummary | None:
    """The newest run, if it failed after the live release was made: why yesterday's answers are still up."""
    pointer = current(paths)
    for run in run_history(paths):
        if pointer is not None and run.run_id == pointer.run_id:
            return None
        if run.status in ("failed", "error"):
            return run
        if run.published:
            return None
    return None


def _summary(run_id: str, records: list[AuditRecord]) -> RunSummary:
    ordered = sorted(records, key=lambda record: STAGES.index(record.stage))
    broken = next((record for record in ordered if record.status in ("failed", "error")), None)
    told = broken or ordered[-1]
    publish = next((record for record in ordered if record.stage == "publish"), None)
    return RunSummary(
        run_id=run_id,
        started_at=min(record.started_at for record in ordered),
        finished_at=max(record.finished_at for record in ordered),
        status=broken.status if broken else ordered[-1].status,
        stage=told.stage,
        failed_checks=tuple(check for record in ordered for check in record.checks if check.status != "passed"),
        message=told.message,
        published=publish is not None and publish.status == "passed",
    )

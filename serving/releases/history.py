"""What runs did: audit records of every stage in, one summary per run out, newest first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from pydantic import ValidationError

from workspace.paths import WorkspacePaths
from workspace.records.documents import AuditRecord, Check, StageStatus
from workspace.records.releases import live_pointer
from workspace.records.runs import died, run_ids, started

STAGES: Final = ("ingest", "gate_raw", "build", "gate_marts", "publish")


@dataclass(frozen=True)
class RunSummary:
    """One run, over all of its stages.

    Attributes:
        status: `failed` or `error` if any stage was, `died` if the run did not end, else `passed`; a run that works on
            lacks its last stages.
        stage: the stage that failed, or the last one that left a record.
        failed_checks: checks that failed or could not run, of all stages.
        message: what the failed stage said, else what the last one said.
        published: this run's publish stage passed and made or confirmed a release.
    """

    run_id: str
    started_at: datetime
    finished_at: datetime
    status: StageStatus | Literal["died"]
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
    summaries = (_summary(paths, run_id, by_run[run_id]) for run_id in run_ids(paths))
    return tuple(summary for summary in summaries if summary is not None)[:limit]


def last_failure(paths: WorkspacePaths) -> RunSummary | None:
    """The newest run, if it failed after the live release was made: why yesterday's answers are still up."""
    pointer = live_pointer(paths)
    for run in run_history(paths):
        if pointer is not None and run.run_id == pointer.run_id:
            return None
        if run.status in ("failed", "error", "died"):
            return run
        if run.published:
            return None
    return None


def _summary(paths: WorkspacePaths, run_id: str, records: list[AuditRecord]) -> RunSummary | None:
    if died(paths, run_id):
        return _death(paths, run_id, records)
    if not records:
        return None  # it works on, and has not done a stage yet
    ordered = sorted(records, key=lambda record: STAGES.index(record.stage))
    broken = next((record for record in ordered if record.status in ("failed", "error")), None)
    shown = broken or ordered[-1]
    publish = next((record for record in ordered if record.stage == "publish"), None)
    return RunSummary(
        run_id=run_id,
        started_at=min(record.started_at for record in ordered),
        finished_at=max(record.finished_at for record in ordered),
        status=broken.status if broken else ordered[-1].status,
        stage=shown.stage,
        failed_checks=tuple(check for record in ordered for check in record.checks if check.status != "passed"),
        message=shown.message,
        published=publish is not None and publish.status == "passed",
    )


def _death(paths: WorkspacePaths, run_id: str, records: list[AuditRecord]) -> RunSummary | None:
    began = started(paths, run_id)
    moments = [record.finished_at for record in records] + ([began.started_at] if began else [])
    if not moments:
        return None
    ordered = sorted(records, key=lambda record: STAGES.index(record.stage))
    return RunSummary(
        run_id=run_id,
        started_at=min(moments),
        finished_at=max(moments),
        status="died",
        stage=ordered[-1].stage if ordered else STAGES[0],
        failed_checks=tuple(check for record in ordered for check in record.checks if check.status != "passed"),
        message="it did not end: its process was killed, or the machine stopped",
        published=False,
    )

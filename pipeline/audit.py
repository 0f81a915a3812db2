"""Audit records: what every stage of a run did, written also when the stage fails, never changed afterwards.

In: a workspace's audit folder, a run id and a stage. Out: one JSON file `<run_id>.<stage>.json` per stage.
Publishing reads these records and nothing else to decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from workspace.errors import WorkspaceError
from workspace.machine import machine_trouble
from workspace.records.documents import AuditRecord, Check, StageName, StageStatus
from workspace.wording import without_values

STAGES: tuple[StageName, ...] = get_args(StageName)


@dataclass
class StageNotes:
    """What a stage reports while it runs; becomes its audit record."""

    checks: list[Check] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    message: str = ""
    status: StageStatus | None = None


def now() -> datetime:
    """The current instant, in UTC."""
    return datetime.now(UTC)


@contextmanager
def stage(folder: Path, *, run_id: str, name: StageName, code_version: str) -> Iterator[StageNotes]:
    """Write the stage's audit record when the block ends, also when it ends by an exception."""
    started_at = now()
    notes = StageNotes()
    try:
        yield notes
    except BaseException as error:
        notes.status = "error"
        notes.message = notes.message or describe(error)
        raise
    finally:
        write(folder, run_id=run_id, name=name, code_version=code_version, started_at=started_at, notes=notes)


def write(
    folder: Path, *, run_id: str, name: StageName, code_version: str, started_at: datetime, notes: StageNotes
) -> AuditRecord:
    """Write one record. A stage leaves one record a run: a second one is refused.

    Raises:
        FileExistsError: the record of this run and stage is already there.
    """
    path = record_path(folder, run_id=run_id, name=name)
    if path.exists():
        raise FileExistsError(f"{path}: the record of this stage is written already; records are never changed.")
    record = AuditRecord(
        run_id=run_id,
        stage=name,
        status=notes.status or status_of(notes.checks),
        started_at=started_at,
        finished_at=now(),
        code_version=code_version,
        message=notes.message,
        checks=tuple(notes.checks),
        facts=notes.facts,
    )
    record.write(path)
    return record


def record_path(folder: Path, *, run_id: str, name: StageName) -> Path:
    """The path of the record of a run's stage."""
    return folder / f"{run_id}.{name}.json"


def read(folder: Path, *, run_id: str) -> dict[StageName, AuditRecord]:
    """The records that a run has left so far. One that is damaged says nothing: it counts as none (`damaged`)."""
    found = {name: _record(record_path(folder, run_id=run_id, name=name)) for name in STAGES}
    return {name: record for name, record in found.items() if record is not None}


def damaged(folder: Path, *, run_id: str) -> list[str]:
    """Names of a run's records that cannot be read."""
    paths = [record_path(folder, run_id=run_id, name=name) for name in STAGES]
    return [path.name for path in paths if path.exists() and _record(path) is None]


def _record(path: Path) -> AuditRecord | None:
    try:
        return AuditRecord.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def ended(folder: Path, *, run_id: str) -> bool:
    """Whether a run came to a decision, to publish or to be stopped by a check; one that was killed did not."""
    records = read(folder, run_id=run_id)
    publish = records.get("publish")
    blocked = any(check.blocks for record in records.values() for check in record.checks)
    return publish is not None and (publish.status != "skipped" or blocked)


def status_of(checks: Sequence[Check]) -> StageStatus:
    """How a stage ended, judged by its checks alone."""
    return "failed" if any(check.blocks for check in checks) else "passed"


def describe(error: BaseException) -> str:
    """An exception in one line, without the values of data that database errors quote."""
    if isinstance(error, WorkspaceError):
        return "; ".join(str(problem) for problem in error.problems)
    refused = machine_trouble(error)
    if refused:
        return refused
    first_line = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}: {without_values(first_line)}" if first_line else type(error).__name__

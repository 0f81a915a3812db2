"""Every stage leaves one record, also when it fails, and none is ever changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import audit
from tests.pipeline.warehouse import a_check
from workspace.paths import WorkspacePaths
from workspace.records.runs import run_ids


def test_a_stage_that_raises_leaves_its_record(tmp_path: Path) -> None:
    def die() -> None:
        with audit.stage(tmp_path, run_id="r1", name="build", code_version="1") as notes:
            notes.checks.append(a_check())
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        die()
    record = audit.read(tmp_path, run_id="r1")["build"]
    assert record.status == "error"
    assert record.message == "ValueError: broken"
    assert record.checks == (a_check(),)


@pytest.mark.parametrize(
    ("check", "status"),
    [
        (a_check(), "passed"),
        (a_check(status="failed"), "failed"),
        (a_check(status="failed", behaviour="withhold"), "passed"),
        (a_check(status="failed", behaviour="warn"), "passed"),
        (a_check(status="error", behaviour="warn"), "failed"),
    ],
)
def test_a_stage_fails_when_a_check_blocks(tmp_path: Path, check: object, status: str) -> None:
    with audit.stage(tmp_path, run_id="r1", name="gate_raw", code_version="1") as notes:
        notes.checks.append(check)  # type: ignore[arg-type]
    assert audit.read(tmp_path, run_id="r1")["gate_raw"].status == status


def test_a_record_is_never_overwritten(tmp_path: Path) -> None:
    with audit.stage(tmp_path, run_id="r1", name="ingest", code_version="1"):
        pass
    before = (tmp_path / "r1.ingest.json").read_bytes()
    with (
        pytest.raises(FileExistsError, match="never changed"),
        audit.stage(tmp_path, run_id="r1", name="ingest", code_version="2"),
    ):
        pass
    assert (tmp_path / "r1.ingest.json").read_bytes() == before


def test_records_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    with audit.stage(tmp_path, run_id="r1", name="ingest", code_version="1"):
        pass
    assert (tmp_path / "r1.ingest.json").stat().st_mode & 0o077 == 0


def test_a_database_error_is_reported_without_cell_values() -> None:
    error = ValueError("Conversion Error: Could not convert string 'ann@example.com' to INT32\nLINE 1: ...")
    assert audit.describe(error) == "ValueError: Conversion Error: Could not convert string '…' to INT32"


def test_runs_are_listed_newest_first(tmp_path: Path) -> None:
    for run_id in ("20260101T000000-b", "20260102T000000-a"):
        with audit.stage(tmp_path / "audit", run_id=run_id, name="ingest", code_version="1"):
            pass
    assert run_ids(WorkspacePaths(tmp_path)) == ["20260102T000000-a", "20260101T000000-b"]

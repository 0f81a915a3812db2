"""Every entity of every described vendor: its samples become the rows that stand beside them, and nothing is lost."""

from __future__ import annotations

import codecs
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.ingestion.workspaces import load, make_workspace, rejected, rows
from tests.vendors.samples import FOLDER, Case, cases
from tests.vendors.shown import shows
from workspace import Workspace

CASES = list(cases())
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def workspace_with(root: Path, case: Case, files: Sequence[Path]) -> Workspace:
    workspace = make_workspace(root, case.source)
    for path in files:
        shutil.copy(path, workspace.paths.inbox)
    return workspace


def landed(workspace: Workspace, case: Case) -> list[dict[str, Any]]:
    """Live rows by file and line: the columns that are filled; attributes and answers as objects."""
    names = [*case.columns, *(["_row"] if case.entity in ("contacts", "accounts", "wide") else [])]
    found = rows(
        workspace,
        f"""select {", ".join(names)} from {case.table}
        where _load_id in (select load_id from ledger.loads where status = 'active') order by _file, _line""",
    )
    filled = [{name: value for name, value in zip(names, row, strict=True) if value is not None} for row in found]
    return [{**row, **({"_row": json.loads(row["_row"])} if "_row" in row else {})} for row in filled]


def as_expected(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without `_row` where the expected one says nothing of it: an object of attributes may be long."""
    pairs = zip(found, [*expected, *({} for _ in found)], strict=False)
    return [{name: value for name, value in row.items() if name != "_row" or name in wanted} for row, wanted in pairs]


@shows("files", "loads")
@every_case
def test_samples_become_the_rows_beside_them_once(tmp_path: Path, case: Case) -> None:
    workspace = workspace_with(tmp_path, case, case.files)
    report = load(workspace, "s")
    assert [problem for problem in report.problems if problem.severity == "error"] == []
    assert [file.path for file in report.files if file.outcome != "loaded"] == []
    assert all(file.books.balance for file in report.files)
    found = landed(workspace, case)
    assert as_expected(found, case.rows) == case.rows
    # Every row keeps all that the vendor said.
    kept = [json.loads(row[0]) for row in rows(workspace, f"select _record from {case.table}")]
    assert all(isinstance(record, dict) and record for record in kept)
    # What is there already is not loaded again, under its own name or another.
    assert {file.outcome for file in load(workspace, "s").files} == {"unchanged"}
    for path in case.files:
        shutil.copy(path, workspace.paths.inbox / f"again-{path.name}")
    assert {file.outcome for file in load(workspace, "s").files} == {"unchanged", "duplicate"}
    assert landed(workspace, case) == found


@pytest.mark.parametrize("case", [case for case in CASES if case.shared], ids=lambda case: case.name)
def test_shared_samples_become_the_rows_beside_them(tmp_path: Path, case: Case, shared: Path) -> None:
    workspace = workspace_with(tmp_path, case, [shared / "samples" / name for name in case.shared["files"]])
    report = load(workspace, "s")
    assert [problem for problem in report.problems if problem.severity == "error"] == []
    assert as_expected(landed(workspace, case), case.shared["rows"]) == case.shared["rows"]


@shows("files", "broken record")
@every_case
def test_a_broken_record_is_rejected_and_the_others_are_loaded(tmp_path: Path, case: Case) -> None:
    workspace = workspace_with(tmp_path, case, case.files)
    path = workspace.paths.inbox / case.files[0].name
    encoding = "utf-16" if path.read_bytes().startswith(codecs.BOM_UTF16_LE) else "utf-8"
    text = path.read_text(encoding=encoding).rstrip()
    # What comes behind the last record of a document, a broken line, or a line of another width.
    path.write_text(f"{text}\n\x07 broken\n", encoding=encoding)
    report = load(workspace, "s")
    assert all(file.books.balance for file in report.files)
    assert len(rejected(workspace)) == 1
    assert len(landed(workspace, case)) == len(case.rows)


def first_json(case: Case) -> Path | None:
    return next((path for path in case.files if path.suffix == ".jsonl"), None)


@pytest.mark.parametrize("case", [case for case in CASES if first_json(case)], ids=lambda case: case.name)
def test_a_key_that_is_new_is_kept_and_reported_and_columns_stay(tmp_path: Path, case: Case) -> None:
    path = first_json(case)
    assert path is not None
    workspace = workspace_with(tmp_path, case, [path])
    load(workspace, "s")
    before = [{name: value for name, value in row.items() if name != "_row"} for row in landed(workspace, case)]
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    changed = "".join(f"{json.dumps({**record, 'brand_new': 'x'})}\n" for record in records)
    (workspace.paths.inbox / path.name).write_text(changed, encoding="utf-8")
    report = load(workspace, "s")
    assert any("is new. It is kept in raw." in problem.what for problem in report.problems)
    assert as_expected(landed(workspace, case), before) == before
    kept = rows(workspace, f"select count(*) from {case.table} where _record ->> 'brand_new' = 'x'")
    assert kept == [(len(before),)]


def test_every_folder_of_samples_is_of_a_described_entity() -> None:
    found = {folder for vendor in FOLDER.iterdir() if vendor.is_dir() for folder in vendor.iterdir() if folder.is_dir()}
    named = {case.folder for case in CASES}
    assert {folder for folder in found if folder.parent.name != "__pycache__"} == named

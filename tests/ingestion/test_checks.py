"""`check_sources` names what is wrong with files before anything is loaded, and leaves no trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingestion import check_sources
from tests.ingestion.workspaces import EVENTS, ORDERS, SURVEY, write_workspace
from workspace import Problem, load_workspace

HEADER = "customer_id,occurred_at,amount\n"


def problems(root: Path, source: dict[str, Any], files: dict[str, bytes]) -> list[Problem]:
    write_workspace(root, source)
    for name, content in files.items():
        (root / "inbox" / name).write_bytes(content)
    before = sorted(path.relative_to(root) for path in root.rglob("*"))
    found = check_sources(load_workspace(root))
    assert sorted(path.relative_to(root) for path in root.rglob("*")) == before
    return found


@pytest.mark.parametrize(
    ("source", "files", "file", "what", "fix"),
    [
        (ORDERS, {}, "inbox/*.csv", "No file matches", "'path' in cx.yml"),
        (ORDERS, {"a.csv": HEADER.encode() + b"1,M\xfcller,1\n"}, "inbox/a.csv", "Byte 34 is not utf-8", "'encoding'"),
        (ORDERS, {"a.csv": HEADER.encode("utf-16")}, "inbox/a.csv", "Byte 0 is not utf-8", "utf-16"),
        ({**ORDERS, "encoding": "utf-16"}, {"a.csv": b"\xff\xfea\x00b"}, "inbox/a.csv", "is not utf-16", "'encoding'"),
        (ORDERS, {"a.csv": b"id,occurred_at,amount\n"}, "inbox/a.csv", "no column 'customer_id'", "id, occurred_at"),
        (
            {**ORDERS, "columns": {"amount": "amout"}},
            {"a.csv": HEADER.encode()},
            "inbox/a.csv",
            "no column 'amout' for 'amount'",
            "Did you mean 'amount'?",
        ),
        (ORDERS, {"a.csv": HEADER.replace(",", ";").encode()}, "inbox/a.csv", "no column", "is 'delimiter' right?"),
        (
            {**ORDERS, "header": False, "columns": {"customer_id": "1", "occurred_at": "2", "amount": "9"}},
            {"a.csv": b"1,2026-01-01,10\n"},
            "inbox/a.csv",
            "no column '9'",
            "3 columns, named by position",
        ),
        (ORDERS, {"a.csv": b'customer_id,"amount\n1,2\n'}, "inbox/a.csv", "The header cannot be read", "'delimiter'"),
        (ORDERS, {"a.csv": b""}, "inbox/a.csv", "The file is empty", "'delimiter'"),
        (EVENTS, {"a.jsonl": b'{"type": \n'}, "inbox/a.jsonl", "not valid JSON", "one object a line"),
        (EVENTS, {"a.jsonl": b"7\n"}, "inbox/a.jsonl", "not a JSON object", "one object a line"),
        (EVENTS, {"a.jsonl": b"[7]\n"}, "inbox/a.jsonl", "not an object", "one object a line"),
        (SURVEY, {"a.csv": b"ResponseId\nR_1\n"}, "inbox/a.csv", "fewer than 3 header rows", "vendor csv"),
    ],
)
def test_a_broken_file_is_named_with_problem_and_fix(
    tmp_path: Path, source: dict[str, Any], files: dict[str, bytes], file: str, what: str, fix: str
) -> None:
    found = problems(tmp_path, source, files)
    assert len({problem.file for problem in found}) == 1
    assert found[0].file == file
    assert found[0].severity == "error"
    assert what in found[0].what
    assert fix in found[0].fix


def test_valid_files_have_no_problems(tmp_path: Path) -> None:
    assert problems(tmp_path, ORDERS, {"a.csv": HEADER.encode() + "Müller,2026-01-01,1\n".encode()}) == []


def test_a_missing_optional_column_is_a_warning(tmp_path: Path) -> None:
    found = problems(tmp_path, {**ORDERS, "columns": {"campaign": "camp"}}, {"a.csv": HEADER.encode()})
    assert [(problem.severity, problem.key) for problem in found] == [("warning", "columns.campaign")]


def test_another_vendors_events_are_a_warning(tmp_path: Path) -> None:
    found = problems(tmp_path, EVENTS, {"a.jsonl": b'{"uuid": "x"}\n'})
    assert [problem.severity for problem in found] == ["warning"]
    assert "another vendor" in found[0].fix


def test_every_file_and_source_is_checked(tmp_path: Path) -> None:
    files = {"a.csv": b"x\n", "b.csv": HEADER.encode(), "c.csv": b"y\n"}
    assert {problem.file for problem in problems(tmp_path, ORDERS, files)} == {"inbox/a.csv", "inbox/c.csv"}


def test_an_invalid_pattern_matches_nothing(tmp_path: Path) -> None:
    found = problems(tmp_path, {**ORDERS, "path": "inbox/**.csv"}, {"a.csv": HEADER.encode()})
    assert [problem.what for problem in found] == ["No file matches this path."]

"""Zendesk's tickets: pages, arrays and lines load one row per ticket, each with its first line.

Where tickets share a line, each has its number in the file instead.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ingestion import check_sources
from tests.ingestion.workspaces import load, make_workspace, put, rejected, rows, unbalanced
from workspace import Workspace

TICKETS = {"name": "helpdesk", "kind": "service", "vendor": "zendesk", "path": "inbox/*.json*"}
ONE = {"id": 1, "requester_id": 7, "subject": "Grüße\n]}", "comments": [{"id": 10, "public": True}]}
TWO = {"id": 2, "requester_id": 8, "metric_set": {"reply_time_in_minutes": {"calendar": 12}}}


@pytest.fixture
def helpdesk(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path, TICKETS)


def landed(workspace: Workspace) -> list[tuple[int, Any]]:
    found = rows(workspace, "select _line, _record from raw_service.tickets order by _file, _line, _record")
    assert not unbalanced(workspace)
    return [(line, json.loads(record)) for line, record in found]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (json.dumps([ONE, TWO]), [1, 2]),
        (json.dumps([ONE, TWO], indent=1), [2, 13]),
        (json.dumps({"tickets": [ONE, TWO], "end_of_stream": True}), [1, 2]),
        (json.dumps({"count": 2, "tickets": [ONE, TWO]}), [1, 2]),
        (json.dumps({"count": 2, "tickets": [ONE, TWO]}, indent=1), [4, 15]),
        (json.dumps({"tickets": [ONE]}) + "\n" + json.dumps({"tickets": [TWO]}) + "\n", [1, 2]),
        (json.dumps(ONE) + "\n\n" + json.dumps(TWO) + "\n", [1, 3]),
        ("\ufeff \n" + json.dumps({"tickets": [ONE, TWO]}), [1, 2]),
    ],
    ids=["array", "indented array", "page", "page behind a key", "indented page", "pages", "lines", "byte order mark"],
)
def test_every_export_format_loads_one_row_per_ticket(helpdesk: Workspace, content: str, lines: list[int]) -> None:
    put(helpdesk, "a.json", content)
    assert load(helpdesk, "helpdesk").problems == ()
    assert landed(helpdesk) == list(zip(lines, (ONE, TWO), strict=True))
    assert rejected(helpdesk) == []


@pytest.mark.parametrize("content", ["", "[]", '{"tickets": []}', '{"tickets": [], "end_of_stream": true}\n'])
def test_an_export_without_tickets_is_empty_and_valid(helpdesk: Workspace, content: str) -> None:
    put(helpdesk, "a.json", content)
    assert load(helpdesk, "helpdesk").problems == ()
    assert (landed(helpdesk), rejected(helpdesk)) == ([], [])


def test_a_single_ticket_is_a_record(helpdesk: Workspace) -> None:
    put(helpdesk, "a.json", json.dumps(ONE, indent=2))
    load(helpdesk, "helpdesk")
    assert landed(helpdesk) == [(1, ONE)]


@pytest.mark.parametrize(
    "cut", [len('{"tickets": [{"id": 1}, {"id"'), len('{"tickets": [{"id": 1}, {"id": 2, "a": "b')]
)
def test_a_truncated_document_keeps_the_complete_records(helpdesk: Workspace, cut: int) -> None:
    whole = '{"tickets": [{"id": 1}, {"id": 2, "a": "b c"}]}'
    put(helpdesk, "a.json", whole[:cut])
    load(helpdesk, "helpdesk")
    assert landed(helpdesk) == [(1, {"id": 1})]
    assert rejected(helpdesk) == [(2, "not valid JSON: the document is cut off", whole[24:cut])]
    put(helpdesk, "a.json", whole)
    load(helpdesk, "helpdesk")
    live = rows(helpdesk, "select records, loaded from ledger.loads where status = 'active'")
    assert live == [(2, 2)]


def test_a_syntax_error_rejects_the_rest_with_its_line(helpdesk: Workspace) -> None:
    put(helpdesk, "a.json", '[\n{"id": 1},\n{"id": 2 "x"},\n{"id": 3}\n]\n')
    load(helpdesk, "helpdesk")
    assert landed(helpdesk) == [(2, {"id": 1})]
    assert rejected(helpdesk) == [
        (3, "not valid JSON from here to the end of the file", '{"id": 2 "x"},\n{"id": 3}\n]\n')
    ]


def test_invalid_records_are_rejected_and_reading_continues(helpdesk: Workspace) -> None:
    put(helpdesk, "a.json", b'[1, "a", null, [2], {"id": 1, "subject": "M\xfcller"},\n {"id": NaN}]')
    load(helpdesk, "helpdesk")
    assert [(number, reason) for number, reason, _ in rejected(helpdesk)] == [
        (1, "a JSON number, not an object"),
        (2, "a JSON string, not an object"),
        (3, "a JSON null, not an object"),
        (4, "a JSON array, not an object"),
        (5, "bytes that are not text in this encoding, or control characters"),
        (6, "not valid JSON from here to the end of the file"),
    ]


def test_other_lists_in_the_document_are_named(helpdesk: Workspace) -> None:
    put(
        helpdesk, "a.json", json.dumps({"tickets": [ONE], "metric_sets": [{"id": 1}], "users": [{"id": 7}], "tags": []})
    )
    problems = load(helpdesk, "helpdesk").problems
    assert [(problem.key, problem.severity) for problem in problems] == [
        ("metric_sets", "warning"),
        ("users", "warning"),
    ]
    assert landed(helpdesk) == [(1, ONE)]


@pytest.mark.parametrize(
    ("content", "severity", "said"),
    [
        ("[1]", "error", "a JSON number, not an object"),
        ('{"tickets": [{"id": 1, ', "error", "cut off"),
        ('{"type": "page", "messageId": "m1"}\n', "warning", "another vendor's file"),
        ('[{"type": "page", "messageId": "m1"}]', "warning", "another vendor's file"),
    ],
)
def test_check_explains_what_is_wrong_with_a_file(helpdesk: Workspace, content: str, severity: str, said: str) -> None:
    put(helpdesk, "a.json", content)
    (problem,) = check_sources(helpdesk)
    assert (problem.file, problem.line, problem.severity) == ("inbox/a.json", 1, severity)
    assert said in str(problem)


def test_the_vendors_documented_examples_load(helpdesk: Workspace, shared: Path) -> None:
    for page in sorted((shared / "samples" / "zendesk").glob("incremental_*.json")):
        shutil.copy(page, helpdesk.paths.inbox / page.name)
    assert check_sources(helpdesk) == []
    assert load(helpdesk, "helpdesk").problems == ()
    found = landed(helpdesk)
    assert [record["id"] for _, record in found].count(145) == 2
    assert {record["status"] for _, record in found} >= {"deleted", "solved"}
    first = (shared / "samples" / "zendesk" / "incremental_tickets_cursor_page1.json").read_text().splitlines()
    assert all(first[line - 1].strip() == "{" for line, _ in found[:3])

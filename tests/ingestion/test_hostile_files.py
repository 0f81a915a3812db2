"""A hostile file ends in a message: one record or file is rejected with its reason, and everything else loads.

The limits are lowered here; the slow tests use them as they are.
"""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import check_sources
from ingestion.readers.json_depth import depth_of, end_of
from tests.ingestion.workspaces import (
    EVENTS,
    ORDERS,
    live_orders,
    load,
    make_workspace,
    put,
    rejected,
    rows,
    unbalanced,
)
from workspace import Workspace
from workspace.configuration import limits

HEADER = b"customer_id,occurred_at,amount\n"
TICKETS = {"name": "desk", "kind": "service", "vendor": "zendesk", "path": "inbox/*.json"}
PAGE = b'{"type": "page", "messageId": "m"}\n'


@pytest.fixture
def low(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that small files break."""
    monkeypatch.setattr(limits, "LINE_BYTES", 3_000)
    monkeypatch.setattr(limits, "COLUMNS", 50)
    monkeypatch.setattr(limits, "JSON_DEPTH", 20)
    monkeypatch.setattr(limits, "DOCUMENT_BYTES", 50_000)
    monkeypatch.setattr(limits, "CELL_LINES", 20)


def rejects(workspace: Workspace) -> list[tuple[Any, ...]]:
    return [one[:2] for one in rejected(workspace)]


def test_only_the_too_long_line_is_rejected(low: None, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    long = b'b,"' + b"x" * 5_000
    put(workspace, "a.csv", HEADER + b"a,2026-01-01,1\n" + long + b'\nc,"2026-01-03",3\n' + b"d" * 3_001)
    assert check_sources(workspace) == []
    assert not load(workspace).problems
    assert live_orders(workspace) == [("a", "1"), ("c", "3")]
    assert rejects(workspace) == [(3, "a line of more than 2.93 kB"), (5, "a line of more than 2.93 kB")]
    (payload,) = rows(workspace, "select payload from ledger.rejects where line = 3")[0]
    assert payload.startswith("b,'xxx")
    assert len(payload) == 2_000
    assert not unbalanced(workspace)


@pytest.mark.parametrize("size", [2_999, 3_000, 3_001, 3_002])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_line_at_the_length_limit_is_read(low: None, tmp_path: Path, size: int, newline: bytes) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    line = b"a,2026-01-01," + b"1" * (size - 13)
    put(workspace, "a.csv", newline.join([HEADER.strip(), line, b"b,2026-01-01,2", b""]))
    load(workspace)
    assert len(live_orders(workspace)) == (2 if size <= 3_000 else 1)


def test_a_too_long_header_is_reported(low: None, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    put(workspace, "a.csv", b"x" * 9_000 + b"\na,2026-01-01,1\n")
    for found in (check_sources(workspace), load(workspace).problems):
        assert [problem.what for problem in found] == ["The first line has more than 2.93 kB."]


def test_only_the_too_long_or_too_deep_json_line_is_rejected(low: None, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, EVENTS)
    deep = b'{"type": "page", "x": ' + b"[" * 20 + b"]" * 20 + b"}\n"
    broad = b'{"type": "page", "x": [' + b"[1], " * 100 + b'{"brackets": "' + b"[" * 100 + b'"}]}\n'
    put(
        workspace,
        "a.jsonl",
        PAGE + b'{"x": "' + b"y" * 5_000 + b'"}\n' + deep + broad + deep.replace(b"[", b"", 1) + PAGE,
    )
    assert [problem for problem in check_sources(workspace) if problem.severity == "error"] == []
    load(workspace, "site")
    assert rejects(workspace) == [
        (2, "a line of more than 2.93 kB"),
        (3, "JSON that is nested more than 20 deep"),
        (5, "not valid JSON"),
    ]
    assert not unbalanced(workspace)


def test_check_reports_a_too_deep_first_record(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, EVENTS)
    put(workspace, "a.jsonl", b'{"x": ' + b'{"a": ' * 100_000 + b"1" + b"}" * 100_001 + b"\n" + PAGE)
    (problem,) = check_sources(workspace)
    assert (problem.line, problem.severity) == (1, "warning")
    assert "nested more than 200 deep" in problem.what
    load(workspace, "site")
    assert rejects(workspace) == [(1, "JSON that is nested more than 200 deep")]


@pytest.mark.parametrize(
    ("document", "loaded", "rejected"),
    [
        (
            b'{"tickets": [{"id": 1},\n{"id": 2, "x": %s},\n{"id": 3}]}',
            2,
            [(2, "JSON that is nested more than 200 deep")],
        ),
        (b'{"pages": %s, "tickets": [{"id": 1},\n{"id": 2}]}', 2, []),
        (b"%s", 0, [(1, "a JSON array, not an object")]),
        (b'[{"id": 1e400}, {"id": %d}]' % int("9" * 4_000), 2, []),
    ],
)
def test_only_the_too_deep_record_of_a_document_is_rejected(
    tmp_path: Path, document: bytes, loaded: int, rejected: list[tuple[int, str]]
) -> None:
    workspace = make_workspace(tmp_path, TICKETS)
    put(workspace, "a.json", document.replace(b"%s", b"[" * 100_000 + b"]" * 100_000))
    put(workspace, "b.json", b'[{"id": 9, "via": {}}]')
    assert [problem.severity for problem in check_sources(workspace) if problem.file == "inbox/b.json"] == []
    load(workspace, "desk")
    assert rows(workspace, "select count(*) from raw_service.tickets") == [(loaded + 1,)]
    assert rejects(workspace) == rejected or [reason for _, reason in rejects(workspace)] == [
        "JSON that is nested more than 200 deep"
    ]


def test_a_too_large_document_is_a_problem_of_its_file(low: None, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, TICKETS)
    put(workspace, "a.json", json.dumps({"tickets": [{"id": n, "via": "x" * 90} for n in range(600)]}))
    put(workspace, "b.json", b'[{"id": 9, "via": {}}]')
    for found in (check_sources(workspace), load(workspace, "desk").problems):
        (problem,) = (one for one in found if one.severity == "error")
        assert problem.file == "inbox/a.json"
        assert "at most 48.8 kB are read" in problem.what
        assert "JSON lines" in problem.fix
    assert rows(workspace, "select count(*) from raw_service.tickets") == [(1,)]


@pytest.mark.parametrize("first", [HEADER.strip(), b'"customer_id","occurred_at","amount"'])
def test_too_many_columns_are_a_problem_of_their_file(low: None, tmp_path: Path, first: bytes) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    put(workspace, "a.csv", first + b"".join(b",c%d" % n for n in range(60)) + b"\n" + b"x," * 62 + b"x\n")
    put(workspace, "b.csv", HEADER + b"b,2026-01-02,2\n")
    for found in (check_sources(workspace), load(workspace).problems):
        (problem,) = (one for one in found if one.severity == "error")
        assert (problem.file, problem.what) == ("inbox/a.csv", "The file has 63 columns; at most 50 are read.")
    assert live_orders(workspace) == [("b", "2")]


def test_a_quote_closed_far_below_rejects_only_its_line(low: None, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    body = b"".join(b"c%d,2026-01-02,%d\n" % (n, n) for n in range(40))
    put(workspace, "a.csv", HEADER + b'a,"2026-01-01,1\n' + body + b'z",2026-01-01,2\ny,"2026\n01",3\n')
    load(workspace)
    assert rejects(workspace) == [(2, "a quote that is not closed within 20 lines")]
    # The quote that closed nothing stands inside a cell that does not begin with one.
    assert len(live_orders(workspace)) == 42
    assert not unbalanced(workspace)


def test_an_undecodable_file_name_is_a_problem_of_its_file(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    put(workspace, "a.csv", HEADER + b"a,2026-01-01,1\n")
    try:
        Path(os.fsdecode(os.fsencode(workspace.paths.inbox) + b"/b\xff\xe9.csv")).write_bytes(HEADER)
    except OSError:
        pytest.skip("this file system takes names in UTF-8 only")
    for found in (check_sources(workspace), load(workspace).problems):
        (problem,) = found
        assert problem.what == "The file's name is not UTF-8."
        assert problem.file == "inbox/b\\xff\\xe9.csv"
    assert live_orders(workspace) == [("a", "1")]


def test_an_engine_error_is_a_problem_of_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement that fails in the middle of a load leaves nothing of its file, and names its reason."""
    from ingestion.engine import loader

    workspace = make_workspace(tmp_path, ORDERS)
    put(workspace, "a.csv", HEADER + b"a,2026-01-01,1\n")
    put(workspace, "b.csv", HEADER + b"b,2026-01-01,2\n")
    statement = loader._insert_statement
    broken = iter([True])
    monkeypatch.setattr(
        loader,
        "_insert_statement",
        lambda *given: statement(*given).replace(
            "where disposition", "where error('the disk is full') and disposition", next(broken, 0)
        ),
    )
    report = load(workspace)
    (problem,) = report.problems
    assert problem.file == "inbox/a.csv"
    assert "the disk is full" in problem.what
    assert "aborted" not in problem.what
    assert live_orders(workspace) == [("b", "2")]
    assert not unbalanced(workspace)


BRACKETS = st.text('[]{}"\\ax', max_size=60)


@given(text=BRACKETS)
def test_depth_and_end_agree_with_json(text: str) -> None:
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return
    if isinstance(value, dict | list):
        assert end_of(text, 0) == end
        assert depth_of(text[:end], 1_000) == _depth(value)


def _depth(value: Any) -> int:
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max((_depth(one) for one in inner), default=0)


# What a file may hold: good rows among parts that break it, each in its own way.
PARTS = st.sampled_from(
    [
        b"g%d,2026-01-02,5\n",
        b'"g%d","2026-01-02",5\n',
        b"g%d,2026-01-02\n",
        b"x" * 4_000 + b"\n",
        b"x" * 4_000,
        b'"',
        b'h,"2026\n',
        b",",
        b"," * 80,
        b"\n" * 40,
        b"\x00\x01",
        b"\xff\xfe",
        b"\x1f\x8b\x08",
        b"PK\x03\x04",
        b"\r",
        "\ufdd0\ufdd1\u2028".encode(),
        b"{[" * 40,
        b"<html>",
        b"1e400,nan,inf\n",
    ]
)


@pytest.mark.thorough
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(PARTS, max_size=12), with_header=st.booleans(), vendor=st.sampled_from(["csv", "segment"]))
def test_a_hostile_file_does_not_affect_good_ones(
    low: None, tmp_path_factory: pytest.TempPathFactory, parts: list[bytes], with_header: bool, vendor: str
) -> None:
    source = ORDERS if vendor == "csv" else {**EVENTS, "name": "shop"}
    good = HEADER + b"a,2026-01-01,1\nb,2026-01-01,2\n" if vendor == "csv" else PAGE * 2
    ending = "csv" if vendor == "csv" else "jsonl"
    workspace = make_workspace(tmp_path_factory.mktemp("hostile"), source)
    put(workspace, f"a.{ending}", good)
    put(workspace, f"c.{ending}", good.replace(b"2026", b"2025") + (PAGE if vendor == "segment" else b""))
    bad = b"".join(part % n if b"%d" in part else part for n, part in enumerate(parts))
    put(workspace, f"b.{ending}", (HEADER if with_header else b"") + bad)
    shown = {problem.file for problem in check_sources(workspace) if problem.severity == "error"}
    assert shown <= {f"inbox/b.{ending}"}
    report = load(workspace)
    outcomes = {file.path: file.outcome for file in report.files}
    for name in ("a", "c"):
        assert outcomes[f"inbox/{name}.{ending}"] in ("loaded", "duplicate")
    if outcomes[f"inbox/b.{ending}"] == "failed":
        assert [problem.file for problem in report.problems if problem.severity == "error"] == [f"inbox/b.{ending}"]
    assert not unbalanced(workspace)


def _write(path: Path, *parts: tuple[bytes, int]) -> None:
    with path.open("wb") as file:
        for part, times in parts:
            for _ in range(times):
                file.write(part)


MEBIBYTE = 1 << 20
SIZES: dict[str, tuple[dict[str, Any], str, Callable[[Path], None], str]] = {
    "a line of 200 MB": (
        ORDERS,
        "csv",
        lambda path: _write(path, (HEADER, 1), (b"x" * MEBIBYTE, 200), (b"\nb,2026-01-01,2\n", 1)),
        "a line of more than 4 MB",
    ),
    "a line of 200 MB of JSON": (
        {**EVENTS, "name": "shop"},
        "jsonl",
        lambda path: _write(path, (b'{"x": "', 1), (b"x" * MEBIBYTE, 200), (b'"}\n', 1)),
        "a line of more than 4 MB",
    ),
    "an unclosed quote of 100 MB": (
        ORDERS,
        "csv",
        lambda path: _write(path, (HEADER, 1), (b'b,"2026,1\n', 1), (b"c,2026-01-01,1\n" * 70_000, 100)),
        "a quote that is never closed",
    ),
    "5,000 columns": (
        ORDERS,
        "csv",
        lambda path: _write(path, (HEADER.strip(), 1), (b",x", 5_000), (b"\n", 1)),
        "at most 4,000 are read",
    ),
    "a million columns": (
        ORDERS,
        "csv",
        lambda path: _write(path, (HEADER.strip(), 1), (b",x", 1_000_000), (b"\n", 1)),
        "at most 4,000 are read",
    ),
    "a JSON document 100,000 deep": (
        {**TICKETS, "name": "shop"},
        "json",
        lambda path: _write(path, (b'{"tickets": [{"x": ', 1), (b"[", 100_000), (b"]", 100_000), (b"}]}", 1)),
        "nested more than 200 deep",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SIZES)
def test_hostile_files_of_real_size_are_refused_within_memory_and_time(tmp_path: Path, name: str) -> None:
    source, ending, write, reason = SIZES[name]
    workspace = make_workspace(tmp_path, source)
    good = {"csv": HEADER + b"a,2026-01-01,1\n", "jsonl": PAGE, "json": b'[{"id": 9, "via": {}}]'}[ending]
    put(workspace, f"z.{ending}", good)
    write(workspace.paths.inbox / f"a.{ending}")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    check_sources(workspace)
    report = load(workspace)
    seconds = time.process_time() - started
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"{name}: {seconds:.1f} s of a processor, at most {more / 1024:.0f} MB more than before")
    assert seconds < 240
    # The engine's own limit, and what Python and Arrow need besides.
    assert more < 1_600_000
    said = [problem.what for problem in report.problems] + [text for _, text in rejects(workspace)]
    assert any(reason in sentence for sentence in said), said
    assert {file.path: file.outcome for file in report.files}[f"inbox/z.{ending}"] == "loaded"
    assert not unbalanced(workspace)

"""Segment's events: every line is loaded, rejected or skipped, and loaded unchanged."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.ingestion.workspaces import EVENTS, load, make_workspace, put, rejected, rows, unbalanced
from workspace import Workspace

PAGE = '{"type": "page", "messageId": "m1", "anonymousId": "a", "timestamp": "2026-02-11T08:00:00Z"}'


@pytest.fixture
def site(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path, EVENTS)


def records(site: Workspace) -> list[tuple[Any, ...]]:
    return rows(site, "select _line, _record from raw_web.events order by _line")


def test_a_record_is_stored_unchanged(site: Workspace) -> None:
    odd = '{ "type":"track",\t"name":"Grüße \\u00e9, \\"x\\"", "n": 1.0, "big": 12345678901234567890123 }'
    put(site, "e.jsonl", f"\ufeff{PAGE}\r\n\r\n{odd}")
    load(site, "site")
    assert records(site) == [(1, PAGE), (3, odd)]
    assert rows(site, "select records, loaded, rejected, skipped from ledger.loads") == [(3, 2, 0, 1)]


def test_a_line_that_is_not_a_json_object_is_rejected(site: Workspace) -> None:
    put(site, "e.jsonl", f'{PAGE}\n{{"type": "page"\n[1, 2]\n"text"\nnull\n{PAGE} x\n \n{PAGE}\n')
    load(site, "site")
    assert [line for line, _ in records(site)] == [1, 8]
    assert rejected(site) == [
        (2, "not valid JSON", '{"type": "page"'),
        (3, "a JSON array, not an object", "[1, 2]"),
        (4, "a JSON varchar, not an object", '"text"'),
        (5, "a JSON null, not an object", "null"),
        (6, "not valid JSON", f"{PAGE} x"),
    ]
    assert not unbalanced(site)


def test_a_truncated_last_line_is_rejected_until_the_file_grows(site: Workspace) -> None:
    put(site, "e.jsonl", f"{PAGE}\n{PAGE[:40]}")
    load(site, "site")
    assert [one[:2] for one in rejected(site)] == [(2, "not valid JSON: the last line is cut off")]
    put(site, "e.jsonl", f"{PAGE}\n{PAGE}\n")
    load(site, "site")
    live = """
        select events._line from raw_web.events as events
        inner join ledger.loads as loads on loads.load_id = events._load_id
        where loads.status = 'active' order by all
    """
    assert rows(site, live) == [(1,), (2,)]


def test_undecodable_bytes_reject_only_their_line(site: Workspace) -> None:
    put(site, "e.jsonl", PAGE.encode() + b'\n{"type": "p\xff"}\n' + PAGE.encode() + b"\n")
    load(site, "site")
    assert [line for line, _ in records(site)] == [1, 3]
    assert rows(site, "select line, payload from ledger.rejects") == [(2, '{"type": "p\\xff"}')]


def test_duplicates_are_left_to_staging(site: Workspace) -> None:
    put(site, "e.jsonl", f"{PAGE}\n{PAGE}\n")
    load(site, "site")
    assert len(records(site)) == 2


def test_an_empty_file_loads_nothing(site: Workspace) -> None:
    put(site, "e.jsonl", "")
    report = load(site, "site")
    assert [file.outcome for file in report.files] == ["loaded"]
    assert not unbalanced(site)


def test_the_sample_of_the_vendors_shape(site: Workspace, shared: Path) -> None:
    sample = (shared / "samples" / "segment" / "events.jsonl").read_bytes()
    put(site, "e.jsonl", sample)
    load(site, "site")
    types = rows(site, "select _record ->> 'type', count(*) from raw_web.events group by 1 order by 1")
    assert types == [("alias", 1), ("group", 1), ("identify", 1), ("page", 1), ("track", 2)]


@pytest.mark.slow
def test_a_hundred_thousand_lines_load_in_seconds(site: Workspace) -> None:
    record = json.loads(PAGE) | {"context": {"userAgent": "x" * 800}}
    put(site, "e.jsonl", "".join(json.dumps(record | {"messageId": f"m{n}"}) + "\n" for n in range(100_000)))
    started = time.process_time()
    report = load(site, "site")
    assert report.loaded == 100_000
    assert time.process_time() - started < 20, "processor seconds; DuckDB takes 3, a row at a time takes minutes"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("size", [1, 7, 64])
def test_lines_are_complete_and_numbered_across_chunks(
    site: Workspace, monkeypatch: pytest.MonkeyPatch, newline: str, size: int
) -> None:
    monkeypatch.setattr("ingestion.readers.lines.BATCH_BYTES", size)
    texts = [json.dumps({"n": n, "text": "ä" * (n % 9)}, ensure_ascii=False) for n in range(40)]
    texts[5], texts[17], texts[39] = "", "{", "{"
    put(site, "e.jsonl", f"\ufeff{newline.join(texts)}")
    load(site, "site")
    assert records(site) == [(line, text) for line, text in enumerate(texts, start=1) if len(text) > 1]
    cut = "not valid JSON: the last line is cut off"
    assert [one[:2] for one in rejected(site)] == [(18, "not valid JSON"), (40, cut)]
    assert not unbalanced(site)


def test_a_lone_byte_order_mark_is_a_blank_line(site: Workspace) -> None:
    put(site, "e.jsonl", "\ufeff")
    load(site, "site")
    assert rows(site, "select records, loaded, rejected, skipped from ledger.loads") == [(1, 0, 0, 1)]

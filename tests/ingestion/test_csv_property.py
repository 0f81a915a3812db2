"""For any CSV file: every record that Python's csv sees is loaded, rejected or skipped, and none twice."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.readers import delimited
from ingestion.readers.delimited import read_head, stage_records
from ingestion.readers.files import make_readable
from tests.ingestion.workspaces import load, make_workspace, put, rows, unbalanced

WIDE = {"name": "shop", "kind": "survey", "vendor": "csv", "entity": "wide", "path": "inbox/*.csv"}
WIDTH = 3
HEADER = "Q1,Q2,Q3\n"
DIRT = st.lists(st.sampled_from(['"', ",", "\n", "\r\n", "a", "é", " ", ";", "\\"]), max_size=50).map("".join)
# Whole cells in every state of repair, so that long files stay readable for the most part.
CELLS = st.sampled_from(["a", "", "é", '"a"', '"a,b"', '"a\nb"', '"a ""b"""', '"\r\n"', 'a"b', '"open', '"a"b', " "])
LINES = st.lists(st.lists(CELLS, min_size=1, max_size=4).map(",".join), max_size=12).map("\n".join)


@dataclass(frozen=True)
class Record:
    line: int
    disposition: str
    cells: tuple[str | None, ...] = ()


def reference(text: str) -> Iterator[Record]:
    """The records behind the header, by Python's csv, one at a time; a quote never closed breaks its line only."""
    lines = io.StringIO(text, newline="").readlines()
    at = 0
    while at < len(lines):
        end = next((end for end in range(at + 1, len(lines) + 1) if _is_complete("".join(lines[at:end]))), None)
        if end is None:
            yield Record(at + 2, "rejected")
            at += 1
            continue
        yield _judge("".join(lines[at:end]), at + 2)
        at = end


def _is_complete(text: str) -> bool:
    """Whether csv would begin a new row behind this text."""
    parsed = list(csv.reader(io.StringIO(text.rstrip("\r\n") + "\nend", newline="")))
    return parsed[-1] == ["end"]


def _judge(text: str, line: int) -> Record:
    text = text.rstrip("\r\n") if not text.strip("\r\n") else text
    if not text.strip(" \r\n"):
        return Record(line, "skipped")
    try:
        cells = next(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return Record(line, "rejected")
    if len(cells) != WIDTH:
        return Record(line, "rejected")
    return Record(line, "loaded", tuple(cell.replace("\r\n", "\n").replace("\r", "\n") or None for cell in cells))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.one_of(DIRT, LINES))
def test_every_csv_record_is_accounted_for(tmp_path: Path, body: str) -> None:
    assert staged(tmp_path / "poll.csv", HEADER + body) == list(reference(body))


@pytest.mark.parametrize(
    "body",
    [
        'a,"b',
        '"a""b,"c',
        '"\n"\n"',
        'a,b,c\n"',
        '"a"b,"c\nd",e\nf,g,h',
        '"a\n"b,"c\n",d',
        '""",x,"\n"',
        '"",\n",""',
        'a,b,c,""\n',
        'a,b,c,"",\n',
    ],
)
def test_quotes_in_awkward_places(tmp_path: Path, body: str) -> None:
    assert staged(tmp_path / "poll.csv", HEADER + body) == list(reference(body))


@pytest.mark.thorough
def test_the_fast_and_the_careful_parser_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(20261122)
    plain = ["a", "", "é", '"a"', '"a,b"', '"a ""b"""', "a'b", '""', "\\", "#x", "null", " a "]
    odd = ['"a\nb"', 'a"b', ' "a"', '"a" ', '  "a"', '"a"  ', '\t"a"', '"a"\t', '"', " ", "\t"]
    taken = []

    def at_once(*given: Any, **named: Any) -> bool:
        taken.append(original(*given, **named))
        return taken[-1]

    original = delimited._stage_at_once
    for number in range(400):
        pool = random.sample(plain, 4) + random.choices(odd, k=number % 2)
        newline = random.choice(["\n", "\r\n"])
        records = [",".join(random.choices(pool, k=WIDTH)) for _ in range(random.randint(1, 4))]
        content = f"Q1,Q2,Q3{newline}{newline.join(records)}{random.choice(['', newline])}"
        monkeypatch.setattr(delimited, "_stage_at_once", at_once)
        fast = staged(tmp_path / "poll.csv", content)
        monkeypatch.setattr(delimited, "_stage_at_once", lambda *given, **named: False)
        assert fast == staged(tmp_path / "poll.csv", content)
    assert sum(taken) > 100, "the fast way was hardly taken"


CONNECTION = duckdb.connect()


def staged(path: Path, content: str) -> list[Record]:
    """What the reader makes of a file, without a workspace around it."""
    path.write_bytes(content.encode())
    text = make_readable(path, "utf-8", path.parent / "scratch")
    head = read_head(text.path, delimiter=",", header_rows=1)
    stage_records(CONNECTION, text, delimiter=",", head=head)
    found = CONNECTION.execute("select line, disposition, cells from staged order by line").fetchall()
    return [Record(line, disposition, tuple(cells or ())) for line, disposition, cells in found]


def test_reconciliation_matches_tables_for_dirty_files(tmp_path: Path) -> None:
    random = Random(20261122)
    tokens = ['"', ",", ",", "\n", "\r\n", "a", "é", " ", "a,b,c\n", 'd,"e\nf",g\n']
    workspace = make_workspace(tmp_path, WIDE)
    expected: dict[str, list[Record]] = {}
    for number in range(8):
        body = "".join(random.choices(tokens, k=60))
        put(workspace, f"{number:02}.csv", HEADER + body)
        expected[f"inbox/{number:02}.csv"] = list(reference(body))
    assert load(workspace).problems == ()
    assert not unbalanced(workspace)
    for path, records in expected.items():
        loaded = rows(workspace, "select _line, _row from raw_survey.wide where _file = ?", path)
        rejected = rows(workspace, "select line from ledger.rejects where path = ?", path)
        found = [Record(line, "loaded", tuple(json.loads(row).values())) for line, row in loaded]
        found += [Record(line, "rejected") for (line,) in rejected]
        assert sorted(found, key=lambda record: record.line) == [r for r in records if r.disposition != "skipped"]
        skipped = 1 + sum(record.disposition == "skipped" for record in records)
        assert rows(workspace, "select records, loaded, rejected, skipped from ledger.loads where path = ?", path) == [
            (len(records) + 1, len(loaded), len(rejected), skipped)
        ]

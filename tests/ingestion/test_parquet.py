"""Rows of a Parquet file land as the same records do from JSON lines; a broken or boundless file is one clear error."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion import check_sources
from ingestion.readers.parquet import parquet_as_json_lines
from tests.ingestion.workspaces import load, make_workspace, put, rejected, rows, unbalanced
from tests.vendors.samples import FOLDER
from workspace import Workspace
from workspace.configuration import limits
from workspace.vocabulary import CSV_ENTITIES

GA4 = {"name": "site", "kind": "web", "vendor": "ga4", "path": "inbox/*"}
SAMPLE = FOLDER / "ga4" / "web_events" / "events_20260301.jsonl"
COLUMNS = ", ".join(CSV_ENTITIES["web"]["events"].columns)
LIVE = "_load_id in (select load_id from ledger.loads where status = 'active')"
# As BigQuery exports them: whole numbers and not texts.
GA4_TYPES = {
    "event_date": "varchar",
    "event_timestamp": "bigint",
    "event_name": "varchar",
    "event_params": """struct("key" varchar, "value" struct(
        string_value varchar, int_value bigint, float_value double, double_value double))[]""",
    "event_bundle_sequence_id": "bigint",
    "user_id": "varchar",
    "user_pseudo_id": "varchar",
    "user_ltv": "struct(revenue double, currency varchar)",
    "collected_traffic_source": """struct(
        manual_campaign_name varchar, manual_source varchar, manual_medium varchar, gclid varchar)""",
    "stream_id": "varchar",
    "batch_event_index": "bigint",
    "batch_page_id": "bigint",
    "batch_ordering_id": "bigint",
}


def write(path: Path, query: str, **parameters: Any) -> bytes:
    """Write what a query finds as a Parquet file; its bytes."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"copy ({query}) to $target (format parquet)", {**parameters, "target": str(path)})
    return path.read_bytes()


def ga4_events(path: Path, *, most: int = 100) -> bytes:
    """The sample's records as a Parquet file."""
    query = "select * from read_json($sample, format = 'newline_delimited', columns = $types) limit $most"
    return write(path, query, sample=str(SAMPLE), types=GA4_TYPES, most=most)


def as_records(path: Path, tmp_path: Path) -> list[dict[str, Any]]:
    text = parquet_as_json_lines(path, tmp_path / "scratch" / "rows", shown="inbox/a.parquet").read_text()
    return [json.loads(line, parse_float=Decimal) for line in text.splitlines()]


@pytest.fixture
def site(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "company", GA4)


def live_events(workspace: Workspace) -> list[tuple[Any, ...]]:
    return rows(workspace, f"select {COLUMNS} from raw_web.events where {LIVE} order by _file, _line")


def test_records_become_the_same_rows_from_parquet_as_from_json_lines(tmp_path: Path) -> None:
    lines = make_workspace(tmp_path / "lines", GA4)
    put(lines, "a.jsonl", SAMPLE.read_bytes())
    columns = make_workspace(tmp_path / "columns", GA4)
    put(columns, "a.parquet", ga4_events(tmp_path / "a.parquet"))
    for workspace in (lines, columns):
        report = load(workspace, "site")
        assert not report.problems
        assert [file.books.loaded for file in report.files] == [7]
    assert live_events(columns) == live_events(lines)
    assert [line for (line,) in rows(columns, "select _line from raw_web.events order by 1")] == list(range(1, 8))
    whole = json.loads(rows(columns, "select _record from raw_web.events where _line = 4")[0][0])
    assert whole["event_params"][0] == {
        "key": "value",
        "value": {"string_value": None, "int_value": 40, "float_value": None, "double_value": None},
    }


def test_posthogs_texts_of_objects_become_the_rows_that_its_objects_become(tmp_path: Path) -> None:
    source = {"name": "site", "kind": "web", "vendor": "posthog", "path": "inbox/*"}
    sample = FOLDER / "posthog" / "web_events" / "events.jsonl"
    types = dict.fromkeys(("uuid", "event", "distinct_id", "person_id"), "varchar")
    types |= {"properties": "json", "person_properties": "json", "timestamp": "timestamptz"}
    # A text in the sample is the text itself, an object the text of it.
    query = """select * replace (properties ->> '$' as properties, person_properties ->> '$' as person_properties)
        from read_json($sample, format = 'newline_delimited', columns = $types)"""
    content = write(tmp_path / "a.parquet", query, sample=str(sample), types=types)
    lines, columns = (make_workspace(tmp_path / name, source) for name in ("lines", "columns"))
    put(lines, "a.jsonl", sample.read_bytes())
    put(columns, "a.parquet", content)
    for workspace in (lines, columns):
        assert [file.books.loaded for file in load(workspace, "site").files] == [9]
    assert live_events(columns) == live_events(lines)
    whole = json.loads(rows(columns, "select _record from raw_web.events where _line = 3")[0][0])
    assert json.loads(whole["properties"])["$user_id"] == "c-9"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("timestamptz '2026-02-11 09:00:00.5+01'", "2026-02-11T08:00:00.500000Z"),
        ("timestamp '2026-02-11 08:00:00.123456'", "2026-02-11T08:00:00.123456Z"),
        ("timestamp_ns '2026-02-11 08:00:00.123456789'", "2026-02-11T08:00:00.123456789Z"),
        ("['2026-02-11 09:00:00.000000001+01'::timestamptz_ns]", ["2026-02-11T08:00:00.000000001Z"]),
        ("date '2026-02-11'", "2026-02-11"),
        ("null::timestamp", None),
        ("9007199254740993", 9007199254740993),
        ("12345678901234567.89::decimal(20, 2)", Decimal("12345678901234567.89")),
        ("0.5::double", Decimal("0.5")),
        ("'nan'::double", "nan"),
        ("['inf'::float, 1.5::float]", ["inf", Decimal("1.5")]),
        ("true", True),
        ("'it''s \"said\"\n'", 'it\'s "said"\n'),
        ("'{\"a\": 1}'", '{"a": 1}'),
        (
            "{'happened': timestamp '2026-02-11 08:00:00', 'who''s': [{'n': 1.5::double}, null]}",
            {"happened": "2026-02-11T08:00:00.000000Z", "who's": [{"n": Decimal("1.5")}, None]},
        ),
        ("null::struct(happened timestamp)", None),
        ("null::timestamp[]", None),
        (
            "[[timestamp '2026-02-11 08:00:00'], [null]]",
            [["2026-02-11T08:00:00.000000Z"], [None]],
        ),
        ("map {'a': timestamp '2026-02-11 08:00:00'}", {"a": "2026-02-11T08:00:00.000000Z"}),
    ],
)
def test_values_have_the_form_that_json_has(tmp_path: Path, value: str, expected: Any) -> None:
    write(tmp_path / "a.parquet", f"select {value} as found")
    assert as_records(tmp_path / "a.parquet", tmp_path) == [{"found": expected}]


def test_names_of_columns_are_data(tmp_path: Path) -> None:
    name = 'it\'s "a" name; drop table c1 -- $path'
    quoted = '"' + name.replace('"', '""') + '"'
    write(tmp_path / "a.parquet", f"select 1 as {quoted}, {{{quoted}: timestamp '2026-01-01'}} as c1")
    assert as_records(tmp_path / "a.parquet", tmp_path) == [{name: 1, "c1": {name: "2026-01-01T00:00:00.000000Z"}}]


def test_a_file_without_rows_loads_nothing(site: Workspace, tmp_path: Path) -> None:
    put(site, "a.parquet", ga4_events(tmp_path / "a.parquet", most=0))
    (report,) = load(site, "site").files
    assert (report.outcome, report.books.records) == ("loaded", 0)


def test_a_name_with_wildcards_is_one_file(site: Workspace, tmp_path: Path) -> None:
    put(site, "a[1]*?.parquet", ga4_events(tmp_path / "one.parquet"))
    put(site, "a1b.parquet", ga4_events(tmp_path / "two.parquet", most=2))
    assert sorted(file.books.loaded for file in load(site, "site").files) == [2, 7]


def test_a_file_is_loaded_once_under_any_name_and_again_when_it_changed(site: Workspace, tmp_path: Path) -> None:
    put(site, "a.parquet", ga4_events(tmp_path / "a.parquet", most=5))
    load(site, "site")
    assert [file.outcome for file in load(site, "site").files] == ["unchanged"]
    put(site, "copy.parquet", ga4_events(tmp_path / "a.parquet", most=5))
    assert [file.outcome for file in load(site, "site").files] == ["unchanged", "duplicate"]
    assert len(live_events(site)) == 5
    put(site, "a.parquet", ga4_events(tmp_path / "a.parquet"))
    (site.paths.inbox / "copy.parquet").unlink()
    assert [file.outcome for file in load(site, "site").files] == ["loaded"]
    assert len(live_events(site)) == 7
    assert unbalanced(site) == []
    # Its text is gone with the load.
    assert not list(site.paths.warehouse.glob(".reading/*"))


def test_a_record_beyond_a_limit_is_rejected_and_the_others_are_loaded(
    site: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LINE_BYTES", 1_000)
    query = """select 'v' || n as user_pseudo_id, 'click' as event_name, 1772352000000000 + n as event_timestamp,
        repeat('x', case when n = 2 then 2000 else 1 end) as user_id from range(1, 4) as r(n) order by n"""
    put(site, "a.parquet", write(tmp_path / "a.parquet", query))
    load(site, "site")
    assert [row[0] for row in live_events(site)] == ["v1", "v3"]
    assert [line for line, *_ in rejected(site)] == [2]
    assert unbalanced(site) == []


def broken(content: bytes) -> list[tuple[str, bytes]]:
    middle = len(content) // 2
    return [
        ("its beginning", content[:4]),
        ("half of it", content[:middle]),
        ("without its last byte", content[:-1]),
        ("with other bytes among its values", content[:4] + b"\xff" * 60 + content[64:]),
        ("with other bytes at its end", content[:-200] + b"\xff" * 192 + content[-8:]),
        ("with a length that leads out of it", content[:-8] + b"\xff\xff\xff\x7f" + content[-4:]),
        ("followed by something else", content + b"\n"),
    ]


@pytest.mark.parametrize("nth", range(7))
def test_a_broken_file_is_one_problem_and_other_files_load(site: Workspace, tmp_path: Path, nth: int) -> None:
    name, content = broken(ga4_events(tmp_path / "a.parquet"))[nth]
    put(site, "a.parquet", content)
    put(site, "good.parquet", ga4_events(tmp_path / "good.parquet"))
    for found in (check_sources(site), load(site, "site").problems):
        (problem,) = (one for one in found if one.severity == "error")
        assert problem.file == "inbox/a.parquet", name
        assert "The Parquet file is broken or cut off" in problem.what, name
        assert str(tmp_path) not in problem.what
        assert "Export it again" in (problem.fix or "")
    assert len(live_events(site)) == 7
    assert {file.outcome for file in load(site, "site").files} == {"failed", "unchanged"}


def test_a_broken_new_version_leaves_the_old_one_live(site: Workspace, tmp_path: Path) -> None:
    content = ga4_events(tmp_path / "a.parquet")
    put(site, "a.parquet", content)
    load(site, "site")
    put(site, "a.parquet", content[:-10])
    assert len(load(site, "site").problems) == 1
    assert len(live_events(site)) == 7


def test_columns_that_are_too_large_unpacked_are_refused_before_they_are_read(
    site: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "select n::varchar || repeat('x', 10000) as user_pseudo_id from range(500) as r(n)"
    content = write(tmp_path / "a.parquet", query)
    assert len(content) < 1_000_000
    put(site, "a.parquet", content)
    monkeypatch.setattr(limits, "PARQUET_BYTES", 1_000_000)
    monkeypatch.setattr("ingestion.readers.parquet._write", lambda *_, **__: pytest.fail("was read"))
    (problem,) = load(site, "site").problems
    assert "hold 4.77 MB when they are unpacked; at most 977 kB are read" in problem.what
    assert problem.fix == "Export it in several files."


def test_rows_that_repeat_a_large_value_are_refused_as_they_are_written(
    site: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "select repeat('x', 1000) as user_pseudo_id from range(20000)"
    content = write(tmp_path / "a.parquet", query)
    # The metadata counts the value once.
    assert len(content) < 100_000
    put(site, "a.parquet", content)
    monkeypatch.setattr(limits, "PARQUET_BYTES", 1_000_000)
    monkeypatch.setattr(limits, "PARQUET_TEXT_BYTES", 10_000_000)
    (problem,) = load(site, "site").problems
    assert "are more than 9.54 MB of JSON" in problem.what
    assert live_events(site) == []
    assert not list(site.paths.warehouse.glob(".reading/*"))


def test_a_value_that_would_fill_the_memory_many_times_over_is_a_problem(
    site: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(site, "a.parquet", write(tmp_path / "a.parquet", "select repeat('x', 1000000) as user_id from range(3000)"))
    monkeypatch.setattr("ingestion.readers.parquet.MEMORY_LIMIT", "100MB")
    (problem,) = load(site, "site").problems
    assert problem.what == "The file needs more memory than a load may take."
    assert live_events(site) == []


def test_too_many_columns_are_refused(site: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(site, "a.parquet", ga4_events(tmp_path / "a.parquet"))
    monkeypatch.setattr(limits, "COLUMNS", 10)
    (problem,) = load(site, "site").problems
    assert "columns; at most 10 are read" in problem.what


def test_another_vendors_file_is_a_warning_of_the_check(site: Workspace, tmp_path: Path) -> None:
    put(site, "a.parquet", write(tmp_path / "a.parquet", "select 1 as id, 'x' as title"))
    assert "this looks like another vendor's file" in " ".join(str(problem) for problem in check_sources(site))


def test_a_vendor_without_parquet_names_the_kind_of_file(tmp_path: Path) -> None:
    hub = make_workspace(
        tmp_path / "company",
        {"name": "hub", "kind": "crm", "vendor": "hubspot", "entity": "contacts", "path": "inbox/*"},
    )
    put(hub, "a.json", write(tmp_path / "a.parquet", "select 1 as id"))
    (problem,) = load(hub, "hub").problems
    assert problem.what == "The file is a Parquet file."

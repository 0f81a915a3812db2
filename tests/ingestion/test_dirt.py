"""Every kind of table over time: it loads once, rejects what is broken, reports drift, and accepts what comes late.

One row of `CASES` is a kind of table; every test below is asked of each.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingestion import LoadReport
from tests.ingestion.workspaces import EVENTS, SURVEY, load, make_workspace, put, rows, unbalanced
from workspace import Workspace
from workspace.errors import Problem
from workspace.vocabulary import CSV_ENTITIES

Record = dict[str, Any]
DATE_COLUMNS = ("occurred_at", "created_at", "started_at", "posted_at", "answered_at", "date")


@dataclass(frozen=True)
class Case:
    """A kind of table.

    Attributes:
        source: as in cx.yml.
        write: records -> what the vendor's file holds.
        broken: a record that cannot be read, as it is in the file; None where the vendor cannot send one.
        dropped: a key that every record has and that may go.
    """

    name: str
    source: Record
    table: str
    record: Callable[[int], Record]
    write: Callable[[Sequence[Record]], str]
    ending: str
    broken: str | None
    dropped: str


def csv_text(records: Sequence[Record]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(records[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def json_lines(records: Sequence[Record]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def qualtrics_text(records: Sequence[Record]) -> str:
    keys = list(records[0])
    rows = [keys, [f"Text of {key}" for key in keys], [json.dumps({"ImportId": key}) for key in keys]]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([*rows, *(record.values() for record in records)])
    return text.getvalue()


def csv_case(kind: str, entity: str) -> Case:
    shape = CSV_ENTITIES[kind][entity]

    def record(number: int) -> Record:
        dated = {name: f"2026-03-{number:02}" for name in shape.columns if name in DATE_COLUMNS}
        return {**{name: f"{name} {number}" for name in shape.columns}, **dated, "measured": str(number), "note": "n"}

    source = {"name": "export", "kind": kind, "vendor": "csv", "entity": entity, "path": "inbox/*.csv"}
    return Case(f"{kind}-{entity}", source, f"raw_{kind}.{entity}", record, csv_text, "csv", "one cell too few", "note")


def event(number: int) -> Record:
    time = f"2026-03-{number:02}T10:00:00Z"
    return {"type": "track", "messageId": f"m{number}", "timestamp": time, "measured": number, "note": "n"}


def ticket(number: int) -> Record:
    return {"id": number, "requester_id": 7, "created_at": f"2026-03-{number:02}T10:00:00Z", "measured": 1, "note": "n"}


def response(number: int) -> Record:
    return {"_recordId": f"R_{number}", "QID1": str(number), "measured": str(number), "note": "n"}


CASES = [
    *(csv_case(kind, entity) for kind, entities in CSV_ENTITIES.items() for entity in entities),
    Case(
        "segment",
        {**EVENTS, "name": "export"},
        "raw_web.events",
        event,
        json_lines,
        "jsonl",
        '{"type": "track",',
        "note",
    ),
    Case(
        "zendesk",
        {"name": "export", "kind": "service", "vendor": "zendesk", "path": "inbox/*.json"},
        "raw_service.tickets",
        ticket,
        json_lines,
        "json",
        '{"id": 9, "requester_id"',
        "note",
    ),
    Case(
        "qualtrics",
        {**SURVEY, "name": "export"},
        "raw_survey.wide",
        response,
        qualtrics_text,
        "csv",
        "R_9",
        "note",
    ),
]


# Entities of the csv vendor are read alike: one stands for all of them where minutes matter.
FEW = ("crm-orders", "survey-long", "segment", "zendesk", "qualtrics")


def marks_of(case: Case) -> tuple[pytest.MarkDecorator, ...]:
    return () if case.name in FEW else (pytest.mark.thorough,)


@pytest.fixture(params=[pytest.param(one, id=one.name, marks=marks_of(one)) for one in CASES])
def case(request: pytest.FixtureRequest) -> Case:
    found = request.param
    assert isinstance(found, Case)
    return found


@pytest.fixture
def workspace(tmp_path: Path, case: Case) -> Workspace:
    return make_workspace(tmp_path, case.source)


def write(workspace: Workspace, case: Case, name: str, records: Sequence[Record]) -> Path:
    return put(workspace, f"{name}.{case.ending}", case.write(records))


def records(case: Case, first: int, last: int) -> list[Record]:
    return [case.record(number) for number in range(first, last + 1)]


def live(workspace: Workspace, case: Case) -> int:
    """Rows that count."""
    assert not unbalanced(workspace)
    query = f"select count(*) from {case.table} where _load_id in (select load_id from ledger.loads where status = ?)"
    return int(rows(workspace, query, "active")[0][0])


def run(workspace: Workspace) -> LoadReport:
    return load(workspace, "export")


def warnings(report: LoadReport) -> list[tuple[str | None, str]]:
    """Column and sentence of every warning; anything worse fails the test."""
    assert [problem for problem in report.problems if problem.severity != "warning"] == []
    return [(problem.key, problem.what) for problem in report.problems]


def test_repeated_renamed_grown_and_corrected_files_count_once(workspace: Workspace, case: Case) -> None:
    path = write(workspace, case, "b", records(case, 1, 3))
    assert warnings(run(workspace)) == []
    run(workspace)
    assert live(workspace, case) == 3
    path.rename(path.with_name(f"a.{case.ending}"))
    run(workspace)
    assert live(workspace, case) == 3
    write(workspace, case, "a", records(case, 1, 5))
    run(workspace)
    assert live(workspace, case) == 5
    write(workspace, case, "a", records(case, 2, 3))
    run(workspace)
    assert live(workspace, case) == 2


def test_a_broken_record_is_rejected_and_the_others_load(workspace: Workspace, case: Case) -> None:
    lines = case.write(records(case, 1, 4)).splitlines()
    at = len(lines) - 2
    lines.insert(at, str(case.broken))
    put(workspace, f"a.{case.ending}", "\n".join(lines) + "\n")
    run(workspace)
    assert live(workspace, case) == 4
    assert rows(workspace, "select line, payload from ledger.rejects") == [(at + 1, case.broken)]


def test_a_truncated_or_misencoded_file_is_replaced_by_the_good_one(workspace: Workspace, case: Case) -> None:
    text = case.write(records(case, 1, 4))
    cut = text.rstrip("\n").rfind("\n") + 8
    put(workspace, f"a.{case.ending}", text[:cut])
    run(workspace)
    assert live(workspace, case) == 3
    put(workspace, f"a.{case.ending}", text.encode()[:-2] + b"\xff\n")
    run(workspace)
    assert live(workspace, case) == 3
    assert rows(workspace, "select count(*) from ledger.rejects") == [(2,)]
    put(workspace, f"a.{case.ending}", text)
    run(workspace)
    assert live(workspace, case) == 4


def test_added_lost_and_changed_columns_are_kept_and_reported(workspace: Workspace, case: Case) -> None:
    write(workspace, case, "a", records(case, 1, 3))
    run(workspace)
    write(workspace, case, "b", [{**record, "points": "x"} for record in records(case, 4, 5)])
    assert [key for key, _ in warnings(run(workspace))] == ["points"]
    lost = [{key: value for key, value in record.items() if key != case.dropped} for record in records(case, 6, 7)]
    write(workspace, case, "c", [{**record, "points": "x"} for record in lost])
    assert warnings(run(workspace))[0][1].endswith(f"'{case.dropped}' is gone; the load before had it.")
    write(workspace, case, "d", [{**record, "points": "x", "measured": "many"} for record in records(case, 8, 9)])
    reported = warnings(run(workspace))
    assert [key for key, _ in reported if key != case.dropped] == ["measured"]
    assert "held numbers and now holds text" in " ".join(what for _, what in reported)
    assert live(workspace, case) == 9


def test_a_few_bad_values_do_not_change_the_type(workspace: Workspace, case: Case) -> None:
    if case.ending != "csv":
        pytest.skip("a value of JSON has its type")
    write(workspace, case, "a", records(case, 1, 3))
    run(workspace)
    write(workspace, case, "b", [*records(case, 4, 6), {**case.record(7), "measured": "n/a"}])
    assert warnings(run(workspace)) == []


def test_late_and_older_files_count_beside_newer_ones(workspace: Workspace, case: Case) -> None:
    write(workspace, case, "2026-03-05", records(case, 5, 6))
    run(workspace)
    older = write(workspace, case, "2026-03-01", records(case, 1, 3))
    assert warnings(run(workspace)) == []
    assert live(workspace, case) == 5
    older.write_text(case.write(records(case, 1, 1)))
    run(workspace)
    assert live(workspace, case) == 3


def test_a_prefix_of_a_deleted_longer_file_is_recognised(workspace: Workspace, case: Case) -> None:
    path = write(workspace, case, "long", records(case, 1, 5))
    run(workspace)
    path.unlink()
    write(workspace, case, "other", records(case, 6, 7))
    run(workspace)
    write(workspace, case, "short", records(case, 1, 3))
    assert [file.outcome for file in run(workspace).files] == ["unchanged", "duplicate"]
    assert [file.outcome for file in run(workspace).files] == ["unchanged", "unchanged"]
    assert live(workspace, case) == 7
    write(workspace, case, "short", records(case, 2, 3))
    run(workspace)
    assert live(workspace, case) == 9, "the same records on other lines are another file"


REQUIRED = [(case, CSV_ENTITIES[case.source["kind"]][case.source["entity"]].required) for case in CASES[:-3]]


@pytest.mark.parametrize(
    ("case", "required"), [pytest.param(*one, id=one[0].name, marks=marks_of(one[0])) for one in REQUIRED if one[1]]
)
def test_a_lost_required_column_stops_only_its_source(tmp_path: Path, case: Case, required: tuple[str, ...]) -> None:
    other = {**EVENTS, "name": "site"}
    workspace = make_workspace(tmp_path, case.source, other)
    write(workspace, case, "a", records(case, 1, 3))
    run(workspace)
    lost = [{key: value for key, value in record.items() if key != required[0]} for record in records(case, 1, 4)]
    write(workspace, case, "a", lost)
    put(workspace, "e.jsonl", json_lines([event(1)]))
    report = run(workspace)
    assert [(problem.severity, problem.key) for problem in report.problems] == [("error", f"columns.{required[0]}")]
    assert live(workspace, case) == 3
    assert load(workspace, "site").problems == ()


def test_schema_drift_of_a_database_table_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    columns = {"customer_id": "who", "occurred_at": "day", "amount": "total"}
    source = {"name": "shop", "kind": "crm", "vendor": "sql", "entity": "orders", "url": "sqlite:///shop.db"}
    workspace = make_workspace(tmp_path, {**source, "table": "orders", "columns": columns})

    def problems_of(*statements: str) -> list[Problem]:
        with sqlite3.connect(path) as connection:
            for statement in statements:
                connection.execute(statement)
        return list(load(workspace).problems)

    assert (
        problems_of(
            "create table orders (who, day, total, note)", "insert into orders values ('a', '2026-01-01', 1, 'n')"
        )
        == []
    )
    assert [problem.key for problem in problems_of("alter table orders add column points")] == ["points"]
    assert [problem.key for problem in problems_of("alter table orders drop column note")] == ["note"]
    assert [problem.key for problem in problems_of("update orders set total = 'many'")] == ["total"]
    (problem,) = problems_of("alter table orders drop column total")
    assert (problem.severity, problem.key) == ("error", "columns.amount")
    assert rows(workspace, "select amount from raw_crm.orders where _load_id = 4") == [("many",)]

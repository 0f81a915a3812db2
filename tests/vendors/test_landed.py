"""Every entity of every vendor whose records are JSON: a table with a column a key gives the rows of the files."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.readers.vendor import FURTHER_LINES
from tests.ingestion.workspaces import load, make_workspace, rows, unbalanced
from tests.vendors.samples import Case, cases
from tests.vendors.shown import shows
from workspace import Workspace
from workspace.configuration.described import is_landed

CASES = [
    case for case in cases() if is_landed(case.source["vendor"], f"{case.source['kind']}/{case.entity}", "airbyte")
]


def write_table(path: Path, records: list[dict[str, Any]], extracted: Sequence[str] = ()) -> None:
    """A table as Airbyte writes it: objects and lists as JSON, all else as the text of the database.

    Args:
        path: of the SQLite file.
        records: the rows.
        extracted: when the tool copied each, where the table says so.
    """
    names = list(dict.fromkeys(name for record in records for name in record))
    nested = {name for name in names if any(isinstance(record.get(name), dict | list) for record in records)}
    columns = ", ".join(f'"{name}" {"json" if name in nested else "text"}' for name in names)

    def cell(name: str, value: Any) -> Any:
        if value is None or (isinstance(value, str) and name not in nested):
            return value
        return json.dumps(value)

    with sqlite3.connect(path) as connection:
        connection.execute(f"create table records ({columns}, _airbyte_raw_id text)")
        if extracted:
            connection.execute("alter table records add _airbyte_extracted_at text")
        for nth, record in enumerate(records):
            cells = [*(cell(name, record.get(name)) for name in names), "r", *extracted[nth : nth + 1]]
            connection.execute(f"insert into records values ({', '.join('?' * len(cells))})", cells)


def filled(workspace: Workspace, case: Case, source: str) -> list[str]:
    """Rows of a source in any order: the columns that are filled; attributes that hold something, as text."""
    names = [*case.columns, *(["_row"] if case.entity in ("contacts", "accounts", "wide") else [])]
    found = []
    for row in rows(workspace, f"select {', '.join(names)} from {case.table} where _source = ?", source):
        one = {name: value for name, value in zip(names, row, strict=True) if value is not None}
        held = json.loads(one.pop("_row", "{}"))
        one["_row"] = {
            name: value if isinstance(value, str | dict | list) else json.dumps(value)
            for name, value in held.items()
            if value is not None
        }
        found.append(json.dumps(one, sort_keys=True))
    return sorted(found)


def write_duckdb(path: Path, records: list[dict[str, Any]]) -> None:
    """The same table in a DuckDB file, below a schema."""
    write_table(path.with_suffix(".db"), records)
    names = list(dict.fromkeys(name for record in records for name in record))
    nested = {name for name in names if any(isinstance(record.get(name), dict | list) for record in records)}
    columns = ", ".join(f'"{name}" {"json" if name in nested else "varchar"}' for name in [*names, "_airbyte_raw_id"])
    with sqlite3.connect(path.with_suffix(".db")) as connection:
        cells = connection.execute("select * from records").fetchall()
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create schema hub; create table hub.records ({columns})")
        connection.executemany(f"insert into hub.records values ({', '.join('?' * len(cells[0]))})", cells)


def write_parquet(folder: Path, records: list[dict[str, Any]]) -> None:
    """The same table as two Parquet files, in which objects and lists are text."""
    database, target = folder.with_suffix(".duckdb"), folder / "hub" / "records"
    write_duckdb(database, records)
    target.mkdir(parents=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        names = [name for (name,) in connection.execute("select column_name from (describe hub.records)").fetchall()]
        texts = ", ".join(f'"{name}"::varchar as "{name}"' for name in names)
        for nth in (0, 1):
            rows_of = f"select {texts} from hub.records where rowid % 2 = {nth}"
            connection.execute(f"copy ({rows_of}) to '{target / f'part-{nth}.parquet'}' (format parquet)")


PLACES = {
    "sqlite": ("sqlite:///lake.db", "records", lambda root, records: write_table(root / "lake.db", records)),
    "duckdb": ("duckdb:///lake.duckdb", "hub.records", lambda root, one: write_duckdb(root / "lake.duckdb", one)),
    "parquet": ("parquet:///lake", "hub.records", lambda root, records: write_parquet(root / "lake", records)),
}
# Of every form of record one goes through every place; the others differ in their description alone.
EVERYWHERE = ("hubspot-crm-contacts", "shopify-crm-orders", "typeform-survey-wide", "ga4-web-events")
IN_PLACES = [(case, place) for case in CASES for place in PLACES if place == "sqlite" or case.name in EVERYWHERE]


@shows("table", "loads")
@pytest.mark.parametrize(("case", "place"), IN_PLACES, ids=[f"{case.name}-{place}" for case, place in IN_PLACES])
def test_a_landed_table_gives_the_rows_of_the_files(tmp_path: Path, case: Case, place: str) -> None:
    url, table, write = PLACES[place]
    own = {name: value for name, value in case.source.items() if name != "path"}
    landed = {**own, "name": "lake", "landed": "airbyte", "url": url, "table": table}
    workspace = make_workspace(tmp_path, case.source, landed)
    for path in case.files:
        if path.suffix in (".json", ".jsonl"):
            shutil.copy(path, workspace.paths.inbox)
    load(workspace, case.source["name"])
    query = f"select _record from {case.table} where _line < ? order by _file, _line"
    records = [json.loads(record) for (record,) in rows(workspace, query, FURTHER_LINES)]
    write(tmp_path, records)
    report = load(workspace, "lake")
    assert [problem for problem in report.problems if problem.severity == "error"] == []
    assert filled(workspace, case, "lake") == filled(workspace, case, case.source["name"]) != []
    assert not unbalanced(workspace)
    assert {file.outcome for file in load(workspace, "lake").files} == {"unchanged"}

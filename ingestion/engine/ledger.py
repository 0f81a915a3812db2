"""Decisions and counts in, lines of `ledger.loads` out: which file was loaded when, and where its records went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb

from ingestion.engine.decisions import Because, Entry, History
from ingestion.raw_schema import RawTable
from ingestion.warehouse import open_for_reading
from workspace.paths import WorkspacePaths


@dataclass(frozen=True)
class Books:
    """Where the records of one file went.

    Attributes:
        loaded: records that are rows of the raw table.
        further_rows: rows beyond the first of each of these records: `loaded + further_rows` is what raw holds.
    """

    records: int = 0
    loaded: int = 0
    rejected: int = 0
    skipped: int = 0
    further_rows: int = 0

    @property
    def balance(self) -> bool:
        return self.records == self.loaded + self.rejected + self.skipped


_ENTRIES: Final = """
    select
        load_id, path, size_bytes, sha256, reading, status, superseded_by, superseded_because, lifted,
        loaded, loaded + coalesce(further_rows, 0) as landed_rows
    from ledger.loads
    where source = ? and raw_schema = ? and raw_table = ?
    order by load_id
"""

_NEXT_LOAD: Final = "select coalesce(max(load_id), 0) + 1 from ledger.loads"

_RECORD: Final = """
    insert into ledger.loads (
        load_id, run_id, source, raw_schema, raw_table, path, size_bytes, sha256, reading,
        records, loaded, rejected, skipped, further_rows, status, superseded_by, lifted, loaded_at
    )
    values (
        $load_id, $run_id, $source, $raw_schema, $raw_table, $path, $size_bytes, $sha256, $reading,
        $records, $loaded, $rejected, $skipped, $further_rows, $status, $superseded_by, $lifted, now()::timestamp
    )
"""

_SUPERSEDE: Final = """
    update ledger.loads
    set status = 'superseded', superseded_by = ?, superseded_because = ?
    where load_id = ? and status = 'active'
"""

_CURSORS: Final = """
    select loads.load_id, cursors.highest
    from ledger.cursors as cursors
    inner join ledger.loads as loads on loads.load_id = cursors.load_id
    where loads.source = ? and loads.raw_schema = ? and loads.raw_table = ? and loads.status = 'active'
"""

_ROWS: Final = "select * from ledger.loads order by load_id"


def history_of(connection: duckdb.DuckDBPyConnection, source: str, table: RawTable) -> History:
    """What was loaded for one source into one table."""
    rows = connection.execute(_ENTRIES, [source, table.schema, table.name]).fetchall()
    return History(Entry(*row) for row in rows)


def next_load_id(connection: duckdb.DuckDBPyConnection) -> int:
    """One writer at a time, so the next number is the highest plus one."""
    return int(connection.execute(_NEXT_LOAD).fetchall()[0][0])


def record_load(
    connection: duckdb.DuckDBPyConnection, entry: Entry, *, run_id: str, source: str, table: RawTable, books: Books
) -> None:
    """Write a file's line into the ledger; in the same transaction as its rows."""
    connection.execute(
        _RECORD,
        {
            "load_id": entry.load_id,
            "run_id": run_id,
            "source": source,
            "raw_schema": table.schema,
            "raw_table": table.name,
            "path": entry.path,
            "size_bytes": entry.size,
            "sha256": entry.sha256,
            "reading": entry.reading,
            "records": books.records,
            "loaded": books.loaded,
            "rejected": books.rejected,
            "skipped": books.skipped,
            "further_rows": books.further_rows,
            "status": entry.status,
            "superseded_by": entry.superseded_by,
            "lifted": entry.lifted,
        },
    )


def supersede(connection: duckdb.DuckDBPyConnection, ended: Sequence[tuple[int, Because]], *, by: int | None) -> None:
    """End live loads; their rows stay in raw and count no more."""
    for load_id, because in ended:
        connection.execute(_SUPERSEDE, [by, because, load_id])


def highest_cursors(connection: duckdb.DuckDBPyConnection, source: str, table: RawTable) -> dict[int, str]:
    """Live loads of a database's table -> how far its cursor had come with each, as text."""
    return dict(connection.execute(_CURSORS, [source, table.schema, table.name]).fetchall())


def record_cursor(connection: duckdb.DuckDBPyConnection, load_id: int, highest: str) -> None:
    """Write down how far a load came; in the same transaction as its rows."""
    connection.execute("insert into ledger.cursors values (?, ?)", [load_id, highest])


def ledger_rows(paths: WorkspacePaths) -> list[dict[str, Any]]:
    """The whole ledger, oldest load first."""
    with open_for_reading(paths) as connection:
        cursor = connection.execute(_ROWS)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

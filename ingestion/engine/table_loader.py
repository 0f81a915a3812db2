"""A database's table in, its rows and ledger lines out: one transaction a load, so exactly once.

Without a cursor the table is read whole, and takes the place of what was read before: a deleted row is gone. With a
cursor only rows that are new or changed are read, those of the last `lag` again; rows that are there already are
counted as skipped, and staging keeps the latest row of a key. Rows whose cursor is not filled in are read every time
and replace the earlier ones, as a load of their own.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

import duckdb

from ingestion.engine.arriving import joined_tables, joins_of, receive
from ingestion.engine.cursors import Cursor
from ingestion.engine.decisions import Because, Entry
from ingestion.engine.drift import columns_of, drift, known_columns, record_columns
from ingestion.engine.landed import landed_problems, of_table
from ingestion.engine.ledger import (
    Books,
    highest_cursors,
    history_of,
    next_load_id,
    record_cursor,
    record_load,
    supersede,
)
from ingestion.engine.loader import FileReport, insert_rows
from ingestion.engine.vanishing import Bound
from ingestion.readers.delimited import cell
from ingestion.readers.vendor import FURTHER_LINES, Lifter, Shape, Staged, UnreadableFileError, shown_as
from ingestion.vendors.shapes import entity_of, reader_of
from ingestion.vendors.tables import canonical_values, missing_columns
from ingestion.warehouse import transaction
from workspace import Source
from workspace.errors import Problem
from workspace.vocabulary import CSV_ENTITIES

if TYPE_CHECKING:
    from ingestion.engine.place import Place

# What lands from the same table changes when this code does: a higher number makes every table be read again.
READER_VERSION: Final = 2

_FILLED: Final = "select count({cell}) from arrived"

# Rows that landed with a cursor in the window and are the same now are not landed again, however often they occur.
_COMPARE: Final = """
    create or replace temp table compared as
    with landed as (
        select {columns}, count(*) as times
        from {table}
        where _load_id in (select unnest($loads::bigint[]))
        group by all
    ),

    valued as (
        select *, rowid + 1 as number, {values}
        from arrived
        where {condition}
    ),

    numbered as (
        select *, row_number() over (partition by {columns}) as nth
        from valued
    )

    select
        {before} + numbered.number as line,
        case when numbered.nth <= coalesce(landed.times, 0) then 'skipped' else 'loaded' end as disposition,
        numbered.*
    from numbered
    left join landed on {same}
"""

# Where nothing has to be compared no row is copied once more.
_STAGE_ARRIVED: Final = """
    create or replace temp view staged as
    select
        {before} + rowid + 1 as line,
        'loaded' as disposition,
        [{cells}] as cells,
        *
    from arrived
    where {condition}
"""
_STAGE_COMPARED: Final = """
    create or replace temp view staged as select * exclude (nth), [{cells}] as cells from compared
"""

# The same rows give the same numbers in any order. Each half of a row's number is summed for itself, so that no sum
# overflows.
_CONTENT: Final = """
    with written as (
        select
            disposition,
            case when disposition = 'loaded' then concat_ws(chr(31), {cells}) end as whole_row
        from staged
    ),

    counted as (
        select *, md5_number(whole_row) as number
        from written
    )

    select
        count(*) as records,
        count(*) filter (where disposition = 'loaded') as loaded,
        coalesce(sum(length(whole_row)), 0) as characters,
        sum((number >> 64)::hugeint) as first_sum,
        sum((number & 18446744073709551615)::hugeint) as second_sum
    from counted
"""

# Further rows of a record have lines beyond all others.
_LAST_LINE: Final = """
    select coalesce(max(_line % $further), 0)
    from {table}
    where _load_id in (select unnest($loads::bigint[]))
"""
_FURTHER_ROWS: Final = "select count(*) from staged where disposition = 'loaded' and line >= $further"


@dataclass(frozen=True)
class Content:
    """What the table `staged` holds, and a fingerprint of the rows to be loaded."""

    records: int
    loaded: int
    characters: int
    sha256: str


class TableLoader:
    """Loads the table of one source over one open connection."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        database: Place,
        source: Source,
        shape: Shape,
        *,
        zone: str,
        run_id: str,
        bound: Bound | None = None,
    ) -> None:
        self._connection = connection
        self._database = database
        self._source = source
        self._shape = shape
        self._zone = zone
        self._run_id = run_id
        self._bound = bound or Bound()
        self._reading = _reading(source, shape)
        self._history = history_of(connection, shape.source, shape.table)
        self._before = self._history.rows
        self._drifted: list[Problem] = []

    def load(self) -> tuple[list[FileReport], list[Problem]]:
        """Read what is new and land it.

        Raises:
            UnreadableFileError: when the database or the table cannot be read, or too many rows would vanish;
                nothing is loaded then.
        """
        problems = examine_table(self._database, self._source, self._shape, zone=self._zone)
        for problem in problems:
            if problem.severity == "error":
                raise UnreadableFileError(problem)
        cursor = cursor_of(self._database, self._source, zone=self._zone)
        outdated: list[tuple[int, Because]] = [
            (entry.load_id, "reread") for entry in self._history.live.values() if entry.reading != self._reading
        ]
        self._history.end(outdated, by=None)
        since, window = self._resume(cursor)
        self._receive(cursor, since)
        self._ensure_times(cursor)
        reports = self._land(cursor, window, outdated)
        return reports, [*problems, *self._drifted]

    def _resume(self, cursor: Cursor | None) -> tuple[str | None, Sequence[int]]:
        """Where to read from (None: everything), and the live loads with rows from there on."""
        if cursor is None:
            return None, ()
        reached = highest_cursors(self._connection, self._source.name, self._shape.table)
        live = {load_id: value for load_id, value in reached.items() if load_id in self._history.live}
        return cursor.resume(self._connection, live)

    def _receive(self, cursor: Cursor | None, since: str | None) -> None:
        """Fill the temporary table `arrived` with every row that the database sends."""
        receive(
            self._connection,
            self._database,
            self._source,
            self._cells,
            beside=self._database.open_beside,
            cursor=cursor.column if cursor else None,
            since=since,
        )

    def _ensure_times(self, cursor: Cursor | None) -> None:
        """Text that is not a time would never say what is new."""
        if cursor is None or self._highest(cursor) is not None:
            return
        if self._connection.execute(_FILLED.format(cell=self._cell_of(cursor))).fetchall()[0][0]:
            what = f"Column '{cursor.column}' holds no times in ISO form: it cannot say what is new."
            fix = "Name another column, or remove 'cursor' and 'lag'."
            raise UnreadableFileError(_problem(self._source, "cursor", what, fix))

    def _land(
        self, cursor: Cursor | None, window: Sequence[int], outdated: Sequence[tuple[int, Because]]
    ) -> list[FileReport]:
        """Rows and ledger lines, all in one transaction; then what happened, in the words of a file."""
        undated = self._live_without_cursor()
        reports = []
        with transaction(self._connection):
            if cursor is not None:
                self._stage(f"{self._cell_of(cursor)} is not null", window=window)
                content = self._content()
                if content.loaded or outdated:
                    highest = self._highest(cursor)
                    reports.append(self._record(content, outdated, highest))
                    outdated = ()
            # Without a cursor: all rows.
            self._stage(f"{self._cell_of(cursor)} is null" if cursor else "true", without=undated)
            content = self._content()
            is_known = undated.sha256 == content.sha256 if undated else content.records == 0
            if outdated or not is_known:
                ended: list[tuple[int, Because]] = [(undated.load_id, "replaced")] if undated else []
                reports.append(self._record(content, [*outdated, *ended], None))
            self._ensure_bound()
        unchanged = FileReport(self._database.shown, "unchanged", max(self._history.live, default=None))
        return reports or [unchanged]

    def _ensure_bound(self) -> None:
        """A table that was emptied, or mostly, takes nothing back."""
        before, after = self._before, self._history.rows
        if self._bound.forbids(before=before, after=after):
            place = self._database.shown
            raise UnreadableFileError(self._bound.refusal(self._source.name, before=before, after=after, place=place))

    def _live_without_cursor(self) -> Entry | None:
        """The live load that the rows without a cursor value take the place of: without a cursor, all of them."""
        reached = highest_cursors(self._connection, self._source.name, self._shape.table)
        found = [entry for entry in self._history.live.values() if entry.load_id not in reached]
        return found[-1] if found else None

    @cached_property
    def _cells(self) -> list[str]:
        """Columns of `arrived`, and of the batches that fill it. Of a landed table: the record, and the cursor."""
        cells = [cell(position) for position in range(1, len(self._database.columns) + 1)]
        if self._source.landed is None:
            return cells
        return ["payload", *(one for one, name in zip(cells, self._names, strict=True) if name == self._source.cursor)]

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """Columns of the table."""
        return tuple(column.name for column in self._database.columns)

    def _cell_of(self, cursor: Cursor) -> str:
        return cell(self._names.index(cursor.column) + 1)

    def _highest(self, cursor: Cursor) -> str | None:
        return cursor.highest(self._connection, self._cell_of(cursor))

    @cached_property
    def _values(self) -> tuple[dict[str, str], dict[str, object]]:
        """Expressions over `arrived` for the columns of the raw table, and their parameters."""
        if self._source.landed is not None:
            return {"_record": "payload"}, {}
        return canonical_values(self._names, self._shape)

    def _stage(self, condition: str, *, window: Sequence[int] = (), without: Entry | None = None) -> None:
        """Make `staged` of the rows that arrived. Lines count on from those of the loads that stay live: file and line
        name a row."""
        table = self._shape.table.sql
        staying = [load_id for load_id in self._history.live if without is None or load_id != without.load_id]
        chosen = {"loads": staying, "further": FURTHER_LINES}
        before = self._connection.execute(_LAST_LINE.format(table=table), chosen).fetchall()[0][0]
        known = {"before": before, "condition": condition, "cells": ", ".join(self._cells)}
        if window:
            values, parameters = self._values
            record = [name for name in self._shape.table.record if name in values]
            statement = _COMPARE.format(
                table=table,
                columns=", ".join(f'"{name}"' for name in record),
                values=", ".join(f'{values[name]} as "{name}"' for name in record),
                same=" and ".join(f'numbered."{name}" is not distinct from landed."{name}"' for name in record),
                **known,
            )
            used = {name: value for name, value in parameters.items() if f"${name}" in statement}
            self._connection.execute(statement, {**used, "loads": list(window)})
            self._connection.execute(_STAGE_COMPARED.format(**known))
        else:
            self._connection.execute(_STAGE_ARRIVED.format(**known))

    def _content(self) -> Content:
        cells = ", ".join(f"coalesce({name}, chr(30))" for name in self._cells)
        records, loaded, characters, *sums = self._connection.execute(_CONTENT.format(cells=cells)).fetchall()[0]
        names = list(self._names) if self._source.landed is None else self._cells
        sha256 = hashlib.sha256(json.dumps([names, loaded, *map(str, sums)]).encode()).hexdigest()
        return Content(records, loaded, characters, sha256)

    def _record(self, content: Content, ended: Sequence[tuple[int, Because]], highest: str | None) -> FileReport:
        """Land the rows of `staged`, with a line in the ledger; end the loads that these take the place of."""
        path = self._database.shown
        load_id = next_load_id(self._connection)
        is_landed = self._source.landed is not None
        staged = Staged(*self._values, columns=() if is_landed else self._names)
        columns = columns_of(self._connection, staged, is_landed=is_landed)
        columns = of_table(columns, self._names, self._source) if is_landed else columns
        before = known_columns(self._connection, self._source.name, self._shape.table)
        self._drifted += drift(before, columns, self._shape, shown=path, is_json=is_landed, is_landed=is_landed)
        staged = self._lifted() if is_landed else staged
        rows = insert_rows(self._connection, staged, self._shape, load_id, path=path, sha256=content.sha256)
        further = self._further_rows() if staged.has_further_rows else 0
        loaded = rows - further
        books = Books(records=content.records, loaded=loaded, skipped=content.records - loaded, further_rows=further)
        entry = Entry(
            load_id, path, content.characters, content.sha256, self._reading, "active", loaded=loaded, rows=rows
        )
        record_load(
            self._connection, entry, run_id=self._run_id, source=self._source.name, table=self._shape.table, books=books
        )
        record_columns(self._connection, load_id, columns)
        if highest is not None:
            record_cursor(self._connection, load_id, highest)
        supersede(self._connection, ended, by=load_id)
        self._history.end([one for one in ended if one[0] in self._history.live], by=load_id)
        self._history.add(entry)
        return FileReport(path, "loaded", load_id, books)

    def _further_rows(self) -> int:
        return int(self._connection.execute(_FURTHER_ROWS, {"further": FURTHER_LINES}).fetchall()[0][0])

    def _lifted(self) -> Staged:
        """The records of `staged`, taken apart as those of a file."""
        reader = reader_of(self._source)
        assert isinstance(reader, Lifter)
        return reader.lift(self._connection, self._shape)


def examine_table(database: Place, source: Source, shape: Shape, *, zone: str) -> list[Problem]:
    """What is wrong with a table: columns that are not there, a cursor that cannot say what is new.

    Raises:
        UnreadableFileError: when the database cannot be reached, or has no such table.
    """
    names = [column.name for column in database.columns]
    is_landed = source.landed is not None
    if is_landed:
        problems = [*landed_problems(names, source, shape), *_join_problems(database, source)]
        keyed = {*entity_of(source).columns}
    else:
        problems = missing_columns(names, shape, shown=database.shown, line=None, holder="table")
        keyed = {column for column in _key(source) if shape.columns.get(column, column) in names}
    if source.cursor is not None:
        try:
            cursor_of(database, source, zone=zone)
        except UnreadableFileError as error:
            problems.append(error.problem)
        unkeyed = [column for column in _key(source) if column not in keyed]
        if unkeyed or not _key(source):
            what = f"Nothing in the table names a row of {source.entity}: a changed row counts twice."
            can_be_named = unkeyed and not is_landed
            fix = f"Name {', '.join(unkeyed)} under 'columns'" if can_be_named else "Rows that never change may stay so"
            fix = f"{fix}, or remove 'cursor' and 'lag', so that the table is read whole."
            problems.append(_problem(source, "cursor", what, fix, severity="warning"))
    return problems


def _join_problems(place: Place, source: Source) -> list[Problem]:
    """What is wrong with the tables that belong to a source's: those that are not there, and a cursor beside them."""
    joins = joins_of(source)
    if joins and source.cursor is not None:
        what = f"{source.landed} spreads {source.entity} over several tables, which are read whole."
        return [_problem(source, "cursor", what, "Remove 'cursor' and 'lag'.")]
    there = {name.lower() for name in place.tables} if joins else set()
    problems = []
    for name in dict.fromkeys(joined_tables(joins)):
        if name not in there:
            what = f"There is no table '{name}' beside '{source.table}': what is read from it is empty."
            fix = f"Let {source.landed} copy it into the same schema."
            problems.append(_problem(source, "table", what, fix, severity="warning"))
    return problems


def cursor_of(database: Place, source: Source, *, zone: str) -> Cursor | None:
    """The source's cursor; None where it has none.

    Raises:
        UnreadableFileError: when the column is not there, or its type or the lag does not fit.
    """
    if source.cursor is None:
        return None
    column = next((column for column in database.columns if column.name == source.cursor), None)
    if column is None:
        near = difflib.get_close_matches(source.cursor, [column.name for column in database.columns], n=1)
        fix = f"Did you mean '{near[0]}'?" if near else "Name one of its columns."
        raise UnreadableFileError(_problem(source, "cursor", f"The table has no column '{source.cursor}'.", fix))
    if column.cursor_kind is None:
        what = f"Column '{column.name}' is neither a time, a day nor a whole number: it cannot say what is new."
        raise UnreadableFileError(_problem(source, "cursor", what, "Name another column, or remove 'cursor'."))
    lag = source.lag_ids if column.cursor_kind == "id" else source.lag_seconds
    if lag is None:
        what = f"The lag '{source.lag}' does not fit column '{column.name}'."
        unit = "a number of ids, such as 1000" if column.cursor_kind == "id" else "a time, such as '15 minutes'"
        raise UnreadableFileError(_problem(source, "lag", what, f"Write {unit}."))
    return Cursor(column.name, column.cursor_kind, lag, source.timezone or zone)


def _key(source: Source) -> tuple[str, ...]:
    assert source.entity is not None
    return CSV_ENTITIES[source.kind][source.entity].key


def _problem(
    source: Source, key: str, what: str, fix: str, *, severity: Literal["error", "warning"] = "error"
) -> Problem:
    place = f"sources.{source.name}.{key}"
    return Problem(file=shown_as(source), key=place, what=what, fix=fix, severity=severity)


def _reading(source: Source, shape: Shape) -> str:
    """Fingerprint of what decides which rows land and how. Not the url: a password that changes reads nothing again."""
    options = {
        "version": READER_VERSION,
        "raw_table": [shape.table.schema, shape.table.name, *shape.table.columns],
        "table": source.table,
        "cursor": source.cursor,
        **shape.reading(),
    }
    return hashlib.sha256(json.dumps(options).encode()).hexdigest()[:16]

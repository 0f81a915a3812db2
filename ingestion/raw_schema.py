"""The fixed list of raw tables in, empty tables out. Every identifier in ingestion's SQL comes from here.

The tables follow from `workspace.vocabulary`; a vendor with a shape of its own adds the columns of its table. Every
table also carries where a row came from.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import duckdb

from workspace.configuration.mappings import MAPPING_FILES
from workspace.vocabulary import CSV_ENTITIES


@dataclass(frozen=True)
class RawTable:
    """A table that records land in. `columns` are its own columns, all text.

    `_record` holds a whole record as JSON as a described vendor wrote it, and nothing where a file has canonical
    columns itself. Of those `_row` holds the whole row, and `_canonical` states which of its columns each canonical one
    was read from; `_others` holds only the cells that no canonical column was read from. Of a described vendor's record
    `_row` holds the attributes, or the answers.
    """

    schema: str
    name: str
    columns: tuple[str, ...]

    @property
    def record(self) -> tuple[str, ...]:
        """Columns that keep all of a record between them; none for the mappings, which need none."""
        if "_others" in self.columns:
            return self.columns
        return tuple(column for column in ("_row", "_record") if column in self.columns)

    @property
    def sql(self) -> str:
        return f'"{self.schema}"."{self.name}"'


# Entities whose other columns mean something: attributes of people and accounts, the questions of a survey.
_WHOLE_ROWS: Final = ("contacts", "accounts", "wide")
# entity -> what its rows may hold besides: the zone that the file's times are in, and the vendor's name of a response.
_BESIDES: Final = {"wide": ("_timezone", "_response")}
_CSV_TABLES: Final = tuple(
    RawTable(
        f"raw_{kind}",
        entity,
        (
            *shape.columns,
            *(("_row", "_canonical") if entity in _WHOLE_ROWS else ("_others",)),
            *_BESIDES.get(entity, ()),
            "_record",
        ),
    )
    for kind, entities in CSV_ENTITIES.items()
    for entity, shape in entities.items()
)
_MAPPING_TABLES: Final = tuple(RawTable("raw_mappings", name, shape.columns) for name, shape in MAPPING_FILES.items())

RAW_TABLES: Final[dict[tuple[str, str], RawTable]] = {
    (table.schema, table.name): table for table in (*_CSV_TABLES, *_MAPPING_TABLES)
}

_ORIGIN: Final = """
    _source varchar not null,
    _file varchar not null,
    _line bigint not null,
    _sha256 varchar not null,
    _load_id bigint not null,
    _loaded_at timestamp not null
"""

# `reading` is a fingerprint of the options that decide what lands: other options mean that a file is read again.
# `lifted`: a fingerprint of the description by which columns were filled, where they can be filled from raw again.
# `further_rows`: rows beyond the first of each loaded record, such as an order's refunds.
# `columns`: the columns of a load and what they hold, so that the next one is seen to differ.
# `fetches`: answers of an API that are loaded. `asked` is a fingerprint of what was asked for: another question starts
# from the beginning. `place`: a fingerprint of whose records they are, such as a survey's; null of older fetches.
# `highest`: the latest change that they held.
# `cursors`: how far the cursor of a database's table had come with a load.
# `superseded_by`: the load that took its place; of a duplicate, the load that has its rows.
# `superseded_because`: 'grown' (a file begins with all of this one), 'replaced', 'reread' (other options), 'vanished'
# (a mapping file that is gone, or an API's answer of what its source no longer asks for).
_LEDGER: Final = """
    create schema if not exists ledger;
    create table if not exists ledger.loads (
        load_id bigint not null,
        run_id varchar not null,
        source varchar not null,
        raw_schema varchar not null,
        raw_table varchar not null,
        path varchar not null,
        size_bytes bigint not null,
        sha256 varchar not null,
        reading varchar not null,
        records bigint not null,
        loaded bigint not null,
        rejected bigint not null,
        skipped bigint not null,
        further_rows bigint not null default 0,
        lifted varchar,
        status varchar not null,
        superseded_by bigint,
        superseded_because varchar,
        loaded_at timestamp not null
    );
    create table if not exists ledger.rejects (
        load_id bigint not null,
        source varchar not null,
        path varchar not null,
        line bigint not null,
        column_name varchar,
        reason varchar not null,
        payload varchar,
        rejected_at timestamp not null
    );
    create table if not exists ledger.columns (
        load_id bigint not null,
        name varchar not null,
        kind varchar,
        is_constant boolean not null
    );
    create table if not exists ledger.cursors (
        load_id bigint not null,
        highest varchar not null
    );
    create table if not exists ledger.fetches (
        source varchar not null,
        raw_schema varchar not null,
        raw_table varchar not null,
        asked varchar not null,
        pages bigint not null,
        highest varchar,
        fetched_at timestamp not null,
        place varchar
    );
"""


_COLUMNS: Final = "select table_schema, table_name, column_name from information_schema.columns"
# Tables of entities were named after the vendor that alone filled them.
_FORMER_SUFFIX: Final = "_csv"
# Tables of a vendor that had a shape of its own, and is described now.
_UNDESCRIBED: Final = {
    ("raw_zendesk", "tickets"): ("raw_service", "tickets"),
    ("raw_segment", "events"): ("raw_web", "events"),
    ("raw_qualtrics", "responses"): ("raw_survey", "wide"),
}
# What the records of such a table were, where it has them not as `_record`.
_FORMER_RECORDS: Final = {
    ("raw_qualtrics", "responses"): """
        json_merge_patch(_row::json, json_object('_timezone', _timezone))::varchar as _record,
    """
}
# `lifted` of loads whose records came from such a table: their columns are still to be filled.
UNLIFTED: Final = "moved"
# Ledgers of an earlier version lack these: every record was one row, and no columns were lifted out of records.
_NEW_IN_LEDGER: Final = """
    alter table ledger.loads add column if not exists further_rows bigint default 0;
    alter table ledger.loads add column if not exists lifted varchar;
    alter table ledger.fetches add column if not exists place varchar;
"""
# Where records shared a line, each has its number instead, so that file and line name a row.
_MOVE_RECORDS: Final = """
    insert into {table} by name
    select
        {records}
        * replace (
            case
                when _load_id in (select _load_id from {former} group by _load_id, _line having count(*) > 1)
                    then row_number() over (partition by _load_id order by _line, rowid)
                else _line
            end as _line
        )
    from {former}
"""
_MOVE_UNLIFTED: Final = """
    update ledger.loads
    set raw_schema = $schema, raw_table = $table, lifted = $unlifted
    where raw_schema = $former and raw_table = $former_table
"""
_MOVE_LOADS: Final = "update ledger.loads set raw_schema = $schema where raw_schema = $former"
# Records share keys and phrases: zstd makes a third of what DuckDB would choose by itself, in less time.
_OBJECTS: Final = ("_record", "_row", "_others")
# Nearly every row has its own: DuckDB looks for a dictionary in vain, which takes twice as long as zstd and more room.
_OWN_VALUES: Final = ("email", "phone", "name", "text", "respondent")
_OWN_SUFFIXES: Final = ("_id", "_at")


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every raw table and the ledger, empty, where they are not there yet; add columns that are new."""
    for table in RAW_TABLES.values():
        own = ", ".join(f'"{column}" {_type_of(column)}' for column in table.columns)
        connection.execute(f'create schema if not exists "{table.schema}"')
        connection.execute(f"create table if not exists {table.sql} ({own}, {_ORIGIN})")
    there = set(connection.execute(_COLUMNS).fetchall())
    for table in RAW_TABLES.values():
        for column in table.columns:
            if (table.schema, table.name, column) not in there:
                connection.execute(f'alter table {table.sql} add column "{column}" varchar')
    connection.execute(_LEDGER)
    connection.execute(_NEW_IN_LEDGER)
    _move_former_tables(connection, there)
    _move_records(connection, there)


def _move_former_tables(connection: duckdb.DuckDBPyConnection, there: Collection[tuple[str, str, str]]) -> None:
    """Bring rows of an earlier version's tables, such as raw_crm_csv.orders, to where they land now."""
    for schema in sorted({table.schema for table in RAW_TABLES.values()}):
        former = f"{schema}{_FORMER_SUFFIX}"
        found = {name for owner, name, _ in there if owner == former}
        for table in (one for one in RAW_TABLES.values() if one.schema == schema and one.name in found):
            connection.execute(f'insert into {table.sql} by name select * from "{former}"."{table.name}"')  # noqa: S608
        if found:
            connection.execute(f'drop schema "{former}" cascade')
            connection.execute(_MOVE_LOADS, {"schema": schema, "former": former})


def _move_records(connection: duckdb.DuckDBPyConnection, there: Collection[tuple[str, str, str]]) -> None:
    """Bring records of vendors that are described now to the table of their entity, where their columns are filled."""
    for (former, former_table), place in _UNDESCRIBED.items():
        if not any((schema, name) == (former, former_table) for schema, name, _ in there):
            continue
        table = RAW_TABLES[place]
        records = _FORMER_RECORDS.get((former, former_table), "")
        connection.execute(
            _MOVE_RECORDS.format(table=table.sql, former=f'"{former}"."{former_table}"', records=records)
        )
        connection.execute(f'drop schema "{former}" cascade')
        moved = {"schema": table.schema, "table": table.name, "unlifted": UNLIFTED}
        connection.execute(_MOVE_UNLIFTED, {**moved, "former": former, "former_table": former_table})


def _type_of(column: str) -> str:
    differs = column.endswith(_OWN_SUFFIXES) or column in (*_OBJECTS, *_OWN_VALUES)
    return "varchar using compression zstd" if differs else "varchar"

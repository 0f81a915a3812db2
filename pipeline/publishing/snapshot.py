"""The snapshot of a release: a new database file that holds the marts and nothing else, scanned and hashed.

In: the marts database and the names of its tables. Out: a file, and rows and content hash of every table.

A byte copy of the marts database would still hold the text of dropped tables and deleted rows; tables created in a
new file do not. Hashing a table reads every value of it back from the file, so that a damaged block is found before
anybody else reads it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from workspace.records.documents import TableRecord

MARTS_SCHEMA = "marts"
# Of rows: their number, and two sums of 64-bit halves of each one's MD5.
_SUMS: Final = """
    count(*),
    coalesce(sum(md5_number_lower(to_json(row_of)::varchar)), 0),
    coalesce(sum(md5_number_upper(to_json(row_of)::varchar)), 0)
"""


class SnapshotError(Exception):
    """A snapshot that cannot be published as it is."""


def write_snapshot(source: Path, target: Path, *, tables: Iterable[str]) -> None:
    """Create `target` with the marts of `source`, copied row by row into fresh tables.

    Args:
        source: the marts database; opened read-only.
        target: the file to create; must not be there.
        tables: names of the marts, from dbt's manifest.

    Raises:
        SnapshotError: a mart is missing in `source`.
    """
    with duckdb.connect(str(target)) as connection:
        connection.execute("attach $path as warehouse (read_only)", {"path": str(source)})
        present = _tables(connection, database="warehouse")
        connection.execute(f"create schema {_quoted(MARTS_SCHEMA)}")
        for table in sorted(tables):
            if table not in present:
                raise SnapshotError(f"Mart {MARTS_SCHEMA}.{table} was not built; run again with --full-refresh.")
            name = f"{_quoted(MARTS_SCHEMA)}.{_quoted(table)}"
            connection.execute(f"create table {name} as from warehouse.{name}")
        connection.execute("detach warehouse")
        connection.execute("checkpoint")


def read_tables(
    snapshot: Path, *, before: Mapping[str, TableRecord] | None = None, earlier: Path | None = None
) -> dict[str, TableRecord]:
    """Scan every value of a snapshot and return rows and content hash of its tables.

    The content hash covers the column names, their types and the multiset of rows, in any order: two sums of
    64-bit halves of each row's MD5. It finds changes and damage; it does not keep out a person who can write the file
    (that is what file permissions and the SHA-256 of the file in release.json are for).

    Args:
        before: tables of an earlier snapshot. One that holds the same is scanned, too, and its MD5 is not computed
            again, which takes ten times as long.
        earlier: that snapshot. Of a table that changed, rows that both have are scanned, and only of the others the
            MD5 is computed.
    """
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        if earlier:
            connection.execute("attach $path as earlier (read_only)", {"path": str(earlier)})
        return {table: _record(connection, table, before or {}) for table in _tables(connection, database=None)}


def contents_of(database: Path) -> dict[str, str]:
    """Name of a mart -> a digest of its columns and of all its rows, in any order.

    Quicker than what `read_tables` gives, and good for comparing with what the same engine gave: DuckDB's own hash of
    a row may be another in its next version, so that it is not for a release.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        return {table: _content(connection, table) for table in _tables(connection, database=None)}


def canonical_hash(document: Any) -> str:
    """SHA-256 of a JSON document that does not depend on the order of keys or of named list items."""
    return hashlib.sha256(json.dumps(_ordered(document), sort_keys=True, default=str).encode()).hexdigest()


def _record(connection: duckdb.DuckDBPyConnection, table: str, before: Mapping[str, TableRecord]) -> TableRecord:
    engine_hash, known = _content(connection, table), before.get(table)
    if known and known.engine_hash == engine_hash:
        return known
    name = f"{_quoted(MARTS_SCHEMA)}.{_quoted(table)}"
    columns = _columns(connection, name)
    if known and known.row_sums and _has_columns(connection, table, columns):
        rows, *sums = _difference(connection, name)
        rows, sums = known.rows + rows, [int(was) + more for was, more in zip(known.row_sums, sums, strict=True)]
    else:
        rows, *sums = connection.execute(f"from {name} as row_of select {_SUMS}").fetchall()[0]
    row_sums = tuple(str(one) for one in sums)
    content = hashlib.sha256(json.dumps([columns, rows, *row_sums]).encode()).hexdigest()
    return TableRecord(rows=rows, content_hash=content, engine_hash=engine_hash, row_sums=row_sums)


def _difference(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[int, ...]:
    """What rows that only one of two snapshots has add to the number of rows and to the sums of their hashes."""
    connection.execute(
        f"create or replace temp table hashed as from {name} as row_of select hash(row_of) as row_hash, 1 as sign"
    )
    connection.execute(f"insert into temp.hashed from earlier.{name} as row_of select hash(row_of), -1")
    connection.execute(
        "create or replace temp table differing as "
        "select row_hash from temp.hashed group by row_hash having sum(sign) <> 0"
    )
    came, went = (
        connection.execute(
            f"from {rows} as row_of select {_SUMS} where hash(row_of) in (from temp.differing)"
        ).fetchall()[0]
        for rows in (name, f"earlier.{name}")
    )
    return tuple(more - less for more, less in zip(came, went, strict=True))


def _has_columns(connection: duckdb.DuckDBPyConnection, table: str, columns: list[tuple[str, str]]) -> bool:
    """Whether the earlier snapshot has the table, with these columns."""
    present = table in _tables(connection, database="earlier")
    return present and _columns(connection, f"earlier.{_quoted(MARTS_SCHEMA)}.{_quoted(table)}") == columns


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, str]]:
    return [row[:2] for row in connection.execute(f"describe {name}").fetchall()]


def _content(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    name = f"{_quoted(MARTS_SCHEMA)}.{_quoted(table)}"
    columns = _columns(connection, name)
    held = connection.execute(f"from {name} as row_of select count(*), sum(hash(row_of))").fetchall()[0]
    return canonical_hash([duckdb.__version__, columns, *held])


def _tables(connection: duckdb.DuckDBPyConnection, *, database: str | None) -> list[str]:
    found = connection.execute(
        "select table_name from duckdb_tables() "
        "where schema_name = $schema and database_name = coalesce($database, current_database()) order by all",
        {"schema": MARTS_SCHEMA, "database": database},
    ).fetchall()
    return [row[0] for row in found]


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _ordered(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {str(key): _ordered(value) for key, value in node.items()}
    if isinstance(node, (list, tuple)):
        items = [_ordered(item) for item in node]
        if items and all(isinstance(item, dict) and "name" in item for item in items):
            return sorted(items, key=lambda item: json.dumps(item, sort_keys=True, default=str))
        return items
    return node

"""A DuckDB file, or a folder of Parquet files, in; batches of a table's rows as text out. DuckDB itself reads both.

    duckdb:///lake/hub.duckdb       table: hubspot.contacts
    parquet:///lake                 table: hubspot.contacts    lake/hubspot/contacts/*.parquet, or contacts.parquet

Every column is cast to text in UTC, and what holds objects or lists to JSON. Names in a statement are those of cx.yml,
which are plain words; columns go by their position.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, Self

import duckdb
import pyarrow as pa

from ingestion.engine.cursors import CursorKind
from ingestion.engine.place import BATCH_ROWS, Column, Place
from ingestion.readers.records import no_glob
from ingestion.readers.vendor import UnreadableFileError
from ingestion.warehouse import MEMORY_LIMIT
from workspace import Source
from workspace.wording import without_values

_WHOLE_NUMBERS: Final = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
)
_INSTANT: Final = "TIMESTAMP WITH TIME ZONE"
# What a bound is compared as, by what the cursor holds.
_BOUNDS: Final[dict[CursorKind, str]] = {
    "id": "hugeint",
    "instant": "timestamptz",
    "local": "timestamp",
    "day": "date",
}
_TABLES: Final = """
    select table_schema, table_name
    from information_schema.tables
    where table_catalog = current_database()
    order by all
"""


_DESCRIBE: Final = "describe select * from {relation}"
_ROWS: Final = "select {texts} from (select * from {relation}) as found({names})"
_SINCE: Final = " where {name} >= $since::{kind} or {name} is null"


class _DuckDBPlace(Place):
    """What both have in common."""

    def __init__(
        self, source: Source, root: Path, address: str, connection: duckdb.DuckDBPyConnection | None = None
    ) -> None:
        super().__init__(source, root)
        self._address = address
        # As in SQLAlchemy's urls, the slash behind '://' is not part of the path.
        self._path = self._file(address.partition("://")[2].removeprefix("/"))
        self._types: list[str] = []
        try:
            self._connection = self._connect() if connection is None else connection.cursor()
        except duckdb.Error as error:
            raise self._unreachable(error) from None

    @abstractmethod
    def _connect(self) -> duckdb.DuckDBPyConnection:
        """A connection that reads and cannot write."""

    @abstractmethod
    def _relation(self) -> tuple[str, dict[str, object]]:
        """What stands behind `from`, and its parameters.

        Raises:
            UnreadableFileError: when there is no such table.
        """

    def open_beside(self, source: Source) -> Self:
        # DuckDB opens a file once in a process.
        return type(self)(source, self._root, self._address, self._connection)

    def close(self) -> None:
        self._connection.close()

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        relation, parameters = self._relation()
        try:
            found = self._connection.execute(_DESCRIBE.format(relation=relation), parameters).fetchall()
        except duckdb.Error as error:
            raise self._unreachable(error) from None
        self._types = [str(kind) for _, kind, *_ in found]
        return tuple(
            Column(name, _cursor_kind(kind), is_json=_is_json(kind), may_hold_json=kind == "VARCHAR")
            for (name, *_), kind in zip(found, self._types, strict=True)
        )

    def batches(self, *, cursor: str | None = None, since: str | None = None) -> Iterator[pa.Table]:
        relation, parameters = self._relation()
        names = [f"c{position}" for position in range(1, len(self.columns) + 1)]
        texts = (
            f"to_json({name})::varchar as {name}" if _is_json(kind) else f"{name}::varchar as {name}"
            for name, kind in zip(names, self._types, strict=True)
        )
        statement = _ROWS.format(texts=", ".join(texts), relation=relation, names=", ".join(names))
        if cursor is not None and since is not None:
            position = [column.name for column in self.columns].index(cursor)
            kind = self.columns[position].cursor_kind
            assert kind is not None
            name = f"found.{names[position]}"
            statement += _SINCE.format(name=name, kind=_BOUNDS[kind])
            parameters = {**parameters, "since": since}
        try:
            found = self._connection.sql(statement, params=parameters or None)
            for batch in found.to_arrow_reader(BATCH_ROWS):
                yield pa.Table.from_batches([batch])
        except (duckdb.Error, pa.ArrowException) as error:
            raise self._unreachable(error) from None

    def _unreachable(self, error: Exception) -> UnreadableFileError:
        first = without_values((str(error).splitlines() or [type(error).__name__])[0].rstrip("."))
        fix = "Check that the file is whole, and that no other process writes to it. The next run loads the rest."
        return self._problem(f"The table cannot be read: {first}.", fix)


class DuckDBFile(_DuckDBPlace):
    """A table of a DuckDB file."""

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(str(self._path), read_only=True, config={"memory_limit": MEMORY_LIMIT})
        connection.execute("set global TimeZone = 'UTC'")
        # A view of the file may name files of this machine.
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        return connection

    @cached_property
    def tables(self) -> Sequence[str]:
        found = self._connection.execute(_TABLES).fetchall()
        return [name for schema, name in found if schema.lower() == (self._schema or "main").lower()]

    def _relation(self) -> tuple[str, dict[str, object]]:
        if self._table_name.lower() not in (name.lower() for name in self.tables):
            raise self._no_such_table()
        return f'"{self._schema or "main"}"."{self._table_name}"', {}


class ParquetFolder(_DuckDBPlace):
    """A table whose rows are those of Parquet files: all files of a folder, or one file."""

    def _connect(self) -> duckdb.DuckDBPyConnection:
        if not self._path.is_dir():
            raise self._problem(f"{self._path} is not a folder.", "Name the folder that the tables are in.")
        connection = duckdb.connect(config={"memory_limit": MEMORY_LIMIT})
        connection.execute("set global TimeZone = 'UTC'")
        return connection

    @cached_property
    def tables(self) -> Sequence[str]:
        folder = self._path / self._schema if self._schema else self._path
        names = (path.relative_to(folder).parts[0] for path in _parquet_files(folder))
        return list(dict.fromkeys(name.removesuffix(".parquet") for name in names))

    def _relation(self) -> tuple[str, dict[str, object]]:
        folder = self._path / self._schema if self._schema else self._path
        files = [*_parquet_files(folder / self._table_name)]
        single = folder / f"{self._table_name}.parquet"
        files += [single] if single.is_file() else []
        if not files:
            raise self._no_such_table()
        for path in files:
            self._file(str(path))
        # Files of a later load may have columns that those of an earlier one have not.
        return "read_parquet($paths, union_by_name = true, hive_partitioning = false)", {
            "paths": [no_glob(str(path)) for path in files]
        }


def _parquet_files(folder: Path) -> Iterator[Path]:
    """All of them, at any depth, but those that a tool hides."""
    for path in sorted(folder.rglob("*.parquet")):
        if not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts):
            yield path


def _is_json(kind: str) -> bool:
    return kind == "JSON" or kind.startswith(("STRUCT(", "MAP(")) or kind.endswith("]")


def _cursor_kind(kind: str) -> CursorKind | None:
    if kind in _WHOLE_NUMBERS:
        return "id"
    if kind == _INSTANT:
        return "instant"
    if kind.startswith("TIMESTAMP"):
        return "local"
    return "day" if kind == "DATE" else None

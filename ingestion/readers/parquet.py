"""A Parquet file in, its rows as JSON lines out: what a reader of JSON lines takes, with a row's number as its line.

Values come out as an export in JSON has them: times in ISO form and UTC, records and lists as objects and arrays.
Names of columns come from the file: in SQL they are parameters, and columns go by their position.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import duckdb

from ingestion.readers.records import no_glob
from ingestion.readers.vendor import UnreadableFileError
from ingestion.warehouse import KEEP_ORDER, MEMORY_LIMIT, PRIVATE_FOLDER
from workspace.configuration import limits
from workspace.errors import Problem
from workspace.wording import without_values

MAGIC: Final = b"PAR1"
SPLIT: Final = "Export it in several files."
_ROWS_AT_ONCE: Final = 2_048
_TIMES: Final = ("timestamp", "timestamp_s", "timestamp_ms", "timestamp with time zone")
_FINE_TIMES: Final = ("timestamp_ns", "timestamptz_ns")
# JSON has no word for what is not a finite number.
_NUMBERS: Final = ("float", "double")

_SIZE: Final = """
    select
        coalesce(sum(total_uncompressed_size), 0),
        coalesce(max(column_id) + 1, 0)
    from parquet_metadata($path)
"""
_ROWS: Final = "from read_parquet($path, hive_partitioning = false)"


def parquet_as_json_lines(path: Path, target: Path, *, shown: str) -> Path:
    """Write every row of a Parquet file as a line of JSON.

    Args:
        path: the file.
        target: the file to write; its folder is made.
        shown: how the user knows the file.

    Returns:
        `target`.

    Raises:
        UnreadableFileError: when the file is broken, cut off, or larger than a limit.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    try:
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
            connection.execute("set temp_directory = $folder", {"folder": str(target.parent)})
            connection.execute(KEEP_ORDER)
            _refuse_large(connection, path, shown=shown)
            _write(connection, path, target, shown=shown)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        first = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        what = f"The Parquet file is broken or cut off: {without_values(first)}."
        fix = "Export it again, and copy all of it."
        raise UnreadableFileError(Problem(file=shown, what=what, fix=fix)) from None
    return target


def _refuse_large(connection: duckdb.DuckDBPyConnection, path: Path, *, shown: str) -> None:
    """Look at what the file says of itself before anything is unpacked: a small file may hold a great deal."""
    size, columns = connection.execute(_SIZE, {"path": no_glob(str(path))}).fetchall()[0]
    what = None
    if size > limits.PARQUET_BYTES:
        found, most = limits.in_words(int(size)), limits.in_words(limits.PARQUET_BYTES)
        what = f"The columns of the Parquet file hold {found} when they are unpacked; at most {most} are read."
    elif columns > limits.COLUMNS:
        what = f"The file has {columns:,} columns; at most {limits.COLUMNS:,} are read."
    if what is not None:
        raise UnreadableFileError(Problem(file=shown, what=what, fix=SPLIT))


def _write(connection: duckdb.DuckDBPyConnection, path: Path, target: Path, *, shown: str) -> None:
    source = {"path": no_glob(str(path))}
    # Names and types of the columns; nothing is read for them.
    columns = connection.execute(f"select * {_ROWS} limit 0", source).description
    row = _Row()
    pairs = ", ".join(row.pair(name, f"c{nth}", kind) for nth, (name, kind, *_) in enumerate(columns, start=1))
    places = ", ".join(f"c{nth}" for nth in range(1, len(columns) + 1))
    # Names of the file are parameters; the rest follows from types and positions.
    query = f"select json_object({pairs})::varchar {_ROWS} as found({places})"
    cursor = connection.execute(query, {**source, **row.names})
    written = 0
    with target.open("wb") as file:
        while found := cursor.fetchmany(_ROWS_AT_ONCE):
            text = "".join(f"{record}\n" for (record,) in found).encode()
            # Rows that repeat a value take next to no room in the columns, and all of it as text.
            written += len(text)
            if written > limits.PARQUET_TEXT_BYTES:
                most = limits.in_words(limits.PARQUET_TEXT_BYTES)
                what = f"The rows of the Parquet file are more than {most} of JSON; at most that is read."
                raise UnreadableFileError(Problem(file=shown, what=what, fix=SPLIT))
            file.write(text)


class _Row:
    """Expressions that make JSON of a row's columns.

    Attributes:
        names: named parameters of these expressions: the file's own names.
    """

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self._items = 0

    def pair(self, name: str, value: str, kind: Any) -> str:
        """A key of an object and its value.

        Args:
            name: of the column or the field.
            value: its expression.
            kind: its type, as DuckDB's Python module describes it.
        """
        key = f"name_{len(self.names) + 1}"
        self.names[key] = name
        return f"${key}, {self._json(value, kind)}"

    def _json(self, value: str, kind: Any) -> str:
        """What JSON makes of a value as it should; the value itself where it does so anyway."""
        if not _is_special(kind):
            return value
        if kind.id in _TIMES:
            return f"strftime({value}, '%Y-%m-%dT%H:%M:%S.%fZ')"
        if kind.id in _FINE_TIMES:
            # DuckDB 2.0's strftime writes a wrong text where %n stands behind a point.
            return f"replace({value}::timestamp_ns::varchar, ' ', 'T') || 'Z'"
        if kind.id in _NUMBERS:
            return f"case when isfinite({value}) then to_json({value}) else to_json({value}::varchar) end"
        if kind.id == "struct":
            fields = (
                self.pair(name, f"struct_extract_at({value}, {nth})", inner)
                for nth, (name, inner) in enumerate(kind.children, start=1)
            )
            return f"case when {value} is not null then json_object({', '.join(fields)}) end"
        self._items += 1
        item = f"item_{self._items}"
        if kind.id == "map":
            inner = self._json(item, dict(kind.children)["value"])
            return f"map(map_keys({value}), list_transform(map_values({value}), lambda {item}: {inner}))"
        return f"list_transform({value}, lambda {item}: {self._json(item, kind.children[0][1])})"


def _is_special(kind: Any) -> bool:
    """Whether JSON would write a value of a type, or one inside it, in another form than exports in JSON do."""
    if kind.id in (*_TIMES, *_FINE_TIMES, *_NUMBERS):
        return True
    return kind.id in ("struct", "list", "map") and any(_is_special(inner) for _, inner in kind.children)

"""A delimited text in, the view `staged` out: one row a record: cells by canonical name, disposition and reason.

Shared by every vendor whose files are delimited. The header is read by Python's csv; everything behind it by DuckDB.
A record of another width than the header is rejected, and so is one with broken quotes or undecodable bytes.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from pathlib import Path
from typing import Final, Literal, TextIO

import duckdb

from ingestion.readers.files import CHUNK_BYTES, LONG_MARK, MARK, Readable
from ingestion.readers.records import (
    QuotePatterns,
    line_parameters,
    lines_as_records,
    quoted_lines_as_records,
    read_lines,
)
from ingestion.readers.reject_reasons import reject_reason
from workspace.configuration import limits
from workspace.texts import clean_text

WHITESPACE: Final = "whitespace"
SAMPLED_RECORDS: Final = 100


class HeaderError(Exception):
    """The head of a file cannot be read; the message says why, in one sentence."""


@dataclass(frozen=True)
class Head:
    """The part of a file before its records.

    Attributes:
        rows: the header rows' cells, trimmed.
        width: number of cells that every record must have.
        last_line: physical line that the last header row ends on; 0 without a header.
        skipped: records up to there: header rows and blank lines.
    """

    rows: tuple[tuple[str, ...], ...]
    width: int
    last_line: int
    skipped: int

    @property
    def keys(self) -> tuple[str, ...]:
        """One distinct name a column: the header's; its position where that is empty, a repetition or not there.

        Of several header rows the first names a column, and a further one where those before are empty: surveys write a
        question over the first of its choices only, and the choices beneath.
        """
        if not self.rows:
            return distinct_names(("",) * self.width)
        return distinct_names([next(filter(None, column), "") for column in zip(*self.rows, strict=True)])


def distinct_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Names of columns; a position (from 1) for those without a name of their own."""
    given = set(cells)
    seen: set[str] = set()
    names = []
    for position, cell in enumerate(cells, start=1):
        name = cell
        if not name or name in seen:
            name = str(position)
            while name in given:
                name += "_"
        seen.add(name)
        names.append(name)
    return tuple(names)


def read_head(path: Path, *, delimiter: str, header_rows: int, quoted: bool = True) -> Head:
    """Read the header rows of a UTF-8 text; without one (0 rows) only the width of its records.

    Raises:
        HeaderError: when there are fewer rows than that, or they cannot be read.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        _refuse_many_columns(file, delimiter)
        records = _numbered_records(file, delimiter, quoted=quoted)
        if header_rows == 0:
            return Head((), _usual_width(records), 0, 0)
        rows: list[tuple[str, ...]] = []
        last_line = skipped = 0
        try:
            for line, cells in records:
                if is_blank(cells):
                    skipped += 1
                    continue
                _refuse_columns(len(cells))
                rows.append(tuple(clean_text(cell) for cell in cells))
                last_line = line
                if len(rows) == header_rows:
                    break
        except csv.Error as error:
            # Python's words for a cell that goes on and on.
            why = "a quote is never closed" if "field limit" in str(error) else str(error)
            raise HeaderError(f"The header cannot be read: {why}.") from None
    if len(rows) < header_rows:
        raise HeaderError("The file is empty." if not rows else f"The file has fewer than {header_rows} header rows.")
    if len({len(row) for row in rows}) > 1:
        raise HeaderError(f"The header rows differ in width: {', '.join(str(len(row)) for row in rows)} cells.")
    if any(MARK in cell for row in rows for cell in row):
        raise HeaderError("The header holds bytes that are not text in this encoding.")
    return Head(tuple(rows), len(rows[0]), last_line, skipped + header_rows)


def _refuse_many_columns(file: TextIO, delimiter: str) -> None:
    """Count before anything is taken apart: each column of a row takes memory wherever the row goes."""
    line = file.readline()
    file.seek(0)
    if LONG_MARK in line:
        raise HeaderError(f"The first line has more than {limits.in_words(limits.LINE_BYTES)}.")
    columns = len(line.split()) if delimiter == WHITESPACE else line.count(delimiter) + 1
    if columns > limits.COLUMNS and '"' in line:
        with suppress(csv.Error):
            columns = len(next(csv.reader([line], delimiter=delimiter), []))
    _refuse_columns(columns)


def _refuse_columns(columns: int) -> None:
    if columns > limits.COLUMNS:
        raise HeaderError(f"The file has {columns:,} columns; at most {limits.COLUMNS:,} are read.")


def _numbered_records(file: TextIO, delimiter: str, *, quoted: bool) -> Iterator[tuple[int, list[str]]]:
    """Cells of each record, with the physical line that it ends on. Broken quotes raise `csv.Error`."""
    if delimiter == WHITESPACE:
        yield from ((number, line.split()) for number, line in enumerate(file, start=1))
        return
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    reader = csv.reader(file, delimiter=delimiter, strict=True, quoting=quoting)
    yield from ((reader.line_num, cells) for cells in reader)


def _usual_width(records: Iterator[tuple[int, list[str]]]) -> int:
    """Most common number of cells among the first records: the very first may be the odd one."""
    widths: Counter[int] = Counter()
    with suppress(csv.Error):
        widths.update(len(cells) for _, cells in islice(records, SAMPLED_RECORDS) if not is_blank(cells))
    return widths.most_common(1)[0][0] if widths else 0


def is_blank(cells: Sequence[str]) -> bool:
    """A line with nothing on it. A line of delimiters only is a record with empty cells."""
    return not cells or (len(cells) == 1 and not cells[0].strip())


# The cells of a record as a list; null where they cannot be separated.
_CELLS: Final = """
    case
        when is_broken or is_marked then null
        when not contains(text, '"') then string_split(text, $delimiter)
        when regexp_full_match($delimiter || text, $well_formed) then list_transform(
            regexp_extract_all($delimiter || text, $cell, 1),
            lambda cell: case
                when starts_with(cell, '"') then replace(cell[2:-2], '""', '"')
                else cell
            end
        )
    end
"""
_UNQUOTED_CELLS: Final = "case when not is_marked then string_split(text, $delimiter) end"
_BLANK_SEPARATED_CELLS: Final = """
    case when not is_marked then regexp_split_to_array(trim(text, e' \\t'), '[ \\t]+') end
"""

_JUDGED: Final = """
    create or replace temp table judged_records as
    with split as (
        select
            line,
            text,
            is_marked,
            is_broken,
            is_endless,
            not regexp_matches(text, $visible) as is_blank,
            {cells} as cells
        from records
    ),

    judged as (
        select
            *,
            case
                when is_blank then null
                when is_marked and contains(text, $long_mark) then $too_long
                when is_marked then $bad_bytes
                when is_endless then $endless
                when is_broken then $open_quote
                when cells is null then $text_behind_quote
                when len(cells) <> $width
                    then replace($wrong_width, '{{found}}', len(cells)::varchar)
            end as reason
        from split
    )

    select
        line,
        case when is_blank then 'skipped' when reason is null then 'loaded' else 'rejected' end as disposition,
        reason,
        null::varchar as column_name,
        case when reason is not null then text end as payload,
        case when reason is null and not is_blank then cells end as cells
    from judged
"""


_STAGED: Final = """
    create or replace temp view staged as
    select * replace (list_transform(cells, lambda cell: nullif(cell, '')) as cells), {columns}
    from judged_records
"""

# What DuckDB's own reader takes without complaint, one record a line.
_READ_AT_ONCE: Final = """
    create or replace temp table taken_records as
    from read_csv(
        $path, columns = {{{columns}}}, header = false, skip = $header_end, auto_detect = false, delim = $delimiter,
        quote = '{quote}', escape = '{quote}', nullstr = $null, strict_mode = true, null_padding = false,
        compression = 'none', hive_partitioning = false, max_line_size = $longest
    )
"""

# The table keeps the order of the file though several threads read it, and so its rows' numbers say on which line each
# stands. A window over the reader would keep it to one thread.
_STAGED_AT_ONCE: Final = """
    create or replace temp view staged as
    select
        rowid + 1 + {header_end} as line,
        'loaded' as disposition,
        null::varchar as reason,
        null::varchar as column_name,
        null::varchar as payload,
        [{cells}] as cells,
        {columns}
    from taken_records
"""


def stage_records(
    connection: duckdb.DuckDBPyConnection, text: Readable, *, delimiter: str, head: Head, quoted: bool = True
) -> bool:
    """A readable text -> view `staged` (line, disposition, reason, column_name, payload, cells, and c1, c2...).

    An empty cell is null. Where cells are not `quoted`, a quote is a character like any other, and every line a record.

    Returns:
        Whether there may be cells of nothing but blanks. Where there are none, the search is skipped: DuckDB
        takes as long to make nulls of texts as to read them.
    """
    blanks = _look_for_blanks(text.path, delimiter) if delimiter != WHITESPACE else Blanks()
    if _stage_at_once(connection, text, blanks, delimiter=delimiter, head=head, quoted=quoted):
        return blanks.as_cells
    read_lines(connection, text, header_end=head.last_line)
    if delimiter == WHITESPACE:
        lines_as_records(connection)
        statement = _JUDGED.format(cells=_BLANK_SEPARATED_CELLS)
        connection.execute(statement, {"visible": "[^ \t]", **_judging(head.width)})
        _expose_cells(connection, head.width)
        return False
    visible = "[^ ]" if delimiter == "\t" else "[^ \t]"
    if not quoted:
        lines_as_records(connection)
        statement = _JUDGED.format(cells=_UNQUOTED_CELLS)
        connection.execute(statement, {"visible": visible, "delimiter": delimiter, **_judging(head.width)})
        _expose_cells(connection, head.width)
        return blanks.as_cells
    if text.has_quotes:
        quoted_lines_as_records(connection, delimiter=delimiter)
    else:
        lines_as_records(connection)
    pattern = QuotePatterns(delimiter)
    connection.execute(
        _JUDGED.format(cells=_CELLS),
        {
            **_judging(head.width),
            "visible": visible,
            "delimiter": delimiter,
            "well_formed": pattern.well_formed,
            "cell": pattern.cell,
        },
    )
    _expose_cells(connection, head.width)
    return blanks.as_cells


def _judging(width: int) -> dict[str, object]:
    """What judging a record needs: how many cells it has to have, and the reasons to reject it."""
    return {
        "width": width,
        "long_mark": LONG_MARK,
        "too_long": reject_reason("long_line", limits.in_words(limits.LINE_BYTES)),
        "bad_bytes": reject_reason("bad_bytes"),
        "endless": reject_reason("endless_quote", f"{limits.CELL_LINES:,}"),
        "open_quote": reject_reason("open_quote"),
        "text_behind_quote": reject_reason("text_behind_quote"),
        "wrong_width": reject_reason("wrong_width", "{found}", width),
    }


def _expose_cells(connection: duckdb.DuckDBPyConnection, width: int) -> None:
    columns = ", ".join(f"nullif(cells[{position}], '') as {cell(position)}" for position in range(1, width + 1))
    connection.execute(_STAGED.format(columns=columns))


def _stage_at_once(
    connection: duckdb.DuckDBPyConnection, text: Readable, blanks: Blanks, *, delimiter: str, head: Head, quoted: bool
) -> bool:
    """Let DuckDB's CSV reader make `staged`; false where its result cannot be trusted, for the careful way to do.

    It is several times as fast, but reports neither the line of a record nor what it did with a broken one. As
    many records as lines means that each has its own line: blank lines, cells with newlines and quotes that swallow
    lines make fewer.
    """
    if delimiter == WHITESPACE or text.is_marked or head.width < 2 or (quoted and blanks.beside_quotes):
        return False
    names = [cell(position) for position in range(1, head.width + 1)]
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    statement = _READ_AT_ONCE.format(columns=columns, quote='"' if quoted else "")
    # To a reader that makes nulls of empty cells, one too many at the end of a line is none.
    null = "\x01" if blanks.empty_at_end else ""
    known = {**line_parameters(text), "header_end": head.last_line, "delimiter": delimiter, "null": null}
    try:
        taken = connection.execute(statement, known).fetchall()[0][0]
    except duckdb.InvalidInputException:
        return False
    if taken != text.lines - head.last_line:
        return False
    cells = [f"nullif({name}, '')" for name in names] if blanks.empty_at_end else names
    columns = ", ".join(f"{value} as {name}" for name, value in zip(names, cells, strict=True))
    connection.execute(_STAGED_AT_ONCE.format(header_end=head.last_line, cells=", ".join(cells), columns=columns))
    return True


@dataclass(frozen=True)
class Blanks:
    """Where a text has blanks, as far as its bytes show: those inside a quoted cell count, too.

    Attributes:
        beside_quotes: between a delimiter and a quote. DuckDB drops them, and to us they are text.
        as_cells: there may be a cell of nothing but blanks.
        empty_at_end: there may be a line that ends with an empty cell.
    """

    beside_quotes: bool = False
    as_cells: bool = False
    empty_at_end: bool = False

    def __or__(self, other: Blanks) -> Blanks:
        return Blanks(
            self.beside_quotes or other.beside_quotes,
            self.as_cells or other.as_cells,
            self.empty_at_end or other.empty_at_end,
        )


def _look_for_blanks(path: Path, delimiter: str) -> Blanks:
    size = path.stat().st_size
    # As many threads as DuckDB would take: NumPy lets go of the interpreter while it looks.
    with path.open("rb") as file, ThreadPoolExecutor(os.cpu_count()) as threads:
        starts = range(0, size, CHUNK_BYTES)
        found = threads.map(lambda start: _blanks_of(_with_neighbours(file.fileno(), start), ord(delimiter)), starts)
        return reduce(Blanks.__or__, found, Blanks())


def _with_neighbours(descriptor: int, start: int) -> bytes:
    """A piece of a file with the byte before it and the one behind; a newline where the file begins and ends."""
    before = b"\n" if start == 0 else os.pread(descriptor, 1, start - 1)
    piece = before + os.pread(descriptor, CHUNK_BYTES + 1, start)
    return piece if len(piece) == CHUNK_BYTES + 2 else piece + b"\n"


def _blanks_of(text: bytes, mark: int) -> Blanks:
    """The inside of a piece of text, without its first and its last byte."""
    # NumPy takes a while to import, and many commands read nothing.
    import numpy as np

    piece = np.frombuffer(text, np.uint8)
    is_newline = (piece == ord("\n")) | (piece == ord("\r"))
    is_mark = piece == mark
    is_quote = piece == ord('"')
    is_blank = ((piece == ord(" ")) | (piece == ord("\t"))) & ~is_mark
    is_end = is_mark | is_newline | is_blank
    before, here, after = slice(None, -2), slice(1, -1), slice(2, None)
    beside = is_blank[here]
    return Blanks(
        beside_quotes=bool((beside & ((is_end[before] & is_quote[after]) | (is_quote[before] & is_end[after]))).any()),
        as_cells=bool((beside & (is_end | is_quote)[before] & (is_end | is_quote)[after]).any()),
        empty_at_end=bool(((is_mark[here] | (is_quote[here] & is_quote[before])) & is_newline[after]).any()),
    )


def cell(position: int) -> str:
    """Column of `staged` with the cell at a position (from 1). Columns, for a list would be built of every row."""
    return f"c{position}"


def cells_as_json(keys: Sequence[str], left_out: Collection[int] = frozenset()) -> tuple[str, dict[str, object]]:
    """SQL expression over `staged` for a row's cells as a JSON object of text, and its parameters: the keys.

    Faster by far than a map, and a file's own names never become part of the statement. Null where no cell is left.

    Args:
        keys: names of the columns, in their order.
        left_out: positions (from 1) of cells that are stored elsewhere.
    """
    kept = {position: key for position, key in enumerate(keys, start=1) if position not in left_out}
    pairs = ", ".join(f"$key_{position}, {cell(position)}" for position in kept)
    expression = f"json_object({pairs})" if kept else "null::varchar"
    return expression, {f"key_{position}": key for position, key in kept.items()}


def positions_of(keys: Sequence[str], columns: Mapping[str, str], canonical: Sequence[str]) -> dict[str, int]:
    """The position (from 1) of each canonical column: by `columns`, else the column of exactly its name."""
    place = {key: position for position, key in enumerate(keys, start=1)}
    wanted = {name: columns.get(name, name).strip() for name in canonical}
    return {name: place[column] for name, column in wanted.items() if column in place}

"""A readable text in, logical records out, each with the physical line it starts on. All in DuckDB.

text -> table `lines` (line, text) -> view `records` (line, text, is_marked, is_broken). A quoted newline makes one
record of several lines. DuckDB's own CSV reader does not say on which line a record stands and gives up behind a quote
that is never closed; here every line is accounted for, and reading goes on behind a broken one.
"""

from __future__ import annotations

from typing import Final

import duckdb

from ingestion.files import Readable

# DuckDB's default; a longer line needs to be announced.
DEFAULT_LINE_BYTES: Final = 2_097_152
# Stray quotes are looked for one by one so that records behind them are read in full. Behind so many, every line is
# taken for itself.
MOST_STRAY_QUOTES: Final = 50

# Every physical line, numbered from 1 as in the file; `line_parameters` fills in the parameters.
LINES_OF_FILE: Final = """
    select
        row_number() over () as line,
        coalesce(line, '') as text
    from read_csv(
        $path, columns = {'line': 'VARCHAR'}, header = false, auto_detect = false, delim = e'\\x01', quote = '',
        escape = '', strict_mode = false, compression = 'none', hive_partitioning = false,
        max_line_size = $longest
    )
"""

_LINES: Final = f"""
    create or replace temp table lines as
    with numbered as ({LINES_OF_FILE})

    select *
    from numbered
    where line > $header_end
"""  # noqa: S608 (a constant)

# U+FDD0 stands before what could not be decoded (`ingestion.files.MARK`).
_SINGLE_RECORDS: Final = """
    create or replace temp view records as
    select
        line,
        text,
        contains(text, chr(64976)) as is_marked,
        false as is_broken
    from lines
"""

# A line with quotes turns "inside a quoted cell or not" at its start into the same at its end.
_QUOTED_LINES: Final = """
    create or replace temp table quoted_lines as
    select
        line,
        regexp_matches(text, $opens) as opens,
        regexp_matches(text, $stays_open) as stays_open,
        false as is_broken
    from lines
    where contains(text, '"')
"""

_QUOTE_STATES: Final = """
    create or replace temp table quote_states as
    with counted as (
        select
            *,
            sum(case when opens and not stays_open then 1 else 0 end) over (order by line) as turns
        from quoted_lines
    ),

    anchored as (
        select
            *,
            last_value(case when opens = stays_open then (opens::int + turns) % 2 end ignore nulls)
                over (order by line rows between unbounded preceding and current row) as anchor
        from counted
    ),

    ended as (
        select line, is_broken, (coalesce(anchor, 0) + turns) % 2 = 1 as is_open_after
        from anchored
    )

    select *, coalesce(lag(is_open_after) over (order by line), false) as is_open_before
    from ended
"""

_UNCLOSED: Final = """
    select case
        when (select is_open_after from quote_states order by line desc limit 1)
            then (select max(line) from quote_states where is_open_after and not is_open_before)
    end
"""

_BREAK: Final = """
    update quoted_lines set opens = false, stays_open = false, is_broken = true where line = ?
"""

_BREAK_REST: Final = """
    update quoted_lines set opens = false, stays_open = false, is_broken = opens
    where line >= ?
"""

_ANY_OPEN: Final = "select coalesce(bool_or(opens), false) from quoted_lines"

_GROUPED_RECORDS: Final = """
    create or replace temp table joined_records as
    with stated as (
        select
            lines.line,
            lines.text,
            coalesce(quote_states.is_broken, false) as is_broken,
            coalesce(
                quote_states.is_open_before,
                last_value(quote_states.is_open_after ignore nulls)
                    over (order by lines.line rows between unbounded preceding and 1 preceding),
                false
            ) as continues
        from lines
        left join quote_states on quote_states.line = lines.line
    ),

    numbered as (
        select *, sum(case when continues then 0 else 1 end) over (order by line) as record
        from stated
    ),

    joined as (
        select
            min(line) as line,
            string_agg(text, e'\\n' order by line) as text,
            bool_or(is_broken) as is_broken
        from numbered
        group by record
    )

    select
        line,
        text,
        contains(text, chr(64976)) as is_marked,
        is_broken
    from joined
"""

_JOINED_RECORDS: Final = "create or replace temp view records as from joined_records"


def read_lines(connection: duckdb.DuckDBPyConnection, text: Readable, *, header_end: int = 0) -> None:
    """Fill the temporary table `lines`: every physical line behind `header_end`, numbered from 1 as in the file."""
    connection.execute(_LINES, {**line_parameters(text), "header_end": header_end})


def line_parameters(text: Readable) -> dict[str, object]:
    """Where DuckDB finds a text, and how long a line it has to be ready for, in bytes."""
    return {"path": _no_glob(str(text.path)), "longest": max(DEFAULT_LINE_BYTES, text.longest_line + 16)}


def lines_as_records(connection: duckdb.DuckDBPyConnection) -> None:
    """`lines` -> `records`: every line is a record."""
    connection.execute(_SINGLE_RECORDS)


def quoted_lines_as_records(connection: duckdb.DuckDBPyConnection, *, delimiter: str) -> None:
    """`lines` -> `records`, joining the lines of a quoted cell. A quote never closed breaks its own line only."""
    pattern = QuotePatterns(delimiter)
    connection.execute(_QUOTED_LINES, {"opens": pattern.opens, "stays_open": pattern.stays_open})
    if not connection.execute(_ANY_OPEN).fetchall()[0][0]:
        lines_as_records(connection)
        return
    for attempt in range(MOST_STRAY_QUOTES + 2):
        connection.execute(_QUOTE_STATES)
        unclosed = connection.execute(_UNCLOSED).fetchall()[0][0]
        if unclosed is None:
            break
        connection.execute(_BREAK if attempt < MOST_STRAY_QUOTES else _BREAK_REST, [unclosed])
    connection.execute(_GROUPED_RECORDS)
    connection.execute(_JOINED_RECORDS)


class QuotePatterns:
    """Regular expressions (RE2) of delimited text with double quotes, for one delimiter.

    Attributes:
        opens: a line that starts outside quotes ends inside a quoted cell.
        stays_open: a line that starts inside a quoted cell ends inside one.
        well_formed: a record, with a delimiter put before it, of which no quoted cell has text behind its quote.
        cell: one cell of such a record with the delimiter before it; group 1 is the cell with its quotes.
    """

    def __init__(self, delimiter: str) -> None:
        mark = f"\\x{{{ord(delimiter):X}}}"
        inside = '(?:[^"]|"")*'
        behind = (
            f'(?:[^"{mark}][^{mark}]*)?'  # as Python's csv reads it: text behind a closing quote belongs to the cell
        )
        field = f'(?:"{inside}"{behind}|[^"{mark}][^{mark}]*|)'
        self.opens = f'^(?:{field}{mark})*"{inside}$'
        self.stays_open = f'^{inside}(?:"{behind}{mark}(?:{field}{mark})*"{inside})?$'
        self.well_formed = f'(?:{mark}(?:"{inside}"|[^"{mark}][^{mark}]*|))*'
        self.cell = f'{mark}("{inside}"|[^{mark}]*)'


def _no_glob(path: str) -> str:
    """A path as DuckDB has to be told it, which expands wildcards; a name may hold such characters itself."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in path)

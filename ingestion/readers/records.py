"""A readable text in, logical records out, each with the physical line it starts on. All in DuckDB.

text -> table `lines` (line, text) -> view `records` (line, text, is_marked, is_broken, is_endless). A quoted newline
makes one record of several lines. DuckDB's own CSV reader does not report the line of a record and gives up
behind a quote that is never closed; here every line is accounted for, and reading goes on behind a broken one.
"""

from __future__ import annotations

from typing import Final

import duckdb

from ingestion.readers.files import Readable
from workspace.configuration import limits

# DuckDB's default; a longer line needs to be announced.
DEFAULT_LINE_BYTES: Final = 2_097_152
# Stray quotes are looked for one by one so that records behind them are read in full. Behind so many, every line is
# taken for itself.
MOST_STRAY_QUOTES: Final = 50
# Of a large file fewer: each takes a look at every line with quotes.
LEAST_STRAY_QUOTES: Final = 3
MOST_JUDGED_LINES: Final = 20_000_000

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

# U+FDD0 marks what could not be decoded (`ingestion.files.MARK`).
_SINGLE_RECORDS: Final = """
    create or replace temp view records as
    select
        line,
        text,
        contains(text, chr(64976)) as is_marked,
        false as is_broken,
        false as is_endless
    from lines
"""

# A line with quotes turns "inside a quoted cell or not" at its start into the same at its end.
_QUOTED_LINES: Final = """
    create or replace temp table quoted_lines as
    select
        line,
        regexp_matches(text, $opens) as opens,
        regexp_matches(text, $stays_open) as stays_open,
        false as is_broken,
        false as is_endless
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

# A line that opens a quoted cell, and the one that closes it: null where none does. Between them, every line with
# quotes leaves a cell open.
_SPANS: Final = """
    create or replace temp table spans as
    with edges as (
        select line, is_open_before, lead(line) over (order by line) as next_line
        from quote_states
        where is_open_before <> is_open_after
    )

    select line as first_line, next_line as last_line
    from edges
    where not is_open_before
"""

_ENDLESS: Final = """
    select
        coalesce(
            min(first_line) filter (where last_line - first_line >= $lines),
            max(first_line) filter (where last_line is null)
        ),
        bool_or(last_line - first_line >= $lines)
    from spans
"""

_BREAK: Final = """
    update quoted_lines set opens = false, stays_open = false, is_broken = true, is_endless = $is_endless
    where line = $line
"""

_BREAK_REST: Final = """
    update quoted_lines set opens = false, stays_open = false, is_broken = opens
    where line >= $line
"""

_ANY_OPEN: Final = "select coalesce(bool_or(opens), false), count(*) from quoted_lines"

# Only lines that a quoted newline joins are put together; as a rule they are few.
_JOINED_RECORDS: Final = """
    create or replace temp view records as
    with placed as (
        select
            lines.line,
            lines.text,
            case when lines.line <= spans.last_line then spans.first_line end as first_line,
            broken.line is not null as is_broken,
            coalesce(broken.is_endless, false) as is_endless
        from lines
        asof left join spans on lines.line >= spans.first_line
        left join (select line, is_endless from quoted_lines where is_broken) as broken on lines.line = broken.line
    ),

    joined as (
        select line, text, is_broken, is_endless
        from placed
        where first_line is null
        union all
        select
            first_line as line,
            string_agg(text, e'\\n' order by line) as text,
            bool_or(is_broken) as is_broken,
            bool_or(is_endless) as is_endless
        from placed
        where first_line is not null
        group by first_line
    )

    select *, contains(text, chr(64976)) as is_marked
    from joined
"""


def read_lines(connection: duckdb.DuckDBPyConnection, text: Readable, *, header_end: int = 0) -> None:
    """Fill the temporary table `lines`: every physical line behind `header_end`, numbered from 1 as in the file."""
    connection.execute(_LINES, {**line_parameters(text), "header_end": header_end})


def line_parameters(text: Readable) -> dict[str, object]:
    """Where DuckDB finds a text, and how long a line it has to be ready for, in bytes."""
    return {"path": no_glob(str(text.path)), "longest": max(DEFAULT_LINE_BYTES, text.longest_line + 16)}


def lines_as_records(connection: duckdb.DuckDBPyConnection) -> None:
    """`lines` -> `records`: every line is a record."""
    connection.execute(_SINGLE_RECORDS)


def quoted_lines_as_records(connection: duckdb.DuckDBPyConnection, *, delimiter: str) -> None:
    """`lines` -> `records`, joining the lines of a quoted cell. A quote never closed breaks its own line only."""
    pattern = QuotePatterns(delimiter)
    connection.execute(_QUOTED_LINES, {"opens": pattern.opens, "stays_open": pattern.stays_open})
    any_open, quoted = connection.execute(_ANY_OPEN).fetchall()[0]
    if not any_open:
        lines_as_records(connection)
        return
    attempts = min(MOST_STRAY_QUOTES, max(LEAST_STRAY_QUOTES, MOST_JUDGED_LINES // quoted))
    for attempt in range(attempts + 2):
        connection.execute(_QUOTE_STATES)
        connection.execute(_SPANS)
        line, is_endless = connection.execute(_ENDLESS, {"lines": limits.CELL_LINES}).fetchall()[0]
        if line is None:
            break
        if attempt < attempts:
            connection.execute(_BREAK, {"line": line, "is_endless": is_endless})
        else:
            connection.execute(_BREAK_REST, {"line": line})
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


def no_glob(path: str) -> str:
    """A path in the form that DuckDB takes, which expands wildcards; a name may hold such characters itself."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in path)

"""The columns of a load in, what changed since the loads before out: new ones, lost ones, and other types.

Drift is reported, never refused: raw keeps every column, and staging casts what it can. Types are those of the first
records, as far as text shows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from ingestion.raw_schema import RawTable
from ingestion.readers.vendor import Shape, Staged
from workspace.configuration import limits
from workspace.errors import Problem
from workspace.wording import Names

SAMPLED_RECORDS: Final = 1_000
TEXT: Final = "text"
# More columns than this that came or went together have one cause, and are reported together.
MOST_REPORTED: Final = 10

# What most of the values are: a few bad ones are dirt, which staging counts, and no other type.
_OF_TEXT: Final = {
    "is_number": "avg(regexp_full_match(cell, '[+-]?[0-9]+([.,][0-9]+)*')::int) > 0.5",
    "is_time": "count(try_cast(cell as timestamp)) > 0.5 * count(cell)",
}
# `is_constant`: every record has the column, be it empty.
_OF_CELLS: Final = """
    with sampled as (
        select cells from staged where disposition = 'loaded' limit $records
    ),

    spread as (
        select
            generate_subscripts(cells, 1) as position,
            nullif(trim(unnest(cells)), '') as cell
        from sampled
    ),

    typed as (
        select
            position,
            case
                when count(cell) = 0 then null
                when {is_number} then 'number'
                when {is_time} then 'time'
                else 'text'
            end as kind
        from spread
        group by position
    )

    select named.name, typed.kind, true as is_constant
    from (select unnest($names::varchar[]) as name, generate_subscripts($names::varchar[], 1) as position) as named
    left join typed on typed.position = named.position
    order by named.position
"""

_OF_RECORDS: Final = """
    with sampled as (
        select payload from staged where disposition = 'loaded' limit $records
    ),

    spread as (
        select
            entries.key as name,
            case
                when entries.type in ('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE') then 'number'
                when entries.type = 'VARCHAR' then 'text'
                when entries.type <> 'NULL' then lower(entries.type)
            end as kind
        from sampled, json_each(sampled.payload) as entries
    )

    select
        name,
        case when count(distinct kind) > 1 then 'mixed' else max(kind) end as kind,
        count(*) >= (select count(*) from sampled) as is_constant
    from spread
    group by name
    order by name
    limit $most
"""

# Records of a landed table, whose numbers and times are text like all cells of a database: only objects, lists and what
# stands in columns of JSON have types of their own.
_OF_LANDED: Final = """
    with sampled as (
        select payload from staged where disposition = 'loaded' limit $records
    ),

    spread as (
        select
            entries.key as name,
            case when entries.type in ('OBJECT', 'ARRAY', 'BOOLEAN') then lower(entries.type) end as own_kind,
            nullif(trim(entries.value ->> '$'), '') as cell
        from sampled, json_each(sampled.payload) as entries
    )

    select
        name,
        case
            when count(cell) = 0 then null
            when {is_number} then 'number'
            when {is_time} then 'time'
            when count(distinct own_kind) = 1 and count(own_kind) = count(cell) then max(own_kind)
            when count(own_kind) > 0 then 'mixed'
            else 'text'
        end as kind,
        count(*) >= (select count(*) from sampled) as is_constant
    from spread
    group by name
    order by name
    limit $most
"""

# Lists and not a row a statement: a wide table has hundreds of columns, and there is a load a file.
_RECORD: Final = """
    insert into ledger.columns
    select $load_id, unnest($names::varchar[]), unnest($kinds::varchar[]), unnest($are_constant::boolean[])
"""

# Per column: the type it had last, whether the latest load had it, and whether every record of every load did.
_KNOWN: Final = """
    with earlier as (
        select columns.*
        from ledger.columns as columns
        inner join ledger.loads as loads on loads.load_id = columns.load_id
        where loads.source = ? and loads.raw_schema = ? and loads.raw_table = ?
    )

    select
        name,
        arg_max(kind, load_id) as kind,
        bool_and(is_constant)
            and count(distinct load_id) = (select count(distinct load_id) from earlier) as is_constant,
        max(load_id) = (select max(load_id) from earlier) as is_latest
    from earlier
    group by name
"""


@dataclass(frozen=True)
class Seen:
    """A column of one load. `kind`: number, time, text, ...; None where it holds nothing."""

    name: str
    kind: str | None
    is_constant: bool


@dataclass(frozen=True)
class Known(Seen):
    """A column of the loads before. `is_latest`: the last of them had it."""

    is_latest: bool


def columns_of(connection: duckdb.DuckDBPyConnection, staged: Staged, *, is_landed: bool = False) -> list[Seen]:
    """The columns of the table `staged`; for JSON, the keys of its records.

    Args:
        connection: that has `staged`.
        staged: what is to be loaded.
        is_landed: its records are rows of a database, whose values are text.
    """
    parameters: dict[str, object] = {"records": SAMPLED_RECORDS}
    if staged.columns:
        found = connection.execute(_OF_CELLS.format(**_OF_TEXT), {**parameters, "names": list(staged.columns)})
    else:
        statement = _OF_LANDED.format(**_OF_TEXT) if is_landed else _OF_RECORDS
        found = connection.execute(statement, {**parameters, "most": limits.COLUMNS})
    return [Seen(*row) for row in found.fetchall()]


def known_columns(connection: duckdb.DuckDBPyConnection, source: str, table: RawTable) -> list[Known]:
    """The columns of every load of a source so far."""
    return [Known(*row) for row in connection.execute(_KNOWN, [source, table.schema, table.name]).fetchall()]


def record_columns(connection: duckdb.DuckDBPyConnection, load_id: int, columns: Sequence[Seen]) -> None:
    """Write down the columns of a load; in the same transaction as its rows."""
    if columns:
        connection.execute(
            _RECORD,
            {
                "load_id": load_id,
                "names": [seen.name for seen in columns],
                "kinds": [seen.kind for seen in columns],
                "are_constant": [seen.is_constant for seen in columns],
            },
        )


def drift(
    before: Sequence[Known],
    now: Sequence[Seen],
    shape: Shape,
    *,
    shown: str,
    is_json: bool,
    is_landed: bool = False,
) -> list[Problem]:
    """What is different, one warning a column; where many changed in the same way, one for all of them.

    A key of JSON counts as gone where every record so far had it: others come and go with the kinds of events. A column
    of a table, like one of a delimited file, is gone where the load before had it. One that a description names is read
    already, and not reported as new.

    Args:
        before: columns of the loads before.
        now: those of this load.
        shape: whose names may be shown.
        shown: how the user knows what is loaded.
        is_json: columns are keys of records.
        is_landed: these are rows of a table, which has all of its columns at each load.
    """
    if not before or not now:
        return []
    word = "key" if is_json else "column"
    there = shape.names([column.name for column in now], word=word, have_positions=not is_json)
    # Where a column stood before, and whether it stood in a header, is not written down.
    gone = shape.names([column.name for column in before], word=word, have_positions=False)
    known = {column.name: column for column in before}
    names = {column.name for column in now}
    problems = []
    expected = shape.named if shape.described else frozenset()
    added = [column.name for column in now if column.name not in known and column.name not in expected]
    lost = [
        former.name
        for former in before
        if former.name not in names and (former.is_constant if is_json and not is_landed else former.is_latest)
    ]
    for column in now:
        former = known.get(column.name)
        if former is not None and former.kind not in (None, TEXT, "mixed") and column.kind not in (None, former.kind):
            named = _capital(there.of(column.name))
            what = f"{named} held {_plural(former.kind)} and now holds {_plural(column.kind)}."
            fix = "It is kept. Values that can no longer be read are quarantined: cx status counts them."
            problems.append(_warning(shown, there.key(column.name), what, fix))
    fix = f"Nothing to do, unless source '{shape.source}' or a mapping should read it."
    if len(added) > MOST_REPORTED:
        what = f"{len(added):,} {word}s are new, {_first(added, there)} among them. They are kept in raw."
        problems.append(_warning(shown, None, what, fix))
    else:
        problems += [
            _warning(shown, there.key(name), f"{_capital(there.of(name))} is new. It is kept in raw.", fix)
            for name in added
        ]
    fix = "Ask who exports it whether that is meant. What was loaded stays."
    if len(lost) > MOST_REPORTED:
        what = f"{len(lost):,} {word}s are gone, {_first(lost, gone)} among them; the load before had them."
        problems.append(_warning(shown, None, what, fix))
    else:
        problems += [
            _warning(shown, gone.key(name), f"{_capital(gone.of(name))} is gone; the load before had it.", fix)
            for name in lost
        ]
    return problems


def _first(found: Sequence[str], names: Names) -> str:
    return ", ".join(names.of(name) for name in found[:3])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _warning(shown: str, key: str | None, what: str, fix: str) -> Problem:
    return Problem(file=shown, key=key, what=what, fix=fix, severity="warning")


def _plural(kind: str | None) -> str:
    return {TEXT: "text", "mixed": "values of several types"}.get(kind or TEXT, f"{kind}s")

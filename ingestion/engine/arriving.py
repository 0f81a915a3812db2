"""The table of a source in, the temporary table `arrived` of its rows out: cells of text, or records of a landed table.

Some of Fivetran's entities are spread over tables. Those are read whole, one after the other, and each row gets the
rows of the others that belong to it as lists: a deal has `deal_contact: [{"contact_id": "7"}]`, as a record of the
vendor's API has its associations. So a description needs no SQL of a database's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import duckdb

from ingestion.engine.landed import record_of
from ingestion.readers.delimited import cell
from ingestion.readers.vendor import UnreadableFileError, shown_as
from ingestion.vendors.description import FivetranTable, Joined
from ingestion.vendors.shapes import entity_of
from ingestion.warehouse import transaction
from workspace import Source
from workspace.errors import Problem

if TYPE_CHECKING:
    from ingestion.engine.place import Place

_MAKE: Final = "create or replace temp table {name} ({columns})"
_FILL: Final = "insert into {name} select {cells} from batch {condition}"
# Rows of a table, and in each the lists of those rows of others that belong to it. Nothing else orders such a list.
_GATHER: Final = """
    create or replace temp table {name} as
    select {part}.key, '[' || string_agg({payload}, ',' order by {payload}) || ']' as items
    from {part} {joins}
    group by {part}.key
"""
_ARRIVE: Final = """
    insert into arrived select {payload} from {part} {joins} order by {part}.rowid
"""
_JOIN: Final = "left join {gathered} on {part}.to_{nth} = {gathered}.key"
_WITH_LISTS: Final = """
    left({part}.payload, -1) || case when {part}.payload = '{{}}' then '' else ',' end
    || concat_ws(',', {lists}) || '}}'
"""
_LIST: Final = "$list_{nth} || coalesce({gathered}.items, '[]')"
_DIFFERENT: Final = "select count(distinct json_extract_string(payload, $path)) from arrived"
_DELETED: Final = "_fivetran_deleted"
_ACTIVE: Final = "_fivetran_active"


def receive(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    source: Source,
    cells: Sequence[str],
    *,
    beside: Callable[[Source], Place],
    cursor: str | None = None,
    since: str | None = None,
    batches: int | None = None,
) -> None:
    """Fill the temporary table `arrived` with every row that the place sends.

    Args:
        connection: where `arrived` is made.
        place: of the source's table.
        source: which says whether its rows are records.
        cells: columns of `arrived`; of a landed table the first is the record.
        beside: opens the place of another table of the same schema.
        cursor: the column that says what is new.
        since: where to read from; None reads everything.
        batches: how many to read at most, for a first look.

    Raises:
        UnreadableFileError: when the place cannot be read.
    """
    joins = joins_of(source)
    connection.execute(_MAKE.format(name="arrived", columns=", ".join(f"{name} varchar" for name in cells)))
    if joins:
        gathering = _Gathering(connection, beside, batches)
        gathering.arrive(place, source, joins)
        _refuse_several(connection, source)
        return
    chosen = [f"{name}::varchar" for name in cells]
    parameters: dict[str, object] = {}
    if source.landed is not None:
        chosen[0], parameters = record_of(place.columns, source)
    statement = _FILL.format(name="arrived", cells=", ".join(chosen), condition="")
    _fill(connection, place, statement, parameters, cursor=cursor, since=since, batches=batches)


def _refuse_several(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Refuse a table of rows that do not belong together, such as the responses of several surveys."""
    said = entity_of(source)
    if not isinstance(said, FivetranTable) or said.one_of is None:
        return
    (found,) = connection.execute(_DIFFERENT, {"path": f"$.{said.one_of}"}).fetchall()[0]
    if found > 1:
        what = f"The table has {found} different values of '{said.one_of}', which do not belong into one source."
        fix = f"Name a view under 'table' that selects the rows of one '{said.one_of}', and a source for each."
        problem = Problem(file=shown_as(source), key=f"sources.{source.name}.table", what=what, fix=fix)
        raise UnreadableFileError(problem)


def joins_of(source: Source) -> Mapping[str, Joined]:
    """Tables whose rows belong to those of a source's; empty where one table holds it all."""
    said = entity_of(source) if source.landed is not None else None
    return said.joins if isinstance(said, FivetranTable) else {}


def joined_tables(joins: Mapping[str, Joined]) -> Iterator[str]:
    """Names of all tables that are joined, those of inner lists included."""
    for name, one in joins.items():
        yield one.table or name
        yield from joined_tables(one.joins)


def _fill(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    statement: str,
    parameters: Mapping[str, object],
    *,
    cursor: str | None = None,
    since: str | None = None,
    batches: int | None = None,
) -> None:
    # In one transaction: to commit a batch takes longer than to write it.
    with transaction(connection):
        for nth, batch in enumerate(place.batches(cursor=cursor, since=since), start=1):
            connection.register("batch", batch)
            connection.execute(statement, dict(parameters) or None)
            connection.unregister("batch")
            if nth == batches:
                break


class _Gathering:
    """Reads tables, and puts the rows of one into those of another."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, beside: Callable[[Source], Place], batches: int | None
    ) -> None:
        self._connection = connection
        self._beside = beside
        self._batches = batches
        self._tables = 0

    def arrive(self, place: Place, source: Source, joins: Mapping[str, Joined]) -> None:
        """Fill `arrived` with the records of a table and all that belongs to them."""
        part, payload, beside, lists = self._part(place, source, joins, key=None, batches=self._batches)
        self._connection.execute(_ARRIVE.format(part=part, payload=payload, joins=beside), lists or None)
        self._connection.execute(f"drop table {part}")

    def _gather(self, place: Place, source: Source, joined: Joined) -> str:
        """A table of keys, and of the rows that have each, as a JSON list."""
        part, payload, beside, lists = self._part(place, source, joined.joins, key=joined.key, batches=None)
        name = f"gathered_{part}"
        self._connection.execute(_GATHER.format(name=name, part=part, payload=payload, joins=beside), lists or None)
        self._connection.execute(f"drop table {part}")
        return name

    def _part(
        self, place: Place, source: Source, joins: Mapping[str, Joined], *, key: str | None, batches: int | None
    ) -> tuple[str, str, str, dict[str, object]]:
        """Read a table: its name here, the expression of a record with its lists, the joins for it, and parameters."""
        self._tables += 1
        part = f"part_{self._tables}"
        named = {column.name.lower(): cell(nth) for nth, column in enumerate(place.columns, start=1)}
        wanted = [*([key] if key else []), *(one.to for one in joins.values())]
        for name in wanted:
            if name not in named:
                what = f"The table '{source.table}' has no column '{name}', by which others are joined to it."
                fix = "Let Fivetran copy it, or read a view of vendor sql."
                raise UnreadableFileError(
                    Problem(file=shown_as(source), key=f"sources.{source.name}.table", what=what, fix=fix)
                )
        record, parameters = record_of(place.columns, source)
        columns = ["payload", *(["key"] if key else []), *(f"to_{nth}" for nth in _count(joins))]
        # What is deleted, or was so before, belongs to nothing any more; the record itself says so of itself.
        current = []
        if key and _DELETED in named:
            current.append(f"coalesce(lower({named[_DELETED]}), '') not in ('true', 't', '1')")
        if key and _ACTIVE in named:
            current.append(f"lower({named[_ACTIVE]}) in ('true', 't', '1')")
        condition = f"where {' and '.join(current)}" if current else ""
        self._connection.execute(_MAKE.format(name=part, columns=", ".join(f"{one} varchar" for one in columns)))
        chosen = ", ".join([record, *(f"{named[name]}::varchar" for name in wanted)])
        statement = _FILL.format(name=part, cells=chosen, condition=condition)
        _fill(self._connection, place, statement, parameters, batches=batches)
        lists, beside, keys = [], [], {}
        for nth, (name, joined) in zip(_count(joins), joins.items(), strict=True):
            gathered = self._other(place, joined, name)
            keys[f"list_{nth}"] = f"{json.dumps(name)}:"
            lists.append(f"$list_{nth} || '[]'" if gathered is None else _LIST.format(nth=nth, gathered=gathered))
            if gathered is not None:
                beside.append(_JOIN.format(gathered=gathered, part=part, nth=nth))
        payload = _WITH_LISTS.format(part=part, lists=", ".join(lists)) if lists else f"{part}.payload"
        return part, payload, " ".join(beside), dict[str, object](keys)

    def _other(self, place: Place, joined: Joined, name: str) -> str | None:
        """The rows of another table by their key; None where the tool did not copy it, which `cx check` reports."""
        table = joined.table or name
        if table not in (one.lower() for one in place.tables):
            return None
        source = place.beside(table)
        with self._beside(source) as other:
            return self._gather(other, source, joined)


def _count(joins: Mapping[str, Joined]) -> range:
    return range(1, len(joins) + 1)

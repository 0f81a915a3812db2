"""A table that an ELT tool landed in, the vendor's records out, as a file of the vendor holds them.

row of text -> JSON object of its columns -> the description, as for a file's record

Airbyte and dlt keep the keys of a record as columns, its objects and lists in columns of JSON. What the tool adds for
itself is left out, but for what says that a record is deleted. Fivetran's columns have names of its own, which the
description lists.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final, Literal

from ingestion.engine.drift import Seen
from ingestion.readers.delimited import cell
from ingestion.readers.vendor import Shape, shown_as
from ingestion.vendors.columns import Column as Said
from ingestion.vendors.description import FivetranTable
from ingestion.vendors.entity import Entity
from ingestion.vendors.shapes import DELETIONS, entity_of
from workspace import Source
from workspace.errors import Problem

if TYPE_CHECKING:
    from ingestion.engine.place import Column

# How the names of a tool's own columns begin.
_OWN: Final = {"airbyte": ("_airbyte_", "_ab_"), "dlt": ("_dlt_",), "fivetran": ("_fivetran_",)}
# Fivetran's mark of the current row among the former ones of the same record.
_HISTORY: Final = "_fivetran_active"
# Between the names of an object and of its field, where dlt took the object apart.
_TAKEN_APART: Final = "__"


def record_of(columns: Sequence[Column], source: Source) -> tuple[str, dict[str, object]]:
    """SQL over the cells of a row for its record as JSON text, and its parameters: the record's keys, as in JSON.

    Args:
        columns: of the table, in its order.
        source: which says the tool.
    """
    keys = keys_of([column.name for column in columns], source)
    pairs, parameters = [], {}
    for position, column in enumerate(columns, start=1):
        if column.name not in keys:
            continue
        text = cell(position)
        value = f"to_json({text})::varchar"
        if column.is_json:
            value = f"coalesce(try_cast({text} as json)::varchar, {value})"
        elif column.may_hold_json:
            # A number or a word stays the text that it is.
            opens = f"left(ltrim({text}), 1) in ('{{', '[')"
            value = f"case when {opens} then coalesce(try_cast({text} as json)::varchar, {value}) else {value} end"
        # A record that lacks a key has nothing in its column.
        pairs.append(f"case when {text} is not null then $key_{position} || {value} end")
        parameters[f"key_{position}"] = f"{json.dumps(keys[column.name])}:"
    return f"'{{' || concat_ws(',', {', '.join(pairs)}) || '}}'", dict[str, object](parameters)


def keys_of(names: Sequence[str], source: Source) -> dict[str, str]:
    """Column of the table -> key of the record; a tool's own columns have none.

    A column whose name is the tool's form of a key that the description reads has that key; others keep their names.
    """
    assert source.landed is not None
    read = entity_of(source).record_keys
    there = [name for name in names if not name.startswith(_OWN[source.landed])]
    key_of = {name: name for name in (*(name for name in names if name in DELETIONS[source.landed]), *there)}
    renamed = {_form_of(key, source.landed): key for key in sorted(read) if key not in key_of}
    for name in there:
        # Each key once, to the first of its columns.
        key_of[name] = name if name in read else renamed.pop(_form_of(name, source.landed), name)
    return key_of


def of_table(seen: Sequence[Seen], names: Sequence[str], source: Source) -> list[Seen]:
    """The keys of the records of a load, those of columns that hold nothing included: a table has all of them."""
    kinds = {one.name: one.kind for one in seen}
    return [Seen(key, kinds.get(key), is_constant=True) for key in keys_of(names, source).values()]


def landed_problems(names: Sequence[str], source: Source, shape: Shape) -> list[Problem]:
    """What is wrong with the columns of a landed table: those that the description reads and that are not there.

    Where all that a canonical column can be read from is missing, that is an error if the column is required, and else
    a warning: a tool need not copy every column.
    """
    if _HISTORY in names and source.landed == "fivetran":
        fix = f"Name a view under 'table' that selects the rows in which {_HISTORY} is true, without that column."
        return [_problem(source, "The table keeps the history of its records: each counts several times.", fix)]
    entity = entity_of(source)
    joins = entity.joins if isinstance(entity, FivetranTable) else {}
    found = {*keys_of(names, source).values(), *joins}
    problems: list[Problem] = []
    for name in shape.table.columns:
        lacking = _lacking([row.columns[name] for row in entity.all_rows if name in row.columns], found)
        if not lacking:
            continue
        wanted = ", ".join(f"'{key}'" for key in lacking).replace(", ", " nor ")
        apart = next((key for key in lacking if any(one.startswith(key + _TAKEN_APART) for one in names)), None)
        fix = f"Let {source.landed} copy it, or name another 'table': this one has {len(names)} columns."
        if apart is not None:
            fix = f"'{apart}' was taken apart into columns: let dlt load with max_table_nesting=0."
        what = f"The table has no column {wanted} for '{name}'."
        problems.append(_problem(source, what, fix, "error" if name in shape.required else "warning"))
    return problems


def _lacking(said: Sequence[Said], found: Collection[str]) -> list[str]:
    """Keys that a canonical column is read from, where none of them is there and nothing else can fill it."""
    alternatives = [one for column in said for one in (column, *column.first)]
    paths = [path for column in said for path in column.sources]
    if any(one.constant or one.is_param for one in alternatives) or any(path.startswith("@") for path in paths):
        return []
    keys = list(dict.fromkeys(key for path in paths for key in Entity.first_keys(path)))
    return [] if any(key in found for key in keys) else keys


def _form_of(key: str, tool: str) -> str:
    """How a tool writes a key as the name of a column, whatever the database does with its case."""
    if tool != "dlt":
        return key.lower()
    # dlt takes seconds to import, and most companies read files only.
    from dlt.common.normalizers.naming.snake_case import NamingConvention

    return str(NamingConvention().normalize_identifier(key))


def _problem(source: Source, what: str, fix: str, severity: Literal["error", "warning"] = "error") -> Problem:
    key = f"sources.{source.name}.table"
    return Problem(file=shown_as(source), key=key, what=what, fix=fix, severity=severity)

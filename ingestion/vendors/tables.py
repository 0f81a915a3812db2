"""A delimited file with canonical columns in; those columns as text, and the other cells as JSON, out.

The reader behind the `csv` vendor of every kind, and behind the mapping files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from ingestion.readers.delimited import Head, HeaderError, cell, cells_as_json, positions_of, read_head, stage_records
from ingestion.readers.delimiters import wrong_delimiter
from ingestion.readers.files import Readable
from ingestion.readers.vendor import Reader, Shape, Staged, UnreadableFileError
from workspace.errors import Problem
from workspace.wording import Names, kind_of, looks_like_a_record


class TableReader:
    """Loads canonical columns, trimmed, empty ones as NULL, and the other cells unchanged.

    Only where models read other columns too are the canonical ones written twice: a whole row as JSON takes as long to
    land as all of its columns.
    """

    is_delimited = True

    def for_file(self, path: Path) -> Reader:  # noqa: ARG002 (every reader is asked in the same way)
        return self

    def examine(self, text: Path, shape: Shape, *, shown: str) -> list[Problem]:
        try:
            head = _head(text, shape)
        except HeaderError as error:
            return [
                Problem(file=shown, what=str(error), fix="Check the file, and 'encoding' and 'delimiter' in cx.yml.")
            ]
        wrong = wrong_delimiter(text, shape, shown=shown)
        if wrong is not None:
            return [wrong]
        record = no_header(head.keys, shape, shown=shown) if shape.has_header else None
        if record is not None:
            return [record]
        return missing_columns(head.keys, shape, shown=shown, line=1 if shape.has_header else None)

    def stage(self, connection: duckdb.DuckDBPyConnection, text: Readable, shape: Shape, *, shown: str) -> Staged:
        problems = self.examine(text.path, shape, shown=shown)
        for problem in problems:
            if problem.severity == "error":
                raise UnreadableFileError(problem)
        head = _head(text.path, shape)
        has_blank_cells = stage_records(connection, text, delimiter=shape.delimiter, head=head)
        values, parameters = canonical_values(head.keys, shape, has_blank_cells=has_blank_cells)
        return Staged(values, parameters, head.skipped, tuple(problems), head.keys)


def canonical_values(
    keys: Sequence[str], shape: Shape, *, has_blank_cells: bool = True
) -> tuple[dict[str, str], dict[str, object]]:
    """SQL expressions over the cells of `staged` for the columns of a raw table, and their parameters.

    Args:
        keys: names of the columns, in their order.
        has_blank_cells: there may be cells of nothing but blanks.
    """
    positions = positions_of_columns(keys, shape)
    trimmed = "nullif(trim({}), '')" if has_blank_cells else "trim({})"
    values = dict.fromkeys((*shape.table.columns, "_record"), "null::varchar")
    values |= {column: trimmed.format(cell(position)) for column, position in positions.items()}
    parameters: dict[str, object] = {}
    for column, constant in shape.constants.items():
        values[column] = f"$constant_{column}::varchar"
        parameters[f"constant_{column}"] = constant
    for column, words in shape.words.items():
        if column in positions:
            at = f"list_position($words_{column}::varchar[], lower({values[column]}))"
            meant = f"nullif(trim(($meant_{column}::varchar[])[{at}]), '')"
            values[column] = f"case when {at} > 0 then {meant} else {values[column]} end"
            parameters |= {f"words_{column}": list(words), f"meant_{column}": list(words.values())}
    for column, pattern in shape.formats.items():
        if column in positions:
            # What cannot be read stays as it is, so that staging says so. A day stays a day.
            iso = "%Y-%m-%dT%H:%M:%S.%f" if re.search("%-?[HIcX]", pattern) else "%Y-%m-%d"
            read = f"strftime(try_strptime({values[column]}, $format_{column}::varchar), '{iso}')"
            values[column] = f"coalesce({read}, {values[column]})"
            parameters[f"format_{column}"] = pattern
    if "_canonical" in shape.table.columns:
        # Staging has to separate questions from the columns that the canonical ones were read from.
        values["_canonical"] = "$canonical::varchar"
        parameters["canonical"] = json.dumps({column: keys[positions[column] - 1] for column in positions})
    for column, left_out in (("_row", set()), ("_others", set(positions.values()))):
        if column in shape.table.columns:
            values[column], names = cells_as_json(keys, left_out)
            parameters |= names
    return values, parameters


def positions_of_columns(keys: Sequence[str], shape: Shape) -> dict[str, int]:
    """The position (from 1) of each canonical column that is read, by the names of the columns that are there."""
    read = [column for column in _canonical_columns(shape) if column not in shape.constants]
    return positions_of(keys, shape.columns, read)


def _canonical_columns(shape: Shape) -> list[str]:
    return [column for column in shape.table.columns if not column.startswith("_")]


def _head(text: Path, shape: Shape) -> Head:
    return read_head(text, delimiter=shape.delimiter, header_rows=shape.header_rows if shape.has_header else 0)


def no_header(keys: Sequence[str], shape: Shape, *, shown: str) -> Problem | None:
    """The problem of a file whose first line is a person's record and not a header; None otherwise."""
    names = shape.names(keys)
    position = looks_like_a_record(keys, names.known)
    if position is None:
        return None
    return Problem(
        file=shown,
        line=1,
        key=f"sources.{shape.source}.header",
        what=f"The first line is a record, not a header: column {position} looks like {kind_of(keys[position - 1])}.",
        fix=f"Export the file with its header, or set 'header: false' for source '{shape.source}' and name its columns "
        "by position under 'columns'.",
    )


def missing_columns(
    keys: Sequence[str], shape: Shape, *, shown: str, line: int | None, holder: str = "file"
) -> list[Problem]:
    """Canonical columns that are not there: an error for a required one, a warning for one that cx.yml names.

    Args:
        keys: names of the columns that are there.
        line: where a file's header is; None where there is none.
        holder: what holds the columns, in a word.
    """
    names = shape.names(keys)
    found = {*positions_of_columns(keys, shape), *shape.constants}
    wanted_ones = {*shape.required, *shape.columns, *shape.words}
    lacking = [name for name in _canonical_columns(shape) if name in wanted_ones and name not in found]
    required = [name for name in lacking if name in shape.required]
    problems = []
    if len(required) > 1:
        # One cause, as a rule: another file, or another export than cx.yml was written for.
        wanted = ", ".join(f"'{shape.columns.get(name, name)}'" for name in required)
        problems.append(
            Problem(
                file=shown,
                line=line,
                key="columns",
                what=f"The {holder} has no column {wanted.replace(', ', ', nor ')}.",
                fix=f"Is this the right {holder}? Else name its columns under 'columns' of source '{shape.source}': "
                f"{_shown_names(names, shape)}.",
            )
        )
        lacking = [name for name in lacking if name not in required]
    for name in lacking:
        wanted = shape.columns.get(name, name)
        near = names.near(wanted) if shape.has_header else None
        hint = f" Did you mean {near}?" if near else ""
        listed = _shown_names(names, shape)
        problems.append(
            Problem(
                file=shown,
                line=line,
                key=f"columns.{name}",
                what=f"The {holder} has no column '{wanted}' for '{name}'.",
                fix=f"Name one of the {holder}'s columns under 'columns' of source '{shape.source}': {listed}.{hint}",
                severity="error" if name in shape.required else "warning",
            )
        )
    return problems


def _shown_names(names: Names, shape: Shape) -> str:
    return names.listed() if shape.has_header else f"{len(names.names)} columns, named by position"

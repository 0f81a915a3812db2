"""The beginning of a delimited text in, the delimiter that it speaks for out, where that is not the one in cx.yml."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from ingestion.readers.delimited import WHITESPACE
from ingestion.readers.vendor import Shape
from workspace.errors import Problem

_USUAL: Final = (",", ";", "\t", "|")
_LOOKED_AT_CHARACTERS: Final = 1 << 18
_LOOKED_AT_RECORDS: Final = 200
# Of the records that a delimiter has to make as wide as the header; and below which share the one in cx.yml is doubted.
_FITS: Final = 0.9
_DOES_NOT_FIT: Final = 0.5
_LEAST_RECORDS: Final = 2


def wrong_delimiter(text: Path, shape: Shape, *, shown: str) -> Problem | None:
    """The problem of a file whose delimiter is another one than cx.yml says; None where nothing speaks for that.

    Said once for the whole file: every column that it seems to lack follows from it.
    """
    better = better_delimiter(text, shape.delimiter)
    if better is None:
        return None
    name = "tab" if better == "\t" else better
    is_one_column = _width(_rows(text, shape.delimiter)) == 1
    missing = next((shape.columns.get(name, name) for name in shape.required if name not in shape.constants), None)
    lack = f"The file has no column '{missing}': " if missing else ""
    what = "all of the header is one column." if is_one_column else "the rows are not as wide as the header."
    what = lack + what if lack else what[:1].upper() + what[1:]
    return Problem(
        file=shown,
        line=1 if shape.has_header else None,
        key=f"sources.{shape.source}.delimiter",
        what=what,
        fix=f"In source '{shape.source}', is 'delimiter' right? The file reads well with '{name}'.",
    )


def better_delimiter(text: Path, declared: str) -> str | None:
    """Another delimiter that makes the records as wide as the header, where the declared one does not."""
    if declared == WHITESPACE:
        return None
    rows = _rows(text, declared)
    width = _width(rows)
    if not rows or (width > 1 and (len(rows) <= _LEAST_RECORDS or _share(rows) >= _DOES_NOT_FIT)):
        return None
    found: list[tuple[float, int, str]] = []
    for delimiter in _USUAL:
        if delimiter == declared:
            continue
        other = _rows(text, delimiter)
        # Each of a few comments may contain a comma, too: two columns need more records than three.
        enough = _width(other) > 2 or len(other) > _LEAST_RECORDS
        if _width(other) > max(1, width) and enough and _share(other) >= _FITS:
            found.append((_share(other), _width(other), delimiter))
    return max(found)[2] if found else None


def _rows(text: Path, delimiter: str) -> list[list[str]]:
    """The first records, the header among them; the last one is left out where it may be cut off."""
    with text.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        beginning = file.read(_LOOKED_AT_CHARACTERS)
        is_cut = bool(file.read(1))
    rows: list[list[str]] = []
    with suppress(csv.Error):
        for row in csv.reader(beginning.splitlines(keepends=True), delimiter=delimiter):
            if any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) > _LOOKED_AT_RECORDS:
                return rows
    return rows[:-1] if is_cut else rows


def _width(rows: Sequence[Sequence[str]]) -> int:
    return len(rows[0]) if rows else 0


def _share(rows: Sequence[Sequence[str]]) -> float:
    """Share of the records that are as wide as the first row; 1 where there are none."""
    records = rows[1:]
    return sum(len(row) == len(rows[0]) for row in records) / len(records) if records else 1.0

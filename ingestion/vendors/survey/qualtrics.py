"""Qualtrics' CSV export with its three header rows (vendor `qualtrics`, kind `survey`).

inbox file -> lines -> records -> raw_qualtrics.responses -> stg_survey__responses, stg_survey__answers

Lands: `_row`, the response as a JSON object keyed by ImportId ("QID1", "_recordId", "customer_id"), and
`_timezone`, the zone of its dates as row 3 names it.
Reads: row 1 (ids), row 2 (question texts, newlines among them), row 3 (one JSON object a cell), responses from row 4.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import duckdb

from ingestion.readers.delimited import Head, HeaderError, cells_as_json, distinct_names, read_head, stage_records
from ingestion.readers.delimiters import wrong_delimiter
from ingestion.readers.files import Readable
from ingestion.readers.vendor import Reader, Shape, Staged, UnreadableFileError
from workspace.configuration.sources import known_zone
from workspace.errors import Problem
from workspace.wording import kind_of

HEADER_ROWS: Final = 3
KEY: Final = "_recordId"


class QualtricsReader:
    """Lands every response under the vendor's own question ids."""

    is_delimited = True

    def for_file(self, path: Path) -> Reader:  # noqa: ARG002 (every reader is asked in the same way)
        return self

    def examine(self, text: Path, shape: Shape, *, shown: str) -> list[Problem]:
        fix = (
            f"Source '{shape.source}' reads Qualtrics' CSV export: Data & Analysis, Export, CSV, with its three header"
            " rows. For any other survey file use vendor csv."
        )
        wrong = wrong_delimiter(text, shape, shown=shown)
        if wrong is not None:
            return [wrong]
        try:
            keys, _ = import_ids(_head(text, shape))
        except HeaderError as error:
            return [Problem(file=shown, what=str(error), fix=fix)]
        if KEY not in keys:
            return [Problem(file=shown, line=1, key=KEY, what="The export has no column ResponseId.", fix=fix)]
        return []

    def stage(self, connection: duckdb.DuckDBPyConnection, text: Readable, shape: Shape, *, shown: str) -> Staged:
        for problem in self.examine(text.path, shape, shown=shown):
            raise UnreadableFileError(problem)
        head = _head(text.path, shape)
        keys, timezone = import_ids(head)
        stage_records(connection, text, delimiter=shape.delimiter, head=head)
        row, names = cells_as_json(keys)
        return Staged(
            values={"_row": row, "_timezone": "$timezone::varchar"},
            parameters={**names, "timezone": timezone},
            skipped=head.skipped,
            columns=keys,
        )


READER: Final = QualtricsReader()


def _head(text: Path, shape: Shape) -> Head:
    return read_head(text, delimiter=shape.delimiter, header_rows=HEADER_ROWS)


def import_ids(head: Head) -> tuple[tuple[str, ...], str | None]:
    """Row 3's ImportIds, one distinct name a column, and the zone of the dates (None where it names none)."""
    ids: list[str] = []
    zone: str | None = None
    for position, cell in enumerate(head.rows[HEADER_ROWS - 1], start=1):
        try:
            found = json.loads(cell)
            ids.append(str(found["ImportId"]))
        except (ValueError, KeyError, TypeError):
            what = f'Row 3, column {position} is not of the form {{"ImportId": ...}}: a header row is missing.'
            raise HeaderError(what) from None
        zone = zone or found.get("timeZone")
    return distinct_names(ids), _known(zone)


def _known(zone: str | None) -> str | None:
    """The zone of row 3 by its IANA name. The API's exports write Z."""
    if zone is None or zone == "Z":
        return zone and "UTC"
    try:
        return known_zone(zone)
    except (ValueError, TypeError):
        what = f"Row 3 names a time zone that cannot be used: {kind_of(str(zone))} is not a name such as Europe/Berlin."
        raise HeaderError(what) from None

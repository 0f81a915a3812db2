"""A file of a described vendor in, its entity's canonical columns and the whole record out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import duckdb

from ingestion.readers.delimited import Head, HeaderError, cell, cells_as_json, read_head, stage_records
from ingestion.readers.delimiters import wrong_delimiter
from ingestion.readers.files import Readable
from ingestion.readers.json_documents import JsonDocumentReader
from ingestion.readers.json_lines import JsonLinesReader
from ingestion.readers.parquet import MAGIC, parquet_as_json_lines
from ingestion.readers.vendor import FURTHER_LINES, Reader, Shape, Staged, UnreadableFileError
from ingestion.vendors.entity import Entity, Reads
from ingestion.vendors.lifting import Lifting, lift_cells, lift_json
from ingestion.vendors.named_headers import names_and_zone
from ingestion.vendors.paths import column_named
from ingestion.vendors.spans import choices_of, column_names, spans_of
from workspace.errors import Problem

_HEAD_BYTES: Final = 4096
# Among the cells of a file whose header says it: the zone of its times.
ZONE: Final = "_timezone"
# What text in UTF-8 and UTF-16 may begin with.
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class DescribedReader:
    """Reads the forms of a vendor's files that its description names.

    Attributes:
        entity: what a record is.
        forms: what a file may be; its beginning says which.
        deletions: keys that an ELT tool adds, and by which it says that a record is deleted.
    """

    entity: Entity
    forms: tuple[Reads, ...]
    deletions: tuple[str, ...] = ()

    @property
    def is_delimited(self) -> bool:
        return self.forms[0].container == "delimited"

    def for_file(self, path: Path) -> Reader:
        form = self._form_of(path)
        if form.container == "json":
            return DescribedJsonReader(self.entity, form)
        if form.container == "parquet":
            return DescribedParquetReader(self.entity, form)
        return DescribedTableReader(self.entity, form)

    def lift(self, connection: duckdb.DuckDBPyConnection, shape: Shape) -> Staged:
        """Take the records of the view `staged` apart, as they are in raw."""
        return DescribedJsonReader(self.entity, self.forms[0], self.deletions).lift(connection, shape)

    def _form_of(self, path: Path) -> Reads:
        """The form of a file; of several the one that its beginning fits, and the first where none does.

        Of several answers of an API, it is the one whose list of records the beginning names.
        """
        if len(self.forms) == 1:
            return self.forms[0]
        with path.open("rb") as file:
            start = file.read(_HEAD_BYTES).replace(b"\0", b"")
        for mark in _MARKS:
            start = start.removeprefix(mark)
        is_json = start.lstrip()[:1] in (b"{", b"[")
        found = "json" if is_json else "parquet" if start.startswith(MAGIC) else "delimited"
        fitting = [form for form in self.forms if form.container == found]
        named = [form for form in fitting if found == "json" and f'"{form.collection}"'.encode() in start]
        return next(iter((*named, *fitting)), self.forms[0])

    def examine(self, text: Path, shape: Shape, *, shown: str) -> list[Problem]:
        return self.for_file(text).examine(text, shape, shown=shown)

    def stage(self, connection: duckdb.DuckDBPyConnection, text: Readable, shape: Shape, *, shown: str) -> Staged:
        return self.for_file(text.path).stage(connection, text, shape, shown=shown)


@dataclass(frozen=True)
class DescribedJsonReader:
    """Reads documents and JSON lines, and lifts the canonical columns out of their records."""

    entity: Entity
    form: Reads
    deletions: tuple[str, ...] = ()

    @property
    def is_delimited(self) -> bool:
        return False

    def for_file(self, path: Path) -> Reader:  # noqa: ARG002 (every reader is asked in the same way)
        return self

    def _records(self, paths: tuple[str, ...] = ()) -> Reader:
        """The reader of the records; one of lines reads these paths with them."""
        lines = JsonLinesReader(typical_keys=self.form.typical_keys, paths=paths)
        return JsonDocumentReader(
            collection=self.form.collection, lines=lines, numbers_records=True, included=self.form.included
        )

    def examine(self, text: Path, shape: Shape, *, shown: str) -> list[Problem]:
        return self._records().examine(text, shape, shown=shown)

    def stage(self, connection: duckdb.DuckDBPyConnection, text: Readable, shape: Shape, *, shown: str) -> Staged:
        lifting = self._lifting(shape)
        staged = self._records(lifting.paths).stage(connection, text, shape, shown=shown)
        lifted = _lift(connection, lifting, are_found=bool(staged.found))
        records = staged.records
        if lifted.has_further_rows and records is None:
            records = int(connection.execute("select count(*) from staged_records").fetchall()[0][0])
        return replace(
            lifted, skipped=staged.skipped, warnings=staged.warnings, columns=staged.columns, records=records
        )

    def lift(self, connection: duckdb.DuckDBPyConnection, shape: Shape) -> Staged:
        """Take the records of the view `staged` apart."""
        return _lift(connection, self._lifting(shape))

    def _lifting(self, shape: Shape) -> Lifting:
        return lift_json(self.entity, shape.table.columns, deletions=self.deletions)


@dataclass(frozen=True)
class DescribedParquetReader(DescribedJsonReader):
    """Reads the rows of Parquet files as JSON lines."""

    def _records(self, paths: tuple[str, ...] = ()) -> Reader:
        return JsonLinesReader(typical_keys=self.form.typical_keys, paths=paths)

    def as_text(self, path: Path, scratch: Path, *, shown: str) -> Path:
        return parquet_as_json_lines(path, scratch / "rows.jsonl", shown=shown)


@dataclass(frozen=True)
class DescribedTableReader:
    """Reads delimited files, and lifts the canonical columns out of their cells."""

    entity: Entity
    form: Reads

    @property
    def is_delimited(self) -> bool:
        return True

    def for_file(self, path: Path) -> Reader:  # noqa: ARG002 (every reader is asked in the same way)
        return self

    def keys(self, text: Path) -> tuple[str, ...]:
        """Names of the file's columns.

        Raises:
            HeaderError: when its head cannot be read.
        """
        head = self._head(text)
        if self.form.beneath:
            return column_names(spans_of(head), self.form.beneath)
        if self.form.named_by:
            return names_and_zone(head, self.form.named_by, self.form.zone)[0]
        return self.form.names or head.keys

    def _usual_width(self, text: Path) -> int:
        """Cells of most records where the description names the columns; else 0."""
        form = self.form
        if not form.names:
            return 0
        return read_head(text, delimiter=form.delimiter, header_rows=0, quoted=form.quoted).width

    def _head(self, text: Path) -> Head:
        form = self.form
        if form.names:
            return Head((), len(form.names), 0, 0)
        return read_head(text, delimiter=form.delimiter, header_rows=form.header_rows, quoted=form.quoted)

    def examine(self, text: Path, shape: Shape, *, shown: str) -> list[Problem]:
        problems = self._examine(text, shape, shown=shown)
        form = self.form
        if not problems or form.names or not form.quoted:
            return problems
        # Of a file with another delimiter nothing that is said of its columns is true.
        wrong = wrong_delimiter(text, replace(shape, delimiter=form.delimiter, required=()), shown=shown)
        return [wrong] if wrong else problems

    def _examine(self, text: Path, shape: Shape, *, shown: str) -> list[Problem]:
        export = self.form.export or "what its vendor exports"
        fix = f"Source '{shape.source}' reads {export}; any other file is read by vendor csv."
        try:
            keys = self.keys(text)
            found = self._usual_width(text)
        except HeaderError as error:
            return [Problem(file=shown, what=str(error), fix=fix)]
        if found not in (0, len(keys)):
            what = f"The records of the file have {found} columns; the vendor's have {len(keys)}."
            return [Problem(file=shown, line=1, what=what, fix=fix)]
        if self.form.typical_keys and not {*self.form.typical_keys} & {*keys}:
            usual = ", ".join(f"'{key}'" for key in self.form.typical_keys)
            return [Problem(file=shown, line=1, what=f"The header has none of the columns {usual}.", fix=fix)]
        lacking = [
            " nor ".join(f"'{column_named(path)}'" for path in column.sources)
            for name, column in self.entity.columns.items()
            if name in shape.required
            and column.sources
            and not {column_named(path) for path in column.sources} & {*keys}
        ]
        return [Problem(file=shown, line=1, what=f"The file has no column {one}.", fix=fix) for one in lacking]

    def stage(self, connection: duckdb.DuckDBPyConnection, text: Readable, shape: Shape, *, shown: str) -> Staged:
        for problem in self.examine(text.path, shape, shown=shown):
            raise UnreadableFileError(problem)
        head = self._head(text.path)
        keys = self.keys(text.path)
        stage_records(connection, text, delimiter=self.form.delimiter, head=head, quoted=self.form.quoted)
        cells = {name: cell(position) for position, name in enumerate(keys, start=1)}
        beneath = self.form.beneath
        choices = choices_of(connection, spans_of(head), keys, beneath) if beneath else {}
        record, names = cells_as_json(keys)
        if self.form.named_by and self.form.zone:
            cells[ZONE] = "$timezone::varchar"
            names["timezone"] = names_and_zone(head, self.form.named_by, self.form.zone)[1]
            record = f"json_merge_patch({record}, json_object('{ZONE}', {cells[ZONE]}))"
        lifting = lift_cells(self.entity, cells, shape.table.columns, choices, record=record)
        values = {**lifting.values, "_record": record}
        if "_row" in shape.table.columns and self.entity.answers is None:
            values["_row"] = record
        return Staged(values, {**lifting.parameters, **names}, head.skipped, columns=keys)


def _lift(connection: duckdb.DuckDBPyConnection, lifting: Lifting, *, are_found: bool = False) -> Staged:
    add_columns(connection, lifting, are_found=are_found)
    return Staged(lifting.values, lifting.parameters, has_further_rows=lifting.rows is not None)


def add_columns(connection: duckdb.DuckDBPyConnection, lifting: Lifting, *, are_found: bool = False) -> None:
    """Put a view with more columns, and with a row for each that a record becomes, in the place of `staged`.

    Args:
        connection: one with `staged`.
        lifting: what the columns are.
        are_found: `staged` has the list `found`.
    """
    connection.execute("drop view if exists staged_records")
    connection.execute("alter view staged rename to staged_records")
    columns = {name: sql for name, sql in lifting.added.items() if name != "found" or not are_found}
    added = f"select *, {_as_columns(columns)} from staged_records"  # noqa: S608
    if lifting.rows is not None:
        nth = "generate_subscripts(row_list, 1) - 1"
        added = f"""
            select
                * replace (
                    line + nth * {FURTHER_LINES} as line,
                    case when a_row.kind < 0 then 'skipped' else disposition end as disposition
                ),
                {_as_columns(lifting.of_rows)}
            from (
                select *, unnest(row_list) as a_row, {nth} as nth
                from (select *, {lifting.rows} as row_list from ({added}))
            )
        """  # noqa: S608
    connection.execute(f"create or replace temp view staged as {added}")


def _as_columns(expressions: Mapping[str, str]) -> str:
    return ", ".join(f"{expression} as {name}" for name, expression in expressions.items())

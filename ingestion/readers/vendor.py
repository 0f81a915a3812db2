"""What every vendor's module offers, so that loading and checking need not know any of them.

A vendor's module is a docstring (data flow, what it lands, how it reads) and one `READER`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

import duckdb

from ingestion.raw_schema import RawTable
from ingestion.readers.files import Readable
from workspace import Source
from workspace.errors import Problem
from workspace.wording import Names, names_of

# The n-th further row of a record has n times this more than the record's line: more lines than any file has.
FURTHER_LINES: Final = 1_000_000_000_000


@dataclass(frozen=True)
class Shape:
    """How the files of one source are to be read, and where they land.

    Attributes:
        source: the source's name in cx.yml.
        table: the raw table.
        required: canonical columns that a file must have.
        header_rows: how many rows the header has, where there is one; columns are named by the first.
        columns: canonical column -> column of the file, where the names differ.
        constants: canonical column -> what every row has; nothing is read for it.
        words: canonical column -> a cell in lower case -> what it stands for; other cells stay as they are.
        formats: canonical column of times -> how its cells are written, where that is said of it alone.
        named: further names of the file that the user wrote, in the mappings.
        described: of a described vendor, a fingerprint of what decides which records are read.
        lifted: a fingerprint of where its columns are in a record, where they can be taken from raw again.
    """

    source: str
    table: RawTable
    encoding: str = "utf-8"
    delimiter: str = ","
    has_header: bool = True
    header_rows: int = 1
    required: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    described: str | None = None
    lifted: str | None = None

    def meant(self, column: str, text: str) -> str:
        """What a cell of a canonical column stands for."""
        return self.words.get(column, {}).get(text.lower(), text)

    def reading(self) -> dict[str, object]:
        """What decides how the canonical columns are filled, for a fingerprint.

        As before where cx.yml names columns only, so that no file is read again for rules that it does not use.
        """
        words = {name: dict(sorted(self.words[name].items())) for name in sorted(self.words)}
        constants = dict(sorted(self.constants.items()))
        used: dict[str, object] = {"columns": dict(sorted(self.columns.items()))}
        formats = {"formats": dict(sorted(self.formats.items()))} if self.formats else {}
        used |= formats
        described = {"described": self.described} if self.described else {}
        return used | ({"constants": constants} if constants else {}) | ({"words": words} if words else {}) | described

    def names(self, found: Sequence[str], *, word: str = "column", have_positions: bool = True) -> Names:
        """Names that occur in a file, and how messages describe them."""
        own = (name for name in self.table.columns if not name.startswith("_"))
        known = {*own, *self.required, *names_of(self.columns), *self.named}
        return Names(found, known, word, have_positions)


@dataclass(frozen=True)
class Staged:
    """What a reader left as `staged`: a temporary table, or a view that reads the file whenever it is asked.

    Attributes:
        values: own column of the raw table -> SQL expression over `staged`.
        parameters: named parameters of these expressions.
        skipped: records before the first row of `staged`: header rows and blank lines among them.
        warnings: what the user should know though the file was read.
        columns: names of the cells of `staged`; none for JSON records, which are in its `payload`.
        records: how many the file has, where the reader has counted them; else every row of `staged` is one.
        has_further_rows: a record may be several rows of `staged`; those beyond its first have lines from
            FURTHER_LINES on.
        found: paths of a record whose values are in its list `found` already, as text.
    """

    values: Mapping[str, str]
    parameters: Mapping[str, object] = field(default_factory=dict)
    skipped: int = 0
    warnings: tuple[Problem, ...] = ()
    columns: tuple[str, ...] = ()
    records: int | None = None
    has_further_rows: bool = False
    found: tuple[str, ...] = ()


class UnreadableFileError(Exception):
    """A file as a whole cannot be read; `problem` states why and what to do."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


class Reader(Protocol):
    """One vendor's way to read a file.

    Attributes:
        is_delimited: its files are delimited text; else they are JSON.
    """

    @property
    def is_delimited(self) -> bool: ...

    def for_file(self, path: Path) -> Reader:
        """The reader of one file, where a vendor exports several kinds; itself otherwise."""
        ...

    def examine(self, text: Path, shape: Shape, *, shown: str) -> list[Problem]:
        """Look at the head of a readable text, load nothing. `shown` is how the user knows the file."""
        ...

    def stage(self, connection: duckdb.DuckDBPyConnection, text: Readable, shape: Shape, *, shown: str) -> Staged:
        """A readable text -> the temporary table or view `staged` (line, disposition, reason, payload, ...).

        The text stays where it is until its rows have landed.

        Raises:
            UnreadableFileError: when nothing of the file can be read.
        """
        ...


@runtime_checkable
class Lifter(Protocol):
    """What a reader offers besides, whose columns follow from records that raw keeps."""

    def lift(self, connection: duckdb.DuckDBPyConnection, shape: Shape) -> Staged:
        """Take the records of the view `staged` apart: expressions for the columns of the raw table over it."""
        ...


@runtime_checkable
class Unpacking(Protocol):
    """What a reader offers besides, whose files are not text."""

    def as_text(self, path: Path, scratch: Path, *, shown: str) -> Path:
        """A UTF-8 text of what a file holds, written into the folder `scratch`.

        Raises:
            UnreadableFileError: when nothing of the file can be read.
        """
        ...


def shown_as(source: Source) -> str:
    """How the ledger, raw rows and messages name the table of a source, which has no path."""
    return f"sql:{source.name}"

"""The files of a source in, what they hold as far as the mappings ask for it out: columns, questions, events, pages.

Bounded: every header, and the first records of every file. Nothing is loaded.
"""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import duckdb

from ingestion.readers.delimited import HeaderError, read_head
from ingestion.readers.files import Readable
from ingestion.readers.vendor import Lifter, Shape, Staged
from ingestion.vendors.shapes import entity_of, reader_of
from ingestion.vendors.tables import positions_of_columns
from workspace import Source
from workspace.configuration import limits
from workspace.vocabulary import CSV_ENTITIES

# Distinct values that are kept of one column.
_MOST_VALUES: Final = 2_000
# Events that follow from what an entity is; the others name theirs in a column.
IMPLIED_EVENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "orders": ("order", "refund", "cancel"),
    "contacts": ("contact_created",),
    "contracts": ("contract_started", "contract_ended"),
    "leads": ("lead_created",),
    "deals": ("deal_won", "deal_lost"),
    "wide": ("survey_answered",),
    "long": ("survey_answered",),
    "tickets": ("ticket_opened", "ticket_solved"),
    "mentions": ("mention", "review"),
    "accounts": (),
    "order_lines": (),
    "campaigns": (),
    "paths": (),
}
_STAGE_ARRIVED: Final = """
    create or replace temp view staged as
    select rowid + 1 as line, 'loaded' as disposition, payload
    from arrived
"""
_HOST: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")


@dataclass
class Sample:
    """What was seen of one source.

    Attributes:
        columns: the files' columns that are not canonical: questions, attributes.
        taken: a file's column -> the canonical one that it is read as.
        events: names of events that occur in the files, and how often.
        values: column -> its values, first in the order of the files.
        canonical: canonical column -> its values.
        questions: question -> values of a long file.
        channels: pairs of utm_source and utm_medium in small letters, '' where empty, and how often.
        paths: paths of pages.
        is_known: every file could be read, so that its header is known.
        is_whole: every record of every file was looked at.
        has_values: records were looked at; not those of a database.
        records: how many were looked at.
    """

    source: Source
    columns: dict[str, None] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    events: Counter[str] = field(default_factory=Counter)
    values: dict[str, dict[str, int]] = field(default_factory=dict)
    canonical: dict[str, dict[str, int]] = field(default_factory=dict)
    questions: dict[str, dict[str, int]] = field(default_factory=dict)
    channels: Counter[tuple[str, str]] = field(default_factory=Counter)
    paths: set[str] = field(default_factory=set)
    files: list[str] = field(default_factory=list)
    is_known: bool = True
    is_whole: bool = True
    has_values: bool = True
    records: int = 0
    _left: int = field(default_factory=lambda: 4 * limits.CHECKED_BYTES)

    @property
    def entity(self) -> str:
        """What a row is."""
        return self.source.raw_table[1]

    @property
    def implied_events(self) -> tuple[str, ...] | None:
        """Events that the source can have, independent of its files; None where its files name them."""
        return IMPLIED_EVENTS.get(self.entity)

    @property
    def question_ids(self) -> set[str]:
        """Ids of everything that was asked."""
        return set(self.questions) if self.entity == "long" else set(self.columns)

    def answers(self, question: str) -> Mapping[str, int]:
        """The values of a question."""
        return (self.questions if self.entity == "long" else self.values).get(question, {})

    def add_columns(self, names: Sequence[str], shape: Shape) -> None:
        """Note the columns of a header or a table."""
        positions = positions_of_columns(names, shape)
        self.taken |= {names[position - 1]: canonical for canonical, position in positions.items()}
        self.columns |= {name: None for name in names if name not in self.taken}

    def add_file(self, readable: Readable, shape: Shape, *, shown: str) -> None:
        """Look at a readable text: its header, and its first records as long as the source's share lasts."""
        self.files.append(shown)
        text = readable.path
        if self.source.is_described:
            self._add_described(readable, shape)
        else:
            self._add_delimited(text, shape)

    def _add_described(self, text: Readable, shape: Shape) -> None:
        """Look at records as they would land: what a description makes of them is known to the engine only."""
        with duckdb.connect() as connection, _beginning(text, min(limits.CHECKED_BYTES, self._left)) as head:
            self.is_whole = self.is_whole and head is text
            if head is None:
                self.is_known = False
                return
            self._left -= head.path.stat().st_size
            self._add_staged(connection, reader_of(self.source).stage(connection, head, shape, shown=""), shape)

    def add_records(self, connection: duckdb.DuckDBPyConnection, shape: Shape) -> None:
        """Look at the records of a landed table.

        Args:
            connection: with the records in the temporary table `arrived`.
            shape: how the source is read.
        """
        connection.execute(_STAGE_ARRIVED)
        reader = reader_of(self.source)
        assert isinstance(reader, Lifter)
        self._add_staged(connection, reader.lift(connection, shape), shape)

    def _add_staged(self, connection: duckdb.DuckDBPyConnection, staged: Staged, shape: Shape) -> None:
        names = [name for name in shape.table.columns if name == "_row" or not name.startswith("_")]
        values = {f"v{nth}": staged.values[name] for nth, name in enumerate(names)}
        selected = ", ".join(f"{value} as {alias}" for alias, value in values.items())
        # Names are the engine's own, and expressions come from the description.
        query = f"select {selected} from staged where disposition = 'loaded' limit {limits.CHECKED_RECORDS + 1}"  # noqa: S608
        used = {name: value for name, value in staged.parameters.items() if f"${name}" in query}
        found = connection.execute(query, used).fetchall()
        if (said := entity_of(self.source)).answers is not None:
            self.taken |= {name: name for name in staged.columns if not said.asks(name)}
            # Nobody has answered yet: the header says what is asked.
            self.columns |= {name: None for name in staged.columns if not found and said.asks(name)}
        self.is_whole = self.is_whole and len(found) <= limits.CHECKED_RECORDS
        for cells in found[: limits.CHECKED_RECORDS]:
            self.records += 1
            row = dict(zip(names, (cell or "" for cell in cells), strict=True))
            for name, value in json.loads(row.pop("_row", "") or "{}").items():
                self.columns[name] = None
                _count(self.values, name, value.strip() if isinstance(value, str) else "")
            for name, value in row.items():
                _count(self.canonical, name, value)
            self._add_row(row)

    def _add_delimited(self, text: Path, shape: Shape) -> None:
        try:
            head = read_head(text, delimiter=shape.delimiter, header_rows=int(shape.has_header))
        except HeaderError:
            self.is_known = False
            return
        names = head.keys
        self.add_columns(names, shape)
        canonical = positions_of_columns(names, shape)
        own = {position: name for position, name in enumerate(names) if name in self.columns}
        for cells in self._records(text, shape.delimiter, head.last_line, len(names)):
            row = {name: shape.meant(name, cells[position - 1].strip()) for name, position in canonical.items()}
            row |= shape.constants
            for name, value in row.items():
                _count(self.canonical, name, value)
            if self.entity in ("wide", "contacts", "accounts"):
                for position, name in own.items():
                    _count(self.values, name, cells[position].strip())
            self._add_row(row)

    def _add_row(self, row: Mapping[str, str]) -> None:
        if self.entity == "long":
            _count(self.questions, row["question_id"], row["value"])
        # A call that says who somebody is happens to nobody: no event, no channel, no page.
        if self.source.kind == "web" and row.get("call", "").strip().lower() in ("identify", "alias", "group"):
            return
        if row.get("event"):
            self.events[row["event"]] += 1
        if self.entity in ("orders", "interactions", "events", "leads", "deals"):
            self.channels[row.get("utm_source", "").lower(), row.get("utm_medium", "").lower()] += 1
        if self.entity == "tickets":
            self.channels["", row.get("channel", "").lower()] += 1
        if self.entity == "mentions":
            self.channels[row.get("network", "").lower(), ""] += 1
        if self.source.kind == "web" and (path := path_of(row.get("page_path", "")) or path_of(row.get("url", ""))):
            self.paths.add(path)

    def _records(self, text: Path, delimiter: str, header_end: int, width: int) -> Iterator[list[str]]:
        """The first records as wide as the header."""
        with text.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            lines = _Counted(file, min(limits.CHECKED_BYTES, self._left))
            try:
                for _ in range(header_end):
                    file.readline()
                split = (line.split() for line in lines) if delimiter == "whitespace" else None
                records = split or csv.reader(lines, delimiter=delimiter)
                for number, cells in enumerate(records):
                    if number >= limits.CHECKED_RECORDS:
                        self.is_whole = False
                        break
                    if len(cells) == width:
                        self.records += 1
                        yield cells
            except csv.Error:
                self.is_whole = False
            self.is_whole = self.is_whole and not lines.is_cut
            self._left -= lines.read


class _Counted:
    """Lines of a file, up to a number of characters."""

    def __init__(self, file: Any, most: int) -> None:
        self.read = 0
        self.is_cut = False
        self._file = file
        self._most = most

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(self._most - self.read + 1):
            self.read += len(line)
            if self.read > self._most:
                self.is_cut = True
                return
            yield line


@contextmanager
def _beginning(text: Readable, most: int) -> Iterator[Readable | None]:
    """A text, or its first whole lines in at most so many bytes; None where the first one is longer."""
    if text.path.stat().st_size <= most:
        yield text
        return
    with text.path.open("rb") as file:
        start = file.read(most)
    start = start[: start.rfind(b"\n") + 1]
    if not start:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "beginning"
        path.write_bytes(start)
        yield replace(text, path=path, ends_with_newline=True, lines=start.count(b"\n"))


def path_of(url: str) -> str:
    """The path of an address, as the macro url_path cuts it out."""
    return re.sub(r"[?#].*$", "", _HOST.sub("", url))


def canonical_columns(source: Source) -> tuple[str, ...]:
    """Canonical columns of a source's entity; none for other vendors' files."""
    return CSV_ENTITIES[source.kind][source.entity].columns if source.entity else ()


def _count(into: dict[str, dict[str, int]], name: str, value: str) -> None:
    counts = into.setdefault(name, {})
    if value and (value in counts or len(counts) < _MOST_VALUES):
        counts[value] = counts.get(value, 0) + 1

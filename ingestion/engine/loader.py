"""Files of one shape in, their rows, rejects and ledger lines out: one transaction a file, so exactly once."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

import duckdb

from ingestion.engine.beginnings import load_that_begins_with
from ingestion.engine.decisions import Arrival, Because, Decision, Entry, Inbox, decide, in_turn, vanished_longer_ones
from ingestion.engine.drift import Seen, columns_of, drift, known_columns, record_columns
from ingestion.engine.ledger import Books, history_of, next_load_id, record_load, supersede
from ingestion.engine.lift_again import lift_again
from ingestion.engine.vanishing import Bound
from ingestion.raw_schema import UNLIFTED, RawTable
from ingestion.readers.faults import FAULTS_OF_A_FILE, problem_of
from ingestion.readers.files import (
    FileChangedError,
    Fingerprint,
    PresentFiles,
    ensure_unchanged,
    fingerprint,
)
from ingestion.readers.reading import as_text_file, ensure_inside, open_text
from ingestion.readers.rejects import record_rejects
from ingestion.readers.vendor import FURTHER_LINES, Lifter, Reader, Shape, Staged, UnreadableFileError
from ingestion.warehouse import KEEP_ORDER, transaction
from workspace.errors import Problem
from workspace.paths import WorkspacePaths

# What lands from the same bytes changes when the readers' code does: a higher number makes every file be read again.
READER_VERSION: Final = 3


# What of a file does not land in its table.
_REFUSED: Final = "create or replace temp table refused as from staged where disposition <> 'loaded'"
_SKIPPED: Final = "select count(*) from refused where disposition = 'skipped'"


class BooksError(Exception):
    """Records of a file are unaccounted for: a fault of ours, never of the data. Nothing of the file is loaded."""


class _HeldBackError(Exception):
    """A file would end more rows than it brings, and may not before all others of the load are known."""


@dataclass(frozen=True)
class FileReport:
    """What happened to one file. `unchanged` and `duplicate` files load nothing; a problem says why one `failed`."""

    path: str
    outcome: Literal["loaded", "unchanged", "duplicate", "failed"]
    load_id: int | None = None
    books: Books = field(default_factory=Books)


@dataclass
class _Load:
    """One load of a source's files: what is there, and what has happened so far.

    Attributes:
        places: path as the ledger has it -> the file.
        is_whole: these are all that there is.
        problems: what went wrong.
        reports: path -> what happened to it.
        known: path -> the content of the file.
        before: rows that counted when the load began.
        may_end_too_much: more rows than the bound allows belong to files that are not there as they were.
        held_back: files that end more rows than they bring, and how many more.
    """

    places: dict[str, Path]
    is_whole: bool
    problems: list[Problem]
    reports: dict[str, FileReport] = field(default_factory=dict)
    known: dict[str, Fingerprint] = field(default_factory=dict)
    inbox: Inbox = field(default_factory=lambda: Inbox(()))
    contents: PresentFiles = field(default_factory=lambda: PresentFiles({}))
    before: int = 0
    may_end_too_much: bool = False
    held_back: dict[str, int] = field(default_factory=dict)

    @property
    def has_failed(self) -> bool:
        """Whether a file failed, or the load was refused."""
        return any(problem.severity == "error" for problem in self.problems) or any(
            report.outcome == "failed" for report in self.reports.values()
        )

    def fail(self, path: str, error: Exception) -> None:
        self.problems.append(problem_of(error, path))
        self.reports[path] = FileReport(path, "failed")


def scratch_folder(paths: WorkspacePaths) -> Path:
    """The folder of copies that DuckDB can read, for the length of one load."""
    return paths.warehouse / ".reading"


class Loader:
    """Loads the files of one shape over one open connection."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        paths: WorkspacePaths,
        shape: Shape,
        reader: Reader,
        *,
        run_id: str,
        bound: Bound | None = None,
    ) -> None:
        self._connection = connection
        self._paths = paths
        self._shape = shape
        self._reader = reader
        self._run_id = run_id
        self._bound = bound or Bound()
        self._reading = _reading(shape)
        self._history = history_of(connection, shape.source, shape.table)
        self._closing: Callable[[], None] | None = None
        # Asked before a file ends more rows than it brings, with their number; None where it may.
        self._ending: Callable[[int], None] | None = None

    def load_all(
        self, found: Sequence[Path], *, is_whole: bool = False, closing: Callable[[], None] | None = None
    ) -> tuple[list[FileReport], list[Problem]]:
        """Load what is new among these files. A file that cannot be read is a problem; the others are loaded.

        Where more rows would vanish than the bound allows, the files that would end them are refused: what was loaded
        of them before still counts.

        Args:
            found: the files.
            is_whole: they are all that there is: loads of other paths end, unless a file failed.
            closing: what is written in the transaction of the last file, once all files were loaded; not called where
                one of them failed.
        """
        load = self._begin(found, is_whole=is_whole)
        files = in_turn(load.inbox, self._history)
        self._load_each(load, files, closing)
        vanished = sum(entry.rows for entry in self._vanished(load))
        after = self._history.rows - sum(load.held_back.values()) - vanished
        if load.may_end_too_much and self._bound.forbids(before=load.before, after=after):
            self._refuse(load, after)
        elif load.held_back:
            held_back = [file for file in files if file.path in load.held_back]
            load.held_back.clear()
            load.may_end_too_much = False
            self._load_each(load, held_back, closing)
            # Files that are the beginning of one that has just ended count by themselves now.
            self._load_each(load, [file for file in files if self._lost_its_holder(file, load)], None)
        self._end_vanished(load)
        return sorted(load.reports.values(), key=lambda report: report.path), load.problems

    def _begin(self, found: Sequence[Path], *, is_whole: bool) -> _Load:
        """Look at the files; nothing is loaded yet."""
        load = _Load({self._paths.relative(path): path for path in found}, is_whole, self._lift_again())
        for shown, path in load.places.items():
            try:
                ensure_inside(path, self._paths, shown=shown)
                load.known[shown] = fingerprint(path)
            except (FileChangedError, UnreadableFileError, OSError, RuntimeError) as error:
                load.fail(shown, error)
        load.inbox = Inbox(Arrival(shown, print_.size, print_.sha256) for shown, print_ in load.known.items())
        load.contents = PresentFiles(load.places)
        load.before = self._history.rows
        staying = sum(entry.rows for entry in self._history.live.values() if self._is_unchanged(entry, load))
        load.may_end_too_much = self._bound.forbids(before=load.before, after=staying)
        return load

    def _load_each(self, load: _Load, files: Sequence[Arrival], closing: Callable[[], None] | None) -> None:
        for file in files:
            is_last = file is files[-1] and not load.held_back
            self._closing = closing if is_last and not load.has_failed else None
            self._ending = partial(self._hold_back, load, file.path, is_last) if load.may_end_too_much else None
            try:
                decision = decide(
                    file, reading=self._reading, history=self._history, inbox=load.inbox, contents=load.contents
                )
                place = load.places[file.path]
                report, warnings = self._apply(decision, file, place, load.known[file.path], load.inbox)
            except _HeldBackError:
                continue
            except FAULTS_OF_A_FILE as error:
                load.fail(file.path, error)
            else:
                load.problems += warnings
                if report.outcome != "unchanged" or file.path not in load.reports:
                    load.reports[file.path] = report

    def _hold_back(self, load: _Load, path: str, is_last: bool, lost: int) -> None:
        """Leave a file that ends more rows than it brings until all others are loaded, whose rows may make up for it.

        Raises:
            _HeldBackError: it has to wait.
        """
        after = self._history.rows - lost
        if is_last and not self._vanished(load) and not self._bound.forbids(before=load.before, after=after):
            return
        load.held_back[path] = lost
        raise _HeldBackError

    def _refuse(self, load: _Load, after: int) -> None:
        """Report a load that would end too much; nothing ends."""
        places = [*load.held_back, *(entry.path for entry in self._vanished(load))]
        place = places[0] if len(places) == 1 else f"{places[0]} and {len(places) - 1} more"
        load.problems.append(self._bound.refusal(self._shape.source, before=load.before, after=after, place=place))
        for path in load.held_back:
            load.reports[path] = FileReport(path, "failed")

    def _lost_its_holder(self, file: Arrival, load: _Load) -> bool:
        entry = self._history.latest.get(file.path)
        return entry is not None and entry.status != "active" and load.reports[file.path].outcome != "failed"

    def _is_unchanged(self, entry: Entry, load: _Load) -> bool:
        return entry.reading == self._reading and entry.path in load.inbox.paths_of(entry.sha256)

    def _vanished(self, load: _Load) -> list[Entry]:
        """Live loads of paths that are no longer there, where that ends them."""
        if not load.is_whole or load.has_failed:
            return []
        return [entry for entry in self._history.live.values() if entry.path not in load.places]

    def _end_vanished(self, load: _Load) -> None:
        gone: list[tuple[int, Because]] = [(entry.load_id, "vanished") for entry in self._vanished(load)]
        with transaction(self._connection):
            supersede(self._connection, gone, by=None)
        self._history.end(gone, by=None)

    def is_settled(self, found: Sequence[Path]) -> bool:
        """Whether loading these files would change nothing and report nothing. It looks, and writes nothing."""
        places = {self._paths.relative(path): path for path in found}
        latest = self._history.latest
        if self._outdated() or not all(shown in latest for shown in places):
            return False
        try:
            # Sizes first: where one differs, no file has to be read. A packed file is smaller than its content.
            if any(path.stat().st_size > latest[shown].size for shown, path in places.items()):
                return False
            for shown, path in places.items():
                ensure_inside(path, self._paths, shown=shown)
            known = {shown: fingerprint(path) for shown, path in places.items()}
        except FAULTS_OF_A_FILE:
            return False
        inbox = Inbox(Arrival(shown, print_.size, print_.sha256) for shown, print_ in known.items())
        contents = PresentFiles(places)
        return all(
            decide(file, reading=self._reading, history=self._history, inbox=inbox, contents=contents).action
            == "unchanged"
            for file in inbox.files
        )

    def has_vanished(self, found: Sequence[Path]) -> bool:
        """Whether a live load's path is no longer there."""
        there = {self._paths.relative(path) for path in found}
        return any(entry.path not in there for entry in self._history.live.values())

    def _outdated(self) -> list[int]:
        return [one.load_id for one in self._history.live.values() if self._is_outdated(one)]

    def _lift_again(self) -> list[Problem]:
        """Fill the columns of what is loaded as the description says now; what was done is reported."""
        outdated = self._outdated()
        if not outdated or not isinstance(self._reader, Lifter):
            return []
        records = lift_again(self._connection, self._reader, self._shape, outdated)
        what = f"The vendor's description is new or changed: {records:,} records that are loaded follow it now."
        fix = "Nothing to do: no file was read again."
        return [Problem(file=self._shape.source, what=what, fix=fix, severity="warning")]

    def _is_outdated(self, entry: Entry) -> bool:
        return entry.lifted == UNLIFTED or (entry.reading == self._reading and entry.lifted != self._shape.lifted)

    def _apply(
        self, decision: Decision, file: Arrival, path: Path, known: Fingerprint, inbox: Inbox
    ) -> tuple[FileReport, Sequence[Problem]]:
        if decision.action == "unchanged":
            if self._closing is not None:
                with transaction(self._connection):
                    self._closing()
            return FileReport(file.path, "unchanged", decision.holder), ()
        with self._staged(path, file) as staged:
            if decision.action == "load":
                decision = self._unless_loaded(decision, staged, file, inbox)
            return self._land(decision, staged, file, path, known)

    def _land(
        self, decision: Decision, staged: Staged, file: Arrival, path: Path, known: Fingerprint
    ) -> tuple[FileReport, Sequence[Problem]]:
        """Rows, rejects and ledger lines of one file, in one transaction."""
        columns, warnings = self._compare_columns(decision, staged, file)
        with transaction(self._connection):
            load_id = next_load_id(self._connection)
            if decision.action == "load":
                books = self._insert(staged, load_id, file)
                entry = self._entry(load_id, file, "active", books=books)
                successor: int | None = load_id
            else:
                records = self._records(staged) + staged.skipped
                books = Books(records=records, skipped=records)
                entry = self._entry(load_id, file, "duplicate", decision.holder)
                successor = decision.holder
            record_load(
                self._connection,
                entry,
                run_id=self._run_id,
                source=self._shape.source,
                table=self._shape.table,
                books=books,
            )
            record_columns(self._connection, load_id, columns)
            lost = sum(self._history.live[ended].rows for ended, _ in decision.supersedes) - entry.rows
            if self._ending is not None and lost > 0:
                self._ending(lost)
            supersede(self._connection, decision.supersedes, by=successor)
            if self._closing is not None:
                self._closing()
            ensure_unchanged(path, known)
        self._history.end(decision.supersedes, by=successor)
        self._history.add(entry)
        outcome: Literal["loaded", "duplicate"] = "loaded" if decision.action == "load" else "duplicate"
        return FileReport(file.path, outcome, load_id, books), [*staged.warnings, *warnings]

    def _unless_loaded(self, decision: Decision, staged: Staged, file: Arrival, inbox: Inbox) -> Decision:
        """The decision to load, unless a file that is gone held all of these records at its beginning."""
        gone = vanished_longer_ones(file, reading=self._reading, history=self._history, inbox=inbox)
        ended = {load_id for load_id, _ in decision.supersedes}
        holder = load_that_begins_with(
            self._connection, staged, self._shape.table, [load_id for load_id in gone if load_id not in ended]
        )
        return decision if holder is None else Decision("duplicate", decision.supersedes, holder)

    def _compare_columns(
        self, decision: Decision, staged: Staged, file: Arrival
    ) -> tuple[Sequence[Seen], Sequence[Problem]]:
        """The columns of a file that is to be loaded, and how they differ from those of the loads before."""
        if decision.action != "load" or not self._shape.table.record:
            return (), ()
        now = columns_of(self._connection, staged)
        before = known_columns(self._connection, self._shape.source, self._shape.table)
        return now, drift(before, now, self._shape, shown=file.path, is_json=not staged.columns)

    @contextmanager
    def _staged(self, path: Path, file: Arrival) -> Iterator[Staged]:
        """`staged` for as long as it is needed; the copy that was needed for it, if any, is gone again then."""
        scratch = scratch_folder(self._paths)
        try:
            plain = as_text_file(path, self._shape, self._reader, scratch)
            reader = self._reader.for_file(plain)
            text = open_text(plain, self._shape, reader, scratch, shown=file.path)
            yield reader.stage(self._connection, text, self._shape, shown=file.path)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _entry(
        self,
        load_id: int,
        file: Arrival,
        status: Literal["active", "duplicate"],
        holder: int | None = None,
        *,
        books: Books | None = None,
    ) -> Entry:
        counted = books or Books()
        return Entry(
            *(load_id, file.path, file.size, file.sha256, self._reading, status, holder),
            lifted=self._shape.lifted,
            loaded=counted.loaded,
            rows=counted.loaded + counted.further_rows,
        )

    def _insert(self, staged: Staged, load_id: int, file: Arrival) -> Books:
        """Rows and rejects of `staged`, and the books that say where every record went."""
        landed = insert_rows(self._connection, staged, self._shape, load_id, path=file.path, sha256=file.sha256)
        further = self._further_rows(load_id) if staged.has_further_rows else 0
        loaded = landed - further
        records = self._records(staged)
        rejected = skipped = 0
        if loaded != records:
            self._connection.execute(_REFUSED)
            rejected = record_rejects(self._connection, load_id=load_id, source=self._shape.source, path=file.path)
            skipped = self._connection.execute(_SKIPPED).fetchall()[0][0]
        books = Books(
            records=records + staged.skipped,
            loaded=loaded,
            rejected=rejected,
            skipped=skipped + staged.skipped,
            further_rows=further,
        )
        if not books.balance:
            raise BooksError(f"{file.path}: {books}")
        return books

    def _further_rows(self, load_id: int) -> int:
        """Rows of a load beyond the first of each record."""
        counted = f"select count(*) from {self._shape.table.sql} where _load_id = ? and _line >= ?"  # noqa: S608
        return int(self._connection.execute(counted, [load_id, FURTHER_LINES]).fetchall()[0][0])

    def _records(self, staged: Staged) -> int:
        """Records of `staged`."""
        if staged.records is not None:
            return staged.records
        return int(self._connection.execute("select count(*) from staged").fetchall()[0][0])


def insert_rows(
    connection: duckdb.DuckDBPyConnection, staged: Staged, shape: Shape, load_id: int, *, path: str, sha256: str
) -> int:
    """Land the rows of `staged` that are to be loaded; returns how many."""
    origin = {"_source": shape.source, "_file": path, "_sha256": sha256, "_load_id": load_id}
    # Every row has its line, so threads need not wait for one another to keep the order.
    connection.execute("set preserve_insertion_order = false")
    statement = _insert_statement(shape.table, staged)
    loaded = connection.execute(statement, {**staged.parameters, **origin}).fetchall()[0][0]
    connection.execute(KEEP_ORDER)
    return int(loaded)


def _insert_statement(table: RawTable, staged: Staged) -> str:
    """Names come from the fixed list of raw tables, expressions from the readers, values as parameters."""
    columns = ", ".join(f'"{column}"' for column in table.columns)
    values = ", ".join(staged.values[column] for column in table.columns)
    return f"""
        insert into {table.sql} ({columns}, _source, _file, _line, _sha256, _load_id, _loaded_at)
        select {values}, $_source, $_file, line, $_sha256, $_load_id, now()::timestamp
        from staged
        where disposition = 'loaded'
    """  # noqa: S608


def _reading(shape: Shape) -> str:
    """Fingerprint of everything besides a file's bytes that decides what lands."""
    options: Mapping[str, Any] = {
        "version": READER_VERSION,
        "table": [shape.table.schema, shape.table.name, *shape.table.columns],
        "encoding": shape.encoding,
        "delimiter": shape.delimiter,
        "header": shape.has_header,
        **shape.reading(),
        # As before where it says nothing, so that no file is read again for an option that it does not use.
        **({"header_rows": shape.header_rows} if shape.header_rows != 1 else {}),
    }
    return hashlib.sha256(json.dumps(options).encode()).hexdigest()[:16]

"""A workspace in, its raw tables filled out: what a run calls, one step a source."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from ingestion.engine.check_times import check_format
from ingestion.engine.ledger import history_of
from ingestion.engine.loader import FileReport, Loader, scratch_folder
from ingestion.engine.secret import ensure_secret
from ingestion.engine.settings import replace_settings
from ingestion.engine.table_loader import TableLoader
from ingestion.engine.vanishing import Bound
from ingestion.raw_schema import create_tables
from ingestion.readers.files import find_files
from ingestion.readers.vendor import Reader, Shape, UnreadableFileError, shown_as
from ingestion.vendors.shapes import MAPPINGS_READER, MAPPINGS_SOURCE, mapping_shapes, reader_of, shape_of
from ingestion.warehouse import open_for_reading, open_for_writing, transaction
from workspace import Source, Workspace
from workspace.errors import Problem


@dataclass(frozen=True)
class LoadReport:
    """What happened to the files of one source, and what the user can fix."""

    source: str
    files: tuple[FileReport, ...]
    problems: tuple[Problem, ...]

    @property
    def loaded(self) -> int:
        """Rows that this run added."""
        return sum(file.books.loaded for file in self.files if file.outcome == "loaded")


def prepare(workspace: Workspace) -> None:
    """Create every table, the secret, and write settings and sources. Safe to repeat; the first step of a run."""
    shutil.rmtree(scratch_folder(workspace.paths), ignore_errors=True)
    with open_for_writing(workspace.paths) as connection, transaction(connection):
        create_tables(connection)
        ensure_secret(connection)
        replace_settings(connection, workspace)


def load_mappings(workspace: Workspace, *, run_id: str) -> LoadReport:
    """Load the company's own vocabulary, which `workspace` has validated. A mapping file that is gone ends to apply."""
    files: list[FileReport] = []
    problems: list[Problem] = []
    with open_for_writing(workspace.paths) as connection:
        for shape in mapping_shapes():
            path = workspace.mappings.folder / f"{shape.table.name}.csv"
            found = [path] if path.is_file() else []
            loader = Loader(connection, workspace.paths, shape, MAPPINGS_READER, run_id=run_id)
            reports, faults = loader.load_all(found, is_whole=True)
            files += reports
            problems += faults
    return LoadReport(MAPPINGS_SOURCE, tuple(files), tuple(problems))


def is_settled(workspace: Workspace) -> bool:
    """Whether loading everything would change nothing and report nothing. It looks, and writes nothing.

    Never so for a company with a database or an API among its sources: they would have to be asked.
    """
    sources = workspace.config.sources
    if any(source.is_table or source.api is not None or check_format(source) for source in sources):
        return False
    if not workspace.paths.raw_database.is_file():
        return False
    with open_for_reading(workspace.paths) as connection:

        def loader(shape: Shape, reader: Reader) -> Loader:
            return Loader(connection, workspace.paths, shape, reader, run_id="")

        for shape in mapping_shapes():
            path = workspace.mappings.folder / f"{shape.table.name}.csv"
            found = [path] if path.is_file() else []
            of_mapping = loader(shape, MAPPINGS_READER)
            if of_mapping.has_vanished(found) or not of_mapping.is_settled(found):
                return False
        for source in sources:
            found = find_files(workspace.paths.root, source.path)
            of_source = loader(shape_of(source, workspace.mappings), reader_of(source))
            if not found or not of_source.is_settled(found):
                return False
    return True


def load_source(workspace: Workspace, name: str, *, run_id: str, accept_vanished: bool = False) -> LoadReport:
    """Load the files of one source of cx.yml, or its table.

    Args:
        workspace: a validated workspace on which `prepare` has run.
        name: the source's name.
        run_id: written into the ledger.
        accept_vanished: this load may end any number of rows, whatever the source's `max_vanished`.

    Returns:
        What happened to every file, and every problem. A file with an error loads nothing and ends nothing: what was
        loaded of it before stays live; so it is with one that would end too many rows. A source whose timestamp_format
        cannot be used loads nothing: none of its times could be read.
    """
    source = workspace.config.source(name)
    if fault := check_format(source):
        return LoadReport(name, (), (fault,))
    bound = Bound.of(source, is_accepted=accept_vanished)
    if source.is_table:
        return _load_table(workspace, source, bound, run_id=run_id)
    if source.api is not None:
        return _load_answers(workspace, source, bound, run_id=run_id)
    found = find_files(workspace.paths.root, source.path)
    missing = [] if found else [no_files(workspace.paths.root, name, source.path)]
    with open_for_writing(workspace.paths) as connection:
        loader = Loader(
            connection,
            workspace.paths,
            shape_of(source, workspace.mappings),
            reader_of(source),
            run_id=run_id,
            bound=bound,
        )
        reports, problems = loader.load_all(found)
    return LoadReport(name, tuple(reports), (*missing, *problems))


def _load_answers(workspace: Workspace, source: Source, bound: Bound, *, run_id: str) -> LoadReport:
    """Ask an API, and load its answers. One that cannot be asked is a problem; what was loaded before stays live."""
    from ingestion.api.fetch import fetch

    with open_for_writing(workspace.paths) as connection:
        shape = shape_of(source, workspace.mappings)
        before = sum(entry.loaded for entry in history_of(connection, source.name, shape.table).live.values())

        def ensure_bound(records: int, place: str) -> None:
            # An empty list does not say that all was deleted.
            if bound.forbids(before=before, after=records):
                problem = bound.refusal(source.name, before=before, after=records, place=place, unit="records")
                raise UnreadableFileError(problem)

        try:
            fetched = fetch(connection, workspace.paths, source, shape, examine=ensure_bound)
        except UnreadableFileError as error:
            return LoadReport(source.name, (FileReport(source.location, "failed"),), (error.problem,))
        loader = Loader(connection, workspace.paths, shape, reader_of(source), run_id=run_id, bound=bound)
        found = find_files(workspace.paths.root, source.pattern)
        reports, problems = loader.load_all(found, is_whole=fetched.is_whole, closing=fetched.record)
    return LoadReport(source.name, tuple(reports), tuple(problems))


def _load_table(workspace: Workspace, source: Source, bound: Bound, *, run_id: str) -> LoadReport:
    """Load the table of a database. One that cannot be read is a problem; what was loaded of it before stays live."""
    # SQLAlchemy and Arrow take a second to import, and most companies read files only.
    from ingestion.engine.open_place import open_place

    try:
        with open_place(source, workspace.paths.root) as database, open_for_writing(workspace.paths) as connection:
            zone = workspace.config.timezone
            loader = TableLoader(
                connection,
                database,
                source,
                shape_of(source, workspace.mappings),
                zone=zone,
                run_id=run_id,
                bound=bound,
            )
            reports, problems = loader.load()
    except UnreadableFileError as error:
        return LoadReport(source.name, (FileReport(shown_as(source), "failed"),), (error.problem,))
    return LoadReport(source.name, tuple(reports), tuple(problems))


def no_files(root: Path, name: str, pattern: str) -> Problem:
    """The problem of a source without files: none is there, or their folder is closed to this user."""
    closed = _closed_folder(root, pattern)
    if closed is not None:
        what = f"The user that runs this may not read the folder '{closed}'."
        return Problem(file=pattern, key=f"sources.{name}.path", what=what, fix="Give it permission.")
    fix = f"Put the files of source '{name}' there, or correct its 'path' in cx.yml."
    return Problem(file=pattern, key=f"sources.{name}.path", what="No file matches this path.", fix=fix)


def _closed_folder(root: Path, pattern: str) -> str | None:
    """The first folder on the way to a pattern's files that may not be read."""
    folder = root
    for part in Path(pattern).parts[:-1]:
        if not folder.is_dir() or any(sign in part for sign in "*?["):
            break
        if not os.access(folder, os.R_OK | os.X_OK):
            return folder.relative_to(root).as_posix()
        folder /= part
    return folder.relative_to(root).as_posix() if folder.is_dir() and not os.access(folder, os.R_OK | os.X_OK) else None

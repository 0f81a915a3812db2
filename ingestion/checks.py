"""A workspace in, what is wrong with its files and tables out. Loads nothing and writes nothing into the workspace."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ingestion.check_times import check_format, check_times
from ingestion.files import find_files, first_undecodable_byte, make_readable
from ingestion.load import no_files
from ingestion.shapes import reader_of, shape_of
from ingestion.table_loader import examine_table
from ingestion.vendor import UnreadableFileError
from workspace import Source, Workspace
from workspace.errors import Problem


def check_sources(workspace: Workspace) -> list[Problem]:
    """Look at every file and table of every source: is it there, can it be read, do its columns fit?"""
    problems = []
    for source in workspace.config.sources:
        if fault := check_format(source):
            problems.append(fault)
        if source.vendor == "sql":
            problems += _check_table(source, workspace)
            continue
        found = find_files(workspace.paths.root, source.path)
        if not found:
            problems.append(no_files(source.name, source.path))
        for path in found:
            problems += _check_file(path, source, workspace, shown=workspace.paths.relative(path))
    return problems


def _check_table(source: Source, workspace: Workspace) -> list[Problem]:
    """Can the database be reached, is the table there, and do its columns fit?"""
    # SQLAlchemy and Arrow take a second to import, and most companies read files only.
    from ingestion.databases import Database

    try:
        with Database(source, workspace.paths.root) as database:
            problems = examine_table(database, source, shape_of(source), zone=workspace.config.timezone)
            if database.password_in_config:
                fix = "Write url: env:NAME, and put the url into that variable where 'cx' runs."
                problems.append(
                    Problem(
                        file="cx.yml",
                        key=f"sources.{source.name}.url",
                        what="The database's password stands in the file.",
                        fix=fix,
                        severity="warning",
                    )
                )
            return problems
    except UnreadableFileError as error:
        return [error.problem]


def _check_file(path: Path, source: Source, workspace: Workspace, *, shown: str) -> list[Problem]:
    shape = shape_of(source)
    offset = first_undecodable_byte(path, shape.encoding)
    if offset is not None:
        what = f"Byte {offset} is no {shape.encoding} text."
        fix = f"Say under 'encoding' of source '{source.name}' how the file is written (cp1252, utf-16, ...)."
        return [Problem(file=shown, key=f"sources.{source.name}.encoding", what=what, fix=fix)]
    with tempfile.TemporaryDirectory() as scratch:
        text = make_readable(path, shape.encoding, Path(scratch))
        problems = reader_of(source).examine(text.path, shape, shown=shown)
        return problems + check_times(text.path, source, shape, workspace, shown=shown)

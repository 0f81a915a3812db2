"""A workspace in, what is wrong with its files and tables out. Loads nothing and writes nothing into the workspace.

A check of one file and a check of the whole workspace are each one line below; each has a module of its own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from ingestion.api.client import examine_access
from ingestion.checks.mappings import check_mappings
from ingestion.checks.numbers import check_numbers
from ingestion.checks.order_lines import check_order_lines
from ingestion.checks.samples import Sample
from ingestion.checks.surveys import check_survey_file
from ingestion.engine.check_times import check_format, check_times
from ingestion.engine.load import no_files
from ingestion.engine.table_loader import examine_table
from ingestion.readers.delimiters import better_delimiter
from ingestion.readers.encodings import fitting_encoding
from ingestion.readers.faults import FAULTS_OF_A_FILE, problem_of
from ingestion.readers.files import find_files, first_undecodable_byte
from ingestion.readers.reading import as_text_file, encoding_of, ensure_inside, ensure_kind, open_text
from ingestion.readers.vendor import Shape, Unpacking, UnreadableFileError
from ingestion.vendors.shapes import reader_of, shape_of
from workspace import Source, Workspace
from workspace.errors import Problem

# Checks of what all files hold together, each asked once.
CHECKS: Final[tuple[Callable[[Workspace, list[Sample]], list[Problem]], ...]] = (
    check_numbers,
    check_order_lines,
    check_mappings,
)


def check_sources(workspace: Workspace) -> list[Problem]:
    """Look at every file and table of every source: is it there, can it be read, and do cx.yml and mappings fit?"""
    problems: list[Problem] = []
    samples: list[Sample] = []
    for source in workspace.config.sources:
        sample = Sample(source)
        samples.append(sample)
        if fault := check_format(source):
            problems.append(fault)
        if source.is_table:
            problems += _check_table(source, workspace, sample)
            continue
        if source.api is not None:
            problems += examine_access(source)
        problems += examine_files(workspace, source, sample)
    for check in CHECKS:
        problems += check(workspace, samples)
    return problems


def examine_files(workspace: Workspace, source: Source, sample: Sample) -> list[Problem]:
    """Look at the files of a source; what they hold is noted in `sample`."""
    found = find_files(workspace.paths.root, source.pattern)
    problems = [] if found or source.api is not None else [no_files(workspace.paths.root, source.name, source.path)]
    for path in found:
        problems += _check_file(path, source, sample, workspace, shown=workspace.paths.relative(path))
    return problems


def examine_records(path: Path, workspace: Workspace, source: Source, sample: Sample, *, shown: str) -> list[Problem]:
    """Look at one file outside the workspace, such as an API's answer."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            return _examine(path, source, sample, workspace, Path(scratch), shown=shown)
    except FAULTS_OF_A_FILE as error:
        return [problem_of(error, shown)]


def _check_table(source: Source, workspace: Workspace, sample: Sample) -> list[Problem]:
    """Can the database be reached, is the table there, and do its columns fit?"""
    # SQLAlchemy and Arrow take a second to import, and most companies read files only.
    from ingestion.engine.open_place import open_place

    sample.has_values = sample.is_whole = False
    try:
        with open_place(source, workspace.paths.root) as database:
            shape = shape_of(source, workspace.mappings)
            problems = examine_table(database, source, shape, zone=workspace.config.timezone)
            if source.landed is None:
                sample.add_columns([column.name for column in database.columns], shape)
            else:
                # What is asked, and which attributes there are, is inside of the records.
                sample.is_known = False
            if database.password_in_config:
                fix = "Write url: env:NAME, and put the url into that variable where 'cx' runs."
                problems.append(
                    Problem(
                        file="cx.yml",
                        key=f"sources.{source.name}.url",
                        what="The database's password is in the file.",
                        fix=fix,
                        severity="warning",
                    )
                )
            return problems
    except UnreadableFileError as error:
        sample.is_known = False
        return [error.problem]


def _check_file(path: Path, source: Source, sample: Sample, workspace: Workspace, *, shown: str) -> list[Problem]:
    """Can a file be read, and do its columns fit? What it holds is noted in `sample`."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            ensure_inside(path, workspace.paths, shown=shown)
            problems = _examine(path, source, sample, workspace, Path(scratch), shown=shown)
    except FAULTS_OF_A_FILE as error:
        problems = [problem_of(error, shown)]
    if any(problem.severity == "error" for problem in problems) and shown not in sample.files:
        sample.is_known = False
    return problems


def _examine(
    path: Path, source: Source, sample: Sample, workspace: Workspace, scratch: Path, *, shown: str
) -> list[Problem]:
    shape, reader = shape_of(source, workspace.mappings), reader_of(source)
    path = as_text_file(path, shape, reader, scratch)
    reader = reader.for_file(path)
    shape = replace(shape, encoding=encoding_of(path, shape))
    if not isinstance(reader, Unpacking):
        ensure_kind(path, shape, reader, shown=shown)
    offset = None if isinstance(reader, Unpacking) else first_undecodable_byte(path, shape.encoding)
    if offset is not None:
        return [_wrong_encoding(path, shape, offset, shown=shown)]
    text = open_text(path, shape, reader, scratch, shown=shown)
    problems = reader.examine(text.path, shape, shown=shown)
    readable = shape
    if any(problem.severity == "error" for problem in problems):
        # A wrong delimiter is one fault; what the mappings lack is another, and is seen with the right one.
        better = better_delimiter(text.path, shape.delimiter) if reader.is_delimited else None
        if better is None:
            return problems
        readable = replace(shape, delimiter=better)
    sample.add_file(text, readable, shown=shown)
    if readable is shape:
        problems += check_times(text.path, source, shape, workspace, shown=shown)
        problems += check_survey_file(text.path, source, shape, workspace, shown=shown)
    return problems


def _wrong_encoding(path: Path, shape: Shape, offset: int, *, shown: str) -> Problem:
    found = fitting_encoding(path, shape.encoding)
    if found is not None:
        fix = f"Set 'encoding' of source '{shape.source}' to {found}: all of the file reads as that."
    else:
        fix = f"Ask how the file was written and set 'encoding' of source '{shape.source}', or save it as UTF-8."
    what = f"Byte {offset} is not {shape.encoding} text."
    return Problem(file=shown, key=f"sources.{shape.source}.encoding", what=what, fix=fix)

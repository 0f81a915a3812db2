"""A workspace in, what is wrong with its files out. Loads nothing and writes nothing into the workspace."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ingestion.files import find_files, first_undecodable_byte, make_readable
from ingestion.load import no_files
from ingestion.shapes import reader_of, shape_of
from workspace.config import Source, Workspace
from workspace.errors import Problem


def check_sources(workspace: Workspace) -> list[Problem]:
    """Look at every file of every source: is it there, is it text in its encoding, does its head fit?"""
    problems = []
    for source in workspace.config.sources:
        found = find_files(workspace.paths.root, source.path)
        if not found:
            problems.append(no_files(source.name, source.path))
        for path in found:
            problems += _check_file(path, source, shown=workspace.paths.relative(path))
    return problems


def _check_file(path: Path, source: Source, *, shown: str) -> list[Problem]:
    shape = shape_of(source)
    offset = first_undecodable_byte(path, shape.encoding)
    if offset is not None:
        what = f"Byte {offset} is no {shape.encoding} text."
        fix = f"Say under 'encoding' of source '{source.name}' how the file is written (cp1252, utf-16, ...)."
        return [Problem(file=shown, key=f"sources.{source.name}.encoding", what=what, fix=fix)]
    with tempfile.TemporaryDirectory() as scratch:
        text = make_readable(path, shape.encoding, Path(scratch))
        return reader_of(source).examine(text.path, shape, shown=shown)

"""What went wrong with one file in, the problem that a user reads out: its reason, and nothing of what it holds."""

from __future__ import annotations

import csv
from typing import Final

import duckdb

from ingestion.readers.files import FileChangedError
from ingestion.readers.packing import PackedFileError
from ingestion.readers.vendor import UnreadableFileError
from workspace.errors import Problem
from workspace.wording import cause_of, without_values

# What one file may cause without ending the load of the others. BooksError is not among them: a fault of ours.
FAULTS_OF_A_FILE: Final = (
    FileChangedError,
    UnreadableFileError,
    PackedFileError,
    OSError,
    RecursionError,
    MemoryError,
    ValueError,  # UnicodeError among them, and the engine's refusal of a text that it cannot take
    OverflowError,
    csv.Error,
    duckdb.Error,
)


def problem_of(error: Exception, shown: str) -> Problem:
    """The problem of a file.

    Args:
        error: what reading it raised.
        shown: how the user knows the file.
    """
    match error:
        case UnreadableFileError():
            return error.problem
        case FileChangedError():
            return Problem(
                file=shown,
                what="The file changed while it was read, so it was left for the next run.",
                fix="Run again once it is complete; write it under another name and rename it when done.",
                severity="warning",
            )
        case PackedFileError():
            fix = "Pack it again, or put the plain file there; docs/configuration.md has the limits."
            return Problem(file=shown, what=f"The file cannot be unpacked: {error}.", fix=fix)
        case MemoryError() | duckdb.OutOfMemoryException():
            return Problem(
                file=shown,
                what="The file needs more memory than a load may take.",
                fix="Split it into several files.",
            )
        case duckdb.Error():
            first = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
            return Problem(
                file=shown,
                what=f"DuckDB cannot load the file: {without_values(first)}.",
                fix="Check 'encoding' and 'delimiter' of its source in cx.yml, and whether the file is text at all.",
            )
        case RecursionError():
            return Problem(file=shown, what="The file is nested too deep to be read.", fix="Export it as JSON lines.")
        case OSError():
            what = f"The file cannot be read: {cause_of(error)}."
            return Problem(file=shown, what=what, fix="Check that it may be read, and that its disk has room.")
        case UnicodeError():
            what = "The file holds characters that are not text."
            return Problem(file=shown, what=what, fix="Check 'encoding' of its source in cx.yml, or save it as UTF-8.")
        case csv.Error():
            what = f"The file is not a delimited text: {without_values(str(error))}."
            return Problem(file=shown, what=what, fix="Check its quotes, and 'delimiter' of its source in cx.yml.")
        case _:
            what = f"The file cannot be read ({type(error).__name__}: {without_values(str(error))})."
            return Problem(file=shown, what=what, fix="Check that it is what its source reads, and export it again.")

"""A file of the inbox in, a text that its reader can take out; or the one reason why not, for `cx check` and a run."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ingestion.readers.delimited import WHITESPACE
from ingestion.readers.file_kinds import other_kind, utf_16_of
from ingestion.readers.files import Readable, first_undecodable_byte, make_readable
from ingestion.readers.packing import plain_copy
from ingestion.readers.vendor import Reader, Shape, Unpacking, UnreadableFileError
from ingestion.readers.workbooks import is_workbook, workbook_as_text
from workspace.configuration import limits
from workspace.errors import Problem
from workspace.paths import WorkspacePaths

# A byte order mark of UTF-16, and as much again: UTF-32 begins with the same two bytes.
_MARK_BYTES: Final = 4


def as_text_file(path: Path, shape: Shape, reader: Reader, scratch: Path) -> Path:
    """The file itself; of a packed one, and of a workbook where its source reads delimited text, a text in `scratch`.

    Raises:
        PackedFileError: when it cannot be unpacked.
    """
    plain = plain_copy(path, scratch)
    if not reader.is_delimited or shape.delimiter == WHITESPACE or not is_workbook(plain):
        return plain
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    return workbook_as_text(plain, scratch / "sheet", delimiter=shape.delimiter)


def open_text(path: Path, shape: Shape, reader: Reader, scratch: Path, *, shown: str) -> Readable:
    """See that a file is text of the kind that its source reads, and that DuckDB can read it as lines.

    A file that is not text by its kind becomes one first.

    Args:
        path: the file.
        shape: how it is to be read.
        reader: what will read it.
        scratch: a folder for a copy, where one is needed.
        shown: how the user knows the file.

    Raises:
        UnreadableFileError: when it is something else.
    """
    if isinstance(reader, Unpacking):
        return make_readable(reader.as_text(path, scratch, shown=shown), "utf-8", scratch)
    ensure_kind(path, shape, reader, shown=shown)
    longest = limits.LINE_BYTES if reader.is_delimited else None
    return make_readable(path, encoding_of(path, shape), scratch, line_bytes=longest)


def encoding_of(path: Path, shape: Shape) -> str:
    """How a file is written: as its source says, unless a described vendor's export states UTF-16 by its mark."""
    if shape.described and shape.encoding in ("utf-8", "utf-8-sig"):
        with path.open("rb") as file:
            if utf_16_of(file.read(_MARK_BYTES)) == "utf-16":
                return "utf-16"
    return shape.encoding


def ensure_inside(path: Path, paths: WorkspacePaths, *, shown: str) -> None:
    """Raise `UnreadableFileError` where a link leads out of the workspace: its target was not put into it."""
    if not paths.holds(path):
        what = "The file is a link, or is in a linked folder, and leads outside the workspace."
        raise UnreadableFileError(Problem(file=shown, what=what, fix="Put the file itself there."))
    if not path.exists():
        what = "The file is a link that leads to nothing."
        raise UnreadableFileError(Problem(file=shown, what=what, fix="Put the file itself there, or remove the link."))


def ensure_kind(path: Path, shape: Shape, reader: Reader, *, shown: str) -> None:
    """Raise `UnreadableFileError` where a file is not what its name and cx.yml say."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        what = "The file's name is not UTF-8."
        raise UnreadableFileError(Problem(file=shown, what=what, fix="Rename it.")) from None
    encoding = encoding_of(path, shape)
    kind = other_kind(path, is_delimited=reader.is_delimited, encoding=encoding)
    if kind is not None:
        is_wide = "UTF-16" in kind.name
        key = f"sources.{shape.source}.encoding" if is_wide else None
        offset = first_undecodable_byte(path, encoding) if is_wide else None
        what = f"The file is {kind.name}."
        if offset is not None:
            what = f"Byte {offset} is not {encoding} text: the file is {kind.name}."
        raise UnreadableFileError(Problem(file=shown, line=kind.line, key=key, what=what, fix=kind.fix))

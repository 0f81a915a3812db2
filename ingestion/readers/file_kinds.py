"""A file's first bytes in, what kind of file it really is out, independent of its name. Bounded: head and tail only."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HEAD_BYTES: Final = 1 << 16
UNPACK: Final = "Unpack it, and put the text file there."
EXPORT: Final = "Open it where it was made, and export it as {wanted}."

# No text begins like this. Longer ones first where one begins like another.
_BEGINNINGS: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"\x1f\x8b", "a gzip file", UNPACK),
    (b"BZh", "a bzip2 file", UNPACK),
    (b"\xfd7zXZ\x00", "an xz file", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", UNPACK),
    (b"\x04\x22\x4d\x18", "an LZ4 file", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls) or another old Office file", EXPORT),
    (b"%PDF-", "a PDF document", EXPORT),
    (b"SQLite format 3\x00", "a SQLite database", "Read it as a source of vendor 'sql', or export it as {wanted}."),
    (b"ARROW1\x00\x00", "an Arrow file", EXPORT),
    (b"Obj\x01", "an Avro file", EXPORT),
    (b"$FL2@(#)", "an SPSS file (.sav)", EXPORT),
    (b"$FL3@(#)", "an SPSS file (.zsav)", EXPORT),
    (b"<stata_dta>", "a Stata file", EXPORT),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", EXPORT),
    (b"{\\rtf", "a rich text document (RTF)", EXPORT),
    (b"\x00\x01\x00\x00Standard ", "a Microsoft Access database", EXPORT),
    (b"bplist00", "a property list", EXPORT),
    (b"\x89PNG\r\n\x1a\n", "an image", EXPORT),
    (b"\xff\xd8\xff", "an image", EXPORT),
    (b"GIF87a", "an image", EXPORT),
    (b"GIF89a", "an image", EXPORT),
    (b"\x7fELF", "a program", EXPORT),
    (b"\xff\xfe\x00\x00", "UTF-32 text", "Save it as UTF-8."),
    (b"\x00\x00\xfe\xff", "UTF-32 text", "Save it as UTF-8."),
)
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# Names of parts inside a zip file.
_PARTS: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"application/vnd.oasis.opendocument.spreadsheet", "an OpenDocument spreadsheet (.ods)", EXPORT),
    (b"xl/", "an Excel workbook", EXPORT),
    (b"word/document", "a Word document", EXPORT),
    (b"ppt/", "a PowerPoint file", EXPORT),
    (b"[Content_Types].xml", "an Excel workbook or another Office file", EXPORT),
)
_BLANK_START: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*")
_MARKUP: Final[tuple[tuple[bytes, str, str], ...]] = (
    (
        b"<!doctype html",
        "an HTML page",
        "What was saved may be a login page: download the file again. Else export it as {wanted}.",
    ),
    (
        b"<html",
        "an HTML page",
        "What was saved may be a login page: download the file again. Else export it as {wanted}.",
    ),
    (b"<?xml", "an XML file", EXPORT),
)
_DELIMITERS: Final = ",;\t|"
_LOOKED_AT_LINES: Final = 5
# Text has none of these but tab, newlines and form feed; a stray one spoils a record and not the file.
_CONTROLS: Final = bytes(set(range(32)) - {9, 10, 12, 13})
_MOST_CONTROLS: Final = 0.3
_LEAST_BYTES: Final = 64


@dataclass(frozen=True)
class OtherKind:
    """What a file is instead of the text that was expected.

    Attributes:
        name: what it is, with its article.
        fix: what to do.
        line: where that shows, of text.
    """

    name: str
    fix: str
    line: int | None = None


def other_kind(path: Path, *, is_delimited: bool, encoding: str) -> OtherKind | None:
    """What a file is where it is not what its source reads; None where nothing speaks against it.

    Args:
        path: the file.
        is_delimited: its source reads delimited text; else JSON.
        encoding: how cx.yml says that it is written.
    """
    head, tail = _ends(path)
    wanted = "CSV" if is_delimited else "JSON, one object a line"
    binary = _binary_kind(head, tail)
    if binary is not None:
        return OtherKind(binary[0], binary[1].format(wanted=wanted))
    wide = encoding if encoding.startswith("utf-16") else utf_16_of(head)
    if wide is not None and not encoding.startswith("utf-16"):
        fix = f"Set 'encoding' of its source to {wide}."
        return OtherKind(f"UTF-16 text, not {encoding}", fix)
    if wide is None and _has_many_controls(head):
        return OtherKind("binary data, not text", EXPORT.format(wanted=wanted))
    text = head.decode("utf-16" if wide == "utf-16" else wide or "utf-8", errors="replace").lstrip("\ufeff \t\r\n")
    for start, name, fix in _MARKUP:
        if text[: len(start)].lower() == start.decode():
            return OtherKind(name, fix.format(wanted=wanted), line=1)
    if is_delimited and _is_json(text, is_whole=len(head) < HEAD_BYTES):
        return OtherKind("JSON, not delimited text", "Check 'vendor' of its source, or export the file as CSV.", line=1)
    if not is_delimited and _is_delimited(text):
        fix = f"Check 'vendor' of its source, or export the file as {wanted}."
        return OtherKind("delimited text (CSV), not JSON", fix, line=1)
    return None


def utf_16_of(head: bytes) -> str | None:
    """The kind of UTF-16 that text begins with, by its byte order mark or by the position of its zero bytes."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) and not head.startswith(b"\xff\xfe\x00\x00"):
        return "utf-16"
    pairs = len(head) // 2
    if pairs < 4:
        return None
    even, odd = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    # Delimiters, digits and newlines alone make more zeros than this in any script.
    if odd > 0.2 * pairs and even < 0.02 * pairs:
        return "utf-16-le"
    if even > 0.2 * pairs and odd < 0.02 * pairs:
        return "utf-16-be"
    return None


def _ends(path: Path) -> tuple[bytes, bytes]:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(max(0, path.stat().st_size - HEAD_BYTES))
        return head, file.read(HEAD_BYTES)


def _binary_kind(head: bytes, tail: bytes) -> tuple[str, str] | None:
    for start, name, fix in _BEGINNINGS:
        if head.startswith(start) and (start != b"BZh" or head[4:10] in (b"1AY&SY", b"\x17rE8P\x90")):
            return name, fix
    # A header may begin with these letters; Parquet ends with them, too.
    if head.startswith(b"PAR1") and tail.endswith(b"PAR1"):
        return "a Parquet file", EXPORT
    if head[8:12] == b"DUCK" and b"\x00" in head[:8]:
        return "a DuckDB database", EXPORT
    if head[257:262] == b"ustar":
        return "a tar archive", UNPACK
    if head.startswith(_ZIP):
        for part, name, fix in _PARTS:
            if part in head or part in tail:
                return name, fix
        return "an Excel workbook or another zip file", "Export the workbook as {wanted}, or unpack the zip file."
    return None


def _has_many_controls(head: bytes) -> bool:
    if len(head) < _LEAST_BYTES:
        return False
    return len(head) - len(head.translate(None, _CONTROLS)) > _MOST_CONTROLS * len(head)


def _is_json(text: str, *, is_whole: bool) -> bool:
    """Whether a text begins with an object, or with an array of objects, that goes to the end of its line."""
    if not text.startswith(("{", "[")):
        return False
    line, newline, _ = text.partition("\n")
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except RecursionError:
        return True
    except ValueError:
        # One long line, or a document over several: of a header neither is left without a cell.
        is_opened = re.match(r'\{\s*(?:"[^"\n]*"\s*:|$)|\[\s*(?:\{\s*"|$)', line) is not None
        return is_opened and (bool(newline) or not is_whole or ":" in line)
    is_collection = isinstance(value, dict) or (isinstance(value, list) and (not value or isinstance(value[0], dict)))
    return is_collection and not text[end:].partition("\n")[0].strip()


def _is_delimited(text: str) -> bool:
    lines = [line for line in text.splitlines()[: 10 * _LOOKED_AT_LINES] if line.strip()][:_LOOKED_AT_LINES]
    if not lines or any(mark in line for line in lines for mark in "{}[]"):
        return False
    return any(mark in lines[0] for mark in _DELIMITERS)

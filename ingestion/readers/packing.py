"""A file of the inbox in, its bytes out as they were before it was packed: gzip, or a zip file that holds one file.

Everything that looks at a file's content goes through here, so that a packed file and a plain one with the same content
are the same. A file that unpacks to far more than files hold is refused, before that much was written.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from pathlib import Path
from typing import IO, BinaryIO, Final, Literal

from workspace.configuration import limits

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
# Parts of workbooks and documents, which are zip files with a meaning of their own.
_OFFICE: Final = ("xl/", "word/", "ppt/", "[Content_Types].xml", "mimetype", "META-INF/")
_LEFT_BY_A_MAC: Final = "__MACOSX/"


class PackedFileError(RuntimeError):
    """A packed file cannot be unpacked; the message says why, in one sentence without a full stop."""


def packing_of(path: Path) -> Literal["gzip", "zip"] | None:
    """How a file is packed; None for one that is not, and for a zip file that holds anything but one file."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(_GZIP):
        return "gzip"
    return "zip" if start == _ZIP and _member_of(path) is not None else None


def open_plain(path: Path) -> BinaryIO:
    """A file's bytes, unpacked where it is packed.

    Raises:
        PackedFileError: here or while it is read, when it is damaged, locked, or larger than the limits.
    """
    packing = packing_of(path)
    if packing is None:
        return path.open("rb")
    most = min(limits.UNPACKED_BYTES, max(limits.UNPACKED_TIMES * path.stat().st_size, limits.MEBIBYTE))
    if packing == "gzip":
        return io.BufferedReader(_Bounded(gzip.GzipFile(path, "rb"), most))
    member = _member_of(path)
    assert member is not None
    try:
        return io.BufferedReader(_Bounded(zipfile.ZipFile(path).open(member), most))
    except RuntimeError:
        raise PackedFileError("the zip file is locked by a password") from None
    except (zipfile.BadZipFile, NotImplementedError):
        raise PackedFileError("the zip file is damaged, or packed in a way that is not known") from None


def plain_copy(path: Path, scratch: Path) -> Path:
    """The file itself; of a packed one a copy of its content in the folder `scratch`.

    Raises:
        PackedFileError: when it cannot be unpacked.
    """
    if packing_of(path) is None:
        return path
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = scratch / "plain"
    with open_plain(path) as file, target.open("wb") as copy:
        while chunk := file.read(limits.MEBIBYTE):
            copy.write(chunk)
    return target


def _member_of(path: Path) -> str | None:
    """The one file that a zip file holds; None where it holds several, none, or the parts of a document."""
    try:
        with zipfile.ZipFile(path) as packed:
            names = [one.filename for one in packed.infolist() if not one.is_dir()]
    except (zipfile.BadZipFile, ValueError, OSError):
        return None
    own = [name for name in names if not name.startswith(_LEFT_BY_A_MAC)]
    is_document = any(name.startswith(_OFFICE) for name in own)
    return own[0] if len(own) == 1 and not is_document else None


class _Bounded(io.RawIOBase):
    """A stream of what a file unpacks to, that ends with an error beyond a number of bytes."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile, most: int) -> None:
        self._stream = stream
        self._most = most
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            chunk = self._stream.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile):
            raise PackedFileError("the packed file is damaged or cut off") from None
        self._read += len(chunk)
        if self._read > self._most:
            most = limits.in_words(self._most)
            raise PackedFileError(f"the packed file holds more than {most}, too much for its size")
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._stream.close()
        super().close()

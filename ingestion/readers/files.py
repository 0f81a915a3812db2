"""A glob in, files out: which exist now, their fingerprints, and a text that DuckDB can read line by line.

A file is read in place when it is UTF-8 (or plain ASCII) with one kind of newline. Anything else is written as
UTF-8 into a scratch folder below the warehouse, line for line, so that line numbers stay those of the file.
"""

from __future__ import annotations

import codecs
import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from ingestion.readers.packing import open_plain

# As much as stays in a processor's cache while it is looked at several times.
CHUNK_BYTES = 1 << 18
HEAD_BYTES = 1024

# Stands before bytes that could not be decoded, in a scratch copy: a noncharacter, which no text may interchange.
MARK = "\ufdd0"
# Stands, behind a mark, in a line that was too long and of which only the beginning is left.
LONG_MARK = "\ufdd1"
_MARKED_ERRORS = "cx_marked"
# As much as a reject shows.
_KEPT_OF_A_LONG_LINE: Final = 2_000
# NUL cannot be stored faithfully, and \x01 is the delimiter that no line holds when lines are read whole.
_UNREADABLE = {0: f"{MARK}\\x00", 1: f"{MARK}\\x01"}


class FileChangedError(Exception):
    """The file was written to while it was read."""


@dataclass(frozen=True)
class Fingerprint:
    """What a file was when it was hashed.

    Attributes:
        size: of its content, unpacked where it is packed.
        modified_ns: when it was written.
        sha256: of its content.
        on_disk: its own size.
    """

    size: int
    modified_ns: int
    sha256: str
    on_disk: int


@dataclass(frozen=True)
class Readable:
    """A UTF-8 text with one kind of newline.

    Attributes:
        path: the file itself, or its scratch copy.
        is_marked: some lines hold `MARK`: bytes that the encoding does not know, control characters, or more
            than a line may have.
        has_quotes: there is a double quote somewhere.
        has_returns: its newlines are `\\r\\n`.
        longest_line: upper bound in bytes.
        ends_with_newline: false may mean that the last line was cut off.
        lines: number of physical lines.
    """

    path: Path
    is_marked: bool
    has_quotes: bool
    has_returns: bool
    longest_line: int
    ends_with_newline: bool
    lines: int


def find_files(root: Path, pattern: str) -> list[Path]:
    """Files below `root` that match the glob, in the order of their names. Hidden files are left alone.

    Links are included wherever they lead, also broken ones: the reader reports the problem.
    """
    try:
        return sorted(path for path in root.glob(pattern) if _is_file(path) and not path.name.startswith("."))
    except (ValueError, NotImplementedError):  # no pattern at all, which no file matches
        return []


def _is_file(path: Path) -> bool:
    return path.is_file() or (path.is_symlink() and not path.exists())


def fingerprint(path: Path) -> Fingerprint:
    """Hash a file.

    Raises:
        FileChangedError: when it was written to while being read.
    """
    before = path.stat()
    digest = hashlib.sha256()
    size = 0
    with open_plain(path) as file:
        for chunk in _chunks(file):
            digest.update(chunk)
            size += len(chunk)
    found = Fingerprint(size, before.st_mtime_ns, digest.hexdigest(), before.st_size)
    ensure_unchanged(path, found)
    return found


def ensure_unchanged(path: Path, known: Fingerprint) -> None:
    """Raise `FileChangedError` unless size and modification time are as they were."""
    try:
        now = path.stat()
    except FileNotFoundError:
        raise FileChangedError(path) from None
    if (now.st_size, now.st_mtime_ns) != (known.on_disk, known.modified_ns):
        raise FileChangedError(path)


def prefix_hashes(path: Path, sizes: Iterable[int]) -> dict[int, str]:
    """SHA-256 of the file's first n bytes, for every n in `sizes` that the file reaches; one pass."""
    hashes: dict[int, str] = {}
    digest = hashlib.sha256()
    position = 0
    with open_plain(path) as file:
        for size in sorted(set(sizes)):
            while position < size:
                chunk = file.read(min(CHUNK_BYTES, size - position))
                if not chunk:
                    return hashes
                digest.update(chunk)
                position += len(chunk)
            hashes[size] = digest.hexdigest()
    return hashes


class PresentFiles:
    """Access to the present files by the names that a user knows. Heads are read once."""

    def __init__(self, places: Mapping[str, Path]) -> None:
        self._places = places
        self._heads: dict[str, bytes] = {}

    def may_begin_with(self, path: str, other: str) -> bool:
        """Whether the first file's head allows that it begins with all of the second."""
        return self._head(path).startswith(self._head(other))

    def prefix_hashes(self, path: str, sizes: Sequence[int]) -> Mapping[int, str]:
        """SHA-256 of the file's first n bytes, for each n in `sizes` that it reaches."""
        return prefix_hashes(self._places[path], sizes)

    def _head(self, path: str) -> bytes:
        if path not in self._heads:
            with open_plain(self._places[path]) as file:
                self._heads[path] = file.read(HEAD_BYTES)
        return self._heads[path]


def make_readable(path: Path, encoding: str, scratch: Path, *, line_bytes: int | None = None) -> Readable:
    """See that DuckDB can read a file as lines; copy it into the folder `scratch` only where it cannot.

    Args:
        path: the file.
        encoding: how it is written.
        scratch: where a copy may be written.
        line_bytes: of a longer line only the beginning is copied, marked; None where its reader sees to that.
    """
    most = sys.maxsize if line_bytes is None else line_bytes
    return _as_it_lies(path, encoding, most) or _copied(path, encoding, scratch / "text", most)


def beginning_of_long_line(line: bytes) -> bytes:
    """The replacement of a line that is too long: marked, and without quotes, which would take later lines along."""
    shown = line[:_KEPT_OF_A_LONG_LINE].decode(errors="ignore").replace('"', "'").rstrip("\r\n")
    return f"{MARK}{LONG_MARK}{shown}".encode()


def first_undecodable_byte(path: Path, encoding: str) -> int | None:
    """Offset of the first byte that is not text in this encoding, or None."""
    # Python's utf-8-sig leaves the byte order mark out of its offsets.
    decoder = codecs.getincrementaldecoder("utf-8" if encoding == "utf-8-sig" else encoding)()
    position = 0
    with path.open("rb") as file:
        for chunk in (*_chunks(file), b""):
            waiting = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return position - waiting + error.start
            position += len(chunk)
    return None


def _as_it_lies(path: Path, encoding: str, line_bytes: int) -> Readable | None:
    """The file itself, where DuckDB reads it as it is; None where it must be copied."""
    is_utf8 = encoding in ("utf-8", "utf-8-sig")
    if encoding.startswith("utf-16"):
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    returns = newlines = pairs = 0
    has_quotes = False
    lines = _LineLength()
    last = b""
    with path.open("rb") as file:
        for chunk in _chunks(file, whole_pairs=True):
            is_ascii = chunk.isascii()
            if b"\0" in chunk or b"\1" in chunk or not (is_utf8 or is_ascii):
                return None
            if not is_ascii or decoder.getstate()[0]:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    return None
            newlines += chunk.count(b"\n")
            if b"\r" in chunk:
                returns += chunk.count(b"\r")
                pairs += chunk.count(b"\r\n")
            has_quotes = has_quotes or b'"' in chunk
            lines.add(chunk)
            if lines.longest > line_bytes:
                return None
            last = chunk[-1:]
    if decoder.getstate()[0] or (returns and not returns == pairs == newlines):
        return None
    ends_with_newline = last == b"\n"
    is_cut = last not in (b"", b"\n")
    return Readable(path, False, has_quotes, returns > 0, lines.longest, ends_with_newline, newlines + is_cut)


def _copied(path: Path, encoding: str, target: Path, line_bytes: int) -> Readable:
    """A UTF-8 copy with `\\n` newlines, undecodable bytes written out as `\\xNN` behind a mark."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    is_marked = has_quotes = False
    newlines = 0
    last = ""
    with (
        path.open(encoding=_decoding(encoding), errors=_MARKED_ERRORS, newline=None) as source,
        target.open("w+b") as file,
    ):
        copy = _Copy(file, line_bytes)
        while text := source.read(CHUNK_BYTES):
            text = text.translate(_UNREADABLE)
            is_marked = is_marked or MARK in text
            has_quotes = has_quotes or '"' in text
            newlines += text.count("\n")
            last = text[-1]
            copy.add(text.encode())
    is_cut = last not in ("", "\n")
    is_marked = is_marked or copy.has_cut
    return Readable(target, is_marked, has_quotes, False, copy.longest, last == "\n", newlines + is_cut)


def _chunks(file: BinaryIO, *, whole_pairs: bool = False) -> Iterator[bytes]:
    """Pieces of a file; with `whole_pairs` no piece ends between a carriage return and its line feed."""
    while chunk := file.read(CHUNK_BYTES):
        while whole_pairs and chunk.endswith(b"\r") and (more := file.read(1)):
            chunk += more
        yield chunk


def _decoding(encoding: str) -> str:
    """UTF-8 with or without a byte order mark is one encoding here."""
    return "utf-8-sig" if encoding in ("utf-8", "utf-8-sig") else encoding


def _mark_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return MARK + "".join(f"\\x{byte:02x}" for byte in error.object[error.start : error.end]), error.end


codecs.register_error(_MARKED_ERRORS, _mark_bytes)


class _LineLength:
    """Upper bound of the longest line, seen piece by piece: only lines across pieces are measured."""

    def __init__(self) -> None:
        self.longest = 0
        self._open = 0

    def add(self, piece: bytes) -> None:
        first, last = piece.find(b"\n"), piece.rfind(b"\n")
        if first < 0:
            self._open += len(piece)
            self.longest = max(self.longest, self._open)
            return
        self.longest = max(self.longest, self._open + first, len(piece))
        self._open = len(piece) - last - 1

    def forget_line(self) -> None:
        """The line that is being written is taken back."""
        self._open = 0


class _Copy:
    """Writes pieces of text line by line; of a line that is too long only its beginning, marked.

    Attributes:
        longest: upper bound of the longest line that was written, in bytes.
        has_cut: some line was too long.
    """

    def __init__(self, file: BinaryIO, line_bytes: int) -> None:
        self.has_cut = False
        self._file = file
        self._most = line_bytes
        self._lengths = _LineLength()
        # Bytes of the line that is being written, or None while the rest of one that is too long goes by.
        self._open: int | None = 0

    @property
    def longest(self) -> int:
        return self._lengths.longest

    def add(self, piece: bytes) -> None:
        # No line in the piece can be too long: all of it is written at once.
        if self._open is not None and self._open + len(piece) <= self._most:
            self._write(piece)
            return
        # Newlines alone end a line: all others were translated.
        lines = piece.split(b"\n")
        for line in lines[:-1]:
            self._add_part(line + b"\n")
        if lines[-1]:
            self._add_part(lines[-1])

    def _add_part(self, part: bytes) -> None:
        """A part of one line; its last one ends with the newline."""
        ends = part.endswith(b"\n")
        if self._open is not None and self._open + len(part) - ends > self._most:
            self._cut(part)
        elif self._open is not None:
            self._write(part)
        if ends and self._open is None:
            self._write(b"\n")
            self._open = 0

    def _cut(self, part: bytes) -> None:
        assert self._open is not None
        start = self._file.tell() - self._open
        self._file.seek(start)
        kept = self._file.read(_KEPT_OF_A_LONG_LINE) + part
        self._file.seek(start)
        self._file.truncate()
        self._lengths.forget_line()
        self._write(beginning_of_long_line(kept))
        self._open = None
        self.has_cut = True

    def _write(self, piece: bytes) -> None:
        self._file.write(piece)
        self._lengths.add(piece)
        newline = piece.rfind(b"\n")
        self._open = (self._open or 0) + len(piece) if newline < 0 else len(piece) - newline - 1

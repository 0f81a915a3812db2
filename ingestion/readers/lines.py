"""A readable text in, its physical lines with their numbers out, as Arrow batches that DuckDB reads in parallel.

Of a line that is too long only its beginning comes out, marked; lines of JSON nested too deep are named as such.
DuckDB's CSV reader does not report the line of a row, and numbering its rows keeps it to one thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.readers.files import CHUNK_BYTES, Readable, beginning_of_long_line
from ingestion.readers.json_depth import depth_of
from workspace.configuration import limits

# About as many lines of events as one vector of DuckDB holds.
BATCH_BYTES: Final = 1 << 20
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_SCHEMA: Final = pa.schema([("line", pa.int64()), ("text", pa.string()), ("is_deep", pa.bool_())])


class Lines:
    """The table (line, text, is_deep) of a text, read again by every query. It is registered with a connection."""

    def __init__(self, text: Readable) -> None:
        self._text = text

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        reader = pa.RecordBatchReader.from_batches(_SCHEMA, self._batches())
        return reader.__arrow_c_stream__(requested_schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        numbered = 0
        for piece in self._pieces():
            batch = _batch(piece, numbered)
            numbered += batch.num_rows
            yield batch

    def _pieces(self) -> Iterator[bytes]:
        """Whole lines, each with its newline: `\\n` alone, also behind the last one."""
        with self._text.path.open("rb") as file:
            if file.read(len(_BYTE_ORDER_MARK)) != _BYTE_ORDER_MARK:
                file.seek(0)
            elif not file.peek(1):
                yield b"\n"
            while piece := file.read(min(BATCH_BYTES, limits.LINE_BYTES)):
                if not piece.endswith(b"\n"):
                    begun = piece.rfind(b"\n") + 1
                    piece = piece[:begun] + _whole_line(piece[begun:], file)
                yield piece.replace(b"\r\n", b"\n") if self._text.has_returns else piece


def _whole_line(begun: bytes, file: BinaryIO) -> bytes:
    """A line of which the file has been read up to `begun`, with its newline."""
    line = begun + file.readline(limits.LINE_BYTES - len(begun) + 2)
    if line.endswith(b"\n") or len(line) <= limits.LINE_BYTES:
        return line if line.endswith(b"\n") else line + b"\n"
    while (rest := file.readline(CHUNK_BYTES)) and not rest.endswith(b"\n"):
        pass
    return beginning_of_long_line(line) + b"\n"


def _batch(piece: bytes, numbered: int) -> pa.RecordBatch:
    """Lines of a piece; `numbered` lines come before it. No line is copied for itself."""
    characters = np.frombuffer(piece, np.uint8)
    ends = np.flatnonzero(characters == ord("\n"))
    count = len(ends)
    offsets = np.zeros(count + 1, np.int32)
    offsets[1:] = ends - np.arange(count)
    text = pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(piece.replace(b"\n", b"")))
    numbers = pa.array(np.arange(numbered + 1, numbered + count + 1))
    return pa.record_batch([numbers, text, pa.array(_are_deep(piece, characters, ends))], schema=_SCHEMA)


def _are_deep(piece: bytes, characters: npt.NDArray[np.uint8], ends: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which lines hold JSON nested too deep. Only those with many brackets are looked at one by one."""
    # "{" and "[" differ in one bit.
    opened = np.searchsorted(np.flatnonzero((characters | 0x20) == ord("{")), ends)
    are_deep = np.diff(opened, prepend=0) > limits.JSON_DEPTH
    for nth in np.flatnonzero(are_deep):
        start = int(ends[nth - 1]) + 1 if nth else 0
        line = piece[start : int(ends[nth])].decode(errors="replace")
        are_deep[nth] = depth_of(line, limits.JSON_DEPTH) > limits.JSON_DEPTH
    return are_deep

"""A readable text in, its physical lines with their numbers out, as Arrow batches that DuckDB reads in parallel.

DuckDB's CSV reader does not say on which line a row stands, and numbering its rows keeps it to one thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa

from ingestion.files import Readable

# About as many lines of events as one vector of DuckDB holds.
BATCH_BYTES: Final = 1 << 20
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_SCHEMA: Final = pa.schema([("line", pa.int64()), ("text", pa.string())])


class Lines:
    """The table (line, text) of a text, read anew by every query. Registered with a connection under some name."""

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
            while piece := file.read(BATCH_BYTES):
                if not piece.endswith(b"\n"):
                    piece += file.readline()
                if not piece.endswith(b"\n"):
                    piece += b"\n"
                yield piece.replace(b"\r\n", b"\n") if self._text.has_returns else piece


def _batch(piece: bytes, numbered: int) -> pa.RecordBatch:
    """Lines of a piece; `numbered` lines stand before it. No line is copied for itself."""
    ends = np.flatnonzero(np.frombuffer(piece, np.uint8) == ord("\n"))
    count = len(ends)
    offsets = np.zeros(count + 1, np.int32)
    offsets[1:] = ends - np.arange(count)
    text = pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(piece.replace(b"\n", b"")))
    return pa.record_batch([pa.array(np.arange(numbered + 1, numbered + count + 1)), text], schema=_SCHEMA)

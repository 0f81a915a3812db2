"""How large one thing in a workspace may be, so that one file cannot use up a run's time or memory.

What is larger is rejected with its reason: a line alone, else the file alone. Far beyond what exports hold; read as
`limits.NAME` where it is used, so that a test can lower one. docs/configuration.md lists them.
"""

from __future__ import annotations

from typing import Final

# A line of a file in the inbox, its newline left out. The engine holds several of the longest at once.
LINE_BYTES: int = 4 << 20
# Columns of a delimited file. Excel ends at 16,384, but a column takes memory in every row.
COLUMNS: int = 4_000
# Objects and arrays within each other in one JSON record.
JSON_DEPTH: int = 200
# A JSON document is held in memory as a whole; JSON lines are not.
DOCUMENT_BYTES: int = 256 << 20
# Columns of a Parquet file as its own metadata counts them, unpacked; and its rows, which are written out as JSON for
# the length of a load.
PARQUET_BYTES: int = 4 << 30
PARQUET_TEXT_BYTES: int = 16 << 30
# What a packed file may unpack to: so much, and so many times its own size (texts reach some twenty times).
UNPACKED_BYTES: int = 32 << 30
UNPACKED_TIMES: int = 200
# The parts of an Excel workbook, which is held in memory.
WORKBOOK_BYTES: int = 512 << 20
# Lines that one quoted cell may run over. A quote that is never closed would take the rest of the file with it.
CELL_LINES: int = 10_000

# cx.yml, and the brackets that are open at once in it.
CONFIG_BYTES: int = 1 << 20
CONFIG_DEPTH: int = 50
# A mapping file, its rows, and how many faults of one file are named.
MAPPING_BYTES: int = 64 << 20
MAPPING_ROWS: int = 200_000
MAPPING_PROBLEMS: int = 50

# What `cx check` reads of a file to compare the mappings with; of all files of a source, four times as many bytes.
CHECKED_RECORDS: int = 10_000
CHECKED_BYTES: int = 8 << 20

MEBIBYTE: Final = 1 << 20


def in_words(size: int) -> str:
    """A number of bytes as people write it: 16 MB, 300 kB, 12 bytes."""
    for unit, bytes_ in (("GB", 1 << 30), ("MB", MEBIBYTE), ("kB", 1 << 10)):
        if size >= bytes_:
            return f"{size / bytes_:.3g} {unit}"
    return f"{size} bytes"

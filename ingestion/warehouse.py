"""A workspace's paths in, a connection to `raw.duckdb` out. Nowhere else in ingestion is it opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from workspace.handover import free_for_writing
from workspace.paths import WorkspacePaths

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
# Files larger than this pass through a temporary file beside the database; Python and Arrow need some memory besides.
MEMORY_LIMIT = "1200MB"
# Line numbers are counted in the order of the file.
KEEP_ORDER = "set preserve_insertion_order = true"


@contextmanager
def open_for_writing(paths: WorkspacePaths) -> Iterator[duckdb.DuckDBPyConnection]:
    """The only place that opens `raw.duckdb` for writing. File and folder are the owner's alone: raw holds people."""
    paths.warehouse.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    paths.warehouse.chmod(PRIVATE_FOLDER)
    free_for_writing(paths.raw_database)
    connection = duckdb.connect(str(paths.raw_database))
    try:
        paths.raw_database.chmod(PRIVATE_FILE)
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        connection.execute(KEEP_ORDER)
        yield connection
    finally:
        connection.close()


@contextmanager
def open_for_reading(paths: WorkspacePaths) -> Iterator[duckdb.DuckDBPyConnection]:
    """Read-only, for reports; fails while a writer holds the file."""
    connection = duckdb.connect(str(paths.raw_database), read_only=True)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of what happens inside, or nothing."""
    connection.execute("begin")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        # It could not be taken back after a release inside: in a failed transaction no statement runs.
        connection.execute(KEEP_ORDER)
        raise
    connection.execute("commit")

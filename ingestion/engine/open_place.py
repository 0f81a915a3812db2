"""A source that reads a table in, its place out: a database, a DuckDB file, or a folder of Parquet files."""

from __future__ import annotations

from pathlib import Path

from ingestion.engine.place import Place, address_of
from workspace import Source


def open_place(source: Source, root: Path) -> Place:
    """Open the place that a source's url names. The caller closes it.

    Args:
        source: a source that reads a table.
        root: the workspace's folder; a path in a url is relative to it.

    Raises:
        UnreadableFileError: when the url names nothing that can be read, or the driver of it is not installed.
    """
    address = address_of(source)
    scheme = address.partition("://")[0].lower()
    # Each brings libraries that take a second to import, and most companies read files only.
    if scheme == "duckdb":
        from ingestion.engine.duckdb_files import DuckDBFile

        return DuckDBFile(source, root, address)
    if scheme == "parquet":
        from ingestion.engine.duckdb_files import ParquetFolder

        return ParquetFolder(source, root, address)
    from ingestion.engine.databases import Database

    return Database(source, root)

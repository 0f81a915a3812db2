"""A source's API in, its answers as files of `warehouse/fetched/<source>` out, for the loader of files.

An API that can be asked for what is new is asked from the latest change that is loaded on, less the lag; each fetch
adds files. One that cannot is asked for everything; its files take the place of those of the fetch before. So they do
where the source asks for the records of another form or shop than before. Nothing moves until every page has come, so
that a fetch that breaks off leaves files and ledger as they were.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb

from ingestion.api.client import ApiClient
from ingestion.readers.vendor import Shape
from ingestion.warehouse import PRIVATE_FILE, PRIVATE_FOLDER
from workspace import Source
from workspace.paths import WorkspacePaths

_REACHED: Final = """
    select highest
    from ledger.fetches
    where source = ? and raw_schema = ? and raw_table = ? and asked = ? and highest is not null
    order by fetched_at desc
    limit 1
"""
_PLACE: Final = """
    select place
    from ledger.fetches
    where source = ? and raw_schema = ? and raw_table = ?
    order by fetched_at desc
    limit 1
"""
_RECORD: Final = """
    insert into ledger.fetches (source, raw_schema, raw_table, asked, pages, highest, fetched_at, place)
    values (?, ?, ?, ?, ?, ?, now()::timestamp, ?)
"""


@dataclass(frozen=True)
class Fetched:
    """Answers that have come.

    Attributes:
        pages: how many there were.
        is_whole: they are all that the API has, not only what is new.
    """

    pages: int
    is_whole: bool
    _connection: duckdb.DuckDBPyConnection
    _entry: tuple[str, str, str, str, int, str | None, str]

    def record(self) -> None:
        """Write down how far the fetch came; in the same transaction as its last rows."""
        self._connection.execute(_RECORD, list(self._entry))


def fetch(
    connection: duckdb.DuckDBPyConnection,
    paths: WorkspacePaths,
    source: Source,
    shape: Shape,
    *,
    examine: Callable[[int, str], None],
) -> Fetched:
    """Ask a source's API and put its answers where its files are looked for.

    Args:
        connection: of the ledger, which says how far the last fetch came.
        paths: of the workspace.
        source: one with `api`.
        shape: where its records land.
        examine: asked before answers take the place of those of the fetch before, with the number of their records and
            the API's address; it raises where they may not.

    Raises:
        UnreadableFileError: the API refuses, does not answer, or answers what cannot be read. Nothing has moved then,
            nor where `examine` raises.
    """
    client = ApiClient(source)
    asked, place = _fingerprint(client.asked), _fingerprint(client.place)
    table = (source.name, shape.table.schema, shape.table.name)
    found = connection.execute(_REACHED, [*table, asked]).fetchall()
    reached: str | None = found[0][0] if found else None
    before = connection.execute(_PLACE, list(table)).fetchall()
    is_elsewhere = bool(before) and before[0][0] not in (None, place)
    is_whole = client.endpoint.since is None or is_elsewhere
    # What was asked for before the source asked elsewhere has ended.
    reached = None if is_elsewhere else reached
    folder = paths.fetched / source.name
    arriving = paths.fetched / f".{source.name}"
    # What a fetch left that broke off; its pages are asked for again.
    shutil.rmtree(arriving, ignore_errors=True)
    arriving.mkdir(parents=True, mode=PRIVATE_FOLDER)
    prefix = "" if client.endpoint.since is None else datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ-")
    highest = datetime.fromisoformat(reached) if reached else None
    number = records = 0
    try:
        for page in client.pages(client.since(reached)):
            number += 1
            records += page.records
            path = arriving / f"{prefix}{number:06}.json"
            path.touch(mode=PRIVATE_FILE)
            path.write_bytes(page.content)
            highest = max((one for one in (highest, page.highest) if one is not None), default=None)
        if is_whole:
            examine(records, client.shown)
        _move(arriving, folder, replace=is_whole)
    finally:
        shutil.rmtree(arriving, ignore_errors=True)
    entry = (*table, asked, number, highest.isoformat() if highest else None, place)
    return Fetched(number, is_whole, connection, entry)


def _fingerprint(asked: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _move(arriving: Path, folder: Path, *, replace: bool) -> None:
    """Bring files to where they are looked for; with `replace` no others stay."""
    folder.mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
    arrived = {path.name for path in arriving.iterdir()}
    for name in sorted(arrived):
        (arriving / name).replace(folder / name)
    for path in folder.iterdir() if replace else ():
        if path.name not in arrived:
            path.unlink()

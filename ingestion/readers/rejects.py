"""Refused records of a staged file in, rows of `ledger.rejects` out: reason, line and payload of each."""

from __future__ import annotations

from typing import Any, Final

import duckdb

from ingestion.readers.files import LONG_MARK, MARK
from ingestion.readers.reject_reasons import text_of
from ingestion.warehouse import open_for_reading
from workspace.paths import WorkspacePaths

PAYLOAD_CHARACTERS: Final = 2_000

_RECORD: Final = """
    insert into ledger.rejects (load_id, source, path, line, column_name, reason, payload, rejected_at)
    select
        $load_id, $source, $path, line, column_name, reason,
        left(replace(replace(payload, $mark, ''), $long_mark, ''), $payload_characters), now()::timestamp
    from refused
    where disposition = 'rejected'
    order by line
"""

_SUMMARY: Final = """
    select rejects.source, rejects.path, rejects.reason, count(*) as n_rows, min(rejects.line) as first_line
    from ledger.rejects as rejects
    inner join ledger.loads as loads on loads.load_id = rejects.load_id
    where loads.status = 'active'
    group by all
    order by all
"""


def record_rejects(connection: duckdb.DuckDBPyConnection, *, load_id: int, source: str, path: str) -> int:
    """Write down every refused record of the table `refused`; returns how many there were."""
    cursor = connection.execute(
        _RECORD,
        {
            "load_id": load_id,
            "source": source,
            "path": path,
            "mark": MARK,
            "long_mark": LONG_MARK,
            "payload_characters": PAYLOAD_CHARACTERS,
        },
    )
    return int(cursor.fetchall()[0][0])


def reject_summary(paths: WorkspacePaths) -> list[dict[str, Any]]:
    """Refused records of live loads by source, path and reason: n_rows and first_line. No payload: it holds people."""
    with open_for_reading(paths) as connection:
        cursor = connection.execute(_SUMMARY)
        names = [column[0] for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    summary = [{**row, "reason": text_of(row["reason"])} for row in found]
    return sorted(summary, key=lambda row: (row["source"], row["path"], row["reason"]))

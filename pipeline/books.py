"""Reconciliation (the books): per file from the ledger, per staging model from the build.

In: rows of `ledger.loads` and of `int_quality__staging_totals` as dictionaries. Out: totals, and what does not balance.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
_COUNTS = ("records", "loaded", "rejected", "skipped")


def ledger_totals(ledger: Iterable[Row]) -> list[dict[str, Any]]:
    """One row a source: files by status, and records = loaded + rejected + skipped over all its loads."""
    totals: dict[str, dict[str, Any]] = {}
    for row in ledger:
        total = totals.setdefault(
            row["source"],
            {"source": row["source"], "files": 0, "superseded": 0, "duplicate": 0} | dict.fromkeys(_COUNTS, 0),
        )
        total["files" if row["status"] == "active" else row["status"]] += 1
        for count in _COUNTS:
            total[count] += row[count]
    return [totals[source] for source in sorted(totals)]


def unbalanced_files(ledger: Iterable[Row]) -> list[str]:
    """Paths of files of which a record is neither loaded, rejected nor skipped."""
    return [row["path"] for row in ledger if row["records"] != row["loaded"] + row["rejected"] + row["skipped"]]


def unbalanced_models(books: Sequence[Row]) -> list[str]:
    """`source in raw table` where the build found a loaded row that has none of staging's dispositions."""
    return [f"{row['data_source']} in {row['raw_table']}" for row in books if not row["is_balanced"]]

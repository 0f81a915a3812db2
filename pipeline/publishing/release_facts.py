"""What release.json states besides the tables: its as-of day, coverage, reconciliation and what is unmapped.

In: the snapshot and the private database, both read-only. Out: plain values. Static SQL only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb

from workspace.records.documents import Feed
from workspace.wording import spoken

_GUARDED: Final = """
select identifier_type, reason, count(*) as identifiers, max(shared_by) as most_shared_by, min(bound) as at_most
from intermediate.int_identity__guarded
group by identifier_type, reason
order by identifier_type, reason
"""


@dataclass(frozen=True, kw_only=True)
class ReleaseFacts:
    """Facts that the models computed about the release as a whole."""

    as_of_on: date
    as_of_is_pinned: bool
    feeds: dict[str, Feed]
    books: tuple[dict[str, Any], ...]
    unmapped: tuple[dict[str, Any], ...]


def read_facts(*, marts_database: Path, raw_database: Path) -> ReleaseFacts:
    """Read the facts from the two databases of a warehouse that no process has open for writing."""
    with duckdb.connect(str(marts_database), read_only=True) as connection:
        feeds = {
            row["feed"]: Feed(
                rows=row["n_rows"],
                first_on=row["first_on"],
                last_on=row["last_on"],
                refused_rows=row["refused_rows"] or 0,
                refused_reason=row["refused_reason"],
                provisional_reason=row["provisional_reason"],
                rests_on=tuple(row["rests_on"].split(",")) if row["rests_on"] else (),
                part=row["part"],
            )
            for row in rows_of(
                connection,
                """select feed, n_rows, first_on, last_on, refused_rows, refused_reason, provisional_reason,
                    rests_on, part
                from marts.fct_feeds""",
            )
        }
    with duckdb.connect(str(raw_database), read_only=True) as connection:
        as_of = rows_of(connection, "select as_of_on, is_pinned from intermediate.int_company__as_of")[0]
    books = read_books(raw_database)
    return ReleaseFacts(
        as_of_on=as_of["as_of_on"],
        as_of_is_pinned=as_of["is_pinned"],
        feeds=feeds,
        books=tuple(books["books"]),
        unmapped=tuple(books["unmapped"]),
    )


def built_settings(raw_database: Path) -> dict[str, Any] | None:
    """The settings that the warehouse was built with; None where an earlier version built it."""
    with duckdb.connect(str(raw_database), read_only=True) as connection:
        known = rows_of(
            connection,
            """select column_name from information_schema.columns
            where table_schema = 'raw_config' and table_name = 'settings' and column_name = 'frozen'""",
        )
        rows = rows_of(connection, "select frozen from raw_config.settings") if known else []
    return json.loads(rows[0]["frozen"]) if rows else None


def read_books(raw_database: Path) -> dict[str, list[dict[str, Any]]]:
    """Books of staging; what is unmapped, joins no people, is lost, or has only days: as last built."""
    with duckdb.connect(str(raw_database), read_only=True) as connection:
        return {
            "books": rows_of(connection, "select * from intermediate.int_quality__staging_totals order by all"),
            "unmapped": [
                {**row, "name": _named(row)}
                for row in rows_of(connection, "select * from intermediate.int_quality__unmapped order by all")
            ],
            "guarded": rows_of(connection, _GUARDED),
            "losses": rows_of(connection, "select * from intermediate.int_quality__losses order by all"),
            "days": rows_of(connection, "select * from intermediate.int_quality__day_only_sources order by all"),
        }


def _named(row: dict[str, Any]) -> str:
    """What is unmapped, as it may be published: where columns are shifted, it may be personal data."""
    return spoken(str(row["name"]), about=row["kind"])


def rows_of(connection: duckdb.DuckDBPyConnection, statement: str) -> list[dict[str, Any]]:
    """Rows of a query as dictionaries."""
    cursor = connection.execute(statement)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

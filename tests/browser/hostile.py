"""A company in which every name is an attack. In: a demo. Out: a copy, published with payloads as names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import duckdb

from app.kit.formatting import OWN_WORDS
from tests.app.payloads import PAYLOADS
from tests.built_demo import copy_of_release
from tests.releases import rewrite
from workspace.paths import SNAPSHOT_FILE, WorkspacePaths
from workspace.records.documents import AuditRecord, Release
from workspace.records.releases import sha256_of

FORMULAS = (
    "=1+1", '=HYPERLINK("https://evil.example","x")', "+1+1", "-1+1", "@SUM(1)", "=cmd|' /C calc'!A0", "\t=1", "\r=1",
    " =1+1", "＝1+1",
)  # fmt: skip
MARKUP_OF_TERMINALS = (
    "[bold]x[/bold]",
    "[link=https://evil.example]x[/link]",
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "[/]",
)
NAMES = tuple(payload for payload in (*PAYLOADS, *FORMULAS, *MARKUP_OF_TERMINALS, "x" * 3_000) if payload.strip())
# Columns that hold what a company, its customers or its software named, each with the names of one kind of thing.
NAMED = (
    "segment", "region", "country", "motivation", "language", "channel", "first_channel", "start_channel", "campaign",
    "content_group", "topic", "touchpoint", "from_touchpoint", "to_touchpoint", "from_step", "to_step", "first_step",
    "last_step", "left_after", "comment_topic", "item_label", "driver_label", "growth_subject_label", "label",
    "task_label", "attribute_value", "curve_value", "interval_value", "network", "ticket_category", "reason", "method",
    "reply_group", "plan", "choice", "data_source", "utm_source", "context", "question_id", "quote_topic",
)  # fmt: skip
# Words of ours that stand beside a company's own.
KEPT = OWN_WORDS | {"running_on", "ended"}


def hostile_copy(demo: Path, folder: Path) -> Path:
    """A workspace whose live release names everything by payloads, sealed as publishing would leave it."""
    root = copy_of_release(demo, folder / "hostile")
    paths = WorkspacePaths(root)
    (snapshot,) = paths.published.glob(f"[!.]*/{SNAPSHOT_FILE}")
    with duckdb.connect(str(snapshot)) as connection:
        rename(connection)
        quote(connection)
        connection.execute("checkpoint")
    digest = sha256_of(snapshot)

    def change(document: dict[str, Any]) -> None:
        payloads = cycle(NAMES)
        document |= {"snapshot_sha256": digest, "company": NAMES[1], "publish_comments": True}
        for name in ("checks", "ledger", "books", "unmapped", "lineage"):
            document[name] = spoilt(document[name], payloads)
        for check in document["checks"][:8]:
            check |= {"status": "failed", "behaviour": "warn", "metrics": ["orders", "revenue", "nps"]}

    release: Release = rewrite(paths, change)
    assert release.company == NAMES[1]
    now = datetime.now(UTC)
    AuditRecord(
        run_id="later", stage="gate_marts", status="failed", started_at=now, finished_at=now, code_version="1",
        message=NAMES[2], checks=tuple(check.model_copy(update={"name": NAMES[at]}) for at, check in
                                       enumerate(release.checks[:2])),
    ).write(root / "audit" / "later.gate_marts.json")  # fmt: skip
    return root


def rename(connection: duckdb.DuckDBPyConnection) -> None:
    """Exchange every name in a snapshot for a payload: the same name for the same one, wherever it stands."""
    columns = connection.execute(
        "select table_schema, table_name, column_name from information_schema.columns "
        "where table_catalog = current_database() and column_name in (select unnest($named)) and data_type = 'VARCHAR'",
        {"named": list(NAMED)},
    ).fetchall()
    names: dict[str, str] = {}
    fresh = numbered()
    for schema, table, column in sorted(columns):
        found = connection.execute(f'select distinct "{column}" from "{schema}"."{table}" order by 1').fetchall()
        for (name,) in found:
            if name is not None and name.casefold() not in KEPT and name not in names:
                names[name] = next(fresh)
    connection.execute("create temp table renamed as select unnest($old) as old, unnest($new) as new",
                       {"old": list(names), "new": list(names.values())})  # fmt: skip
    for schema, table, column in sorted(columns):
        connection.execute(
            f'update "{schema}"."{table}" set "{column}" = renamed.new from renamed where "{column}" = renamed.old'
        )


def quote(connection: duckdb.DuckDBPyConnection) -> None:
    """Publish comments: five attacks on every topic."""
    topics = connection.execute(
        "select distinct comment_topic from marts.fct_comment_topics where comment_topic is not null order by 1"
    ).fetchall()
    texts = numbered()
    rows = [
        (number, topic, "en", next(texts), number % 5 + 1)
        for number, topic in enumerate(topic for (topic,) in topics for _ in range(5))
    ]
    connection.executemany(
        "insert into marts.fct_comment_quotes (comment_quote_id, quote_topic, quote_language, quote, quote_place, "
        "last_commented_on) values (?, ?, ?, ?, ?, date '2026-06-01')",
        rows,
    )


def numbered() -> Iterator[str]:
    """Every payload, and then again with a number behind it: two names are never one."""
    yield from NAMES
    number = 0
    while True:
        number += 1
        yield from (f"{payload} {number}" for payload in NAMES)


def spoilt(value: Any, payloads: Iterator[str]) -> Any:
    """A document's part with a payload for every free text in it."""
    free = (
        "description",
        "observed",
        "file",
        "path",
        "data_source",
        "source",
        "name",
        "reason",
        "message",
        "files",
        "sources",
    )
    if isinstance(value, Mapping):
        return {
            key: [next(payloads) for _ in one]
            if key in free and isinstance(one, (list, tuple))
            else next(payloads)
            if key in free and isinstance(one, str)
            else spoilt(one, payloads)
            for key, one in value.items()
        }
    return [spoilt(one, payloads) for one in value] if isinstance(value, (list, tuple)) else value

"""Small workspaces for the tests of ingestion, and a look into what was loaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from ingestion import LoadReport, load_source, prepare
from ingestion.readers.reject_reasons import text_of
from workspace import Workspace, load_workspace

MAPPINGS = {
    "touchpoint_types": "data_source,event,role,occurrence,touchpoint,stage,corner,interaction\n",
    "channels": "data_source,utm_source,utm_medium,channel,presence,method\n",
}
ORDERS = {"name": "shop", "kind": "crm", "vendor": "csv", "entity": "orders", "path": "inbox/*.csv"}
EVENTS = {"name": "site", "kind": "web", "vendor": "segment", "path": "inbox/*.jsonl"}
SURVEY = {"name": "poll", "kind": "survey", "vendor": "qualtrics", "path": "inbox/*.csv"}


def write_workspace(root: Path, *sources: dict[str, Any], **settings: Any) -> Path:
    """A workspace with these sources and empty mappings. JSON is YAML."""
    (root / "inbox").mkdir(parents=True, exist_ok=True)
    (root / "mappings").mkdir(exist_ok=True)
    for name, text in MAPPINGS.items():
        if not (root / "mappings" / f"{name}.csv").exists():
            (root / "mappings" / f"{name}.csv").write_text(text)
    config = {"company": "Example", "timezone": "Europe/Berlin", "currency": "EUR", "sources": sources, **settings}
    (root / "cx.yml").write_text(json.dumps(config))
    return root


def make_workspace(root: Path, *sources: dict[str, Any], **settings: Any) -> Workspace:
    """The same, validated and prepared."""
    workspace = load_workspace(write_workspace(root, *sources, **settings))
    prepare(workspace)
    return workspace


def put(workspace: Workspace, name: str, content: str | bytes) -> Path:
    """A file in the inbox; newlines stay as they are."""
    path = workspace.paths.inbox / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def load(workspace: Workspace, source: str = "shop", run_id: str = "run", *, accept: bool = False) -> LoadReport:
    return load_source(workspace, source, run_id=run_id, accept_vanished=accept)


def rejected(workspace: Workspace, path: str = "%") -> list[tuple[int, str, str]]:
    """Line, reason as it is shown, and payload of rejected records, by line."""
    query = "select line, reason, payload from ledger.rejects where path like ? order by line, reason"
    return [(line, text_of(reason), payload) for line, reason, payload in rows(workspace, query, path)]


def rows(workspace: Workspace, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """What a reader of `raw.duckdb` sees."""
    connection = duckdb.connect(str(workspace.paths.raw_database), read_only=True)
    try:
        return connection.execute(query, parameters or None).fetchall()
    finally:
        connection.close()


LIVE_ORDERS = """
    select orders.customer_id, orders.amount
    from raw_crm.orders as orders
    inner join ledger.loads as loads on loads.load_id = orders._load_id
    where loads.status = 'active'
    order by all
"""


def live_orders(workspace: Workspace) -> list[tuple[Any, ...]]:
    """Customer and amount of every order that counts."""
    return rows(workspace, LIVE_ORDERS)


def unbalanced(workspace: Workspace) -> list[tuple[Any, ...]]:
    """Ledger lines whose books do not balance against themselves, the raw tables and the rejects."""
    tables = rows(workspace, "select distinct raw_schema, raw_table from ledger.loads")
    landed = " union all ".join(
        ["select null as load_id where false", *(f"select _load_id from {schema}.{table}" for schema, table in tables)]
    )
    return rows(
        workspace,
        f"""
        with landed as ({landed}),
        counts as (select load_id, count(*) as n from landed group by load_id),
        refused as (select load_id, count(*) as n from ledger.rejects group by load_id)
        select loads.*
        from ledger.loads as loads
        left join counts on counts.load_id = loads.load_id
        left join refused on refused.load_id = loads.load_id
        where loads.records <> loads.loaded + loads.rejected + loads.skipped
            or loads.loaded + loads.further_rows <> coalesce(counts.n, 0)
            or loads.rejected <> coalesce(refused.n, 0)
        """,
    )

"""A small built warehouse with its artefacts and audit records, as a run leaves them before it publishes."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from pipeline import audit
from pipeline.dbt import runner as dbt_runner
from workspace import Workspace, load_workspace
from workspace.records.documents import Check, StageName

CX_YML = """\
company: Test company
timezone: UTC
currency: EUR
serving: {keep_releases: 2}
sources:
  - {name: shop, kind: crm, vendor: csv, entity: orders, path: "inbox/*.csv"}
"""
TOUCHPOINTS = "data_source,event,role,occurrence,touchpoint,stage,corner,interaction\n"
CHANNELS = "data_source,utm_source,utm_medium,channel,presence,method\n"

MANIFEST = {
    "nodes": {
        "model.cx.stg_orders": {
            "resource_type": "model",
            "name": "stg_orders",
            "schema": "staging",
            "depends_on": {"nodes": ["source.cx.raw_crm.orders"]},
        },
        "model.cx.fct_orders": {
            "resource_type": "model",
            "name": "fct_orders",
            "schema": "marts",
            "depends_on": {"nodes": ["model.cx.stg_orders"]},
        },
        "model.cx.fct_feeds": {
            "resource_type": "model",
            "name": "fct_feeds",
            "schema": "marts",
            "depends_on": {"nodes": ["model.cx.fct_orders"]},
        },
    },
    "sources": {"source.cx.raw_crm.orders": {"name": "orders", "identifier": "orders", "schema": "raw_crm"}},
}


def simple_metric(name: str, model: str) -> dict[str, object]:
    return {"name": name, "type_params": {"metric_aggregation_params": {"semantic_model": model}}}


SEMANTIC_MANIFEST = {
    "semantic_models": [
        {"name": "fct_orders", "node_relation": {"alias": "fct_orders", "schema_name": "marts", "database": "cx"}}
    ],
    "metrics": [
        simple_metric("orders", "fct_orders"),
        simple_metric("revenue", "fct_orders"),
        {
            "name": "average_order_value",
            "type_params": {"numerator": {"name": "revenue"}, "denominator": {"name": "orders"}},
        },
    ],
}


def make_workspace(root: Path) -> Workspace:
    (root / "mappings").mkdir(parents=True)
    (root / "inbox").mkdir()
    (root / "cx.yml").write_text(CX_YML)
    (root / "mappings" / "touchpoint_types.csv").write_text(TOUCHPOINTS)
    (root / "mappings" / "channels.csv").write_text(CHANNELS)
    return load_workspace(root)


def build_warehouse(workspace: Workspace, *, amount: int) -> None:
    """Marts whose every order has this amount, so that a reader can distinguish releases."""
    paths = workspace.paths
    paths.warehouse.mkdir(exist_ok=True)
    with duckdb.connect(str(paths.marts_database)) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute(
            "create or replace table marts.fct_orders as "
            "select i as order_id, $amount as amount from range(1000) as t(i)",
            {"amount": amount},
        )
        connection.execute(
            """create or replace table marts.fct_feeds as
            select 'orders' as feed, 1000 as n_rows, date '2026-01-01' as first_on, date '2026-02-01' as last_on,
                0 as refused_rows, null::varchar as refused_reason, null::varchar as provisional_reason,
                null::varchar as rests_on, null::varchar as part"""
        )
    with duckdb.connect(str(paths.raw_database)) as connection:
        connection.execute("create schema if not exists intermediate")
        connection.execute(
            "create or replace table intermediate.int_company__as_of as "
            "select date '2026-02-01' as as_of_on, false as is_pinned"
        )
        connection.execute(
            "create or replace table intermediate.int_quality__staging_totals as select 'shop' as data_source, "
            "'raw_crm.orders' as raw_table, 1000 as loaded, 1000 as kept, true as is_balanced"
        )
        connection.execute(
            "create or replace table intermediate.int_quality__losses as select 'shop' as data_source, "
            "'raw_crm.orders' as subject, 'quarantined' as loss, 'no customer_id' as reason, 'map it' as cure, "
            "1 as n_rows, 1 as n_lost, 1000 as out_of, false as is_high, false as is_all"
        )
        connection.execute(
            "create or replace table intermediate.int_identity__guarded as "
            "select i as identifier_key, 'email' as identifier_type, 'shared' as reason, 6 + i as shared_by, "
            "5 as bound from range(2) as t(i)"
        )
        connection.execute(
            "create or replace table intermediate.int_quality__unmapped as "
            "select 'event' as kind, 'shop' as data_source, 'gift' as name, 3 as n_rows"
        )
        connection.execute(
            "create or replace table intermediate.int_quality__day_only_sources as "
            "select 'shop' as data_source, 9 as n_rows, 4 as n_days"
        )


def write_artefacts(workspace: Workspace, run_id: str) -> Path:
    target = dbt_runner.run_target(workspace.paths, run_id)
    target.mkdir(parents=True)
    (target / "manifest.json").write_text(json.dumps(MANIFEST))
    (target / "semantic_manifest.json").write_text(json.dumps(SEMANTIC_MANIFEST))
    return target


def a_check(**changes: object) -> Check:
    check = Check(
        name="keys_are_unique",
        asset="marts.fct_orders",
        behaviour="block",
        status="passed",
        description="No two rows share a key.",
        engine="great_expectations",
        metrics=("orders", "revenue"),
    )
    return check.model_copy(update=changes)


def write_records(
    workspace: Workspace,
    run_id: str,
    *,
    checks: tuple[Check, ...] = (),
    stages: tuple[StageName, ...] = ("ingest", "gate_raw", "build", "gate_marts"),
) -> None:
    for name in stages:
        with audit.stage(workspace.paths.audit, run_id=run_id, name=name, code_version="test") as notes:
            if name == "gate_marts":
                notes.checks += checks

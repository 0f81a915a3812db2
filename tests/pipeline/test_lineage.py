"""Every mart is traced to the company's files."""

from __future__ import annotations

from pipeline.dbt.lineage import lineage, marts, marts_of, marts_of_source
from tests.pipeline.warehouse import MANIFEST
from workspace import Source

SHOP = Source(name="shop", kind="crm", vendor="csv", entity="orders", path="inbox/*.csv")
DESK = Source(name="desk", kind="crm", vendor="csv", entity="interactions", path="inbox/*.txt")
LEDGER = [
    {"source": "shop", "path": "inbox/new.csv", "status": "active"},
    {"source": "shop", "path": "inbox/old.csv", "status": "superseded"},
    {"source": "desk", "path": "inbox/calls.txt", "status": "active"},
]


def test_a_mart_names_its_models_raw_tables_sources_and_live_files() -> None:
    assert lineage(MANIFEST, sources=[SHOP, DESK], ledger=LEDGER)["fct_feeds"] == {
        "models": ["fct_orders", "stg_orders"],
        "raw_tables": ["raw_crm.orders"],
        "sources": ["shop"],
        "files": ["inbox/new.csv"],
    }


def test_only_models_of_the_marts_schema_are_marts() -> None:
    assert set(marts(MANIFEST)) == {"fct_orders", "fct_feeds"}


def test_a_mart_test_concerns_that_mart_only() -> None:
    assert marts_of(MANIFEST, ["model.cx.fct_orders"]) == ("fct_orders",)


def test_a_staging_test_concerns_every_downstream_mart() -> None:
    assert marts_of(MANIFEST, ["model.cx.stg_orders"]) == ("fct_feeds", "fct_orders")


def test_a_source_reaches_the_marts_downstream_of_its_raw_table() -> None:
    assert marts_of_source(MANIFEST, SHOP) == ("fct_feeds", "fct_orders")
    assert marts_of_source(MANIFEST, DESK) == ()

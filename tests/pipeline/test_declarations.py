"""Models declare what others read, and ingestion what dbt reads: where two lists disagree, what is missing is named."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.growth.attribution import RULES
from ingestion.checks.samples import IMPLIED_EVENTS
from ingestion.raw_schema import RAW_TABLES
from ingestion.vendors.shapes import READERS
from pipeline.code_version import PACKAGES
from pipeline.dbt.declarations import date_faults, feed_faults, feeds, raw_faults
from pipeline.dbt.project import read_project
from tests.dbt_project import rendering
from workspace.configuration.mappings import MAPPING_FILES
from workspace.paths import MANIFEST_FILE
from workspace.vocabulary import CSV_ENTITIES, VENDORS

Manifest = dict[str, Any]
ORDERS = "model.cx.fct_orders"
STAGED_ORDERS = "model.cx.stg_crm__orders"
FACTS = "model.cx.int_company__facts"
DISPOSITIONS = "model.cx.int_quality__dispositions"
KINDS = "/touchpoints/source_events/"
SOURCE_EVENTS = "model.cx.int_touchpoints__source_events"
LANDED = [f"{schema}.{table}" for schema, table in RAW_TABLES if schema != "raw_mappings"]


@pytest.fixture(scope="module")
def manifests() -> tuple[str, str]:
    parsed = read_project()
    return parsed.read_text(), parsed.with_name(MANIFEST_FILE).read_text()


def declared(manifest: Manifest, unique_id: str) -> Manifest:
    found: Manifest = manifest["nodes"][unique_id]["config"]["meta"]["feeds"]
    return found


def test_marts_and_metrics_agree_on_every_feed(manifests: tuple[str, str]) -> None:
    manifest, definitions = map(json.loads, manifests)
    assert feed_faults(manifest, definitions) == []
    assert {"orders", "nps", "visitor_purchases"} <= {feed.name for feed in feeds(manifest)}


def a_feed_is_gone(manifest: Manifest) -> None:
    del declared(manifest, "model.cx.fct_searches")["searches"]


def a_feed_is_new(manifest: Manifest) -> None:
    declared(manifest, ORDERS)["gifts"] = {"dated_by": "occurred_on"}


def a_column_is_gone(manifest: Manifest) -> None:
    del manifest["nodes"][ORDERS]["columns"]["occurred_on"]


def a_key_is_misspelt(manifest: Manifest) -> None:
    declared(manifest, ORDERS)["orders"]["dated_on"] = "occurred_on"


def a_feed_is_declared_twice(manifest: Manifest) -> None:
    declared(manifest, "model.cx.fct_contracts")["orders"] = {}


def a_mart_is_not_read(manifest: Manifest) -> None:
    manifest["nodes"]["model.cx.fct_feeds"]["depends_on"]["nodes"].remove(ORDERS)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (a_feed_is_gone, "metric searches names the feed 'searches', which no mart declares"),
        (a_feed_is_gone, "fct_feeds.sql reads fct_searches, which declares no feed: take it from its list"),
        (a_feed_is_new, "feed 'gifts' of fct_orders is named by no metric"),
        (a_column_is_gone, "feed 'orders' of fct_orders is dated by 'occurred_on', which is not a column of it"),
        (a_key_is_misspelt, "feed 'orders' of fct_orders has the key 'dated_on', which is not one of dated_by"),
        (a_feed_is_declared_twice, "feed 'orders' is declared by fct_contracts and by fct_orders"),
        (a_mart_is_not_read, "feed 'orders' is of fct_orders, which fct_feeds.sql does not read: add it to its list"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_disagrees_is_named(manifests: tuple[str, str], change: Callable[[Manifest], None], said: str) -> None:
    manifest, definitions = map(json.loads, manifests)
    change(manifest)
    assert [fault for fault in feed_faults(manifest, definitions) if fault.startswith(said)], said


def test_every_staging_model_says_what_dates_its_facts_and_the_facts_read_it(manifests: tuple[str, str]) -> None:
    assert date_faults(json.loads(manifests[0])) == []


def a_model_says_nothing(manifest: Manifest) -> None:
    del manifest["nodes"][STAGED_ORDERS]["config"]["meta"]["dates"]


def a_date_is_not_read(manifest: Manifest) -> None:
    manifest["nodes"][FACTS]["depends_on"]["nodes"].remove(STAGED_ORDERS)


def a_model_without_dates_is_read(manifest: Manifest) -> None:
    manifest["nodes"][STAGED_ORDERS]["config"]["meta"]["dates"] = {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (a_model_says_nothing, "stg_crm__orders does not say what dates its facts"),
        (a_date_is_not_read, "stg_crm__orders dates orders, and int_company__facts.sql does not read it"),
        (a_model_without_dates_is_read, "stg_crm__orders dates nothing, and int_company__facts.sql reads it"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_date_that_is_forgotten_is_named(
    manifests: tuple[str, str], change: Callable[[Manifest], None], said: str
) -> None:
    manifest = json.loads(manifests[0])
    change(manifest)
    assert date_faults(manifest)[0].startswith(said)


def test_every_raw_table_has_its_source_its_base_model_and_its_books(manifests: tuple[str, str]) -> None:
    assert raw_faults(json.loads(manifests[0]), LANDED) == []


def test_a_raw_table_that_a_list_lacks_is_named(manifests: tuple[str, str]) -> None:
    manifest = json.loads(manifests[0])
    base = "model.cx.base_crm__orders"
    assert raw_faults(manifest, [one for one in LANDED if one != "raw_crm.orders"]) == [
        "sources.yml has raw_crm.orders, which ingestion does not create",
        "base_crm__orders reads no raw table of its name",
    ]
    assert raw_faults(manifest, [*LANDED, "raw_hubspot.deals"]) == [
        "raw_hubspot.deals is not in sources.yml",
        "int_quality__dispositions.sql does not count base_hubspot__deals: add it to its list",
    ]
    manifest["nodes"][DISPOSITIONS]["depends_on"]["nodes"].remove(base)
    assert raw_faults(manifest, LANDED) == [
        "int_quality__dispositions.sql does not count base_crm__orders: add it to its list"
    ]
    manifest["nodes"][base]["depends_on"]["nodes"] = []
    assert "base_crm__orders does not read raw_crm.orders" in raw_faults(manifest, LANDED)
    del manifest["nodes"][base]
    assert "raw_crm.orders has no base model base_crm__orders" in raw_faults(manifest, LANDED)


def test_every_kind_of_event_is_among_the_events(manifests: tuple[str, str]) -> None:
    nodes = json.loads(manifests[0])["nodes"]
    kinds = {one for one in nodes if one.startswith("model.") and KINDS in nodes[one]["original_file_path"]}
    assert kinds == set(nodes[SOURCE_EVENTS]["depends_on"]["nodes"])


def test_every_mapping_has_its_source_and_its_staging_model(manifests: tuple[str, str]) -> None:
    manifest = json.loads(manifests[0])
    sources = {one["name"] for one in manifest["sources"].values() if one["schema"] == "raw_mappings"}
    prefix = "model.cx.stg_mappings__"
    models = {one.removeprefix(prefix) for one in manifest["nodes"] if one.startswith(prefix)}
    assert sources == models == set(MAPPING_FILES)


def test_every_vendor_has_a_reader_and_every_table_its_events() -> None:
    # A table of a database lands as the same entity does from a file, and needs no reader of files.
    assert set(READERS) == {(kind, one) for kind, vendors in VENDORS.items() for one in vendors if one != "sql"}
    named = {name for entities in CSV_ENTITIES.values() for name, one in entities.items() if "event" in one.columns}
    tables = {name for entities in CSV_ENTITIES.values() for name in entities}
    assert set(IMPLIED_EVENTS) == tables - named


MODEL = re.compile(r"\b(?:fct|dim)_[a-z]\w*\b|\b(?:int|stg|base)_[a-z_]+?__[a-z]\w*\b")


def names_of_no_model(text: str, known: set[str]) -> list[str]:
    """Names in a text that look like a model's and are none."""
    return sorted(set(MODEL.findall(text)) - known)


def test_no_code_and_no_page_names_a_model_that_is_not_there(manifests: tuple[str, str], repository: Path) -> None:
    manifest = json.loads(manifests[0])
    known = {one["name"] for kind in ("nodes", "macros") for one in manifest[kind].values()}
    folders = [repository / package for package in PACKAGES]
    texts = [file for folder in folders for file in folder.rglob("*.py")]
    texts += [*(repository / "docs").glob("*.md"), repository / "dbt_project" / "DECISIONS.md"]
    found = {str(file): names_of_no_model(file.read_text(encoding="utf-8"), known) for file in texts}
    # `fct_refunds` is the mart that docs add as an example.
    assert {file: names for file, names in found.items() if set(names) - {"fct_refunds"}} == {}
    assert names_of_no_model("marts.fct_orders, fct_gone and stg_crm__gone", known) == [
        "fct_gone",
        "stg_crm__gone",
    ]


def test_rules_of_attribution_are_the_same_in_macro_marts_and_page(
    manifests: tuple[str, str], repository: Path
) -> None:
    macro = rendering.file_of("attribution").read_text(encoding="utf-8")
    listed = {
        "the macro attribution_rules": tuple(re.findall(r"'(\w+)'", macro.split("return(")[1].split(")")[0])),
        "tests/dbt_project/rendering.py": rendering.RULES,
    }
    for node in json.loads(manifests[0])["nodes"].values():
        words = ((node.get("test_metadata") or {}).get("kwargs") or {}).get("words") or {}
        marts = ("model.cx.fct_attribution_credits", "model.cx.fct_channel_returns")
        if "model" in words and node["attached_node"] in marts:
            listed[node["attached_node"]] = tuple(words["model"])
    assert {place: rules for place, rules in listed.items() if rules != RULES} == {}
    assert len(listed) == 4

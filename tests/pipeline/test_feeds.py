"""Marts declare feeds and metrics name them: where the two disagree, the feed and the place are named."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.dbt.feeds import feed_faults, feeds
from pipeline.dbt.runner import read_project
from workspace.paths import MANIFEST_FILE

Manifest = dict[str, Any]
ORDERS = "model.cx.fct_orders"


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

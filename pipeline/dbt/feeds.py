"""Feeds as the marts' YAML declares them, and whether marts and metrics agree on them.

In: dbt's `manifest.json`, and the semantic manifest. Out: feeds, and what is wrong in words. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.dbt.lineage import Manifest, marts, meta_of
from serving.meta import metas_of

_KEYS = ("dated_by", "where", "answers_of", "rows_of")
_REACH = "fct_feeds"


@dataclass(frozen=True, kw_only=True)
class Feed:
    """One kind of fact that metrics stand on.

    Attributes:
        mart: the table that holds it.
        declared: what the mart's YAML says of it; dbt_project/macros/feeds.sql explains every key.
    """

    name: str
    mart: str
    declared: Mapping[str, Any]


def feeds(manifest: Manifest) -> tuple[Feed, ...]:
    """All feeds, by the marts that hold them."""
    return tuple(
        Feed(name=name, mart=mart, declared=declared)
        for mart, unique_id in marts(manifest).items()
        for name, declared in meta_of(manifest["nodes"][unique_id]).get("feeds", {}).items()
    )


def feed_faults(manifest: Manifest, semantic_manifest: Mapping[str, Any]) -> list[str]:
    """What is wrong with feeds, each in a sentence that names the place; nothing where all is well.

    Args:
        manifest: dbt's manifest.
        semantic_manifest: the metrics.
    """
    declared = feeds(manifest)
    used = _used(semantic_manifest)
    return [
        *_of_marts(manifest, declared),
        *_twice(declared),
        *(
            f"metric {metric} names the feed '{feed}', which no mart declares"
            for feed, metrics in used.items()
            for metric in metrics
            if feed not in {one.name for one in declared}
        ),
        *(f"feed '{one.name}' of {one.mart} is named by no metric" for one in declared if one.name not in used),
    ]


def _used(semantic_manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """Feed -> the metrics that name it."""
    found: dict[str, list[str]] = {}
    for metric, meta in metas_of(semantic_manifest).items():
        for feed in (*meta.get("feeds", ()), *meta.get("needs_feeds", ())):
            found.setdefault(feed, []).append(metric)
    return found


def _of_marts(manifest: Manifest, declared: Iterable[Feed]) -> Iterator[str]:
    tables = marts(manifest)
    read = set(manifest["nodes"][tables[_REACH]]["depends_on"]["nodes"])
    for feed in declared:
        unique_id = tables[feed.mart]
        columns, dated_by = manifest["nodes"][unique_id]["columns"], feed.declared.get("dated_by")
        if dated_by is not None and dated_by not in columns:
            yield f"feed '{feed.name}' of {feed.mart} is dated by '{dated_by}', which is not a column of it"
        for key in feed.declared:
            if key not in _KEYS:
                yield f"feed '{feed.name}' of {feed.mart} has the key '{key}', which is not one of {', '.join(_KEYS)}"
        if unique_id not in read:
            yield f"feed '{feed.name}' is of {feed.mart}, which {_REACH}.sql does not read: add it to its list"
    held = {tables[feed.mart] for feed in declared}
    for mart, unique_id in tables.items():
        if unique_id in read - held:
            yield f"{_REACH}.sql reads {mart}, which declares no feed: take it from its list"


def _twice(declared: Iterable[Feed]) -> Iterator[str]:
    known: dict[str, str] = {}
    for feed in declared:
        if feed.name in known:
            yield f"feed '{feed.name}' is declared by {known[feed.name]} and by {feed.mart}"
        known[feed.name] = feed.mart

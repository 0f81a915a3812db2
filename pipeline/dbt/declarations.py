"""What models' YAML declares and other models have to read: feeds, dates and raw tables, and where the two disagree.

In: dbt's `manifest.json`, the semantic manifest, and raw tables' names. Out: what is wrong, in words. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.dbt.lineage import Manifest, marts, meta_of, table_of
from serving.definitions.meta import metas_of

_KEYS = ("dated_by", "where", "answers_of", "rows_of", "rests_on")
_REACH = "fct_feeds"
_FACTS = "model.cx.int_company__facts"
_DISPOSITIONS = "model.cx.int_quality__dispositions"
# What cx.yml and the mappings say is dated by no fact, and is counted in no books.
_COMPANYS_OWN = ("stg_config__", "stg_mappings__")
_WRITTEN_BY_CX = ("raw_config.", "raw_mappings.")


@dataclass(frozen=True, kw_only=True)
class Feed:
    """One kind of fact that metrics stand on.

    Attributes:
        mart: the table that holds it.
        declared: what the mart's YAML says of it; macros/concepts/feeds.sql explains every key.
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


def date_faults(manifest: Manifest) -> list[str]:
    """Staging models that do not say what dates their facts, and dates that `int_company__facts` does not read."""
    read = set(manifest["nodes"][_FACTS]["depends_on"]["nodes"])
    faults = []
    for unique_id, node in sorted(manifest["nodes"].items()):
        if node["resource_type"] != "model" or node["schema"] != "staging" or not node["name"].startswith("stg_"):
            continue
        dates = meta_of(node).get("dates")
        if dates is None and not node["name"].startswith(_COMPANYS_OWN):
            faults.append(f"{node['name']} does not say what dates its facts: config.meta.dates, or {{}} for none")
        if bool(dates) != (unique_id in read):
            why = "does not read it: add it to its list" if dates else "reads it: take it from its list"
            faults.append(f"{node['name']} dates {', '.join(dates or ['nothing'])}, and int_company__facts.sql {why}")
    return faults


def raw_faults(manifest: Manifest, raw_tables: Collection[str]) -> list[str]:
    """Raw tables without a source, a base model or a place in the books, and the reverse.

    Args:
        manifest: dbt's manifest.
        raw_tables: `schema.table` of every table that records of sources land in.
    """
    sources = {table_of(manifest, one): one for one in manifest["sources"]}
    landed = {table for table in sources if table.startswith("raw_") and not table.startswith(_WRITTEN_BY_CX)}
    bases = {
        node["name"]: node["depends_on"]["nodes"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["name"].startswith("base_")
    }
    counted = set(manifest["nodes"][_DISPOSITIONS]["depends_on"]["nodes"])
    faults = [f"sources.yml has {table}, which ingestion does not create" for table in sorted(landed - {*raw_tables})]
    for table in raw_tables:
        base = f"base_{table.removeprefix('raw_').replace('.', '__')}"
        parents = bases.pop(base, None)
        if table not in sources:
            faults.append(f"{table} is not in sources.yml")
        elif parents is None:
            faults.append(f"{table} has no base model {base}")
        elif sources[table] not in parents:
            faults.append(f"{base} does not read {table}")
        if f"model.cx.{base}" not in counted:
            faults.append(f"int_quality__dispositions.sql does not count {base}: add it to its list")
    return [*faults, *(f"{base} reads no raw table of its name" for base in bases)]


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

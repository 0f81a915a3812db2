"""What every mart is made of, down to the company's files.

In: dbt's `manifest.json`, the workspace's sources and the ledger's rows, as plain data. Out: plain mappings. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from expectations.marts import Mart, Reference
from workspace import Source

Manifest = Mapping[str, Any]
MARTS_SCHEMA = "marts"
# The project's generic test: all rules of a model in one query.
RULES_TEST: Final = "holds"


def marts(manifest: Manifest) -> dict[str, str]:
    """Table name of every mart -> its unique id in dbt."""
    return {
        str(node.get("alias") or node["name"]): unique_id
        for unique_id, node in sorted(manifest["nodes"].items())
        if node["resource_type"] == "model" and node["schema"] == MARTS_SCHEMA
    }


def declared_marts(manifest: Manifest) -> tuple[Mart, ...]:
    """Every mart with what its YAML declares: by tests that block (`holds`, `relationships`), and in `config.meta`."""
    tests: dict[str, list[Manifest]] = {}
    for node in manifest["nodes"].values():
        if node.get("test_metadata") and is_blocking(node):
            tests.setdefault(node["attached_node"], []).append(node["test_metadata"])
    tables = marts(manifest)
    return tuple(
        Mart(
            table=f"{MARTS_SCHEMA}.{table}",
            keys=tuple(_keys(tests.get(unique_id, ()))),
            has_people="person_id" in manifest["nodes"][unique_id]["columns"],
            conditions=tuple(_conditions(tests.get(unique_id, ()))),
            references=tuple(_references(tests.get(unique_id, ()), tables)),
            control_totals=tuple(meta_of(manifest["nodes"][unique_id]).get("control_totals", {}).items()),
        )
        for table, unique_id in tables.items()
    )


def meta_of(node: Manifest) -> Mapping[str, Any]:
    """What a model's YAML says of it under `config.meta`."""
    found: Mapping[str, Any] = (node.get("config") or {}).get("meta") or {}
    return found


def is_blocking(node: Manifest) -> bool:
    """Whether a failure of this test keeps the run from being published."""
    return str((node.get("config") or {}).get("severity", "error")).lower() == "error"


def _arguments(tests: Iterable[Manifest], name: str) -> list[Manifest]:
    return [test["kwargs"] for test in tests if test["name"] == name]


def _keys(tests: Iterable[Manifest]) -> Iterator[tuple[str, ...]]:
    for arguments in _arguments(tests, RULES_TEST):
        for columns in arguments.get("unique") or ():
            yield (columns,) if isinstance(columns, str) else tuple(columns)


def _conditions(tests: Iterable[Manifest]) -> Iterator[str]:
    for arguments in _arguments(tests, RULES_TEST):
        for one in arguments.get("conditions") or ():
            # A condition, or its name and the condition.
            yield from (text.strip() for text in ((one,) if isinstance(one, str) else one.values()))


def _references(tests: Iterable[Manifest], tables: Mapping[str, str]) -> Iterator[Reference]:
    for arguments in _arguments(tests, "relationships"):
        named = re.search(r"ref\('(\w+)'\)", arguments["to"])
        if named and named[1] in tables:
            yield Reference(
                column=arguments["column_name"], table=f"{MARTS_SCHEMA}.{named[1]}", field=arguments["field"]
            )


def table_of(manifest: Manifest, unique_id: str) -> str:
    """`schema.table` of a model or source."""
    node = manifest["nodes"].get(unique_id) or manifest["sources"][unique_id]
    return f"{node['schema']}.{node.get('alias') or node.get('identifier') or node['name']}"


def marts_of(manifest: Manifest, unique_ids: Iterable[str]) -> tuple[str, ...]:
    """Table names of the marts among these nodes; of the marts below them where none of them is a mart itself."""
    wanted = set(unique_ids)
    tables = {unique_id: table for table, unique_id in marts(manifest).items()}
    named = wanted & tables.keys()
    if not named:
        ancestors = _ancestors(manifest)
        named = {unique_id for unique_id in tables if ancestors(unique_id) & wanted}
    return tuple(sorted(tables[unique_id] for unique_id in named))


def marts_first(manifest: Manifest, unique_ids: Iterable[str]) -> list[str]:
    """The same nodes, marts before the models they are made of: a test is reported for what readers see."""
    known = set(marts(manifest).values())
    return sorted(unique_ids, key=lambda unique_id: unique_id not in known)


def lineage(
    manifest: Manifest, *, sources: Sequence[Source], ledger: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Mart (table name) -> the models, raw tables, sources of cx.yml and live files that it is made of.

    Args:
        manifest: dbt's manifest.
        sources: the sources of cx.yml.
        ledger: rows of `ledger.loads`; only active loads count.
    """
    ancestors = _ancestors(manifest)
    landing = {source.name: ".".join(source.raw_table) for source in sources}
    result: dict[str, dict[str, Any]] = {}
    for table, unique_id in marts(manifest).items():
        above = ancestors(unique_id)
        raw_tables = {table_of(manifest, one) for one in above if one in manifest["sources"]}
        names = {name for name, raw_table in landing.items() if raw_table in raw_tables}
        files = {row["path"] for row in ledger if row["source"] in names and row["status"] == "active"}
        result[table] = {
            "models": sorted(manifest["nodes"][one]["name"] for one in above if one in manifest["nodes"]),
            "raw_tables": sorted(raw_tables),
            "sources": sorted(names),
            "files": sorted(files),
        }
    return result


def marts_of_source(manifest: Manifest, source: Source) -> tuple[str, ...]:
    """Table names of the marts that one source of cx.yml feeds."""
    raw_table = ".".join(source.raw_table)
    return marts_of(manifest, (one for one in manifest["sources"] if table_of(manifest, one) == raw_table))


def _ancestors(manifest: Manifest) -> Callable[[str], frozenset[str]]:
    @cache
    def above(unique_id: str) -> frozenset[str]:
        node = manifest["nodes"].get(unique_id, {})
        parents = (node.get("depends_on") or {}).get("nodes") or ()
        return frozenset(parents).union(*(above(parent) for parent in parents))

    return above

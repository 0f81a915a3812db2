"""Which metrics depend on which mart, and which metrics depend on other metrics.

In: dbt's `semantic_manifest.json` as a dictionary. Out: plain mappings of names. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from serving.definitions.meta import direct_inputs

Manifest = Mapping[str, Any]


def inputs_of_all(manifest: Manifest) -> dict[str, frozenset[str]]:
    """metric -> every metric below it, by recursion (without itself)."""
    direct = {metric["name"]: direct_inputs(metric) for metric in manifest["metrics"]}

    def below(name: str, path: frozenset[str]) -> frozenset[str]:
        found: frozenset[str] = frozenset()
        for part in direct.get(name, ()):
            if part not in path:
                found |= {part} | below(part, path | {part})
        return found

    return {name: below(name, frozenset({name})) for name in direct}


def marts_of_metrics(manifest: Manifest) -> dict[str, frozenset[str]]:
    """metric -> table names of the marts that it is computed from, its inputs' marts included."""
    tables = {model["name"]: model["node_relation"]["alias"] for model in manifest["semantic_models"]}
    own: dict[str, frozenset[str]] = {}
    for metric in manifest["metrics"]:
        aggregation = (metric.get("type_params") or {}).get("metric_aggregation_params") or {}
        model = aggregation.get("semantic_model")
        own[metric["name"]] = frozenset({tables[model]}) if model in tables else frozenset()
    return {
        name: own[name].union(*(own.get(part, frozenset()) for part in parts))
        for name, parts in inputs_of_all(manifest).items()
    }


def metrics_by_mart(manifest: Manifest) -> dict[str, tuple[str, ...]]:
    """Table name of a mart -> names of the metrics that are computed from it, sorted."""
    found: dict[str, set[str]] = {}
    for metric, marts in marts_of_metrics(manifest).items():
        for mart in marts:
            found.setdefault(mart, set()).add(metric)
    return {mart: tuple(sorted(metrics)) for mart, metrics in sorted(found.items())}


def with_dependents(manifest: Manifest, metrics: Iterable[str]) -> frozenset[str]:
    """`metrics` and every metric that is made of one of them."""
    wanted = frozenset(metrics)
    return wanted | {name for name, parts in inputs_of_all(manifest).items() if parts & wanted}

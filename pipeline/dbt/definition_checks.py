"""Whether every metric says what its answer needs, and every target has a metric. In: semantic manifest. Out: checks.

Pure. A metric that lacks something blocks; a target that no page can show warns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from serving.definitions.manifest import semantics_of
from serving.definitions.meta import lacking, metas_of, read_meta
from serving.definitions.semantics import Semantics
from serving.errors import did_you_mean
from workspace.records.documents import Check


def definition_check(manifest: Mapping[str, Any]) -> Check:
    """A misspelt key or a forgotten privacy floor must not be published: the metric would be answered without it."""
    faults = faults_of(manifest)
    return Check(
        name="definitions_are_whole",
        asset="metrics",
        behaviour="block",
        status="failed" if faults else "passed",
        description="Every metric's config.meta has the keys it needs, and no other.",
        engine="pipeline",
        unexpected=len(faults),
        observed="; ".join(f"{name}: {fault}" for name, fault in faults.items()) or None,
        metrics=tuple(faults),
    )


def faults_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    """metric -> what is wrong with its meta, in words; empty where all is well."""
    metas = metas_of(manifest)
    found: dict[str, str] = {}
    for name, meta in metas.items():
        missing = lacking(meta)
        fault = f"meta lacks {', '.join(missing)}" if missing else read_meta(meta, metas)[1]
        if fault:
            found[name] = fault
    return found


def target_check(targets: Iterable[Mapping[str, str]], manifest: Mapping[str, Any]) -> Check:
    """A target that names no metric, or one that can have none, would never be seen beside a number.

    Args:
        targets: rows of targets.csv, with their line under `_line`.
        manifest: the semantic manifest as dbt wrote it.
    """
    semantics = semantics_of(manifest)
    faults = [f"line {row['_line']}: {fault}" for row in targets if (fault := _fault_of_target(row, semantics))]
    return Check(
        name="targets_have_metrics",
        asset="mappings.targets",
        behaviour="warn",
        status="failed" if faults else "passed",
        description="Every row of targets.csv names a metric that can have a target, and a dimension of it.",
        engine="pipeline",
        unexpected=len(faults),
        observed="; ".join(faults) or None,
    )


def _fault_of_target(row: Mapping[str, str], semantics: Semantics) -> str | None:
    name, dimension = row["metric"], row.get("dimension", "")
    if name not in semantics.offered:
        return f"there is no metric '{name}'. {did_you_mean(name, semantics.offered)}"
    if semantics.metrics[name].metric_class == "additive" and not semantics.is_state(name):
        return f"{name} is a sum, which grows with its period: a target for it has none"
    if dimension and not semantics.resolve_all(dimension, name):
        return f"{name} has no dimension '{dimension}'. {did_you_mean(dimension, tuple(semantics.dimensions(name)))}"
    return None

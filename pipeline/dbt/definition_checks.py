"""Whether every metric says what its answer needs, and every target has a metric. In: semantic manifest. Out: checks.

Pure. A metric that lacks something blocks; a target that no page can show warns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from serving.definitions.manifest import semantics_of
from serving.definitions.meta import lacking, metas_of, read_meta
from serving.definitions.semantics import Semantics
from serving.errors import did_you_mean
from workspace.records.documents import Check

# What a filter names: {{ Dimension('answer__construct') }}.
_DIMENSION: Final = re.compile(r"""\bDimension\(\s*['"]([^'"]+)['"]""")


def definition_check(manifest: Mapping[str, Any]) -> Check:
    """A misspelt key or a forgotten privacy floor must not be published: the metric would be answered without it."""
    faults = faults_of(manifest)
    return Check(
        name="definitions_are_whole",
        asset="metrics",
        behaviour="block",
        status="failed" if faults else "passed",
        description="Every metric's config.meta has the keys it needs, and no other; its filter names its dimensions.",
        engine="pipeline",
        unexpected=len(faults),
        observed="; ".join(f"{name}: {fault}" for name, fault in faults.items()) or None,
        metrics=tuple(faults),
    )


def faults_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    """metric -> what is wrong with its meta or its filter, in words; empty where all is well."""
    metas = metas_of(manifest)
    found: dict[str, str] = {}
    for name, meta in metas.items():
        missing = lacking(meta)
        fault = f"meta lacks {', '.join(missing)}" if missing else read_meta(meta, metas)[1]
        if fault:
            found[name] = fault
    if not found:
        semantics = semantics_of(manifest)
        for metric in manifest["metrics"]:
            known = semantics.filterable(metric["name"])
            unknown = [name for name in _filtered_by(metric) if name not in known]
            if unknown:
                found[metric["name"]] = f"its filter names '{unknown[0]}'. {did_you_mean(unknown[0], known)}"
    return found


def _filtered_by(metric: Mapping[str, Any]) -> list[str]:
    """MetricFlow's names of the dimensions in the filters of a metric, and in those of its parts."""
    parameters = metric["type_params"]
    parts = [parameters.get("numerator"), parameters.get("denominator"), *(parameters.get("metrics") or ())]
    filters = [(one or {}).get("filter") or {} for one in (metric, *parts)]
    templates = [one["where_sql_template"] for some in filters for one in some.get("where_filters", ())]
    return [name for template in templates for name in _DIMENSION.findall(template)]


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

"""Whether every metric says what its answer needs. In: the semantic manifest. Out: one check, which blocks. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serving.definitions.meta import lacking, metas_of, read_meta
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

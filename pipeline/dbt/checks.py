"""dbt's tests as checks of the gate.

In: how every node of a build ended, dbt's manifest, and which metrics depend on which mart. Out: checks. Pure.

A test of severity error blocks. A test of severity warn does what its `meta: {behaviour: ...}` says: `withhold` or
`warn`. A model that could not be built is a check that could not run, and blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from pipeline.dbt.lineage import MARTS_SCHEMA, RULES_TEST, is_blocking, marts_first, marts_of, meta_of, table_of
from pipeline.dbt.runner import NodeOutcome
from workspace.records.documents import Behaviour, Check, CheckStatus
from workspace.wording import without_values

_RULES = ("unique", "complete", "words", "ranges", "conditions")
# The check of a model that could not be built.
BUILDS: Final = "builds"
# How messages of DuckDB begin that are of the code, and quote nothing but it.
_OF_THE_CODE: Final = ("Binder Error:", "Catalog Error:", "Parser Error:")
_STATUS: Mapping[str, CheckStatus] = {"pass": "passed", "fail": "failed", "warn": "failed", "error": "error"}


def checks_of(
    outcomes: Iterable[NodeOutcome], *, manifest: Mapping[str, Any], metrics_by_mart: Mapping[str, Sequence[str]]
) -> Iterator[Check]:
    """One check per data test that ran, and one per model that failed.

    Skipped nodes give none: the failure that made dbt skip them is reported itself, and blocks.
    """
    for outcome in outcomes:
        if outcome.status == "skipped":
            continue
        kind = outcome.unique_id.split(".", maxsplit=1)[0]
        if kind == "test":
            yield _data_test(outcome, manifest["nodes"][outcome.unique_id], manifest, metrics_by_mart)
        elif outcome.status in ("error", "fail", "partial success"):
            yield Check(
                name=BUILDS,
                asset=table_of(manifest, outcome.unique_id),
                behaviour="block",
                status="error",
                description="The model can be built.",
                engine="dbt",
                observed=observed(outcome),
                metrics=_metrics(manifest, [outcome.unique_id], metrics_by_mart),
            )


def behaviour_of(node: Mapping[str, Any]) -> Behaviour:
    """What a failure of this data test does."""
    if is_blocking(node):
        return "block"
    return "withhold" if meta_of(node).get("behaviour") == "withhold" else "warn"


def _data_test(
    outcome: NodeOutcome,
    node: Mapping[str, Any],
    manifest: Mapping[str, Any],
    metrics_by_mart: Mapping[str, Sequence[str]],
) -> Check:
    attached = node.get("attached_node")
    tested = [attached] if attached else marts_first(manifest, (node.get("depends_on") or {}).get("nodes") or ())
    return Check(
        name=node["name"],
        asset=table_of(manifest, tested[0]) if tested else MARTS_SCHEMA,
        behaviour=behaviour_of(node),
        status=_STATUS.get(outcome.status, "error"),
        description=node.get("description") or _described(node),
        engine="dbt",
        unexpected=outcome.failures,
        observed=observed(outcome) if outcome.status == "error" else "; ".join(outcome.broken) or None,
        metrics=_metrics(manifest, tested, metrics_by_mart),
        earned_in=outcome.earned_in,
    )


def _metrics(
    manifest: Mapping[str, Any], unique_ids: Iterable[str], metrics_by_mart: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    found = {metric for mart in marts_of(manifest, unique_ids) for metric in metrics_by_mart.get(mart, ())}
    return tuple(sorted(found))


def _described(node: Mapping[str, Any]) -> str:
    test = node.get("test_metadata")
    if not test:
        # A test of our own is called by what holds.
        return f"{str(node['name']).replace('_', ' ').capitalize()}."
    arguments = test.get("kwargs") or {}
    if test["name"] == RULES_TEST:
        return "; ".join(f"{kind}: {', '.join(map(_named, arguments[kind]))}" for kind in _RULES if arguments.get(kind))
    column = arguments.get("column_name")
    return f"{test['name']} holds" + (f" for {column}." if column else ".")


def _named(rule: Any) -> str:
    """A column, several columns of one key, a condition, or the name of one."""
    return " + ".join(rule) if isinstance(rule, list | dict) else str(rule).strip()


def observed(outcome: NodeOutcome) -> str:
    """What dbt says went wrong, without what a table holds."""
    lines = [line.strip() for line in outcome.message.splitlines() if line.strip()]
    text = " ".join(lines[:3])
    # dbt's own line, which names the model, comes before what DuckDB says.
    is_of_the_code = len(lines) > 1 and lines[1].startswith(_OF_THE_CODE)
    return (text if is_of_the_code else without_values(text))[:400]

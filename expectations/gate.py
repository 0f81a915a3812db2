"""The gate: a database in, one `Check` per rule out. It decides nothing; it says what holds.

Great Expectations pushes every expectation down to DuckDB. Results carry no failing values: those could be personal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import great_expectations as gx
from great_expectations import expectations as gxe

from expectations import suite_marts, suite_raw
from expectations.datasource import opened_read_only
from expectations.marts import Mart
from expectations.rules import Rule
from workspace.records.documents import Check, CheckStatus
from workspace.wording import without_values

# Counts only: partial lists of unexpected values would leak personal data into audit records.
_RESULT_FORMAT = {"result_format": "SUMMARY", "partial_unexpected_count": 0}

_EXPECTATIONS: Mapping[str, Any] = {
    "not_null": gxe.ExpectColumnValuesToNotBeNull,
    "unique": gxe.ExpectColumnValuesToBeUnique,
    "between": gxe.ExpectColumnValuesToBeBetween,
    "in_set": gxe.ExpectColumnValuesToBeInSet,
    "no_rows": gxe.UnexpectedRowsExpectation,
}


def check_raw(raw_database: Path) -> tuple[Check, ...]:
    """Run the raw suite.

    Args:
        raw_database: the warehouse's raw.duckdb. No writer may have it open.

    Returns:
        One check per rule; a rule that could not run has status `error`.
    """
    return _run(raw_database, suite_raw.rules(), metrics_by_mart={})


def check_marts(
    marts_database: Path,
    *,
    marts: Iterable[Mart],
    metrics_by_mart: Mapping[str, Sequence[str]],
    passing_over: Collection[str] = (),
) -> tuple[Check, ...]:
    """Run the marts suite.

    Args:
        marts_database: the warehouse's cx.duckdb. No writer may have it open.
        marts: all marts, from dbt's manifest.
        metrics_by_mart: mart's name without schema -> metrics that depend on it, from the semantic manifest.
        passing_over: tables (`schema.table`) whose earlier checks stand; their rules are not looked at.

    Returns:
        One check per rule of the other tables, each with the metrics that its failure touches.
    """
    rules = [rule for rule in suite_marts.rules(marts) if rule.table not in passing_over]
    return _run(marts_database, rules, metrics_by_mart=metrics_by_mart)


def _run(database: Path, rules: Sequence[Rule], *, metrics_by_mart: Mapping[str, Sequence[str]]) -> tuple[Check, ...]:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    checks: list[Check] = []
    with opened_read_only(context, database) as source:
        for table, of_table in groupby(sorted(rules, key=lambda rule: rule.table), key=lambda rule: rule.table):
            checks += _check_table(source, table, list(of_table), metrics_by_mart)
    return tuple(checks)


def _check_table(
    source: Any, table: str, rules: list[Rule], metrics_by_mart: Mapping[str, Sequence[str]]
) -> Iterable[Check]:
    try:
        # `table` comes from a suite, never from user input.
        asset = source.add_query_asset(name=table, query=f"select * from {table}")  # noqa: S608
        batch = asset.add_batch_definition_whole_table("all").get_batch()
    except Exception as error:  # GX wraps every database error in types of its own
        for rule in rules:
            yield _check(rule, metrics_by_mart, status="error", observed=_first_line(error))
        return
    suite = gx.ExpectationSuite(
        name=table,
        expectations=[_EXPECTATIONS[rule.kind](**rule.arguments, meta={"rule": rule.name}) for rule in rules],
    )
    results = batch.validate(suite, result_format=_RESULT_FORMAT)
    by_name = {result.expectation_config.meta["rule"]: result for result in results.results}
    for rule in rules:
        result = by_name.get(rule.name)
        if result is None:
            yield _check(rule, metrics_by_mart, status="error", observed="The rule did not run.")
            continue
        trouble = _exception(result.exception_info)
        if trouble:
            yield _check(rule, metrics_by_mart, status="error", observed=trouble)
            continue
        unexpected = result.result.get("unexpected_count", result.result.get("observed_value"))
        yield _check(
            rule,
            metrics_by_mart,
            status="passed" if result.success else "failed",
            unexpected=int(unexpected) if isinstance(unexpected, int | float | str) and str(unexpected) else None,
        )


def _check(
    rule: Rule,
    metrics_by_mart: Mapping[str, Sequence[str]],
    *,
    status: CheckStatus,
    unexpected: int | None = None,
    observed: str | None = None,
) -> Check:
    metrics = rule.metrics if rule.metrics is not None else metrics_by_mart.get(rule.table.split(".")[-1], ())
    return Check(
        name=rule.name,
        asset=rule.table,
        behaviour=rule.behaviour,
        status=status,
        description=rule.description,
        engine="great_expectations",
        unexpected=unexpected,
        observed=observed,
        metrics=tuple(sorted(metrics)),
    )


def _exception(info: Any) -> str | None:
    """The first exception in GX's `exception_info`, which is flat for one and nested by metric for several."""
    if not info:
        return None
    if "raised_exception" in info:
        return without_values(str(info.get("exception_message") or "error")) if info["raised_exception"] else None
    for detail in info.values():
        if isinstance(detail, dict) and detail.get("raised_exception"):
            return without_values(str(detail.get("exception_message") or "error").splitlines()[0])
    return None


def _first_line(error: Exception) -> str:
    return without_values((str(error).splitlines() or [type(error).__name__])[0])

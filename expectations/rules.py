"""The vocabulary of suites: small constructors in, rules out.

A rule is one expectation on one table, what its failure does, and the metrics that depend on it. Suites are lists of
rules and hold no logic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from workspace.records.documents import Behaviour

Kind = Literal["not_null", "unique", "between", "in_set", "no_rows"]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One expectation.

    Attributes:
        name: unique within its table.
        table: `schema.table`.
        kind: which expectation; `no_rows` is a query whose every row breaks the rule.
        arguments: what the expectation takes.
        behaviour: what a failure does.
        metrics: metrics that depend on it; None means every metric of the table.
    """

    name: str
    table: str
    kind: Kind
    description: str
    behaviour: Behaviour
    arguments: dict[str, Any] = field(default_factory=dict)
    metrics: tuple[str, ...] | None = None


def key(table: str, column: str) -> list[Rule]:
    """A key is there in every row and no two rows share it. Broken keys double or lose facts: they block."""
    return [
        not_null(table, column),
        Rule(
            name=f"{column}_is_unique",
            table=table,
            kind="unique",
            arguments={"column": column},
            description=f"No two rows share {column}.",
            behaviour="block",
        ),
    ]


def unique_together(table: str, columns: Sequence[str]) -> Rule:
    """No two rows share the values of all these columns; missing ones count as a value."""
    return no_rows(
        f"{'_and_'.join(columns)}_are_unique",
        table,
        # Columns are those that a mart's YAML declares, which is not user input.
        f"select {', '.join(columns)} from {{batch}} group by all having count(*) > 1",  # noqa: S608
        description=f"No two rows share {', '.join(columns)}.",
        behaviour="block",
    )


def not_null(table: str, column: str, *, behaviour: Behaviour = "block") -> Rule:
    """Every row has a value in `column`."""
    return Rule(
        name=f"{column}_is_there",
        table=table,
        kind="not_null",
        arguments={"column": column},
        description=f"Every row has {column}.",
        behaviour=behaviour,
    )


def between(
    table: str,
    column: str,
    low: float | None,
    high: float | None,
    *,
    behaviour: Behaviour,
    metrics: Sequence[str] | None = None,
) -> Rule:
    """Every value that is there lies in [low, high]; None leaves a side open."""
    bounds = f"{'-∞' if low is None else low} and {'∞' if high is None else high}"
    return Rule(
        name=f"{column}_in_range",
        table=table,
        kind="between",
        arguments={"column": column, "min_value": low, "max_value": high},
        description=f"{column} lies between {bounds}.",
        behaviour=behaviour,
        metrics=None if metrics is None else tuple(metrics),
    )


def in_set(table: str, column: str, values: Sequence[str], *, behaviour: Behaviour = "block") -> Rule:
    """Every value that is there is one of `values`."""
    return Rule(
        name=f"{column}_is_known",
        table=table,
        kind="in_set",
        arguments={"column": column, "value_set": list(values)},
        description=f"{column} is one of {', '.join(values)}.",
        behaviour=behaviour,
    )


def no_rows(
    name: str,
    table: str,
    query: str,
    *,
    description: str,
    behaviour: Behaviour,
    metrics: Sequence[str] | None = None,
) -> Rule:
    """A query that finds the rows that break a rule, and finds none. The query is written in the suite, never built.

    It names its own table `{batch}`. GX adds an alias behind it, except where the query has a join: there the query
    says its own.
    """
    return Rule(
        name=name,
        table=table,
        kind="no_rows",
        arguments={"unexpected_rows_query": query},
        description=description,
        behaviour=behaviour,
        metrics=None if metrics is None else tuple(metrics),
    )

"""Sources of order lines in, those whose orders no source holds out: none of their lines would count."""

from __future__ import annotations

from ingestion.checks.samples import Sample
from workspace import Workspace
from workspace.errors import Problem


def check_order_lines(workspace: Workspace, samples: list[Sample]) -> list[Problem]:  # noqa: ARG001 (as every check)
    """One problem a source. A line names its order by a number, which means something in one namespace only."""
    orders = [source for source in workspace.config.sources if source.entity == "orders"]
    namespaces = sorted({source.namespace for source in orders})
    problems = []
    for source in workspace.config.sources:
        if source.entity != "order_lines" or source.namespace in namespaces:
            continue
        if namespaces:
            fix = f"Set 'id_namespace' of source '{source.name}' to that of the orders: {', '.join(namespaces)}."
        else:
            fix = f"Add a source of entity orders with id_namespace: {source.namespace}."
        problems.append(
            Problem(
                file="cx.yml",
                key=f"sources.{source.name}.id_namespace",
                what=f"No source holds the orders of the lines of source '{source.name}': "
                f"none has the id_namespace '{source.namespace}'.",
                fix=fix,
            )
        )
    return problems

"""Some models by themselves, for whoever edits them: their names in, how they and their tests ended out.

What they read is built, too, where its code or its data has changed: the result is that of the code as it is now.
Nothing is loaded and nothing is published; the next run takes over what stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipeline.dbt.checks import BUILDS, checks_of, observed
from pipeline.dbt.lineage import MARTS_SCHEMA, table_of
from pipeline.dbt.runner import NodeOutcome, build
from pipeline.run import new_run_id
from workspace.errors import Problem, WorkspaceError
from workspace.handover import free_for_writing
from workspace.paths import WorkspacePaths
from workspace.records.documents import Check
from workspace.records.run_lock import hold


@dataclass(frozen=True, kw_only=True)
class BuiltModel:
    """One model that was asked for.

    Attributes:
        message: what became of it: built or standing, with its number of rows; or why it failed.
        columns: of its table, where it is a mart.
        rows: some of its rows, where it is a mart.
    """

    name: str
    is_sound: bool
    message: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class BuiltModels:
    """How a build of some models ended.

    Attributes:
        models: those that were asked for.
        parents_built: of the models that these read, how many were built, too.
        parents: how many models these read, through all models.
        checks: their tests, and models that failed of those that they read.
    """

    is_sound: bool
    models: tuple[BuiltModel, ...]
    parents_built: int
    parents: int
    checks: tuple[Check, ...]


def build_models(paths: WorkspacePaths, names: Sequence[str], *, n_rows: int) -> BuiltModels:
    """Build and test models, and what they read as far as it does not stand.

    Args:
        paths: a workspace into which a run has loaded.
        names: of models of the project.
        n_rows: how many rows of each mart are wanted.

    Raises:
        WorkspaceError: nothing is loaded yet.
        RunLockedError: another process writes to this workspace.
        DbtError: dbt could not read the project or connect.
    """
    if not paths.raw_database.is_file():
        what = "Nothing is loaded yet, so that there is nothing to build from."
        fix = f"Run 'cx run --workspace {paths.root}' first."
        raise WorkspaceError([Problem(file=str(paths.raw_database), what=what, fix=fix)])
    run_id = new_run_id()
    with hold(paths.lock, purpose=f"part {run_id}"):
        for database in (paths.raw_database, paths.marts_database):
            free_for_writing(database)
        outcome = build(paths, run_id=run_id, models=names, with_parents=True)
        nodes = {node.unique_id: node for node in outcome.nodes if node.unique_id.startswith("model.")}
        asked = {one: node for one, node in nodes.items() if _name(one) in names}
        manifest = outcome.manifest
        models = tuple(
            _model(paths, node, manifest["nodes"][one], n_rows=n_rows) for one, node in sorted(asked.items())
        )
    parents = [node for one, node in nodes.items() if one not in asked]
    # Of a model that was asked for, its message says why it failed.
    tables = {table_of(manifest, one) for one in asked}
    checks = checks_of(outcome.nodes, manifest=manifest, metrics_by_mart={})
    return BuiltModels(
        is_sound=outcome.success,
        models=models,
        parents_built=sum(node.earned_in is None for node in parents),
        parents=len(parents),
        checks=tuple(check for check in checks if check.name != BUILDS or check.asset not in tables),
    )


def _model(paths: WorkspacePaths, node: NodeOutcome, declared: Any, *, n_rows: int) -> BuiltModel:
    name = _name(node.unique_id)
    if node.status != "success":
        why = "not built, since something that it reads could not be" if node.status == "skipped" else observed(node)
        return BuiltModel(name=name, is_sound=False, message=why)
    # dbt shouts how a node ended.
    message = node.message.replace("BUILT", "built,").replace("STANDS", "stands")
    # Earlier layers hold what people wrote.
    if declared["schema"] != MARTS_SCHEMA or not n_rows:
        return BuiltModel(name=name, is_sound=True, message=message)
    with duckdb.connect(str(paths.marts_database), read_only=True) as connection:
        table = connection.table(f"{MARTS_SCHEMA}.{declared['alias']}")
        columns, rows = tuple(table.columns), tuple(table.limit(n_rows).fetchall())
    return BuiltModel(name=name, is_sound=True, message=message, columns=columns, rows=rows)


def _name(unique_id: str) -> str:
    return unique_id.rsplit(".", maxsplit=1)[-1]

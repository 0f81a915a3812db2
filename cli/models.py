"""The command of whoever edits a model: build."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import WorkspaceOption, err, existing_paths, out, print_table, progress
from cli.summary import print_failed

if TYPE_CHECKING:
    from pipeline.models import BuiltModel, BuiltModels


def build(
    models: Annotated[list[str], typer.Argument(metavar="MODEL...", help="Names of models, such as fct_orders.")],
    rows: Annotated[int, typer.Option(min=0, help="How many rows of each mart to print.")] = 3,
    workspace: WorkspaceOption = None,
) -> None:
    """Build models and what they read as the code is now, test them, and print some rows. Publishes nothing."""
    paths = existing_paths(workspace)
    with progress("Reading the project"):
        ensure_models(models)
    from pipeline.models import build_models

    with progress(f"Building {', '.join(models)}"):
        built = build_models(paths, models, n_rows=rows)
    _print(built)
    if not built.is_sound:
        raise typer.Exit(1)
    err().print(f"Readers see it after: cx run --workspace {escape(str(paths.root))}", soft_wrap=True)


def ensure_models(names: Iterable[str]) -> None:
    """Refuse names of models that the project does not have.

    Raises:
        BadParameter: with the names that are nearest.
    """
    from pipeline.dbt.project import model_names

    known = model_names()
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=3)
            also = f" Near it are {', '.join(near)}." if near else ""
            raise typer.BadParameter(f"'{name}' is not a model of the project.{also}")


def _print(built: BuiltModels) -> None:
    console = out() if built.is_sound else err()
    for model in built.models:
        style = "green" if model.is_sound else "red"
        console.print(f"[{style}]{escape(model.name)}[/{style}]: {escape(model.message)}", soft_wrap=True)
        if model.rows:
            print_table(_rows_of(model))
    if built.parents:
        console.print(f"Of {built.parents} models that are read, {built.parents_built} had to be built, too.")
    passed = sum(check.status == "passed" for check in built.checks)
    console.print(f"{passed} of {len(built.checks)} tests passed.")
    print_failed(built.checks, console)


def _rows_of(model: BuiltModel) -> Table:
    """A column of the mart is a line: marts are wide, and only some rows are shown."""
    table = Table("column", *(f"row {nth}" for nth, _ in enumerate(model.rows, start=1)))
    for nth, column in enumerate(model.columns):
        table.add_row(escape(column), *(escape("" if row[nth] is None else str(row[nth])) for row in model.rows))
    return table

"""Commands that make a workspace and what is in it: demo, init, check, run."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.markup import escape

from cli.console import (
    DEMO_FOLDER,
    WorkspaceOption,
    err,
    open_workspace,
    out,
    print_problems,
    progress,
)
from cli.models import ensure_models
from cli.serve import serve_app
from cli.summary import print_run
from orchestration.execution import execute
from pipeline.workers import Workers, workers
from workspace import Problem, Workspace, WorkspaceError, load_workspace
from workspace.configuration.editing import remove_examples
from workspace.machine import make_folder

_TEMPLATE: Final = Path(__file__).resolve().parent / "template"


def demo(
    workspace: Annotated[
        Path, typer.Option("--workspace", "-w", metavar="DIR", help="Where the demo company is built.")
    ] = Path(DEMO_FOLDER),
    customers: Annotated[int, typer.Option(min=50, help="How many people the demo company has.")] = 5000,
    seed: Annotated[int, typer.Option(help="Another seed makes another company with the same truths.")] = 7,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the app when the run has ended.")] = True,
) -> None:
    """Make a company up, run the whole pipeline on it, and serve the app."""
    make_folder(workspace)
    with workers() as warm:
        _ = warm.dbt  # it imports while the company is generated
        if not (workspace / "cx.yml").is_file():
            from demo import generate

            with progress(f"Making up a company of {customers} people"):
                generate(workspace, customers=customers, seed=seed)
            err().print(f"Generated a demo company of {customers} people in {escape(str(workspace))}.")
        loaded = open_workspace(workspace)
        if not _run(loaded, warm):
            raise typer.Exit(1)
    if serve:
        serve_app(loaded, port=None)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to create; must be empty or not there.")],
    bare: Annotated[bool, typer.Option("--bare", help="Without example sources: 'cx connect' adds yours.")] = False,
) -> None:
    """Write a commented workspace to fill in."""
    make_folder(folder)
    if any(folder.iterdir()):
        fix = "Name another folder, or empty this one."
        raise WorkspaceError([Problem(file=str(folder), what="The folder is not empty.", fix=fix)])
    shutil.copytree(_TEMPLATE, folder, dirs_exist_ok=True)
    console = out()
    if bare:
        remove_examples(folder)
        console.print(f"Wrote {escape(str(folder))}. Next:", soft_wrap=True)
        console.print("  1. Fill in the head of cx.yml: company, timezone, currency.")
        console.print(f"  2. cx connect VENDOR --workspace {escape(str(folder))}", soft_wrap=True)
        return
    for source in load_workspace(folder).config.sources:
        (folder / source.path).parent.mkdir(parents=True, exist_ok=True)
    console.print(f"Wrote {escape(str(folder))}. Next:", soft_wrap=True)
    console.print("  1. Fill in cx.yml, and put your files below inbox/.")
    console.print(f"  2. cx check --workspace {escape(str(folder))}", soft_wrap=True)
    console.print(f"  3. cx run --workspace {escape(str(folder))}", soft_wrap=True)


def check(workspace: WorkspaceOption = None) -> None:
    """Validate configuration, mappings and files. Loads nothing."""
    loaded = open_workspace(workspace)
    from ingestion import check_sources

    with progress("Looking at the files"):
        problems = check_sources(loaded)
    print_problems(problems)
    errors = [problem for problem in [*loaded.warnings, *problems] if problem.severity == "error"]
    if errors:
        err().print(f"{len(errors)} to fix in {escape(str(loaded.paths.root))}.", soft_wrap=True)
        raise typer.Exit(1)
    names = ", ".join(source.name for source in loaded.config.sources)
    out().print(f"The workspace is in order: {escape(loaded.config.company)}, sources {escape(names)}.", soft_wrap=True)


def run(
    workspace: WorkspaceOption = None,
    full_refresh: Annotated[bool, typer.Option(help="Build every model from nothing.")] = False,
    check_all: Annotated[
        bool, typer.Option(help="Check what stands since earlier runs, too; every week a run does so by itself.")
    ] = False,
    rebuild: Annotated[
        list[str] | None,
        typer.Option(metavar="MODEL", help="Build this model though nothing has changed for it; repeatable."),
    ] = None,
    accept_vanished: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE", help="Let any number of this source's rows vanish, this once; repeatable."),
    ] = None,
) -> None:
    """Ingest, build, gate and publish, as one Dagster run. Exit code 0 only if readers see the result."""
    loaded = open_workspace(workspace)
    names = [source.name for source in loaded.config.sources]
    for name in accept_vanished or ():
        if name not in names:
            raise typer.BadParameter(f"'{name}' is not a source of cx.yml; sources are {', '.join(names)}.")
    if rebuild:
        ensure_models(rebuild)
    options = {
        "full_refresh": full_refresh,
        "check_all": check_all,
        "rebuild": rebuild or (),
        "accept_vanished": accept_vanished or (),
    }
    with workers() as warm:
        if not _run(loaded, warm, **options):
            raise typer.Exit(1)


def _run(workspace: Workspace, warm: Workers, **options: Any) -> bool:
    with progress(f"Running the pipeline of {workspace.config.company}"):
        outcome = execute(workspace, warm, **options)
    print_run(outcome, workspace)
    return outcome.succeeded

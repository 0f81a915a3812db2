"""The command that writes the monthly brief of a release: HTML and PDF, from the app's own sentences."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.app_process import run_in_app
from cli.console import WorkspaceOption, existing_paths


class BriefFormat(StrEnum):
    """What `cx brief` writes."""

    html = "html"
    pdf = "pdf"


def brief(
    release: Annotated[str | None, typer.Option(metavar="RUN_ID", help="A release of `cx releases`.")] = None,
    output: Annotated[Path, typer.Option(metavar="DIR", help="Where the files go.")] = Path(),
    formats: Annotated[list[BriefFormat] | None, typer.Option("--format", help="Repeatable. Default: both.")] = None,
    segment: Annotated[str | None, typer.Option(help="Of the customers of one segment. Default: all.")] = None,
    region: Annotated[str | None, typer.Option(help="Of the customers of one region. Default: all.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write the monthly brief: four answers, what changed, what is at stake, and what would overturn each."""
    options = ["--output", str(output.resolve())]
    options += ["--release", release] if release else []
    options += [f"--segment={segment}"] if segment is not None else []
    options += [f"--region={region}"] if region is not None else []
    for kind in formats or ():
        options += ["--format", kind.value]
    run_in_app("app.brief", str(existing_paths(workspace).root.resolve()), *options)

"""The command that writes the monthly brief of a release: HTML and PDF, from the app's own sentences."""

from __future__ import annotations

import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from cli.console import WorkspaceOption, existing_paths
from workspace.environment import inherited, silence_telemetry

_PROJECT: Final = Path(__file__).resolve().parents[1]


class BriefFormat(StrEnum):
    """What `cx brief` writes."""

    html = "html"
    pdf = "pdf"


def brief(
    release: Annotated[str | None, typer.Option(metavar="RUN_ID", help="A release of `cx releases`.")] = None,
    output: Annotated[Path, typer.Option(metavar="DIR", help="Where the files go.")] = Path(),
    formats: Annotated[list[BriefFormat] | None, typer.Option("--format", help="Repeatable. Default: both.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write the monthly brief: four answers, what changed, what is at stake, and what would overturn each."""
    silence_telemetry()
    # Sentences belong to the app, which nothing imports: it runs in a process of its own, as it does when it serves.
    command = [sys.executable, "-m", "app.brief", str(existing_paths(workspace).root.resolve())]
    command += ["--output", str(output.resolve())]
    command += ["--release", release] if release else []
    for kind in formats or ():
        command += ["--format", kind.value]
    ended = subprocess.run(command, cwd=_PROJECT, env=inherited({}), check=False)
    raise typer.Exit(ended.returncode)

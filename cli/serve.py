"""Commands that serve: the app, and Dagster's UI with its schedules. Both listen on this machine only.

Both are protected by `workspace.web_guard`: they answer their own pages, not those of others."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.markup import escape

from cli.console import WorkspaceOption, err, open_workspace, progress
from orchestration.instance import dagster_home
from workspace import Workspace
from workspace.environment import WORKSPACE_VARIABLE, inherited, prepare_libraries

_PROJECT: Final = Path(__file__).resolve().parents[1]
_HOST: Final = "127.0.0.1"
PortOption = Annotated[int | None, typer.Option(min=1024, max=65535, help="Port to listen on.", show_default=False)]


def app(workspace: WorkspaceOption = None, port: PortOption = None) -> None:
    """Serve the app. Default port: serving.port of cx.yml."""
    serve_app(open_workspace(workspace), port=port)


def dagster(workspace: WorkspaceOption = None, port: PortOption = None) -> None:
    """Serve Dagster's UI and run its schedules. Default port: 3000."""
    from pipeline.dbt.project import read_project

    loaded = open_workspace(workspace)
    home = dagster_home(loaded.paths)
    with progress("Reading the dbt project"):
        # Dagster gives its code a minute to load: too little for a slow machine that has to read the project first.
        read_project()
    chosen = port or 3000
    err().print(f"Dagster: http://{_HOST}:{chosen}  (workspace {escape(str(loaded.paths.root))}, Ctrl-C ends it)")
    arguments = ["dev", "--module-name", "orchestration.definitions", "--host", _HOST, "--port", str(chosen)]
    _serve([sys.executable, "-m", "orchestration.web", *arguments], loaded, {"DAGSTER_HOME": str(home)})


def serve_app(workspace: Workspace, *, port: int | None) -> None:
    """Serve the app until it is ended."""
    chosen = port or workspace.config.serving.port
    err().print(f"App: http://{_HOST}:{chosen}  (workspace {escape(str(workspace.paths.root))}, Ctrl-C ends it)")
    arguments = ["--server.address", _HOST, "--server.port", str(chosen)]
    _serve([sys.executable, "-m", "app.serve", *arguments], workspace, {})


def _serve(command: list[str], workspace: Workspace, variables: dict[str, str]) -> NoReturn:
    """Become a server: it runs in the project's folder, where its settings are, and gets our signals itself."""
    prepare_libraries()
    named = {WORKSPACE_VARIABLE: str(workspace.paths.root.resolve()), **variables}
    os.chdir(_PROJECT)
    os.execve(command[0], command, inherited(named))

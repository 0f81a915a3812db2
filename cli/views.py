"""The command that lists the saved views of a workspace, and checks each against the published release."""

from __future__ import annotations

from cli.app_process import run_in_app
from cli.console import WorkspaceOption, existing_paths


def views(workspace: WorkspaceOption = None) -> None:
    """List saved views and own pages, and what of them cannot be shown. The exit code is 1 where any cannot."""
    run_in_app("app.explore", str(existing_paths(workspace).root.resolve()))

"""What the app knows, asked from a command. In: a module of the app and its arguments. Out: its output and exit code.

Sentences and saved views belong to the app, which nothing imports: it runs in a process of its own, as when it serves.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final, NoReturn

import typer

from workspace.environment import inherited, prepare_libraries

_PROJECT: Final = Path(__file__).resolve().parents[1]


def run_in_app(module: str, *arguments: str) -> NoReturn:
    """Run a module of the app in the project's folder, where its settings are, and end as it ended."""
    prepare_libraries()
    command = [sys.executable, "-m", module, *arguments]
    ended = subprocess.run(command, cwd=_PROJECT, env=inherited({}), check=False)
    raise typer.Exit(ended.returncode)

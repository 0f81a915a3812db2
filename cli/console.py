"""What every command shares: where output goes, which workspace is meant, and how a user's mistake is reported.

Results go to standard output; progress and problems go to standard error.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

from workspace import Problem, Workspace, WorkspaceError, load_workspace
from workspace.configuration.config import no_workspace
from workspace.environment import WORKSPACE_VARIABLE, workspace_from_environment
from workspace.machine import machine_trouble
from workspace.paths import WorkspacePaths

DEMO_FOLDER: Final = "demo-workspace"
WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        metavar="DIR",
        help=f"The workspace's folder. Default: ${WORKSPACE_VARIABLE}, else ./{DEMO_FOLDER} if it is there.",
        show_default=False,
    ),
]
# Every logger of ours that reports progress.
_PROGRESS_LOGGERS: Final = ("ingestion", "pipeline", "orchestration")
_DIRECTIONS: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_UNSEEN: Final = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029{_DIRECTIONS}]")


class _PlainConsole(Console):
    """Prints texts without their control characters: a terminal takes what follows some of them for commands."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(printable(text), **options)


def printable(text: str) -> str:
    """A text whose control characters are seen as blanks, and whose direction of writing is not turned."""
    return _UNSEEN.sub(lambda found: "" if found[0] in _DIRECTIONS else " ", text)


def out() -> Console:
    """Console of results. Made per call, so that a redirected standard output is respected."""
    return _PlainConsole(highlight=False)


def err() -> Console:
    """Console of progress and problems."""
    return _PlainConsole(stderr=True, highlight=False)


class FriendlyGroup(TyperGroup):
    """Runs a command; reports a user's mistake in plain lines and ends with exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except WorkspaceError as error:
            print_problems(error.problems)
        except Exception as error:
            text = str(error) if _is_for_the_user(error) else machine_trouble(error)
            if text is None:
                raise
            err().print(escape(text), style="red", soft_wrap=True)
        raise typer.Exit(1)


def workspace_folder(given: Path | None) -> Path:
    """The folder that is meant: the option, else the environment, else the demo beside us.

    Raises:
        WorkspaceError: none of them names one.
    """
    folder = given or workspace_from_environment()
    if folder:
        return folder
    demo = Path(DEMO_FOLDER)
    if (demo / "cx.yml").is_file():
        return demo
    what = "No workspace is named."
    fix = f"Pass --workspace DIR, set {WORKSPACE_VARIABLE}, or start with 'cx demo' or 'cx init DIR'."
    raise WorkspaceError([Problem(file=str(Path.cwd()), what=what, fix=fix)])


def existing_paths(given: Path | None) -> WorkspacePaths:
    """The paths of the workspace that is meant. Reading needs no valid cx.yml: a release carries everything it needs.

    Raises:
        WorkspaceError: nothing of a workspace is there. A mistyped path is not a workspace without a release: whoever
            watches `cx status` has to see the difference.
    """
    paths = WorkspacePaths(workspace_folder(given))
    if not any(place.exists() for place in (paths.config, paths.published, paths.audit, paths.warehouse)):
        raise no_workspace(paths)
    return paths


def open_workspace(given: Path | None) -> Workspace:
    """The validated workspace that is meant; its warnings are reported.

    Raises:
        WorkspaceError: there is none, or it cannot be used as it is.
    """
    workspace = load_workspace(workspace_folder(given))
    print_problems(workspace.warnings)
    return workspace


def print_problems(problems: Iterable[Problem]) -> None:
    """One problem a line: file, line, key, what is wrong, and the fix."""
    console = err()
    for problem in problems:
        style = "red" if problem.severity == "error" else "yellow"
        console.print(f"[{style}]{problem.severity}[/{style}] {escape(str(problem))}", soft_wrap=True)


def print_table(table: Table) -> None:
    """Print a table: wrapped to fit a terminal, one line a row into a pipe or a file."""
    console = out()
    if console.is_terminal:
        console.print(table)
    else:
        _PlainConsole(width=10_000, highlight=False).print(table)


@contextmanager
def progress(doing: str) -> Iterator[None]:
    """Show the progress lines of everything that runs inside, with seconds since the start."""
    console = err()
    handler = _ConsoleHandler(console)
    loggers = [logging.getLogger(name) for name in _PROGRESS_LOGGERS]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
    try:
        with console.status(doing):
            yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
            logger.propagate = True


class _ConsoleHandler(logging.Handler):
    def __init__(self, console: Console) -> None:
        super().__init__(logging.INFO)
        self._console = console
        self._started_at = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        seconds = time.monotonic() - self._started_at
        style = "yellow" if record.levelno >= logging.WARNING else "default"
        text = escape(record.getMessage())
        self._console.print(f"[dim]{seconds:6.1f} s[/dim]  [{style}]{text}[/{style}]", soft_wrap=True)


def _is_for_the_user(error: Exception) -> bool:
    """Errors whose text is written for the user. By name, so that no command imports what another one needs."""
    return type(error).__name__ in {"RunLockedError", "DbtError", "NoRelease", "UserError"}

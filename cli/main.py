"""The `cx` command: one word for everything a user does with a workspace.

A user's mistake ends with what is wrong, where and what to do, and exit code 1; never with a stack trace. Commands
import what they need when they run: `cx --help` and `cx query` start without Dagster, dbt and Great Expectations.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import typer

from cli import brief, build, connect, identity, models, read, serve, views
from cli.console import FriendlyGroup
from workspace.environment import prepare_libraries

app = typer.Typer(
    name="cx",
    cls=FriendlyGroup,
    help="From a company's files to governed answers about its customers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
app.command()(build.demo)
app.command()(build.init)
app.command()(connect.connect)
app.command()(build.check)
app.command()(build.run)
app.command()(models.build)
app.command()(read.status)
app.command()(read.query)
app.command()(brief.brief)
app.command()(views.views)
# A key of a person may be negative, and is not an option.
app.command(context_settings={"ignore_unknown_options": True})(identity.explain_identity)
app.command()(serve.app)
app.command()(serve.dagster)
app.command()(read.releases)
app.command()(read.rollback)


def main() -> None:
    """Entry point of `cx`."""
    prepare_libraries()
    try:
        app()
    except SystemExit:
        _mute_teardown()
        raise


def _mute_teardown() -> None:
    """Keep what the interpreter prints while it ends off the terminal; everything of ours is printed by now.

    GX holds database objects until the very end, and DuckDB's binding prints a page about each of them. Remove this
    when a run that ends with the gate prints nothing after its summary.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)

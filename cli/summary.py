"""How a run ended, in lines that a person reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from rich.console import Console
from rich.markup import escape

from cli.console import err, out
from orchestration.execution import RunOutcome
from pipeline.nothing_new import TAKEN_OVER
from workspace import Workspace
from workspace.records.documents import Check

_SHOWN_CHECKS = 12


def print_run(outcome: RunOutcome, workspace: Workspace) -> None:
    """Print what happened, what failed, and what readers see now."""
    console = out() if outcome.succeeded else err()
    for name, record in outcome.records.items():
        seconds = (record.finished_at - record.started_at) / timedelta(seconds=1)
        console.print(f"  {name:<11} {record.status:<8} {seconds:6.1f} s   {_counted(record.checks)}")
    checks = [check for record in outcome.records.values() for check in record.checks]
    failed = print_failed(checks, console, most=_SHOWN_CHECKS)
    where = f"--workspace {escape(str(workspace.paths.root))}"
    if outcome.published:
        console.print(
            f"[green]Published[/green] release {escape(outcome.run_id)}. See it: cx app {where}", soft_wrap=True
        )
    elif outcome.nothing_new:
        earned_by = outcome.records["publish"].facts.get(TAKEN_OVER)
        since = f" since run {escape(earned_by)}: no file, setting or code has changed" if earned_by else ""
        console.print(
            f"[green]Nothing new[/green]{since}. Release {escape(str(outcome.seen))} stays live.", soft_wrap=True
        )
    else:
        stays = f"Readers still see release {escape(outcome.seen)}." if outcome.seen else "Readers see no release."
        console.print(f"[red]Not published.[/red] {stays} Why: cx status {where}", soft_wrap=True)
        messages = [record for record in outcome.records.values() if record.status == "error" and record.message]
        for record in messages:
            console.print(f"  {record.stage}: {escape(record.message)}", soft_wrap=True)
        if outcome.error and not messages and not failed:
            console.print(f"  {escape(outcome.error)}", soft_wrap=True)


def print_failed(checks: Iterable[Check], console: Console, *, most: int | None = None) -> bool:
    """Print the checks that failed, all or so many; returns whether there are any."""
    failed = [check for check in checks if check.status != "passed"]
    for check in failed[:most]:
        console.print(f"  {_what_it_does(check)} {escape(_check_text(check))}", soft_wrap=True)
    if most is not None and len(failed) > most:
        console.print(f"  ... and {len(failed) - most} more; see cx status")
    return bool(failed)


def _counted(checks: tuple[Check, ...]) -> str:
    if not checks:
        return ""
    passed = sum(check.status == "passed" for check in checks)
    stand = sum(check.earned_in is not None for check in checks)
    return f"{passed} of {len(checks)} checks passed{f', {stand} of them in earlier runs' if stand else ''}"


def _what_it_does(check: Check) -> str:
    if check.blocks:
        return "[red]blocks[/red]  "
    return "[yellow]withholds[/yellow]" if check.behaviour == "withhold" else "[yellow]warns[/yellow]   "


def _check_text(check: Check) -> str:
    count = "" if check.unexpected is None else f" ({check.unexpected})"
    return f"{check.asset} {check.name}{count}: {check.observed or check.description}"

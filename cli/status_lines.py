"""What `cx status` prints for a person: the dictionary of `pipeline.status` in, lines out."""

from __future__ import annotations

from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from pipeline.losses import sentence

_NAMED: Final = 5  # files of a line; --json has all


def print_status(console: Console, status: dict[str, Any]) -> None:
    """Print the result of `status_of` for a person."""
    line = _Lines(console)
    if status["is_well"]:
        console.print("[green]All is well.[/green]")
    else:
        console.print("[red]Not well:[/red]")
        for trouble in status["troubles"]:
            console.print(f"  {escape(trouble)}", soft_wrap=True)
    line("workspace", status["workspace"])
    if status["running"]:
        line("running", status["running"])
    release = status["release"]
    if release is None:
        line("release", "none yet")
    else:
        pinned = "newest fact"
        if release["as_of_is_pinned"]:
            pinned = "pinned in cx.yml"
        elif release["as_of_is_of_the_load"]:
            pinned = "day of the load: no fact has a date"
        line("release", f"{release['run_id']}, live since {release['live_since'][:16]} by {release['live_by']}")
        line("as of", f"{release['as_of_on']} ({pinned})")
        line("checks", ", ".join(f"{count} {name}" for name, count in release["checks"].items()))
        line("withheld", ", ".join(release["withheld"]) or "nothing")
        line("code", release["code_version"])
        if release["changed_files"]:
            line("", f"edited since that commit: {_first_of(release['changed_files'])}")
    for total in status["ledger"]:
        line(
            f"source {total['source']}",
            f"{total['files']} files, {total['records']:,} records = {total['loaded']:,} loaded + "
            f"{total['rejected']:,} rejected + {total['skipped']:,} skipped",
        )
    line("books", f"per file {_balance(status, 'files')}; per staging model {_balance(status, 'models')}")
    for reject in status["rejects"]:
        line("rejected", ", ".join(f"{name} {value}" for name, value in reject.items() if value is not None))
    for loss in status["losses"]:
        line("lost", f"{loss['data_source']}: {sentence(loss)}")
    for one in status["unmapped"]:
        line("unmapped", f"{one['kind']} '{one['name']}' of {one['data_source']}: {one['n_rows']:,} rows")
    for one in status["guarded"]:
        line("guarded", _guarded(one))
    for warning in status["warnings"]:
        count = "" if warning["unexpected"] is None else f" ({warning['unexpected']:,})"
        line("warned", f"{warning['check']}{count}: {warning['observed']}")
    for one in status["days"]:
        line(
            "days only",
            f"{one['n_days']:,} of {one['n_rows']:,} facts of {one['data_source']} state no time of day: "
            "each may follow everything else that happened on its day",
        )
    run = status["last_run"]
    if run:
        stages = ", ".join(f"{name} {stage['status']}" for name, stage in run["stages"].items()) or "no stage was done"
        line("last run", f"{run['run_id']}: {stages}")
    failure = status["last_failure"]
    if failure:
        line("last failure", f"{failure['run_id']}, {failure['finished_at'][:16]}")
        # Once a later run has been published, what failed before is history: audit/ has it.
        if failure["is_after_release"]:
            _print_failure(line, failure)


def _first_of(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _guarded(one: dict[str, Any]) -> str:
    count = f"{one['identifiers']:,} of type {one['identifier_type']} join no people"
    if one["reason"] == "junk":
        return f"{count}: they stand for 'none'"
    return f"{count}: shared by more than {one['at_most']:,}, one of them by {one['most_shared_by']:,}"


def _print_failure(line: _Lines, failure: dict[str, Any]) -> None:
    for name, stage in failure["stages"].items():
        if stage["status"] in ("failed", "error", "skipped") and stage["message"]:
            line("", f"{name}: {stage['message']}")
    for check in failure["failed_checks"]:
        finding = check["observed"] or check["description"]
        line("", f"{check['asset']} {check['name']} ({check['behaviour']}): {finding}")


def _balance(status: dict[str, Any], which: str) -> str:
    if status[f"{which}_balance"] is None:
        return "not counted yet"
    wrong = status[f"unbalanced_{which}"]
    return "balance" if not wrong else f"DO NOT BALANCE: {', '.join(wrong)}"


class _Lines:
    """Prints `name  text` lines, the name once where it repeats."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = ""

    def __call__(self, name: str, text: str) -> None:
        shown = "" if name == self._last else name
        self._last = name
        self._console.print(f"[bold]{escape(shown):<18}[/bold] {escape(text)}", soft_wrap=True)

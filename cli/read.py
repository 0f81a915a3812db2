"""Commands that read what is published: status, query, releases, rollback."""

from __future__ import annotations

import csv
import json
import sys
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import WorkspaceOption, err, existing_paths, out, print_table
from cli.status_lines import print_status
from pipeline.status import status_of
from workspace import spreadsheets
from workspace.records.run_lock import hold

if TYPE_CHECKING:
    from serving import Answer


Value = TypeVar("Value")


class OutputFormat(StrEnum):
    """How `cx query` prints."""

    table = "table"
    csv = "csv"
    json = "json"


def query(
    metrics: Annotated[list[str], typer.Argument(metavar="METRIC...", help="Names from the metric catalogue.")],
    by: Annotated[list[str] | None, typer.Option(metavar="DIM", help="Dimension to group by; repeatable.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(metavar="DIM=VALUE", help="Keep this value of a dimension; repeatable.")
    ] = None,
    grain: Annotated[list[str] | None, typer.Option(help="day, week, month, quarter or year; one.")] = None,
    since: Annotated[list[datetime] | None, typer.Option(formats=["%Y-%m-%d"], help="First business day.")] = None,
    until: Annotated[list[datetime] | None, typer.Option(formats=["%Y-%m-%d"], help="Last business day.")] = None,
    output: Annotated[OutputFormat, typer.Option("--format", help="How to print.")] = OutputFormat.table,
    release: Annotated[str | None, typer.Option(metavar="RUN_ID", help="A release of `cx releases`.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Ask governed metrics of the published release: the same answers as in the app."""
    from serving import Question, ask, open_release

    question = Question(
        metrics=tuple(metrics),
        by=tuple(by or ()),
        where=parse_filters(where or ()),
        grain=_single("--grain", grain),  # type: ignore[arg-type]  # any text is accepted here; Question knows them
        since=_day(_single("--since", since)),
        until=_day(_single("--until", until)),
    )
    opened = open_release(existing_paths(workspace), release)
    if opened.instead_of:
        err().print(escape(opened.instead_of), style="red", soft_wrap=True)
    answer = ask(opened, question)
    _print_answer(answer, output)


def parse_filters(given: list[str] | tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """`DIM=VALUE` texts as a mapping; several values of one dimension are alternatives.

    Raises:
        typer.BadParameter: a text without `=`.
    """
    filters: dict[str, tuple[str, ...]] = {}
    for text in given:
        dimension, sign, value = text.partition("=")
        if not sign or not dimension.strip():
            raise typer.BadParameter(f"'{text}' is not DIM=VALUE, for example --where country=Norway.")
        filters[dimension.strip()] = (*filters.get(dimension.strip(), ()), value)
    return filters


def status(
    workspace: WorkspaceOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """What is published, as of when, whether the gates passed and the books balance, and what failed last.

    The exit code is 1 where all is not well.
    """
    found = status_of(existing_paths(workspace))
    if as_json:
        typer.echo(json.dumps(found, indent=2, default=str))
    else:
        print_status(out(), found)
    if not found["is_well"]:
        raise typer.Exit(1)


def releases(workspace: WorkspaceOption = None) -> None:
    """Published releases, newest first."""
    from serving import NoRelease, current
    from serving import releases as published

    paths = existing_paths(workspace)
    try:
        live = current(paths)
    except NoRelease as error:
        live = None
        err().print(escape(error.what), style="red", soft_wrap=True)
    table = Table("", "release", "published (UTC)", "as of", "rows", "withheld", "content", box=None)
    found = published(paths)
    for release in found:
        table.add_row(
            "live" if live and live.run_id == release.run_id else "",
            escape(release.run_id),
            f"{release.published_at:%Y-%m-%d %H:%M}",
            str(release.as_of_on),
            f"{sum(record.rows for record in release.tables.values()):,}",
            str(len(release.withheld)),
            release.content_hash[:12],
        )
    if found:
        print_table(table)
    else:
        out().print(f"Nothing is published yet. Run: cx run --workspace {escape(str(paths.root))}", soft_wrap=True)


def rollback(
    run_id: Annotated[str, typer.Argument(metavar="RUN_ID", help="A release of `cx releases`.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Point readers back to a release that is still kept."""
    from serving import rollback as point_back

    paths = existing_paths(workspace)
    with hold(paths.lock, purpose=f"rollback to {run_id}"):
        pointer = point_back(paths, run_id)
    out().print(
        f"Release {escape(pointer.run_id)} is live. The next run publishes again, unless its content is the same.",
        soft_wrap=True,
    )


def _single(option: str, given: list[Value] | None) -> Value | None:
    """The one value of an option. The last of several would win unseen.

    Raises:
        UserError: it is given more than once.
    """
    from serving import UserError

    if given and len(given) > 1:
        named = ", ".join(value.date().isoformat() if isinstance(value, datetime) else str(value) for value in given)
        raise UserError(f"The question names {option} {len(given)} times: {named}.", "Name one, and ask once for each.")
    return given[0] if given else None


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None


def _print_answer(answer: Answer, output: OutputFormat) -> None:
    records = answer.records()
    if output is OutputFormat.json:
        typer.echo(json.dumps(records, indent=2, default=str))
        return
    names = list(dict.fromkeys(name for record in records for name in record))
    if output is OutputFormat.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(map(spreadsheets.cell, names))
        writer.writerows([spreadsheets.cell(record.get(name)) for name in names] for record in records)
        return
    shown = [name for name in names if any(record.get(name) not in (None, "") for record in records)]
    table = Table(*map(escape, shown), box=None)
    for record in records:
        table.add_row(*(escape(_cell(record.get(name))) for name in shown))
    print_table(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1000 else f"{value:,.2f}"
    return str(value)

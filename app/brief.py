"""The monthly brief. In: a desk (a release). Out: one page as data: answers, changes, stakes, what would overturn them.

Every number is a `Figure`: a governed answer with the `cx query` that gives it again. `brief_html` and `brief_pdf` draw
the same data; `python -m app.brief` writes both for a workspace.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from app.answers import at_stake, read_answers
from app.badges import certification, notices, settings_not_kept
from app.filters import Filters
from app.findings import has_changed
from app.formatting import change, count_of, day, money, month, number, percent, unavailable, unit_of
from app.periods import COMPARISONS, DEFAULT_PERIOD, Window, add_months, last_whole_day
from app.stakes import bounds, overturn, read_stakes

if TYPE_CHECKING:
    from app.desk import Desk
    from serving import AnswerRow, MetricDefinition
    from workspace.documents import Release

CHANGES = (
    "revenue", "active_customers", "acquired", "retention_rate", "nps", "csat", "overall_score", "expectation_gap",
)  # fmt: skip
STAKES_SHOWN = 4


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number of the brief.

    Attributes:
        metric, where, window: the question that it answers, so that anybody can ask it again.
        row: the governed answer.
        text: as it is printed; why there is none, where there is none.
        badge: certified, provisional, needs review or withheld.
    """

    label: str
    metric: str
    where: Mapping[str, tuple[str, ...]]
    window: Window
    row: AnswerRow
    text: str
    badge: str

    @property
    def query(self) -> str:
        """The command that gives this number."""
        filters = [f"--where {quote(f'{name}={value}')}" for name, values in self.where.items() for value in values]
        days = [f"--since {self.window.since}"] if self.window.since else []
        days += [f"--until {self.window.until}"] if self.window.until else []
        return " ".join(["cx query", self.metric, *filters, *days])


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A question, its answer, the leading number, and what would overturn it."""

    question: str
    text: str
    figure: Figure
    overturn: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """A number of the last whole month, the month before, and whether the change is more than chance."""

    now: Figure
    before: Figure
    moved: str
    is_proven: bool

    @property
    def said(self) -> str:
        """How to take the change: what is counted in full has no chance in it; what is asked of some has."""
        if not self.moved:
            return ""
        if self.now.row.low is None:
            return "counted"
        return "clear" if self.is_proven else "within chance"


@dataclass(frozen=True, kw_only=True)
class StakeLine:
    """What is at stake in one interaction."""

    figure: Figure
    interval: str
    below: str
    status: str


@dataclass(frozen=True, kw_only=True)
class Brief:
    """One page about a release."""

    company: str
    run_id: str
    as_of: date
    published_at: datetime
    window: str
    badge: str
    notices: tuple[str, ...]
    answers: tuple[Answer, ...]
    month: str
    month_before: str
    changes: tuple[Change, ...]
    stake: str
    stake_overturn: str
    stakes: tuple[StakeLine, ...]
    method: str

    @property
    def title(self) -> str:
        """Whose brief, and of which month."""
        return f"{self.company}: customer brief, {self.as_of:%B %Y}"

    @property
    def origin(self) -> str:
        """Which release, how far it reaches, how far to trust it."""
        return (
            f"Numbers to {self.as_of} · {self.badge} · published {self.published_at:%Y-%m-%d %H:%M} · "
            f"release {self.run_id}"
        )

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every number on the page."""
        return (
            *(answer.figure for answer in self.answers),
            *(figure for change in self.changes for figure in (change.now, change.before)),
            *(line.figure for line in self.stakes),
        )


def write(desk: Desk) -> Brief:
    """Ask everything that the page says, of the desk's release."""
    document = desk.document
    filters = Filters(
        segment=None, region=None, period=DEFAULT_PERIOD, comparison=COMPARISONS[0], as_of=document.as_of_on
    )
    answers = tuple(
        Answer(
            question=one.question,
            text=one.sentence.text,
            figure=_figure(desk, one.metric, label=one.label, where=one.where, window=filters.window),
            overturn=one.overturn,
        )
        for one in read_answers(desk, filters)
    )
    until = last_whole_day(document.as_of_on)
    last = Window(until.replace(day=1), until)
    previous = Window(add_months(until.replace(day=1), -1), date.fromordinal(until.replace(day=1).toordinal() - 1))
    stakes = read_stakes(desk)
    worth_in = next((stake.worth_in for stake in stakes.ranked), "revenue")
    brief_stakes = tuple(
        StakeLine(
            figure=_figure(
                desk,
                "value_at_stake",
                label=stake.label,
                where={"growth_subject_kind": ("interaction",), "growth_subject": (stake.subject,)},
                window=Window(None, None),
            ),
            interval=bounds(stake.row, desk.currency),
            below=percent(stake.below.value) if stake.below is not None and stake.below.value is not None else "",
            status=("proven" if stake.is_proven else "not proven") + (", critical" if stake.is_critical else ""),
        )
        for stake in stakes.ranked[:STAKES_SHOWN]
    )
    changes = tuple(_change(desk, metric, last, previous) for metric in CHANGES)
    shown = [*(answer.figure.metric for answer in answers), *CHANGES, "value_at_stake"]
    told = notices(
        document,
        desk.runs,
        live_run_id=desk.live_run_id,
        now=desk.now,
        stale_after=desk.settings.stale_after,
        instead_of=desk.release.instead_of,
    )
    unknown = settings_not_kept(document)
    return Brief(
        company=document.company,
        run_id=document.run_id,
        as_of=document.as_of_on,
        published_at=document.published_at.astimezone(ZoneInfo(document.timezone)),
        window=f"{day(filters.window.since)} to {day(filters.window.until)}"
        if filters.window.since and filters.window.until
        else "all time",
        badge=certification(desk.define(shown)).text,
        notices=tuple(f"{notice.title}. {notice.text}" for notice in (unknown, *told) if notice),
        answers=answers,
        month=month(until),
        month_before=month(previous.since or until),
        changes=changes,
        stake=at_stake(desk, stakes).text,
        stake_overturn=overturn(stakes.ranked, currency=desk.currency),
        stakes=brief_stakes,
        method=(
            f"Value at stake: customers below the least they accept x how much less often such customers stayed x the "
            f"{worth_in} of a customer who stays, over {desk.settings.active_days} days, at equal tenure and prior "
            "value. Intervals are 95%. Association, not cause."
        ),
    )


def _figure(
    desk: Desk,
    metric: str,
    *,
    label: str,
    where: Mapping[str, tuple[str, ...]],
    window: Window,
    undated: Literal["whole", "none"] = "whole",
) -> Figure:
    row = desk.one(metric, where=where, window=window, undated=undated)
    definition = desk.definitions[metric]
    is_whole = undated == "whole" and desk.is_undated(metric)
    asked = window if definition.grains and not is_whole else Window(None, None)
    return Figure(
        label=label,
        metric=metric,
        where=dict(where),
        window=asked,
        row=row,
        text=_text(desk, definition, row),
        badge=definition.badge,
    )


def _text(desk: Desk, definition: MetricDefinition, row: AnswerRow) -> str:
    if row.status != "ok" or row.value is None:
        return unavailable(row.status)
    unit = unit_of(definition.name, definition.unit)
    if unit == "currency":
        return money(row.value, desk.currency)
    return number(row.value, unit, currency=desk.currency)


def _change(desk: Desk, metric: str, last: Window, previous: Window) -> Change:
    definition = desk.definitions[metric]
    # Facts without a date belong to no month: the same number twice would be a change of nothing.
    now, before = (
        _figure(desk, metric, label=definition.label, where={}, window=window, undated="none")
        for window in (last, previous)
    )
    moved = None
    if now.row.value is not None and before.row.value is not None:
        moved = change(now.row.value, before.row.value, unit_of(metric, definition.unit))
    proven = moved is not None and now.row.low is not None and has_changed(now.row, before.row)
    return Change(now=now, before=before, moved=moved or "", is_proven=proven)


def save(desk: Desk, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write the brief of a desk's release below `folder`; returns the files."""
    from app.brief_html import html_of
    from app.brief_pdf import pdf_of

    folder.mkdir(parents=True, exist_ok=True)
    page = write(desk)
    written = []
    for kind in formats:
        file = folder / f"{file_name(desk.document)}.{kind}"
        file.write_bytes(html_of(page).encode() if kind == "html" else pdf_of(page))
        written.append(file)
    return written


def file_name(document: Release) -> str:
    """Named by its release, so that two briefs of one month are told apart."""
    return f"brief-{document.as_of_on:%Y-%m}-{document.run_id}"


def main(arguments: Sequence[str]) -> int:
    """Write the brief of a workspace's release, and print the files that it became."""
    from streamlit.logger import set_log_level

    set_log_level("ERROR")  # Streamlit warns that no server is running, also of every module that is imported
    from app.desk import open_desk
    from serving import NoRelease, UserError
    from workspace.environment import silence_telemetry

    parser = argparse.ArgumentParser(prog="python -m app.brief", description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--release", default=None, metavar="RUN_ID", help="default: the live one")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR")
    parser.add_argument("--format", action="append", choices=("html", "pdf"), dest="formats")
    options = parser.parse_args(arguments)
    silence_telemetry()
    try:
        desk = open_desk(options.workspace, options.release)
    except NoRelease as missing:
        print(f"{missing.what}\nLooked for {missing.looked_for}\nRun: {missing.command}", file=sys.stderr)
        return 1
    except UserError as unknown:
        print(f"{unknown.what}\n{unknown.fix}", file=sys.stderr)
        return 1
    try:
        files = save(desk, options.output, options.formats or ("html", "pdf"))
    except OSError as refused:
        print(f"The brief cannot be written to {options.output}: {refused.strerror}.", file=sys.stderr)
        print("Name a folder that may be written with --output.", file=sys.stderr)
        return 1
    for file in files:
        print(f"{file}  ({count_of(file.stat().st_size / 1024, 'kB', 'kB')})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Write the monthly brief. In: a session (a release). Out: answers, changes, value at stake, refutations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from app.brief.answers import at_stake, read_answers
from app.brief.model import Answer, Brief, Change, Figure, StakeLine
from app.expectations.stakes import bounds, overturn, read_stakes
from app.kit.badges import certification, notices, settings_not_kept
from app.kit.findings import has_changed, is_too_few
from app.kit.formatting import change, day, money, month, number, percent, unavailable, unit_of
from app.kit.periods import COMPARISONS, DEFAULT_PERIOD, Window, add_months, last_whole_day
from app.kit.selection import Filters

if TYPE_CHECKING:
    from app.kit.page_session import PageSession
    from serving import AnswerRow, MetricDefinition
    from workspace.records.documents import Release

CHANGES = (
    "revenue", "active_customers", "acquired", "retention_rate", "nps", "csat", "overall_score", "expectation_gap",
)  # fmt: skip
STAKES_SHOWN = 4


def everyone(session: PageSession) -> Filters:
    """No filter, over the period that pages begin with."""
    return Filters(
        segment=None, region=None, period=DEFAULT_PERIOD, comparison=COMPARISONS[0], as_of=session.document.as_of_on
    )


def write(session: PageSession, filters: Filters | None = None) -> Brief:
    """Ask everything that the page says, of the session's release.

    Args:
        filters: whom the answers and changes are of, and the period of the answers; None for all customers. Changes
            are always of whole months. What is at stake is known of all customers only, and says so.
    """
    document = session.document
    filters = filters or everyone(session)
    answers = tuple(
        Answer(
            question=one.question,
            text=one.sentence.text,
            figure=_figure(
                session, one.metric, label=one.label, where={**filters.where, **one.where}, window=filters.window
            ),
            overturn=one.overturn,
        )
        for one in read_answers(session, filters)
    )
    until = last_whole_day(document.as_of_on)
    last = Window(until.replace(day=1), until)
    previous = Window(add_months(until.replace(day=1), -1), date.fromordinal(until.replace(day=1).toordinal() - 1))
    stakes = read_stakes(session)
    worth_in = next((stake.worth_in for stake in stakes.ranked), "revenue")
    brief_stakes = tuple(
        StakeLine(
            figure=_figure(
                session,
                "value_at_stake",
                label=stake.label,
                where={"growth_subject_kind": ("interaction",), "growth_subject": (stake.subject,)},
                window=Window(None, None),
            ),
            interval=bounds(stake.row, session.currency),
            below=percent(stake.below.value) if stake.below is not None and stake.below.value is not None else "",
            status=("proven" if stake.is_proven else "not proven") + (", critical" if stake.is_critical else ""),
        )
        for stake in stakes.ranked[:STAKES_SHOWN]
    )
    changes = tuple(_change(session, metric, last, previous, filters.where) for metric in CHANGES)
    shown = [*(answer.figure.metric for answer in answers), *CHANGES, "value_at_stake"]
    listed = notices(
        document,
        session.runs,
        live_run_id=session.live_run_id,
        now=session.now,
        stale_after=session.settings.stale_after,
        instead_of=session.release.instead_of,
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
        who=f"customers{filters.scope}" if filters.where else "all customers",
        is_filtered=bool(filters.where),
        badge=certification(session.define(shown)).text,
        notices=tuple(f"{notice.title}. {notice.text}" for notice in (unknown, *listed) if notice),
        answers=answers,
        month=month(until),
        month_before=month(previous.since or until),
        changes=changes,
        stake=at_stake(session, stakes).text,
        stake_overturn=overturn(stakes.ranked, currency=session.currency),
        stakes=brief_stakes,
        method=(
            f"Value at stake: customers below the least they accept x how much less often such customers stayed x the "
            f"{worth_in} of a customer who stays, over {session.settings.active_days} days, at equal tenure and prior "
            "value. Intervals are 95%. Association, not cause."
        ),
    )


def _figure(
    session: PageSession,
    metric: str,
    *,
    label: str,
    where: Mapping[str, tuple[str, ...]],
    window: Window,
    undated: Literal["whole", "none"] = "whole",
) -> Figure:
    row = session.one(metric, where=where, window=window, undated=undated)
    definition = session.definitions[metric]
    is_whole = undated == "whole" and session.is_undated(metric)
    asked = window if definition.grains and not is_whole else Window(None, None)
    return Figure(
        label=label,
        metric=metric,
        where=dict(where),
        window=asked,
        row=row,
        text=_text(session, definition, row),
        badge=definition.badge,
    )


def _text(session: PageSession, definition: MetricDefinition, row: AnswerRow) -> str:
    if row.status != "ok" or row.value is None:
        return unavailable(row.status)
    if is_too_few(row, definition):
        return "too few to say"
    unit = unit_of(definition.name, definition.unit)
    if unit == "currency":
        return money(row.value, session.currency)
    return number(row.value, unit, currency=session.currency)


def _change(
    session: PageSession, metric: str, last: Window, previous: Window, where: Mapping[str, tuple[str, ...]]
) -> Change:
    definition = session.definitions[metric]
    # Facts without a date belong to no month: the same number twice would be a change of nothing.
    within = f", active within {session.settings.active_days} days" if metric == "retention_rate" else ""
    now, before = (
        _figure(session, metric, label=f"{definition.label}{within}", where=where, window=window, undated="none")
        for window in (last, previous)
    )
    moved = None
    readable = not any(is_too_few(figure.row, definition) for figure in (now, before))
    # A month in which the data begins is compared with nothing, as on the pages.
    may_compare = readable and not session.no_baseline(metric, previous)
    if may_compare and now.row.value is not None and before.row.value is not None:
        moved = change(now.row.value, before.row.value, unit_of(metric, definition.unit))
    proven = moved is not None and now.row.low is not None and has_changed(now.row, before.row)
    return Change(now=now, before=before, moved=moved or "", is_proven=proven)


def file_name(document: Release, filters: Filters | None = None) -> str:
    """Named by its release and filters, so that two briefs of one month are distinguished."""
    chosen = [value for values in (filters.where if filters else {}).values() for value in values]
    words = [plain for value in chosen if (plain := re.sub(r"\W+", "-", value.lower()).strip("-"))]
    return "-".join([f"brief-{document.as_of_on:%Y-%m}-{document.run_id}", *words])

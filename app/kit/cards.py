"""Cards. In: a session, the reader's filters and governed answers. Out: drawn cards with their source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal
from zoneinfo import ZoneInfo

import altair as alt
import streamlit as st

from app.kit import charts, sparklines, targets
from app.kit.badges import ICONS
from app.kit.downloads import csv_of, download, units_of
from app.kit.failures import part
from app.kit.findings import has_changed, is_too_few, too_few
from app.kit.formatting import (
    TITLE,
    as_code,
    change,
    day,
    ended,
    hidden_note,
    markdown_safe,
    moment,
    number,
    shortened,
    unavailable,
    unit_of,
    words,
)
from app.kit.page_session import PageSession
from app.kit.pages import page_of
from app.kit.selection import Filters
from app.kit.sentences import Sentence, interval_note
from app.kit.tables import Table, pivot
from serving import Answer, AnswerRow, MetricDefinition

PINNED_UP_TO = 24  # letters: a longer name would leave no room on a telephone for the numbers beside it
DEFINITIONS_PAGE = page_of("definitions").file
DeltaColor = Literal["normal", "inverse", "off"]
# Names that fit a narrow card; the full ones are in the definitions.
SHORT = {
    "nps": "Promoters (NPS)",
    "csat": "Satisfied (CSAT)",
    "ces": "Ease (CES)",
    "overall_score": "Overall",
    "pairing_coverage": "Coverage",
    "expectation_gap_by_importance": "Gap by importance",
}


def kpi(
    session: PageSession,
    filters: Filters,
    metric: str,
    *,
    label: str | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
    border: bool = True,
    note: str = "",
) -> None:
    """One number with its change and its course over the last months.

    What is hidden within the period but not over the whole time is shown over the whole time, and says so. Where no
    change is shown although one was asked for, the tooltip says why.

    Args:
        note: what the number means, written under it.
    """
    with part(label or words(metric)):
        _kpi(session, filters, metric, label=label, where=where, border=border, meaning=note)


def _kpi(
    session: PageSession,
    filters: Filters,
    metric: str,
    *,
    label: str | None,
    where: Mapping[str, Sequence[str]] | None,
    border: bool,
    meaning: str,
) -> None:
    definition = session.definitions[metric]
    narrowed = {**filters.where, **(where or {})}
    name = f"{ICONS[definition.badge]} {markdown_safe(label or definition.label)}"
    now = session.one(metric, where=narrowed, window=filters.window)
    if now.status == "suppressed" and not filters.window.is_open:
        whole = session.one(metric, where=narrowed)
        if whole.status == "ok" and not is_too_few(whole, definition):
            note = f"Within the period: {now.reason}."
            _number(session, definition, whole, f"{name}, all time", border=border, note=note)
            return
    if now.status != "ok" or now.value is None or is_too_few(now, definition):
        _without_number(definition, now, name, session.currency, border=border)
        return
    moved, color = delta(definition, now, session.before(metric, filters, where))
    course = sparklines.course(session, metric, narrowed, filters.window)
    alone = "" if moved else session.not_compared(metric, filters)
    with st.container(border=border, height="stretch", vertical_alignment="distribute", gap="xsmall"):
        st.metric(
            name,
            number(now.value, unit_of(metric, definition.unit), currency=session.currency),
            moved,
            delta_color=color,
            delta_arrow="auto" if moved and any(digit in moved for digit in "123456789") else "off",
            delta_description=filters.comparison_note if moved else None,
            help=" ".join(
                [_help(definition, now, session.currency), *map(markdown_safe, (alone, course.note if course else ""))]
            ),
        )
        if meaning:
            st.caption(markdown_safe(ended(meaning)))
        if wanted := targets.target_of(session, definition, now, where=narrowed, window=filters.window):
            st.caption(markdown_safe(targets.sentence(wanted, definition, currency=session.currency)))
        if definition.settles_after and session.may_still_change(metric, filters.window):
            st.caption(markdown_safe(still_open(session, metric)))
        if course:
            sparklines.draw(course, label=label or definition.label, tone=_tone(moved, color))


def still_open(session: PageSession, metric: str) -> str:
    """Why no change is shown beside a number whose newest facts may still change."""
    return f"No change is shown: what began after {day(session.settled_until(metric))} may still go on."


def stated(
    session: PageSession, metric: str, *, where: Mapping[str, Sequence[str]], label: str, note: str = ""
) -> None:
    """One number that has no period of its own, with its interval and a note written under it."""
    with part(label):
        _stated(session, metric, where=where, label=label, note=note)


def _stated(session: PageSession, metric: str, *, where: Mapping[str, Sequence[str]], label: str, note: str) -> None:
    definition = session.definitions[metric]
    row = session.one(metric, where=where)
    name = f"{ICONS[definition.badge]} {markdown_safe(label)}"
    if row.status != "ok" or row.value is None or is_too_few(row, definition):
        _without_number(definition, row, name, session.currency, border=True)
        return
    unit = unit_of(metric, definition.unit)
    with st.container(border=True, height="stretch"):
        shown = number(row.value, unit, currency=session.currency)
        st.metric(name, shown, help=_help(definition, row, session.currency))
        if row.low is not None and row.high is not None:
            low, high = (number(bound, unit, currency=session.currency) for bound in (row.low, row.high))
            st.caption(markdown_safe(f"{low} to {high} (95% interval){', ' + note if note else ''}"))
        elif note:
            st.caption(markdown_safe(ended(note)))


@contextmanager
def evidence(
    session: PageSession, title: Sentence | str, answers: Sequence[Answer], metrics: Sequence[str], *, key: str
) -> Iterator[None]:
    """A card whose title is a finding; its Source popover says where the numbers come from and gives them away.

    Where no source feeds any of its numbers, there is nothing to find, and the title says just that. A card that fails
    says so under its title: it never takes the page with it.
    """
    asked = dict.fromkeys(name for answer in answers for name in answer.question.metrics)
    if asked and not any(session.is_fed(name) for name in asked):
        title = f"{session.definitions[next(iter(asked))].label}: no source has it"
    with st.container(border=True, height="stretch"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="top", wrap=False, gap="small"
        ):
            st.header(markdown_safe(shortened(str(title), most=TITLE)), anchor=False, width="stretch")
            with part("Where this comes from"):
                source(session, answers, metrics, key=key)
        with part("This card"):
            yield


def source(session: PageSession, answers: Sequence[Answer], metrics: Sequence[str], *, key: str) -> None:
    """Definition, owner, model, update, checks, download and a link to the full definition."""
    definitions = session.define(metrics)
    if not definitions:
        return
    worst = min(definitions, key=lambda definition: list(reversed(ICONS)).index(definition.badge))
    updated = moment(session.document.published_at.astimezone(ZoneInfo(session.document.timezone)))
    with st.popover("Source", icon=ICONS[worst.badge], type="tertiary"):
        for definition in definitions:
            models = ", ".join(map(as_code, definition.model))
            passed = sum(check.status == "passed" for check in definition.checks)
            st.markdown(f"**{markdown_safe(definition.label)}** — {markdown_safe(definition.description)}")
            st.caption(
                f"Owner {markdown_safe(words(definition.owner))} · model {models} · updated {updated} · "
                f"{passed}/{len(definition.checks)} checks passed · {definition.badge}"
            )
            if definition.badge_reason:
                st.caption(markdown_safe(definition.badge_reason))
        download(
            "Download data (CSV)",
            lambda: csv_of(answers, units_of(session.definitions, session.currency)),
            name=f"{key}_{session.document.run_id}.csv",
            key=f"download_{key}",
            width="stretch",
        )
        st.page_link(
            DEFINITIONS_PAGE,
            label="Open metric definition",
            icon=":material/menu_book:",
            query_params={"metric": definitions[0].name},
        )


def chart(drawn: alt.LayerChart, *, alt_text: str, key: str, note: str = "") -> None:
    """A chart with the text that stands for it, and its small print."""
    st.altair_chart(drawn, alt=alt_text, key=key, width="stretch")
    if note:
        st.caption(markdown_safe(note))


def nothing_to_show(answer: Answer, *, what: str) -> None:
    """Say why a card is empty: the reasons that the rows themselves give."""
    reasons = sorted({row.reason for row in answer.rows if row.reason})
    statuses = sorted({row.status for row in answer.rows if row.status != "ok"})
    said = " ".join(ended(reason) for reason in reasons[:2])
    fallback = f"{words(unavailable(statuses[0]))}." if statuses else "No rows answer this."
    st.info(
        f"**{markdown_safe(what)} cannot be shown here.** {markdown_safe(said or fallback)}", icon=":material/info:"
    )


def table(shown: Table, session: PageSession, *, alt_text: str, key: str, note: str = "") -> None:
    """A table that sorts by number and reads as text, with its small print."""
    empty = shown.without_number
    st.dataframe(
        shown.styled(),
        hide_index=True,
        placeholder=empty,
        alt=f"{alt_text}. Empty cells: {empty}." if empty else alt_text,
        key=key,
        width="stretch",
        column_config={
            shown.numbers.columns[0]: st.column_config.Column(pinned=shown.longest_name <= PINNED_UP_TO),
            **{column: st.column_config.Column(alignment="right") for column in shown.numeric},
        },
    )
    notes = [note, hidden_note(session.min_cell) if shown.hides else ""]
    if any(notes):
        st.caption(markdown_safe(" ".join(one for one in notes if one)))


def breakdown(
    session: PageSession,
    answers: Sequence[Answer],
    dimension: str,
    *,
    heading: str,
    alt_text: str,
    key: str,
    note: str = "",
    order: Sequence[str] = (),
    definitions: Mapping[str, MetricDefinition] | None = None,
) -> None:
    """Several metrics by one dimension as a table, and where they come from.

    Args:
        heading: over the values of the dimension.
        order: values that come first.
        definitions: those of the session, where none of them has another label here.
    """
    shown = pivot(
        answers, dimension, definitions or session.definitions, heading=heading, currency=session.currency, order=order
    )
    table(shown, session, alt_text=alt_text, key=f"{key}_table", note=note)
    metrics = dict.fromkeys(metric for answer in answers for metric in answer.question.metrics)
    source(session, answers, list(metrics), key=f"{key}_source")


def _number(
    session: PageSession, definition: MetricDefinition, row: AnswerRow, name: str, *, border: bool, note: str = ""
) -> None:
    assert row.value is not None
    text = number(row.value, unit_of(definition.name, definition.unit), currency=session.currency)
    explained = f"{_help(definition, row, session.currency)} {markdown_safe(note)}"
    st.metric(name, text, help=explained, border=border, height="stretch")


def _without_number(definition: MetricDefinition, row: AnswerRow, name: str, currency: str, *, border: bool) -> None:
    with st.container(border=border, height="stretch"):
        is_small = row.status == "ok" and row.value is not None
        shown = "too few to say" if is_small else unavailable(row.status)
        st.metric(name, words(shown), help=_help(definition, row, currency))
        if reason := too_few(row) if is_small else row.reason:
            st.caption(markdown_safe(reason if is_small else ended(reason)))


def delta(definition: MetricDefinition, now: AnswerRow, before: AnswerRow | None) -> tuple[str | None, DeltaColor]:
    """The change in words and its colour: green or red only where the intervals show a change.

    No change is stated from or to an estimate on too few.
    """
    if before is None or before.value is None or now.value is None:
        return None, "off"
    if is_too_few(now, definition) or is_too_few(before, definition):
        return None, "off"
    text = change(now.value, before.value, unit_of(definition.name, definition.unit))
    if text is None:
        return None, "off"
    # Streamlit reads the sign off a hyphen.
    text = text.replace("−", "-")
    is_proven = has_changed(now, before) and (now.low is not None or definition.metric_class == "additive")
    if not is_proven or definition.good == "none":
        return text, "off"
    return text, "normal" if definition.good == "up" else "inverse"


def _tone(moved: str | None, color: DeltaColor) -> str:
    """A sparkline's colour: that of its delta, so that only a proven change is coloured."""
    if moved is None or color == "off":
        return charts.CONTEXT
    return charts.POINT if moved.startswith("-") == (color == "inverse") else charts.ALARM


def _help(definition: MetricDefinition, row: AnswerRow, currency: str) -> str:
    parts = [definition.description]
    if row.value is not None and (
        note := interval_note(row, unit_of(definition.name, definition.unit), currency=currency)
    ):
        parts.append(f"Here: {note}.")
    if row.reason:
        parts.append(ended(row.reason))
    if definition.badge_reason:
        parts.append(ended(definition.badge_reason))
    return markdown_safe(" ".join(parts))

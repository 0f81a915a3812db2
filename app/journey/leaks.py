"""Where a journey loses most: a stage, a hand-off, a task. In: a session and filters. Out: three drawn cards.

Each card opens the drawer that holds its steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.journey import handoffs
from app.journey import sentences as journey_sentences
from app.journey.findings import find_long_task, find_stalled_stage, rows_before_the_last
from app.journey.strip import ENTRIES, RATE, observed
from app.kit import cards, charts
from app.kit.bars import bar
from app.kit.failures import part
from app.kit.findings import usable, with_values
from app.kit.formatting import markdown_safe, words
from app.kit.page_session import PageSession
from app.kit.selection import Filters
from app.shell.drawers import open_drawer
from serving import Answer

# Bars of a card; the drawer has the rest.
BARS = 4


def draw(session: PageSession, filters: Filters) -> None:
    """The three cards side by side."""
    with st.grid(3, min_column_width=300, gap="small"):
        with part("Where journeys stall"):
            _stage(session, filters)
        with part("What hand-offs lose"):
            _handoff(session, filters)
        with part("Which task is left"):
            _task(session, filters)


def _stage(session: PageSession, filters: Filters) -> None:
    seen = observed(session, filters)
    conversion = session.shown(RATE, filters, by=("stage",))
    title = journey_sentences.journey(conversion.rows, days=session.settings.conversion_days, observed=seen)
    stall = find_stalled_stage(conversion.rows, observed=seen)
    rows = sorted(
        usable(rows_before_the_last(conversion.rows, observed=seen), "stage"), key=lambda row: row.value or 0.0
    )
    with cards.evidence(session, title, [conversion], [RATE, ENTRIES], key="leak_stage"):
        _bars(
            [
                {
                    **bar(row, words(str(row.dimensions["stage"])), "share"),
                    "stands_out": stall is not None and row.dimensions["stage"] == stall.stage,
                }
                for row in rows[:BARS]
            ],
            conversion,
            axis="Go on to a later stage",
            what="Where journeys stall",
            alt_text=f"Bars of the share that goes on, lowest first. {title}.",
            key="leak_stage_chart",
        )
        _opens("Who goes on", "goes_on")


def _handoff(session: PageSession, filters: Filters) -> None:
    split, is_whole = handoffs.losses(session, filters, {"handoff_kind": ("corner",)})
    found, stage, title = handoffs.worst(split, is_whole=is_whole)
    with cards.evidence(session, title, [split], ["handoff_loss"], key="leak_handoff"):
        _bars(
            handoffs.bars(split, found, stage)[:BARS],
            split,
            axis=f"Lost on the way into {stage}",
            what="What hand-offs lose",
            alt_text=f"Bars of the share lost by hand-off. {title}.",
            key="leak_handoff_chart",
        )
        _opens("All hand-offs", "handoffs")


def _task(session: PageSession, filters: Filters) -> None:
    abandonment = session.shown("task_abandonment", filters, by=("task_label",))
    found = find_long_task(abandonment.rows, dimension="task_label")
    title = journey_sentences.long_task(found, abandonment.rows, label=found.task if found else None)
    rows = sorted(with_values(abandonment.rows, "task_label"), key=lambda row: -(row.value or 0.0))
    with cards.evidence(session, title, [abandonment], ["task_abandonment"], key="leak_task"):
        _bars(
            [
                bar(
                    row,
                    str(row.dimensions["task_label"]),
                    "share",
                    stands_out=found is not None and row.dimensions["task_label"] == found.task,
                )
                for row in rows[:BARS]
            ],
            abandonment,
            axis="Abandoned",
            what="Tasks",
            alt_text=f"Bars of the share of abandoned attempts by task. {title}.",
            key="leak_task_chart",
        )
        _opens("The steps of tasks", "tasks")


def _bars(
    records: Sequence[dict[str, object]], answer: Answer, *, axis: str, what: str, alt_text: str, key: str
) -> None:
    """A short chart, or why there is none."""
    if records:
        cards.chart(charts.ranked(records, axis=axis, unit="share"), alt_text=alt_text, key=key)
    else:
        cards.nothing_to_show(answer, what=what)


def _opens(label: str, drawer: str) -> None:
    st.button(
        markdown_safe(label),
        icon=":material/arrow_downward:",
        key=f"to_{drawer}",
        type="tertiary",
        help="Opens below.",
        on_click=open_drawer,
        args=(drawer,),
    )

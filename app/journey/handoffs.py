"""Hand-offs and tasks of journeys. In: a session and the reader's filters. Out: drawn cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from app.journey import sentences as journey_sentences
from app.journey.findings import WorstHandoff, comparable_handoffs, find_long_task, find_worst_handoff
from app.kit import cards, charts, sentences
from app.kit.bars import bar
from app.kit.findings import with_values
from app.kit.formatting import hidden_note, number
from app.kit.page_session import PageSession
from app.kit.selection import Filters
from app.kit.sentences import Sentence
from app.shell.page import period_in_words
from serving import Answer
from workspace.vocabulary import STAGES

HANDOFFS = ("handoffs", "handoff_days", "handoff_days_p90", "handoff_loss", "repeat_contact_share")
AFTERWARDS = "perception_after_handoff"
TASKS = ("task_attempts", "task_abandonment", "task_steps", "task_minutes")
METRICS = (*HANDOFFS, AFTERWARDS, *TASKS)
KINDS = {"corner": "Between corners", "channel": "Between channels"}
BARS = 10


def handoffs(session: PageSession, filters: Filters) -> None:
    """Which hand-offs lose people, how long they take, and what people say afterwards."""
    kind = (
        st.segmented_control(
            "Hand-offs",
            list(KINDS),
            default="corner",
            required=True,
            format_func=KINDS.__getitem__,
            key="handoffs",
            bind="query-params",
            label_visibility="collapsed",
        )
        or "corner"
    )
    where = {"handoff_kind": (kind,)}
    split, is_whole = losses(session, filters, where)
    found, stage, title = worst(split, is_whole=is_whole)
    left, right = st.columns([11, 9], gap="small")
    with left, cards.evidence(session, title, [split], ["handoff_loss"], key="handoff_loss"):
        records = bars(split, found, stage)[:BARS]
        if records and stage:
            cards.chart(
                charts.ranked(
                    records,
                    axis=f"Lost on the way into {stage}",
                    unit="share",
                ),
                alt_text=f"Bars of the share lost by hand-off into {stage}. {title}.",
                key="handoff_loss_chart",
                note=f"Share of hand-offs into {stage} after which no later stage is reached within "
                f"{session.settings.conversion_days} days; lines are 95% intervals. Stages differ in how many go on, "
                "so that only hand-offs into the same stage are compared."
                + (" All time: within the period they are hidden." if is_whole else ""),
            )
        else:
            cards.nothing_to_show(split, what="What hand-offs lose")
    with right:
        afterwards = session.shown(AFTERWARDS, filters, by=("handoff",), where=where)
        known = sorted(with_values(afterwards.rows, "handoff"), key=lambda row: row.value or 0.0)
        title = sentences.extremes(
            afterwards.rows, "handoff", what="The rating after a hand-off", unit="score", named="hand-off"
        )
        with cards.evidence(session, title, [afterwards], [AFTERWARDS], key="handoff_perception"):
            if known:
                cards.chart(
                    charts.ranked(
                        [
                            bar(
                                row,
                                journey_sentences.handoff_name(str(row.dimensions["handoff"])),
                                "score",
                                stands_out=title.claim and row is known[0],
                            )
                            for row in known[:BARS]
                        ],
                        axis="Rating (0 to 100)",
                    ),
                    alt_text=f"Bars of the rating after a hand-off. {title}.",
                    key="handoff_perception_chart",
                    note="Answers about the touchpoint that received the person; lines are 95% intervals. "
                    + hidden_note(session.min_cell),
                )
            else:
                cards.nothing_to_show(afterwards, what="Perception after hand-offs")
    answers = [session.shown(name, filters, by=("handoff",), where=where) for name in HANDOFFS]
    cards.breakdown(
        session,
        answers,
        "handoff",
        heading="Hand-off",
        alt_text="Hand-offs: number, days, losses and repeated contacts",
        key="all_handoffs",
        note=f"{period_in_words(filters, session)}.",
    )


def worst(split: Answer, *, is_whole: bool) -> tuple[WorstHandoff | None, str | None, Sentence]:
    """The hand-off that loses people if one is proven, the stage that is drawn, and both in a sentence.

    Args:
        split: `handoff_loss` by stage and hand-off, and whether it is over all time instead of the period.
    """
    found = find_worst_handoff(split.rows)
    stage = found.stage if found else _busiest(split)
    title = journey_sentences.worst_handoff(found, [row for row in split.rows if row.dimensions.get("stage") == stage])
    return found, stage, Sentence(f"Over all time: {title.text}", claim=title.claim) if is_whole else title


def bars(split: Answer, found: WorstHandoff | None, stage: str | None) -> list[dict[str, object]]:
    """The hand-offs into one stage for a chart, the one that loses most first."""
    rows = (row for row in comparable_handoffs(split.rows) if row.dimensions.get("stage") == stage)
    return [
        bar(
            row,
            journey_sentences.handoff_name(str(row.dimensions["handoff"])),
            "share",
            stands_out=found is not None and row.dimensions["handoff"] == found.handoff,
        )
        for row in sorted(rows, key=lambda row: -(row.value or 0.0))
    ]


def losses(session: PageSession, filters: Filters, where: Mapping[str, Sequence[str]]) -> tuple[Answer, bool]:
    """What hand-offs lose, by stage, and whether that is over the whole time instead of the period.

    Within a period all may be hidden that are shown over the whole time: as on cards of one number, that is shown then.
    """
    by = ("stage", "handoff")
    within = session.shown("handoff_loss", filters, by=by, where=where)
    if filters.window.is_open or comparable_handoffs(within.rows):
        return within, False
    whole = session.ask("handoff_loss", by=by, where={**filters.where, **where})
    return (whole, True) if comparable_handoffs(whole.rows) else (within, False)


def _busiest(split: Answer) -> str | None:
    """The stage with most hand-offs observed long enough."""
    counts: dict[str, int] = {}
    for row in split.rows:
        stage = row.dimensions.get("stage")
        if stage in STAGES:
            counts[str(stage)] = counts.get(str(stage), 0) + (row.n or 0)
    return max(counts, key=lambda stage: (counts[stage], stage)) if any(counts.values()) else None


def tasks(session: PageSession, filters: Filters) -> None:
    """What people try to get done: how many give up, and after which step."""
    abandonment = session.shown("task_abandonment", filters, by=("task_label",))
    left = session.shown("abandoned_task_attempts", filters, by=("task_label", "left_after"))
    found = find_long_task(abandonment.rows, left.rows, dimension="task_label")
    title = journey_sentences.long_task(found, abandonment.rows, label=found.task if found else None)
    chart, steps = st.columns([11, 9], gap="small")
    with chart, cards.evidence(session, title, [abandonment, left], ["task_abandonment"], key="tasks"):
        rows = sorted(with_values(abandonment.rows, "task_label"), key=lambda row: -(row.value or 0.0))
        if rows:
            cards.chart(
                charts.ranked(
                    [
                        bar(
                            row,
                            str(row.dimensions["task_label"]),
                            "share",
                            stands_out=found is not None and row.dimensions["task_label"] == found.task,
                        )
                        for row in rows[:BARS]
                    ],
                    axis="Abandoned",
                    unit="share",
                ),
                alt_text=f"Bars of the share of abandoned attempts by task. {title}.",
                key="tasks_chart",
                note="Share of attempts that do not reach the task's goal; lines are 95% intervals.",
            )
        else:
            cards.nothing_to_show(abandonment, what="Tasks")
    with (
        steps,
        cards.evidence(session, "After which step people leave", [left], ["abandoned_task_attempts"], key="left"),
    ):
        where_left = sorted(
            (row for row in left.rows if row.value and row.dimensions.get("left_after")),
            key=lambda row: -(row.value or 0.0),
        )
        if where_left:
            cards.chart(
                charts.ranked(
                    [
                        {
                            "label": f"{row.dimensions['left_after']}",
                            "value": row.value,
                            "low": row.value,
                            "high": row.value,
                            "text": number(row.value or 0.0, "count"),
                            "stands_out": found is not None
                            and row.dimensions["left_after"] == found.step
                            and row.dimensions["task_label"] == found.task,
                            "note": str(row.dimensions["task_label"]),
                        }
                        for row in where_left[:BARS]
                    ],
                    axis="Attempts left after this step",
                ),
                alt_text="Bars of abandoned attempts by the last step taken.",
                key="left_chart",
                note="A step is what at least half of a task's completed attempts pass through.",
            )
        else:
            cards.nothing_to_show(left, what="Steps")
    answers = [session.shown(name, filters, by=("task_label",)) for name in TASKS]
    cards.breakdown(
        session,
        answers,
        "task_label",
        heading="Task",
        alt_text="Tasks: attempts, abandonment, steps and minutes",
        key="all_tasks",
        note=f"{period_in_words(filters, session)}.",
    )

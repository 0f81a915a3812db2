"""Cards of survey answers. In: a session, an answer by one dimension and what its title says. Out: drawn cards."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from app.kit import cards, charts
from app.kit.bars import bar
from app.kit.findings import usable
from app.kit.formatting import labels, markdown_safe, unit_of
from app.kit.page_session import PageSession
from app.kit.sentences import Sentence
from app.kit.tables import pivot
from app.surveys.sentences import incomparable
from serving import Answer


def compared(
    session: PageSession,
    answer: Answer,
    dimension: str,
    *,
    title: Sentence,
    what: str,
    axis: str,
    key: str,
    note: str = "",
    stands_out: Collection[str] = (),
    lowest_first: bool = False,
    threshold: float | None = None,
) -> None:
    """Ranked bars of one metric by one dimension; a comparison that must not be made says why instead.

    Args:
        what: names the card where it is empty.
        stands_out: values to colour.
    """
    metric = answer.question.metrics[0]
    unit = unit_of(metric, session.definitions[metric].unit)
    forbidden = incomparable(answer.rows)
    if forbidden is not None:
        title = Sentence(f"{what}: the groups cannot be compared", claim=False)
    rows = usable(answer.rows, dimension)
    with cards.evidence(session, title, [answer], [metric], key=key):
        if not rows:
            cards.nothing_to_show(answer, what=what)
            return
        spoken = labels(str(row.dimensions[dimension]) for row in rows)
        ranked = sorted(rows, key=lambda row: (row.value or 0.0) * (1 if lowest_first else -1))
        cards.chart(
            charts.ranked(
                [
                    bar(
                        row,
                        spoken[str(row.dimensions[dimension])],
                        unit,
                        stands_out=str(row.dimensions[dimension]) in stands_out,
                    )
                    for row in ranked
                ],
                axis=axis,
                unit=unit,
                threshold=threshold,
            ),
            alt_text=f"Ranked bars of {len(ranked)} groups. {title}.",
            key=f"{key}_chart",
            note=note,
        )


def mixed(session: PageSession, answers: Sequence[Answer], *, title: Sentence, mix: str | None, key: str) -> None:
    """One score over several surveys: the score by survey with its answers, and what the pooled one is mixed of."""
    metrics = list(dict.fromkeys(row.metric for answer in answers for row in answer.rows))
    with cards.evidence(session, title, answers, metrics, key=key):
        cards.table(
            pivot(answers, "survey_id", session.definitions, heading="Survey", currency=session.currency),
            session,
            alt_text="Score and number of answers by survey",
            key=f"{key}_table",
            note=f"The one score {mix}." if mix else "The one score is based on one survey.",
        )


def refused_groups(answer: Answer) -> None:
    """Say under a card which groups a definition refuses, and why."""
    reasons = sorted({row.reason for row in answer.rows if row.status == "refused" and row.reason})
    for reason in reasons:
        st.caption(markdown_safe(f"Refused: {reason}"))

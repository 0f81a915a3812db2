"""The ways that journeys take. In: a session and the reader's filters. Out: drawn cards.

Paths are counted over the whole time and everybody: a journey has no one month, and a rare path may be one person's.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from app.journey import sentences as journey_sentences
from app.journey.flows import ARROW, LEAST, POSITIONS, RARER, between_stages, sankey, stage_flows
from app.kit import cards
from app.kit.formatting import count_of, hidden_note, markdown_safe, number, percent
from app.kit.grids import or_ranked
from app.kit.page_session import PageSession
from app.kit.selection import Filters
from app.kit.sentences import of_all_customers
from app.kit.tables import Table, pivot
from serving import Answer
from workspace.vocabulary import STAGES

METRICS = ("paths", "path_share", "path_days", "transition_share", "transition_days_median", "transition_days_p90")
PATH_METRICS = ("paths", "path_share", "path_days", "path_days_p90")
SANKEY_HEIGHT = 380
MOST = 10
# A kind of path -> what its paths are. Of journeys that only ended (`to loss`) nothing says that a customer is lost.
WAYS_TO_AN_END = {
    "to purchase": "last steps before a conversion",
    "to lost customer": "last steps before a customer was lost",
}
WAYS = {"starts": "Start at a step", "ends": "End at a step"}
EVERYBODY = {"tier": ("all",)}


def flows(session: PageSession, filters: Filters) -> None:
    """Journeys from stage to stage, and the commonest ways to a purchase and to the loss of a customer."""
    answer = session.ask("paths", by=("path",), where={"path_kind": ("stages",)})
    journeys = session.one("journeys")
    title = of_all_customers(journey_sentences.stages(answer.rows, journeys), filters.where)
    with cards.evidence(session, title, [answer], ["paths"], key="stage_paths"):
        drawn = stage_flows(answer.rows)
        if drawn:
            flowing = f"Flows of journeys from stage to stage. {title}."
            columns = {"row": "From", "column": "To", "text": "Journeys"}
            with or_ranked(between_stages(drawn), columns=columns, alt_text=flowing, key="stage_paths"):
                st.echarts_chart(
                    sankey(drawn, order=STAGES), height=SANKEY_HEIGHT, key="stage_paths_chart", alt=flowing
                )
            drawn_sum = sum(flow.journeys for flow in drawn if flow.place == 1)
            of_all = f"{number(drawn_sum, 'count')} of " if journeys.value else ""
            counted = f"{of_all}{count_of(journeys.value or drawn_sum, 'journey')}"
            st.caption(
                markdown_safe(
                    f"{counted}, all time: the commonest paths that can be shown. "
                    f"The first {POSITIONS} stages; flows under {percent(LEAST)} are drawn together as other. "
                    + hidden_note(session.min_cell)
                )
            )
        else:
            cards.nothing_to_show(answer, what="Paths through the stages")
    for kind, steps in WAYS_TO_AN_END.items():
        where = {"path_kind": (kind,)}
        answers = [session.ask(metric, by=("path",), where=where) for metric in PATH_METRICS[:3]]
        title = of_all_customers(journey_sentences.paths(answers[0].rows, what=steps), filters.where)
        key = kind.replace(" ", "_")
        with cards.evidence(session, title, answers, PATH_METRICS[:3], key=key):
            cards.table(
                _top(session, answers, heading="Last steps"),
                session,
                alt_text=f"{title}.",
                key=f"{key}_table",
                note="The last four different touchpoints before a conversion."
                if kind == "to purchase"
                else "The last four different touchpoints of the journey in which a customer was last seen before they "
                "counted as lost, often months before.",
            )


def explorer(session: PageSession, filters: Filters) -> None:
    """Any step: what follows it or leads to it, how often, and how long that takes."""
    steps = session.values("from_step")
    if not steps:
        st.info("No step of a journey is known that could be followed.", icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        way = st.segmented_control(
            "Paths that",
            list(WAYS),
            default="starts",
            required=True,
            format_func=WAYS.__getitem__,
            key="way",
            bind="query-params",
        )
        step = st.selectbox("Step", steps, key="step", bind="query-params")
    forwards = ("from_step", "to_step", "first_step", "parts_from")
    backwards = ("to_step", "from_step", "last_step", "parts_to")
    here, there, end, metric = backwards if way == "ends" else forwards
    where = {here: (step,), **EVERYBODY}
    names = ("transitions", "transition_share", "transition_days_median", "transition_days_p90")
    answers = [session.ask(name, by=(there,), where=where) for name in names]
    title = (
        of_all_customers(journey_sentences.next_step(answers[1].rows, answers[2].rows, step), filters.where)
        if way != "ends"
        else f"What leads to “{step}”"
    )
    with cards.evidence(session, title, answers, names, key="explorer"):
        cards.table(
            _top(session, answers, dimension=there, heading="Next step" if way != "ends" else "Step before"),
            session,
            alt_text=f"Steps next to {step}",
            key="explorer_table",
            note="Shares are of all continuations and ends of the step that comes first. All time, everybody.",
        )
    parts = session.ask(metric, by=("path",), where={end: (step,)})
    if any(row.value for row in parts.rows):
        cards.table(
            _top(session, [parts], heading="Three steps in a row"),
            session,
            alt_text=f"Three steps in a row that {way} at {step}",
            key="parts_table",
            note="Different touchpoints; the same one several times in a row is one step. The commonest that can "
            "be shown.",
        )
        cards.source(session, [parts], [metric], key="parts_source")


def _top(session: PageSession, answers: list[Answer], *, dimension: str = "path", heading: str) -> Table:
    """The rows with most of the first metric, with arrows between the steps of a path."""
    single_paths = [
        replace(answer, rows=tuple(row for row in answer.rows if row.dimensions.get("path") != RARER))
        for answer in answers
    ]
    table = pivot(single_paths, dimension, session.definitions, heading=heading, currency=session.currency)
    first = table.numbers.columns[1] if len(table.numbers.columns) > 1 else heading
    order = table.numbers.sort_values(first, ascending=False, na_position="last").head(MOST).index
    numbers, texts = (frame.loc[order].reset_index(drop=True) for frame in (table.numbers, table.texts))
    for frame in (numbers, texts):
        frame[heading] = [name.replace(ARROW, " → ") for name in frame[heading]]
    return Table(numbers, texts)

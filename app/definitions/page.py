"""Metric definitions. In: the catalogue of the release. Out: a searchable page; `?metric=` opens one."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app.kit.badges import ICONS
from app.kit.failures import part
from app.kit.formatting import as_code, count_of, day, hidden_note, markdown_safe, shortened, unavailable, words
from app.kit.pages import QUESTIONS
from app.kit.search import fits
from app.kit.sentences import Sentence
from app.shell.page import begin
from serving import MetricDefinition

SUBJECTS = {**QUESTIONS, "growth": "Growth", "perception": "Perception", "trust": "Trust"}
EVERY = "All questions"
FILES_NAMED = 8  # the ledger on the page of data quality has all
ROW, TALLEST = 35, 640  # pixels: of a row of the list, and of the list at most
COLORS = {"certified": "green", "provisional": "gray", "needs review": "orange", "withheld": "red"}

session, heading = begin("For analysts and auditors")
definitions = sorted(session.definitions.values(), key=lambda definition: (definition.question, definition.label))
certified = sum(definition.badge == "certified" for definition in definitions)
with heading.answering([definition.name for definition in definitions]):
    heading.answer(
        Sentence(f"{certified} of {len(definitions)} metrics are certified today", claim=False),
        metrics=[definition.name for definition in definitions],
        based_on=f"Definitions as published with the numbers of {day(session.document.as_of_on)}",
    )


def facts(definition: MetricDefinition) -> list[tuple[str, str]]:
    """What an auditor asks of a metric, in order."""
    passed = sum(check.status == "passed" for check in definition.checks)
    rest = len(definition.files) - FILES_NAMED
    more = f" and {rest} more" if rest > 0 else ""
    floor = f"fewer than {definition.min_cell} people are hidden" if definition.min_cell else "not sensitive by itself"
    return [
        ("Name", as_code(definition.name)),
        ("Formula", as_code(definition.formula) if definition.formula else ""),
        ("Unit", markdown_safe(words(definition.unit))),
        ("Owner", markdown_safe(words(definition.owner))),
        ("Model", ", ".join(as_code(name) for name in definition.model)),
        ("Sources", markdown_safe(", ".join(definition.sources))),
        ("Can be split by", ", ".join(as_code(name) for name in definition.dimensions)),
        ("By", ", ".join(definition.grains)),
        ("Counts", as_code(definition.n) if definition.n else ""),
        ("Small groups", floor),
        ("Last checks", f"{passed} of {len(definition.checks)} passed"),
        ("Files", ", ".join(as_code(name) for name in definition.files[:FILES_NAMED]) + more),
        ("Built from", ", ".join(as_code(name) for name in definition.upstream)),
    ]


def show(definition: MetricDefinition) -> None:
    """One metric, with all that an auditor asks of it."""
    badge = f":{COLORS[definition.badge]}-badge[{ICONS[definition.badge]} {definition.badge}]"
    with st.container(border=True), part(definition.name):
        st.subheader(f"{markdown_safe(definition.label)} {badge}", anchor=False)
        st.markdown(markdown_safe(definition.description))
        if definition.badge_reason:
            st.caption(markdown_safe(definition.badge_reason))
        st.markdown("\n".join(f"- {name}: {value}" for name, value in facts(definition) if value))
        failed = [check for check in definition.checks if check.status != "passed"]
        for check in failed:
            seen = f" ({check.observed})" if check.observed else ""
            st.markdown(
                f":red[{check.behaviour}: {markdown_safe(check.name)} on {as_code(check.asset)}{markdown_safe(seen)}]"
            )


def listed(definitions: Sequence[MetricDefinition]) -> str | None:
    """The metrics in a table that scrolls in itself; the name of the one whose row is selected."""
    rows = pd.DataFrame(
        {
            "Metric": definition.label,
            "Status": definition.badge,
            "Question": SUBJECTS.get(definition.question, definition.question),
            "Owner": words(definition.owner),
            "What it says": definition.description,
        }
        for definition in definitions
    )
    selected = st.dataframe(
        rows,
        hide_index=True,
        key="metrics",
        alt="Metrics with what they say, their question, owner and status. Select a row to open one.",
        width="stretch",
        height=min(TALLEST, ROW * (len(rows) + 1) + 3),
        on_select="rerun",
        selection_mode="single-row",
    )
    chosen = selected["selection"]["rows"]
    return definitions[chosen[0]].name if chosen and chosen[0] < len(definitions) else None


asked = st.query_params.get("metric", "")
with st.container(horizontal=True, vertical_alignment="bottom"):
    text = st.text_input(
        "Search",
        key="search",
        bind="query-params",
        placeholder="churn, lifetime value, gap, owner …",
        icon=":material/search:",
    )
    topics = [EVERY, *(name for name in SUBJECTS if any(item.question == name for item in definitions))]
    topic = st.selectbox(
        "Question", topics, key="topic", bind="query-params", format_func=lambda name: SUBJECTS.get(name, name)
    )
found = [
    definition
    for definition in definitions
    if fits(definition, text or "") and topic in (EVERY, None, definition.question)
]
place = st.container()
st.header(f"{count_of(len(found), 'metric')}", anchor=False)
selected = None
if found:
    st.caption("Select a row to open its definition.")
    selected = listed(found)
else:
    st.info("Nothing matches. Clear the search, or choose all questions.", icon=":material/info:")
opened = selected or asked
with place:
    if opened and opened in session.definitions:
        if selected and selected != asked:
            st.query_params["metric"] = selected
        st.header("The metric you opened", anchor=False)
        show(session.definitions[opened])
    elif opened:
        said = markdown_safe(shortened(opened))
        st.warning(f"There is no metric called {said} in this release.", icon=":material/search_off:")
st.caption(
    f"{hidden_note(session.min_cell)} Other cells without a number say: "
    + "; ".join(unavailable(status) for status in ("no_data", "withheld", "refused", "not_sliceable"))
    + "."
)

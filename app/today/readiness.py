"""How much of the customer is seen. In: a session. Out: a drawn block: stages, people, interactions, expectations."""

from __future__ import annotations

import streamlit as st

from app.expectations.stakes import Stakes
from app.journey.findings import observed_stages
from app.kit.formatting import count_of, listing, markdown_safe, percent, unavailable, words
from app.kit.page_session import PageSession
from serving import AnswerRow
from workspace.vocabulary import STAGES

METRICS = ("identified_share", "pairing_coverage", "experience_known_share")


def block(session: PageSession, stakes: Stakes) -> None:
    """Four facts, each with what is missing."""
    st.header("How much of the customer is seen", anchor=False)
    observed = observed_stages(session.ask("touchpoints", by=("stage",)).rows)
    missing = [name for name in STAGES if name not in observed]
    paired = session.one("pairing_coverage")
    answered = {
        str(row.dimensions["interaction"])
        for row in session.ask("perception_level", by=("interaction",)).rows
        if row.dimensions.get("interaction") and row.n
    }
    critical = {stake.subject: stake.label for stake in stakes.ranked if stake.is_critical}
    moments = set(session.values("interaction")) | answered | set(critical)
    silent = sorted(critical.get(name, words(name)) for name in moments - answered)
    heard = session.ask("experience_known_share", by=("coverage_stage", "coverage_corner")).rows
    cells = [row for row in heard if row.value is not None]
    blind = [
        f"{row.dimensions['coverage_stage']}, {row.dimensions['coverage_corner']}" for row in cells if row.value == 0
    ]
    with st.grid(4, min_column_width=220, gap="small"):
        _fact(
            "Stages observed",
            f"{len(STAGES) - len(missing)} of {len(STAGES)}",
            "No source has touchpoints."
            if not session.is_fed("touchpoints")
            else f"Not observed: {listing(missing)}."
            if missing
            else "Every stage has touchpoints.",
        )
        _fact(
            "People identified",
            _rate(session.one("identified_share")),
            "Share of all people seen who are identified by an id, email or phone.",
        )
        _fact(
            "Interactions with perception",
            f"{len(answered)} of {count_of(len(moments), 'interaction')}",
            "No interaction is seen yet."
            if not moments
            else f"Without any rating: {listing(silent[:4])}."
            if silent
            else "Every interaction seen has ratings.",
        )
        _fact(
            "Expectation known",
            _rate(paired),
            "Share of rated experiences that can be compared with an expectation.",
        )
    if cells:
        spots = f" Blind spots: {'; '.join(blind[:4])}." if blind else ""
        st.caption(
            markdown_safe(
                f"People are heard in {len(cells) - len(blind)} of {len(cells)} places (stage and corner) that they "
                f"pass.{spots}"
            )
        )


def _fact(label: str, value: str, explanation: str) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown(f":gray[{label}]")
        st.markdown(f"**{markdown_safe(value)}**")
        st.caption(markdown_safe(explanation))


def _rate(row: AnswerRow) -> str:
    """A share as text, or why there is none."""
    return percent(row.value) if row.value is not None else words(unavailable(row.status))

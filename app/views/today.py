"""Today's answers. In: the leading number of each question. Out: one headline, four answers, growth, and readiness."""

from __future__ import annotations

import streamlit as st

from app import cards, headlines
from app.findings import find_short_pillar, find_stalled_stage, find_unmet_outcome
from app.formatting import count_of, listing, markdown_safe, percent, words
from app.headlines import Sentence
from app.page import begin, choose, period_in_words
from serving import AnswerRow
from workspace.vocabulary import PILLARS, STAGES

LEADING = ("top_tier_revenue_share", "stage_conversion", "opportunity_score", "expectation_gap")
GROWTH = ("revenue", "active_customers", "acquired", "retention_rate")
PERCEPTION = ("nps", "csat", "ces", "overall_score")
SHOWN = (*LEADING, *GROWTH, *PERCEPTION, "identified_share", "pairing_coverage")

desk, heading = begin("")
filters = choose(desk)
heading = heading.asking(f"{desk.document.company}, {filters.period.lower()}")
days = desk.settings.conversion_days
tier = percent(desk.settings.top_tier)

profile = desk.ask("profile_index", by=("attribute", "attribute_value"))
share = desk.shown("top_tier_revenue_share", filters).one("top_tier_revenue_share")
stages = desk.shown("stage_conversion", filters, by=("stage",))
entries = desk.shown("stage_entries", filters, by=("stage",))
entered = {str(row.dimensions["stage"]) for row in entries.rows if row.value and row.dimensions.get("stage")}
opportunity = desk.shown("opportunity_score", filters, by=("item_label",))
importance, satisfaction = (
    desk.shown(metric, filters, by=("item_label",)) for metric in ("outcome_importance", "outcome_satisfaction")
)
gaps = desk.shown("expectation_gap", filters, by=("pillar",))

answers: dict[str, Sentence] = {
    "who": headlines.who(
        share, profile.rows, top_tier=desk.settings.top_tier, as_of=desk.document.as_of_on, scope=filters.scope
    ),
    "journey": headlines.journey(stages.rows, days=days, observed=entered),
    "outcomes": headlines.outcomes(opportunity.rows, importance.rows, satisfaction.rows),
    "expectations": headlines.expectations(gaps.rows),
}
revenue = desk.shown("revenue", filters).one("revenue")
heading.answer(
    headlines.today(
        revenue,
        desk.before("revenue", filters),
        currency=desk.currency,
        found=[answers["expectations"], answers["outcomes"], answers["journey"]],
    ),
    metrics=SHOWN,
    based_on=period_in_words(filters, desk),
)


def answer_card(page: str, question: str, sentence: Sentence) -> None:
    """The upper half of an answer card: the question as a link, and its answer."""
    st.page_link(f"views/{page}.py", label=f"**{question}**", icon=":material/arrow_forward:")
    st.header(markdown_safe(sentence.text), anchor=False)


stall = find_stalled_stage(stages.rows, observed=entered)
known_rates = [row for row in stages.rows if row.value is not None and row.dimensions.get("stage") in STAGES[:-1]]
stage = (
    stall.stage
    if stall
    else min(known_rates, key=lambda row: row.value or 0.0).dimensions["stage"]
    if known_rates
    else None
)
unmet = find_unmet_outcome(opportunity.rows)
known_scores = [row for row in opportunity.rows if row.value is not None and row.dimensions.get("item_label")]
outcome = (
    unmet.outcome
    if unmet
    else str(max(known_scores, key=lambda row: row.value or 0.0).dimensions["item_label"])
    if known_scores
    else None
)
short = find_short_pillar(gaps.rows)
known_gaps = [row for row in gaps.rows if row.value is not None and row.dimensions.get("pillar") in PILLARS]
pillar = (
    short.pillar
    if short
    else str(min(known_gaps, key=lambda row: row.value or 0.0).dimensions["pillar"])
    if known_gaps
    else None
)

with st.grid(2, min_column_width=320, gap="small"):
    with st.container(border=True, height="stretch"):
        answer_card("who", "Who are our best customers?", answers["who"])
        cards.kpi(desk, filters, "top_tier_revenue_share", label=f"Revenue from top {tier}", border=False)
    with st.container(border=True, height="stretch"):
        answer_card("journey", "What is their journey?", answers["journey"])
        cards.kpi(
            desk,
            filters,
            "stage_conversion",
            label=f"Go on from {stage}" if stage else None,
            where={"stage": (stage,)} if stage else None,
            border=False,
        )
    with st.container(border=True, height="stretch"):
        answer_card("outcomes", "What do they want done?", answers["outcomes"])
        cards.kpi(
            desk,
            filters,
            "opportunity_score",
            label=f"Opportunity: {outcome}" if outcome else None,
            where={"item_label": (outcome,)} if outcome else None,
            border=False,
        )
    with st.container(border=True, height="stretch"):
        answer_card("expectations", "Where do we fall short?", answers["expectations"])
        cards.kpi(
            desk,
            filters,
            "expectation_gap",
            label=f"{words(pillar)}: gap to expectation" if pillar else None,
            where={"pillar": (pillar,)} if pillar else None,
            border=False,
        )

st.header("Growth", anchor=False)
with st.grid(4, min_column_width=220, gap="small"):
    for metric in GROWTH:
        cards.kpi(desk, filters, metric, label=cards.SHORT.get(metric))

st.header("Perception", anchor=False)
with st.grid(4, min_column_width=220, gap="small"):
    for metric in PERCEPTION:
        cards.kpi(desk, filters, metric, label=cards.SHORT.get(metric))


def readiness(label: str, value: str, explanation: str) -> None:
    """One fact about how much of the customer is seen."""
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown(f":gray[{label}]")
        st.markdown(f"**{markdown_safe(value)}**")
        st.caption(markdown_safe(explanation))


def rate(row: AnswerRow) -> str:
    """A share as text, or why there is none."""
    return percent(row.value) if row.value is not None else words(row.status)


st.header("How much of the customer is seen", anchor=False)
observed = {row.dimensions.get("stage") for row in desk.ask("touchpoints", by=("stage",)).rows if row.value}
seen = [name for name in STAGES if name in observed]
missing = [name for name in STAGES if name not in observed]
identified = desk.one("identified_share")
paired = desk.one("pairing_coverage")
perceived = desk.ask("perception_level", by=("interaction",))
answered = {row.dimensions["interaction"] for row in perceived.rows if row.dimensions.get("interaction") and row.n}
moments = set(desk.values("interaction"))
with st.grid(4, min_column_width=220, gap="small"):
    readiness(
        "Stages observed",
        f"{len(seen)} of {len(STAGES)}",
        f"Not observed: {listing(missing)}." if missing else "Every stage has touchpoints.",
    )
    readiness(
        "People identified", rate(identified), "Share of all people seen who can be told apart by an id or email."
    )
    readiness("Expectation known", rate(paired), "Share of rated experiences with an expectation to hold them against.")
    readiness(
        "Interactions with perception",
        f"{len(answered)} of {count_of(len(moments | answered), 'interaction')}",
        f"Without any rating: {listing(sorted(words(name) for name in moments - answered)[:4])}."
        if moments - answered
        else "Every interaction seen has ratings.",
    )

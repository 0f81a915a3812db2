"""What are they trying to achieve? In: importance, satisfaction and opportunity of outcomes. Out: the page."""

from __future__ import annotations

import streamlit as st

from app.kit import cards, charts, sentences
from app.kit.bars import bar
from app.kit.failures import part
from app.kit.findings import usable
from app.kit.formatting import words
from app.kit.pages import QUESTIONS
from app.outcomes import sentences as outcomes_sentences
from app.outcomes.findings import UNMET_SCORE, find_unmet_outcome, unmet_outcomes
from app.shell.drawers import Drawer, look_closer
from app.shell.page import based_on, begin, choose, without_facts
from app.surveys import cards as survey_cards
from app.surveys import comments as comment_cards
from app.surveys import sentences as survey_sentences
from serving import Answer, AnswerRow
from workspace.vocabulary import OUTCOME_KINDS

METRICS = ("opportunity_score", "outcome_importance", "outcome_satisfaction")
SHOWN = (*METRICS, "outcome_answers", "outcome_shortfall")
OUTCOME = "item_label"
# Where the shaded corner of the map starts: seven of ten say it matters, at most six of ten are satisfied.
IMPORTANT_FROM, SATISFIED_UP_TO = 7.0, 6.0
LIFE = {"personal": "Personal life", "professional": "At work"}

session, heading = begin(QUESTIONS["outcomes"])
filters = choose(session)
kinds = [kind for kind in OUTCOME_KINDS if kind in session.values("kind")]
kind = None
if kinds:
    kind = st.segmented_control(
        "Their life",
        kinds,
        default=kinds[0],
        required=True,
        format_func=lambda name: LIFE[name],
        key="life",
        bind="query-params",
    )
where = {"kind": (kind,)} if kind else {}
answered = session.shown("outcome_answers", filters, where=where).one("outcome_answers")
if without_facts(
    heading, filters, answered, metrics=SHOWN, what="answers about desired outcomes", who="people who answered"
):
    st.stop()


def asked(metric: str, dimension: str = OUTCOME) -> Answer:
    """A metric of the chosen part of life, by outcome or another dimension."""
    return session.shown(metric, filters, by=(dimension,), where=where)


def ranked_outcomes() -> list[AnswerRow]:
    """Outcomes with a score, the highest first."""
    known = (row for row in asked("opportunity_score").rows if row.value is not None and row.dimensions.get(OUTCOME))
    return sorted(known, key=lambda row: -(row.value or 0.0))


life = f" · {LIFE[kind].lower()}" if kind else ""
with heading.answering(SHOWN):
    heading.answer(
        outcomes_sentences.outcomes(*(asked(metric).rows for metric in METRICS)),
        metrics=SHOWN,
        based_on=based_on(
            [(answered, "survey answer", "survey answers")],
            filters,
            session,
            undated=session.is_undated("outcome_answers"),
        )
        + life,
    )

left, right = st.columns([11, 9], gap="small")
with left, part("Importance and satisfaction"):
    opportunity, importance, satisfaction = (asked(metric) for metric in METRICS)
    proven = {str(row.dimensions[OUTCOME]) for row in unmet_outcomes(opportunity.rows)}
    named = outcomes_sentences.important_but_unmet(importance.rows, satisfaction.rows, IMPORTANT_FROM, SATISFIED_UP_TO)
    with cards.evidence(
        session, named, [importance, satisfaction], ["outcome_importance", "outcome_satisfaction"], key="outcome_map"
    ):
        satisfied = {row.dimensions.get(OUTCOME): row for row in satisfaction.rows if row.value is not None}
        points = [
            {
                "label": row.dimensions[OUTCOME],
                "importance": row.value,
                "satisfaction": satisfied[row.dimensions[OUTCOME]].value,
                "stands_out": str(row.dimensions[OUTCOME]) in proven,
                "note": sentences.interval_note(row, "score"),
            }
            for row in importance.rows
            if row.value is not None and row.dimensions.get(OUTCOME) in satisfied
        ]
        if points:
            cards.chart(
                charts.opportunity_map(points, floor=IMPORTANT_FROM, ceiling=SATISFIED_UP_TO),
                alt_text=f"Scatter of {len(points)} outcomes by importance and satisfaction. {named}.",
                key="outcome_map_chart",
                note="Importance and satisfaction are shares answering in the top two boxes, times ten. "
                "Circles are clearly unmet; the shaded corner is importance over 7 and satisfaction under 6.",
            )
        else:
            cards.nothing_to_show(importance, what="Importance and satisfaction")
with right, part("The opportunity ranking"):
    opportunity = asked("opportunity_score")
    proven = {str(row.dimensions[OUTCOME]) for row in unmet_outcomes(opportunity.rows)}
    title = outcomes_sentences.unmet_found(opportunity.rows, len(proven))
    with cards.evidence(session, title, [opportunity], ["opportunity_score"], key="opportunity"):
        ranked = ranked_outcomes()
        if ranked:
            cards.chart(
                charts.ranked(
                    [
                        bar(row, outcome, "score", stands_out=outcome in proven)
                        for row, outcome in ((row, str(row.dimensions[OUTCOME])) for row in ranked)
                    ],
                    axis="Opportunity score (0–20)",
                    threshold=UNMET_SCORE,
                ),
                alt_text=f"Ranked bars of {len(ranked)} opportunity scores. {title}.",
                key="opportunity_chart",
                note=f"Importance + what satisfaction lacks of it; from {UNMET_SCORE:.0f} on an outcome counts as "
                "unmet (Ulwick 2005). Lines are 95% intervals.",
            )
        else:
            cards.nothing_to_show(opportunity, what="The opportunity ranking")

with left, part("Opportunity by interaction"):
    by_moment = session.shown("opportunity_score", filters, by=("interaction",), where=where)
    moments = usable(by_moment.rows, "interaction")
    title = sentences.extremes(by_moment.rows, "interaction", what="The opportunity score", unit="score")
    with cards.evidence(session, title, [by_moment], ["opportunity_score"], key="outcomes_by_interaction"):
        if moments:
            worst = find_unmet_outcome(by_moment.rows, dimension="interaction")
            cards.chart(
                charts.ranked(
                    [
                        bar(
                            row,
                            words(str(row.dimensions["interaction"])),
                            "score",
                            stands_out=worst is not None
                            and row.dimensions["interaction"] in (worst.name, *worst.others),
                        )
                        for row in sorted(moments, key=lambda row: -(row.value or 0.0))
                    ],
                    axis="Mean opportunity score",
                    threshold=UNMET_SCORE,
                ),
                alt_text=f"Ranked bars of opportunity by interaction. {title}.",
                key="outcomes_by_interaction_chart",
                note="The mean of the scores of an interaction's outcomes, with 95% intervals.",
            )
        else:
            cards.nothing_to_show(by_moment, what="Opportunity by interaction")
with right, part("What customers write about"):
    comment_cards.topics(session, filters)


def by_group() -> None:
    """Opportunity by value tier and by stage."""
    left, right = st.columns(2, gap="small")
    with left, part("Opportunity by value tier"):
        by_tier = session.shown("opportunity_score", filters, by=("value_tier_at_event",), where=where)
        survey_cards.compared(
            session,
            by_tier,
            "value_tier_at_event",
            title=sentences.extremes(
                by_tier.rows, "value_tier_at_event", what="The opportunity score", unit="score", named="value tier"
            ),
            what="Opportunity by value tier",
            axis="Mean opportunity score",
            key="outcomes_by_tier",
            note="The tier is that of the month of the answer. Lines are 95% intervals.",
            threshold=UNMET_SCORE,
        )
    with right, part("Opportunity by stage"):
        by_stage = session.shown("opportunity_score", filters, by=("stage",), where=where)
        survey_cards.compared(
            session,
            by_stage,
            "stage",
            title=sentences.extremes(by_stage.rows, "stage", what="The opportunity score", unit="score"),
            what="Opportunity by stage",
            axis="Mean opportunity score",
            key="outcomes_by_stage",
            note="The stage of the touchpoint that the answer speaks of, else of its interaction.",
            threshold=UNMET_SCORE,
        )


def served() -> None:
    """Which outcomes are under- and over-served, and how that changes."""
    left, right = st.columns(2, gap="small")
    with left, part("Under- and over-served outcomes"):
        shortfall = session.shown("outcome_shortfall", filters, by=(OUTCOME,), where=where)
        under, _ = survey_sentences.apart_from_zero(shortfall.rows, OUTCOME)
        survey_cards.compared(
            session,
            shortfall,
            OUTCOME,
            title=survey_sentences.served(shortfall.rows),
            what="Under- and over-served outcomes",
            axis="Importance − satisfaction",
            key="outcomes_served",
            note="Above 0 an outcome matters to more people than are satisfied (under-served), below 0 to fewer "
            "(over-served). Coloured where it is under-served: its 95% interval, corrected for the number of outcomes, "
            "lies above 0.",
            stands_out={str(row.dimensions[OUTCOME]) for row in under},
        )
    with right, part("Change of opportunity between waves"):
        moved = session.ask("opportunity_change", by=(OUTCOME,), where={**filters.where, **where})
        up, _ = survey_sentences.apart_from_zero(moved.rows, OUTCOME)
        survey_cards.compared(
            session,
            moved,
            OUTCOME,
            title=survey_sentences.changed(moved.rows, dimension=OUTCOME, what="Opportunity"),
            what="Change of opportunity between waves",
            axis="Change of the opportunity score",
            key="outcomes_change",
            note="The newest wave minus the one before, independent of the period above; people in both count once. "
            "Coloured where an outcome is clearly less met than before.",
            stands_out={str(row.dimensions[OUTCOME]) for row in up},
        )


def pleasing() -> None:
    """What would please (Kano)."""
    if session.one("kano_better").status == "no_data":
        st.info("No survey has asked how people would feel with and without an outcome.", icon=":material/info:")
        return
    better, worse = (session.shown(metric, filters, by=(OUTCOME,)) for metric in ("kano_better", "kano_worse"))
    survey_cards.compared(
        session,
        better,
        OUTCOME,
        title=survey_sentences.kano(better.rows),
        what="What would please (Kano)",
        axis="Share of people who would be pleased with it",
        key="outcomes_kano",
        note="Share of those who take a side that would be pleased with it (Kano 1984; Berger et al. 1993).",
    )
    cards.source(session, [worse], ["kano_worse"], key="outcomes_kano_worse")


def all_outcomes() -> None:
    """The table of all outcomes."""
    cards.breakdown(
        session,
        [*(asked(metric) for metric in METRICS), asked("outcome_answers")],
        OUTCOME,
        heading="Outcome",
        alt_text="Opportunity, importance, satisfaction and answers by outcome",
        key="outcomes",
        order=[str(row.dimensions[OUTCOME]) for row in ranked_outcomes()],
    )


look_closer(
    Drawer("Under- and over-served, and change between surveys", "served", "swap_vert", served),
    Drawer("Opportunity by value tier and stage", "by_group", "groups", by_group),
    Drawer("What would please", "kano", "mood", pleasing),
    Drawer("All outcomes", "all", "table_rows", all_outcomes),
)

"""Where do we fall short? In: expectation gaps by pillar, item and interaction. Out: the page."""

from __future__ import annotations

from functools import partial

import streamlit as st

from app.expectations import sentences as expectations_sentences
from app.expectations import stake_cards
from app.expectations.findings import find_short_pillar, short_gaps
from app.kit import cards, charts, sentences
from app.kit.bars import bar
from app.kit.failures import part
from app.kit.findings import usable
from app.kit.formatting import count_of, labels, signed, words
from app.kit.pages import QUESTIONS
from app.kit.tables import pivot
from app.shell.drawers import Drawer, look_closer
from app.shell.page import begin, choose, period_in_words, without_facts
from app.surveys import cards as survey_cards
from app.surveys import comments as comment_cards
from app.surveys import sentences as survey_sentences
from serving import Answer, AnswerRow
from workspace.vocabulary import PILLARS

METRICS = ("expectation_gap", "expectation_gap_percent", "expectation_level", "perception_level", "pairing_coverage")
FEELINGS = ("nps", "csat", "ces", "overall_score")
SHOWN = (*METRICS, *FEELINGS, "expectation_gap_by_importance")
# Traits of customers: the first one that separates two groups says who did not answer.
GROUPS = ("segment", "age_band", "region", "value_tier")
ITEM = "item_label"

session, heading = begin(QUESTIONS["expectations"])
filters = choose(session)
gap = session.shown("expectation_gap", filters).one("expectation_gap")
# A gap of 0 is an answer.
if without_facts(
    heading,
    filters,
    gap,
    metrics=SHOWN,
    what="answers about both expectation and experience",
    who="customers",
    none_is_a_fact=True,
):
    st.stop()


def asked(metric: str, dimension: str = ITEM) -> Answer:
    """A metric within the filters, by item or another dimension."""
    return session.shown(metric, filters, by=(dimension,))


def ranked_items() -> list[AnswerRow]:
    """Items of which both the gap and the expectation are known, the widest shortfall first."""
    levels = {row.dimensions.get(ITEM) for row in asked("expectation_level").rows if row.value is not None}
    known = (row for row in asked("expectation_gap").rows if row.value is not None)
    return sorted(
        (row for row in known if row.dimensions.get(ITEM) is not None and row.dimensions[ITEM] in levels),
        key=lambda row: row.value or 0.0,
    )


with heading.answering(SHOWN):
    undated = session.is_undated("expectation_gap")
    basis = f"Based on {count_of(gap.n or 0, 'pair')} of expectation and experience"
    by_pillar = asked("expectation_gap", "pillar").rows
    foremost = find_short_pillar(by_pillar)
    of_it = {"pillar": (foremost.name,)} if foremost is not None and not foremost.others else None
    heading.answer(
        expectations_sentences.expectations(
            by_pillar,
            items=session.shown("expectation_gap", filters, by=(ITEM,), where=of_it).rows if of_it else (),
        ),
        metrics=SHOWN,
        based_on=f"{basis}, {period_in_words(filters, session, undated=undated)}",
    )

with st.grid(3, min_column_width=240, gap="small"):
    for pillar in PILLARS:
        cards.kpi(
            session,
            filters,
            "expectation_gap",
            label=f"{words(pillar)}: gap to expectation",
            where={"pillar": (pillar,)},
        )

left, right = st.columns([12, 8], gap="small")
with left, part("Expectation by item"):
    gaps, in_percent, expected = (asked(metric) for metric in METRICS[:3])
    short = {str(row.dimensions[ITEM]) for row in short_gaps(gaps.rows, dimension=ITEM)}
    title = expectations_sentences.short_items(gaps.rows, len(short))
    with cards.evidence(
        session,
        title,
        [expected, gaps, in_percent],
        ["expectation_gap", "expectation_gap_percent", "expectation_level"],
        key="dumbbell",
    ):
        levels = {row.dimensions.get(ITEM): row.value for row in expected.rows if row.value is not None}
        distances = {row.dimensions.get(ITEM): row.value for row in in_percent.rows if row.value is not None}
        ranked = ranked_items()
        if ranked:
            cards.chart(
                charts.dumbbell(
                    [
                        {
                            "label": row.dimensions[ITEM],
                            "expected": levels[row.dimensions[ITEM]],
                            # Experienced of the same pairs, so that the two ends differ by exactly the gap.
                            "experienced": (levels[row.dimensions[ITEM]] or 0.0)
                            + (distances.get(row.dimensions[ITEM]) or 0.0),
                            "text": signed(row.value or 0.0, decimals=2),
                            "note": sentences.interval_note(row, "gap"),
                            "stands_out": str(row.dimensions[ITEM]) in short,
                        }
                        for row in ranked
                    ],
                    axis="Mean rating (% of scale)",
                ),
                alt_text=f"Expected against experienced for {len(ranked)} items. {title}.",
                key="dumbbell_chart",
                note="Labels are gaps in scale points. Coloured where the gap is material and its 95% interval, "
                "corrected for the number of items, lies below zero.",
            )
        else:
            cards.nothing_to_show(gaps, what="Expectation by item")
with right, part("The gap by interaction"):
    by_moment = session.shown("expectation_gap_percent", filters, by=("interaction",))
    moments = usable(by_moment.rows, "interaction")
    spoken = labels(str(row.dimensions["interaction"]) for row in moments)
    low = {str(row.dimensions["interaction"]) for row in short_gaps(by_moment.rows, dimension="interaction")}
    title = expectations_sentences.short_moments(by_moment.rows, len(low))
    with cards.evidence(session, title, [by_moment], ["expectation_gap_percent"], key="gap_by_interaction"):
        if moments:
            cards.chart(
                charts.ranked(
                    [
                        bar(
                            row,
                            spoken[str(row.dimensions["interaction"])],
                            "percent gap",
                            stands_out=str(row.dimensions["interaction"]) in low,
                        )
                        for row in sorted(moments, key=lambda row: row.value or 0.0)
                    ],
                    axis="Gap in percent of the scale",
                ),
                alt_text=f"Ranked bars of the gap by interaction. {title}.",
                key="gap_by_interaction_chart",
                note="In percent of the scale, so that surveys with different scales can be compared.",
            )
        else:
            cards.nothing_to_show(by_moment, what="The gap by interaction")

with left, part("What satisfaction goes with"):
    stake_cards.drivers(session, filters)
with right, part("What customers write about"):
    comment_cards.topics(session, filters)


def accepted() -> None:
    """How much lies below what is accepted, and how the gap has changed."""
    left, right = st.columns(2, gap="small")
    with left, part("Experience below what is accepted"):
        tolerated = session.shown("below_tolerance_share", filters, by=("pillar",))
        survey_cards.compared(
            session,
            tolerated,
            "pillar",
            title=survey_sentences.below_accepted(tolerated.rows),
            what="Experience below what is accepted",
            axis="Share below the least accepted",
            key="tolerance",
            note="The zone of tolerance begins at the least that people would accept (Zeithaml, Berry and Parasuraman "
            "1993). Lines are 95% intervals.",
        )
    with right, part("Change of the gap between waves"):
        moved = session.ask("expectation_gap_change", by=("pillar",), where=filters.where)
        _, down = survey_sentences.apart_from_zero(moved.rows, "pillar")
        survey_cards.compared(
            session,
            moved,
            "pillar",
            title=survey_sentences.changed(moved.rows, dimension="pillar", what="The gap"),
            what="Change of the gap between waves",
            axis="Change of the gap, in percent of the scale",
            key="gap_change",
            note="The newest wave minus the one before, independent of the period above; above 0 the gap has closed.",
            stands_out={str(row.dimensions["pillar"]) for row in down},
        )


def by_group() -> None:
    """The gap by value tier and by stage."""
    left, right = st.columns(2, gap="small")
    for column, dimension, what in ((left, "value_tier_at_event", "value tier"), (right, "stage", "stage")):
        with column, part(f"The gap by {what}"):
            split = session.shown("expectation_gap_percent", filters, by=(dimension,))
            survey_cards.compared(
                session,
                split,
                dimension,
                title=sentences.extremes(split.rows, dimension, what="The gap", unit="percent gap", named=what),
                what=f"The gap by {what}",
                axis="Gap in percent of the scale",
                key=f"gap_by_{dimension}",
                stands_out={str(row.dimensions[dimension]) for row in short_gaps(split.rows, dimension=dimension)},
                lowest_first=True,
            )


def feelings() -> None:
    """The scores of surveys."""
    with st.grid(3, min_column_width=220, gap="small"):
        for metric in (*FEELINGS, "expectation_gap_by_importance", "pairing_coverage"):
            cards.kpi(session, filters, metric, label=cards.SHORT.get(metric))


def respondents() -> None:
    """Who answered, and who did not."""
    left, right = st.columns(2, gap="small")
    with left, part("The score by survey"):
        by_survey = [session.shown(metric, filters, by=("survey_id",)) for metric in ("nps", "nps_answers")]
        pooled, weighted = (session.shown(metric, filters).one(metric) for metric in ("nps", "nps_weighted"))
        survey_cards.mixed(
            session, by_survey, title=survey_sentences.nps_pooled(pooled, weighted), mix=pooled.reason, key="nps_mix"
        )
        survey_cards.refused_groups(by_survey[0])
    with right, part("Who answered"):
        known = [group for group in GROUPS if len(session.values(f"person__{group}")) > 1]
        reached = session.ask("answering_share", by=(known[0] if known else "has_answered",), where=filters.where)
        by_group = known[0] if known else "has_answered"
        with cards.evidence(
            session,
            survey_sentences.answered(reached.rows, by_group),
            [reached],
            ["answering_share", "response_rate", "completion_rate"],
            key="answering",
        ):
            cards.table(
                pivot([reached], by_group, session.definitions, heading=words(by_group), currency=session.currency),
                session,
                alt_text=f"Share of customers who answered by {words(by_group)}",
                key="answering_table",
                note="Customers who have ever answered a survey / all customers; the rest did not answer.",
            )
        with st.grid(2, min_column_width=160, gap="small"):
            for metric in ("response_rate", "completion_rate"):
                cards.kpi(session, filters, metric)


def all_expectations() -> None:
    """The table of all expectations."""
    cards.breakdown(
        session,
        [asked(metric) for metric in METRICS],
        ITEM,
        heading="What is expected",
        alt_text="Gap, expectation, experience and coverage by item",
        key="expectations",
        order=[str(row.dimensions[ITEM]) for row in ranked_items()],
    )


look_closer(
    Drawer(
        "What is known, by stage and corner",
        "heard",
        "hearing",
        partial(stake_cards.coverage, session, filters),
    ),
    Drawer("How they rate it: NPS, CSAT, effort", "feelings", "mood", feelings),
    Drawer("Below what is accepted, and change between surveys", "accepted", "trending_down", accepted),
    Drawer("The gap by value tier and stage", "by_group", "groups", by_group),
    Drawer("All expectations", "all", "table_rows", all_expectations),
    Drawer("How sure are we? Who answered, and who did not", "respondents", "balance", respondents),
)

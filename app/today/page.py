"""Today's answers. In: the leading number of each question. Out: one headline, four answers, growth, and readiness."""

from __future__ import annotations

import streamlit as st

from app.brief import button as brief_button
from app.brief.answers import Answered, at_stake, read_answers
from app.expectations import stake_cards
from app.expectations.stakes import Stakes, read_stakes
from app.kit import cards
from app.kit.failures import part
from app.kit.formatting import TITLE, markdown_safe, shortened
from app.kit.pages import page_of
from app.shell.page import begin, choose, period_in_words
from app.today import readiness
from app.today import sentences as today_sentences

LEADING = ("top_tier_revenue_share", "stage_conversion", "opportunity_score", "expectation_gap")
GROWTH = ("revenue", "active_customers", "acquired", "retention_rate")
PERCEPTION = ("nps", "csat", "ces", "overall_score")
SHOWN = (*LEADING, "value_at_stake", *GROWTH, *PERCEPTION, *readiness.METRICS)

desk, heading = begin("")
filters = choose(desk)
heading = heading.asking(f"{desk.document.company}, {filters.period.lower()}")
answers: tuple[Answered, ...] = ()
stakes: Stakes | None = None
with heading.answering(SHOWN):
    answers = read_answers(desk, filters)
    stakes = read_stakes(desk)
    who, journey, outcomes, expectations = (answer.sentence for answer in answers)
    heading.answer(
        today_sentences.today(
            desk.shown("revenue", filters).one("revenue"),
            desk.before("revenue", filters),
            currency=desk.currency,
            is_fed=desk.is_fed("revenue"),
            period="" if filters.window.is_open else " in this period",
            # What is at stake speaks of all customers, so that it leads only where all of them are shown.
            found=[*([] if filters.where else [at_stake(desk, stakes)]), expectations, outcomes, journey],
        ),
        metrics=SHOWN,
        based_on=period_in_words(filters, desk),
    )

with st.grid(2, min_column_width=320, gap="small"):
    for answer in answers:
        with st.container(border=True, height="stretch"):
            st.page_link(page_of(answer.page).file, label=f"**{answer.question}**", icon=":material/arrow_forward:")
            st.header(markdown_safe(shortened(answer.sentence.text, most=TITLE)), anchor=False)
            cards.kpi(desk, filters, answer.metric, label=answer.label, where=answer.where or None, border=False)

if stakes is not None:
    with part("What is at stake"):
        stake_cards.ranking(desk, stakes, at_stake(desk, stakes), key="stakes_today")

st.header("Growth", anchor=False)
with st.grid(4, min_column_width=220, gap="small"):
    for metric in GROWTH:
        cards.kpi(desk, filters, metric, label=cards.SHORT.get(metric))

st.header("Perception", anchor=False)
with st.grid(4, min_column_width=220, gap="small"):
    for metric in PERCEPTION:
        cards.kpi(desk, filters, metric, label=cards.SHORT.get(metric))

with part("How much of the customer is seen"):
    readiness.block(desk, stakes or read_stakes(desk))
with part("The month on one page"):
    brief_button.offer(desk)

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
from app.kit.periods import last_quarter
from app.kit.sentences import of_all_customers
from app.shell.drawers import Drawer, look_closer
from app.shell.page import begin, choose, period_in_words
from app.today import fix_next, readiness
from app.today import sentences as today_sentences
from app.today.quarter import ASKED, name_of, read_moves
from app.who.sentences import retained

LEADING = ("top_tier_revenue_share", "stage_conversion", "opportunity_score", "expectation_gap")
GROWTH = ("revenue", "active_customers", "acquired", "retention_rate")
PERCEPTION = ("nps", "csat", "ces", "overall_score")
SHOWN = tuple(dict.fromkeys((*LEADING, "value_at_stake", *GROWTH, *ASKED, *PERCEPTION, *readiness.METRICS)))

session, heading = begin("")
filters = choose(session)
heading = heading.asking(f"{session.document.company}, {filters.period.lower()}")
answers: tuple[Answered, ...] = ()
stakes: Stakes | None = None
with heading.answering(SHOWN):
    answers = read_answers(session, filters)
    stakes = read_stakes(session)
    who, journey, outcomes, expectations = (answer.sentence for answer in answers)
    heading.answer(
        today_sentences.today(
            session.shown("revenue", filters).one("revenue"),
            read_moves(session, filters),
            currency=session.currency,
            is_fed=session.is_fed("revenue"),
            period="" if filters.window.is_open else " in this period",
            quarter=name_of(last_quarter(filters.as_of)),
            scope=filters.scope,
            active_days=session.settings.active_days,
            # What is at stake speaks of all customers, so that it leads only where all of them are shown.
            found=[*([] if filters.where else [at_stake(session, stakes)]), expectations, outcomes, journey],
        ),
        metrics=SHOWN,
        based_on=period_in_words(filters, session),
    )

with st.grid(4, min_column_width=220, gap="small"):
    for metric in GROWTH:
        label, note = retained(session.settings.active_days) if metric == "retention_rate" else (None, "")
        cards.kpi(session, filters, metric, label=label, note=note)

with st.grid(2, min_column_width=320, gap="small"):
    for answer in answers:
        with st.container(border=True, height="stretch", key=f"answer_{answer.page}"):
            st.page_link(page_of(answer.page).file, label=f"**{answer.question}**", icon=":material/arrow_forward:")
            st.header(markdown_safe(shortened(answer.sentence.text, most=TITLE)), anchor=False)
            cards.kpi(session, filters, answer.metric, label=answer.label, where=answer.where or None, border=False)

if stakes is not None:
    with part("What to fix next"):
        fix_next.draw(session, stakes, filters)
with part("The month on one page"):
    brief_button.offer(session, filters)


def perception() -> None:
    """What customers say in surveys."""
    with st.grid(4, min_column_width=220, gap="small"):
        for metric in PERCEPTION:
            cards.kpi(session, filters, metric, label=cards.SHORT.get(metric))


def seen() -> None:
    """How much of the customer the sources see."""
    readiness.block(session, stakes or read_stakes(session))


def sure() -> None:
    """What is at stake, with intervals."""
    found = stakes or read_stakes(session)
    title = of_all_customers(at_stake(session, found), filters.where)
    stake_cards.ranking(session, found, title, key="stakes_today")


look_closer(
    Drawer("What customers say: NPS, CSAT, effort", "perception", "mood", perception),
    Drawer("Data coverage", "coverage", "visibility", seen),
    Drawer("How sure are we? Value at stake with its intervals", "stakes", "balance", sure),
)

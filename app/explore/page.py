"""Explore metrics. In: an address. Out: one metric as it asks, and the views that were saved."""

from __future__ import annotations

import streamlit as st

from app.explore import controls, drawing, saved
from app.explore.choice import KEYS, Choice, choice_of
from app.explore.own_pages import views_of
from app.explore.results import answered, fit
from app.explore.sentences import based_on, headline
from app.kit.failures import part
from app.kit.formatting import markdown_safe, shortened
from app.kit.page_session import PageSession
from app.kit.periods import PRIOR_YEAR
from app.shell.page import begin

LAST = "explore_last"
# What a bare address shows, the first that a source feeds.
FIRST = ("revenue", "customers", "touchpoints", "survey_answers")


def first_choice(session: PageSession) -> Choice:
    """What to begin with: by month, beside the year before."""
    known = [name for name in (*FIRST, *session.definitions) if name in session.definitions]
    metric = next((name for name in known if session.is_fed(name)), known[0])
    return Choice(metric=metric, grain="month", comparison=PRIOR_YEAR)


session, heading = begin("Explore metrics")
asked, left_out = choice_of({key: st.query_params.get_all(key) for key in KEYS})
if not asked.metric and LAST in st.session_state:
    # Whoever comes back by the navigation finds what was shown, as on other pages their filters.
    asked = st.session_state[LAST]
    controls.show(asked)
if asked.metric and asked.metric not in session.definitions:
    left_out.append(f"There is no metric called “{shortened(asked.metric)}” in this release.")
if asked.metric not in session.definitions:
    asked = first_choice(session)
choice, more = fit(session, asked)
st.session_state[LAST] = choice
for text in (*left_out, *more):
    st.info(markdown_safe(text), icon=":material/filter_alt_off:")
with part("The choice of a metric"):
    controls.choose_metric(session, choice)
    controls.choose_rest(session, choice)
with heading.answering([choice.metric]):
    result = answered(session, choice)
    heading.answer(headline(result), metrics=[choice.metric], based_on=based_on(result, session.definitions))
    if len(result.definition.description) > controls.DESCRIBED:
        st.caption(markdown_safe(result.definition.description))
    drawing.card(session, result, title=drawing.title_of(result), key="explore", is_open=True)
with part("Saved views"):
    saved.draw(session, choice, views_of(session.paths))

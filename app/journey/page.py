"""What is their journey? In: stage, touchpoint, journey and perception answers. Out: the page."""

from __future__ import annotations

from functools import partial

import streamlit as st

from app.growth import attribution
from app.journey import channels, handoffs, leaks, paths, stages, strip, when
from app.journey import sentences as journey_sentences
from app.kit.failures import part
from app.kit.pages import QUESTIONS
from app.shell.drawers import Drawer, look_closer
from app.shell.page import based_on, begin, choose, without_facts
from app.who import retention

# What the first screen shows; each drawer's own cards state theirs.
SHOWN = tuple(
    dict.fromkeys(
        (*strip.METRICS, "journeys", "handoff_loss", "task_abandonment", attribution.CREDITED, *attribution.RETURNS[:1])
    )
)

session, heading = begin(QUESTIONS["journey"])
filters = choose(session)
people = session.shown("touchpoint_people", filters).one("touchpoint_people")
touchpoints = session.shown("touchpoints", filters).one("touchpoints")
for row in (people, touchpoints):
    is_shown = row is people and row.status != "suppressed"
    if not is_shown and without_facts(heading, filters, row, metrics=SHOWN, what="touchpoints", who="people"):
        st.stop()

with heading.answering(SHOWN):
    heading.answer(
        journey_sentences.journey(
            session.shown("stage_conversion", filters, by=("stage",)).rows,
            days=session.settings.conversion_days,
            observed=strip.observed(session, filters),
        ),
        metrics=SHOWN,
        based_on=based_on([(people, "person", "people"), (touchpoints, "touchpoint", "touchpoints")], filters, session),
    )

with part("The stages"):
    strip.draw(session, filters)
st.header("The largest leaks", anchor=False)
leaks.draw(session, filters)
st.header("Channels", anchor=False)
with part("Channels"):
    attribution.roles(session, filters)

look_closer(
    Drawer("Who goes on from each stage", "goes_on", "groups", partial(stages.who_goes_on, session, filters)),
    Drawer("How each stage is rated", "felt", "mood", partial(stages.experience, session, filters)),
    Drawer(
        "Hand-offs between corners and channels", "handoffs", "sync_alt", partial(handoffs.handoffs, session, filters)
    ),
    Drawer("Tasks and the steps people leave at", "tasks", "checklist", partial(handoffs.tasks, session, filters)),
    Drawer("The paths that journeys take", "paths", "account_tree", partial(paths.flows, session, filters)),
    Drawer(
        "Follow one step: what comes before and after", "explorer", "route", partial(paths.explorer, session, filters)
    ),
    Drawer(
        "Touchpoints and journeys by channel, over time",
        "channels",
        "show_chart",
        partial(channels.draw, session, filters),
    ),
    Drawer("When people come, by weekday and hour", "when", "schedule", partial(when.draw, session, filters)),
    Drawer("Who orders again", "cohorts", "repeat", partial(retention.cohorts, session, filters)),
    Drawer(
        "How sure are we? Attribution models side by side",
        "models",
        "balance",
        partial(attribution.draw, session, filters),
    ),
)

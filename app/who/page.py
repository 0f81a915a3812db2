"""Who are our best customers? In: value, retention and profile answers. Out: the page."""

from __future__ import annotations

from functools import partial

import streamlit as st

from app.kit import cards
from app.kit.failures import part
from app.kit.formatting import percent, words
from app.kit.pages import QUESTIONS
from app.shell.drawers import Drawer, look_closer
from app.shell.page import based_on, begin, choose, period_in_words, without_facts
from app.who import cards as value_cards
from app.who import retention as retention_cards
from app.who import sentences as who_sentences

LEADING = ("top_tier_revenue_share", "predicted_value_mean", "retention_rate", "nps")
MORE = ("revenue_per_buyer", "margin_share", "repeat_order_share", "top_tier_kept_share")
ABOUT = (value_cards.PROFILE, value_cards.CONTEXT, "revenue_concentration")
AHEAD = ("predicted_value_per_customer", "value_backtest_error", "value_model_error", "p_alive")
MOVING = ("cohort_repurchase", "survival_share", "moved_up", "moved_down")
TABLE = ("buyers", "revenue", "revenue_per_buyer", "margin", "retention_rate")
SHOWN = tuple(dict.fromkeys((*LEADING, *MORE, *ABOUT, *AHEAD, *MOVING, *TABLE, "customers", "orders")))
TOP = {"value_tier_at_event": ("top",)}

session, heading = begin(QUESTIONS["who"])
filters = choose(session)
customers, orders = (session.shown(name, filters).one(name) for name in ("buyers", "orders"))
for row in (customers, orders):
    is_shown = row is customers and row.status != "suppressed"
    if not is_shown and without_facts(heading, filters, row, metrics=SHOWN, what="orders", who="customers"):
        st.stop()

top_tier = session.settings.top_tier
with heading.answering(SHOWN):
    heading.answer(
        who_sentences.who(
            session.shown("top_tier_revenue_share", filters).one("top_tier_revenue_share"),
            session.ask(value_cards.PROFILE, by=("attribute", "attribute_value")).rows,
            top_tier=top_tier,
            as_of=session.document.as_of_on,
            scope=filters.scope,
        ),
        metrics=SHOWN,
        based_on=based_on([(customers, "customer", "customers"), (orders, "order", "orders")], filters, session),
    )

with st.grid(4, min_column_width=220, gap="small"):
    cards.kpi(session, filters, "top_tier_revenue_share", label=f"Revenue from top {percent(top_tier)}")
    value_cards.predicted(session, filters, label=f"Predicted value, top {percent(top_tier)}")
    stays, meaning = who_sentences.retained(session.settings.active_days)
    cards.kpi(session, filters, "retention_rate", label=stays, note=meaning)
    value_cards.repurchase(session, filters)

left, right = st.columns([9, 11], gap="small")
with left, part("How revenue is spread over customers"):
    value_cards.concentration(session, session.shown("top_tier_revenue_share", filters).one("top_tier_revenue_share"))
with right, part("What marks the best customers"):
    value_cards.profile(session, session.ask(value_cards.PROFILE, by=("attribute", "attribute_value")))

splits = [
    name
    for name in ("segment", "motivation", "age_band", "region", "first_channel")
    if session.can_split("buyers", name) and session.values(name)
]
if {"motivation", "age_band"} <= {*splits}:
    left, right = st.columns([11, 9], gap="small")
    with left, part("Value by motivation and age"):
        value_cards.worth_by_group(session, filters)
    with right, part("What the best want and expect"):
        value_cards.context(session)
else:
    with part("What the best want and expect"):
        value_cards.context(session)


def more_numbers() -> None:
    """What else is known of those who buy."""
    with st.grid(5, min_column_width=180, gap="small"):
        cards.kpi(session, filters, "nps", label=f"NPS, top {percent(top_tier)}", where=TOP)
        for name in MORE:
            cards.kpi(session, filters, name, label=cards.SHORT.get(name))


def groups() -> None:
    """The table of groups, by an attribute that the reader chooses."""
    if not splits:
        st.info(
            "No attribute of customers is known: a source with attributes, mapped in attributes.csv, fills the groups.",
            icon=":material/info:",
        )
        return
    split = (
        st.segmented_control(
            "Group by",
            splits,
            default=splits[0],
            required=True,
            format_func=words,
            key="group",
            bind="query-params",
        )
        or splits[0]
    )
    answers = [session.shown(metric, filters, by=(split,)) for metric in TABLE]
    cards.breakdown(
        session,
        answers,
        split,
        heading=words(split),
        alt_text=f"Customers, revenue and retention by {words(split).lower()}",
        key="groups",
        note=f"Customers who bought, {period_in_words(filters, session)}. Retention: active within "
        f"{session.settings.active_days} days of their last purchase.",
    )


moves = partial(
    retention_cards.tier_moves,
    session,
    filters,
    split=next((name for name in splits if name not in filters.where), None),
)
look_closer(
    Drawer("Groups of customers", "groups", "groups", groups),
    Drawer("More numbers about those who buy", "numbers", "tag", more_numbers),
    Drawer("Who stays", "stays", "favorite", partial(retention_cards.retention, session, filters)),
    Drawer("Who moves between tiers", "tiers", "swap_vert", moves),
    Drawer(
        "How recently and how often they bought",
        "recency",
        "calendar_month",
        partial(value_cards.recency_and_frequency, session, filters),
    ),
    Drawer(
        "How sure are we? The forecast of value and its test",
        "forecast",
        "balance",
        partial(value_cards.forecast, session, filters),
    ),
)

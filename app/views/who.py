"""Who are our best customers? In: value, retention and profile answers. Out: the page."""

from __future__ import annotations

import streamlit as st

from app import cards, headlines, retention_cards, value_cards
from app.formatting import day, percent, words
from app.page import based_on, begin, choose, nothing_in_period, period_in_words, too_few
from app.tables import pivot

LEADING = ("top_tier_revenue_share", "predicted_value_mean", "retention_rate", "nps")
MORE = ("revenue_per_buyer", "margin_share", "repeat_order_share", "top_tier_kept_share")
ABOUT = (value_cards.PROFILE, value_cards.CONTEXT, "revenue_concentration")
AHEAD = ("predicted_value_per_customer", "value_backtest_error", "value_model_error", "p_alive")
MOVING = ("cohort_repurchase", "survival_share", "moved_up", "moved_down")
TABLE = ("buyers", "revenue", "revenue_per_buyer", "margin", "retention_rate")
SHOWN = tuple(dict.fromkeys((*LEADING, *MORE, *ABOUT, *AHEAD, *MOVING, *TABLE, "customers", "orders")))
TOP = {"value_tier_at_event": ("top",)}

desk, heading = begin("Who are our best customers?")
filters = choose(desk)
customers, orders = (desk.shown(name, filters).one(name) for name in ("buyers", "orders"))
share = desk.shown("top_tier_revenue_share", filters).one("top_tier_revenue_share")

if customers.status == "suppressed":
    too_few(heading, filters, customers, metrics=SHOWN, who="customers")
    st.stop()
if not orders.value:
    feed = desk.document.feeds.get("orders")
    reach = (
        f"The orders in this workspace reach from {day(feed.first_on)} to {day(feed.last_on)}."
        if feed and feed.first_on and feed.last_on
        else "No order with a date was loaded."
    )
    nothing_in_period(heading, filters, metrics=SHOWN, what="orders", reach=reach)
    st.stop()

profile = desk.ask(value_cards.PROFILE, by=("attribute", "attribute_value"))
top_tier = desk.settings.top_tier
heading.answer(
    headlines.who(share, profile.rows, top_tier=top_tier, as_of=desk.document.as_of_on, scope=filters.scope),
    metrics=SHOWN,
    based_on=based_on([(customers, "customer", "customers"), (orders, "order", "orders")], filters, desk),
)

with st.grid(4, min_column_width=220, gap="small"):
    cards.kpi(desk, filters, "top_tier_revenue_share", label=f"Revenue from top {percent(top_tier)}")
    value_cards.predicted(desk, filters, label=f"Predicted value, top {percent(top_tier)}")
    cards.kpi(desk, filters, "retention_rate", label=cards.SHORT["retention_rate"])
    cards.kpi(desk, filters, "nps", label=f"NPS, top {percent(top_tier)}", where=TOP)

with st.grid(4, min_column_width=220, gap="small"):
    for name in MORE:
        cards.kpi(desk, filters, name, label=cards.SHORT.get(name))

left, right = st.columns([9, 11], gap="small")
with left:
    value_cards.concentration(desk, share)
with right:
    value_cards.profile(desk, profile)

splits = [
    name
    for name in ("segment", "motivation", "age_band", "region", "first_channel")
    if desk.can_split("buyers", name) and desk.values(name)
]
st.header("What they will be worth", anchor=False)
value_cards.forecast(desk)
if {"motivation", "age_band"} <= {*splits}:
    left, right = st.columns([11, 9], gap="small")
    with left:
        value_cards.worth_by_group(desk, filters)
    with right:
        value_cards.context(desk)
else:
    value_cards.context(desk)

st.header("Who stays", anchor=False)
retention_cards.retention(desk, filters)

st.header("Who moves between tiers", anchor=False)
retention_cards.tier_moves(desk, filters, split=next((name for name in splits if name not in filters.where), None))

st.header("How lately and how often they bought", anchor=False)
value_cards.recency_and_frequency(desk, filters)

st.header("Groups of customers", anchor=False)
if splits:
    split = st.segmented_control(
        "Group by", splits, default=splits[0], required=True, format_func=words, key="group", bind="query-params"
    )
    answers = [desk.shown(metric, filters, by=(split or splits[0],)) for metric in TABLE]
    groups = pivot(
        answers,
        split or splits[0],
        desk.definitions,
        heading=words(split or splits[0]),
        currency=desk.currency,
    )
    cards.table(
        groups,
        desk,
        alt_text=f"Customers, revenue and retention by {words(split or splits[0]).lower()}",
        key="groups_table",
        note=f"Customers who bought, {period_in_words(filters, desk)}.",
    )
    cards.source(desk, answers, TABLE, key="groups")
else:
    st.info("No attribute of customers is mapped yet: attributes.csv fills the groups.", icon=":material/info:")

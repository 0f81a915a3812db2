"""Who are our best customers? In: value, retention and profile answers. Out: the page."""

from __future__ import annotations

import streamlit as st

from app import cards, charts, headlines
from app.findings import find_marks
from app.formatting import day, number, percent, words
from app.page import based_on, begin, choose, nothing_in_period, period_in_words, too_few
from app.tables import pivot

METRICS = ("top_tier_revenue_share", "revenue_per_buyer", "retention_rate", "nps")
PROFILE = "profile_index"
TABLE = ("buyers", "revenue", "revenue_per_buyer", "retention_rate")
SHOWN = (*METRICS, PROFILE, "buyers", "orders", "revenue")
TOP = {"value_tier_at_event": ("top",)}
# Beyond this many dots the chart is a list: the strongest stand for the rest, the download has all.
DOTS = 14

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

profile = desk.ask(PROFILE, by=("attribute", "attribute_value"))
top_tier = desk.settings.top_tier
heading.answer(
    headlines.who(share, profile.rows, top_tier=top_tier, as_of=desk.document.as_of_on, scope=filters.scope),
    metrics=SHOWN,
    based_on=based_on([(customers, "customer", "customers"), (orders, "order", "orders")], filters, desk),
)

with st.grid(4, min_column_width=220, gap="small"):
    cards.kpi(desk, filters, "top_tier_revenue_share", label=f"Revenue from top {percent(top_tier)}")
    cards.kpi(desk, filters, "revenue_per_buyer", label="Revenue per customer")
    cards.kpi(desk, filters, "retention_rate", label=cards.SHORT["retention_rate"])
    cards.kpi(desk, filters, "nps", label=f"NPS, top {percent(top_tier)}", where=TOP)

left, right = st.columns([9, 11], gap="small")
with left:
    history = desk.shown("top_tier_revenue_share", filters, grain="month")
    title = headlines.concentration(share, history.rows, top_tier=top_tier)
    with cards.evidence(desk, title, [history], ["top_tier_revenue_share"], key="top_tier_share"):
        months = [row for row in history.rows if row.status == "ok" and row.value is not None]
        if months:
            cards.chart(
                charts.over_time(
                    [{"period": row.period, "value": row.value} for row in months],
                    axis="Share of revenue",
                    pattern=".0%",
                    reference=top_tier,
                    reference_label="Their share of customers",
                ),
                alt_text=f"Line: {title}. The last month stands at {percent(months[-1].value or 0.0)}.",
                key="top_tier_share_chart",
                note="Trailing twelve months of revenue, by the tier that held at each month's end.",
            )
        else:
            cards.nothing_to_show(history, what="The share by month")
with right:
    marks = find_marks(profile.rows)
    title = headlines.marks_found(profile.rows)
    with cards.evidence(desk, title, [profile], [PROFILE], key="profile"):
        found = {(mark.attribute, mark.value) for mark in marks}
        rows = [row for row in profile.rows if row.status == "ok" and row.value is not None]
        rows.sort(
            key=lambda row: (
                (row.dimensions["attribute"], row.dimensions["attribute_value"]) not in found,
                -abs((row.value or 100.0) - 100.0),
            )
        )
        records = []
        for row in sorted(rows[:DOTS], key=lambda row: -(row.value or 0.0)):
            key = (row.dimensions["attribute"], row.dimensions["attribute_value"])
            value = row.value or 0.0
            records.append(
                {
                    "label": f"{words(str(key[0]))}: {key[1]}",
                    "value": value,
                    "low": row.low if row.low is not None else value,
                    "high": row.high if row.high is not None else value,
                    "text": number(value, "index"),
                    "note": headlines.interval_note(row, "index"),
                    "direction": "Not proven" if key not in found else "More common" if value > 100 else "Less common",
                }
            )
        if records:
            cards.chart(
                charts.index_dots(records, axis="Index (all customers: 100)"),
                alt_text=f"Dot plot of {len(records)} attribute values: {title}.",
                key="profile_chart",
                note="Circles are more common in the top tier, diamonds less, squares not proven. "
                f"All customers, whatever the filter: {len(marks)} of {len(rows)} values differ measurably "
                "(95%, corrected for the number of comparisons). Lines are 95% intervals.",
            )
        else:
            cards.nothing_to_show(profile, what="The profile")

st.header("Groups of customers", anchor=False)
splits = [
    name
    for name in ("segment", "motivation", "age_band", "region", "first_channel")
    if desk.can_split("buyers", name) and desk.values(name)
]
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

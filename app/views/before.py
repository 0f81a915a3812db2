"""What happens before the purchase? In: content, gate, mention and reply answers. Out: the page."""

from __future__ import annotations

import streamlit as st

from app import cards, charts, headlines
from app.findings import stands_out, told, usable
from app.formatting import count_of, number, percent, words
from app.page import based_on, begin, choose, nothing_in_period, too_few
from app.tables import pivot
from serving import Answer

METRICS = ("content_views", "gate_abandonment", "negative_answered_share", "share_of_voice")
CONTENT = ("content_views", "content_people", "gates_shown", "gate_abandonment")
REPLIES = ("tickets", "first_reply_hours", "unanswered_share", "ticket_satisfaction")
SHOWN = (*METRICS, "mentions", "positive_amplified_share", *REPLIES)
OWN = {"is_own_brand": ("true",)}
BARS = 12


def bars(answer: Answer, dimension: str, unit: str) -> list[dict[str, object]]:
    """The values of a dimension, highest first, with an interval where there is one; the clearly highest stands out."""
    rows = sorted(told(answer.rows, dimension), key=lambda row: -(row.value or 0.0))[:BARS]
    found = stands_out(usable(rows, dimension), dimension)
    return [
        {
            "label": words(str(row.dimensions[dimension])),
            "value": row.value,
            "low": row.low if row.low is not None else row.value,
            "high": row.high if row.high is not None else row.value,
            "text": number(row.value or 0.0, unit),
            "stands_out": row.dimensions[dimension] == found,
            "note": headlines.interval_note(row, unit),
        }
        for row in rows
    ]


desk, heading = begin("What happens before the purchase?")
filters = choose(desk)
target = desk.settings.reply_target_hours
views = desk.shown("content_views", filters).one("content_views")
readers = desk.shown("content_people", filters).one("content_people")
said = desk.shown("mentions", filters, where=OWN).one("mentions")
if readers.status == "suppressed":
    too_few(heading, filters, readers, metrics=SHOWN, who="readers")
    st.stop()
if not views.value and not said.value:
    reach = views.reason or "No page is mapped in content.csv, and no source of public mentions is loaded."
    nothing_in_period(heading, filters, metrics=SHOWN, what="content and no mentions", reach=reach)
    st.stop()

gate = desk.shown("gate_abandonment", filters).one("gate_abandonment")
answered = desk.shown("negative_answered_share", filters, where=OWN).one("negative_answered_share")
heading.answer(
    headlines.before(gate, answered),
    metrics=SHOWN,
    based_on=based_on(
        [(views, "content view", "content views"), (said, "public mention", "public mentions")], filters, desk
    ),
)

with st.grid(4, min_column_width=220, gap="small"):
    cards.kpi(desk, filters, "content_views")
    cards.kpi(desk, filters, "gate_abandonment")
    cards.kpi(desk, filters, "negative_answered_share", label="Negative answered", where=OWN)
    cards.kpi(desk, filters, "share_of_voice")

left, right = st.columns(2, gap="small")
with left:
    by_topic = desk.shown("gate_abandonment", filters, by=("topic",))
    title = headlines.extremes(by_topic.rows, "topic", what="The share leaving at the gate", unit="share")
    with cards.evidence(desk, title, [by_topic], ["gate_abandonment"], key="gates"):
        shown = bars(by_topic, "topic", "share")
        if shown:
            cards.chart(
                charts.ranked(shown, axis="Share of sessions that left at the gate"),
                alt_text=f"Bars of the share leaving at the gate, by topic. {title}.",
                key="gates_chart",
                note="A session that was shown a gate and did not submit it; each session and content counts once.",
            )
        else:
            cards.nothing_to_show(by_topic, what="Gates by topic")
with right:
    hours = desk.shown("first_reply_hours", filters, by=("ticket_category",))
    title = headlines.spread(hours.rows, "ticket_category", what="The median time to a first reply", unit="hours")
    with cards.evidence(desk, title, [hours], ["first_reply_hours"], key="replies"):
        shown = bars(hours, "ticket_category", "hours")
        if shown:
            cards.chart(
                charts.ranked(
                    shown, axis="Median hours to the first reply", threshold=desk.settings.reply_target_hours
                ),
                alt_text=f"Bars of the median hours to a first reply, by kind of ticket. {title}.",
                key="replies_chart",
                note=f"Median of the answered tickets; the line is the target of {target:g} hours. "
                "The share without any answer stands in the table below.",
            )
        else:
            cards.nothing_to_show(hours, what="Time to a first reply")

left, right = st.columns(2, gap="small")
with left:
    moods = desk.shown("mentions", filters, by=("sentiment",), where=OWN, grain="month")
    series = [
        {"period": row.period, "value": row.value, "series": words(str(row.dimensions["sentiment"]))}
        for row in moods.rows
        if row.status == "ok" and row.value is not None and row.dimensions.get("sentiment")
    ]
    negative = desk.shown("negative_share", filters, where=OWN).one("negative_share")
    title_text = (
        f"{percent(negative.value)} of mentions with a known tone are negative"
        if negative.value is not None
        else "Public mentions by tone"
    )
    with cards.evidence(desk, title_text, [moods], ["mentions", "negative_share"], key="moods"):
        if series:
            cards.chart(
                charts.lines(series),
                alt_text=f"Lines of mentions of the brand a month, by tone. {title_text}.",
                key="moods_chart",
                note="Mentions of the company's own brand a month.",
            )
        else:
            cards.nothing_to_show(moods, what="Mentions by tone")
with right:
    networks = desk.shown("negative_answered_share", filters, by=("network",), where=OWN)
    title = headlines.extremes(networks.rows, "network", what="The share of negative mentions answered", unit="share")
    with cards.evidence(desk, title, [networks], ["negative_answered_share"], key="networks"):
        shown = bars(networks, "network", "share")
        if shown:
            cards.chart(
                charts.ranked(shown, axis="Share of negative mentions answered"),
                alt_text=f"Bars of the share of negative mentions answered, by network. {title}.",
                key="networks_chart",
                note=f"Mentions younger than {target:g} hours are left out: they may still be answered in time.",
            )
        else:
            cards.nothing_to_show(networks, what="Answers by network")

st.header("Content and service", anchor=False)
splits = {"Content": ("content_group", CONTENT), "Tickets": ("ticket_category", REPLIES)}
chosen = st.segmented_control("Show", list(splits), default="Content", required=True, key="before", bind="query-params")
dimension, metrics = splits[chosen or "Content"]
answers = [desk.shown(metric, filters, by=(dimension,)) for metric in metrics]
shown_table = pivot(answers, dimension, desk.definitions, heading=words(dimension), currency=desk.currency)
cards.table(
    shown_table,
    desk,
    alt_text=f"{chosen} by {words(dimension).lower()}",
    key="before_table",
    note=f"{count_of(views.value or 0, 'content view')} in the period.",
)
cards.source(desk, answers, metrics, key="before_table")

"""Touchpoints by channel: over time, and as a table. In: a session and the reader's filters. Out: drawn cards."""

from __future__ import annotations

import streamlit as st

from app.journey import sentences as journey_sentences
from app.kit import cards, charts, initiatives
from app.kit.formatting import count_of, labels
from app.kit.page_session import PageSession
from app.kit.selection import Filters
from app.shell.page import period_in_words

# More lines than this cannot be distinguished; the smaller channels are in the table and the download.
CHANNELS = 6
TABLE = ("touchpoints", "touchpoint_people", "stage_conversion")
JOURNEYS = (
    "journeys",
    "journey_conversion_rate",
    "journey_first_conversion_rate",
    "journey_days_to_purchase",
    "offline_share",
)


def draw(session: PageSession, filters: Filters) -> None:
    """The course of each channel, the table of all, and journeys in numbers."""
    counted = journey_sentences.conversions_counted(session.settings.conversion_event)
    with st.grid(len(JOURNEYS), min_column_width=200, gap="small"):
        for metric in JOURNEYS:
            cards.kpi(session, filters, metric, note=counted.get(metric, ""))
    _over_time(session, filters)
    answers = [session.shown(metric, filters, by=("channel",)) for metric in TABLE]
    cards.breakdown(
        session,
        answers,
        "channel",
        heading="Channel",
        alt_text="Touchpoints, people and conversion by channel",
        key="all_channels",
        note=f"{period_in_words(filters, session)}.",
    )


def _over_time(session: PageSession, filters: Filters) -> None:
    monthly = session.shown("touchpoints", filters, by=("channel",), grain="month")
    named = [
        row for row in monthly.rows if row.status == "ok" and row.value is not None and row.dimensions.get("channel")
    ]
    spoken = labels(str(row.dimensions["channel"]) for row in named)
    series = [
        {"period": row.period, "value": row.value, "series": spoken[str(row.dimensions["channel"])]} for row in named
    ]
    totals: dict[str, float] = {}
    for record in series:
        name = str(record["series"])
        totals[name] = totals.get(name, 0.0) + float(str(record["value"]))
    largest = sorted(totals, key=lambda name: -totals[name])[:CHANNELS]
    changed = initiatives.marks(session, "touchpoints", filters.window)
    by_channel = session.shown("touchpoints", filters, by=("channel",))
    title = journey_sentences.leading_channel(by_channel.rows, session.shown("touchpoints", filters).one("touchpoints"))
    with cards.evidence(session, title, [monthly, by_channel], ["touchpoints"], key="channels"):
        if largest:
            cards.chart(
                charts.lines([record for record in series if record["series"] in largest], marks=changed),
                alt_text=f"Lines of touchpoints a month for {len(largest)} channels. {title}.",
                key="channels_chart",
                note=(
                    f"Touchpoints a month; the {len(largest)} largest "
                    f"of {count_of(len(totals), 'channel')} that can be shown."
                    if len(totals) > CHANNELS
                    else "Touchpoints a month."
                )
                + f" {initiatives.note(changed)}",
            )
        else:
            cards.nothing_to_show(monthly, what="Touchpoints by channel")

"""When people come, by weekday and hour. In: a session and the reader's filters. Out: a drawn card."""

from __future__ import annotations

from calendar import day_name
from collections import defaultdict

import streamlit as st

from app.kit import cards, charts
from app.kit.formatting import number, percent
from app.kit.page_session import PageSession
from app.kit.selection import Filters

# Hours in blocks that can be distinguished on a telephone.
BLOCK = 4


def draw(session: PageSession, filters: Filters) -> None:
    """A grid of touchpoints by weekday and part of the day, in drill-down."""
    with st.expander("When: by weekday and hour", icon=":material/schedule:"):
        answer = session.shown("touchpoints", filters, by=("weekday", "hour_of_day"))
        counts: dict[tuple[str, int], float] = defaultdict(float)
        for row in answer.rows:
            hour = row.dimensions.get("hour_of_day")
            if row.status == "ok" and row.value and hour is not None:
                counts[str(row.dimensions["weekday"]), int(hour) // BLOCK] += row.value
        whole = sum(counts.values())
        if not whole:
            cards.nothing_to_show(answer, what="Touchpoints by weekday and hour")
            return
        busiest = max(counts, key=lambda cell: (counts[cell], cell))
        share = percent(counts[busiest] / whole)
        title = f"{busiest[0]} {_block(busiest[1])} is the busiest time, with {share} of touchpoints"
        with cards.evidence(session, title, [answer], ["touchpoints"], key="when"):
            cards.chart(
                charts.matrix(
                    [
                        {
                            "row": weekday,
                            "column": _block(block),
                            "value": counts[weekday, block],
                            "text": number(counts[weekday, block], "count"),
                        }
                        for weekday in day_name
                        for block in range(24 // BLOCK)
                    ],
                    columns=[_block(block) for block in range(24 // BLOCK)],
                    rows=list(day_name),
                    pattern=",.0f",
                ),
                alt_text=f"Grid of touchpoints by weekday and hour. {title}.",
                key="when_chart",
                note=f"Hours of {session.document.timezone}.",
            )


def _block(block: int) -> str:
    return f"{block * BLOCK:02}–{(block + 1) * BLOCK:02} h"

"""The stages in detail: who goes on, and how they are felt. In: a session and the reader's filters. Out: cards."""

from __future__ import annotations

import streamlit as st

from app.journey.strip import last_observed, observed
from app.kit import cards, charts, sentences
from app.kit.findings import MIN_N, usable
from app.kit.formatting import count_of, labels, number, percent, unavailable, words
from app.kit.grids import grid
from app.kit.page_session import PageSession
from app.kit.selection import Filters
from serving import AnswerRow
from workspace.vocabulary import STAGES

SPLITS = {"channel": "Channel", "segment": "Segment", "value_tier_at_event": "Value tier"}


def who_goes_on(session: PageSession, filters: Filters) -> None:
    """The share that goes on from each stage, by channel, segment or value tier."""
    splits = [name for name in SPLITS if session.can_split("stage_conversion", name)]
    by = (
        st.segmented_control(
            "Who goes on, by",
            splits,
            default=splits[0],
            required=True,
            format_func=SPLITS.__getitem__,
            key="goes_on_by",
            bind="query-params",
        )
        or splits[0]
    )
    split = session.shown("stage_conversion", filters, by=(by, "stage"))
    seen, last = observed(session, filters), last_observed(session, filters)
    going_on = [stage for stage in STAGES if stage in seen and stage != last]
    rows = [row for row in split.rows if row.dimensions.get(by) and row.dimensions.get("stage") in going_on]
    rates_by_split = session.shown("stage_conversion", filters, by=(by,))
    title = sentences.extremes(rates_by_split.rows, by, what="The share going on", unit="share")
    with cards.evidence(session, title, [split], ["stage_conversion"], key="stage_by_split"):
        spoken = labels(str(row.dimensions[by]) for row in rows)
        cells = [
            {
                "row": spoken[str(row.dimensions[by])],
                "column": words(str(row.dimensions["stage"])),
                "value": row.value if (row.n or 0) >= MIN_N else None,
                "text": _rate_text(row),
            }
            for row in rows
        ]
        if any(cell["value"] is not None for cell in cells):
            grid(
                charts.matrix(cells, columns=[words(stage) for stage in going_on], pattern=".1%"),
                cells,
                columns={"row": SPLITS[by], "column": "Stage", "text": "Go on"},
                alt_text=f"Grid of the share that goes on, by {SPLITS[by].lower()} and stage. {title}.",
                key="stage_by_split_chart",
                note=f"Share of entries that reach a later stage within {session.settings.conversion_days} days. "
                "Channel and value tier are those of the entry.",
            )
        else:
            cards.nothing_to_show(split, what=f"Conversion by {SPLITS[by].lower()}")


def experience(session: PageSession, filters: Filters) -> None:
    """The rated experience along the stages, with its intervals."""
    perceived = session.shown("perception_level", filters, by=("stage",))
    known = [row for row in usable(perceived.rows, "stage") if row.dimensions["stage"] in STAGES]
    title = sentences.extremes(perceived.rows, "stage", what="The rated experience", unit="score", order=STAGES)
    with cards.evidence(session, title, [perceived], ["perception_level"], key="perception_by_stage"):
        if known:
            lowest = min(known, key=lambda row: row.value or 0.0) if title.claim else None
            cards.chart(
                charts.along_stages(
                    [
                        {
                            "stage": words(str(row.dimensions["stage"])),
                            "value": row.value,
                            "low": row.low,
                            "high": row.high,
                            "text": number(row.value or 0.0, "score"),
                            "note": sentences.interval_note(row, "score"),
                        }
                        for row in known
                    ],
                    axis="Mean rating of the experience",
                    order=[words(stage) for stage in STAGES],
                    lowest=words(str(lowest.dimensions["stage"])) if lowest else None,
                ),
                alt_text=f"Line of the rated experience along the stages. {title}.",
                key="perception_by_stage_chart",
                note=f"{count_of(sum(row.n or 0 for row in known), 'answer')}; lines are 95% intervals.",
            )
        else:
            cards.nothing_to_show(perceived, what="Experience along the stages")


def _rate_text(row: AnswerRow) -> str:
    """A share of the grid, or why there is none: nobody, too few to say, or hidden."""
    if row.value is None:
        return "" if row.status == "no_data" else unavailable(row.status)
    return percent(row.value) if (row.n or 0) >= MIN_N else "too few"

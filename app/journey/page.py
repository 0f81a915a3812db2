"""What is their journey? In: stage, touchpoint, journey and perception answers. Out: the page."""

from __future__ import annotations

import streamlit as st

from app.growth import attribution
from app.journey import handoffs as journey_handoffs
from app.journey import paths as journey_paths
from app.journey import sentences as journey_sentences
from app.journey import stage_cards
from app.journey import when as journey_when
from app.journey.findings import find_stalled_stage, observed_stages
from app.kit import cards, charts, initiatives, sentences
from app.kit.failures import part
from app.kit.findings import MIN_N, usable
from app.kit.formatting import count_of, labels, markdown_safe, number, percent, unavailable, words
from app.kit.pages import QUESTIONS
from app.kit.tables import pivot
from app.shell.page import based_on, begin, choose, period_in_words, without_facts
from app.who import retention as retention_cards
from serving import Answer, AnswerRow
from workspace.vocabulary import STAGES

METRICS = ("stage_conversion", "stage_entries", "days_to_next_stage", "touchpoints", "journeys")
SHOWN = (
    *METRICS,
    "journey_conversion_rate",
    "journey_first_conversion_rate",
    "journey_days_to_purchase",
    "offline_share",
    "perception_level",
    *journey_handoffs.METRICS,
    *journey_paths.METRICS,
    *attribution.METRICS,
)
SPLITS = {"channel": "Channel", "segment": "Segment", "value_tier_at_event": "Value tier"}
# More lines than this cannot be distinguished; the smaller channels are in the table and the download.
CHANNELS = 6


def by_value(answer: Answer, dimension: str, metric: str) -> dict[str | None, AnswerRow]:
    """The rows of one metric by the value of a dimension."""
    return {row.dimensions.get(dimension): row for row in answer.rows if row.metric == metric}


def rate_text(row: AnswerRow) -> str:
    """A share of the grid, or why there is none: nobody, too few to say, or hidden."""
    if row.value is None:
        return "" if row.status == "no_data" else unavailable(row.status)
    return percent(row.value) if (row.n or 0) >= MIN_N else f"n < {MIN_N}"


session, heading = begin(QUESTIONS["journey"])
filters = choose(session)
people = session.shown("touchpoint_people", filters).one("touchpoint_people")
touchpoints = session.shown("touchpoints", filters).one("touchpoints")
for row in (people, touchpoints):
    is_shown = row is people and row.status != "suppressed"
    if not is_shown and without_facts(heading, filters, row, metrics=SHOWN, what="touchpoints", who="people"):
        st.stop()


def by_stage(metric: str) -> dict[str | None, AnswerRow]:
    """A metric by stage, within the filters."""
    return by_value(session.shown(metric, filters, by=("stage",)), "stage", metric)


def observed() -> set[str]:
    """The stages that at least one customer entered."""
    return observed_stages(session.shown("stage_entries", filters, by=("stage",)).rows)


def last_observed() -> str:
    """The stage after which none is seen."""
    return max(observed() & set(STAGES), key=STAGES.index, default=STAGES[-1])


with heading.answering(SHOWN):
    heading.answer(
        journey_sentences.journey(
            session.shown("stage_conversion", filters, by=("stage",)).rows,
            days=session.settings.conversion_days,
            observed=observed(),
        ),
        metrics=SHOWN,
        based_on=based_on([(people, "person", "people"), (touchpoints, "touchpoint", "touchpoints")], filters, session),
    )

st.header(f"Share who go on to a later stage within {session.settings.conversion_days} days", anchor=False)
with part("The stages"):
    conversion = session.shown("stage_conversion", filters, by=("stage",))
    seen = observed()
    stall = find_stalled_stage(conversion.rows, observed=seen)
    entries, waits, rates = (by_stage(metric) for metric in ("stage_entries", "days_to_next_stage", "stage_conversion"))
    past = session.earlier("stage_conversion", filters, by=("stage",))
    earlier = by_value(past, "stage", "stage_conversion") if past else {}
    touches = session.shown("touchpoints", filters, by=("stage", "touchpoint")).rows
    where = session.shown("touchpoints", filters, by=("stage", "channel")).rows
    how = session.shown("touchpoints", filters, by=("stage", "method")).rows
    why = session.shown("touchpoints", filters, by=("stage", "reason")).rows
    last = last_observed()
    with st.grid(6, min_column_width=150, gap="small"):
        for position, stage in enumerate(STAGES, start=1):
            with st.container(border=True, height="stretch", gap="xsmall"):
                count, rate, wait = entries.get(stage), rates.get(stage), waits.get(stage)
                st.markdown(f"**{position}. {words(stage)}**")
                st.markdown(f":gray[{stage_cards.reached(count)}]")
                if rate is not None and rate.value is not None and stage != last:
                    if stage_cards.is_readable(rate):
                        moved, color = cards.delta(session.definitions["stage_conversion"], rate, earlier.get(stage))
                        st.metric(
                            f"Go on from {stage}",
                            percent(rate.value),
                            moved,
                            delta_color=color,
                            label_visibility="collapsed",
                            help=sentences.interval_note(rate, "share"),
                        )
                    base = stage_cards.base_of(rate, conversion_days=session.settings.conversion_days)
                    st.caption(markdown_safe(base))
                    if stall is not None and stall.stage == stage:
                        st.badge("Stalls here", icon=":material/south:", color="red")
                else:
                    st.markdown(f":gray[{'last stage seen' if stage == last else stage_cards.no_rate(rate)}]")
                facts = [
                    (":material/schedule:", stage_cards.wait(wait)),
                    (":material/touch_app:", stage_cards.most_common(touches, "touchpoint", stage)),
                    (":material/location_on:", stage_cards.most_common(where, "channel", stage)),
                    (":material/devices:", stage_cards.most_common(how, "method", stage)),
                    (":material/chat:", stage_cards.most_common(why, "reason", stage)),
                ]
                for icon, fact in facts:
                    if fact:
                        st.markdown(f"{icon} {markdown_safe(fact)}")
    st.caption(
        "A percentage is of the entries old enough to tell. Below it: the median wait, then the most common "
        "touchpoint, channel, method and stated reason."
    )

left, right = st.columns([11, 9], gap="small")
with left, part("Who goes on"):
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
    going_on = [stage for stage in STAGES if stage in observed() and stage != last_observed()]
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
                "text": rate_text(row),
            }
            for row in rows
        ]
        if any(cell["value"] is not None for cell in cells):
            cards.chart(
                charts.matrix(cells, columns=[words(stage) for stage in going_on], pattern=".1%"),
                alt_text=f"Grid of the share that goes on, by {SPLITS[by].lower()} and stage. {title}.",
                key="stage_by_split_chart",
                note=f"Share of entries that reach a later stage within {session.settings.conversion_days} days. "
                "Channel and value tier are those of the entry.",
            )
        else:
            cards.nothing_to_show(split, what=f"Conversion by {SPLITS[by].lower()}")
with right, part("Experience along the stages"):
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

with part("Touchpoints by channel"):
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
    title_text = journey_sentences.leading_channel(by_channel.rows, touchpoints)
    with cards.evidence(session, title_text, [monthly, by_channel], ["touchpoints"], key="channels"):
        if largest:
            cards.chart(
                charts.lines([record for record in series if record["series"] in largest], marks=changed),
                alt_text=f"Lines of touchpoints a month for {len(largest)} channels. {title_text}.",
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

with part("When people come"):
    journey_when.draw(session, filters)
with part("Hand-offs"):
    journey_handoffs.handoffs(session, filters)
with part("Tasks"):
    journey_handoffs.tasks(session, filters)
with part("Paths"):
    journey_paths.flows(session)
with part("The path explorer"):
    journey_paths.explorer(session)
with part("Who orders again"):
    retention_cards.cohorts(session, filters)
with part("Which channel earns the credit"):
    attribution.draw(session, filters)

st.header("Journeys", anchor=False)
counted = journey_sentences.conversions_counted(session.settings.conversion_event)
with st.grid(5, min_column_width=220, gap="small"):
    for metric in (
        "journeys",
        "journey_conversion_rate",
        "journey_first_conversion_rate",
        "journey_days_to_purchase",
        "offline_share",
    ):
        cards.kpi(session, filters, metric, note=counted.get(metric, ""))
with part("Touchpoints by channel, as a table"):
    channel_table = [
        session.shown(metric, filters, by=("channel",))
        for metric in ("touchpoints", "touchpoint_people", "stage_conversion")
    ]
    cards.table(
        pivot(
            channel_table,
            "channel",
            session.definitions,
            heading="Channel",
            currency=session.currency,
        ),
        session,
        alt_text="Touchpoints, people and conversion by channel",
        key="channels_table",
        note=f"{period_in_words(filters, session)}.",
    )
    cards.source(session, channel_table, ("touchpoints", "touchpoint_people", "stage_conversion"), key="channel_table")

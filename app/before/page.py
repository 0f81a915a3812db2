"""What happens before the purchase? In: content, gate, mention and reply answers. Out: the page."""

from __future__ import annotations

import streamlit as st

from app.before import sentences as before_sentences
from app.growth import sentences as growth_sentences
from app.growth.findings import find_apart, find_costly_gate
from app.kit import cards, charts, initiatives, tones
from app.kit.bars import bar
from app.kit.failures import part
from app.kit.findings import MIN_N, with_values
from app.kit.formatting import labels, listing, number, percent, words
from app.kit.sentences import Sentence, of_all_customers
from app.shell.drawers import Drawer, look_closer
from app.shell.page import based_on, begin, choose, period_in_words, without_facts
from serving import Answer

METRICS = ("content_views", "gate_abandonment", "negative_in_time_share", "share_of_voice")
CONTENT = ("content_views", "engaged_minutes", "scroll_depth", "exit_rate", "steps_to_content", "reading_ease")
GATES = ("gates_shown", "gate_abandonment", "gate_continuation")
REPLIES = ("tickets", "answered_in_time_share", "first_reply_hours", "unanswered_share", "ticket_satisfaction")
VOICES = (
    "mentions",
    "negative_share",
    "negative_answered_share",
    "negative_in_time_share",
    "positive_amplified_share",
    "average_rating",
)
OUTREACH = ("outreach_contacts", "outreach_answered_share")
SHOWN = (*METRICS, *CONTENT, *GATES, *VOICES, *REPLIES, *OUTREACH, "gated_share", "content_continuation")
OWN = {"is_own_brand": ("true",)}
BARS = 12
CURVES = {"ticket": "Tickets", "negative_mention": "Negative mentions"}
WHOLE_CURVE = {"reply_dimension": ("all",)}
# Word for a table -> what its rows are, and its columns.
TABLES = {
    "Content": ("content_group", CONTENT),
    "Gates": ("topic", GATES),
    "Public voice": ("network", VOICES),
    "Tickets": ("ticket_category", REPLIES),
    "Outreach": ("channel", OUTREACH),
}
HOURS = ("1", "4", "8", "24", "48", "168")


def bars(answer: Answer, dimension: str, unit: str, *, found: str | None) -> list[dict[str, object]]:
    """The values of a dimension, highest first, with an interval where there is one; what was found stands out."""
    rows = sorted(with_values(answer.rows, dimension), key=lambda row: -(row.value or 0.0))[:BARS]
    spoken = labels(str(row.dimensions[dimension]) for row in rows)
    return [
        bar(row, spoken[str(row.dimensions[dimension])], unit, stands_out=row.dimensions[dimension] == found)
        | ({} if row.low is not None else {"low": row.value, "high": row.value})
        for row in rows
    ]


session, heading = begin("What happens before the purchase?")
filters = choose(session)
target = session.settings.reply_target_hours
views = session.shown("content_views", filters).one("content_views")
readers = session.shown("content_people", filters).one("content_people")
said = session.shown("mentions", filters, where=OWN).one("mentions")
fed = [name for name, row in {"content": views, "mentions": said}.items() if session.is_fed(row.metric)]
if readers.status == "suppressed" and without_facts(
    heading, filters, readers, metrics=SHOWN, what="content", who="readers"
):
    st.stop()
if not (views.value or said.value) and without_facts(
    heading,
    filters,
    # What is fed says why nothing of it is here; where neither is, no source is the reason.
    said if fed == ["mentions"] else views,
    metrics=SHOWN,
    what=listing(fed or ["content", "mentions"], joint="and" if fed else "or"),
    who="readers",
):
    st.stop()


def leaving() -> Answer:
    """Who leaves at gates, by topic."""
    return session.shown("gate_abandonment", filters, by=("topic",))


def in_time(answer: Answer, dimension: str, *, what: str, things: str, axis: str, by: str, key: str) -> None:
    """What is answered in time, value by value; where that is proven slow it stands out.

    Args:
        what: names the card where it is empty; `things` is what is answered, as a sentence says it; `axis` names bars.
        by: what the dimension is called.
    """
    metric = answer.question.metrics[0]
    late = find_apart(answer.rows, dimension, highest=False)
    title = growth_sentences.slow(late, answer.rows, dimension, what=things, target=target)
    with cards.evidence(session, title, [answer], [metric], key=key):
        shown = bars(answer, dimension, "share", found=late.value if late else None)
        if shown:
            cards.chart(
                charts.ranked(shown, axis=f"{axis} within {target:g} hours", unit="share"),
                alt_text=f"Bars of the share of {things.removesuffix(' on')} answered in time, by {by}. {title}.",
                key=f"{key}_chart",
                note=f"What is younger than {target:g} hours is left out: it may still be answered in time.",
            )
        else:
            cards.nothing_to_show(answer, what=what)


def going_on() -> Answer:
    """Who goes on after gates, by topic."""
    return session.shown("gate_continuation", filters, by=("topic",))


def timely() -> Answer:
    """Negative mentions that are answered in time, by network."""
    return session.shown("negative_in_time_share", filters, by=("network",), where=OWN)


with heading.answering(SHOWN):
    heading.answer(
        growth_sentences.before(
            find_costly_gate(leaving().rows, going_on().rows),
            find_apart(timely().rows, "network", highest=False),
            before_sentences.before(
                session.shown("gate_abandonment", filters).one("gate_abandonment"),
                session.shown("negative_answered_share", filters, where=OWN).one("negative_answered_share"),
            ),
        ),
        metrics=SHOWN,
        based_on=based_on(
            [(views, "content view", "content views"), (said, "public mention", "public mentions")], filters, session
        ),
    )

with st.grid(4, min_column_width=220, gap="small"):
    cards.kpi(session, filters, "content_views")
    cards.kpi(session, filters, "gate_abandonment")
    cards.kpi(session, filters, "negative_in_time_share", label="Negative answered in time", where=OWN)
    cards.kpi(session, filters, "positive_amplified_share", label="Positive amplified", where=OWN)

left, right = st.columns(2, gap="small")
with left, part("Gates by topic"):
    left_at_gates, after_gates = leaving(), going_on()
    costly = find_costly_gate(left_at_gates.rows, after_gates.rows)
    title = growth_sentences.gate(costly, left_at_gates.rows)
    with cards.evidence(
        session, title, [left_at_gates, after_gates], ["gate_abandonment", "gate_continuation"], key="gates"
    ):
        shown = bars(left_at_gates, "topic", "share", found=costly.topic if costly else None)
        if shown:
            cards.chart(
                charts.ranked(shown, axis="Share of sessions that left at the gate", unit="share"),
                alt_text=f"Bars of the share leaving at the gate, by topic. {title}.",
                key="gates_chart",
                note="A session that was shown a gate and did not submit it; each session and content counts once. "
                f"Going on: a later stage within {session.settings.conversion_days} days.",
            )
        else:
            cards.nothing_to_show(left_at_gates, what="Gates by topic")
with right, part("Gated and open content"):
    gated = session.shown("content_continuation", filters, by=("is_gated",))
    share = session.shown("gated_share", filters).one("gated_share")
    brings = {str(row.dimensions["is_gated"]): row for row in with_values(gated.rows, "is_gated")}
    title_text = (
        f"{percent(brings['true'].value or 0.0)} go on after gated content, {percent(brings['false'].value or 0.0)} "
        "after open content"
        if {"true", "false"} <= set(brings)
        else "What gated content brings"
    )
    with cards.evidence(session, title_text, [gated], ["content_continuation", "gated_share"], key="gated"):
        if brings:
            cards.chart(
                charts.ranked(
                    [
                        bar(row, {"true": "Gated", "false": "Open"}[name], "share")
                        for name, row in sorted(brings.items(), key=lambda one: -(one[1].value or 0.0))
                    ],
                    axis="Share going on to a later stage",
                    unit="share",
                ),
                alt_text=f"Bars of the share going on after gated and open content. {title_text}.",
                key="gated_chart",
                note=(
                    f"{percent(share.value)} of content met is gated. "
                    if share.value is not None and (share.n or 0) >= MIN_N
                    else ""
                )
                + "Who reads gated content may have been keener before: an association, not a cause.",
            )
        else:
            cards.nothing_to_show(gated, what="Gated and open content")

left, right = st.columns(2, gap="small")
with left, part("Mentions by tone"):
    moods = session.shown("mentions", filters, by=("sentiment",), where=OWN, grain="month")
    series = [
        {"period": row.period, "value": row.value, "series": words(str(row.dimensions["sentiment"]))}
        for row in moods.rows
        if row.status == "ok" and row.value is not None and row.dimensions.get("sentiment")
    ]
    changed = initiatives.marks(session, "mentions", filters.window)
    negative = session.shown("negative_share", filters, where=OWN).one("negative_share")
    known = session.shown("sentiment_coverage", filters, where=OWN).one("sentiment_coverage")
    heard = session.shown("classifier_share", filters, where=OWN).one("classifier_share")
    tone_title = before_sentences.tone(negative, heard)
    how_known = tones.answers(session, "mention")
    with cards.evidence(
        session,
        tone_title,
        [moods, *how_known],
        ["mentions", "negative_share", "sentiment_coverage", "classifier_share", *tones.METRICS],
        key="moods",
    ):
        if series:
            cards.chart(
                charts.lines(series, alarming=("Negative",), marks=changed),
                alt_text=f"Lines of mentions of the brand a month, by tone. {tone_title}.",
                key="moods_chart",
                note=f"Mentions of the company's own brand a month; {before_sentences.coverage(known)}. "
                f"{tones.sentence(how_known, 'mentions')} {initiatives.note(changed)}",
            )
        else:
            cards.nothing_to_show(moods, what="Mentions by tone")
with right, part("Answers by network"):
    in_time(
        timely(),
        "network",
        what="Answers by network",
        things="negative mentions on",
        axis="Share of negative mentions answered",
        by="network",
        key="networks",
    )


def more_numbers() -> None:
    """What else is counted before a purchase."""
    with st.grid(4, min_column_width=220, gap="small"):
        cards.kpi(session, filters, "share_of_voice")
        cards.kpi(session, filters, "search_success_share", label="Site searches that succeed")
        cards.kpi(session, filters, "outreach_answered_share", label="Outreach answered")
        cards.kpi(session, filters, "reading_ease")


def replies() -> None:
    """How soon people get a reply."""
    left, right = st.columns(2, gap="small")
    with left, part("Replies by kind of ticket"):
        in_time(
            session.shown("answered_in_time_share", filters, by=("ticket_category",)),
            "ticket_category",
            what="Replies by kind of ticket",
            things="tickets",
            axis="Share of tickets answered",
            by="kind",
            key="replies",
        )
    with right, part("Waiting times"):
        # Half of all tickets, the unanswered among them, have a reply after so long; whole groups: no filter applies.
        waits = [
            session.ask(
                "waiting_share", by=("reply_group", "hours_since"), where={"reply_curve": (curve,), **WHOLE_CURVE}
            )
            for curve in CURVES
        ]
        medians = {
            curve: session.one(
                "median_reply_hours", where={"reply_curve": (curve,), "reply_group": ("all",), **WHOLE_CURVE}
            )
            for curve in CURVES
        }
        halves = [
            f"{label.lower()} {number(medians[curve].value or 0.0, 'hours')}"
            for curve, label in CURVES.items()
            if medians[curve].value is not None
        ]
        half = Sentence(f"Half are answered after: {listing(halves)}", claim=False)
        title_text = of_all_customers(half, filters.where).text if halves else "How long people wait for a reply"
        with cards.evidence(session, title_text, waits, ["waiting_share", "median_reply_hours"], key="waits"):
            points = [
                bar(row, f"{CURVES[curve]}, {row.dimensions['hours_since']} h", "share")
                for curve, answer in zip(CURVES, waits, strict=True)
                for row in sorted(answer.rows, key=lambda row: int(row.dimensions.get("hours_since") or 0))
                if row.value is not None and row.dimensions.get("hours_since") in HOURS
            ]
            if points:
                cards.chart(
                    charts.ranked(points, axis="Share still waiting", unit="share"),
                    alt_text=f"Bars of the share still waiting after so many hours. {title_text}.",
                    key="waits_chart",
                    note="Kaplan and Meier: who has no reply yet counts as waiting until now. All time.",
                )
            else:
                cards.nothing_to_show(waits[0], what="Waiting times")


def tables() -> None:
    """Content, gates, mentions, tickets and outreach as tables."""
    chosen = st.segmented_control(
        "Show", list(TABLES), default="Content", required=True, key="before", bind="query-params"
    )
    dimension, metrics = TABLES[chosen or "Content"]
    own = OWN if chosen == "Public voice" else {}
    answers = [session.shown(metric, filters, by=(dimension,), where=own) for metric in metrics]
    cards.breakdown(
        session,
        answers,
        dimension,
        heading=words(dimension),
        alt_text=f"{chosen} by {words(dimension).lower()}",
        key="before",
        note=f"{period_in_words(filters, session)}.",
    )


look_closer(
    Drawer("How soon people get a reply", "replies", "reply", replies),
    Drawer("Content, gates, mentions, tickets and outreach as tables", "tables", "table_rows", tables),
    Drawer("More numbers: share of voice, searches, outreach, reading ease", "numbers", "tag", more_numbers),
)

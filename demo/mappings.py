"""The company's own vocabulary as governed data: the tables of `vocabulary` in, `mappings/*.csv` out.

Everything that the generator emits is mapped, except one event and one question that are left out on purpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from demo.exports.qualtrics import MISSING_CODE
from demo.files import Calendar, write_csv
from demo.setting.content import PAGES, text_of
from demo.setting.events import EVENTS, TASKS
from demo.setting.vocabulary import (
    ACCOUNTS,
    AGE_BANDS,
    CHANNELS,
    CONTACTS,
    CONTRACTS,
    DEALS,
    EMAIL,
    INTERACTIONS,
    ITEMS,
    LEADS,
    MENTIONS,
    MOMENTS,
    ORDERS,
    OUTCOME_SURVEY,
    OUTCOMES,
    RELATIONSHIP,
    TICKETS,
    TOUCH,
    TOUCH_ITEMS,
    WEB,
)

CODEBOOK: Final = (
    "survey_id", "question_id", "construct", "item", "item_label", "pillar", "outcome_kind", "interaction",
    "scale_min", "scale_max", "reversed",
)  # fmt: skip
FIVE: Final = ("1", "5", "false")  # scale_min, scale_max, reversed
SEVEN: Final = ("1", "7", "false")
# column of the contacts export, attribute, kind, bands, dimension of people
ATTRIBUTES: Final = (
    ("Segment", "segment", "demographic", "", "segment"),
    ("Country", "country", "demographic", "", "country"),
    ("Region", "region", "demographic", "", "region"),
    ("Language", "language", "demographic", "", "language"),
    ("Age", "age_band", "demographic", AGE_BANDS, "age_band"),
    ("Household", "household", "demographic", "", ""),
    ("Motivation", "motivation", "psychographic", "", "motivation"),
    ("Interest", "interest", "psychographic", "", ""),
    ("Heard Through", "first_channel", "psychographic", "", "first_channel"),
)


# Columns of the accounts export, as ATTRIBUTES; they describe no person, so they fill no dimension of people.
FIRMOGRAPHICS: Final = (
    ("Industry", "industry", "firmographic", "", ""),
    ("Employees", "employees", "firmographic", "1-49|50-249|250-999|1000+", ""),
    ("Country", "account_country", "firmographic", "", ""),
)
# metric, dimension, dimension_value, target
TARGETS: Final = (
    ("retention_rate", "", "", "0.95"),
    ("nps", "", "", "30"),
    ("csat", "", "", "0.75"),
    ("stage_conversion", "stage", "use", "0.6"),
)


def write_mappings(folder: Path, calendar: Calendar) -> None:
    """Write every mapping file that the company keeps."""
    write_csv(
        folder / "touchpoint_types.csv",
        ("data_source", "event", "role", "occurrence", "touchpoint", "stage", "corner", "interaction"),
        [
            (e.source, e.mapped_name, e.role, e.occurrence, e.touchpoint, e.stage, e.corner, e.interaction)
            for e in EVENTS
        ],
    )
    write_csv(
        folder / "interactions.csv", ("interaction", "label", "stage", "corner", "critical", "controlled"), MOMENTS
    )
    write_csv(
        folder / "channels.csv",
        ("data_source", "utm_source", "utm_medium", "channel", "presence", "method"),
        _channels(),
    )
    write_csv(folder / "survey_codebook.csv", CODEBOOK, _codebook())
    write_csv(
        folder / "survey_values.csv",
        ("survey_id", "question_id", "label", "value", "missing"),
        [("", "", MISSING_CODE, "", "true")],
    )
    write_csv(
        folder / "attributes.csv",
        ("data_source", "column", "attribute", "kind", "bands", "dimension"),
        [*((CONTACTS, *row) for row in ATTRIBUTES), *((ACCOUNTS, *row) for row in FIRMOGRAPHICS)],
    )
    write_csv(
        folder / "content.csv",
        ("url_pattern", "content_group", "topic", "gated"),
        [(page.path, page.group, page.topic, "true" if page.gated else "false") for page in PAGES],
    )
    write_csv(folder / "page_texts.csv", ("page_path", "text"), [(page.path, text_of(page)) for page in PAGES])
    write_csv(
        folder / "tasks.csv",
        ("task", "label", "start_event", "goal_event"),
        [(task.task, task.label, task.steps[0].mapped_name, task.steps[-1].mapped_name) for task in TASKS],
    )
    write_csv(
        folder / "initiatives.csv",
        ("initiative", "label", "started_on", "ended_on", "corner", "stage"),
        _initiatives(calendar),
    )
    write_csv(
        folder / "targets.csv",
        ("metric", "dimension", "dimension_value", "target", "valid_from"),
        [(*target, calendar.start_on.isoformat()) for target in TARGETS],
    )


def _initiatives(calendar: Calendar) -> Sequence[tuple[str, ...]]:
    """What the company changed, at set parts of its history. Nothing follows from it."""
    third, two_thirds = (calendar.dates[calendar.days * n // 3].isoformat() for n in (1, 2))
    return (
        ("welcome_mails", "Welcome mails after the first order", third, two_thirds, "marketing", "use"),
        ("advice_chat", "Advice chat on the web site", third, "", "service", "discovery"),
        ("new_help_pages", "New help pages", two_thirds, "", "service", "use"),
    )


def _channels() -> list[tuple[str, ...]]:
    """Where and how, per source: a refund or a record without parameters has a place, too."""
    used = {
        ORDERS: (*CHANNELS,),
        WEB: tuple(channel for channel in CHANNELS if channel.presence == "online"),
        INTERACTIONS: tuple(way for way in CHANNELS if way.presence == "offline" or way is CHANNELS[EMAIL]),
    }
    rows: list[tuple[str, ...]] = [
        (source, channel.source, channel.medium, channel.channel, channel.presence, channel.method)
        for source, channels in used.items()
        for channel in channels
    ]
    rows.append((CONTACTS, "", "", "Direct", "online", "customer record"))
    rows += [(survey, "", "", "E-mail", "online", "survey form") for survey in (RELATIONSHIP, OUTCOME_SURVEY, TOUCH)]
    rows += [
        (TICKETS, "*", "*", "Help desk", "online", "ticket"),
        (MENTIONS, "*", "*", "Public post", "online", "post"),
        (CONTRACTS, "", "", "Contract", "offline", "contract"),
        (DEALS, "", "", "Sales", "offline", "meeting"),
        *((LEADS, way.source, way.medium, way.channel, way.presence, way.method) for way in CHANNELS),
    ]
    return rows


def _codebook() -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for question, construct in (
        ("QID1", "expectation"),
        ("QID2", "perception"),
        ("QID3", "importance"),
        ("QID9", "expectation_minimum"),
    ):
        rows += [
            (
                RELATIONSHIP,
                f"{question}_{i}",
                construct,
                it.item,
                it.label,
                it.pillar,
                "",
                it.interaction,
                "1",
                "7",
                "false",
            )
            for i, it in enumerate(ITEMS, start=1)
        ]
    rows += [
        (RELATIONSHIP, "QID4", "overall", "satisfaction", "Overall satisfaction", "", "", "", *SEVEN),
        (RELATIONSHIP, "QID5", "nps", "recommend", "Would recommend", "", "", "", "0", "10", "false"),
        _words(RELATIONSHIP, "QID5_NPS_GROUP", "ignore"),
        _words(RELATIONSHIP, "QID6_TEXT", "comment"),
        _words(RELATIONSHIP, "QID7", "reason"),
    ]
    for question, construct in (("QID1", "outcome_importance"), ("QID2", "outcome_satisfaction")):
        rows += [
            (
                OUTCOME_SURVEY,
                f"{question}_{i}",
                construct,
                it.item,
                it.label,
                "",
                it.kind,
                it.interaction,
                "1",
                "5",
                "false",
            )
            for i, it in enumerate(OUTCOMES, start=1)
        ]
    rows.append(_words(OUTCOME_SURVEY, "QID3_TEXT", "comment"))
    rows += [
        (TOUCH, "QID1", "csat", "satisfaction", "Satisfaction with the moment", "", "", "", *FIVE),
        (TOUCH, "QID2", "ces", "ease", "Made it easy", "", "", "", *SEVEN),
    ]
    asked = [item for item in ITEMS if item.item in TOUCH_ITEMS]
    rows += [
        (TOUCH, f"QID3_{i}", "perception", it.item, it.label, it.pillar, "", "", *SEVEN)
        for i, it in enumerate(asked, start=1)
    ]
    rows.append(_words(TOUCH, "QID4_TEXT", "comment"))
    return rows


def _words(survey: str, question: str, construct: str) -> tuple[str, ...]:
    return (survey, question, construct, "", "", "", "", "", "", "", "")

"""Qualtrics exports: answers per respondent in; CSV files with three header rows out.

Besides real responses an export holds previews, tests and spam, unfinished responses that are recorded a week later,
and -99 where a question was seen and left open.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from demo.behaviour.history import History
from demo.dirt import DirtBook
from demo.files import write_csv
from demo.setting.people import Bools, Floats, Ints, Texts
from demo.setting.vocabulary import UNMAPPED_QUESTION

SYSTEM: Final = (
    ("StartDate", "Start Date", "startDate"),
    ("EndDate", "End Date", "endDate"),
    ("Status", "Response Type", "status"),
    ("IPAddress", "IP Address", "ipAddress"),
    ("Progress", "Progress", "progress"),
    ("Duration (in seconds)", "Duration (in seconds)", "duration"),
    ("Finished", "Finished", "finished"),
    ("RecordedDate", "Recorded Date", "recordedDate"),
    ("ResponseId", "Response ID", "_recordId"),
    ("RecipientLastName", "Recipient Last Name", "recipientLastName"),
    ("RecipientFirstName", "Recipient First Name", "recipientFirstName"),
    ("RecipientEmail", "Recipient Email", "recipientEmail"),
    ("ExternalReference", "External Data Reference", "externalDataReference"),
    ("LocationLatitude", "Location Latitude", "locationLatitude"),
    ("LocationLongitude", "Location Longitude", "locationLongitude"),
    ("DistributionChannel", "Distribution Channel", "distributionChannel"),
    ("UserLanguage", "User Language", "userLanguage"),
)
DATES: Final = ("startDate", "endDate", "recordedDate")
MISSING_CODE: Final = "-99"
LEFT_OPEN: Final = 0.015
UNFINISHED: Final = 0.05
SET_ASIDE: Final = 0.025  # previews, tests and spam, as a share of the real responses
BY_MAIL_ONLY: Final = 0.14  # invited by e-mail address, without the customer id
ANONYMOUS: Final = 0.02  # came through an open link
STATUSES: Final = ("1", "2", "8")


@dataclass(frozen=True, kw_only=True)
class Question:
    """A column of answers: the export's header, what was asked, the vendor's id, the answers as text.

    `themes` says what each comment is about; it is not written.
    """

    header: str
    text: str
    question_id: str
    answers: Sequence[str] | Texts
    optional: bool = False
    themes: Sequence[str] | Texts = ()


@dataclass(frozen=True, kw_only=True)
class Respondents:
    """Who answered, as which customer, and when the last question was left."""

    person: Ints
    customer_id: Texts
    day: Ints
    second: Ints

    def __len__(self) -> int:
        return len(self.person)

    def picked(self, rows: Ints | Bools) -> Respondents:
        return Respondents(
            person=self.person[rows],
            customer_id=self.customer_id[rows],
            day=self.day[rows],
            second=self.second[rows],
        )


@dataclass(frozen=True, kw_only=True)
class Export:
    """What was written: respondents whom nothing ties to a customer, and response id -> theme of the comment."""

    strangers: int
    themes: dict[str, str]


def write_export(
    folder: Path,
    name: str,
    history: History,
    who: Respondents,
    questions: Sequence[Question],
    embedded: Sequence[tuple[str, Sequence[str]]],
    *,
    rng: np.random.Generator,
    book: DirtBook,
) -> Export:
    """Write `<name>-<half year>.csv`, by the time of answering."""
    size = len(who)
    people, calendar = history.people, history.calendar
    duration = rng.integers(95, 600, size)
    ended = calendar.local(who.day, who.second)
    started = calendar.local(who.day, who.second - duration)
    luck = rng.random((size, 4))
    unfinished = luck[:, 0] < UNFINISHED
    progress = np.where(unfinished, 45 + (luck[:, 1] * 40).astype(np.int64), 100)
    recorded_day = np.minimum(who.day + np.where(unfinished, 7, 0), calendar.days)
    recorded = calendar.local(recorded_day, np.where(recorded_day > who.day, who.second, who.second + 1))
    recorded = np.where(recorded_day == who.day, calendar.local(who.day, who.second + 1), recorded)
    left_open = rng.random((size, len(questions))) < LEFT_OPEN
    tokens = rng.bytes(8 * size).hex()
    anonymous = luck[:, 2] < ANONYMOUS
    has_email = people.email[who.person] != ""
    by_mail = ~anonymous & has_email & (luck[:, 2] < ANONYMOUS + BY_MAIL_ONLY)
    shows_mail = by_mail | (~anonymous & has_email & (luck[:, 3] < 0.5))

    address = _addresses(history, who, luck[:, 1])
    comments = [j for j, question in enumerate(questions) if len(question.themes)]
    themes: dict[str, str] = {}
    rows: dict[str, list[list[str]]] = {calendar.halves(np.array([calendar.days]))[0]: []}
    halves = calendar.halves(who.day)
    for i in np.lexsort((who.person, who.second, who.day)):
        person = who.person[i]
        email = address[i] if shows_mail[i] else ""
        response = f"R_{tokens[i * 16 : i * 16 + 15]}"
        seen = round(len(questions) * progress[i] / 100)
        answers = [
            "" if j >= seen else MISSING_CODE if left_open[i, j] and not q.optional else q.answers[i]
            for j, q in enumerate(questions)
        ]
        row = [
            started[i],
            ended[i],
            "0",
            "" if anonymous[i] else f"203.0.113.{1 + int(luck[i, 3] * 250)}",
            str(progress[i]),
            str(duration[i]),
            "0" if unfinished[i] else "1",
            recorded[i],
            response,
            people.last_name[person] if email else "",
            people.first_name[person] if email else "",
            email,
            "" if anonymous[i] or by_mail[i] else who.customer_id[i],
            "",
            "",
            "anonymous" if anonymous[i] else "email",
            str(people.traits["language"][person]).upper(),
            *answers,
            *(values[i] for _, values in embedded),
        ]
        rows.setdefault(halves[i], []).append(row)
        for j in comments:
            if answers[j]:
                themes[response] = questions[j].themes[i]
    junk = history.rng(26)
    for half, members in sorted(rows.items()):
        book.note("surveys: preview, test or spam", _add_set_aside(junk, members, len(SYSTEM) + len(questions), book))
        path = folder / f"{name}-{half}.csv"
        write_csv(path, *_with_headers(questions, embedded, members, calendar.zone))
    real = [row for members in rows.values() for row in members if row[2] == "0"]
    for j, question in enumerate(questions):
        if question.question_id == UNMAPPED_QUESTION:
            given = [row for row in real if row[len(SYSTEM) + j]]
            book.note("surveys: answer to an unmapped question", len(given))
    return Export(strangers=int(anonymous.sum()), themes=themes)


def _with_headers(
    questions: Sequence[Question],
    embedded: Sequence[tuple[str, Sequence[str]]],
    rows: list[list[str]],
    zone: str,
) -> tuple[list[str], list[list[str]]]:
    headers = [h for h, _, _ in SYSTEM] + [q.header for q in questions] + [name for name, _ in embedded]
    texts = [t for _, t, _ in SYSTEM] + [q.text for q in questions] + [name for name, _ in embedded]
    ids = [i for _, _, i in SYSTEM] + [q.question_id for q in questions] + [name for name, _ in embedded]
    imports = [
        json.dumps({"ImportId": i, "timeZone": zone} if i in DATES else {"ImportId": i}, separators=(",", ":"))
        for i in ids
    ]
    return headers, [texts, imports, *rows]


def _add_set_aside(rng: np.random.Generator, rows: list[list[str]], answers_end: int, book: DirtBook) -> int:
    """Previews, tests and spam: copies of real answers without a person, at the time of a real response."""
    copies = math.ceil(SET_ASIDE * len(rows)) if book.wanted.files else 0
    for copy in range(copies):
        model = rows[int(rng.integers(len(rows)))]
        junk = [*model[: len(SYSTEM)], *model[len(SYSTEM) : answers_end], *([""] * (len(model) - answers_end))]
        junk[2] = STATUSES[copy % len(STATUSES)]
        junk[8] = f"R_{rng.bytes(8).hex()[:15]}"
        for column in (9, 10, 11, 12):
            junk[column] = ""
        junk[15] = "preview" if junk[2] == "1" else "anonymous"
        rows.append(junk)
    return copies


def _addresses(history: History, who: Respondents, luck: Floats) -> list[str]:
    """Where the invitation went: to the address that the CRM knows, or to the person's other one."""
    first = history.people.email[who.person]
    second = history.browsers.second_email[who.person]
    chosen = np.where((second != "") & (luck < 0.5), second, first)
    return [_as_typed(email, int(one * 1000)) for email, one in zip(chosen, luck, strict=True)]


def _as_typed(email: str, luck: int) -> str:
    """Some address books write addresses with capitals."""
    return email.title() if luck % 10 == 0 else email

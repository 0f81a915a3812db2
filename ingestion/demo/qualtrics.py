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

from ingestion.demo.files import Calendar, write_csv
from ingestion.demo.people import Bools, Ints, People, Texts

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
    """A column of answers: the export's header, what was asked, the vendor's id, the answers as text."""

    header: str
    text: str
    question_id: str
    answers: Sequence[str]
    optional: bool = False


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


def write_export(
    folder: Path,
    name: str,
    people: People,
    who: Respondents,
    questions: Sequence[Question],
    embedded: Sequence[tuple[str, Sequence[str]]],
    *,
    rng: np.random.Generator,
    calendar: Calendar,
) -> int:
    """Write `<name>-<half year>.csv`, by the time of answering; returns how many respondents stay unknown."""
    size = len(who)
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

    rows: dict[str, list[list[str]]] = {calendar.halves(np.array([calendar.days]))[0]: []}
    halves = calendar.halves(who.day)
    for i in np.lexsort((who.person, who.second, who.day)):
        person = who.person[i]
        email = _as_typed(people.email[person], int(luck[i, 1] * 1000)) if shows_mail[i] else ""
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
            f"R_{tokens[i * 16 : i * 16 + 15]}",
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
    for half, members in sorted(rows.items()):
        _add_set_aside(rng, members, len(SYSTEM) + len(questions))
        path = folder / f"{name}-{half}.csv"
        write_csv(path, *_with_headers(questions, embedded, members, calendar.zone))
    return int(anonymous.sum())


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


def _add_set_aside(rng: np.random.Generator, rows: list[list[str]], answers_end: int) -> None:
    """Previews, tests and spam: copies of real answers without a person, at the time of a real response."""
    for copy in range(math.ceil(SET_ASIDE * len(rows))):
        model = rows[int(rng.integers(len(rows)))]
        junk = [*model[: len(SYSTEM)], *model[len(SYSTEM) : answers_end], *([""] * (len(model) - answers_end))]
        junk[2] = STATUSES[copy % len(STATUSES)]
        junk[8] = f"R_{rng.bytes(8).hex()[:15]}"
        for column in (9, 10, 11, 12):
            junk[column] = ""
        junk[15] = "preview" if junk[2] == "1" else "anonymous"
        rows.append(junk)


def _as_typed(email: str, luck: int) -> str:
    """Some address books write addresses with capitals."""
    return email.title() if luck % 10 == 0 else email

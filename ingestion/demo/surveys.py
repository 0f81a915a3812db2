"""Surveys: people who use what they bought in; three Qualtrics exports out.

The relationship survey asks for expectation, perception and importance of every item, the outcomes survey for
importance and satisfaction of every desired outcome; both run all the time, at most once per person and half-year.
The touch survey follows an order or a service contact. All are answered in weeks of use, so that an answer never
counts as a stage of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from ingestion.demo.answers import (
    IMPORTANCE_MEAN,
    STYLE_SHARE,
    TOUCH_SATISFIED,
    expectation_and_perception,
    opinions,
    outcome_answers,
    rated,
    recommendation,
    top_two_of_five,
)
from ingestion.demo.files import Calendar
from ingestion.demo.journeys import Visits
from ingestion.demo.orders import Orders
from ingestion.demo.people import Bools, Floats, Ints, People, Texts
from ingestion.demo.qualtrics import Question, Respondents, write_export
from ingestion.demo.touches import Settings, Touches
from ingestion.demo.truths import EXPECTATION_MEAN, SHORT_PILLAR, Effects
from ingestion.demo.vocabulary import (
    EVENTS,
    ITEMS,
    LOYALTY,
    OUTCOME_SURVEY,
    OUTCOMES,
    RELATIONSHIP,
    TOUCH,
    TOUCH_ITEMS,
    UNMAPPED_QUESTION,
    USE,
)

RELATIONSHIP_RATE: Final = 0.42  # of the runs of use in which someone answers
OUTCOMES_RATE: Final = 0.38
ORDER_RATE: Final = 0.22  # of the orders that are followed by use
SERVICE_RATE: Final = 0.45  # of the service contacts
SERVICE_EVENTS: Final = ("Service call", "Repair desk visit")
REASONS: Final = ("Price", "Staff", "Quality", "Speed", "Convenience")
COMMENTS: Final = (
    "Had to explain everything twice.",
    "Friendly people, thank you!",
    "Waited three days for a reply.",
    "The kettle does what it says.",
    'They said "tomorrow", it took a week.',
    "Set-up was easy.\nThe manual was not.",
    "Please call me back, my number is +49 30 23125 001.",
    "Good value for money",
    "Nobody knew what I had bought before.",
    "Delivery came on the day it was promised; that is rare, and I will order again.",
)
COMMENTED: Final = 0.3
ASKED_HOW: Final = ("E-mail", "App", "Store")


def write_surveys(
    folder: Path,
    people: People,
    visits: Visits,
    settings: Settings,
    touches: Touches,
    orders: Orders,
    crm_ids: Texts,
    *,
    seed: int,
    calendar: Calendar,
    world: Effects,
) -> int:
    """Write all exports of the three surveys; returns how many respondents nothing ties to a customer."""
    rng = np.random.default_rng([seed, 10])
    strangers = 0
    for rate, minutes, write in (
        (RELATIONSHIP_RATE, 50, _write_relationship),
        (OUTCOMES_RATE, 75, _write_outcomes),
    ):
        visit = _answering_visits(rng, visits, calendar, rate)
        who = _respondents(visits, settings, crm_ids, visit, minutes * 60)
        strangers += write(folder, people, who, rng=rng, calendar=calendar, world=world)
    return strangers + _write_touch(
        folder, people, visits, settings, touches, orders, crm_ids, rng=rng, calendar=calendar, world=world
    )


def _answering_visits(rng: np.random.Generator, visits: Visits, calendar: Calendar, rate: float) -> Ints:
    """One visit of some runs of use, at most one per person and half-year."""
    chosen = rng.random(int(visits.run.max()) + 1) < rate
    rows = np.nonzero((visits.stage == USE) & chosen[visits.run])[0]
    rows = rows[np.argsort(rng.random(len(rows)), kind="stable")]
    _, one = np.unique(visits.run[rows], return_index=True)
    rows = np.sort(rows[one])
    half = np.unique(calendar.halves(np.arange(calendar.days + 1)), return_inverse=True)[1]
    _, first = np.unique(visits.person[rows] * 100 + half[visits.day[rows]], return_index=True)
    kept: Ints = rows[first]
    return kept


def _respondents(visits: Visits, settings: Settings, crm_ids: Texts, visit: Ints, later: int) -> Respondents:
    return Respondents(
        person=visits.person[visit],
        customer_id=crm_ids[visit],
        day=visits.day[visit],
        second=settings.second[visit] + later,
    )


def _write_relationship(
    folder: Path, people: People, who: Respondents, *, rng: np.random.Generator, calendar: Calendar, world: Effects
) -> int:
    style = people.style[who.person]
    expected, perceived, opinion = expectation_and_perception(rng, style, [world.gaps[i.pillar] for i in ITEMS])
    importance = rated(opinions(rng, style, len(ITEMS)), mean=IMPORTANCE_MEAN)
    overall = rated(_standard_mean(opinion), mean=EXPECTATION_MEAN)
    drivers = opinion[:, [item.pillar == SHORT_PILLAR for item in ITEMS]]
    nps = recommendation(
        rng, style, drivers, weight=world.driver_weight, promoters=world.promoters, detractors=world.detractors
    )
    group = np.select([nps >= 9, nps >= 7], ["Promoter", "Passive"], "Detractor")
    questions = [
        *_matrix("Q1", "What do you expect of us?", "QID1", expected),
        *_matrix("Q2", "How do you experience us?", "QID2", perceived),
        *_matrix("Q3", "How important is this to you?", "QID3", importance),
        _question("Q4", "Overall, how satisfied are you?", "QID4", overall),
        _question("Q5_NPS_GROUP", "Would you recommend us? - Group", "QID5_NPS_GROUP", group, optional=True),
        _question("Q5", "Would you recommend us?", "QID5", nps),
        _question("Q7", "What mattered most for your answer?", "QID7", _words(rng, REASONS, len(who)), optional=True),
        _question("Q8", "How did you hear of this survey?", UNMAPPED_QUESTION, _words(rng, ASKED_HOW, len(who))),
        _question("Q6_TEXT", "Anything else?", "QID6_TEXT", _comments(rng, len(who)), optional=True),
    ]
    embedded = [("wave", calendar.halves(who.day))]
    return write_export(folder, _file_name(RELATIONSHIP), people, who, questions, embedded, rng=rng, calendar=calendar)


def _write_outcomes(
    folder: Path, people: People, who: Respondents, *, rng: np.random.Generator, calendar: Calendar, world: Effects
) -> int:
    style = people.style[who.person]
    importance, satisfaction = outcome_answers(rng, style, [world.outcomes[o.item] for o in OUTCOMES])
    labels = [outcome.label for outcome in OUTCOMES]
    questions = [
        *_matrix("Q1", "How important is it to you to ...?", "QID1", importance, labels),
        *_matrix("Q2", "How satisfied are you with how you can ...?", "QID2", satisfaction, labels),
        _question("Q3_TEXT", "What else do you want done?", "QID3_TEXT", _comments(rng, len(who)), optional=True),
    ]
    embedded = [("wave", calendar.halves(who.day))]
    return write_export(
        folder, _file_name(OUTCOME_SURVEY), people, who, questions, embedded, rng=rng, calendar=calendar
    )


def _write_touch(
    folder: Path,
    people: People,
    visits: Visits,
    settings: Settings,
    touches: Touches,
    orders: Orders,
    crm_ids: Texts,
    *,
    rng: np.random.Generator,
    calendar: Calendar,
    world: Effects,
) -> int:
    followed = visits.next_stage[orders.visit] == USE
    asked = np.nonzero(followed & (rng.random(len(orders.visit)) < ORDER_RATE))[0]
    run_starts = np.nonzero(np.r_[True, visits.run[1:] != visits.run[:-1]])[0]
    after_order = run_starts[visits.run[orders.visit[asked]] + 1]
    kinds = [EVENTS.index(event) for event in EVENTS if event.name in SERVICE_EVENTS]
    contacted = np.isin(touches.event, kinds) & (rng.random(len(touches.event)) < SERVICE_RATE)
    after_service = touches.visit[contacted]

    who = _respondents(visits, settings, crm_ids, np.r_[after_order, after_service], 95 * 60)
    reordered = visits.stage[orders.visit[asked]] == LOYALTY
    order_id = [*orders.order_id[asked], *([""] * len(after_service))]
    interaction = [*np.where(reordered, "reorder", "buy"), *(["get_help"] * len(after_service))]
    style = people.style[who.person]
    pillars = {item.item: item.pillar for item in ITEMS}
    _, perceived, _ = expectation_and_perception(rng, style, [world.gaps[pillars[item]] for item in TOUCH_ITEMS])
    labels = [item.label for item in ITEMS if item.item in TOUCH_ITEMS]
    questions = [
        _question(
            "Q1",
            "How satisfied are you with this?",
            "QID1",
            top_two_of_five(opinions(rng, style, 1)[:, 0], TOUCH_SATISFIED),
        ),
        _question("Q2", "We made it easy for you.", "QID2", rated(opinions(rng, style, 1)[:, 0], mean=5.2)),
        *_matrix("Q3", "How did you experience us this time?", "QID3", perceived, labels),
        _question("Q4_TEXT", "Anything else?", "QID4_TEXT", _comments(rng, len(who)), optional=True),
    ]
    embedded = [("order_id", order_id), ("interaction", interaction), ("wave", calendar.halves(who.day))]
    return write_export(folder, _file_name(TOUCH), people, who, questions, embedded, rng=rng, calendar=calendar)


def _file_name(survey: str) -> str:
    return survey.removesuffix("_survey")


def _standard_mean(opinion: Floats) -> Floats:
    spread = np.sqrt(STYLE_SHARE + (1 - STYLE_SHARE) / opinion.shape[1])
    mean: Floats = opinion.mean(axis=1) / spread
    return mean


def _question(header: str, text: str, question_id: str, answers: Ints | Texts, *, optional: bool = False) -> Question:
    written = [str(answer) for answer in answers]
    return Question(header=header, text=text, question_id=question_id, answers=written, optional=optional)


def _matrix(header: str, text: str, question_id: str, answers: Ints, labels: list[str] | None = None) -> list[Question]:
    names = labels or [item.label for item in ITEMS]
    return [
        _question(f"{header}_{j + 1}", f"{text} - {label}", f"{question_id}_{j + 1}", answers[:, j])
        for j, label in enumerate(names)
    ]


def _words(rng: np.random.Generator, words: tuple[str, ...], count: int) -> Texts:
    return np.array(words, dtype=object)[rng.integers(len(words), size=count)]


def _comments(rng: np.random.Generator, count: int) -> Texts:
    says: Bools = rng.random(count) < COMMENTED
    return np.where(says, _words(rng, COMMENTS, count), "")

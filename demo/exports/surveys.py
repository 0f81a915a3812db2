"""Surveys: people who use what they bought in; three Qualtrics exports out.

The relationship survey asks for expectation, perception and importance of every item, the outcomes survey for
importance and satisfaction of every desired outcome; both run all the time, at most once per person and half-year.
The touch survey follows an order or a service contact. All are answered in weeks of use, so that an answer never
counts as a stage of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from demo.behaviour.answers import (
    ACCEPTED_MEAN,
    EXPECTATION_MEAN,
    IMPORTANCE_MEAN,
    TOUCH_SATISFIED,
    leaning,
    opinions,
    outcome_answers,
    rated,
    recommendation,
    score_opinion,
    standardised,
    top_two_of_five,
)
from demo.behaviour.comments import write_comments
from demo.behaviour.history import History
from demo.behaviour.journeys import Visits
from demo.behaviour.later_orders import LaterOrders, later_orders
from demo.dirt import DirtBook
from demo.exports.qualtrics import Export, Question, Respondents, write_export
from demo.files import Calendar
from demo.setting.effects import CRITICAL_INTERACTION, TENURED_ITEM
from demo.setting.events import EVENTS
from demo.setting.people import Ints, Texts
from demo.setting.vocabulary import (
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
COMMENTED: Final = 0.3
UNHAPPY: Final = 0.3  # of the respondents: who rated lowest
EAGER: Final = 8.0  # times as likely do these write something as others
ASKED_HOW: Final = ("E-mail", "App", "Store")


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What the three exports hold.

    Attributes:
        strangers: respondents whom nothing ties to a customer.
        themes: response id -> theme of the comment.
        again: share of the relationship survey's respondents who order again within a year, where that can be seen.
    """

    strangers: int
    themes: dict[str, str]
    again: float


def write_surveys(folder: Path, history: History, book: DirtBook) -> Answered:
    """Write all exports of the three surveys."""
    rng = history.rng(10)
    related, wanted = (
        _respondents(history, _answering_visits(rng, history.visits, history.calendar, rate), minutes * 60)
        for rate, minutes in ((RELATIONSHIP_RATE, 50), (OUTCOMES_RATE, 75))
    )
    later = later_orders(history, related.person, related.day)
    exports = (
        _write_relationship(folder, history, related, later, rng=rng, book=book),
        _write_outcomes(folder, history, wanted, rng=rng, book=book),
        _write_touch(folder, history, rng=rng, book=book),
    )
    return Answered(
        strangers=sum(export.strangers for export in exports),
        themes={response: theme for export in exports for response, theme in export.themes.items()},
        again=later.share,
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


def _respondents(history: History, visit: Ints, later: int) -> Respondents:
    return Respondents(
        person=history.visits.person[visit],
        customer_id=history.crm_ids[visit],
        day=history.visits.day[visit],
        second=history.settings.second[visit] + later,
    )


def _write_relationship(
    folder: Path, history: History, who: Respondents, later: LaterOrders, *, rng: np.random.Generator, book: DirtBook
) -> Export:
    world, people = history.world, history.people
    style = people.style[who.person]
    tenure = standardised(np.sqrt(who.day - people.arrival[who.person]))
    expected = rated(opinions(rng, style, len(ITEMS)), mean=EXPECTATION_MEAN)
    opinion = opinions(rng, style, len(ITEMS))
    for j, item in enumerate(ITEMS):
        if item.interaction == CRITICAL_INTERACTION:
            opinion[:, j] = leaning(opinion[:, j], later.signal, world.at_stake)
        if item.item == TENURED_ITEM:
            opinion[:, j] = leaning(opinion[:, j], tenure, world.tenured_item)
    perceived = rated(opinion, mean=EXPECTATION_MEAN + np.array([world.gaps[item.pillar] for item in ITEMS]))
    importance = rated(opinions(rng, style, len(ITEMS)), mean=IMPORTANCE_MEAN)
    accepted = rated(opinions(rng, style, len(ITEMS)), mean=ACCEPTED_MEAN)
    opinions_of = {item.item: opinion[:, j] for j, item in enumerate(ITEMS)}
    overall = rated(score_opinion(rng, opinions_of, world.overall, tenure), mean=EXPECTATION_MEAN)
    recommends = score_opinion(rng, opinions_of, world.recommended, tenure)
    nps = recommendation(recommends, promoters=world.promoters, detractors=world.detractors)
    group = np.select([nps >= 9, nps >= 7], ["Promoter", "Passive"], "Detractor")
    questions = [
        *_matrix("Q1", "What do you expect of us?", "QID1", expected),
        *_matrix("Q2", "How do you experience us?", "QID2", perceived),
        *_matrix("Q3", "How important is this to you?", "QID3", importance),
        *_matrix("Q9", "What is the least that you would accept?", "QID9", accepted),
        _question("Q4", "Overall, how satisfied are you?", "QID4", overall),
        _question("Q5_NPS_GROUP", "Would you recommend us? - Group", "QID5_NPS_GROUP", group, optional=True),
        _question("Q5", "Would you recommend us?", "QID5", nps),
        _question("Q7", "What mattered most for your answer?", "QID7", _words(rng, REASONS, len(who)), optional=True),
        _question("Q8", "How did you hear of this survey?", UNMAPPED_QUESTION, _words(rng, ASKED_HOW, len(who))),
        _comment("Q6_TEXT", "Anything else?", "QID6_TEXT", rng, history, who, rating=nps),
    ]
    embedded = [("wave", history.calendar.halves(who.day))]
    return write_export(folder, _file_name(RELATIONSHIP), history, who, questions, embedded, rng=rng, book=book)


def _write_outcomes(
    folder: Path, history: History, who: Respondents, *, rng: np.random.Generator, book: DirtBook
) -> Export:
    style = history.people.style[who.person]
    importance, satisfaction = outcome_answers(rng, style, [history.world.outcomes[o.item] for o in OUTCOMES])
    labels = [outcome.label for outcome in OUTCOMES]
    questions = [
        *_matrix("Q1", "How important is it to you to ...?", "QID1", importance, labels),
        *_matrix("Q2", "How satisfied are you with how you can ...?", "QID2", satisfaction, labels),
        _comment("Q3_TEXT", "What else do you want done?", "QID3_TEXT", rng, history, who),
    ]
    embedded = [("wave", history.calendar.halves(who.day))]
    return write_export(folder, _file_name(OUTCOME_SURVEY), history, who, questions, embedded, rng=rng, book=book)


def _write_touch(folder: Path, history: History, *, rng: np.random.Generator, book: DirtBook) -> Export:
    """Asked after some orders that are followed by use, and after some service contacts."""
    visits, touches, orders, world = history.visits, history.touches, history.orders, history.world
    followed = visits.next_stage[orders.visit] == USE
    asked = np.nonzero(followed & (rng.random(len(orders.visit)) < ORDER_RATE))[0]
    run_starts = np.nonzero(np.r_[True, visits.run[1:] != visits.run[:-1]])[0]
    after_order = run_starts[visits.run[orders.visit[asked]] + 1]
    kinds = [EVENTS.index(event) for event in EVENTS if event.name in SERVICE_EVENTS]
    contacted = np.isin(touches.event, kinds) & (rng.random(len(touches.event)) < SERVICE_RATE)
    after_service = touches.visit[contacted]

    who = _respondents(history, np.r_[after_order, after_service], 95 * 60)
    reordered = visits.stage[orders.visit[asked]] == LOYALTY
    order_id = [*orders.order_id[asked], *([""] * len(after_service))]
    interaction = [*np.where(reordered, "reorder", "buy"), *(["get_help"] * len(after_service))]
    style = history.people.style[who.person]
    items = [item for item in ITEMS if item.item in TOUCH_ITEMS]
    gaps = np.array([world.gaps[item.pillar] for item in items])
    perceived = rated(opinions(rng, style, len(items)), mean=EXPECTATION_MEAN + gaps)
    satisfied = top_two_of_five(opinions(rng, style, 1)[:, 0], TOUCH_SATISFIED)
    questions = [
        _question("Q1", "How satisfied are you with this?", "QID1", satisfied),
        _question("Q2", "We made it easy for you.", "QID2", rated(opinions(rng, style, 1)[:, 0], mean=5.2)),
        *_matrix("Q3", "How did you experience us this time?", "QID3", perceived, [item.label for item in items]),
        _comment("Q4_TEXT", "Anything else?", "QID4_TEXT", rng, history, who, rating=satisfied),
    ]
    embedded = [("order_id", order_id), ("interaction", interaction), ("wave", history.calendar.halves(who.day))]
    return write_export(folder, _file_name(TOUCH), history, who, questions, embedded, rng=rng, book=book)


def _file_name(survey: str) -> str:
    return survey.removesuffix("_survey")


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


def _comment(
    header: str,
    text: str,
    question_id: str,
    rng: np.random.Generator,
    history: History,
    who: Respondents,
    *,
    rating: Ints | None = None,
) -> Question:
    """An open question that some answer, where there is a `rating` mostly the unhappy, and about what made them so."""
    says = rng.random(len(who)) < COMMENTED
    unhappy_first = None
    if rating is not None:
        luck = history.rng(61).random((2, len(who)))
        by_rating = np.lexsort((luck[0], rating))
        eagerness = np.ones(len(who))
        eagerness[by_rating[: round(UNHAPPY * len(who))]] = EAGER
        says = np.isin(np.arange(len(who)), np.argsort(luck[1] / eagerness, kind="stable")[: int(says.sum())])
        unhappy_first = by_rating[says[by_rating]]
    written = write_comments(rng, history.people, who.person, history.world.themes, unhappy_first=unhappy_first)
    return Question(
        header=header,
        text=text,
        question_id=question_id,
        answers=np.where(says, written.text, ""),
        optional=True,
        themes=np.where(says, written.theme, ""),
    )

"""Attempts at tasks against plain Python that walks one person's events after the other."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from tests.dbt_project.journey_chain import Event, journey_world, table

AT = datetime(2026, 3, 1, 12)
SESSION, TASK = timedelta(minutes=30), timedelta(hours=24)  # as in the chain's settings
SAME = "update stg_mappings__tasks set goal_event = start_event;"


@dataclass
class Attempt:
    """One attempt: where it began, how often is_repeat, and where it reached its goal."""

    start: Event
    latest: Event
    starts: int = 1
    goal: Event | None = None


def attempts_of(history: list[Event], *, goal_event: str) -> list[Attempt]:
    """Walk one person's events in their order; an event that reaches the goal of an attempt begins no other."""
    found: list[Attempt] = []
    follows_goal = False
    for event in history:
        latest = found[-1] if found else None
        if event.event == goal_event and (goal_event == "done" or _reaches(latest, event)):
            if latest and latest.goal is None and _reaches(latest, event):
                latest.goal = event
            follows_goal = True
        elif event.event == "start":
            is_repeat = (
                goal_event == "done" and latest and not follows_goal and _between(latest.latest, event) <= SESSION
            )
            if is_repeat and latest:
                latest.starts, latest.latest = latest.starts + 1, event
            else:
                found.append(Attempt(event, event))
            follows_goal = False
    return found


def _between(earlier: Event, later: Event) -> timedelta:
    assert earlier.at is not None
    assert later.at is not None
    return later.at - earlier.at


def _reaches(attempt: Attempt | None, event: Event) -> bool:
    return attempt is not None and attempt.goal is None and _between(attempt.start, event) <= TASK


def histories(dice: random.Random, events: list[str]) -> list[Event]:
    gaps = [0, 1, 10, 30, 31, 24 * 60, 24 * 60 + 1]
    found = []
    for who in range(150):
        at = AT
        for number in range(dice.randint(1, 7)):
            at += timedelta(minutes=dice.choice(gaps))
            found.append(Event(100 * who + number, at, dice.choice(events), who, line=number))
    return found


@pytest.mark.parametrize("goal_event", ["start", "done"])
def test_task_attempts_match_a_simple_reference(goal_event: str) -> None:
    events = histories(random.Random(3), ["start", "start", "done", "page"])
    by_person: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        by_person[event.who].append(event)
    expected = sorted(
        (one.start.key, one.goal.key if one.goal else None, one.starts)
        for history in by_person.values()
        for one in attempts_of(history, goal_event=goal_event)
    )

    database = journey_world(events, prepare=SAME if goal_event == "start" else "")

    found = table(database, "int_tasks__attempts", "start_event_key, goal_event_key, starts")
    assert len(found) > 100
    assert found == expected
    assert all(start != goal for start, goal, _ in found)
    assert table(database, "fct_tasks where is_completed and steps < 2") == []


def test_a_task_with_equal_start_and_end_events_alternates() -> None:
    once, twice, thrice = (
        [Event(10 * who + number, AT + timedelta(minutes=10 * number), "start", who) for number in range(who)]
        for who in (1, 2, 3)
    )
    late = [Event(41, AT, "start", 4), Event(42, AT + TASK + SESSION, "start", 4)]
    database = journey_world([*once, *twice, *thrice, *late], prepare=SAME)
    assert table(database, "fct_tasks", "person_id, is_completed, minutes") == [
        (1, False, None),
        (2, True, 10),
        (3, False, None),
        (3, True, 10),
        (4, False, None),
        (4, False, None),
    ]

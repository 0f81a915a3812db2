"""Journeys where clocks are wrong, events come twice or late, one person has thousands, and channels are unknown."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import datetime, timedelta

import duckdb
import pytest

from tests.dbt_project.journey_chain import Event, journey_world, table

AT = datetime(2026, 3, 1, 12)
END = datetime(2026, 6, 30, 22)  # of the as-of day, in UTC
MARTS = (
    "fct_touchpoints",
    "fct_sessions",
    "fct_journeys",
    "fct_stage_entries",
    "fct_journey_transitions",
    "fct_handoff_events",
    "fct_handoffs",
    "fct_journey_paths",
    "fct_tasks",
)


def visit(*, start: datetime = AT, first_key: int = 1, who: int = 1) -> list[Event]:
    """A visit with a chat and a task, and an order in the shop two days later."""
    return [
        Event(first_key, start, "page", who, utm_source="search", utm_medium="cpc", line=first_key),
        Event(first_key + 1, start + timedelta(minutes=10), "chat", who, line=first_key + 1),
        Event(first_key + 2, start + timedelta(minutes=20), "start", who, line=first_key + 2),
        Event(first_key + 3, start + timedelta(minutes=25), "done", who, line=first_key + 3),
        Event(first_key + 4, start + timedelta(days=2), "order", who, source="shop", line=first_key + 4),
    ]


def everything(database: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    return {mart: table(database, mart) for mart in MARTS}


def one(database: duckdb.DuckDBPyConnection, query: str) -> tuple[object, ...]:
    (found,) = database.execute(query).fetchall()
    return found


@pytest.mark.thorough
def test_a_visit_appears_in_every_mart() -> None:
    # What the tests below differ from: without this they could pass over models that return nothing.
    database = journey_world(visit())
    assert {mart: len(rows) > 0 for mart, rows in everything(database).items()} == dict.fromkeys(MARTS, True)
    assert one(database, "select events, minutes, channel from fct_sessions") == (4, 25, "Paid search")
    assert one(database, "select touchpoints, is_converted, days_to_purchase from fct_journeys") == (5, True, 2)
    assert one(database, "select is_completed, steps, minutes from fct_tasks") == (True, 2, 5)
    assert table(database, "fct_handoff_events", "handoff_kind, handoff") == [
        ("channel", "Paid search → Store"),
        ("corner", "marketing → service"),
        ("corner", "service → commerce"),
    ]


def test_events_in_any_order_of_arrival_give_the_same_marts() -> None:
    events = [*visit(), *visit(start=AT + timedelta(days=200), first_key=11), *visit(first_key=21, who=2)]
    expected = everything(journey_world(events))
    for seed in range(3):
        shuffled = list(events)
        random.Random(seed).shuffle(shuffled)
        assert everything(journey_world(shuffled)) == expected


def test_a_repeated_event_key_would_be_detected() -> None:
    """Staging removes duplicates by id. What is the same twice under two keys is two touches of one session."""
    twice = [*visit(), Event(99, AT, "page", utm_source="search", utm_medium="cpc", line=99)]
    database = journey_world(twice)
    assert one(database, "select events, minutes from fct_sessions") == (5, 25)
    assert one(database, "select touchpoints from fct_journeys") == (6,)
    # At the same instant, file and line decide; no stage is entered twice by it and nobody is handed on.
    assert len(table(database, "fct_stage_entries")) == len(table(journey_world(visit()), "fct_stage_entries"))
    assert len(table(database, "fct_handoff_events")) == 3


def test_a_fast_clock_does_not_change_today() -> None:
    ahead = [
        Event(50, END + timedelta(seconds=1), "page", line=50),
        Event(51, datetime(2099, 1, 1), "order", line=51),
        Event(52, datetime(2099, 1, 1), "start", line=52),
    ]
    database = journey_world([*visit(), *ahead])
    assert everything(database) == everything(journey_world(visit()))
    assert one(database, "select count(*) from int_touchpoints__events where is_after_as_of") == (3,)


def test_a_slow_clock_does_not_break_an_order() -> None:
    """A device that believes to be in 1970 has a session and a journey of its own; no wait is negative."""
    behind = Event(60, datetime(1970, 1, 1), "chat", line=60)
    database = journey_world([*visit(), behind])
    assert len(table(database, "fct_journeys")) == 2
    assert len(table(database, "fct_sessions")) == 2
    assert one(database, "select min(waiting_days) >= 0 from fct_handoff_events") == (True,)
    assert one(database, "select count(*) from fct_handoff_events") == (3,)


def test_an_event_without_a_time_makes_no_touchpoint_and_is_counted() -> None:
    database = journey_world([*visit(), Event(70, None, "page", line=70)])
    assert everything(database) == everything(journey_world(visit()))
    assert one(database, "select disposition from int_touchpoints__events where event_key = 70") == ("undated",)


def test_ten_thousand_touches_of_one_person_are_one_journey() -> None:
    many = [
        Event(1000 + n, AT + timedelta(minutes=7 * n), ("page", "chat", "start", "done")[n % 4], who=5, line=n)
        for n in range(10_000)
    ]
    started = time.perf_counter()
    database = journey_world([*many, *visit()])
    seconds = time.perf_counter() - started
    assert one(database, "select touchpoints from fct_journeys where person_id = 5") == (10_000,)
    assert one(database, "select events from fct_sessions where person_id = 5") == (10_000,)
    assert one(database, "select count(*), sum(steps) from fct_tasks where person_id = 5") == (2500, 5000)
    assert one(database, "select count(*) from fct_stage_entries where person_id = 5") == (7_500,)
    assert one(database, "select sum(n) from fct_journey_transitions where tier = 'all'") == (10_000 + 5 - 1,)
    # Every model is linear in a person's touches; a join of each with each would be a hundred million pairs.
    assert seconds < 30


def test_a_journey_of_one_event_starts_and_ends_there() -> None:
    database = journey_world([Event(1, AT, "chat")])
    assert one(database, "select touchpoints, is_converted from fct_journeys where ended_at = started_at") == (1, False)
    assert one(database, "select minutes, events, channel from fct_sessions") == (0, 1, None)
    assert one(database, "select from_step, to_step, n from fct_journey_transitions where tier = 'all'") == (
        "Chat",
        "end of journey",
        1,
    )
    assert table(database, "fct_journey_paths", "path_kind, path") == [
        ("stages", "discovery"),
        ("to loss", "Chat"),
        ("whole", "Chat"),
    ]
    assert table(database, "fct_handoff_events") == []


def test_unknown_channels_and_events_are_kept_and_counted() -> None:
    strange = [
        replace(visit()[0], key=80, utm_source="tiktok", utm_medium="video", line=80, who=9),
        Event(81, AT + timedelta(minutes=1), "never mapped", who=9, line=81),
    ]
    database = journey_world([*visit(), *strange])
    assert one(database, "select channel, presence, method from fct_touchpoints where person_id = 9") == (None,) * 3
    assert one(database, "select channel, events, touchpoints from fct_sessions where person_id = 9") == (None, 2, 1)
    assert one(database, "select disposition from int_touchpoints__events where event_key = 81") == ("unmapped",)
    assert ("site", "tiktok / video", 1) in table(
        database, "int_touchpoints__unmapped_channels", "data_source, name, n_rows"
    )
    # From or to an unknown channel nobody is handed on.
    assert one(database, "select count(*) from fct_handoff_events where person_id = 9") == (0,)


def test_empty_sources_are_not_an_error() -> None:
    assert everything(journey_world([])) == {mart: [] for mart in MARTS}


@pytest.mark.parametrize("silence", [30 * 60, 30 * 60 + 0.001])
def test_a_session_ends_exactly_after_the_configured_gap(silence: float) -> None:
    database = journey_world([Event(1, AT), Event(2, AT + timedelta(seconds=silence), line=1)])
    assert len(table(database, "fct_sessions")) == (1 if silence <= 1800 else 2)

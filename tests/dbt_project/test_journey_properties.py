"""Sessions, journeys and stage entries against plain Python that walks one event after the other."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dbt_project.rendering import STAGES, render

START = datetime(2026, 1, 1, 12)
LIMIT = 30  # minutes of a session and days of a journey: one number, so that one stream of events serves both
CONVERSION_DAYS = 45
AS_OF = START + timedelta(days=120)


@dataclass(frozen=True)
class Event:
    """One event: who (device or person), when (units after the start), where in the files, at which stage."""

    key: int
    who: int
    at: float
    file: str
    line: int
    stage: int
    source: str | None

    @property
    def order(self) -> tuple[float, str, int, int]:
        return self.at, self.file, self.line, self.key


# Gaps of exactly the limit, a hair more, and none at all are the ones that matter.
_TIMES = st.sampled_from([0, 1, 29, 30, 30.001, 59, 60, 60.001, 61, 90, 91, 119])
_EVENTS = st.lists(
    st.tuples(
        st.integers(1, 3),
        _TIMES,
        st.sampled_from("ab"),
        st.integers(1, 4),
        st.integers(1, 6),
        st.sampled_from([None, "news", "ads"]),
    ),
    min_size=1,
    max_size=14,
).map(lambda rows: [Event(100 + index, *row) for index, row in enumerate(rows)])


def split(events: list[Event]) -> dict[int, list[list[Event]]]:
    """Runs of events per device or person, none further apart than LIMIT."""
    runs: dict[int, list[list[Event]]] = defaultdict(list)
    for event in sorted(events, key=lambda event: event.order):
        own = runs[event.who]
        if own and event.at - own[-1][-1].at <= LIMIT:
            own[-1].append(event)
        else:
            own.append([event])
    return runs


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute(
        f"create table stg_config__settings as select {LIMIT} as session_minutes, {LIMIT} as gap_days, "
        f"'UTC' as timezone, {CONVERSION_DAYS} as conversion_days"
    )
    connection.execute(f"create table int_company__as_of as select date '{AS_OF:%Y-%m-%d}' as as_of_on")
    connection.execute(
        "create table int_touchpoints__events (event_key bigint, data_source varchar, occurred_at timestamp, "
        "device_key bigint, utm_source varchar, utm_medium varchar, campaign varchar, is_web boolean, "
        "source_file varchar, source_line bigint, disposition varchar, is_after_as_of boolean, "
        "sitting_key bigint generated always as (device_key))"
    )
    connection.execute(
        "create table int_touchpoints__mapped (touchpoint_id bigint, person_id bigint, occurred_at timestamp, "
        "is_day_only boolean, data_source varchar, source_file varchar, source_line bigint, "
        "role varchar generated always as ('view'), is_conversion_event boolean generated always as (false))"
    )
    connection.execute(
        "create table fct_touchpoints (touchpoint_id bigint, person_id bigint, journey_id bigint, "
        "journey_step integer, person_step integer, stage varchar, stage_order integer, occurred_at timestamp, "
        "is_day_only boolean, occurred_on date, touchpoint varchar, interaction varchar, corner varchar, "
        "channel varchar, presence varchar, "
        "data_source varchar, value_tier_at_event varchar)"
    )
    yield connection
    connection.close()


SESSIONIZED = render("int_touchpoints__sessionized")
JOURNEYS = render("int_journeys__touchpoints")
STAGE_ENTRIES = render("fct_stage_entries")


def sessions_equal_a_plain_sessionizers(database: duckdb.DuckDBPyConnection, events: list[Event]) -> int:
    """Assert that the events in the database have the sessions and campaigns of plain Python; how many there are."""
    expected = {}
    for runs in split(events).values():
        for run in runs:
            campaign = next((event.source for event in run if event.source), None)
            expected.update({event.key: (run[0].key, campaign) for event in run})

    rows = database.execute(f"select event_key, session_id, utm_source from ({SESSIONIZED})").fetchall()

    assert {key: (session, campaign) for key, session, campaign in rows} == expected
    assert len(rows) == len(events)
    return len({session for session, _ in expected.values()})


@settings(max_examples=40, deadline=None)
@given(events=_EVENTS)
def test_sessions_group_device_events_under_their_first_campaign(
    database: duckdb.DuckDBPyConnection, events: list[Event]
) -> None:
    database.execute("delete from int_touchpoints__events")
    database.executemany(
        "insert into int_touchpoints__events values (?, 'site', ?, ?, ?, null, null, true, ?, ?, 'touchpoint', false)",
        [[e.key, START + timedelta(minutes=e.at), e.who, e.source, e.file, e.line] for e in events],
    )
    sessions_equal_a_plain_sessionizers(database, events)


@pytest.mark.parametrize("seed", range(5))
def test_sessions_match_a_simple_reference_on_random_streams(database: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Twenty thousand events of two hundred devices, many at the same instant, in no order."""
    generator = random.Random(seed)
    # Whole minutes over twelve days: gaps of exactly the limit and events at one instant are common.
    events = [
        Event(
            key=key,
            who=generator.randrange(200),
            at=generator.randrange(12 * 1440),
            file=generator.choice("abc"),
            line=generator.randrange(50),
            stage=1,
            source=generator.choice([None, None, "news", "ads"]),
        )
        for key in generator.sample(range(10**6), 20_000)
    ]
    given = pd.DataFrame([(e.key, e.who, START + timedelta(minutes=e.at), e.source, e.file, e.line) for e in events])
    given.columns = pd.Index(["key", "who", "at", "source", "file", "line"])
    database.register("given", given.astype({"at": "datetime64[us]"}))
    database.execute("delete from int_touchpoints__events")
    database.execute(
        """insert into int_touchpoints__events select
            key, 'site', "at", who, source, null, null, true, file, line, 'touchpoint', false
        from given"""
    )
    assert sessions_equal_a_plain_sessionizers(database, events) > 1000


@settings(max_examples=40, deadline=None)
@given(events=_EVENTS)
def test_journeys_group_the_touchpoints_of_a_person(database: duckdb.DuckDBPyConnection, events: list[Event]) -> None:
    database.execute("delete from int_touchpoints__mapped")
    database.executemany(
        "insert into int_touchpoints__mapped values (?, ?, ?, false, 'site', ?, ?)",
        [[e.key, e.who, START + timedelta(days=e.at), e.file, e.line] for e in events],
    )
    expected = {}
    for runs in split(events).values():
        step = 0
        for number, run in enumerate(runs, start=1):
            for place, event in enumerate(run, start=1):
                step += 1
                expected[event.key] = (step, number, run[0].key, place)

    rows = database.execute(
        f"select touchpoint_id, person_step, journey_number, journey_id, journey_step from ({JOURNEYS})"
    ).fetchall()

    assert {key: tuple(rest) for key, *rest in rows} == expected
    assert len(rows) == len(events)


@settings(max_examples=40, deadline=None)
@given(events=_EVENTS)
def test_stage_entries_continue_to_the_first_later_stage(
    database: duckdb.DuckDBPyConnection, events: list[Event]
) -> None:
    database.execute("delete from fct_touchpoints")
    expected = {}
    touchpoints = []
    for who, runs in split(events).items():
        history = [event for run in runs for event in run]
        for run in runs:
            for place, event in enumerate(run):
                at = START + timedelta(days=event.at)
                step = history.index(event)
                stage = STAGES[event.stage - 1]
                touchpoints.append([event.key, who, run[0].key, place + 1, step + 1, stage, event.stage, at, at.date()])
                if place and run[place - 1].stage == event.stage:
                    continue
                later = next((after for after in history[step + 1 :] if after.stage > event.stage), None)
                expected[event.key] = (
                    STAGES[later.stage - 1] if later else None,
                    later is not None and later.at - event.at <= CONVERSION_DAYS,
                    (AS_OF.date() - at.date()).days >= CONVERSION_DAYS,
                )
    database.executemany(
        "insert into fct_touchpoints (touchpoint_id, person_id, journey_id, journey_step, person_step, stage, "
        "stage_order, occurred_at, occurred_on) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        touchpoints,
    )

    rows = database.execute(
        f"select stage_entry_id, next_later_stage, is_continued, is_observed_long_enough from ({STAGE_ENTRIES})"
    ).fetchall()

    assert {key: tuple(rest) for key, *rest in rows} == expected

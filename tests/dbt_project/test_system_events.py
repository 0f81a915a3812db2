"""What a system writes for itself (role system) stays in the touchpoints, marked, and is not a step of the customer."""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb
import pytest

from tests.dbt_project.journey_chain import Event, journey_world, table

AT = datetime(2026, 1, 5, 9)
DAY = timedelta(days=1)
STEPS = [
    Event(1, AT, "page", line=1),
    Event(2, AT + 40 * DAY, "chat", line=2),
    Event(3, AT + 41 * DAY, "start", source="shop", line=3),
    Event(4, AT + 41 * DAY + timedelta(minutes=9), "done", source="shop", line=4),
    Event(5, AT + 42 * DAY, "order", source="shop", line=5),
    Event(6, AT + 150 * DAY, "page", line=6),
]
# Between two steps, between the start and the end of a task, in a gap between two journeys, and before everything.
RECORDS = [
    Event(11, AT - 2 * DAY, "record", source="shop", line=11),
    Event(12, AT + DAY, "record", source="shop", line=12),
    Event(13, AT + 41 * DAY + timedelta(minutes=5), "record", source="shop", line=13),
    Event(14, AT + 100 * DAY, "record", source="shop", line=14),
]
OF_STEPS = (
    "int_journeys__touchpoints",
    "fct_journeys",
    "fct_stage_entries",
    "fct_journey_transitions",
    "fct_handoff_events",
    "fct_handoffs",
    "fct_journey_paths",
    "int_tasks__steps",
    "fct_tasks",
)


@pytest.fixture(scope="module")
def with_records() -> duckdb.DuckDBPyConnection:
    return journey_world([*STEPS, *RECORDS])


@pytest.mark.parametrize("name", OF_STEPS)
def test_a_record_that_a_system_opened_changes_no_journey(name: str, with_records: duckdb.DuckDBPyConnection) -> None:
    """Nor a stage entry, a transition, a hand-off, a path, or a task."""
    without = table(journey_world(STEPS), name)
    assert without
    assert table(with_records, name) == without


def test_records_of_systems_are_kept_and_marked(with_records: duckdb.DuckDBPyConnection) -> None:
    rows = table(with_records, "fct_touchpoints", "touchpoint_id, is_step, journey_id is null, person_step is null")
    assert rows == [
        *((step.key, True, False, False) for step in STEPS),
        *((record.key, False, True, True) for record in RECORDS),
    ]


def test_a_system_event_that_is_the_conversion_is_a_step() -> None:
    """Whoever counts a sign-up by its record means the customer's."""
    counted = "update stg_config__settings set conversion_event = 'record', conversion_occurrence = 'any';"
    database = journey_world([*STEPS, *RECORDS], prepare=counted)
    rows = table(database, "fct_touchpoints", "count(*)")
    assert table(database, "fct_touchpoints where is_step", "count(*)") == rows == [(len(STEPS) + len(RECORDS),)]
    assert table(database, "fct_journeys where is_converted", "count(*)") == [(1,)]

"""Facts of which only the day is known against the same facts at six in the evening, all other facts being earlier."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest

from tests.dbt_project.journey_chain import Event, journey_world, table
from tests.dbt_project.rendering import render_text
from tests.dbt_project.value_chain import build

BERLIN, UTC = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
# The clocks go forward on March 29: that day has 23 hours.
FIRST, DAYS = date(2026, 3, 20), 40
PEOPLE = 250
CHAIN = (
    "int_attribution__conversions",
    "int_attribution__touches",
    "fct_attribution_credits",
    "int_growth__movements",
    "fct_growth_credits",
    "int_surveys__respondents",
    "int_surveys__touchpoint_links",
    "int_surveys__contexts",
    "int_expectations__unpaired_perceptions",
    "fct_expectation_gaps",
)
PREPARED = """
insert into stg_mappings__touchpoint_types values
    (null, 'survey_answered', 'other', 'any', 'Survey', 'use', 'service', null, 't', 7);
alter table stg_mappings__interactions add column stage varchar;
insert into stg_mappings__interactions values ('help', 'service', 'use');
update stg_mappings__touchpoint_types set interaction = 'help' where event = 'chat';
update stg_config__settings set conversion_occurrence = 'any', gap_days = 10, conversion_days = 10;
"""
INPUTS = """
alter table stg_config__settings add column lookback_days integer default 10;
alter table stg_config__settings add column half_life_days double default 7;
alter table stg_config__settings add column position_first double default 0.4;
alter table stg_config__settings add column position_middle double default 0.2;
alter table stg_config__settings add column position_last double default 0.4;
alter table stg_config__settings add column survey_link_days integer default 10;
create table dim_people as select person_id, 'all' as segment from int_identity__identifiers;
create table int_content__events (event_key bigint, content_group varchar, topic varchar);
create table int_orders__valued as select
    event_key as order_key, who as person_id, occurred_at, is_day_only,
    cast(timezone('Europe/Berlin', timezone('UTC', occurred_at)) as date) as occurred_on,
    'sale' as kind, false as is_after_as_of, 1 as revenue
from (select *, identifier_key as who from int_touchpoints__source_events where event = 'order');
create table int_contracts__valued (
    person_id bigint, started_at timestamp, is_started_day_only boolean, started_on date, is_after_as_of boolean
);
create table stg_crm__orders (
    kind varchar, order_id varchar, id_namespace varchar, data_source varchar, source_file varchar, source_line bigint
);
create table stg_service__tickets (ticket_id varchar, id_namespace varchar, ticket_key bigint);
-- Who answered chats: the first response says what they expect, the later ones what they perceived.
create table stg_survey__responses as select
    event_key as response_key, 's' as survey_id, 'site' as data_source, identifier_key, null::varchar as order_id,
    null::varchar as ticket_id, 's' as id_namespace, null::varchar as wave, null::varchar as survey_language,
    occurred_at as answered_at, is_day_only, null::varchar as interaction
from int_touchpoints__source_events where event = 'survey_answered';
create table int_surveys__meanings as select
    side as meaning_key, side as choice_key, 'kept' as disposition, side::double as value, side * 10.0 as value_pct,
    case side when 1 then 'expectation' else 'perception' end as construct, 'speed' as item, 'Speed' as item_label,
    null::varchar as item_dimension,
    null::varchar as interaction, 's' as survey_id, 'processes' as pillar, 1 as scale_min, 5 as scale_max,
    'q' || side as question_id
from range(1, 3) as sides (side);
create table int_surveys__answer_meanings as
    select response_key, 1 + response_key % 2 as meaning_key from stg_survey__responses;
create table int_expectations__perceptions as select
    *, null::bigint as importance_key, null::bigint as expected_key, null::bigint as accepted_key,
    null::bigint as desired_key
from int_surveys__answer_meanings where meaning_key = 2;
create table int_surveys__questions as select distinct construct, survey_id, item from int_surveys__meanings;
create table int_surveys__weights (person_id bigint, weight double);
create or replace table fct_customer_months as select distinct
    person_id, date_trunc('month', occurred_on)::date as month_on, null::varchar as tier_start,
    last_day(occurred_on) as month_end_on, 1 as acquired, 0 as reactivated, 0 as retained, 0 as lost
from int_orders__valued;
"""


def _instant(day: date, clock: time) -> datetime:
    """The UTC instant of a time of day in Berlin, as the warehouse keeps it."""
    return datetime.combine(day, clock, BERLIN).astimezone(UTC).replace(tzinfo=None)


def _history(dice: random.Random, who: int) -> Iterator[Event]:
    """A person's facts before six: visits of the site always have a time, some other facts only a day."""
    kinds = ["page", "page", "chat", "order", "order", "start", "done", "survey_answered"]
    # A touch that has only a day may come before whatever happens on it: where touches lead to something, they have
    # times.
    dayed = (
        {"order"} | ({"survey_answered"} if who % 3 else set()) | ({"chat", "start", "done"} if who % 3 == 2 else set())
    )
    for number in range(dice.randint(2, 9)):
        event, day = dice.choice(kinds), FIRST + timedelta(days=dice.choice([0, 1, 2, 9, 10, 11, 20, 30]))
        key = 1000 * who + number
        # Two responses of one day: either may be the earlier. Only perceptions (odd keys) have no time.
        is_day = event in dayed and dice.random() < 0.5 and (event != "survey_answered" or key % 2 == 1)
        # From two to five: a threshold of whole days is passed from six as from midnight, in a week of 167 hours, too.
        clock = time() if is_day else time(dice.randint(2, 16), dice.randint(0, 59))
        source = "site" if event == "page" else "shop"
        yield Event(
            key, _instant(day, clock), event, who, source, file=dice.choice("ab"), is_day=is_day,
            line=number, utm_source=dice.choice([None, "search"]), utm_medium="cpc",
        )  # fmt: skip


def _at_six(event: Event) -> Event:
    if not event.is_day or event.at is None:
        return event
    day = event.at.replace(tzinfo=UTC).astimezone(BERLIN).date()
    return replace(event, at=_instant(day, time(18)), is_day=False)


def _world(events: list[Event]) -> duckdb.DuckDBPyConnection:
    database = journey_world(events, prepare=PREPARED)
    database.execute(INPUTS)
    build(database, CHAIN)
    return database


# What must not depend on the grain, of those whose facts have times where the question needs them (see `_history`).
EQUAL = {
    "occurrences": ("int_touchpoints__types", "event_key, occurrence, is_conversion"),
    "journeys": ("int_journeys__touchpoints", "touchpoint_id, person_step, journey_id, journey_step"),
    "stage conversions": (
        "fct_stage_entries",
        "stage_entry_id, previous_stage, next_later_stage, is_continued, is_observed_long_enough, is_regression",
    ),
    "transitions": ("fct_journey_transitions", "from_step, to_step, tier, n, people"),
    "hand-offs": ("fct_handoff_events", "handoff_id, handoff, from_touchpoint, is_lost, has_repeat_contact"),
    "paths": ("fct_journey_paths", "path_kind, path, n"),
    "tasks": ("fct_tasks", "task_attempt_id, is_completed, starts, steps, left_after, is_observed_long_enough"),
    "credits": (
        "fct_attribution_credits where person_id % 3 = 0",
        "conversion_id, model, touchpoint_id, round(credit, 9)",
    ),
    "growth": ("fct_growth_credits where person_id % 3 = 0", "growth_credit_id, corner, credit, touches"),
    "survey links": (
        "int_surveys__touchpoint_links where response_key // 1000 % 3 < 2",
        "response_key, touchpoint_id, link_rule",
    ),
    "gaps": ("fct_expectation_gaps where person_id % 3 < 2", "answer_id, pairing, expectation_answer_id"),
}


@pytest.fixture(scope="module", params=[1, 2])
def both(request: pytest.FixtureRequest) -> tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection]:
    """The same histories twice: facts by day, and the same facts at six."""
    dice = random.Random(request.param)
    events = [event for who in range(PEOPLE) for event in _history(dice, who)]
    return _world(events), _world([_at_six(event) for event in events])


@pytest.mark.thorough
@pytest.mark.parametrize("what", EQUAL)
def test_facts_by_day_equal_the_same_facts_at_six_oclock(
    both: tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection], what: str
) -> None:
    by_day, at_six = (table(database, *EQUAL[what]) for database in both)
    assert len(by_day) > 20
    assert by_day == at_six


def _day(event: str, day: int, *, key: int, source: str = "shop", hours: float | None = None) -> Event:
    """A fact of one person in April: by day, or `hours` after the day began."""
    began = _instant(date(2026, 4, day), time())
    at = began if hours is None else began + timedelta(hours=hours)
    return Event(key, at, event, source=source, line=key, is_day=hours is None)


def _last_touch(events: list[Event]) -> dict[int, int | None]:
    return dict(table(_world(events), "fct_attribution_credits where model = 'last'", "conversion_id, touchpoint_id"))


def test_an_order_by_day_credits_only_visits_up_to_its_day() -> None:
    # The clocks go forward on March 29, at two: the day ends after 23 hours.
    before, after = _instant(date(2026, 3, 29), time(23, 59)), _instant(date(2026, 3, 30), time())
    order = Event(9, _instant(date(2026, 3, 29), time()), "order", source="shop", is_day=True)
    assert _last_touch([Event(1, before), order, Event(2, after)]) == {9: 1}
    assert _last_touch([order, Event(2, after)]) == {9: None}


def test_a_touch_by_day_can_lead_to_an_order_of_that_day() -> None:
    assert _last_touch([_day("chat", 3, key=1), _day("order", 3, key=2, hours=10)]) == {2: 1}
    assert _last_touch([_day("order", 3, key=1), _day("chat", 3, key=2)]) == {1: 2}
    # What certainly came before the order came later than what may have.
    visit = _day("page", 3, key=3, source="site", hours=9)
    assert _last_touch([_day("chat", 3, key=1), _day("order", 3, key=2, hours=10), visit]) == {2: 3}


def test_a_purchase_by_day_is_made_in_the_last_session_of_its_day() -> None:
    visits = [_day("page", day, key=key, source="site", hours=hours) for key, day, hours in (
        (1, 2, 23.9), (2, 3, 9), (3, 3, 17), (4, 4, 0.1))]  # fmt: skip
    database = journey_world([*visits, _day("order", 3, key=5)])
    assert table(database, "fct_sessions", "session_id, has_purchase") == [
        (1, False),
        (2, False),
        (3, True),
        (4, False),
    ]


def test_a_fact_by_day_has_no_hour_and_no_wait_is_negative() -> None:
    database = journey_world([_day("page", 3, key=1, source="site", hours=9), _day("order", 3, key=2)])
    assert table(database, "fct_touchpoints", "touchpoint_id, is_day_only, hour_of_day") == [
        (1, False, 9),
        (2, True, None),
    ]
    assert table(database, "fct_journeys", "days_to_purchase between 0 and 1") == [(True,)]
    assert table(database, "fct_stage_entries", "stage_entry_id, next_later_stage_at >= entered_at")[0] == (1, True)


@pytest.mark.parametrize(
    ("text", "pattern", "is_day"),
    [
        ("2026-05-10", None, True),
        (" 2026-05-10 ", None, True),
        ("2026/5/1", None, True),
        ("2026-05-10 00:00", None, False),
        ("2026-05-10 00:00:00", None, False),
        ("2026-05-10T00:00:00Z", None, False),
        ("2026-05-10 6 PM", None, False),
        ("20260510T1800", None, False),
        ("1778400000", None, False),
        ("10.05.2026", "%d.%m.%Y", True),
        ("10.05.2026 at 100%", "%d.%m.%Y at 100%%", True),
        ("10.05.2026 18:30", "%d.%m.%Y %H:%M", False),
        ("10.05.2026 6 PM", "%d.%m.%Y %-I %p", False),
        ("05/10/26 18:30:00", "%x %X", False),
    ],
)
def test_a_text_without_a_time_of_day_has_only_a_day(text: str, pattern: str | None, is_day: bool) -> None:
    sql = render_text("{{ is_day_only('$stated', 'cast($pattern as varchar)') }}")
    assert duckdb.execute(f"select {sql}", {"stated": text, "pattern": pattern}).fetchall() == [(is_day,)]


@pytest.mark.parametrize(
    ("later", "is_day", "earlier", "is_before"),
    [
        ("2026-05-09 22:00", True, "2026-05-10 07:00", False),  # the day of the earlier one, in Berlin
        ("2026-05-08 22:00", True, "2026-05-10 07:00", True),
        ("2026-05-08 22:00", True, "2026-05-09 22:00", True),
        ("2026-05-09 22:00", False, "2026-05-10 07:00", True),
        ("2026-05-10 07:00", False, "2026-05-10 07:00", False),
    ],
)
def test_a_day_contradicts_only_a_later_day(later: str, is_day: bool, earlier: str, is_before: bool) -> None:
    sql = render_text("""{{ is_before('$later::timestamp', '$is_day', '$earlier::timestamp', "'Europe/Berlin'") }}""")
    given = {"later": later, "is_day": is_day, "earlier": earlier}
    assert duckdb.execute(f"select {sql}", given).fetchall() == [(is_before,)]

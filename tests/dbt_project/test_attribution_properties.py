"""Touches, credits and growth credits against plain Python that walks one person's history after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dbt_project.rendering import render

START = datetime(2026, 1, 1)
LOOKBACK = 30  # days
HALF_LIFE = 7.0
POSITION = (0.4, 0.2, 0.4)
AS_OF_ENDS = 150  # days after the start
CORNERS = (None, "marketing", "product", "service")
Occurrence = Literal["first", "any"]


@dataclass(frozen=True)
class Event:
    """A touch of a channel and corner, perhaps in a visit; or an order."""

    key: int
    who: int
    at: float
    line: int
    visit: int | None
    channel: str | None
    corner: str | None
    is_order: bool

    @property
    def order(self) -> tuple[float, int, int]:
        return self.at, self.line, self.key

    @property
    def touch(self) -> int:
        return self.key if self.visit is None else self.visit

    @property
    def moment(self) -> datetime:
        return START + timedelta(days=self.at)


def event(key: int, row: tuple[int, float, int, int | None, str | None, int, bool]) -> Event:
    who, at, line, visit, channel, corner, is_order = row
    named = None if visit is None else -(10 * who + visit)
    return Event(key, who, at, line, None if is_order else named, channel, CORNERS[corner], is_order)


# Exactly the window, a hair more, and none at all are the distances that matter.
_HISTORIES = st.lists(
    st.tuples(
        st.integers(1, 2),
        st.sampled_from([0, 0.5, 1, 15, 30, 30.001, 45, 60, 60.001, 75, 119, 120, 121]),
        st.integers(1, 3),
        st.sampled_from([None, 1, 2]),
        st.sampled_from([None, "Direct", "Ads", "Store"]),
        st.integers(0, 3),
        st.sampled_from([False, False, False, True]),
    ),
    min_size=1,
    max_size=14,
).map(lambda rows: [event(100 + at, row) for at, row in enumerate(rows)])


@dataclass(frozen=True)
class Walked:
    """What became of each touch, and each conversion's touches in order."""

    outcomes: dict[int, str]
    paths: dict[int, list[list[Event]]]


def walk(events: list[Event], occurrence: Occurrence) -> Walked:
    outcomes: dict[int, str] = {}
    paths: dict[int, list[list[Event]]] = {}
    for who in {one.who for one in events}:
        history = sorted((one for one in events if one.who == who), key=lambda one: one.order)
        orders = [one for one in history if one.is_order]
        conversions = orders[:1] if occurrence == "first" else orders
        for number, conversion in enumerate([*conversions, None]):
            after = conversions[number - 1].order if number else None
            touches = [
                one
                for one in history
                if not one.is_order
                and (after is None or one.order > after)
                and (conversion is None or one.order < conversion.order)
            ]
            for run in _runs(touches):
                inside = [one for one in run if conversion and conversion.at - one.at <= LOOKBACK]
                if inside and conversion:
                    paths[conversion.key] = _visits(inside)
                for one in run:
                    if one in inside:
                        outcomes[one.key] = "converted"
                    elif inside:
                        outcomes[one.key] = "before_window"
                    elif after is not None and occurrence == "first":
                        outcomes[one.key] = "after_conversion"
                    else:
                        is_open = AS_OF_ENDS - run[-1].at <= LOOKBACK
                        outcomes[one.key] = "open" if is_open else "not_converted"
            if conversion:
                paths.setdefault(conversion.key, [])
    return Walked(outcomes, paths)


def _runs(touches: list[Event]) -> list[list[Event]]:
    runs: list[list[Event]] = []
    for one in touches:
        if runs and one.at - runs[-1][-1].at <= LOOKBACK:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _visits(touches: list[Event]) -> list[list[Event]]:
    visits: dict[int, list[Event]] = {}
    for one in touches:
        visits.setdefault(one.touch, []).append(one)
    return list(visits.values())


def shares(visits: list[list[Event]]) -> dict[str, dict[int | None, float]]:
    """Model -> touchpoint -> credit."""
    found: dict[str, dict[int | None, float]] = defaultdict(lambda: defaultdict(float))
    models = ("first", "last", "last_non_direct", "linear", "position", "time_decay")
    if not visits:
        return {model: {None: 1.0} for model in models}
    found["first"][visits[0][0].key] = 1
    found["last"][visits[-1][-1].key] = 1
    brought = [visit for visit in visits if visit[0].channel != "Direct"] or visits
    found["last_non_direct"][brought[-1][-1].key] = 1
    first, middle, last = POSITION
    if len(visits) == 1:
        position = [1.0]
    elif len(visits) == 2:
        position = [first / (first + last), last / (first + last)]
    else:
        position = [first, *[middle / (len(visits) - 2)] * (len(visits) - 2), last]
    decay = [0.5 ** (-visit[0].at / HALF_LIFE) for visit in visits]
    for number, visit in enumerate(visits):
        for one in visit:
            found["linear"][one.key] += 1 / len(visits) / len(visit)
            found["position"][one.key] += position[number] / len(visit)
            found["time_decay"][one.key] += decay[number] / sum(decay) / len(visit)
    return found


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute(
        f"""
        create table stg_config__settings (
            lookback_days integer, half_life_days double, position_first double, position_middle double,
            position_last double, conversion_occurrence varchar, timezone varchar
        );
        insert into stg_config__settings values
            ({LOOKBACK}, {HALF_LIFE}, {POSITION[0]}, {POSITION[1]}, {POSITION[2]}, 'first', 'UTC');
        create table int_company__as_of as
            select timestamp '{START + timedelta(days=AS_OF_ENDS)}' as as_of_ends_at;
        create table int_touchpoints__mapped (
            touchpoint_id bigint, person_id bigint, session_id bigint, channel varchar, corner varchar, role varchar,
            event varchar, is_conversion boolean, occurred_at timestamp, is_day_only boolean, data_source varchar,
            source_file varchar, source_line bigint
        );
        create table int_attribution__conversions (
            conversion_id bigint, person_id bigint, conversion varchar, revenue decimal(18, 4), converted_at timestamp,
            converted_on date, conversion_number integer, data_source varchar, source_file varchar, source_line bigint
        );
        create view fct_touchpoints as select
            *, null as presence, null as method, null as campaign, null as stage, null as touchpoint
        from int_touchpoints__mapped;
        create table int_content__events (event_key bigint, content_group varchar, topic varchar);
        create table int_growth__movements (
            movement_id bigint, person_id bigint, month_on date, movement varchar, tier_start varchar, n integer,
            decided_at timestamp
        );
        """
    )
    yield connection
    connection.close()


TOUCHES = render("int_attribution__touches")
CREDITS = render("fct_attribution_credits")
GROWTH = render("fct_growth_credits")


def fill(database: duckdb.DuckDBPyConnection, events: list[Event], occurrence: Occurrence) -> Walked:
    """Write a history into the tables that the models read, and walk it."""
    walked = walk(events, occurrence)
    by_key = {one.key: one for one in events}
    database.execute("update stg_config__settings set conversion_occurrence = ?", [occurrence])
    database.execute("delete from int_touchpoints__mapped; delete from int_attribution__conversions")
    database.executemany(
        "insert into int_touchpoints__mapped values (?, ?, ?, ?, ?, ?, 'e', ?, ?, false, 's', 'f', ?)",
        [
            [
                one.key,
                one.who,
                one.visit,
                one.channel,
                one.corner,
                "purchase" if one.is_order else "view",
                one.key in walked.paths,
                one.moment,
                one.line,
            ]
            for one in events
        ],
    )
    numbers: dict[int, int] = defaultdict(int)
    for key in sorted(walked.paths, key=lambda key: by_key[key].order):
        one = by_key[key]
        numbers[one.who] += 1
        database.execute(
            "insert into int_attribution__conversions values (?, ?, 'order', ?, ?, ?, ?, 's', 'f', ?)",
            [key, one.who, key, one.moment, one.moment.date(), numbers[one.who], one.line],
        )
    return walked


@settings(max_examples=100, deadline=None)
@given(events=_HISTORIES, occurrence=st.sampled_from(["first", "any"]))
def test_touches_credit_the_next_conversion_by_each_rule(
    database: duckdb.DuckDBPyConnection, events: list[Event], occurrence: Occurrence
) -> None:
    walked = fill(database, events, occurrence)
    database.execute(f"create or replace table int_attribution__touches as {TOUCHES}")
    found = database.execute("select touchpoint_id, outcome from int_attribution__touches").fetchall()
    assert dict(found) == walked.outcomes
    assert len(found) == len(walked.outcomes)

    credited: dict[tuple[int, str], dict[int | None, float]] = defaultdict(dict)
    rows = database.execute(f"select conversion_id, model, touchpoint_id, credit, credited_revenue from ({CREDITS})")
    for conversion, model, touchpoint, credit, revenue in rows.fetchall():
        credited[conversion, model][touchpoint] = credit
        assert revenue == pytest.approx(credit * conversion)  # a conversion's revenue is its key here
    expected = {
        (conversion, model): of_model
        for conversion, visits in walked.paths.items()
        for model, of_model in shares(visits).items()
    }
    assert credited.keys() == expected.keys()
    for place, of_model in expected.items():
        assert credited[place] == pytest.approx(dict(of_model), abs=1e-12), place
        assert sum(credited[place].values()) == pytest.approx(1, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(events=_HISTORIES, decided=st.sampled_from([0, 30, 45.5, 60, 121]))
def test_growth_credit_is_shared_evenly_among_earlier_touches(
    database: duckdb.DuckDBPyConnection, events: list[Event], decided: float
) -> None:
    fill(database, events, "first")
    database.execute("delete from int_growth__movements")
    for who in (1, 2):
        database.execute(
            "insert into int_growth__movements values (?, ?, date '2026-01-01', 'acquired', null, 1, ?)",
            [who, who, START + timedelta(days=decided)],
        )
    found: dict[int, dict[str, float]] = defaultdict(dict)
    for who, corner, credit in database.execute(f"select person_id, corner, credit from ({GROWTH})").fetchall():
        found[who][corner] = credit
    for who in (1, 2):
        near = [
            one
            for one in events
            if one.who == who and one.corner and not one.is_order and 0 < decided - one.at <= LOOKBACK
        ]
        visits = _visits(sorted(near, key=lambda one: one.order))
        expected: dict[str, float] = defaultdict(float)
        for visit in visits:
            for one in visit:
                expected[str(one.corner)] += 1 / len(visits) / len(visit)
        assert found[who] == pytest.approx(dict(expected) or {"unattributed": 1.0})

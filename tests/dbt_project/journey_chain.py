"""Events in, touchpoints, sessions, journeys, hand-offs and tasks out, in a DuckDB of a test's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

import duckdb
import pandas as pd

from tests.dbt_project.value_chain import build

_TOUCH = "int_touchpoints__"
MODELS = (
    f"{_TOUCH}people",
    f"{_TOUCH}types",
    f"{_TOUCH}events",
    f"{_TOUCH}sessionized",
    f"{_TOUCH}channels",
    f"{_TOUCH}sessions",
    f"{_TOUCH}mapped",
    f"{_TOUCH}unmapped_channels",
    f"{_TOUCH}costs",
    "int_journeys__touchpoints",
    "fct_touchpoints",
    "fct_sessions",
    "fct_journeys",
    "fct_stage_entries",
    "fct_journey_transitions",
    "fct_handoff_events",
    "fct_handoffs",
    "int_journeys__paths",
    "fct_journey_paths",
    "dim_tasks",
    "int_tasks__attempts",
    "int_tasks__steps",
    "fct_tasks",
)
INPUTS = """
create table stg_config__settings as select
    'Europe/Berlin' as timezone, 30 as session_minutes, 90 as gap_days, 90 as conversion_days, 24.0 as task_hours,
    'order' as conversion_event, 'first' as conversion_occurrence;
create table int_company__as_of as select
    date '2026-06-30' as as_of_on, timestamp '2026-06-30 22:00:00' as as_of_ends_at;
create table int_touchpoints__source_events (
    event_key bigint, data_source varchar, event varchar, occurred_at timestamp, is_day_only boolean,
    identifier_key bigint,
    device_key bigint, utm_source varchar, utm_medium varchar, campaign varchar, reason varchar, amount decimal(18, 4),
    is_web boolean, is_page_view boolean, page_path varchar, is_set_aside boolean, source_file varchar,
    source_line bigint, sitting_key bigint
);
create table int_identity__identifiers (identifier_key bigint, person_id bigint);
create table int_accounts__actors (person_id bigint, account_key bigint, acts_from timestamp, acts_to timestamp);
create table int_identity__memberships (
    identifier_key bigint, person_id bigint, valid_from timestamp, valid_to timestamp
);
create table stg_mappings__touchpoint_types (
    data_source varchar, event varchar, role varchar, occurrence varchar, touchpoint varchar, stage varchar,
    corner varchar, interaction varchar, source_file varchar, source_line bigint
);
insert into stg_mappings__touchpoint_types values
    (null, 'page', 'view', 'any', 'Page', 'awareness', 'marketing', null, 't', 1),
    (null, 'chat', 'contact', 'any', 'Chat', 'discovery', 'service', null, 't', 2),
    (null, 'order', 'purchase', 'first', 'First order', 'purchase', 'commerce', null, 't', 3),
    (null, 'order', 'purchase', 'repeat', 'Repeat order', 'loyalty', 'commerce', null, 't', 4),
    (null, 'start', 'usage', 'any', 'Started', 'use', 'service', null, 't', 5),
    (null, 'done', 'usage', 'any', 'Done', 'use', 'service', null, 't', 6),
    (null, 'record', 'system', 'any', 'Record opened', 'loyalty', 'commerce', null, 't', 7);
create table stg_mappings__interactions (interaction varchar, corner varchar);
create table stg_mappings__channels (
    data_source varchar, utm_source varchar, utm_medium varchar, channel varchar, presence varchar, method varchar,
    source_file varchar, source_line bigint, is_catch_all boolean
);
insert into stg_mappings__channels values
    ('site', 'search', 'cpc', 'Paid search', 'online', 'web', 'c', 1, false),
    ('shop', null, null, 'Store', 'offline', 'desk', 'c', 2, false);
create table stg_mappings__tasks as select
    'task' as task, 'A task' as label, 'start' as start_event, 'done' as goal_event;
create table stg_crm__campaigns (
    campaign varchar, utm_source varchar, utm_medium varchar, spent_on date, cost decimal(18, 2)
);
create table int_growth__movements (
    movement_id bigint, person_id bigint, movement varchar, decided_at timestamp
);
create table fct_customer_months (person_id bigint, month_on date, tier_start varchar);
create table fct_survey_answers (
    touchpoint_id bigint, response_id bigint, question_id varchar, construct varchar, is_scorable boolean,
    value_pct double
);
"""


@dataclass(frozen=True)
class Event:
    """One event as its source tells it; `who` is the person and, on the site, the device."""

    key: int
    at: datetime | None
    event: str = "page"
    who: int = 1
    source: str = "site"
    utm_source: str | None = None
    utm_medium: str | None = None
    file: str = "a"
    line: int = 0
    is_day: bool = False


def journey_world(events: Iterable[Event], *, prepare: str = "") -> duckdb.DuckDBPyConnection:
    """A database with every journey model built from these events; `prepare` is SQL that changes the inputs before."""
    database = duckdb.connect()
    database.execute(INPUTS + prepare)
    given = list(events)
    columns = ["key", "at", "event", "who", "source", "utm_source", "utm_medium", "file", "line", "is_day"]
    frame = pd.DataFrame([astuple(one) for one in given], columns=columns).astype({"at": "datetime64[us]"})
    database.register("given", frame)
    database.execute(
        """insert into int_touchpoints__source_events by name select
            key as event_key, source as data_source, event, "at" as occurred_at, who as identifier_key,
            who as device_key, is_day as is_day_only, utm_source, utm_medium, source = 'site' as is_web,
            event = 'page' as is_page_view, false as is_set_aside, file as source_file, line as source_line,
            if(source = 'site', who, key) as sitting_key
        from given;
        insert into int_identity__identifiers select distinct who, who from given"""
    )
    build(database, MODELS)
    return database


def table(database: duckdb.DuckDBPyConnection, name: str, columns: str = "*") -> list[tuple[Any, ...]]:
    """Rows of a table in the order of their values."""
    return database.execute(f"select {columns} from {name} order by all").fetchall()

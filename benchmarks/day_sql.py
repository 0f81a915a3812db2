"""The same day in plain DuckDB SQL: sessions, journeys, transitions and days of what a day touched.

Run by `benchmarks.day`, each step in a process of its own: `python -m benchmarks.day_sql STEP FOLDER`.

| step | what it does |
|---|---|
| full | all tables from the touchpoints of the company as its full build left them |
| take | hands over what a day changed: events that are new or of another type, 1% of them twice; new keys of people |
| day | the increment: deduplicate, then touched devices and people; sums and counts by signed difference |
| check | rows that differ from the same tables built from nothing, and from the marts of the company |

Only `full` and `day` are measured. What reads files, joins identifiers and types events is not in them, and neither are
medians, tiers, channels, checks and a release. All tables stand in one file beside the company.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from workspace import load_workspace
from workspace.paths import WorkspacePaths

MEMORY_LIMIT: Final = "6GB"  # as in profiles.yml
_ORDER: Final = "occurred_at, source_file, source_line, data_source, event_key"
_EVENTS: Final = """
    select
        event_key, device_key, person_id, occurred_at, source_file, source_line, data_source, is_web, is_page_view,
        coalesce(identifier_key <> device_key, true) as names_customer, disposition = 'touchpoint' as is_touchpoint,
        touchpoint, stage, utm_source, utm_medium
    from {company}_private.intermediate.int_touchpoints__events
    inner join {company}_private.intermediate.int_touchpoints__types using (event_key)
    where disposition in ('touchpoint', 'unmapped') and not is_after_as_of
"""
_TABLES: Final = {
    "sessions": f"""
        with spaced as (
            select *, row_number() over device as place, lag(occurred_at) over device as previous_at
            from events
            where is_web and {{devices}}
            window device as (partition by device_key order by {_ORDER})
        ),
        numbered as (
            select
                *,
                sum(case when occurred_at - previous_at <= to_minutes({{session_minutes}}) then 0 else 1 end) over (
                    partition by device_key order by place rows unbounded preceding
                ) as nth
            from spaced
        )
        select
            first(event_key order by place) as session_id,
            device_key,
            first(person_id order by not names_customer, place) as person_id,
            min(occurred_at) as started_at,
            max(occurred_at) as ended_at,
            count(*) as events,
            count_if(is_touchpoint) as touchpoints,
            count_if(is_page_view) as pages,
            first(
                {{{{'source': utm_source, 'medium': utm_medium}}}}
                order by utm_source is null and utm_medium is null, place
            ) as brought_by
        from numbered
        group by device_key, nth
    """,
    "touches": f"""
        with ordered as (
            select *, row_number() over person as person_step, lag(occurred_at) over person as previous_at
            from events
            where is_touchpoint and {{people}}
            window person as (partition by person_id order by {_ORDER})
        ),
        numbered as (
            select
                *,
                sum(case when occurred_at - previous_at <= to_days({{gap_days}}) then 0 else 1 end) over (
                    partition by person_id order by person_step rows unbounded preceding
                ) as nth
            from ordered
        )
        select
            event_key, person_id, occurred_at, touchpoint, stage, person_step,
            first_value(event_key) over journey as journey_id,
            row_number() over journey as journey_step,
            lead(touchpoint) over journey as next_touchpoint,
            lead(occurred_at) over journey as next_at
        from numbered
        window journey as (partition by person_id, nth order by person_step)
    """,
    "journeys": """
        select
            journey_id, person_id, min(occurred_at) as started_at, max(occurred_at) as ended_at,
            count(*) as touchpoints
        from touches
        where {people}
        group by journey_id, person_id
    """,
}
# People of a group are counted once each: as all rows of a person are in the difference, counts stay right.
_SUMS: Final = {
    "transitions": """
        select
            touchpoint as from_step, coalesce(next_touchpoint, 'end of journey') as to_step, next_at is null as is_end,
            count(*)::bigint as n, count(distinct person_id)::bigint as people
        from touches
        where (next_at is not null or timestamp '{as_of}' - occurred_at > to_days({gap_days})) and {people}
        group by all
    """,
    "days": """
        select
            timezone('{zone}', timezone('UTC', occurred_at))::date as occurred_on, stage,
            count(*)::bigint as n, count(distinct person_id)::bigint as people
        from touches
        where {people}
        group by all
    """,
}
_ALL: Final = {"devices": "true", "people": "true"}
_TOUCHED: Final = {
    "devices": "device_key in (select device_key from touched_devices)",
    "people": "person_id in (select person_id from touched_people)",
}
# What of the marts the plain tables have, too.
_MARTS: Final = {
    "sessions": ("fct_sessions", "session_id, person_id, started_at, ended_at, events, touchpoints, pages"),
    "touches": ("fct_touchpoints", "event_key: touchpoint_id, person_id, journey_id, person_step, journey_step"),
    "journeys": ("fct_journeys", "journey_id, person_id, started_at, ended_at, touchpoints"),
    "transitions": ("fct_journey_transitions where tier = 'all'", "from_step, to_step, is_end, n, people"),
}


def main() -> None:
    """Do one step; print what it took, or what it found, as JSON."""
    step, folder = sys.argv[1], Path(sys.argv[2])
    print(json.dumps(_STEPS[step](folder)))


def build_all(folder: Path) -> dict[str, float]:
    """All tables from nothing."""
    path = _state(folder)
    path.unlink(missing_ok=True)
    with _connection(path) as connection:
        settings = _attach(connection, folder, "built")
        connection.execute(f"create table events as {_EVENTS.format(company='built')} order by occurred_at")
        connection.execute("create table settings as select $as_of as as_of", {"as_of": settings["as_of"]})
        return _measured(lambda: _build(connection, {**settings, **_ALL}))


def take_day(folder: Path) -> dict[str, float]:
    """What the day changed, as the models before these left it."""
    shutil.copy2(_state(folder), _after(folder))
    with _connection(_after(folder)) as connection:
        _attach(connection, folder, "company")
        connection.execute(
            f"""
            create temp table present as {_EVENTS.format(company="company")};
            create table renamed as
            select distinct events.person_id as old_person_id, present.person_id
            from events inner join present using (event_key)
            where events.person_id <> present.person_id;
            create temp table renamed_events as
            select events.* replace (coalesce(renamed.person_id, events.person_id) as person_id)
            from events left join renamed on events.person_id = renamed.old_person_id;
            create table arrived as
            select * from present except all select * from renamed_events;
            insert into arrived from arrived where event_key % 100 = 0;
            """
        )
        rows = connection.execute(
            """
            select
                (select count(*) from arrived), (select count(*) from renamed),
                (select count(*) from events where person_id in (select old_person_id from renamed)),
                (select count(*) from arrived where event_key in (select event_key from events)),
                (select count(*) - count(distinct old_person_id) from renamed)
            """
        ).fetchall()[0]
    names = ("arrived", "renamed people", "their older events", "of another type", "renamed to several")
    return dict(zip(names, rows, strict=True))


def build_day(folder: Path) -> dict[str, float]:
    """The increment."""
    with _connection(_after(folder)) as connection:
        settings = _attach(connection, folder, "company")
        return _measured(lambda: _add(connection, settings))


def check(folder: Path) -> dict[str, float]:
    """Rows of each table that only one of both has: this day's and one built from nothing, this day's and the mart."""
    found: dict[str, float] = {}
    with _connection(_after(folder)) as connection:
        settings = _attach(connection, folder, "company")
        connection.execute(f"create temp table from_nothing as {_EVENTS.format(company='company')}")
        found["events"] = _differing(connection, "from events", "from from_nothing")
        for name, query in (_TABLES | _SUMS).items():
            found[name] = _differing(connection, f"from {name}", query.format(**settings, **_ALL))
        for name, (mart, columns) in _MARTS.items():
            ours = ", ".join(column.partition(":")[0].strip() for column in columns.split(", "))
            theirs = ", ".join(column.rpartition(":")[2].strip() for column in columns.split(", "))
            mart_name = mart.partition(" ")[0]
            query = f"select {theirs} from company_cx.marts.{mart}"
            found[mart_name] = _differing(connection, f"select {ours} from {name}", query)
    return found


def _build(connection: duckdb.DuckDBPyConnection, settings: Mapping[str, Any]) -> None:
    for name, query in (_TABLES | _SUMS).items():
        connection.execute(f"create table {name} as {query.format(**settings)}")


def _add(connection: duckdb.DuckDBPyConnection, settings: Mapping[str, Any]) -> None:
    values = {**settings, **_TOUCHED}
    # A bound as a literal passes over whole blocks of rows; one that is looked up does not.
    since = connection.execute("select min(occurred_at) from arrived").fetchall()[0][0]
    due = f"timestamp '{settings['as_of']}' - to_days({settings['gap_days']})"
    connection.execute(
        f"""
        begin;
        create temp table news as
        from arrived qualify row_number() over (partition by event_key order by occurred_at) = 1;
        create temp table touched_people as
        select person_id from news
        union select person_id from renamed
        union select old_person_id from renamed
        union select person_id from events
        where occurred_at >= timestamp '{since}' and event_key in (select event_key from news)
        -- The last step of a journey that can go on no more leads to its end from today on.
        union select person_id from journeys
        where ended_at < {due} and ended_at >= (select as_of from settings) - to_days({settings["gap_days"]});
        create temp table touched_devices as
        select device_key from news where is_web
        union select device_key from events
        where is_web and person_id in (select old_person_id from renamed);
        """
    )
    for name, query in _SUMS.items():
        earlier = query.format(**{**values, "as_of": connection.execute("from settings").fetchall()[0][0]})
        connection.execute(f"create temp table earlier_{name} as {earlier}")
    connection.execute(
        f"""
        delete from events where occurred_at >= timestamp '{since}' and event_key in (select event_key from news);
        update events set person_id = renamed.person_id from renamed where events.person_id = renamed.old_person_id;
        insert into events from news;
        """
    )
    for name, query in _TABLES.items():
        scope = _TOUCHED["devices" if name == "sessions" else "people"]
        connection.execute(f"delete from {name} where {scope}; insert into {name} {query.format(**values)}")
    for name, query in _SUMS.items():
        connection.execute(
            f"""
            create or replace table {name} as
            select * exclude (n, people), sum(n)::bigint as n, sum(people)::bigint as people
            from (
                from {name}
                union all ({query.format(**values)})
                union all (select * replace (-n as n, -people as people) from earlier_{name})
            )
            group by all
            having sum(n) <> 0
            """
        )
    connection.execute("update settings set as_of = $as_of", {"as_of": settings["as_of"]})
    connection.execute("commit; checkpoint")


def _measured(work: Callable[[], None]) -> dict[str, float]:
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "seconds": time.perf_counter() - started,
        "processor": processor,
        "gigabytes": after.ru_maxrss * 1024 / 1e9,
    }


def _differing(connection: duckdb.DuckDBPyConnection, ours: str, theirs: str) -> int:
    query = f"""
        with ours as ({ours}), theirs as ({theirs})
        select count(*)
        from ((from ours except all from theirs) union all (from theirs except all from ours))
    """
    return int(connection.execute(query).fetchall()[0][0])


def _attach(connection: duckdb.DuckDBPyConnection, folder: Path, state: str) -> dict[str, Any]:
    """Attach the databases of a company in one of its states; returns the settings of the tables."""
    paths = WorkspacePaths(folder / state)
    for database, path in (("cx", paths.marts_database), ("private", paths.raw_database)):
        connection.execute(f"attach $path as {state}_{database} (read_only)", {"path": str(path)})
    query = f"select as_of_ends_at from {state}_private.intermediate.int_company__as_of"
    config = load_workspace(folder / "company").config
    return {
        "as_of": connection.execute(query).fetchall()[0][0],
        "zone": config.timezone,
        "gap_days": config.journey.gap_days,
        "session_minutes": config.journey.session_minutes,
    }


def _connection(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path))
    for setting in (f"memory_limit = '{MEMORY_LIMIT}'", "preserve_insertion_order = false", "timezone = 'UTC'"):
        connection.execute(f"set {setting}")
    return connection


def _state(folder: Path) -> Path:
    return folder / "plain.duckdb"


def _after(folder: Path) -> Path:
    return folder / "plain-day.duckdb"


_STEPS: Final[Mapping[str, Callable[[Path], dict[str, float]]]] = {
    "full": build_all,
    "take": take_day,
    "day": build_day,
    "check": check,
}


if __name__ == "__main__":
    main()

"""Random small worlds: a published demo and a seed in, another published release out, in a workspace of its own.

A world is a demo company of which only some people are left, with all rows of theirs in every mart that names people,
and of which some outcomes are bent or missing. It is made of published marts, since a build takes a minute: what pages
read is exactly what is written here.

Marts without people (indices, curves, models, paths, contributions) cannot be subset. They are kept, or the numbers of
their rows change places (`SHUFFLED`), so that their sentences differ from world to world. They then no longer follow
from the other marts of the world: a sentence from them is checked against them.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import duckdb
import yaml

from app.kit.periods import COMPARISONS, PERIODS
from tests.releases import make_live
from workspace.paths import MANIFEST_FILE, SNAPSHOT_FILE, WorkspacePaths
from workspace.records.documents import Feed, Release
from workspace.records.releases import read_document, read_pointer, sha256_of

MODELS: Final = Path(__file__).resolve().parents[3] / "dbt_project" / "models" / "marts"
# Marts without people -> the columns that stay where they are, and those within whose values numbers change places.
SHUFFLED: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "fct_profile_index": (("profile_id", "kind", "attribute", "attribute_value"), ("kind",)),
    "fct_context_index": (("context_id", "context_kind", "context", "context_value"), ("context_kind",)),
    "fct_perception_growth": (
        (
            "perception_growth_id",
            "growth_subject_kind",
            "growth_subject",
            "growth_subject_label",
            "is_critical",
            "perception_measure",
            "later_outcome",
        ),
        ("growth_subject_kind", "perception_measure", "later_outcome"),
    ),
    "fct_journey_paths": (
        ("path_id", "path_kind", "path", "first_step", "last_step", "is_other", "steps"),
        ("path_kind", "is_other"),
    ),
    "fct_value_intervals": (("interval_id", "interval_dimension", "interval_value"), ("interval_dimension",)),
}
# The same of what surveys tell; drawn apart, so that the rest of the world of a seed does not depend on it.
SHUFFLED_OF_SURVEYS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "fct_satisfaction_drivers": (
        (
            "satisfaction_driver_id",
            "driver_survey",
            "driver_outcome",
            "driver_item",
            "driver_label",
            "driver_pillar",
            "driver_interaction",
        ),
        ("driver_survey", "driver_outcome"),
    ),
    "fct_perception_coverage": (
        ("perception_coverage_id", "coverage_stage", "coverage_corner", "coverage_cell", "calculated_on"),
        ("calculated_on",),
    ),
}
# Kind of outcome -> the marts that hold it.
OUTCOMES: Final[Mapping[str, tuple[str, ...]]] = {
    "surveys": (
        "fct_survey_answers",
        "fct_survey_responses",
        "fct_survey_choices",
        "fct_expectation_gaps",
        "fct_outcomes",
        "fct_kano_answers",
    ),
    "tickets": ("fct_tickets",),
    "mentions": ("fct_mentions",),
    "content": ("fct_content_views", "fct_searches"),
    "tasks": ("fct_tasks",),
    "outreach": ("fct_outreach",),
    "comments": ("fct_comment_topics",),
    "hand-offs": ("fct_handoff_events",),
    "expectations": ("fct_expectation_gaps",),
    "wants": ("fct_outcomes",),
    "orders": ("fct_orders", "fct_order_lines", "fct_order_line_totals"),
    "stages": ("fct_stage_entries",),
}
# What may be bent: mart, the column whose values are bent one by one, and what is set in so many of their rows.
BENT: Final = (
    ("fct_stage_entries", "stage", "is_continued = true, days_to_next_stage = coalesce(days_to_next_stage, 3)"),
    ("fct_stage_entries", "stage", "is_continued = false"),
    ("fct_outreach", "corner", "is_kept = true"),
    ("fct_outreach", "corner", "is_kept = false"),
    ("fct_handoff_events", "handoff", "is_lost = is_loss_observed"),
    ("fct_handoff_events", "handoff", "is_lost = false"),
    ("fct_tasks", "task", "is_completed = false, completed_at = null"),
    ("fct_expectation_gaps", "pillar", "gap = gap - 1, perception = perception - 1"),
    ("fct_expectation_gaps", "pillar", "gap = gap + 1, perception = perception + 1"),
    ("fct_expectation_gaps", "interaction", "gap = gap - 2, perception = perception - 2"),
    ("fct_outcomes", "item", "is_important_top2 = true"),
    ("fct_outcomes", "item", "is_satisfied_top2 = false"),
    ("fct_outcomes", "item", "is_satisfied_top2 = true"),
    ("fct_content_views", "topic", "is_submitted = false"),
    ("fct_content_views", "topic", "is_continued = false"),
)
# The same of what surveys tell, drawn after all else.
BENT_OF_SURVEYS: Final = (
    ("fct_expectation_gaps", "pillar", "minimum_pct = 100"),
    (
        "fct_expectation_gaps",
        "wave",
        "gap_pct = least(100, perception_pct + 20) - expectation_pct, perception_pct = least(100, perception_pct + 20)",
    ),
    ("fct_outcomes", "wave", "is_important_top2 = true"),
    ("fct_outcomes", "kind", "kind = 'professional'"),
    ("fct_comment_topics", "comment_topic", "comment_sentiment = 'negative', comment_negative_weight = 1"),
    ("fct_comment_topics", "comment_topic", "comment_sentiment = 'positive', comment_negative_weight = 0"),
    ("fct_perception_coverage", "coverage_stage", "people_experienced = people, experienced_share = 1"),
    ("fct_perception_coverage", "coverage_stage", "people_experienced = 0, experienced_share = 0"),
    (
        "fct_perception_coverage",
        "coverage_corner",
        "people = 4, people_expected = 0, expected_share = 0, people_experienced = 2, experienced_share = 0.5",
    ),
    ("fct_satisfaction_drivers", "driver_outcome", "driver_status = 'not significant', driver_priority = 'watch'"),
)


@dataclass(frozen=True, kw_only=True)
class World:
    """A published workspace, and how it was made, in words."""

    seed: int
    root: Path
    made: Sequence[str]
    segments: Sequence[str] = ()
    regions: Sequence[str] = ()
    as_of: Any = None

    @property
    def snapshot(self) -> Path:
        pointer = read_pointer(WorkspacePaths(self.root))
        assert pointer is not None
        return WorkspacePaths(self.root).release(pointer.run_id) / SNAPSHOT_FILE


def make_world(demo: Path, folder: Path, seed: int) -> World:
    """Publish the world of a seed below `folder`; the demo is only read."""
    chance = random.Random(seed)
    source = WorkspacePaths(demo)
    pointer = read_pointer(source)
    assert pointer is not None
    document = read_document(source, pointer.run_id)
    root = folder / f"world-{seed}"
    paths = WorkspacePaths(root)
    target = paths.release(document.run_id)
    target.mkdir(parents=True)
    shutil.copy(source.config, paths.config)
    shutil.copy(source.release(document.run_id) / MANIFEST_FILE, target / MANIFEST_FILE)
    with duckdb.connect(str(target / SNAPSHOT_FILE)) as connection:
        connection.execute(
            "attach $path as demo (read_only)", {"path": str(source.release(document.run_id) / SNAPSHOT_FILE)}
        )
        made = _write(connection, chance)
        feeds = _feeds(connection, document)
        counts = dict(
            connection.execute(
                "select table_name, estimated_size from duckdb_tables() where database_name = current_database()"
            ).fetchall()
        )
        segments, regions = (
            [
                name
                for (name,) in connection.execute(
                    f"select distinct {column} from marts.dim_people where {column} is not null order by 1"
                ).fetchall()
            ]
            for column in ("segment", "region")
        )
        connection.execute("detach demo")
        connection.execute("checkpoint")
    tables = {
        name: record.model_copy(update={"rows": counts[name], "content_hash": f"world {seed}"})
        for name, record in document.tables.items()
    }
    written = document.model_copy(
        update={"tables": tables, "feeds": feeds, "snapshot_sha256": sha256_of(target / SNAPSHOT_FILE)}
    )
    make_live(paths, written)
    return World(seed=seed, root=root, made=made, segments=segments, regions=regions, as_of=document.as_of_on)


def random_filters(world: World, chance: random.Random) -> dict[str, str]:
    """What a reader may choose in a world, as its address says it."""
    found = {}
    if world.segments and chance.random() < 0.5:
        found["segment"] = chance.choice(world.segments)
    if world.regions and chance.random() < 0.2:
        found["region"] = chance.choice(world.regions)
    found["period"] = chance.choice(tuple(PERIODS))
    found["compare"] = chance.choice(COMPARISONS)
    return found


def _write(connection: duckdb.DuckDBPyConnection, chance: random.Random) -> list[str]:
    """Write every mart of the world; how it was made, in words."""
    made = _people(connection, chance)
    missing = {
        mart: share
        for kind, share in ((kind, chance.choice((0.0, 0.1, 0.4))) for kind in OUTCOMES if chance.random() < 0.1)
        for mart in OUTCOMES[kind]
        if made.append(f"{share:.0%} of {kind}") is None
    }
    # Months of customers follow from orders: a company without any order has none.
    missing = {mart: max(share, 0.1) if mart in OUTCOMES["orders"] else share for mart, share in missing.items()}
    connection.execute("create schema marts")
    tables = connection.execute(
        "select table_name from duckdb_tables() where database_name = 'demo' and schema_name = 'marts' order by 1"
    ).fetchall()
    for (table,) in tables:
        columns = [name for name, *_ in connection.execute(f"describe demo.marts.{table}").fetchall()]
        salt = chance.randrange(1 << 30)
        if "person_id" in columns:
            # Whom nobody knows is thinned as the others are.
            connection.execute(
                f"create table marts.{table} as select * from demo.marts.{table} where "
                "(person_id in (select person_id from kept) "
                f"or (person_id is null and hash(columns_of, {salt}) % 1000 < 1000 * (select share from how)))"
                f" and hash(columns_of, {salt + 1}) % 1000 < {1000 * missing.get(table, 1.0)}".replace(
                    "columns_of", f'"{columns[0]}"'
                )
            )
        elif (table in SHUFFLED and chance.random() < 0.7) or (table in SHUFFLED_OF_SURVEYS and salt % 10 < 7):
            _shuffle(connection, table, columns, salt)
        else:
            connection.execute(f"create table marts.{table} as from demo.marts.{table}")
    # Paths are of all journeys: of fewer journeys there are as many fewer.
    connection.execute(
        """update marts.fct_journey_paths set n = floor(n * kept), people = floor(people * kept) from (
            select (select count(*) from marts.fct_journeys) / (select count(*) from demo.marts.fct_journeys) as kept
        )"""
    )
    for mart, column, change in BENT:
        if chance.random() < 0.2:
            made.append(_bend(connection, chance, mart, column, change))
    if chance.random() < 0.4:
        made.append(_move(connection, chance))
    for mart, column, change in BENT_OF_SURVEYS:
        if chance.random() < 0.2:
            made.append(_bend(connection, chance, mart, column, change))
    return made


def _people(connection: duckdb.DuckDBPyConnection, chance: random.Random) -> list[str]:
    """Who is left: everybody with a chance that depends on who they are."""
    share = chance.choice((0.1, 0.25, 0.5, 0.8, 1.0, 1.0))
    column = chance.choice(("segment", "region", "age_band", "motivation", "first_channel"))
    values = [
        name
        for (name,) in connection.execute(f"select distinct {column} from demo.marts.dim_people order by 1").fetchall()
    ]
    weights = {name: chance.choice((0.1, 0.5, 1.0, 1.0, 1.0)) for name in values}
    salt = chance.randrange(1 << 30)
    connection.execute(
        "create temp table kept as select person_id from demo.marts.dim_people "
        f"where hash(person_id, {salt}) % 10000 < 10000 * {share} "
        "* coalesce(map_extract(map($names::varchar[], $weights::double[]), "
        f"coalesce({column}::varchar, ''))[1], 1.0)",
        {"names": [str(name or "") for name in weights], "weights": list(weights.values())},
    )
    connection.execute(f"create temp table how as select {share} as share")
    thin = [f"{name} {weight:.0%}" for name, weight in weights.items() if weight < 1]
    return [f"{share:.0%} of people" + (f" ({column}: {', '.join(thin)})" if thin else "")]


def _shuffle(connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], salt: int) -> None:
    """The numbers of rows change places within a group; a few rows are left out."""
    stay, within = {**SHUFFLED, **SHUFFLED_OF_SURVEYS}[table]
    numbers = [name for name in columns if name not in stay]
    group = ", ".join(within)
    listed = ", ".join(f"a.{name}" if name in stay else f"b.{name}" for name in columns)
    alike = " and ".join(f"a.{one} is not distinct from b.{one}" for one in within)
    connection.execute(
        f"""create table marts.{table} as
        with a as (
            select *, row_number() over (partition by {group} order by {stay[0]}) as nth from demo.marts.{table}
        ),
        b as (
            select {", ".join([*within, *numbers])},
                row_number() over (partition by {group} order by hash({stay[0]}, {salt})) as nth
            from demo.marts.{table}
        )
        select {listed} from a join b on a.nth = b.nth and {alike}
        where hash(a.{stay[0]}, {salt + 1}) % 20 > 0"""
    )


def _bend(connection: duckdb.DuckDBPyConnection, chance: random.Random, mart: str, column: str, change: str) -> str:
    values = [
        name
        for (name,) in connection.execute(
            f"select distinct {column} from marts.{mart} where {column} is not null order by 1"
        ).fetchall()
    ]
    if not values:
        return f"nothing of {mart}"
    value, share = chance.choice(values), chance.choice((0.3, 0.6, 0.9, 1.0))
    salt = chance.randrange(1 << 30)
    key = connection.execute(f"describe marts.{mart}").fetchall()[0][0]
    connection.execute(
        f"update marts.{mart} set {change} where {column} = $value and hash({key}, {salt}) % 1000 < {1000 * share}",
        {"value": value},
    )
    return f"{mart}: {change} in {share:.0%} of {value}"


def _move(connection: duckdb.DuckDBPyConnection, chance: random.Random) -> str:
    """Of some months some movements of customers never happened, or orders of theirs."""
    movement = chance.choice(("acquired", "lost", "reactivated", "revenue"))
    back, months, share = chance.randrange(0, 9), chance.choice((3, 6)), chance.choice((0.3, 0.7, 1.0))
    salt = chance.randrange(1 << 30)
    mart, day = ("fct_orders", "occurred_on") if movement == "revenue" else ("fct_customer_months", "month_on")
    which = "true" if movement == "revenue" else f"{movement} = 1"
    last = "(select max(month_on) from demo.marts.fct_customer_months)"
    connection.execute(
        f"delete from marts.{mart} where {which} and hash(person_id, {salt}) % 1000 < {1000 * share} "
        f"and {day} <= {last} - to_months({back}) and {day} > {last} - to_months({back + months})"
    )
    return f"without {share:.0%} of {movement} in {months} months, {back} months ago"


@cache
def _declared() -> tuple[tuple[str, str, str | None, str | None], ...]:
    """Feed, mart, the day that dates its facts, and which of the mart's rows it is, as the models declare them."""
    found = []
    for file in sorted(MODELS.rglob("*.yml")):
        for model in (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("models") or ():
            feeds = ((model.get("config") or {}).get("meta") or {}).get("feeds") or {}
            found += [(feed, model["name"], one.get("dated_by"), one.get("where")) for feed, one in feeds.items()]
    return tuple(found)


def _feeds(connection: duckdb.DuckDBPyConnection, document: Release) -> dict[str, Feed]:
    """How far every feed reaches in the world."""
    feeds = dict(document.feeds)
    # A mart whose rows depend on another one names it as its model does.
    connection.execute("set schema = 'marts'")
    for feed, mart, dated_by, where in _declared():
        if feed not in feeds:
            continue
        day = dated_by or "null::date"
        rows, first, last = connection.execute(
            f"select count(*), min({day}), max({day}) from marts.{mart} where {where or 'true'}"
        ).fetchall()[0]
        feeds[feed] = feeds[feed].model_copy(update={"rows": rows, "first_on": first, "last_on": last})
    return feeds

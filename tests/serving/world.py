"""A small published release for tests: marts made by SQL, metric definitions from the fixture project."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from tests.releases import make_live
from workspace.paths import MANIFEST_FILE, SNAPSHOT_FILE, WorkspacePaths
from workspace.records.documents import Check, Feed, Release
from workspace.records.releases import read_pointer

TRICKY = ["Nord", "O'Brien", "{{ 7 * 7 }}", "{% raw %}", "back\\slash", "emoji 🙂", "new\nline", "' or 1=1 --"]

# 400 people; 200 of them customers with 2,000 orders from January to October 2024; answers from February on.
MARTS = """
create schema marts;
create table marts.dim_dates as
    select cast(range as date) as date_on from range(date '2024-01-01', date '2026-01-01', interval 1 day);
create table marts.dim_people as
    select
        i::bigint as person_id,
        date '2024-01-01' + (i % 300)::int as first_seen_on,
        case when i % 7 = 0 then null when i % 100 = 1 then 'rare' else 'S' || (i % 3) end as segment,
        ($regions)[1 + i % 8] as region,
        i % 5 <> 0 as is_identified
    from range(400) as people (i);
create table marts.dim_customers as
    select
        i::bigint as person_id,
        date '2024-01-01' + (i % 300)::int as first_order_on,
        case when i % 10 = 0 then 'top' else 'other' end as value_tier
    from range(200) as people (i);
create table marts.fct_orders as
    select
        i::bigint as order_id,
        (i * 7 % 200)::bigint as person_id,
        date '2024-01-01' + (i % 300)::int as occurred_on,
        case when i % 50 = 0 then 'refund' else 'sale' end as kind,
        case when i % 50 = 0 then -1 else 1 end * (5 + i % 40)::double as net_amount,
        ['web', 'shop', 'call'][1 + i % 3] as channel
    from range(2000) as orders (i)
    where not (i % 3 = 2 and i % 300 between 60 and 90);
create table marts.fct_customer_months as
    select
        i::bigint as person_id,
        month_on::date as month_on,
        case when i % 4 = 0 then 'retained' else 'new' end as state,
        (i + month(month_on)) % 3 <> 0 as is_active_end,
        case when i % 4 = 0 then 1 else 0 end as retained
    from range(200) as people (i), range(date '2024-01-01', date '2024-10-27', interval 1 month) as months (month_on);
create table marts.fct_survey_answers as
    select
        i::bigint as answer_id,
        (i % 300)::bigint as person_id,
        date '2024-02-01' + (i % 200)::int as answered_on,
        ['use', 'purchase'][1 + i % 2] as stage,
        case when construct = 'gap' then ['fast', 'kind', 'clear'][1 + i % 3] end as item,
        case when construct = 'gap' then ['processes', 'people', 'people'][1 + i % 3] end as pillar,
        construct,
        case when construct = 'nps' then (i * 13 % 11)::double else (i * 13 % 7 - 4)::double end as value
    from (select i, ['nps', 'gap'][1 + (i // 7) % 2] as construct from range(3000) as answers (i));
create table marts.fct_outcomes as
    select
        (i % 300)::bigint as person_id,
        date '2024-02-01' + (i % 200)::int as answered_on,
        ['fit', 'speed'][1 + (i // 300) % 2] as outcome,
        i % 10 < 9 as is_important_top2,
        i % 10 < 3 as is_satisfied_top2
    from range(600) as answers (i);
create table marts.fct_profile_index as
    select date '2024-10-26' as as_of_on, * from (values
        ('segment', 'S0', 130, 120.0), ('segment', 'rare', 4, 300.0), ('region', 'Nord', 50, 90.0)
    ) as profile (attribute, attribute_value, n_people, profile_index);
"""

FEEDS = {
    "orders": Feed(rows=1900, first_on=date(2024, 1, 1), last_on=date(2024, 10, 26)),
    "people": Feed(rows=400, first_on=date(2024, 1, 1), last_on=date(2024, 10, 26)),
    "customer_months": Feed(rows=2000, first_on=date(2024, 1, 1), last_on=date(2024, 10, 26)),
    "answers": Feed(rows=3000, first_on=date(2024, 2, 1), last_on=date(2024, 8, 18)),
    "nps": Feed(rows=1500, first_on=date(2024, 2, 1), last_on=date(2024, 8, 18)),
    "outcomes": Feed(rows=600, first_on=date(2024, 2, 1), last_on=date(2024, 8, 18)),
}


def release_document(run_id: str, folder: Path, **changes: object) -> Release:
    """The document of a release whose files lie in `folder`."""
    values: dict[str, object] = {
        "run_id": run_id,
        "published_at": datetime(2024, 10, 27, 6, tzinfo=UTC),
        "company": "Example Ltd",
        "timezone": "Europe/Berlin",
        "currency": "EUR",
        "as_of_on": date(2024, 10, 26),
        "as_of_is_pinned": False,
        "code_version": "0.1.0",
        "content_hash": "0" * 64,
        "snapshot_sha256": hashlib.sha256((folder / SNAPSHOT_FILE).read_bytes()).hexdigest(),
        "manifest_sha256": hashlib.sha256((folder / MANIFEST_FILE).read_bytes()).hexdigest(),
        "min_cell": 5,
        "min_cell_comments": 10,
        "publish_comments": False,
        "tables": {},
        "feeds": FEEDS,
        "checks": (
            Check(
                name="fct_orders_order_id_unique",
                asset="marts.fct_orders",
                behaviour="block",
                status="passed",
                description="Orders are counted once.",
                engine="dbt",
                metrics=("orders", "revenue"),
            ),
        ),
        "lineage": {
            "fct_orders": {
                "models": ["fct_orders", "int_orders__valued"],
                "sources": ["shop_crm"],
                "files": ["inbox/orders/2024.csv"],
            }
        },
    }
    return Release.model_validate({**values, **changes})


def publish(paths: WorkspacePaths, run_id: str, manifest: str, *, marts: str = MARTS, **changes: object) -> Release:
    """Write a release folder as a run would, and point readers at it."""
    folder = paths.release(run_id)
    folder.mkdir(parents=True)
    connection = duckdb.connect(str(folder / SNAPSHOT_FILE))
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in TRICKY)
    connection.execute(marts.replace("$regions", f"[{listed}]"))
    connection.close()
    (folder / MANIFEST_FILE).write_text(manifest, encoding="utf-8")
    pointer = read_pointer(paths)
    changes = {"sequence": pointer.sequence + 1 if pointer else 1, **changes}
    return make_live(paths, release_document(run_id, folder, **changes))

"""A million survey answers to drivers, growth and value at stake: every model's seconds, and the peak memory.

Pairing expectations with experiences is the work of `benchmarks.surveys`.

Run by `python -m benchmarks.perception`: the models as dbt renders them, on a demo company in memory; beside them
the one join that all of it needs, in plain DuckDB SQL.
"""

from __future__ import annotations

import argparse
import resource
import time

import duckdb
from rich.console import Console
from rich.table import Table

from tests.dbt_project.value_chain import build

ITEMS = 8
PER_RESPONSE = 3 * ITEMS + 1  # expectation, least accepted and perception of every item, and overall satisfaction
_PERCEPTIONS = "int_perceptions__"
MODELS = (
    *(
        f"{_PERCEPTIONS}{name}"
        for name in ("ratings", "before_and_after", "tolerances", "effects", "driver_answers", "driver_weights")
    ),
    "fct_satisfaction_drivers",
    "fct_perception_growth",
)

_COMPANY = """
    create table stg_config__settings as select 'UTC' as timezone, 365 as active_days;
    create table int_company__as_of as select date '2026-06-30' as as_of_on;
    create table fct_contracts (person_id bigint, started_on date, ended_on date);
    create table stg_mappings__interactions as
        select
            'moment ' || n as interaction, 'Moment ' || n as label,
            ['use', 'purchase', 'loyalty', 'discovery'][n + 1] as stage,
            ['service', 'commerce', 'product', 'marketing'][n + 1] as corner, true as is_critical
        from range(4) as moments (n);
    create table dim_people as
        select n as person_id, date '2022-01-01' + (hash(n) % 900)::integer as first_seen_on
        from range({people}) as p (n);
    create table fct_orders as
        select
            hash(n) % {people} as person_id, 'sale' as kind,
            date '2023-06-30' + (hash(n, 1) % 1096)::integer as occurred_on,
            (10 + hash(n, 2) % 9000 / 100)::decimal(18, 2) as revenue,
            (hash(n, 2) % 3000 / 100)::decimal(18, 2) as margin,
            (10 + hash(n, 2) % 9000 / 100)::decimal(18, 2) as costed_revenue
        from range({orders}) as o (n);
    create table fct_customer_months as
        select
            person_id, month::date as month_on, last_day(month::date) as month_end_on,
            hash(person_id, month) % 3 > 0 as is_active_end,
            case when hash(person_id, month, 1) % 5 = 0 then 'top' else 'other' end as tier_start
        from dim_people cross join unnest(
            generate_series(timestamp '2023-06-01', timestamp '2026-06-01', interval '1 month')
        ) as months (month);
    create table responses as
        select
            n as response_id, hash(n, 3) % {people} as person_id, (hash(n, 4) % 100)::double / 50 - 1 as style,
            timestamp '2024-01-01' + to_hours((hash(n, 5) % 20000)::integer) as answered_at
        from range({responses}) as r (n);
    create table fct_survey_answers as
        with asked as (
            select construct, item from unnest(['expectation', 'expectation_minimum', 'perception']) as c (construct)
            cross join range({items}) as i (item)
            union all select 'overall', null
        )
        select
            row_number() over () as answer_id, response_id, person_id, person_id as respondent_person_id,
            'survey' as survey_id, construct || coalesce(item, 0) as question_id, construct, 'item ' || item as item,
            'Item ' || item as item_label, ['people', 'products', 'processes'][item % 3 + 1] as pillar,
            'moment ' || item % 4 as interaction, 1.0 as scale_min, 7.0 as scale_max,
            least(7, greatest(1, round(3 + style + (hash(response_id, item, construct) % 400)::double / 100))) as value,
            null::double as value_pct, true as is_scorable, answered_at, answered_at::date as answered_on,
            null::varchar as wave, null::varchar as value_tier_at_event, 'use' as stage, null::varchar as channel
        from responses cross join asked;
    update fct_survey_answers set value_pct = (value - 1) / 6 * 100;
    create table fct_expectation_gaps as
        select
            felt.*, felt.value_pct as perception_pct, hoped.value_pct as expectation_pct,
            felt.value_pct - hoped.value_pct as gap_pct
        from fct_survey_answers as felt
        inner join fct_survey_answers as hoped on felt.response_id = hoped.response_id and felt.item = hoped.item
        where felt.construct = 'perception' and hoped.construct = 'expectation';
    create view int_surveys__answers as
        select answer_id as answer_key, interaction as asked_interaction from fct_survey_answers;
"""
_PLAIN = """
    select count(*), avg(later.revenue) from fct_survey_answers as answers
    left join fct_orders as later
        on later.person_id = answers.person_id and later.occurred_on > answers.answered_on
        and later.occurred_on <= answers.answered_on + 365
"""


def main() -> None:
    """Make the company, build every model, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.perception", description=__doc__)
    parser.add_argument("--answers", type=int, default=1_000_000)
    options = parser.parse_args()
    responses = options.answers // PER_RESPONSE
    database = duckdb.connect()
    database.execute(
        _COMPANY.format(people=responses * 3 // 4, responses=responses, orders=responses * 10, items=ITEMS)
    )
    table = Table("model", "rows", "seconds", title=f"{responses * PER_RESPONSE:,} answers of {responses:,} responses")
    started = time.perf_counter()
    for model in MODELS:
        since = time.perf_counter()
        build(database, (model,))
        name = model.rsplit("/", 1)[-1]
        ((rows,),) = database.execute(f"select count(*) from {name}").fetchall()
        table.add_row(name, f"{rows:,}", f"{time.perf_counter() - since:.2f}")
    table.add_row("all", "", f"{time.perf_counter() - started:.2f}")
    since = time.perf_counter()
    database.execute(_PLAIN).fetchall()
    table.add_row("answers joined to later orders, plain SQL", "", f"{time.perf_counter() - since:.2f}")
    table.add_row("peak memory, MB", "", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()

"""A workspace's configuration in, the tables of `raw_config` out, replaced at every run.

dbt's models read settings from tables, so that compiled SQL is the same for every company.
"""

from __future__ import annotations

import json
from datetime import date

import duckdb

from ingestion.engine.time_formats import format_fault
from workspace import Source, Workspace
from workspace.configuration.frozen import frozen_settings

_TABLES = """
    create schema if not exists raw_config;
    create or replace table raw_config.settings (
        company varchar, timezone varchar, currency varchar, as_of date, earliest_on date,
        conversion_event varchar, conversion_occurrence varchar,
        gap_days integer, conversion_days integer, session_minutes integer, survey_link_days integer,
        task_hours double,
        active_days integer, top_tier double, value_unit varchar, horizon_months integer,
        calibration_end date, holdout_end date,
        lookback_days integer, half_life_days double,
        position_first double, position_middle double, position_last double, brand varchar,
        reply_target_hours double, min_cell integer, min_cell_comments integer, publish_comments boolean,
        customer_unit varchar, phone_region varchar,
        frozen varchar
    );
    -- Not among the settings: what reads those is built again when any of them is another.
    create or replace table raw_config.runs as select now()::timestamp as loaded_at;
    create or replace table raw_config.sources (
        name varchar, kind varchar, vendor varchar, entity varchar, id_namespace varchar, timezone varchar,
        timestamp_format varchar, is_format_usable boolean, decimal varchar, phone_region varchar,
        counts_revenue boolean, max_loss double, grain varchar
    );
    create or replace table raw_config.identity_bounds (identifier_type varchar, other_type varchar, bound integer);
    create or replace table raw_config.identity_junk (kind varchar, word varchar);
"""


def replace_settings(connection: duckdb.DuckDBPyConnection, workspace: Workspace) -> None:
    """Write what cx.yml says now."""
    config = workspace.config
    connection.execute(_TABLES)
    position_first, position_middle, position_last = config.attribution.position
    settings = {
        "company": config.company,
        "timezone": config.timezone,
        "currency": config.currency,
        "as_of": config.as_of,
        "earliest_on": config.earliest_on(date.today()),
        "conversion_event": config.conversion.event,
        "conversion_occurrence": config.conversion.occurrence,
        "gap_days": config.journey.gap_days,
        "conversion_days": config.journey.conversion_days,
        "session_minutes": config.journey.session_minutes,
        "survey_link_days": config.journey.survey_link_days,
        "task_hours": config.journey.task_hours,
        "active_days": config.customers.active_days,
        "top_tier": config.value.top_tier,
        "value_unit": config.value.unit,
        "horizon_months": config.value.horizon_months,
        "calibration_end": config.value.calibration_end,
        "holdout_end": config.value.holdout_end,
        "lookback_days": config.attribution.lookback_days,
        "half_life_days": config.attribution.half_life_days,
        "position_first": position_first,
        "position_middle": position_middle,
        "position_last": position_last,
        "brand": config.brand_word,
        "reply_target_hours": config.service.reply_target_hours,
        "min_cell": config.privacy.min_cell,
        "min_cell_comments": config.privacy.min_cell_comments,
        "publish_comments": config.privacy.publish_comments,
        "customer_unit": config.customer_unit,
        "phone_region": config.phone_region,
        "frozen": json.dumps(frozen_settings(config), sort_keys=True),
    }
    marks = ", ".join("?" * len(settings))
    connection.execute(
        f"insert into raw_config.settings values ({marks})",  # noqa: S608 (question marks only)
        list(settings.values()),
    )
    for source in config.sources:
        connection.execute(
            "insert into raw_config.sources values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                source.name,
                source.kind,
                source.vendor,
                source.entity,
                source.namespace,
                source.timezone or config.timezone,
                source.timestamp_format,
                format_fault(source.timestamp_format) is None if source.timestamp_format else None,
                source.decimal,
                source.phone_region or config.phone_region,
                _counts_revenue(source, config.revenue_from),
                source.max_loss,
                source.grain,
            ],
        )
    identity = config.identity
    connection.executemany("insert into raw_config.identity_bounds values (?, ?, ?)", list(identity.at_most.rows()))
    if junk := list(identity.junk_rows()):
        connection.executemany("insert into raw_config.identity_junk values (?, ?)", junk)


def _counts_revenue(source: Source, revenue_from: tuple[str, ...]) -> bool:
    """Named in revenue_from; where nothing is named, every source of orders counts."""
    if revenue_from:
        return source.name in revenue_from
    return source.kind == "crm" and source.entity == "orders"

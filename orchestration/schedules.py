"""When the pipeline runs by itself."""

from __future__ import annotations

import dagster as dg

# Early enough for the first reader of the day, late enough for exports that are written at night.
DAILY_AT = "0 5 * * *"


def daily_schedule(job: dg.UnresolvedAssetJobDefinition, *, timezone: str) -> dg.ScheduleDefinition:
    """Every day at five in the company's own zone, once it is switched on in the UI.

    A run that finds nothing new publishes nothing.
    """
    return dg.ScheduleDefinition(
        name="daily",
        job=job,
        cron_schedule=DAILY_AT,
        execution_timezone=timezone,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="Load, build, gate and publish, every day.",
    )

"""Counts of waiting times, replied or still waiting, come in; Kaplan-Meier curves at set hours go out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods.statistics import kaplan_meier

GROUP = ["curve", "dimension", "dimension_value"]
# Hours at which a desk is asked how many still wait: within a day, the days of a week, and a fortnight.
HOURS = np.array([1, 2, 4, 8, 12, 24, 48, 72, 96, 120, 144, 168, 336], dtype=np.float64)


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Estimate each group's curve; hours for which no one was observed are left out."""
    dbt.config(materialized="table")
    counts = dbt.ref("int_replies__durations").order(", ".join([*GROUP, "hours", "has_ended"])).df()
    found = kaplan_meier.curves_by_group(
        counts, GROUP, duration="hours", moments=lambda longest: HOURS[longest >= HOURS]
    )
    names = {"moment": "hours", "share": "waiting", "median": "median_hours"}
    return found.rename(columns=names).drop(columns="ended")

"""Counts of waiting times, replied or still waiting, come in; Kaplan-Meier curves at set hours go out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods import kaplan_meier

GROUP = ["curve", "dimension", "dimension_value"]
# Hours at which a desk is asked how many still wait: within a day, the days of a week, and a fortnight.
HOURS = np.array([1, 2, 4, 8, 12, 24, 48, 72, 96, 120, 144, 168, 336], dtype=np.float64)
COLUMNS = [*GROUP, "hours", "waiting", "low", "high", "at_risk", "n", "median_hours"]


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Estimate each group's curve; hours that nobody was observed for are left out."""
    dbt.config(materialized="table")
    counts = dbt.ref("int_replies__durations").order(", ".join([*GROUP, "hours", "has_ended"])).df()
    curves = [_curve(some).assign(**dict(zip(GROUP, key, strict=True))) for key, some in counts.groupby(GROUP)]
    found = pd.concat(curves, ignore_index=True) if curves else pd.DataFrame(columns=COLUMNS)
    numbers = dict.fromkeys(("hours", "waiting", "low", "high", "median_hours"), "float64")
    return found[COLUMNS].astype({**dict.fromkeys(GROUP, "str"), **numbers, "at_risk": "int64", "n": "int64"})


def _curve(counts: pd.DataFrame) -> pd.DataFrame:
    hours = counts["hours"].to_numpy(dtype=np.float64)
    has_ended = counts["has_ended"].to_numpy(dtype=np.bool_)
    n = counts["n"].to_numpy(dtype=np.float64)
    curve = kaplan_meier.estimate(hours, has_ended, n)
    asked = HOURS[hours.max() >= HOURS]
    waiting, low, high = curve.at(asked)
    return pd.DataFrame(
        {
            "hours": asked,
            "waiting": waiting,
            "low": low,
            "high": high,
            "at_risk": [n[hours >= moment].sum() for moment in asked],
            "n": n.sum(),
            "median_hours": curve.median,
        }
    )

"""Counts of durations, ended or still going on, come in; Kaplan-Meier curves by month go out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods import kaplan_meier

GROUP = ["curve", "dimension", "dimension_value"]
DAYS_OF_A_MONTH = 30.4375


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Estimate each group's curve on days and read it at whole months, as far as anybody was observed."""
    dbt.config(materialized="table")
    counts = dbt.ref("int_value__durations").order(", ".join([*GROUP, "days", "has_ended"])).df()
    curves = [_curve(some).assign(**dict(zip(GROUP, key, strict=True))) for key, some in counts.groupby(GROUP)]
    empty = pd.DataFrame(columns=[*GROUP, "month", "survival", "low", "high", "at_risk", "ended", "n", "median_months"])
    numbers = dict.fromkeys(("survival", "low", "high", "median_months"), "float64")
    whole = dict.fromkeys(("month", "at_risk", "ended", "n"), "int64")
    found = pd.concat(curves, ignore_index=True) if curves else empty
    return found[list(empty.columns)].astype({**dict.fromkeys(GROUP, "str"), **numbers, **whole})


def _curve(counts: pd.DataFrame) -> pd.DataFrame:
    days = counts["days"].to_numpy(dtype=np.float64)
    has_ended = counts["has_ended"].to_numpy(dtype=np.bool_)
    n = counts["n"].to_numpy(dtype=np.float64)
    curve = kaplan_meier.estimate(days, has_ended, n)
    months = np.arange(int(days.max() // DAYS_OF_A_MONTH) + 1)
    moments = (months * DAYS_OF_A_MONTH).astype(np.float64)
    survival, low, high = curve.at(moments)
    return pd.DataFrame(
        {
            "month": months,
            "survival": survival,
            "low": low,
            "high": high,
            "at_risk": [n[days >= moment].sum() for moment in moments],
            "ended": [n[has_ended & (days <= moment)].sum() for moment in moments],
            "n": n.sum(),
            "median_months": curve.median / DAYS_OF_A_MONTH,
        }
    )

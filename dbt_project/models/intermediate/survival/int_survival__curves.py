"""Counts of durations, ended or still going on, come in; Kaplan-Meier curves by month go out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods.statistics import kaplan_meier

GROUP = ["curve", "dimension", "dimension_value"]
DAYS_OF_A_MONTH = 30.4375


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Estimate each group's curve on days and read it at whole months, as far as anybody was observed."""
    dbt.config(materialized="table")
    counts = dbt.ref("int_survival__durations").order(", ".join([*GROUP, "days", "has_ended"])).df()
    found = kaplan_meier.curves_by_group(
        counts,
        GROUP,
        duration="days",
        moments=lambda longest: np.arange(longest // DAYS_OF_A_MONTH + 1) * DAYS_OF_A_MONTH,
    )
    found["month"] = (found["moment"] / DAYS_OF_A_MONTH).round().astype("int64")
    found["median_months"] = found["median"] / DAYS_OF_A_MONTH
    return found.rename(columns={"share": "survival"}).drop(columns=["moment", "median"])

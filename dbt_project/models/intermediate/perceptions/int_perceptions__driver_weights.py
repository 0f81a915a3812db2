"""Ratings of items and outcomes come in; how much of each outcome goes with each item goes out.

Items that fewer than half of the respondents rated are left out, so that complete rows are most of the rows. What is
found beyond chance is decided for every survey and outcome by itself.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods.perceptions.relative_weights import Drivers, DriversRefusedError, drivers_of
from dbt_project.methods.perceptions.value_at_stake import smooth_controls

ANALYSIS = ["survey_id", "outcome"]
RATED_BY = 0.5
NUMBERS = (
    "weight", "weight_low", "weight_high", "p_value", "adjusted_p_value", "coefficient", "coefficient_low",
    "coefficient_high", "coefficient_p_value", "coefficient_adjusted_p_value", "inflation", "r_squared", "mean_pct",
)  # fmt: skip
TEXTS = (*ANALYSIS, "item", "warning", "refused_reason")


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Weigh the items of every survey that asks for an outcome, too; what cannot be weighed says why."""
    dbt.config(materialized="table")
    answers = dbt.ref("int_perceptions__driver_answers").order("survey_id, outcome, person_id, item").df()
    rows = [row for key, part in answers.groupby(ANALYSIS, sort=True) for row in _rows(part, key)]
    return pd.DataFrame(rows, columns=[*TEXTS, *NUMBERS, "n"]).astype(
        {**dict.fromkeys(TEXTS, "string"), **dict.fromkeys(NUMBERS, "float64"), "n": "int64"}
    )


def _rows(part: pd.DataFrame, key: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    place = dict(zip(ANALYSIS, key, strict=True))
    of_person = part.drop_duplicates("person_id").set_index("person_id").sort_index()
    ratings = part.pivot(index="person_id", columns="item", values="perception_pct").sort_index()
    items = [item for item in sorted(ratings.columns) if ratings[item].notna().mean() >= RATED_BY]
    left_out = len(ratings.columns) - len(items)
    complete = ratings[items].dropna() if items else ratings[items].iloc[:0]
    who = of_person.loc[complete.index]
    means = ratings.mean()
    try:
        weighed = drivers_of(
            who["outcome_pct"].to_numpy(dtype=np.float64),
            complete.to_numpy(dtype=np.float64),
            names=items,
            # The same answers give the same intervals, whatever other surveys there are.
            seed=zlib.crc32("|".join((*key, *items)).encode()),
            controls=_controls(who),
        )
    except DriversRefusedError as refused:
        for item in ratings.columns:
            yield {**place, "item": item, "n": len(complete), "mean_pct": means[item], "refused_reason": str(refused)}
        return
    for at, item in enumerate(items):
        yield {
            **place,
            "item": item,
            "n": weighed.n,
            "mean_pct": means[item],
            "warning": " ".join(_warnings(weighed, item, left_out)) or None,
            **_numbers(weighed, at),
        }


def _controls(who: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    tenure, prior = (who[column].to_numpy(dtype=np.float64) for column in ("tenure_days", "prior_revenue"))
    return np.column_stack([who["is_customer"].to_numpy(dtype=np.float64), smooth_controls(tenure, prior)])


def _warnings(weighed: Drivers, item: str, left_out: int) -> Iterator[str]:
    yield from (warning for warning in weighed.warnings if f"{item} " in f"{warning} ")
    if left_out:
        yield f"{left_out} items that fewer than half of the respondents rated are left out."


def _numbers(weighed: Drivers, at: int) -> dict[str, float | None]:
    coefficient = weighed.coefficients[at]
    known = bool(np.isfinite(coefficient))
    return {
        "weight": weighed.weights[at],
        "weight_low": weighed.low[at],
        "weight_high": weighed.high[at],
        "p_value": weighed.p_values[at],
        "adjusted_p_value": weighed.adjusted_p_values[at],
        "coefficient": coefficient if known else None,
        "coefficient_low": weighed.coefficients_low[at] if known else None,
        "coefficient_high": weighed.coefficients_high[at] if known else None,
        "coefficient_p_value": weighed.coefficient_p_values[at] if known else None,
        "coefficient_adjusted_p_value": weighed.coefficient_adjusted_p_values[at] if known else None,
        "inflation": weighed.inflation[at] if np.isfinite(weighed.inflation[at]) else None,
        "r_squared": weighed.r_squared,
    }

"""Customers and whether they answered come in; for each who did, how many customers they stand for goes out.

The few groups that differ (segment, region, age band, value tier) are raked to what all customers are; a person's
weight is that of their cell, 1 on average.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods.surveys.raking import Margin, rake

DIMENSIONS = ["segment", "region", "age_band", "value_tier"]
# Groups that fewer people answered from are raked together: a weight that stands on fewer says nothing.
LEAST = 30
# Beyond it a few people would decide the score (Potter 1990 trims alike): weights are cut there.
MOST = 5.0
OTHERS = "(others)"
# Each round cuts at least one group for good; there are few.
ROUNDS = 100


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Weights of the customers who answered; none where too few did."""
    dbt.config(materialized="table")
    reach = dbt.ref("fct_survey_reach").select("person_id, has_answered").df()
    people = dbt.ref("dim_people").select("person_id, segment, region, age_band").df()
    tiers = dbt.ref("dim_customers").select("person_id, value_tier").df()
    customers = reach.merge(people, on="person_id", how="left").merge(tiers, on="person_id", how="left")
    return weights(customers.sort_values("person_id").reset_index(drop=True))


def weights(customers: pd.DataFrame) -> pd.DataFrame:
    """One row a customer who answered: person_id, weight.

    Args:
        customers: person_id, has_answered, and the columns of DIMENSIONS; a missing value is a group like others.
    """
    answered = customers["has_answered"].to_numpy(dtype=bool)
    if answered.sum() < LEAST:
        return pd.DataFrame({"person_id": np.array([], dtype=np.int64), "weight": np.array([], dtype=np.float64)})
    groups = pd.DataFrame({name: _grouped(customers[name], answered) for name in DIMENSIONS})
    sizes = groups[answered].value_counts(sort=False).sort_index()
    counts, cells = sizes.to_numpy().astype(np.float64), sizes.index.to_frame(index=False)
    margins = []
    for name in DIMENSIONS:
        everybody = groups[name].value_counts().sort_index()
        group = pd.Categorical(cells[name], categories=everybody.index).codes
        margins.append(Margin(group=np.asarray(group, dtype=np.int64), target=everybody.to_numpy().astype(np.float64)))
    cells["weight"] = _trimmed(rake(counts, margins).cells / counts, counts)
    people = groups[answered].assign(person_id=customers.loc[answered, "person_id"])
    found = people.merge(cells, on=DIMENSIONS, how="left", validate="many_to_one")
    return found[["person_id", "weight"]].sort_values("person_id").reset_index(drop=True)


def _grouped(values: pd.Series[Any], answered: np.ndarray[Any, np.dtype[np.bool_]]) -> pd.Series[Any]:
    """The values as groups; those that too few answered from are one; with too few still, the largest takes them."""
    groups = values.astype("object").where(values.notna(), "(missing)")
    sizes = groups[answered].value_counts()
    rare = ~groups.isin(sizes[sizes >= LEAST].index)
    groups = groups.where(~rare, OTHERS)
    if rare.any() and (groups[answered] == OTHERS).sum() < LEAST:
        groups = groups.where(~rare, sizes.index[0])
    return groups


def _trimmed(
    weight: np.ndarray[Any, np.dtype[np.float64]], counts: np.ndarray[Any, np.dtype[np.float64]]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Weights with mean 1 over the answers, none beyond MOST: what is cut goes to the others, until it holds."""
    scaled: np.ndarray[Any, np.dtype[np.float64]] = weight * counts.sum() / (weight * counts).sum()
    for _ in range(ROUNDS):
        if scaled.max() <= MOST:
            break
        cut = np.minimum(scaled, MOST)
        scaled = np.where(cut < MOST, cut * _left(cut, counts), cut)
    return scaled


def _left(cut: np.ndarray[Any, np.dtype[np.float64]], counts: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """By how much the weights that are not cut grow, so that the mean is 1 again."""
    free = cut < MOST
    return float((counts.sum() - (cut * counts)[~free].sum()) / (cut * counts)[free].sum())

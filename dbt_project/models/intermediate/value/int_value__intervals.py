"""Customers, running contracts and fitted models come in; 95% intervals of the value of each and of groups go out.

A row is a person (`dimension` is person) or a group of customers who share a value of a dimension. Both come from the
same draws, and a group's interval from sums within draws: bounds of single people cannot be added.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dbt_project.methods.value import bg_nbd, gamma_gamma, sbg
from dbt_project.methods.value.fitting import Estimates
from dbt_project.methods.value.futures import Customers
from dbt_project.methods.value.value_draws import (
    QUANTILES,
    Buyers,
    PersonBounds,
    Subscribers,
    draw_buyers,
    draw_subscribers,
    sum_by_group,
)

DIMENSIONS = ["segment", "country", "region", "language", "age_band", "motivation", "first_channel", "value_tier"]
# Models of purchases that have the same parameters.
FITTED = ("bg_nbd", "mbg_nbd")
PERSON = "person"
ALL = "all"
Floats = NDArray[np.float64]


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Draw futures of all whose model was fitted and chosen; who is valued otherwise enters no interval."""
    dbt.config(materialized="table")
    fits = dbt.ref("int_value__fits").filter("time_window = 'present'").df()
    chosen = dbt.ref("int_value__model_choice").fetchnumpy()["value_model"]
    rows = dbt.ref("int_value__draw_inputs").order("basis, person_id, valued_id").df()
    model_name = str(chosen[0])
    buying = _estimates(fits, model_name, bg_nbd.NAMES) if model_name in FITTED else None
    spending = _estimates(fits, "gamma_gamma", gamma_gamma.NAMES)
    leaving = _estimates(fits, "sbg", sbg.NAMES)
    sources: list[tuple[pd.DataFrame, Any]] = []
    ordering = rows[rows["basis"] == "order"].reset_index(drop=True)
    if buying is not None and len(ordering):
        buyers = _buyers(ordering, buying, spending, drops_at_first=model_name == "mbg_nbd")
        sources.append((ordering, lambda: draw_buyers(buyers)))
    running = rows[rows["basis"] == "contract"].reset_index(drop=True)
    if leaving is not None and len(running):
        subscribers = _subscribers(running, leaving)
        sources.append((running, lambda: draw_subscribers(subscribers)))
    return _frame(sources)


def _estimates(fits: pd.DataFrame, name: str, names: tuple[str, ...]) -> Estimates | None:
    """The estimates as they were fitted."""
    of_model = fits[fits["value_model"] == name]
    values = of_model[of_model["kind"] == "parameter"].set_index("name")["value"]
    if values.empty:
        return None
    covariance = of_model[of_model["kind"] == "covariance"].set_index("name")["value"]
    return Estimates(
        names=names,
        values=values[list(names)].to_numpy(dtype=np.float64),
        log_covariance=np.array([[covariance[f"{first} {second}"] for second in names] for first in names]),
        log_likelihood=float("nan"),
        n=int(of_model["n"].max()),
        is_identified=np.ones(len(names), dtype=np.bool_),
    )


def _buyers(rows: pd.DataFrame, buying: Estimates, spending: Estimates | None, *, drops_at_first: bool) -> Buyers:
    def column(name: str) -> Floats:
        return rows[name].to_numpy(dtype=np.float64)

    return Buyers(
        customers=Customers(
            x=column("repeats"),
            recency=column("recency"),
            age=column("age"),
            spend=column("spend"),
            valued=column("valued_repeats"),
        ),
        horizon=float(rows["horizon"].iloc[0]),
        kept_share=float(rows["kept_share"].iloc[0]),
        buying=buying,
        spending=spending,
        drops_at_first=drops_at_first,
    )


def _subscribers(rows: pd.DataFrame, leaving: Estimates) -> Subscribers:
    return Subscribers(
        survived=rows["months"].to_numpy(dtype=np.float64),
        amount=rows["amount_per_month"].to_numpy(dtype=np.float64),
        horizon=int(rows["horizon_months"].iloc[0]),
        leaving=leaving,
    )


def _frame(sources: list[tuple[pd.DataFrame, Any]]) -> pd.DataFrame:
    columns = ["dimension", "dimension_value", "person_id", "low", "high"]
    frames = []
    if sources:
        groups, labels = _groups(pd.concat([rows for rows, _ in sources], ignore_index=True))
        totals, start = np.zeros(len(labels)), 0
        for rows, draw in sources:
            watched = PersonBounds(rows["person_id"].to_numpy(dtype=np.int64))
            totals = totals + sum_by_group(watched.watch(draw()), groups[start : start + len(rows)], len(labels))
            start += len(rows)
            people, (low, high) = watched.result()
            # Keys of people are whole numbers too large for floats: a column with gaps must not become one of floats.
            keys = pd.array(people, dtype="Int64")
            frames.append(pd.DataFrame({"dimension": PERSON, "person_id": keys, "low": low, "high": high}))
        labels["low"], labels["high"] = np.quantile(totals, QUANTILES, axis=0)
        frames.append(labels.assign(person_id=pd.array([pd.NA] * len(labels), dtype="Int64")))
    found = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
    types = {"dimension": "str", "dimension_value": "str", "low": "float64", "high": "float64"}
    return found.reindex(columns=columns).astype({**types, "person_id": "Int64"})


def _groups(rows: pd.DataFrame) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """The group of each row in every dimension, and what the groups are called."""
    codes, labels, next_code = [], [], 0
    for dimension in [ALL, *DIMENSIONS]:
        values = pd.Series(ALL, index=rows.index) if dimension == ALL else rows[dimension]
        own, names = pd.factorize(values, sort=True, use_na_sentinel=False)
        codes.append(own + next_code)
        labels.append(pd.DataFrame({"dimension": dimension, "dimension_value": names}))
        next_code += len(names)
    return np.stack(codes, axis=1), pd.concat(labels, ignore_index=True)

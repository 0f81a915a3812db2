"""Counts of distinct histories, spends and contract terms come in; parameters of value models, or refusals, go out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods.value import bg_nbd, gamma_gamma, mbg_nbd, pareto_nbd, sbg
from dbt_project.methods.value.fitting import Estimates, ModelRefusedError
from dbt_project.methods.value.gamma_gamma import Spends
from dbt_project.methods.value.histories import Histories
from dbt_project.methods.value.sbg import Terms

Row = tuple[str, str, str, str, float, float, int, str]
COLUMNS = ("time_window", "value_model", "kind", "name", "value", "standard_error", "n", "reason")


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Fit every model to every time window; the result has one row a parameter, covariance, measure or refusal."""
    dbt.config(materialized="table")
    histories = dbt.ref("int_value__history_counts").order("time_window, repeats, recency_days, age_days").df()
    spends = dbt.ref("int_value__spend_counts").order("time_window, valued_repeats, repeat_worth").df()
    contracts = dbt.ref("int_value__contract_terms").project("months, is_running").fetchnumpy()
    rows: list[Row] = []
    for time_window, some in histories.groupby("time_window"):
        known = _histories(some)
        rows += _rows(str(time_window), "bg_nbd", partial(bg_nbd.fit, known))
        rows += _rows(str(time_window), "mbg_nbd", partial(mbg_nbd.fit, known))
        # A check of both, made where there are facts to hold both against.
        if time_window == "calibration":
            rows += _rows(str(time_window), "pareto_nbd", partial(pareto_nbd.fit, known))
    for time_window, some in spends.groupby("time_window"):
        paid = _spends(some)
        rows += _rows(str(time_window), "gamma_gamma", partial(gamma_gamma.fit, paid))
        rows.append((str(time_window), "gamma_gamma", "measure", "correlation", paid.correlation, np.nan, paid.n, ""))
    if contracts["months"].size:
        terms = _terms(contracts["months"], np.asarray(contracts["is_running"], dtype=np.bool_))
        rows += _rows("present", "sbg", partial(sbg.fit, terms))
    return _frame(rows)


def _histories(counts: pd.DataFrame) -> Histories:
    unit = counts["unit_days"].to_numpy(dtype=np.float64)
    return Histories(
        x=counts["repeats"].to_numpy(dtype=np.float64),
        recency=counts["recency_days"].to_numpy(dtype=np.float64) / unit,
        age=counts["age_days"].to_numpy(dtype=np.float64) / unit,
        count=counts["customers"].to_numpy(dtype=np.float64),
    )


def _spends(counts: pd.DataFrame) -> Spends:
    x = counts["valued_repeats"].to_numpy(dtype=np.float64)
    return Spends(
        x=x,
        mean=counts["repeat_worth"].to_numpy(dtype=np.float64) / x,
        count=counts["customers"].to_numpy(dtype=np.float64),
    )


def _terms(months: Any, is_running: Any) -> Terms:
    distinct, count = np.unique(np.stack([months.astype(np.int64), is_running]), axis=1, return_counts=True)
    return Terms(distinct[0].astype(np.float64), distinct[1] == 0, count.astype(np.float64))


def _rows(time_window: str, name: str, fit: Callable[[], Estimates]) -> Iterator[Row]:
    try:
        found = fit()
    except ModelRefusedError as refusal:
        yield (time_window, name, "refusal", "", np.nan, np.nan, 0, str(refusal))
        return
    for parameter, value, error in zip(found.names, found.values, found.standard_errors, strict=True):
        yield (time_window, name, "parameter", parameter, float(value), float(error), found.n, "")
    for first, some in zip(found.names, found.log_covariance, strict=True):
        for second, value in zip(found.names, some, strict=True):
            yield (time_window, name, "covariance", f"{first} {second}", float(value), np.nan, found.n, "")
    yield (time_window, name, "measure", "log_likelihood", found.log_likelihood, np.nan, found.n, "")


def _frame(rows: list[Row]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    texts = dict.fromkeys(("time_window", "value_model", "kind", "name", "reason"), "str")
    return frame.astype({**texts, "value": "float64", "standard_error": "float64", "n": "int64"})

"""Forecasts and facts of the customers of the calibration window come in; how far they lie apart goes out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods.value.back_test import BackTest, back_test

# Model -> what it forecasts; quantity -> what happened.
FORECASTS = {
    "bg_nbd": {"purchases": "expected_purchases", "revenue": "expected_revenue"},
    "mbg_nbd": {"purchases": "mbg_purchases", "revenue": "mbg_revenue"},
    "pareto_nbd": {"purchases": "pareto_purchases", "revenue": "pareto_revenue"},
    "naive": {"purchases": "naive_purchases", "revenue": "naive_revenue"},
}
FACTS = {"purchases": "later_purchases", "revenue": "later_revenue"}
# Measure -> attribute of a back-test.
MEASURES = ("forecast", "fact", "total_error", "squared_error", "absolute_error", "calibration_error")

Row = tuple[str, str, str, int, float, int]


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Back-test every model that was fitted; one row a model, quantity, measure and tenth (0: all customers)."""
    dbt.config(materialized="table")
    columns = sorted({column for pairs in FORECASTS.values() for column in pairs.values()} | set(FACTS.values()))
    found = (
        dbt.ref("int_value__forecasts")
        .filter("time_window = 'calibration'")
        .order("person_id")
        .project(", ".join(columns))
        .fetchnumpy()
    )
    known = {name: np.ma.filled(values.astype(np.float64), np.nan) for name, values in found.items()}
    rows: list[Row] = []
    for name, pairs in FORECASTS.items():
        for quantity, column in pairs.items():
            forecast, fact = known[column], known[FACTS[quantity]]
            if forecast.size and np.isfinite(forecast).all():
                rows += _rows(name, quantity, back_test(forecast=forecast, fact=fact))
    frame = pd.DataFrame(rows, columns=["value_model", "quantity", "measure", "decile", "value", "n"])
    return frame.astype(
        {"value_model": "str", "quantity": "str", "measure": "str", "decile": "int32", "value": "float64", "n": "int64"}
    )


def _rows(name: str, quantity: str, found: BackTest) -> Iterator[Row]:
    for measure in MEASURES:
        yield (name, quantity, measure, 0, float(getattr(found, measure)), found.n)
    for at, ((forecast, fact), size) in enumerate(zip(found.tenths, found.tenth_sizes, strict=True), start=1):
        yield (name, quantity, "forecast", at, float(forecast), int(size))
        yield (name, quantity, "fact", at, float(fact), int(size))

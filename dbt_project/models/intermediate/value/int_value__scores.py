"""Distinct histories and fitted parameters come in; P(alive) and expected purchases of each history go out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods.value import bg_nbd, mbg_nbd, pareto_nbd

KEYS = ["time_window", "repeats", "recency_days", "age_days"]
MODELS = {"bg_nbd": bg_nbd, "mbg_nbd": mbg_nbd, "pareto_nbd": pareto_nbd}


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Score every distinct history by every model that was fitted to its time window; others have no row."""
    dbt.config(materialized="table")
    fits = dbt.ref("int_value__fits").filter("kind = 'parameter'").df()
    histories = dbt.ref("int_value__history_counts").order(", ".join(KEYS)).df()
    scored = [
        _score(some, str(name), fitted.set_index("name")["value"])
        for (time_window, name), fitted in fits.groupby(["time_window", "value_model"])
        if name in MODELS and len(some := histories[histories["time_window"] == time_window])
    ]
    empty = histories.head(0)[KEYS].assign(value_model=pd.Series(dtype="str"), p_alive=0.0, expected_purchases=0.0)
    found = pd.concat(scored) if scored else empty
    texts = {"time_window": "str", "value_model": "str"}
    return found.astype({**texts, "p_alive": "float64", "expected_purchases": "float64"})


def _score(histories: pd.DataFrame, name: str, fitted: pd.Series) -> pd.DataFrame:
    model_ = MODELS[name]
    parameters = fitted[list(model_.NAMES)].to_numpy(dtype=np.float64)
    unit = histories["unit_days"].to_numpy(dtype=np.float64)
    history = {
        "x": histories["repeats"].to_numpy(dtype=np.float64),
        "recency": histories["recency_days"].to_numpy(dtype=np.float64) / unit,
        "age": histories["age_days"].to_numpy(dtype=np.float64) / unit,
    }
    horizon = float(histories["horizon"].iloc[0])
    return histories[KEYS].assign(
        value_model=name,
        p_alive=model_.p_alive(parameters, **history),
        expected_purchases=model_.expected_purchases(parameters, horizon=horizon, **history),
    )

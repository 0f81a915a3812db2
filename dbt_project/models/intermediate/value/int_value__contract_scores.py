"""Whole months that running contracts have survived and fitted parameters come in; expected further months go out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods.value import sbg


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Score every number of survived months; empty where the model was refused."""
    dbt.config(materialized="table")
    fitted = dbt.ref("int_value__fits").filter("kind = 'parameter' and value_model = 'sbg'").df()
    ages = dbt.ref("int_value__contract_terms").filter("is_running").project("months, horizon_months").distinct().df()
    if fitted.empty or ages.empty:
        return pd.DataFrame({"months": np.empty(0, dtype=np.int32), "expected_months": np.empty(0)})
    parameters = fitted.set_index("name")["value"][list(sbg.NAMES)].to_numpy(dtype=np.float64)
    survived = np.sort(ages["months"].to_numpy(dtype=np.int32))
    horizon = int(ages["horizon_months"].iloc[0])
    expected = sbg.expected_periods(parameters, survived=survived.astype(np.float64), horizon=horizon)
    return pd.DataFrame({"months": survived, "expected_months": expected})

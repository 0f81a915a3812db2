"""Counts per attribute value come in; an exact p-value and its Benjamini-Hochberg adjusted q-value go out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods.profile import SMALLEST_CELL, adjusted_p_values, exact_p_values


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Test each attribute value that enough customers have; the others are not in the result."""
    dbt.config(materialized="table")
    counts = dbt.ref("int_customers__profile_counts").order("attribute, attribute_value").df()
    tested = counts[counts["n"] >= SMALLEST_CELL].reset_index(drop=True)
    columns = {name: tested[name].to_numpy(dtype=np.int64) for name in ("n_top", "n", "n_attribute_top", "n_attribute")}
    p_values = exact_p_values(
        hits=columns["n_top"], drawn=columns["n_attribute_top"], marked=columns["n"], total=columns["n_attribute"]
    )
    return pd.DataFrame(
        {
            "attribute": tested["attribute"].astype("str"),
            "attribute_value": tested["attribute_value"].astype("str"),
            "p_value": p_values,
            "q_value": adjusted_p_values(p_values),
        }
    )

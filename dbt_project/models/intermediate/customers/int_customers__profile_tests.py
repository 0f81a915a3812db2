"""Counts per attribute value come in; an exact p-value and its Benjamini-Hochberg adjusted q-value go out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods.statistics.comparisons import false_discovery
from dbt_project.methods.statistics.profile import SMALLEST_CELL, exact_p_values

KEYS = ["family", "kind", "attribute", "attribute_value"]


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Test each attribute value that enough customers have; the others are not in the result.

    Values of one family are corrected for their number together.
    """
    dbt.config(materialized="table")
    counts = dbt.ref("int_customers__profile_counts").order(", ".join(KEYS)).df()
    tested = counts[counts["n"] >= SMALLEST_CELL].reset_index(drop=True)
    columns = {name: tested[name].to_numpy(dtype=np.int64) for name in ("n_top", "n", "n_attribute_top", "n_attribute")}
    p_values = exact_p_values(
        hits=columns["n_top"], drawn=columns["n_attribute_top"], marked=columns["n"], total=columns["n_attribute"]
    )
    q_values = np.empty_like(p_values)
    for members in tested.groupby("family").indices.values():
        q_values[members] = false_discovery(p_values[members])
    found: pd.DataFrame = tested[KEYS].astype("str").assign(p_value=p_values, q_value=q_values)
    return found

"""Links between identifiers come in, one row (identifier_key, person_id) per linked identifier goes out.

A person's key is the smallest identifier key of their connected component.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods.components import smallest_of_component


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Resolve the links that join people; identifiers without such a link are not in the result."""
    dbt.config(materialized="table")
    links = dbt.ref("int_identity__links").filter("joins_people").project("identifier_a, identifier_b").fetchnumpy()
    left = np.asarray(links["identifier_a"], dtype=np.int64)
    right = np.asarray(links["identifier_b"], dtype=np.int64)
    identifiers, people = smallest_of_component(left, right)
    return pd.DataFrame({"identifier_key": identifiers, "person_id": people})

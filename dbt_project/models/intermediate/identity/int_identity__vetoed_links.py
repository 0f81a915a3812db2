"""Links and vetoes come in; the links that would make one person of a vetoed pair, as pairs of identifiers, go out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods.identity.components import ALWAYS, refused_links


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Take links as they began, and refuse those that a veto forbids; without vetoes there are none."""
    dbt.config(materialized="table")
    vetoes = dbt.ref("int_identity__vetoes").fetchnumpy()
    links = dbt.ref("int_identity__link_decisions").filter("refusal is null")
    if vetoes["identifier_a"].size == 0:
        links = links.limit(0)
    # One pair is one link, however many methods state it: the earliest of them.
    pairs = links.aggregate(
        "least(identifier_a, identifier_b) as one, greatest(identifier_a, identifier_b) as other, "
        f"min(coalesce(epoch_us(linked_at), {ALWAYS})) as since"
    ).fetchnumpy()
    one, other, since = (np.asarray(pairs[name], dtype=np.int64) for name in ("one", "other", "since"))
    first, second = (np.asarray(vetoes[name], dtype=np.int64) for name in ("identifier_a", "identifier_b"))
    refused = refused_links(one, other, since, first, second)
    return pd.DataFrame({"identifier_a": one[refused], "identifier_b": other[refused]})

"""Links between identifiers come in; whose every linked identifier was from when to when goes out.

A person's key is the smallest identifier key of their connected component.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from dbt_project.methods.identity.components import ALWAYS, FOREVER, Times, memberships


def model(dbt: Any, session: Any) -> pa.Table:  # noqa: ARG001 (dbt's signature)
    """Resolve the links that join people; identifiers without such a link are not in the result."""
    dbt.config(materialized="table")
    links = dbt.ref("int_identity__links").filter("joins_people")
    columns = links.project(
        f"identifier_a, identifier_b, coalesce(epoch_us(linked_at), {ALWAYS}) as since"
    ).fetchnumpy()
    left, right, since = (
        np.asarray(columns[name], dtype=np.int64) for name in ("identifier_a", "identifier_b", "since")
    )
    found = memberships(left, right, since)
    return pa.table(
        {
            "identifier_key": found.key,
            "person_id": found.person,
            "valid_from": _timestamps(found.valid_from, none=ALWAYS),
            "valid_to": _timestamps(found.valid_to, none=FOREVER),
        }
    )


def _timestamps(times: Times, *, none: int) -> pa.Array:
    return pa.array(times, type=pa.int64(), mask=times == none).cast(pa.timestamp("us"))

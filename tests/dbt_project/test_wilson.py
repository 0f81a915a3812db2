"""Wilson's interval stands twice, because the engine computes it in the marts: both are the same."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from serving.statistics.intervals import wilson
from tests.dbt_project.rendering import render_text


@pytest.mark.parametrize("n", [1, 7, 263, 100_000])
def test_the_macro_equals_the_function(n: int) -> None:
    bounds = ", ".join(f"{{{{ wilson_bound('hits', 'n', '{side}') }}}}" for side in "-+")
    counts = sorted({0, 1, n // 3, n - 1, n})
    sql = render_text(f"select hits, {bounds} from (select unnest({counts}) as hits, {n} as n) order by hits")
    found = duckdb.sql(sql).fetchall()
    low, high = wilson(np.array(counts, dtype=np.float64), n)
    for at, (hits, from_sql_low, from_sql_high) in enumerate(found):
        assert (from_sql_low, from_sql_high) == pytest.approx((low[at], high[at]), abs=1e-12), hits

"""The public data of METHODS.md as arrays, read in place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CALIBRATION_END = date(1997, 9, 30)
HOLDOUT_END = date(1998, 6, 30)

_LOG = """
    select
        column1 as customer, strptime(column2, '%Y%m%d')::date as day,
        cast(column3 as integer) as items, cast(column4 as decimal(18, 2)) as amount
    from (
        select parts[2] as column1, parts[3] as column2, parts[4] as column3, parts[5] as column4
        from (
            select regexp_split_to_array(trim(line), '\\s+') as parts
            from read_csv(?, columns = {'line': 'varchar'}, header = false, auto_detect = false, delim = '\x01')
        )
    )
"""
_HISTORIES = f"""
    with days as (
        select customer, day, sum(amount) as amount, row_number() over (partition by customer order by day) as nth
        from ({_LOG}) group by customer, day
    )
    select
        customer,
        count(*) filter (where day <= $2) - 1 as x,
        date_diff('day', min(day), max(day) filter (where day <= $2)) / 7.0 as recency,
        date_diff('day', min(day), $2) / 7.0 as age,
        coalesce(avg(amount) filter (where nth > 1 and day <= $2), 0)::double as mean,
        count(*) filter (where day > $2 and day <= $3) as later
    from days group by customer order by customer
"""


@dataclass(frozen=True)
class Cdnow:
    """Customers of the sample, calibrated to 1997-09-30, in weeks; shape (2357,)."""

    x: Floats
    recency: Floats
    age: Floats
    mean: Floats
    later: Floats


def log_totals(shared: Path) -> tuple[int, int, int, float, int]:
    """Transactions, customers, items, money, and transactions beyond the first of a customer's day."""
    row = duckdb.execute(
        f"""select count(*), count(distinct customer), sum(items), sum(amount),
            count(*) - count(distinct (customer, day)) from ({_LOG})""",
        [str(shared / "data" / "cdnow" / "CDNOW_sample.txt")],
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1]), int(row[2]), float(row[3]), int(row[4])


def cdnow(shared: Path) -> Cdnow:
    found = duckdb.execute(
        _HISTORIES.replace("read_csv(?", "read_csv($1"),
        [str(shared / "data" / "cdnow" / "CDNOW_sample.txt"), CALIBRATION_END, HOLDOUT_END],
    ).fetchnumpy()
    return Cdnow(**{name: np.asarray(found[name], dtype=np.float64) for name in Cdnow.__annotations__})

"""A staged file in, the live load that begins with all of its records out: for files that are gone.

While the longer file is in the inbox, its bytes decide. Once it is gone, only its rows in raw are left: a
file is its beginning where every record is on the same line, with the same values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import duckdb

from ingestion.raw_schema import RawTable
from ingestion.readers.vendor import Staged

_WITH_THE_FIRST_RECORD: Final = """
    select raw._load_id
    from {table} as raw
    inner join (
        select line, {values} from staged where disposition = 'loaded' order by line limit 1
    ) as records on raw._line = records.line and {same}
    where raw._load_id in (select unnest($loads::bigint[]))
    order by all
"""

_ALL_RECORDS: Final = """
    select count(*) = 0
    from (select line, {values} from staged where disposition = 'loaded') as records
    left join (select _line, {columns} from {table} where _load_id = $load_id) as raw
        on raw._line = records.line and {same}
    where raw._line is null
"""


def load_that_begins_with(
    connection: duckdb.DuckDBPyConnection, staged: Staged, table: RawTable, loads: Sequence[int]
) -> int | None:
    """The first of these loads that holds every record of `staged` on its line; None where none does.

    Args:
        connection: one with the table `staged`.
        staged: how a record is written.
        table: where the loads landed.
        loads: live loads that may be asked.
    """
    if not loads or not table.record:
        return None
    values = ", ".join(f'{staged.values[column]} as "{column}"' for column in table.record)
    names = {
        "table": table.sql,
        "values": values,
        "columns": ", ".join(f'"{column}"' for column in table.record),
        "same": " and ".join(f'raw."{column}" is not distinct from records."{column}"' for column in table.record),
    }
    used = {name: value for name, value in staged.parameters.items() if f"${name}" in values}
    first = connection.execute(_WITH_THE_FIRST_RECORD.format(**names), {**used, "loads": list(loads)}).fetchall()
    for (load_id,) in first:
        if connection.execute(_ALL_RECORDS.format(**names), {**used, "load_id": load_id}).fetchall()[0][0]:
            return int(load_id)
    return None

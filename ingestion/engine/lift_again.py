"""Loads whose description changed in, the same loads with their columns as it says now out.

Raw keeps each record as it came, so that no file is read again: files that are gone follow the new description, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import duckdb

from ingestion.readers.vendor import Lifter, Shape
from ingestion.warehouse import transaction

_ORIGIN: Final = ("_source", "_file", "_line", "_sha256", "_load_id", "_loaded_at")
# Lines repeat between loads; numbers do not.
_KEPT: Final = """
    create or replace temp table kept_records as
    select row_number() over () as number, _record, {origin}
    from {table}
    where _load_id in (select unnest($loads::bigint[]))
"""
# As a reader leaves records.
_STAGED: Final = """
    create or replace temp view staged as
    select
        number as line,
        'loaded' as disposition,
        null::varchar as reason,
        null::varchar as column_name,
        _record as payload
    from kept_records
"""
_LIFTED: Final = "create or replace temp table lifted_records as select line as number, {values} from staged"
_DELETE: Final = "delete from {table} where _load_id in (select unnest($loads::bigint[]))"
_INSERT: Final = """
    insert into {table} ({columns}, {origin})
    select {lifted}, {kept}
    from lifted_records
    inner join kept_records on lifted_records.number = kept_records.number
"""
_MARK: Final = """
    update ledger.loads set lifted = $lifted where load_id in (select unnest($loads::bigint[]))
"""


def lift_again(connection: duckdb.DuckDBPyConnection, lifter: Lifter, shape: Shape, loads: Sequence[int]) -> int:
    """Fill the columns of these loads again, all in one transaction.

    Args:
        connection: of the warehouse.
        lifter: what makes columns of records.
        shape: where they are.
        loads: live loads of described records, each of which is one row.

    Returns:
        How many records were lifted.
    """
    # Names come from the fixed list of raw tables, expressions from the description.
    names = {
        "table": shape.table.sql,
        "origin": ", ".join(_ORIGIN),
        "columns": ", ".join(f'"{column}"' for column in shape.table.columns),
        "lifted": ", ".join(f'lifted_records."{column}"' for column in shape.table.columns),
        "kept": ", ".join(f"kept_records.{column}" for column in _ORIGIN),
    }
    chosen = {"loads": list(loads)}
    connection.execute(_KEPT.format(**names), chosen)
    connection.execute(_STAGED)
    lifting = lifter.lift(connection, shape)
    values = ", ".join(f'{lifting.values[column]} as "{column}"' for column in shape.table.columns)
    connection.execute(_LIFTED.format(values=values), dict(lifting.parameters) or None)
    with transaction(connection):
        connection.execute(_DELETE.format(**names), chosen)
        lifted = connection.execute(_INSERT.format(**names)).fetchall()[0][0]
        connection.execute(_MARK, {**chosen, "lifted": shape.lifted})
    return int(lifted)

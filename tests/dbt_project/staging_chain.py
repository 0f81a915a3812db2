"""Rows of orders files in, the staged rows out, in a DuckDB of a test's own: no file and no dbt.

A build by dbt takes half a minute; a property test asks for hundreds of small files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from tests.dbt_project.rendering import render
from workspace.configuration.identity import Identity
from workspace.vocabulary import CSV_ENTITIES

BASE, STAGED = "base_crm__orders", "stg_crm__orders"
INPUTS = """
create schema raw_crm; create schema ledger; create schema secret; create schema raw_config;
create table ledger.loads (load_id bigint, status varchar);
create table secret.key_pads as select '\\x36'::blob as ipad, '\\x5c'::blob as opad;
create table raw_config.identity_junk (kind varchar, word varchar);
create table stg_config__sources (
    data_source varchar, id_namespace varchar, timezone varchar, timestamp_format varchar, decimal_mark varchar
);
create table stg_config__settings as select 'EUR' as currency, 'UTC' as timezone;
create table stg_mappings__fx_rates (currency varchar, valid_from date, valid_until date, rate decimal(18, 8));
"""
# A file's rows as an export writes them: column -> text. Columns that are not canonical are kept in `_others`.
Row = Mapping[str, str]


class Orders:
    """The orders of a few sources, loaded file by file."""

    def __init__(self) -> None:
        self.database = duckdb.connect()
        self.database.execute(INPUTS)
        self.database.executemany("insert into raw_config.identity_junk values (?, ?)", list(Identity().junk_rows()))
        self._loads: list[tuple[str, str]] = []
        self._rows: list[dict[str, Any]] = []

    def load(self, file: str, rows: Sequence[Row], *, source: str = "shop") -> None:
        """Load a file; one of the same name and source takes the place of the earlier."""
        self._loads.append((source, file))
        self._rows += [
            dict.fromkeys(_columns())
            | {name: text for name, text in row.items() if name in _columns()}
            | {"_others": str(sorted((name, text) for name, text in row.items() if name not in _columns()))}
            | {"_source": source, "_file": file, "_line": line, "_load_id": len(self._loads)}
            for line, row in enumerate(rows, start=2)
        ]

    def build(self) -> None:
        """Make the tables of the base and the staging model."""
        origin = {"_source": "varchar", "_file": "varchar", "_line": "bigint", "_load_id": "bigint"}
        types = dict.fromkeys((*_columns(), "_others"), "varchar") | origin
        own = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
        self.database.execute(f"create or replace table raw_crm.orders ({own})")
        given = pa.Table.from_pylist(
            self._rows,
            schema=pa.schema({name: pa.int64() if kind == "bigint" else pa.string() for name, kind in types.items()}),
        )
        self.database.register("given", given)
        self.database.execute("insert into raw_crm.orders select * from given")
        last = {place: load for load, place in enumerate(self._loads, start=1)}
        self.database.executemany(
            "insert into ledger.loads values (?, ?)",
            [
                (load, "active" if last[place] == load else "superseded")
                for load, place in enumerate(self._loads, start=1)
            ],
        )
        self.database.executemany(
            "insert into stg_config__sources values (?, 'shop', 'UTC', null, '.')",
            [(source,) for source in dict.fromkeys(source for source, _ in self._loads)],
        )
        self.database.execute(f"create table base_crm__orders as {_sql(BASE)}")
        self.database.execute(f"create table stg_crm__orders as {_sql(STAGED)}")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.database.execute(query).fetchall()
        return found


@cache
def _columns() -> tuple[str, ...]:
    return CSV_ENTITIES["crm"]["orders"].columns


@cache
def _sql(model: str) -> str:
    return render(model)

"""Rows of an entity's files in, the staged rows out, in a DuckDB of a test's own: no file and no dbt.

A build by dbt takes half a minute; a property test asks for hundreds of small files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from dbt_project.methods.identity.phones import e164
from ingestion.raw_schema import RAW_TABLES
from tests.dbt_project.rendering import render
from workspace.configuration.identity import Identity
from workspace.vocabulary import CSV_ENTITIES

INPUTS = """
create schema ledger; create schema secret; create schema raw_config;
create table ledger.loads (load_id bigint, status varchar);
create table secret.key_pads as select '\\x36'::blob as ipad, '\\x5c'::blob as opad;
create table raw_config.identity_junk (kind varchar, word varchar);
create table stg_config__sources (
    data_source varchar, id_namespace varchar, timezone varchar, timestamp_format varchar, decimal_mark varchar,
    phone_region varchar, grain varchar
);
create table stg_config__settings as select 'EUR' as currency, 'UTC' as timezone, 'Us' as brand;
create table stg_mappings__fx_rates (currency varchar, valid_from date, valid_until date, rate decimal(18, 8));
"""
# An order for every number that a line names.
_ORDERS_OF_LINES = """
select distinct
    (hash(_source, order_id) >> 1)::bigint as order_key, _source as id_namespace, order_id, 'sale' as kind,
    'EUR' as currency, timestamp '2026-01-01' as occurred_at
from raw_crm.order_lines
where order_id is not null
"""
# A file's rows as an export writes them: column -> text. Columns that are not canonical are kept in `_others`.
Row = Mapping[str, str]


class Staging:
    """The rows of one entity of a few sources, loaded file by file.

    Args:
        kind: the kind of sources.
        entity: one of its entities.
        staged: the staging model that reads the base model, where a test wants it.
        grain: what cx.yml says that the rows of all sources are.
    """

    def __init__(self, kind: str, entity: str, *, staged: str | None = None, grain: str | None = None) -> None:
        self._grain = grain
        self.database = duckdb.connect()
        self.database.execute(INPUTS)
        # As dbt_project/functions.py does.
        self.database.create_function("phone_e164", e164, ["VARCHAR", "VARCHAR"], "VARCHAR", null_handling="special")
        self.database.executemany("insert into raw_config.identity_junk values (?, ?)", list(Identity().junk_rows()))
        self.base = f"base_{kind}__{entity}"
        self._models = [self.base, *([staged] if staged else [])]
        self._table = RAW_TABLES[f"raw_{kind}", entity]
        self._canonical = CSV_ENTITIES[kind][entity].columns
        self._loads: list[tuple[str, str]] = []
        self._rows: list[dict[str, Any]] = []

    def load(self, file: str, rows: Sequence[Row], *, source: str = "shop") -> None:
        """Load a file; one of the same name and source takes the place of the earlier."""
        self._loads.append((source, file))
        for line, row in enumerate(rows, start=2):
            others = sorted((name, text) for name, text in row.items() if name not in self._canonical)
            kept = {"_others": str(others), "_row": json.dumps(row), "_canonical": "{}"}
            self._rows.append(
                dict.fromkeys(self._table.columns)
                | {name: text for name, text in row.items() if name in self._canonical}
                | {name: text for name, text in kept.items() if name in self._table.columns}
                | {"_source": source, "_file": file, "_line": line, "_load_id": len(self._loads)}
            )

    def build(self) -> None:
        """Make the tables of the base and the staging model."""
        origin = {"_source": "varchar", "_file": "varchar", "_line": "bigint", "_load_id": "bigint"}
        types = dict.fromkeys(self._table.columns, "varchar") | origin
        own = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
        self.database.execute(f'create schema "{self._table.schema}"')
        self.database.execute(f"create table {self._table.sql} ({own})")
        given = pa.Table.from_pylist(
            self._rows,
            schema=pa.schema({name: pa.int64() if kind == "bigint" else pa.string() for name, kind in types.items()}),
        )
        self.database.register("given", given)
        self.database.execute(f"insert into {self._table.sql} select * from given")
        last = {place: load for load, place in enumerate(self._loads, start=1)}
        self.database.executemany(
            "insert into ledger.loads values (?, ?)",
            [
                (load, "active" if last[place] == load else "superseded")
                for load, place in enumerate(self._loads, start=1)
            ],
        )
        self.database.executemany(
            "insert into stg_config__sources values (?, ?, 'UTC', null, '.', 'DE', ?)",
            [(source, source, self._grain) for source in dict.fromkeys(source for source, _ in self._loads)],
        )
        if self._table.name == "order_lines":
            self.database.execute(f"create table stg_crm__orders as {_ORDERS_OF_LINES}")
        for model in self._models:
            self.database.execute(f"create table {model} as {_sql(model)}")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.database.execute(query).fetchall()
        return found


class Orders(Staging):
    """The orders of a few sources."""

    def __init__(self, *, grain: str | None = None) -> None:
        super().__init__("crm", "orders", staged="stg_crm__orders", grain=grain)


class OrdersByLine(Orders):
    """The orders and the lines of sources that hold one row a line."""

    def __init__(self) -> None:
        super().__init__(grain="line")

    def build(self) -> None:
        super().build()
        table = RAW_TABLES["raw_crm", "order_lines"]
        own = ", ".join(f'"{column}" varchar' for column in table.columns)
        origin = "_source varchar, _file varchar, _line bigint, _load_id bigint"
        self.database.execute(f"create table {table.sql} ({own}, {origin})")
        for model in ("base_crm__order_lines", "stg_crm__order_lines"):
            self.database.execute(f"create table {model} as {_sql(model)}")


@cache
def _sql(model: str) -> str:
    return render(model)

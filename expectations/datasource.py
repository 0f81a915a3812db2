"""Great Expectations on DuckDB: a database file in, a GX data source that reads it out.

GX closes its connection before it fetches, and DuckDB's result is gone by then. The engine below buffers rows first.
Remove it when GX fetches inside the connection's context, or ships a DuckDB execution engine.
"""

from __future__ import annotations  # the class body's own `type` shadows the builtin

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from sqlalchemy.pool import NullPool


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):  # type: ignore[misc]
    """Runs a query and buffers its rows before the connection closes."""

    def execute_query(self, query: Any) -> Any:
        with self.get_connection() as connection:
            return self._execute_query_with_recovery(connection, query).freeze()()

    def execute_query_in_transaction(self, query: Any) -> Any:
        return self.execute_query(query)


class DuckDBDatasource(SQLDatasource):  # type: ignore[misc]
    """A DuckDB file as a GX data source. GX finds it by `type` through the name `add_duckdb`."""

    type: Literal["duckdb"] = "duckdb"
    connection_string: str

    @property
    def execution_engine_type(self) -> type[SqlAlchemyExecutionEngine]:  # type: ignore[valid-type]
        return DuckDBExecutionEngine


@contextmanager
def opened_read_only(context: Any, database: Path) -> Iterator[Any]:
    """`database` as a data source of a GX context, read-only, for the length of a block.

    The pool is off: a pooled connection stays open and blocks the next writer of the file. One connection is held
    meanwhile, so that the hundreds that GX opens do not open the file again, which takes 30 ms each.
    """
    source = context.data_sources.add_duckdb(
        "warehouse",
        connection_string=f"duckdb:///{database}",
        create_temp_table=False,
        kwargs={"connect_args": {"read_only": True}, "poolclass": NullPool},
    )
    with source.get_engine().connect():
        yield source

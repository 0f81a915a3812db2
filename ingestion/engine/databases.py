"""A table of a database in, batches of its rows as text out (vendor `sql`, or `landed`). Reads; never writes.

PostgreSQL and SQLite come with the project, and were tried against servers of their own; of others, SQLAlchemy reads
what it has a driver for.

database -> dlt (connectorx or SQLAlchemy) -> Arrow -> `ingestion.engine.table_loader` -> raw_<kind>_csv.<entity>

Every column is cast to text by the database itself: numerics keep their digits, times come in ISO form and UTC, and
a column that changes its type still lands. One statement reads everything, so a load is one consistent state.
dlt is used for reading only, without a pipeline of its own: what was loaded, and how far, is in the ledger, in
the transaction of the rows. A pipeline's own state is written after its rows, and a kill between the two repeats them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import quote, quote_plus

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from ingestion.engine.cursors import CursorKind
from ingestion.engine.place import BATCH_ROWS, Column, Place, address_of
from ingestion.readers.vendor import UnreadableFileError
from workspace import Source
from workspace.wording import without_values

# SQLAlchemy's own types carry the columns' types, which are known at run time only.
Table: TypeAlias = "sa.Table[Any]"
Query: TypeAlias = "sa.Select[*tuple[Any, ...]]"

CONNECT_SECONDS: Final = 10
# What the server's text form of a value depends on.
_POSTGRES_OPTIONS: Final = "-c timezone=UTC -c datestyle=ISO,YMD -c intervalstyle=iso_8601 -c bytea_output=hex"
_SQLITE: Final = "sqlite"
_POSTGRES: Final = "postgresql"
# The package that SQLAlchemy reads a kind of server by. None of them is part of the project.
_PACKAGES: Final = {
    "bigquery": "sqlalchemy-bigquery",
    "snowflake": "snowflake-sqlalchemy",
    "redshift": "sqlalchemy-redshift",
    "databricks": "databricks-sqlalchemy",
    "clickhouse": "clickhouse-sqlalchemy",
    "trino": "trino",
    "mysql": "mysqlclient",
    "mariadb": "mysqlclient",
    "mssql": "pyodbc",
    "oracle": "oracledb",
}
# Types that hold JSON, by the names of their classes: servers have types of their own for it.
_JSON_TYPES: Final = ("JSON", "VARIANT", "OBJECT", "ARRAY", "STRUCT", "MAP")
# What writes such a value as JSON where a cast to text does not.
_JSON_TEXTS: Final = {"bigquery": "to_json_string", "snowflake": "to_json"}
# Snowflake writes times as its session says.
_SNOWFLAKE_SESSION: Final = {
    "TIMEZONE": "UTC",
    **{
        f"{kind}_OUTPUT_FORMAT": 'YYYY-MM-DD"T"HH24:MI:SS.FF6TZH:TZM'
        for kind in ("TIMESTAMP", "TIMESTAMP_TZ", "TIMESTAMP_LTZ")
    },
    "TIMESTAMP_NTZ_OUTPUT_FORMAT": 'YYYY-MM-DD"T"HH24:MI:SS.FF6',
}


class Database(Place):
    """One source's database, and the table it reads. Errors are `UnreadableFileError` and never show a password.

    Args:
        source: a source that reads a table.
        root: the workspace's folder; a path in an SQLite url is relative to it.
    """

    def __init__(self, source: Source, root: Path) -> None:
        super().__init__(source, root)
        assert source.url is not None
        self._url = self._resolve()
        is_named = source.url.get_secret_value().startswith("env:")
        self.password_in_config = self._url.password is not None and not is_named
        self._engine = self._driven()

    def open_beside(self, source: Source) -> Database:
        return Database(source, self._root)

    def close(self) -> None:
        self._engine.dispose()

    @cached_property
    def table(self) -> Table:
        """The table as the database describes it."""
        try:
            if self._table_name not in self.tables:
                raise self._no_such_table()
            return sa.Table(
                self._table_name, sa.MetaData(schema=self._schema), autoload_with=self._engine, resolve_fks=False
            )
        except UnreadableFileError:
            raise
        except Exception as error:  # not all drivers wrap what the server says in an error of SQLAlchemy's
            raise self._unreachable(error) from None

    @cached_property
    def tables(self) -> Sequence[str]:
        try:
            inspector = sa.inspect(self._engine)
            return [*inspector.get_table_names(self._schema), *inspector.get_view_names(self._schema)]
        except Exception as error:
            raise self._unreachable(error) from None

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        may_hold_json = self._url.get_backend_name() not in (_POSTGRES, _SQLITE)
        return tuple(
            Column(
                column.name,
                self._cursor_kind(column.type),
                is_json=_is_json(column.type),
                may_hold_json=may_hold_json and isinstance(column.type, sa.String),
            )
            for column in self.table.columns
        )

    def batches(self, *, cursor: str | None = None, since: str | None = None) -> Iterator[pa.Table]:
        # dlt takes seconds to import, and most companies read files only.
        from dlt.sources.sql_database import sql_table
        from dlt.sources.sql_database.helpers import ConnectorXTableLoader

        class StreamingLoader(ConnectorXTableLoader):  # type: ignore[misc]
            def compile_query(self, query: Any) -> str:
                # SQLAlchemy doubles a percent sign for psycopg, whose query this is not.
                return str(super().compile_query(query)).replace("%%", "%")

        is_postgres = self._url.get_backend_name() == _POSTGRES
        resource = sql_table(
            credentials=self._engine,
            table=self._table_name,
            schema=self._schema,
            metadata=self.table.metadata,
            chunk_size=BATCH_ROWS,
            backend="connectorx" if is_postgres else "pyarrow",
            backend_kwargs={"return_type": "arrow_stream", "conn": self._connectorx_url()} if is_postgres else {},
            table_loader_class=StreamingLoader if is_postgres else None,
            reflection_level="full",
            type_adapter_callback=lambda _: sa.Text(),
            query_adapter_callback=self._as_text(cursor, since),
        )
        try:
            yield from (batch for batch in resource if isinstance(batch, pa.Table))
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # a connection that breaks off is a Rust panic, which is not an Exception
            raise self._unreachable(error) from None

    def _as_text(self, cursor: str | None, since: str | None) -> Callable[[Any, Table], Query]:
        def adapt(_: Any, table: Table) -> Query:
            texts = [self._text(column).label(f"c{position}") for position, column in enumerate(table.columns, 1)]
            query: Query = sa.select(*texts)
            if cursor is None or since is None:
                return query
            column = table.columns[cursor]
            is_text = self._url.get_backend_name() == _SQLITE and not isinstance(column.type, sa.Integer)
            bound = sa.literal(since) if is_text else sa.cast(sa.literal(since, sa.Text), column.type)
            compared = sa.cast(column, sa.Text) if is_text else column
            return query.where(sa.or_(compared >= bound, column.is_(None)))

        return adapt

    def _text(self, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
        """A column as text, objects and lists as JSON."""
        function = _JSON_TEXTS.get(self._url.get_backend_name())
        if function is not None and _is_json(column.type):
            return getattr(sa.func, function)(column)  # type: ignore[no-any-return]
        return sa.cast(column, sa.Text)

    def _connectorx_url(self) -> str:
        """The url as connectorx reads it, which knows no plus sign for a blank."""
        place, _, query = self._url.set(drivername="postgresql").render_as_string(hide_password=False).partition("?")
        return f"{place}?{query.replace('+', '%20')}"

    def _cursor_kind(self, kind: sa.types.TypeEngine[Any]) -> CursorKind | None:
        if isinstance(kind, sa.Integer):
            return "id"
        if self._url.get_backend_name() == _SQLITE:
            return "text"
        if isinstance(kind, sa.DateTime):
            # BigQuery's TIMESTAMP is a moment, its DATETIME has no zone; neither says so to SQLAlchemy.
            is_moment = kind.timezone or (self._url.get_backend_name() == "bigquery" and isinstance(kind, sa.TIMESTAMP))
            return "instant" if is_moment else "local"
        # Snowflake's types are its own.
        named = type(kind).__name__
        if named in ("TIMESTAMP_TZ", "TIMESTAMP_LTZ", "TIMESTAMP_NTZ"):
            return "local" if named == "TIMESTAMP_NTZ" else "instant"
        return "day" if isinstance(kind, sa.Date) else None

    def _resolve(self) -> sa.URL:
        """The url with what reading needs: a driver, a time limit, UTC; SQLite's file opened for reading only."""
        try:
            url = sa.make_url(address_of(self._source))
        except (ArgumentError, ValueError):
            raise self._no_database() from None
        if url.get_backend_name() == _SQLITE:
            path = self._file(url.database or "")
            return sa.URL.create(_SQLITE, database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})
        if url.get_backend_name() != _POSTGRES:
            return url
        options = " ".join([_POSTGRES_OPTIONS, *_as_list(url.query.get("options"))])
        url = url.update_query_dict({"options": options})
        if "connect_timeout" not in url.query:
            url = url.update_query_dict({"connect_timeout": str(CONNECT_SECONDS)})
        return url.set(drivername="postgresql+psycopg")

    def _driven(self) -> sa.Engine:
        """SQLAlchemy's engine, where the driver of the url is installed."""
        name = self._url.get_backend_name()
        session = {"connect_args": {"session_parameters": _SNOWFLAKE_SESSION}} if name == "snowflake" else {}
        try:
            return sa.create_engine(self._url, **session)
        except NoSuchModuleError:
            if name not in _PACKAGES:
                raise self._no_database() from None
            raise self._no_driver(_PACKAGES[name]) from None
        except ImportError as error:
            raise self._no_driver(_PACKAGES.get(name) or str(error.name or error)) from None
        except (ArgumentError, ValueError):
            raise self._no_database() from None
        except Exception as error:  # drivers have errors of their own, such as that of credentials that are not there
            raise self._unreachable(error) from None

    def _no_driver(self, package: str) -> UnreadableFileError:
        what = f"What reads {self._url.drivername}:// is not installed."
        fix = f"Install the package {package} into the environment that 'cx' runs in, Dagster's process included."
        return self._problem(what, fix)

    def _no_database(self) -> UnreadableFileError:
        fix = (
            "Write postgresql://user:password@host:5432/database, sqlite:///file.db, duckdb:///file.duckdb, "
            "parquet:///folder, or the SQLAlchemy url of a server whose driver is installed; escape '@' and '/' in it."
        )
        return self._problem("The url names no database that can be read.", fix)

    def _unreachable(self, error: BaseException) -> UnreadableFileError:
        what = f"The database cannot be read: {self._message(error)}."
        fix = "Check that the server runs, and its address, user and permissions. The next run loads the rest."
        return self._problem(what, fix)

    def _message(self, error: BaseException) -> str:
        """The innermost cause in one line, without the password."""
        is_about_the_connection = False
        while error.__cause__ is not None:
            is_about_the_connection |= type(error).__name__ == "OperationalError"
            error = error.__cause__
        is_about_the_connection |= type(error).__name__ == "OperationalError"
        text = " ".join(str(getattr(error, "orig", None) or error).split()).rstrip(".")
        for password in {str(self._url.password or ""), quote_plus(str(self._url.password or ""))} - {""}:
            text = text.replace(password, "***")
        # Of a server, its address and its user nothing is in a row; what a statement broke at may be.
        text = text if is_about_the_connection else without_values(text)
        return text or type(error).__name__


def _is_json(kind: sa.types.TypeEngine[Any]) -> bool:
    return isinstance(kind, sa.JSON) or type(kind).__name__ in _JSON_TYPES


def _as_list(value: str | tuple[str, ...] | None) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)

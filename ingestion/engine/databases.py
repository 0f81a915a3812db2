"""A table of a database in, batches of its rows as text out (vendor `sql`, or `landed`). Reads; never writes.

database -> dlt (connectorx or SQLAlchemy) -> Arrow -> `ingestion.engine.table_loader` -> raw_<kind>_csv.<entity>

Every column is cast to text by the database itself: numerics keep their digits, times come in ISO form and UTC, and
a column that changes its type still lands. One statement reads everything, so a load is one consistent state.
dlt is used for reading only, without a pipeline of its own: what was loaded, and how far, is in the ledger, in
the transaction of the rows. A pipeline's own state is written after its rows, and a kill between the two repeats them.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import quote, quote_plus

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from ingestion.engine.cursors import CursorKind
from ingestion.readers.vendor import UnreadableFileError, shown_as
from workspace import Source
from workspace.environment import secret
from workspace.errors import Problem
from workspace.paths import WorkspacePaths
from workspace.wording import without_values

# SQLAlchemy's own types carry the columns' types, which are known at run time only.
Table: TypeAlias = "sa.Table[Any]"
Query: TypeAlias = "sa.Select[*tuple[Any, ...]]"

BATCH_ROWS: Final = 50_000
CONNECT_SECONDS: Final = 10
# What the server's text form of a value depends on.
_POSTGRES_OPTIONS: Final = "-c timezone=UTC -c datestyle=ISO,YMD -c intervalstyle=iso_8601 -c bytea_output=hex"
_SQLITE: Final = "sqlite"


@dataclass(frozen=True)
class Column:
    """A column of a table; `cursor_kind` is None where its type cannot say what is new."""

    name: str
    cursor_kind: CursorKind | None
    is_json: bool = False


class Database:
    """One source's database, and the table it reads. Errors are `UnreadableFileError` and never show a password.

    Args:
        source: a source that reads a table.
        root: the workspace's folder; a path in an SQLite url is relative to it.
    """

    def __init__(self, source: Source, root: Path) -> None:
        assert source.url is not None
        assert source.table is not None
        self._source = source
        self._reference = source.url.get_secret_value()
        schema, _, self._table_name = source.table.rpartition(".")
        self._schema = schema or None
        self._url = self._resolve(root)
        self._engine = sa.create_engine(self._url)

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    @property
    def shown(self) -> str:
        """How a message names the table."""
        return shown_as(self._source)

    @property
    def password_in_config(self) -> bool:
        """Whether the password itself is in cx.yml."""
        return self._url.password is not None and self._reference != "" and not self._reference.startswith("env:")

    @cached_property
    def table(self) -> Table:
        """The table as the database describes it."""
        try:
            inspector = sa.inspect(self._engine)
            names = [*inspector.get_table_names(self._schema), *inspector.get_view_names(self._schema)]
            if self._table_name not in names:
                raise self._no_such_table(names)
            return sa.Table(
                self._table_name, sa.MetaData(schema=self._schema), autoload_with=self._engine, resolve_fks=False
            )
        except SQLAlchemyError as error:
            raise self._unreachable(error) from None

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The table's columns in its own order."""
        return tuple(
            Column(column.name, self._cursor_kind(column.type), isinstance(column.type, sa.JSON))
            for column in self.table.columns
        )

    def batches(self, *, cursor: str | None = None, since: str | None = None) -> Iterator[pa.Table]:
        """Rows as Arrow tables of text, columns named `c1`, `c2`, ... in the table's order.

        Args:
            cursor: the column that says what is new.
            since: only rows whose cursor is not below this, or is not filled in; None reads the whole table.
        """
        # dlt takes seconds to import, and most companies read files only.
        from dlt.sources.sql_database import sql_table
        from dlt.sources.sql_database.helpers import ConnectorXTableLoader

        class StreamingLoader(ConnectorXTableLoader):  # type: ignore[misc]
            def compile_query(self, query: Any) -> str:
                # SQLAlchemy doubles a percent sign for psycopg, whose query this is not.
                return str(super().compile_query(query)).replace("%%", "%")

        is_sqlite = self._url.get_backend_name() == _SQLITE
        resource = sql_table(
            credentials=self._engine,
            table=self._table_name,
            schema=self._schema,
            metadata=self.table.metadata,
            chunk_size=BATCH_ROWS,
            backend="pyarrow" if is_sqlite else "connectorx",
            backend_kwargs={} if is_sqlite else {"return_type": "arrow_stream", "conn": self._connectorx_url()},
            table_loader_class=None if is_sqlite else StreamingLoader,
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
            texts = [sa.cast(column, sa.Text).label(f"c{position}") for position, column in enumerate(table.columns, 1)]
            query: Query = sa.select(*texts)
            if cursor is None or since is None:
                return query
            column = table.columns[cursor]
            is_text = self._url.get_backend_name() == _SQLITE and not isinstance(column.type, sa.Integer)
            bound = sa.literal(since) if is_text else sa.cast(sa.literal(since, sa.Text), column.type)
            compared = sa.cast(column, sa.Text) if is_text else column
            return query.where(sa.or_(compared >= bound, column.is_(None)))

        return adapt

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
            return "instant" if kind.timezone else "local"
        return "day" if isinstance(kind, sa.Date) else None

    def _resolve(self, root: Path) -> sa.URL:
        """The url with what reading needs: a driver, a time limit, UTC; SQLite's file opened for reading only."""
        text = secret(self._reference)
        if text is None:
            what = f"The variable {self._reference.removeprefix('env:')} is not set."
            raise self._problem(what, "Set it to the database's url where 'cx' runs, Dagster's process included.")
        try:
            url = sa.make_url(text)
            if url.get_backend_name() not in ("postgresql", _SQLITE):
                raise ArgumentError
        except (ArgumentError, NoSuchModuleError, ValueError):
            fix = "Write postgresql://user:password@host:5432/database or sqlite:///file.db; escape '@' and '/' in it."
            raise self._problem("The url names no database that can be read.", fix) from None
        if url.get_backend_name() == _SQLITE:
            path = root / (url.database or "")
            if not WorkspacePaths(root).holds(path):
                what = "The url leads to a file outside the workspace."
                raise self._problem(what, "Put the database into the workspace's folder, or export its table there.")
            if not path.is_file():
                raise self._problem(f"There is no file {path}.", "Fix 'url': sqlite:/// is followed by its path.")
            return sa.URL.create(_SQLITE, database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})
        options = " ".join([_POSTGRES_OPTIONS, *_as_list(url.query.get("options"))])
        url = url.update_query_dict({"options": options})
        if "connect_timeout" not in url.query:
            url = url.update_query_dict({"connect_timeout": str(CONNECT_SECONDS)})
        return url.set(drivername="postgresql+psycopg")

    def _no_such_table(self, names: list[str]) -> UnreadableFileError:
        near = difflib.get_close_matches(self._table_name, names, n=3)
        place = f"schema '{self._schema}'" if self._schema else "the database"
        hint = f"Similar names: {', '.join(near)}." if near else f"It has {len(names)} tables and views."
        what = f"There is no table or view '{self._table_name}' in {place} that this user may see."
        return self._problem(what, f"{hint} Fix 'table', or grant the user SELECT.", key="table")

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

    def _problem(self, what: str, fix: str, *, key: str = "url") -> UnreadableFileError:
        return UnreadableFileError(
            Problem(file=self.shown, key=f"sources.{self._source.name}.{key}", what=what, fix=fix)
        )


def _as_list(value: str | tuple[str, ...] | None) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)

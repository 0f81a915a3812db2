"""The place that a source's table is in: what databases and folders of files have in common. Reads; never writes."""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Self

import pyarrow as pa

from ingestion.engine.cursors import CursorKind
from ingestion.readers.vendor import UnreadableFileError, shown_as
from workspace import Source
from workspace.environment import secret
from workspace.errors import Problem
from workspace.paths import WorkspacePaths

BATCH_ROWS: Final = 50_000


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        cursor_kind: None where its type cannot say what is new.
        is_json: it holds JSON.
        may_hold_json: its type is text, in a place that keeps objects and lists as text.
    """

    name: str
    cursor_kind: CursorKind | None
    is_json: bool = False
    may_hold_json: bool = False


class Place(ABC):
    """Where one source's table is. Errors are `UnreadableFileError` and never show a password.

    Attributes:
        password_in_config: whether the password itself is in cx.yml.
    """

    password_in_config = False

    def __init__(self, source: Source, root: Path) -> None:
        assert source.table is not None
        self._source = source
        self._root = root
        schema, _, self._table_name = source.table.rpartition(".")
        self._schema = schema or None

    @abstractmethod
    def open_beside(self, source: Source) -> Place:
        """Another table of the same place."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Let go of the place."""

    @property
    @abstractmethod
    def columns(self) -> tuple[Column, ...]:
        """The table's columns in its own order.

        Raises:
            UnreadableFileError: when the place cannot be reached, or has no such table.
        """

    @cached_property
    @abstractmethod
    def tables(self) -> Sequence[str]:
        """Names of the tables and views beside it: those of its schema."""

    @abstractmethod
    def batches(self, *, cursor: str | None = None, since: str | None = None) -> Iterator[pa.Table]:
        """Rows as Arrow tables of text, columns named `c1`, `c2`, ... in the table's order.

        Args:
            cursor: the column that says what is new.
            since: only rows whose cursor is not below this, or is not filled in; None reads the whole table.
        """

    @property
    def shown(self) -> str:
        """How a message names the table."""
        return shown_as(self._source)

    def beside(self, table: str) -> Source:
        """The source of another table of the same schema."""
        name = f"{self._schema}.{table}" if self._schema else table
        return self._source.model_copy(update={"table": name, "cursor": None, "lag": None})

    def _file(self, name: str) -> Path:
        """A file or folder of the workspace that the url names."""
        path = self._root / name
        if not WorkspacePaths(self._root).holds(path):
            what = "The url leads to a file outside the workspace."
            raise self._problem(what, "Put the database into the workspace's folder, or export its table there.")
        if not path.exists():
            raise self._problem(f"There is no file {path}.", "Fix 'url': '://' and a '/' are followed by its path.")
        return path

    def _no_such_table(self) -> UnreadableFileError:
        near = difflib.get_close_matches(self._table_name, self.tables, n=3)
        place = f"schema '{self._schema}'" if self._schema else "the database"
        hint = f"Similar names: {', '.join(near)}." if near else f"It has {len(self.tables)} tables and views."
        what = f"There is no table or view '{self._table_name}' in {place} that this user may see."
        return self._problem(what, f"{hint} Fix 'table', or grant the user SELECT.", key="table")

    def _problem(self, what: str, fix: str, *, key: str = "url") -> UnreadableFileError:
        return UnreadableFileError(
            Problem(file=self.shown, key=f"sources.{self._source.name}.{key}", what=what, fix=fix)
        )


def address_of(source: Source) -> str:
    """The url of a source, out of its variable where cx.yml names one.

    Raises:
        UnreadableFileError: when the variable is not set.
    """
    assert source.url is not None
    reference = source.url.get_secret_value()
    text = secret(reference)
    if text is None:
        what = f"The variable {reference.removeprefix('env:')} is not set."
        fix = "Set it to the database's url where 'cx' runs, Dagster's process included."
        raise UnreadableFileError(Problem(file=shown_as(source), key=f"sources.{source.name}.url", what=what, fix=fix))
    return text

"""Dagster's own event log on SQLite, with its connections kept open, and one transaction an event.

Dagster 1.13 makes a new SQLAlchemy engine for every single read and write, so that each of the 1,500 events of a run
opens files and compiles its SQL again: 20 ms an event, half a minute a run. Here an engine lives as long as its file is
in use, and what is written for one event, or for all that a run intends, is committed once. Remove this module, and its
lines in `instance.py`, when Dagster keeps its engines.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy
from dagster import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData

# One file holds what is asked across runs, and every run has a file of its own: the few in use stay open.
_OPEN_FILES: Final = 4


class PooledSqliteEventLogStorage(SqliteEventLogStorage):
    """`SqliteEventLogStorage`, whose connections are used again."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, sqlalchemy.Engine] = OrderedDict()
        self._tables: set[str] = set()
        # While an event is stored: what is committed at its end, by file.
        self._transactions: dict[str, sqlalchemy.Connection] | None = None
        self._stack = ExitStack()
        super().__init__(base_dir, inst_data)
        # In the place of Dagster's: an event asks for several connections at a time.
        self._db_lock: Any = threading.RLock()

    def store_event(self, event: EventLogEntry) -> None:
        with self._committed_once():
            super().store_event(event)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        with self._committed_once():
            super().store_event_batch(events)

    def has_table(self, table_name: str) -> bool:
        # Asked for every event; a table that is there stays.
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def dispose(self) -> None:
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            if self._transactions is None:
                with engine.begin() as connection:
                    yield connection
                return
            if shard not in self._transactions:
                self._transactions[shard] = self._stack.enter_context(engine.begin())
            yield self._transactions[shard]

    @contextmanager
    def _committed_once(self) -> Iterator[None]:
        """Everything that is written in the block, in one transaction a file; nothing of it where it fails."""
        with self._db_lock:
            if self._transactions is not None:
                yield
                return
            with ExitStack() as self._stack:
                self._transactions = {}
                try:
                    yield
                finally:
                    self._transactions = None

    def _engine(self, shard: str) -> sqlalchemy.Engine:
        if shard not in self._engines:
            self._engines[shard] = sqlalchemy.create_engine(
                self.conn_string_for_shard(shard), connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
            )
        self._engines.move_to_end(shard)
        while len(self._engines) > _OPEN_FILES:
            _, oldest = self._engines.popitem(last=False)
            oldest.dispose()
        return self._engines[shard]


class PooledSqliteStorage(DagsterSqliteStorage):
    """Dagster's storage in files, its event log pooled; `dagster.yaml` names it."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = PooledSqliteEventLogStorage(str(Path(base_dir, "history", "runs")))

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]
    ) -> PooledSqliteStorage:
        return cls.from_local(inst_data=inst_data, **config_value)

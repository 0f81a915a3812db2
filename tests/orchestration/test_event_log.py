"""Dagster's event log, kept open: what is stored for an event is stored whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterEvent, DagsterEventType, EventLogEntry
from dagster._core.events import AssetMaterializationPlannedData

from orchestration.event_log import PooledSqliteEventLogStorage

RUN = "one-run"


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[PooledSqliteEventLogStorage]:
    log = PooledSqliteEventLogStorage(str(tmp_path))
    yield log
    log.dispose()


def planned(name: str) -> EventLogEntry:
    """A run intends to make an asset: written into the run's file and into the one of all runs."""
    kind = DagsterEventType.ASSET_MATERIALIZATION_PLANNED.value
    said = AssetMaterializationPlannedData(dg.AssetKey(name))
    event = DagsterEvent(event_type_value=kind, job_name="pipeline", event_specific_data=said)
    return EventLogEntry(
        error_info=None, level=10, user_message="", run_id=RUN, timestamp=time.time(), dagster_event=event
    )


def stored(storage: PooledSqliteEventLogStorage) -> tuple[int, set[str]]:
    """Events of the run, and assets that all runs know."""
    return len(storage.get_logs_for_run(RUN)), {key.to_user_string() for key in storage.all_asset_keys()}


def test_events_are_there_at_once_one_by_one_and_together(storage: PooledSqliteEventLogStorage) -> None:
    storage.store_event(planned("orders"))
    assert stored(storage) == (1, {"orders"})
    storage.store_event_batch([planned("people"), planned("tickets")])
    assert stored(storage) == (3, {"orders", "people", "tickets"})


def test_events_that_cannot_be_stored_together_leave_nothing(
    storage: PooledSqliteEventLogStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.store_event(planned("orders"))

    def refuse(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(storage, "_store_asset_event_tags", refuse)
    with pytest.raises(OSError, match="no room"):
        storage.store_event_batch([planned("people"), planned("tickets")])
    monkeypatch.undo()
    assert stored(storage) == (1, {"orders"})
    storage.store_event(planned("people"))
    assert stored(storage) == (2, {"orders", "people"})

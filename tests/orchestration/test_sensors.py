"""New files start a run, once, and only when they lie still."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg
import pytest

from orchestration.sensors import fingerprint, new_files_sensor
from tests.orchestration.warehouse import make_workspace
from workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "workspace")


class Ticks:
    """Looks of the sensor, one after another, each with the cursor that the one before has left."""

    def __init__(self, workspace: Workspace) -> None:
        job = dg.define_asset_job("pipeline", selection=dg.AssetSelection.all())
        self._sensor = new_files_sensor(job, workspace.paths.root)
        self._cursor: str | None = None

    def look(self) -> list[str | None]:
        with dg.build_sensor_context(cursor=self._cursor) as context:
            result = self._sensor.evaluate_tick(context)
        self._cursor = result.cursor or self._cursor
        return [request.run_key for request in result.run_requests or []]


def test_a_file_starts_one_run_when_it_lies_still(workspace: Workspace) -> None:
    ticks = Ticks(workspace)
    file = workspace.paths.inbox / "orders.csv"
    file.write_text("id,date,amount\n")
    assert ticks.look() == []
    with file.open("a") as growing:
        growing.write("1,2026-01-01,10\n")
    assert ticks.look() == []
    assert len(ticks.look()) == 1
    assert ticks.look() == []
    os.utime(file, ns=(1, 1))
    assert ticks.look() == []
    assert len(ticks.look()) == 1


def test_mappings_count_and_other_files_do_not(workspace: Workspace) -> None:
    before = fingerprint(workspace)
    (workspace.paths.inbox / "notes.txt").write_text("not a source's file")
    assert fingerprint(workspace) == before
    with (workspace.paths.root / "mappings" / "channels.csv").open("a") as mapping:
        mapping.write("shop,,,Shop,offline,\n")
    assert fingerprint(workspace) != before

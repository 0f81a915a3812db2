"""New files start a run, once, and only when they stop changing; a crashed run is requested again."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg
import pytest

from orchestration.resources import RUN_ID_TAG
from orchestration.sensors import MOST_ATTEMPTS, fingerprint, new_files_sensor
from pipeline import audit
from tests.pipeline.warehouse import make_workspace
from workspace import Workspace
from workspace.records.run_lock import hold


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "workspace")


class Ticks:
    """Looks of the sensor, one after another, each with the cursor that the one before has left."""

    def __init__(self, workspace: Workspace) -> None:
        job = dg.define_asset_job("pipeline", selection=dg.AssetSelection.all())
        self._sensor = new_files_sensor(job, workspace.paths.root)
        self._cursor: str | None = None
        self.instance = dg.DagsterInstance.ephemeral()

    def look(self) -> list[str | None]:
        with dg.build_sensor_context(cursor=self._cursor, instance=self.instance) as context:
            result = self._sensor.evaluate_tick(context)
        self._cursor = result.cursor or self._cursor
        return [request.run_key for request in result.run_requests or []]


def test_a_file_starts_one_run_once_it_stops_changing(workspace: Workspace) -> None:
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


def test_changed_mappings_start_a_run_and_other_files_do_not(workspace: Workspace) -> None:
    before = fingerprint(workspace)
    (workspace.paths.inbox / "notes.txt").write_text("not a source's file")
    assert fingerprint(workspace) == before
    with (workspace.paths.root / "mappings" / "channels.csv").open("a") as mapping:
        mapping.write("shop,,,Shop,offline,\n")
    assert fingerprint(workspace) != before


def ended(ticks: Ticks, run_key: str, status: dg.DagsterRunStatus, **tags: str) -> None:
    """Dagster knows a run of this key that ended so."""
    dg_run = dg.DagsterRun(job_name="pipeline", status=status, tags={"dagster/run_key": run_key, **tags})
    ticks.instance.add_run(dg_run)


def asked_for(workspace: Workspace) -> tuple[Ticks, str]:
    """A sensor that has just asked for a run, and the run's key."""
    ticks = Ticks(workspace)
    (workspace.paths.inbox / "orders.csv").write_text("id,date,amount\n")
    ticks.look()
    (key,) = ticks.look()
    assert key
    return ticks, key


def test_a_crashed_run_is_requested_again_a_limited_number_of_times(workspace: Workspace) -> None:
    ticks, key = asked_for(workspace)
    keys = [key]
    for _ in range(MOST_ATTEMPTS + 2):
        ended(ticks, keys[-1], dg.DagsterRunStatus.FAILURE)
        keys += [again for again in ticks.look() if again]
    assert len(keys) == len(set(keys)) == MOST_ATTEMPTS
    # Another file starts from the beginning.
    (workspace.paths.inbox / "orders.csv").write_text("id,date,amount\n1,2026-01-01,10\n")
    ticks.look()
    assert len(ticks.look()) == 1


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.SUCCESS])
def test_a_running_or_finished_run_is_not_requested_again(workspace: Workspace, status: dg.DagsterRunStatus) -> None:
    ticks, key = asked_for(workspace)
    ended(ticks, key, status)
    assert ticks.look() == []


def test_a_run_blocked_by_a_check_is_not_requested_again(workspace: Workspace) -> None:
    ticks, key = asked_for(workspace)
    notes = audit.StageNotes(status="failed")
    audit.write(
        workspace.paths.audit, run_id="r1", name="publish", code_version="x", started_at=audit.now(), notes=notes
    )
    ended(ticks, key, dg.DagsterRunStatus.FAILURE, **{RUN_ID_TAG: "r1"})
    assert ticks.look() == []


def test_no_run_is_requested_while_the_workspace_is_in_use(workspace: Workspace) -> None:
    ticks = Ticks(workspace)
    (workspace.paths.inbox / "orders.csv").write_text("id,date,amount\n")
    ticks.look()
    with hold(workspace.paths.lock, purpose="test"):
        assert ticks.look() == []
    assert len(ticks.look()) == 1

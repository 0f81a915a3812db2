"""A process killed while publishing leaves readers with a whole release, and the next run repairs the rest."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from pipeline.publishing.publish import publish
from tests.pipeline.victim import POINTS
from tests.pipeline.warehouse import build_warehouse, make_workspace, write_artefacts, write_records
from workspace import Workspace
from workspace.records.documents import Current, Release
from workspace.records.releases import documents, live_pointer, sha256_of


def prepare(workspace: Workspace, run_id: str, *, amount: int) -> Path:
    build_warehouse(workspace, amount=amount)
    write_records(workspace, run_id)
    return write_artefacts(workspace, run_id)


def release_seen(workspace: Workspace) -> tuple[str, int]:
    """What a reader finds: run id and the one amount of all orders, after checking that the release is whole."""
    current = Current.model_validate_json(workspace.paths.current.read_bytes())
    folder = workspace.paths.release(current.run_id)
    release = Release.model_validate_json((folder / "release.json").read_bytes())
    assert release.run_id == current.run_id
    assert release.snapshot_sha256 == sha256_of(folder / "snapshot.duckdb")
    with duckdb.connect(str(folder / "snapshot.duckdb"), read_only=True) as connection:
        rows = connection.execute("select amount, count(*) from marts.fct_orders group by all").fetchall()
    assert len(rows) == 1
    assert rows[0][1] == 1000
    return current.run_id, rows[0][0]


@pytest.mark.thorough
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_leaves_a_whole_release_and_the_next_run_completes(tmp_path: Path, repository: Path, point: str) -> None:
    workspace = make_workspace(tmp_path / "workspace")
    publish(workspace, run_id="r1", code_version="1", artefacts=prepare(workspace, "r1", amount=1), ledger=[])
    prepare(workspace, "r2", amount=2)
    command = [sys.executable, "-m", "tests.pipeline.victim", str(workspace.paths.root), "r2", point]
    killed = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    assert release_seen(workspace) == (("r2", 2) if point == "live, not yet pruned" else ("r1", 1))

    result = publish(workspace, run_id="r3", code_version="1", artefacts=prepare(workspace, "r3", amount=2), ledger=[])
    assert result.outcome == ("nothing_new" if point == "live, not yet pruned" else "published")
    assert release_seen(workspace)[1] == 2
    # Nothing half-done is left, and the same content is not there twice.
    assert list(workspace.paths.published.glob(".staging-*")) == []
    contents = [release.content_hash for release in documents(workspace.paths)]
    assert len(contents) == len(set(contents)) == 2


@pytest.mark.thorough
def test_readers_never_see_a_partial_release(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "workspace")
    publish(workspace, run_id="r01", code_version="1", artefacts=prepare(workspace, "r01", amount=1), ledger=[])
    seen: list[tuple[str, int]] = []
    faults: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                seen.append(release_seen(workspace))
            except BaseException as fault:
                # The release of a moment ago may be pruned by now: readers then follow the pointer once more.
                current = live_pointer(workspace.paths)
                assert current
                if (
                    isinstance(fault, (FileNotFoundError, duckdb.IOException))
                    and seen
                    and seen[-1][0] != current.run_id
                ):
                    continue
                faults.append(fault)
                return

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(2, 12):
        run_id = f"r{number:02}"
        artefacts = prepare(workspace, run_id, amount=number)
        publish(workspace, run_id=run_id, code_version="1", artefacts=artefacts, ledger=[])
        time.sleep(0.02)
    stop.set()
    reader.join()
    assert faults == []
    assert all(amount == int(run_id.removeprefix("r")) for run_id, amount in seen)
    assert seen == sorted(seen)
    assert len({run_id for run_id, _ in seen}) > 3

"""One writer per workspace, and the lock dies with its holder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from workspace.records.run_lock import RunLockedError, current_holder, hold

HOLDER = """
import sys, time
from pathlib import Path
from workspace.records.run_lock import hold
with hold(Path(sys.argv[1]), purpose="run 1"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / ".lock")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_run_is_refused_and_names_the_lock_holder(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(RunLockedError, match=f"process {holder.pid} \\(run 1"), hold(tmp_path / ".lock", purpose="x"):
        pass


def test_the_lock_is_released_when_its_process_is_killed(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with hold(tmp_path / ".lock", purpose="run 2"):
        found = current_holder(tmp_path / ".lock")
        assert found
        assert found.pid == os.getpid()


def test_a_free_workspace_has_no_holder(tmp_path: Path) -> None:
    assert current_holder(tmp_path / ".lock") is None
    with hold(tmp_path / ".lock", purpose="run"):
        pass
    assert current_holder(tmp_path / ".lock") is None


def test_asking_for_the_holder_does_not_take_the_lock(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    found = current_holder(tmp_path / ".lock")
    assert found
    assert found.pid == holder.pid

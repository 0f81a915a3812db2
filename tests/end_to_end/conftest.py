"""Workspaces that have been through the whole pipeline, built once and shared by all workers."""

from __future__ import annotations

import atexit
import fcntl
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from demo import generate
from orchestration.execution import RunOutcome, execute
from pipeline.workers import Workers
from workspace import load_workspace

# dbt and the gate start once for all runs of a session.
WORKERS = Workers()
atexit.register(WORKERS.close)

REAL_INBOX = ("cdnow/CDNOW_sample.txt", "mobi_ecsi/mobi.csv", "process_log/running_example.csv")


def run(root: Path) -> RunOutcome:
    """`cx run`, in this process."""
    return execute(load_workspace(root), WORKERS)


def cx(root: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and everything that a command printed."""
    command = [str(Path(sys.executable).with_name("cx")), *arguments, "--workspace", str(root)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def assemble_real(shared: Path, root: Path) -> Path:
    """The workspace over real data, as its README says: copied, never changed in place."""
    shutil.copytree(shared / "workspaces" / "real", root, copy_function=shutil.copyfile)
    inbox = root / "inbox"
    inbox.mkdir()
    for name in REAL_INBOX:
        shutil.copyfile(shared / "data" / name, inbox / Path(name).name)
    return root


def once(folder: Path, name: str, make: Callable[[Path], None]) -> Path:
    """Make `folder/name` unless another worker has; whoever comes second waits and finds it done."""
    root, done = folder / name, folder / f"{name}.done"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make(root)
            done.touch()
    return root


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all workers of this session."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if folder.name.startswith("popen") else folder


@pytest.fixture(scope="session")
def real_workspace(shared: Path, shared_folder: Path) -> Path:
    """Real data, run and published. Read it; copy it before changing anything."""

    def make(root: Path) -> None:
        outcome = run(assemble_real(shared, root))
        assert outcome.published, outcome

    return once(shared_folder, "real", make)


@pytest.fixture(scope="session")
def small_workspace(shared_folder: Path) -> Path:
    """A very small demo company, for tests that run it many times. Copy it before changing anything."""

    def make(root: Path) -> None:
        generate(root, customers=300)
        outcome = run(root)
        assert outcome.published, outcome

    return once(shared_folder, "small", make)


@pytest.fixture
def demo_copy(demo_workspace: Path, tmp_path: Path) -> Path:
    """The published demo with its history and its secret, to be changed."""
    root = tmp_path / "demo"
    shutil.copytree(demo_workspace, root)
    return root


@pytest.fixture
def small_copy(small_workspace: Path, tmp_path: Path) -> Path:
    """The very small company with its history and its secret, to be changed."""
    root = tmp_path / "small"
    shutil.copytree(small_workspace, root)
    return root

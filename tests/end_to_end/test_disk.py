"""A full disk and read-only folders: readers keep what they had, and a sentence says what to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from pipeline import audit
from tests.end_to_end.conftest import cx
from tests.end_to_end.test_runs import add_an_order, live, loads, tables
from workspace.paths import WorkspacePaths
from workspace.records.runs import run_ids

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="file systems are mounted by root only"),
]
MEBIBYTE = 1 << 20
# Room that is left, in MB, and from which word of a run's progress on: for nothing, for the first records of a run, for
# the load, for parts of what is built; for the first pages of a release.
MOMENTS = [
    *(pytest.param(room, "", id=f"{room} MB") for room in (0, 2, 6, 12, 18, 24, 36, 60)),
    pytest.param(2, "publish: writing the snapshot", id="while publishing"),
]
SENTENCES = ("is full", "could not be read or written")


def orders(root: Path) -> object:
    """What a reader gets: the answer of another process."""
    code, output = cx(root, "query", "orders", "--format", "json")
    assert code == 0, output
    return json.loads(output[output.index("{") if output.lstrip().startswith("{") else output.index("[") :])


def run_while(root: Path, at: str, fill: Callable[[], None]) -> tuple[int, str]:
    """Exit code and everything that `cx run` printed; the disk is filled before it, or when it has printed `at`."""
    if not at:
        fill()
        return cx(root, "run")
    command = [str(Path(sys.executable).with_name("cx")), "run", "--workspace", str(root)]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if at in line:
                fill()
    return process.returncode, "".join(lines)


@pytest.fixture(scope="module")
def unharmed(small_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], int]:
    """What every run must come to in the end: the tables of a run that nothing kept from its work, and its loads."""
    root = Path(shutil.copytree(small_workspace, tmp_path_factory.mktemp("unharmed") / "small"))
    add_an_order(root)
    assert cx(root, "run")[0] == 0
    return tables(root), loads(root)


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Mounts a file system, and unmounts it in the end."""
    points: list[Path] = []

    def mount(point: Path, *arguments: str) -> None:
        try:
            subprocess.run(["mount", *arguments, str(point)], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("this machine lets nobody mount a file system")
        points.append(point)

    yield mount
    for point in reversed(points):
        with suppress(subprocess.CalledProcessError):
            subprocess.run(["umount", "--lazy", str(point)], check=True, capture_output=True)


@pytest.mark.parametrize(("room", "at"), MOMENTS)
def test_a_full_disk_keeps_the_release_and_is_reported(
    small_workspace: Path,
    tmp_path: Path,
    mounted: Callable[..., None],
    unharmed: tuple[dict[str, str], int],
    room: int,
    at: str,
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted(disk, "-t", "tmpfs", "-o", "size=1g", "tmpfs")
    root = Path(shutil.copytree(small_workspace, disk / "small"))
    add_an_order(root)
    before, release = orders(root), live(root)
    filler = disk / "filler"

    def fill() -> None:
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - room * MEBIBYTE)

    code, output = run_while(root, at, fill)
    paths = WorkspacePaths(root)
    newest = run_ids(paths)[0]
    stages = ", ".join(f"{name} {record.status}" for name, record in audit.read(paths.audit, run_id=newest).items())
    print(
        f"room {room} MB{at and f', from {at!r} on'}: exit {code}; stages: {stages}; " + output.strip().splitlines()[-1]
    )
    assert "Traceback" not in output
    assert code == 1, output
    assert any(sentence in output for sentence in SENTENCES), output
    # Readers have what they had, and whoever asks for the status learns that tonight's run failed.
    assert (orders(root), live(root)) == (before, release)
    code, output = cx(root, "status")
    assert "Traceback" not in output
    assert code == 1, output
    print(f"status: exit {code}; {[line for line in output.splitlines() if 'full' in line or 'room' in line]}")

    filler.unlink()
    code, output = cx(root, "run")
    assert code == 0, output
    assert (tables(root), loads(root)) == unharmed


@pytest.mark.parametrize(
    "name", ["", "warehouse", "audit", "published", "logs", ".dagster", ".dbt", "inbox", "mappings"]
)
def test_a_read_only_folder_is_reported_or_harmless(small_copy: Path, mounted: Callable[..., None], name: str) -> None:
    add_an_order(small_copy)
    folder = small_copy / name
    folder.mkdir(exist_ok=True)
    before, release = orders(small_copy), live(small_copy)
    mounted(folder, "--bind", str(folder))
    mounted(folder, "-o", "remount,bind,ro")
    code, output = cx(small_copy, "run")
    print(f"{name or 'workspace'}: exit {code}; {output.strip().splitlines()[-1]}")
    assert "Traceback" not in output
    if name in ("inbox", "mappings"):
        assert code == 0, output
        return
    if code:
        assert "is read-only" in output, output
        assert (orders(small_copy), live(small_copy)) == (before, release)
        code, output = cx(small_copy, "status")
        assert "Traceback" not in output
        print(f"status: exit {code}; {output.strip().splitlines()[-1]}")
        assert code == 1, output
    else:
        assert live(small_copy) != release

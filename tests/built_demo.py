"""A small demo company, run once for all tests that need a release. In: a folder. Out: its published workspace."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

CUSTOMERS = 1500
TIMEOUT = 600


def start_building(folder: Path) -> subprocess.Popen[bytes]:
    """Do the same in a process of its own; whoever needs the demo meanwhile waits for it in `build_demo`."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.built_demo", str(folder)],
        cwd=Path(__file__).resolve().parents[1],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def build_demo(folder: Path) -> Path:
    """Generate, run and publish the demo below `folder`; whoever comes second waits for the first and finds it done."""
    root = folder / "demo"
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "published" / "CURRENT.json").is_file():
            command = "from cli.main import main; main()"
            arguments = ["demo", "--workspace", str(root), "--customers", str(CUSTOMERS), "--no-serve"]
            ended = subprocess.run(
                [sys.executable, "-c", command, *arguments],
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
                check=False,
            )
            assert ended.returncode == 0, f"cx demo ended with {ended.returncode}:\n{ended.stdout}\n{ended.stderr}"
    return root


def copy_of_release(demo: Path, root: Path) -> Path:
    """Copy what readers need of a demo (configuration, releases, audit records) to `root`, to be spoilt there."""
    root.mkdir()
    for part in ("cx.yml", "mappings", "published", "audit"):
        source = demo / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, root / part)
    return root


if __name__ == "__main__":
    build_demo(Path(sys.argv[1]))

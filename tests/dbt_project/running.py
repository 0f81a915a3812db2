"""A workspace's folder and what dbt is to do in; its warehouse as dbt leaves it. A failure shows dbt's message."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def run_dbt(folder: Path, *command: str, target: Path) -> None:
    """Run dbt on the workspace in `folder`, in a process of its own.

    Args:
        command: dbt's, with its options.
        target: dbt's artefacts; the second call with the same ones need not parse the project again.
    """
    folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(target)]
    outcome = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), *command, "--quiet", *folders, "--log-path", str(target)],
        env=os.environ | {"CX_WAREHOUSE": str(folder / "warehouse")},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode:
        raise AssertionError(outcome.stdout[-4000:] + outcome.stderr[-2000:])

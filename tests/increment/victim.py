"""A run that kills itself and the processes that work for it at a chosen moment, as when a machine fails.

Usage: python -m tests.increment.victim WORKSPACE MOMENT, with MOMENT from 0 to 1 of all steps that a run takes: loads,
models, publishing. It prints the step before which it dies.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from pipeline.dbt.project import read_project
from tests.quick_run import QuickWorkers, run_quickly
from workspace import load_workspace


def main(root: Path, moment: float) -> None:
    """Run the workspace and die.

    Args:
        root: the workspace.
        moment: after which share of the steps.
    """
    steps = len(load_workspace(root).config.sources) + 3 + _models()
    fatal = int(moment * steps)
    taken = 0

    def watch(step: str) -> None:
        nonlocal taken
        if taken == fatal:
            print(step, flush=True)
            # All of the group: what works for the run ends with it, in the middle of a statement.
            os.killpg(os.getpgid(0), signal.SIGKILL)
        taken += 1

    workers = QuickWorkers(watch)
    run_quickly(root, workers, watcher=watch)
    workers.close()


def _models() -> int:
    import json

    nodes = json.loads(read_project().read_bytes())["nodes"]
    return sum(1 for node in nodes.values() if node["resource_type"] == "model")


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))

"""Publishes one run and kills itself at a named point, as when a machine fails: no clean-up, no `finally`.

Usage: python -m tests.pipeline.victim WORKSPACE RUN_ID POINT
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.dbt import runner as dbt_runner
from pipeline.publishing import publish
from workspace import load_workspace

# Each point is a function of pipeline.publishing.publish, and whether the process dies before or after it.
POINTS = {
    "snapshot half written": ("write_snapshot", "before"),
    "snapshot written": ("write_snapshot", "after"),
    "tables read back": ("read_tables", "after"),
    "renamed, not yet live": ("switch", "before"),
    "live, not yet pruned": ("switch", "after"),
}


def dying(function: Callable[..., Any], when: str) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        if when == "after":
            function(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return call


def main(root: str, run_id: str, point: str) -> None:
    name, when = POINTS[point]
    setattr(publish, name, dying(getattr(publish, name), when))
    workspace = load_workspace(Path(root))
    artefacts = dbt_runner.run_target(workspace.paths, run_id)
    publish.publish(workspace, run_id=run_id, code_version="1", artefacts=artefacts, ledger=[])


if __name__ == "__main__":
    main(*sys.argv[1:])

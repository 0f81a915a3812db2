"""Serve the app, warm. In: Streamlit's own options. Out: its server, in a process whose metrics engine is running.

`python -m app.serve --server.port 8501` does what `streamlit run` does, and meanwhile opens the live release and asks
one question per metric, so that the first reader waits neither for imports nor for plans.
"""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

from workspace.environment import silence_telemetry, workspace_from_environment
from workspace.paths import WorkspacePaths

ENTRY = Path(__file__).parent / "streamlit_app.py"


def main(options: list[str]) -> None:
    """Start warming, then serve until ended."""
    silence_telemetry()
    root = workspace_from_environment()
    if root is not None:
        threading.Thread(target=warm_up, args=(root,), name="warm-up", daemon=True).start()
    from streamlit.web import cli

    cli.main(["run", str(ENTRY), *options], prog_name="streamlit")


def warm_up(root: Path) -> None:
    """Open the live release and run each metric once; where nothing is published there is nothing to do."""
    import altair  # noqa: F401 - the slowest import of the pages
    import pandas  # noqa: F401

    from serving import NoRelease, UserError, open_release, warm

    try:
        warm(open_release(WorkspacePaths(root)))
    except (NoRelease, UserError) as reason:
        logging.getLogger(__name__).info("Not warmed: %s", reason)


if __name__ == "__main__":
    main(sys.argv[1:])

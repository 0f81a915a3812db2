"""Serve the app, warm. In: Streamlit's own options. Out: its server, in a process whose metrics engine is running.

`python -m app.serve --server.port 8501` does what `streamlit run` does, with the app behind its guard, and
meanwhile opens the live release and asks every metric as pages first ask it, so that the first reader waits neither for
imports nor for plans.
"""

from __future__ import annotations

import gc
import logging
import sys
import threading
from dataclasses import replace
from pathlib import Path

from workspace.environment import prepare_libraries, workspace_from_environment
from workspace.garbage import keep_all, look_seldom
from workspace.paths import WorkspacePaths

APPLICATION = Path(__file__).parent / "asgi.py"
# Seconds after which a computing page lets another thread go on. Python's own 5 ms, times as many pages as compute at
# once, is what the server waits for each of its steps: under load it would not answer in a second that it lives.
SWITCH_SECONDS = 0.0005


def main(options: list[str]) -> None:
    """Start warming, then serve until ended."""
    prepare_libraries()
    sys.setswitchinterval(SWITCH_SECONDS)
    look_seldom()
    root = workspace_from_environment()
    if root is not None:
        threading.Thread(target=_prepare, args=(root,), name="warm-up", daemon=True).start()
    from streamlit.web import cli

    cli.main(["run", str(APPLICATION), *options], prog_name="streamlit")


def _prepare(root: Path) -> None:
    """Warm up, keep what that made, and from then on ask ahead of the readers."""
    from app.kit import ahead

    asking = ahead.listen(root)
    warm_up(root)
    gc.collect()
    keep_all()
    asking.run()


def warm_up(root: Path) -> None:
    """Ask every metric as pages first ask it; where nothing is published there is nothing to do."""
    import altair  # noqa: F401 - the slowest import of the pages

    from app.kit.periods import COMPARISONS, DEFAULT_PERIOD, compared, window
    from serving import NoRelease, Question, UserError, catalogue, open_release, warm

    try:
        release = open_release(WorkspacePaths(root))
    except (NoRelease, UserError) as reason:
        logging.getLogger(__name__).info("Not warmed: %s", reason)
        return
    as_of = release.document.as_of_on
    shown, before = window(DEFAULT_PERIOD, as_of), compared(DEFAULT_PERIOD, COMPARISONS[0], as_of)
    questions = []
    for metric in catalogue(release):
        asked = Question(metrics=(metric.name,), since=shown.since, until=shown.until)
        questions += [asked, replace(asked, grain="month")]
        if before is not None:
            questions.append(replace(asked, since=before.since, until=before.until))
    warm(release, questions)


if __name__ == "__main__":
    main(sys.argv[1:])

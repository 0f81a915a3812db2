"""What a run costs when nothing, an answer, a day of web events or an edit is new, beside a run from nothing.

Run by `python -m benchmarks.night`. Each run is `cx run` as a process of its own on one demo company. Seconds of the
processor count all of its processes. Models and tests that are not built or made again stand since an earlier run.
After an edit of a mart there is `cx build` of it, too: that is what an analyst waits for.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.processes import PROJECT, Used, cx, made
from demo import generate
from workspace import load_workspace

EVENTS: Final = 285
EDITED: Final = "fct_searches"
# What dbt and the pipeline are made of; all else of the project is taken from where it is.
_CODE: Final = ("dbt_project", "pipeline")


def main() -> None:
    """Make a company up, run it once for every case, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.night", description=__doc__)
    parser.add_argument("--customers", type=int, default=5000)
    options = parser.parse_args()
    table = Table(
        "what is new", "s", "processor s", "models and tests", "of these made", title=f"{options.customers} people"
    )
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "company"
        generate(root, customers=options.customers)
        # dbt's project is read for this copy alone.
        copy = _copy_of_project(Path(folder) / "project")
        # The first run also reads the project, compiles and warms up: it is not shown.
        cx(root, "run", project=copy)
        cases: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
            "everything, from nothing": (_nothing, ("--full-refresh",)),
            "nothing": (_nothing, ()),
            "one answer to a survey": (_an_answer, ()),
            f"{EVENTS} web events of the last day": (_a_day, ()),
        }
        for name, (change, arguments) in cases.items():
            change(root)
            used = cx(root, "run", *arguments, project=copy)
            table.add_row(name, *_seconds(used), *_nodes(root))
        _edit(copy, 1)
        used = cx(root, "build", EDITED, project=copy)
        table.add_row(f"an edit of {EDITED}: cx build", *_seconds(used), "", "")
        # What `cx build` made stands: another edit, so that the run has as much to do.
        _edit(copy, 2)
        used = cx(root, "run", project=copy)
        table.add_row(f"an edit of {EDITED}", *_seconds(used), *_nodes(root))
    Console().print(table)


def _copy_of_project(copy: Path) -> Path:
    """The code of this project, to be edited."""
    copy.mkdir()
    for one in PROJECT.iterdir():
        if one.name in _CODE:
            shutil.copytree(one, copy / one.name, ignore=shutil.ignore_patterns("__pycache__"))
        elif not one.name.startswith(".") and one.name not in ("target", "logs"):
            (copy / one.name).symlink_to(one)
    return copy


def _edit(copy: Path, nth: int) -> None:
    """Change a mart's SQL, each time in another way, and not what comes of it."""
    (before,) = (PROJECT / "dbt_project").rglob(f"{EDITED}.sql")
    text = before.read_text(encoding="utf-8").rstrip()
    (copy / before.relative_to(PROJECT)).write_text(f"{text}\nwhere {nth} > 0\n", encoding="utf-8")


def _seconds(used: Used) -> tuple[str, str]:
    return f"{used.seconds:.1f}", f"{used.processor:.1f}"


def _nodes(root: Path) -> tuple[str, str]:
    n_nodes, n_made = made(root)
    return f"{n_nodes:,}", f"{n_made:,}"


def _nothing(_root: Path) -> None:
    """Leave the company as it is."""


def _an_answer(root: Path) -> None:
    """A response of the oldest survey once more, under a name of its own."""
    oldest = min((root / "inbox" / "surveys").glob("touch-*.csv"))
    *head, row = oldest.read_text(encoding="utf-8").splitlines()[:4]
    name = next(cell for cell in row.split(",") if cell.startswith("R_"))
    text = "\n".join([*head, row.replace(name, f"{name}0")]) + "\n"
    oldest.with_name("touch-new.csv").write_text(text, encoding="utf-8")


def _a_day(root: Path) -> None:
    """As many of the newest web events as a day has, under names of their own, at times of the company's last day."""
    newest = max((root / "inbox" / "web").glob("events-*.jsonl"))
    last_day = load_workspace(root).config.as_of
    assert last_day is not None
    # The company's files also have lines that were cut off.
    whole = [line for line in newest.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
    lines = []
    for nth, line in enumerate(whole[-EVENTS:]):
        event = json.loads(line)
        moment = f"{last_day.isoformat()}T{timedelta(seconds=36_000 + nth * 60)!s:0>8}.000Z"
        times = dict.fromkeys(("timestamp", "originalTimestamp", "sentAt", "receivedAt"), moment)
        lines.append(json.dumps({**event, **times, "messageId": f"{event['messageId']}-{nth}"}))
    newest.with_name("events-of-the-last-day.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

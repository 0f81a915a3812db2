"""What a run costs when nothing, an answer, a day of web events or an edit is new, beside a run from nothing.

Run by `python -m benchmarks.night`. Each run is `cx run` as a process of its own on one demo company. Seconds of the
processor count all of its processes. Models and tests that are not built or made again stand since an earlier run.
After an edit of a mart there is `cx build` of it, too: that is what an analyst waits for.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from demo import generate
from workspace import load_workspace
from workspace.records.documents import AuditRecord
from workspace.records.runs import run_ids

EVENTS: Final = 285
PROJECT: Final = Path(__file__).resolve().parents[1]
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
        _cx(copy, root, "run")
        cases: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
            "everything, from nothing": (_nothing, ("--full-refresh",)),
            "nothing": (_nothing, ()),
            "one answer to a survey": (_an_answer, ()),
            f"{EVENTS} web events of the last day": (_a_day, ()),
        }
        for name, (change, arguments) in cases.items():
            change(root)
            seconds, processor = _cx(copy, root, "run", *arguments)
            n_nodes, n_made = _made(root)
            table.add_row(name, f"{seconds:.1f}", f"{processor:.1f}", f"{n_nodes:,}", f"{n_made:,}")
        _edit(copy, 1)
        seconds, processor = _cx(copy, root, "build", EDITED)
        table.add_row(f"an edit of {EDITED}: cx build", f"{seconds:.1f}", f"{processor:.1f}", "", "")
        # What `cx build` made stands: another edit, so that the run has as much to do.
        _edit(copy, 2)
        seconds, processor = _cx(copy, root, "run")
        n_nodes, n_made = _made(root)
        table.add_row(f"an edit of {EDITED}", f"{seconds:.1f}", f"{processor:.1f}", f"{n_nodes:,}", f"{n_made:,}")
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


def _cx(copy: Path, root: Path, *arguments: str) -> tuple[float, float]:
    before, started = _processor(), time.monotonic()
    command = [sys.executable, "-c", "from cli.main import main; main()", *arguments, "--workspace", str(root)]
    # Python takes modules from the folder that it is started in first.
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=copy)
    if ended.returncode:
        raise SystemExit(ended.stdout + ended.stderr)
    return time.monotonic() - started, _processor() - before


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _made(root: Path) -> tuple[int, int]:
    """Models and tests of the newest run, and how many of these it built or made itself."""
    paths = load_workspace(root).paths
    record = AuditRecord.model_validate_json((paths.audit / f"{run_ids(paths)[0]}.build.json").read_bytes())
    is_repeated = "taken_over_from" in record.facts
    return record.facts["nodes"], 0 if is_repeated else record.facts["nodes"] - record.facts["stand"]


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

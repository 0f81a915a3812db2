"""Run every benchmark and print one table. `make bench` calls this; `--people N` sets the size of the demo company.

Every measurement is a process of its own, so that its peak memory is its own. Machines are noisy: the median of
`--repeat` runs is reported, beside the same work in plain DuckDB SQL.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.cases import CASES, PUBLISH
from demo import generate

SECONDS, MEGABYTES = "seconds", "megabytes"


def main() -> None:
    """Generate a company, measure every case on it, print the table."""
    options = _options()
    console = Console()
    table = Table("what", "by", "rows", "seconds", "times", "rows/s", "peak MB", title=f"{options.people} people")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "company"
        chosen = [case for case in CASES if case.name.startswith(options.only)]
        if not all(case.brings_own for case in chosen):
            generate(root, customers=options.people)
            _measure(PUBLISH, root)
        first: dict[str, float] = {}
        for case in chosen:
            runs = [_measure(case.name, root) for _ in range(options.repeat)]
            seconds = statistics.median(run[SECONDS] for run in runs)
            rows = runs[0]["rows"]
            peak = max(run[MEGABYTES] for run in runs)
            # How many times as long as the first way to do the same work.
            times = seconds / first.setdefault(case.what, seconds)
            cells = [f"{rows:,}", f"{seconds:.3f}", f"{times:.1f}", f"{rows / seconds:,.0f}", f"{peak:,.0f}"]
            table.add_row(case.what, case.by, *cells)
            console.print(f"{case.what}, {case.by}: {seconds:.3f} s")
    console.print(table)


def _measure(case: str, root: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.cases", case, str(root)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(ended.stdout.strip().splitlines()[-1])
    return measured


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--people", type=int, default=5000, help="size of the demo company")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each case; the median is reported")
    parser.add_argument("--only", default="", metavar="PREFIX", help="cases whose name begins like this, such as bulk")
    return parser.parse_args()


if __name__ == "__main__":
    main()

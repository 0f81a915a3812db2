"""What a day's data costs a company with a long history: a full build, a day, the same day in plain DuckDB SQL.

Run by `python -m benchmarks.day --folder DIR`. For each size of `--touchpoints` a company is generated once and kept in
the folder, with a copy of its warehouse after a full build, so that the day can be run again from the same state. A day
is 1% of the company's touchpoints that are new (`--new N` takes as many at every size), 2% of them late by up to seven
days, and 300 people who are identified late, whose older touchpoints change person (`day_files`).

Runs are `cx run` as whole processes: gates and publishing belong to them. Seconds of the processor and peak memory are
those of all of its processes (`processes`). Plain SQL starts from typed touchpoints that know their person (`day_sql`):
it has no files, no identities, no checks and no release, and five tables instead of all.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.answers import answered, answers_table
from benchmarks.day_files import REKEYED, bring_day, day_of, history, take_day_away
from benchmarks.processes import Used, cx, made, measured, stages
from pipeline.dbt.runner import run_target
from workspace import load_workspace
from workspace.records.runs import run_ids

SIZES: Final = (1_000_000, 10_000_000)
SLOWEST: Final = 15
_GB: Final = 1e9
# What dbt says of a model that it built or a test that it made, how long it took last.
_NODE: Final = re.compile(r"\d+ of \d+ (?:OK created .* model|PASS|WARN \d+|FAIL \d+) (\S+) \.* ?\[(.*) in ([\d.]+)s\]")
_STANDS: Final = "STANDS"
_FIGURES: Final = "full.json"
_NONE: Final[Mapping[str, Mapping[str, float]]] = {}


@dataclass(frozen=True)
class Stage:
    """A stage of a run: its seconds and the most memory that all processes had while it worked."""

    seconds: float
    megabytes: float


@dataclass(frozen=True)
class Run:
    """What a run of `cx` took.

    Attributes:
        touchpoints: rows of fct_touchpoints after it.
        nodes, made: models and tests, and how many of these it built or made itself.
        slowest: seconds of the models and tests that took longest.
    """

    seconds: float
    processor: float
    gigabytes: float
    touchpoints: int
    nodes: int
    made: int
    stages: Mapping[str, Stage]
    slowest: Mapping[str, float]

    def as_json(self) -> str:
        stages_of = {name: vars(stage) for name, stage in self.stages.items()}
        return json.dumps({**vars(self), "stages": stages_of})

    @classmethod
    def from_json(cls, text: str) -> Run:
        read: dict[str, Any] = json.loads(text)
        return cls(**{**read, "stages": {name: Stage(**stage) for name, stage in read["stages"].items()}})


def main() -> None:
    """Measure every size, print the tables."""
    options = _options()
    console = Console(width=120)
    days: dict[int, Run] = {}
    for touchpoints in options.touchpoints:
        root = history(options.folder, touchpoints)
        full = full_build(root, again=options.full)
        # Figures of hours are not lost if a later step fails.
        console.print(_runs_table("as built", {"full build": full}))
        plain = {"plain SQL: its tables from nothing": _plain(root, "full")}
        restore(root)
        answers = {"full build": answered(root)} if options.answers else {}
        bring_day(root, day_of(touchpoints, new=options.new, rekeyed=options.rekeyed), next_day=options.next_day)
        days[touchpoints] = day = measured_run(root, cx(root, "run"))
        taken = _plain(root, "take")
        plain["plain SQL: the day"] = _plain(root, "day")
        runs = {"full build": full, "the day": day}
        console.print(_runs_table(f"{touchpoints:,} touchpoints", runs, plain))
        console.print(f"the day changed, by events: {_sentence(taken)}")
        differing = _plain(root, "check")
        console.print(f"rows that differ from plain SQL: {_sentence(differing)}")
        console.print(_stages_table(runs))
        for name, run in runs.items() if options.slowest else ():
            console.print(_slowest_table(name, run))
        if options.answers:
            console.print(answers_table(answers | {"the day": answered(root)}))
        # Two ways are compared only where both give the same rows.
        assert not any(differing.values()), differing
    for small, large in pairwise(sorted(days)):
        ratio = days[large].seconds / days[small].seconds
        of_processor = days[large].processor / days[small].processor
        console.print(f"the day at {large:,} / at {small:,}: {ratio:.2f}, of the processor {of_processor:.2f}")


def full_build(root: Path, *, again: bool = False) -> Run:
    """Build a company from nothing, and keep what it was built into; the figures of an earlier time where it is."""
    kept, figures = root.parent / "built", root.parent / _FIGURES
    if again or not (kept.is_dir() and figures.is_file()):
        take_day_away(root)
        figures.unlink(missing_ok=True)
        for folder in (kept, *load_workspace(root).paths.written):
            shutil.rmtree(folder, ignore_errors=True)
        run = measured_run(root, cx(root, "run", "--full-refresh"))
        kept.mkdir()
        for path in _written(root):
            _copy(path, kept / path.name)
        figures.write_text(run.as_json(), encoding="utf-8")
    return Run.from_json(figures.read_text(encoding="utf-8"))


def restore(root: Path) -> None:
    """Put a company back to what it was after its full build."""
    take_day_away(root)
    for path in _written(root):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for path in (root.parent / "built").iterdir():
        _copy(path, root / path.name)


def measured_run(root: Path, used: Used) -> Run:
    """What the newest run of a company took."""
    paths = load_workspace(root).paths
    of_stages = {
        name: Stage(
            seconds=(record.finished_at - record.started_at).total_seconds(),
            megabytes=used.peak(record.started_at, record.finished_at) / 1e6,
        )
        for name, record in stages(root).items()
    }
    log = (run_target(paths, run_ids(paths)[0]) / "dbt.log").read_text(encoding="utf-8")
    slowest = sorted(seconds_of(log).items(), key=lambda item: -item[1])[:SLOWEST]
    with duckdb.connect(str(paths.marts_database), read_only=True) as connection:
        touchpoints = connection.execute("select count(*) from marts.fct_touchpoints").fetchall()[0][0]
    nodes, n_made = made(root)
    return Run(
        seconds=used.seconds,
        processor=used.processor,
        gigabytes=used.peak() / _GB,
        touchpoints=touchpoints,
        nodes=nodes,
        made=n_made,
        stages=of_stages,
        slowest=dict(slowest),
    )


def seconds_of(log: str) -> dict[str, float]:
    """Seconds of every model that was built and every test, by what dbt's log says of them.

    Of a test the log does not say that it stands: it has the seconds that it took to see that.
    """
    found = (_NODE.search(line) for line in log.splitlines())
    return {one[1].rpartition(".")[2]: float(one[3]) for one in found if one and not one[2].startswith(_STANDS)}


def _written(root: Path) -> list[Path]:
    """What a run writes, and what the day changes."""
    paths = load_workspace(root).paths
    return [path for path in (*paths.written, paths.config) if path.exists()]


def _copy(path: Path, to: Path) -> None:
    shutil.copytree(path, to, symlinks=True) if path.is_dir() else shutil.copy2(path, to)


def _plain(root: Path, step: str) -> dict[str, float]:
    """A step of plain SQL in a process of its own."""
    used = measured([sys.executable, "-m", "benchmarks.day_sql", step, str(root.parent)])
    found: dict[str, float] = json.loads(used.output.strip().splitlines()[-1])
    return found


def _sentence(found: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {count:,.0f}" for name, count in found.items())


def _runs_table(title: str, runs: Mapping[str, Run], plain: Mapping[str, Mapping[str, float]] = _NONE) -> Table:
    table = Table("", "touchpoints", "s", "processor s", "peak GB", "models and tests", "of these made", title=title)
    for name, run in runs.items():
        cells = [f"{run.seconds:.1f}", f"{run.processor:.1f}", f"{run.gigabytes:.2f}"]
        table.add_row(name, f"{run.touchpoints:,}", *cells, f"{run.nodes:,}", f"{run.made:,}")
    for name, found in plain.items():
        cells = [f"{found['seconds']:.1f}", f"{found['processor']:.1f}", f"{found['gigabytes']:.2f}"]
        table.add_row(name, "", *cells, "", "")
    return table


def _stages_table(runs: Mapping[str, Run]) -> Table:
    table = Table("stage", *(f"{name}: {what}" for name in runs for what in ("s", "peak MB")))
    for stage in dict.fromkeys(stage for run in runs.values() for stage in run.stages):
        of_runs = [run.stages.get(stage) for run in runs.values()]
        cells = [cell for one in of_runs for cell in ((f"{one.seconds:.1f}", f"{one.megabytes:,.0f}") if one else "--")]
        table.add_row(stage, *cells)
    return table


def _slowest_table(name: str, run: Run) -> Table:
    table = Table("model or test", "s", title=f"{name}: the slowest")
    for node, seconds in run.slowest.items():
        table.add_row(node, f"{seconds:.2f}")
    return table


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.day", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where companies are kept")
    parser.add_argument("--touchpoints", type=int, nargs="+", default=SIZES, help="sizes of the history")
    parser.add_argument("--new", type=int, help="new touchpoints of the day, at every size; else 1%% of the history")
    parser.add_argument("--rekeyed", type=int, default=REKEYED, help="people who are identified late")
    parser.add_argument("--next-day", action="store_true", help="the day after as_of, which cx.yml names from then on")
    parser.add_argument("--full", action="store_true", help="measure the full build again")
    parser.add_argument("--slowest", action="store_true", help=f"print the {SLOWEST} slowest models and tests")
    parser.add_argument("--answers", action="store_true", help="ask both releases every governed metric")
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""How long a published release takes to answer: every governed metric, in all, by month and by what people ask them by.

Run by `python -m benchmarks.answers WORKSPACE`, in a process of its own and through `serving.ask`, as the app and
`cx query` ask. Three rounds of the same questions: the first plans every one; the second is what readers meet after
tonight's release, whose plans are kept and whose answers are not; the third finds the answers that were given.
Statuses, small cells and intervals belong to an answer. Memory is that of both releases, which are open at once.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.processes import measured
from serving import LiveRelease, MetricDefinition, Question, ask, catalogue, open_release
from workspace.paths import WorkspacePaths

# What a metric is most often asked by, as far as it has it; the first of them that it has are asked.
TYPICAL: Final = ("stage", "channel", "segment", "value_tier_at_event", "touchpoint", "interaction", "country")
ASKED_BY: Final = 2
ROUNDS: Final = ("first", "planned before", "asked before")


def main() -> None:
    """Ask, print the table; with `--json` print milliseconds alone."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answers", description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--json", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.json:
        print(json.dumps(milliseconds(options.workspace)))
    else:
        Console(width=120).print(answers_table({"answers": answered(options.workspace)}))


@dataclasses.dataclass(frozen=True)
class Answered:
    """What asking took: milliseconds of every question, by round and kind of question, and the most bytes at once."""

    milliseconds: dict[str, list[float]]
    peak: int


def answered(root: Path) -> Answered:
    """Ask every question in a process of its own."""
    used = measured([sys.executable, "-m", "benchmarks.answers", str(root), "--json"])
    return Answered(milliseconds=json.loads(used.output.strip().splitlines()[-1]), peak=used.peak())


def milliseconds(root: Path) -> dict[str, list[float]]:
    """Milliseconds of every question, in this process, which has asked nothing yet."""
    live = open_release(WorkspacePaths(root))
    asked = list(questions(catalogue(live)))
    found: dict[str, list[float]] = {}
    # Opening the snapshot and importing MetricFlow is the server's start, not an answer.
    ask(live, Question(metrics=asked[0].metrics))
    # Only plans are shared between releases.
    for name, release in zip(ROUNDS, (live, tonights := dataclasses.replace(live), tonights), strict=True):
        for question in asked:
            found.setdefault(f"{name}: {_kind(question)}", []).append(_milliseconds(release, question))
    return found


def questions(metrics: Iterable[MetricDefinition]) -> Iterator[Question]:
    """Every metric in all, by month, and by what it is typically asked by."""
    for metric in metrics:
        yield Question(metrics=(metric.name,))
        if "month" in metric.grains:
            yield Question(metrics=(metric.name,), grain="month")
        for dimension in [name for name in TYPICAL if name in metric.dimensions][:ASKED_BY]:
            yield Question(metrics=(metric.name,), by=(dimension,))


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]


def answers_table(of_releases: Mapping[str, Answered]) -> Table:
    """Median, 95th percentile and slowest answer of each release, by round and kind of question."""
    table = Table("release", "round: questions", "n", "median ms", "p95 ms", "slowest ms", title="answers")
    for release, found in of_releases.items():
        for name in ROUNDS:
            kinds = {key: times for key, times in found.milliseconds.items() if key.startswith(f"{name}: ")}
            everything = [one for times in kinds.values() for one in times]
            for kind, times in {f"{name}: all": everything, **kinds}.items():
                cells = (statistics.median(times), percentile(times, 0.95), max(times))
                table.add_row(release, kind, f"{len(times):,}", *(f"{cell:,.1f}" for cell in cells))
    peaks = (f"{release} {found.peak / 1e9:.2f} GB" for release, found in of_releases.items())
    table.caption = f"peak memory of the process that answers: {', '.join(peaks)}"
    return table


def _kind(question: Question) -> str:
    return "by month" if question.grain else "by a dimension" if question.by else "in all"


def _milliseconds(release: LiveRelease, question: Question) -> float:
    started = time.perf_counter()
    ask(release, question)
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()

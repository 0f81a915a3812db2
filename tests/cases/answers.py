"""All answers of a release as JSON, to compare two versions: `python -m tests.cases.answers WORKSPACE > answers.json`.

In: a workspace with a release. Out: metric and dimension -> rows (dimension values, value, n, status), every offered
metric as a whole, by month, and by each of its dimensions; with `--whole` without dimensions, in a tenth of the time.
`--compare BEFORE AFTER` lists what differs, by metric.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from serving import Question, UserError, ask, catalogue, open_release
from workspace.paths import WorkspacePaths


def answers(root: Path, *, is_sliced: bool) -> dict[str, Any]:
    """Every answer of the live release, by dimensions or as a whole only."""
    release = open_release(WorkspacePaths(root))
    found: dict[str, Any] = {}
    for metric in catalogue(release):
        forms: list[dict[str, Any]] = [{}, *({"by": (name,)} for name in metric.dimensions if is_sliced)]
        forms += [{"grain": "month"}] if "month" in metric.grains else []
        for form in forms:
            name = " ".join([metric.name, *form.get("by", ()), *([form["grain"]] if "grain" in form else [])])
            try:
                records = ask(release, Question(metrics=(metric.name,), **form)).records()
            except UserError as error:
                found[name] = f"{type(error).__name__}"
                continue
            found[name] = sorted(json.dumps(_plain(record), sort_keys=True, default=str) for record in records)
    return found


def compare(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """One line for each metric whose answers differ: at how many of its questions, and the first example."""
    lines = [f"new: {name}" for name in sorted({one.split()[0] for one in after} - {one.split()[0] for one in before})]
    lines += [
        f"gone: {name}" for name in sorted({one.split()[0] for one in before} - {one.split()[0] for one in after})
    ]
    shared = sorted(before.keys() & after.keys())
    differing = [name for name in shared if before[name] != after[name]]
    counts, asked = Counter(name.split()[0] for name in differing), Counter(name.split()[0] for name in shared)
    for metric, count in counts.items():
        example = next(name for name in differing if name.split()[0] == metric)
        old, new = before[example], after[example]
        lost = [row for row in old if row not in new][:1] if isinstance(old, list) and isinstance(new, list) else old
        come = [row for row in new if row not in old][:1] if isinstance(old, list) and isinstance(new, list) else new
        lines.append(f"{metric}: {count} of {asked[metric]} questions, such as '{example}': {lost} -> {come}")
    lines.append(f"{len(shared) - len(differing)} of {len(shared)} questions have equal answers")
    return lines


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    """A row without words that only explain it; numbers to nine digits and twelve decimals.

    Doubles are added up in any order, so a mean of answers that cancel out is 2e-17 once and 3e-16 the next time.
    """
    return {
        name: round(float(f"{value:.9g}"), 12) + 0.0 if isinstance(value, float) else value
        for name, value in record.items()
        if name not in ("reason", "interval")
    }


if __name__ == "__main__":
    if sys.argv[1] == "--compare":
        print("\n".join(compare(*(json.loads(Path(name).read_text()) for name in sys.argv[2:4]))))
    else:
        json.dump(answers(Path(sys.argv[1]), is_sliced="--whole" not in sys.argv), sys.stdout, indent=0)

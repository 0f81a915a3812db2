"""A million responses to 40 questions, from their file to gaps and outcomes: seconds of every step and peak memory.

Run by `python -m benchmarks.surveys`. The survey asks expectation, perception and importance of ten items, and
importance and satisfaction of five outcomes. What comes out is compared with sums that DuckDB takes from the file.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import duckdb
from rich.console import Console
from rich.table import Table

from ingestion import load_mappings, load_source, prepare
from pipeline.dbt.project import read_project
from pipeline.dbt.runner import build
from workspace import Workspace, load_workspace

ITEMS: Final = 10
OUTCOMES: Final = 5
PILLARS: Final = ("people", "products", "processes")
WANTED: Final = ("fct_expectation_gaps", "fct_outcomes")
# Folders of the models that make gaps and outcomes of answers; everything else says who answered and what they did.
SURVEY_FOLDERS: Final = (
    "staging/survey",
    "intermediate/surveys",
    "intermediate/expectations",
    "marts/surveys",
    "marts/expectations",
    "marts/outcomes",
)
_RUN: Final = "bench"


def questions() -> list[tuple[str, str, str, int]]:
    """Header, construct, item and the scale's end of every question, in the order of the file."""
    sides = [("expectation", 7), ("perception", 7), ("importance", 7)]
    asked = [(f"{side} of item {at}", side, f"item_{at}", top) for side, top in sides for at in range(ITEMS)]
    halves = ("outcome_importance", "outcome_satisfaction")
    return asked + [(f"{half} {at}", half, f"outcome_{at}", 5) for half in halves for at in range(OUTCOMES)]


def write_survey(path: Path, responses: int) -> None:
    """A wide CSV: every respondent once, a few questions left open."""
    cells = ", ".join(
        f'case when (n * 31 + {at}) % 97 > 0 then (n * {2 * at + 7} + n // {at + 3}) % {top} + 1 end as "{header}"'
        for at, (header, _, _, top) in enumerate(questions())
    )
    with duckdb.connect() as connection:
        connection.execute(
            f"""copy (
                select
                    'R' || n as respondent,
                    strftime(timestamp '2026-01-01' + to_seconds(n * 20 % 15000000), '%Y-%m-%d %X') as answered_at,
                    '2026-H1' as wave, {cells}
                from range({responses}) as numbers (n)
            ) to '{path}' (format csv, header)"""
        )


def make_workspace(root: Path) -> Workspace:
    """A company with one survey, described by a codebook."""
    (root / "inbox").mkdir()
    (root / "mappings").mkdir()
    source = {"name": "survey", "kind": "survey", "vendor": "csv", "entity": "wide", "path": "inbox/*.csv"}
    config = {"company": "Survey", "timezone": "Europe/Berlin", "currency": "EUR", "sources": [source]}
    (root / "cx.yml").write_text(json.dumps(config))  # JSON is YAML
    heads = {
        "touchpoint_types": "data_source,event,role,occurrence,touchpoint,stage,corner,interaction",
        "channels": "data_source,utm_source,utm_medium,channel,presence,method",
        "survey_codebook": "survey_id,question_id,construct,item,item_label,pillar,outcome_kind,interaction,"
        "scale_min,scale_max,reversed",
    }
    rows = [
        f"survey,{header},{construct},{item},{item},{'' if 'outcome' in item else PILLARS[len(item) % 3]},"
        f"{'personal' if 'outcome' in item else ''},,1,{top},false"
        for header, construct, item, top in questions()
    ]
    for name, head in heads.items():
        lines = [head, *(rows if name == "survey_codebook" else [])]
        (root / "mappings" / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return load_workspace(root)


def ancestors() -> dict[str, str]:
    """Every model that gaps and outcomes are made of -> its folder."""
    manifest: dict[str, Any] = json.loads(read_project().read_bytes())
    nodes = {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    found: dict[str, str] = {}
    waiting = [name for name, node in nodes.items() if node["name"] in WANTED]
    while waiting:
        node = nodes.get(waiting.pop())
        if node is not None and node["name"] not in found:
            found[node["name"]] = str(Path(node["path"]).parent)
            waiting += node["depends_on"]["nodes"]
    return found


def check(workspace: Workspace, file: Path) -> int:
    """Rows of gaps and outcomes; fails where their sums are not those of the file."""
    with duckdb.connect(str(workspace.paths.warehouse / "cx.duckdb"), read_only=True) as marts:
        (gaps,) = marts.execute("select count(*), sum(gap), sum(importance) from marts.fct_expectation_gaps").fetchall()
        (outcomes,) = marts.execute(
            "select count(*), count_if(is_important_top2), count_if(is_satisfied_top2) from marts.fct_outcomes"
        ).fetchall()

    def over(items: int, expression: str) -> str:
        return "+".join(f"coalesce({expression.format(at=at)}, 0)" for at in range(items))

    gap = '"perception of item {at}" - "expectation of item {at}"'
    weight = 'case when "perception of item {at}" is not null then "importance of item {at}" end'
    with duckdb.connect() as connection:
        (expected,) = connection.execute(
            f"""select
                sum({over(ITEMS, gap)}), sum({over(ITEMS, weight)}),
                sum({over(OUTCOMES, '("outcome_importance {at}" >= 4)::int')}),
                sum({over(OUTCOMES, '("outcome_satisfaction {at}" >= 4)::int')})
            from read_csv('{file}', nullstr = '')"""
        ).fetchall()
    found = (*gaps[1:], *outcomes[1:])
    if [round(float(one)) for one in found] != [round(float(one)) for one in expected]:
        raise SystemExit(f"The marts hold {found}, the file {expected}.")
    return int(gaps[0]) + int(outcomes[0])


def main() -> None:
    """Write the survey, land it, build what gaps and outcomes are made of, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.surveys", description=__doc__)
    parser.add_argument("--responses", type=int, default=1_000_000)
    parser.add_argument("--models", action=argparse.BooleanOptionalAction, default=False, help="time every model")
    options = parser.parse_args()
    table = Table("step", "seconds", title=f"{options.responses:,} responses to {len(questions())} questions")
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_workspace(Path(folder))
        file = Path(folder) / "inbox" / "survey.csv"
        write_survey(file, options.responses)
        prepare(workspace)
        load_mappings(workspace, run_id=_RUN)
        started = time.perf_counter()
        load_source(workspace, "survey", run_id=_RUN)
        table.add_row("land the file", f"{time.perf_counter() - started:.1f}")
        folders = ancestors()
        models: dict[str, float] = {}
        started = time.perf_counter()
        outcome = build(
            workspace.paths,
            run_id=_RUN,
            models=list(folders),
            with_tests=False,
            on_event=lambda event: models.update({event["data"]["node_info"]["node_name"]: _seconds(event)}),
        )
        whole = time.perf_counter() - started
        if not outcome.success:
            raise SystemExit(str([node for node in outcome.nodes if node.status not in ("success", "skipped")]))
        steps: dict[str, float] = defaultdict(float)
        for name, seconds in models.items():
            own = folders[name].startswith(SURVEY_FOLDERS)
            steps["answers to gaps and outcomes" if own else "who answered, and what they did"] += seconds
            if options.models:
                table.add_row(f"  {name}", f"{seconds:.1f}")
        for step, seconds in steps.items():
            table.add_row(step, f"{seconds:.1f}")
        table.add_row("dbt as a whole", f"{whole:.1f}")
        table.add_row("rows of gaps and outcomes", f"{check(workspace, file):,}")
    table.add_row("peak memory, MB", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f}")
    Console().print(table)


def _seconds(event: dict[str, Any]) -> float:
    return float(event["data"].get("execution_time") or 0.0)


if __name__ == "__main__":
    main()

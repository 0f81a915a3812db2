"""Ten million touchpoints into sessions, stage entries and transitions: the dbt models beside SQL written by hand.

Run by `python -m benchmarks.journey`. Both read the same simulated events from one file, each in a process of its own,
and give the same rows, which is checked. dbt's time is that of its whole call, reading the project excepted.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.journey_sql import COMPARED, INPUTS, PLAIN
from ingestion import load_mappings, prepare
from workspace import Workspace, load_workspace

EVENTS = 10_000_000
PEOPLE = 400_000
MEMORY_LIMIT = "6GB"  # as in profiles.yml
MODELS = (
    "stg_config__settings",
    "stg_mappings__channels",
    "int_touchpoints__sessionized",
    "int_touchpoints__channels",
    "int_touchpoints__mapped",
    "int_touchpoints__sessions",
    "int_journeys__touchpoints",
    "fct_touchpoints",
    "fct_sessions",
    "fct_stage_entries",
    "fct_journey_transitions",
)
_CHANNELS = """data_source,utm_source,utm_medium,channel,presence,method
web,search,cpc,Paid search,online,web
web,news,email,E-mail,online,web
web,,,Direct,online,web
shop,,,Store,offline,desk
"""


def main() -> None:
    """Make the events, run both ways as often as asked, print seconds, their ratio and the peak memory."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.journey", description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", choices=("dbt", "plain"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        _measured(options.only, options.folder)
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "company"
        workspace = make_workspace(root)
        make_events(workspace, events=options.events, people=options.people)
        runs = {way: [_in_its_own_process(way, root) for _ in range(options.repeat)] for way in ("plain", "dbt")}
        differing = differences(workspace)
    seconds = {way: sorted(run["seconds"] for run in measured)[len(measured) // 2] for way, measured in runs.items()}
    table = Table("what", "seconds", "times", "peak MB", title=f"{options.events:,} touchpoints")
    for way, label in (("plain", "SQL by hand"), ("dbt", "dbt models")):
        peak = max(run["megabytes"] for run in runs[way])
        table.add_row(label, f"{seconds[way]:.1f}", f"{seconds[way] / seconds['plain']:.2f}", f"{peak:,.0f}")
    console = Console()
    console.print(table)
    console.print(f"rows that differ: {differing}")
    assert not any(differing.values()), differing


def make_workspace(root: Path) -> Workspace:
    """A company without files: its settings and the channels of its events."""
    (root / "inbox").mkdir(parents=True)
    (root / "mappings").mkdir()
    (root / "mappings" / "touchpoint_types.csv").write_text(
        "data_source,event,role,occurrence,touchpoint,stage,corner,interaction\n"
    )
    (root / "mappings" / "channels.csv").write_text(_CHANNELS)
    source = {"name": "web", "kind": "web", "vendor": "segment", "path": "inbox/*.jsonl"}
    shop = {"name": "shop", "kind": "crm", "vendor": "csv", "entity": "interactions", "path": "inbox/*.csv"}
    shop = {**shop, "columns": {"customer_id": "who", "occurred_at": "at", "event": "what"}}
    config = {"company": "Bulk", "timezone": "Europe/Berlin", "currency": "EUR", "sources": [source, shop]}
    (root / "cx.yml").write_text(json.dumps(config))  # JSON is YAML
    workspace = load_workspace(root)
    prepare(workspace)
    load_mappings(workspace, run_id="bench")
    return workspace


def make_events(workspace: Workspace, *, events: int, people: int) -> None:
    """Events with their people and meaning, as the models before these would leave them."""
    with duckdb.connect(str(workspace.paths.marts_database)) as connection:
        connection.execute("attach $path as private", {"path": str(workspace.paths.raw_database)})
        connection.execute("set preserve_insertion_order = false")
        for statement in INPUTS:
            connection.execute(statement.format(events=events, people=people))


def differences(workspace: Workspace) -> dict[str, int]:
    """Rows that only one of both ways has, for each of the three tables."""
    with duckdb.connect(str(_plain_database(workspace)), read_only=True) as connection:
        connection.execute("attach $path as cx (read_only)", {"path": str(workspace.paths.marts_database)})
        found = {}
        for mart, columns in COMPARED.items():
            ours, theirs = (f"select {columns} from {place}.{mart}" for place in ("cx.marts", "main"))
            query = f"select count(*) from (({ours} except {theirs}) union all ({theirs} except {ours}))"
            found[mart] = connection.execute(query).fetchall()[0][0]
        return found


def _plain_database(workspace: Workspace) -> Path:
    return workspace.paths.warehouse / "plain.duckdb"


def _in_its_own_process(way: str, root: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.journey", "--only", way, "--folder", str(root)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(ended.stdout.strip().splitlines()[-1])
    return measured


def _measured(way: str, root: Path) -> None:
    workspace = load_workspace(root)
    seconds = _by_dbt(workspace) if way == "dbt" else _by_hand(workspace)
    print(json.dumps({"seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def _by_dbt(workspace: Workspace) -> float:
    from pipeline.dbt.project import warm_up
    from pipeline.dbt.runner import build

    warm_up()
    started = time.perf_counter()
    outcome = build(workspace.paths, run_id="bench", models=MODELS, with_tests=False)
    seconds = time.perf_counter() - started
    assert outcome.success, [node for node in outcome.nodes if node.status != "success"]
    return seconds


def _by_hand(workspace: Workspace) -> float:
    path = _plain_database(workspace)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("attach $path as private (read_only)", {"path": str(workspace.paths.raw_database)})
        connection.execute("attach $path as cx (read_only)", {"path": str(workspace.paths.marts_database)})
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        started = time.perf_counter()
        for statement in PLAIN:
            connection.execute(statement)
        return time.perf_counter() - started


if __name__ == "__main__":
    main()

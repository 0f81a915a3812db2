"""A run that is killed at any moment leaves whole files or nothing, and the next run completes it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.ingestion.workspaces import EVENTS, ORDERS, load, make_workspace, put, rows, unbalanced
from workspace import Workspace

RUN = """
import os, signal, sys
from ingestion import load_source, prepare
from ingestion.engine import loader
from workspace import load_workspace

root, module_name, function_name, when = sys.argv[1:]

def die(*arguments, **options):
    os.kill(os.getpid(), signal.SIGKILL)

if function_name:
    module = sys.modules[module_name]
    original = getattr(module, function_name)
    calls = []

    def dying(*arguments, **options):
        calls.append(1)
        if len(calls) < 2:  # let the first file pass
            return original(*arguments, **options)
        if when == "before":
            die()
        result = original(*arguments, **options)
        die()
        return result

    setattr(module, function_name, dying)

workspace = load_workspace(root)
prepare(workspace)
for source in workspace.config.sources:
    load_source(workspace, source.name, run_id="killed")
"""

HEADER = "customer_id,occurred_at,amount\n"
LANDED = """
    select _source, _file, _line, customer_id as content from raw_crm.orders
    union all
    select _source, _file, _line, _record from raw_web.events
    order by all
"""


def workspace_with_files(root: Path, *, orders: int = 20, events: int = 20) -> Workspace:
    workspace = make_workspace(root, ORDERS, EVENTS)
    for name in ("a.csv", "b.csv", "c.csv"):
        body = "".join(f'{name}{n},"2026-01-01\n",{n}\n' for n in range(orders))
        put(workspace, name, HEADER + body + "ragged\n")
    for name in ("a.jsonl", "b.jsonl"):
        put(workspace, name, "".join(json.dumps({"type": "track", "n": n, "in": name}) + "\n" for n in range(events)))
    return workspace


def loaded(workspace: Workspace) -> list[tuple[Any, ...]]:
    for source in workspace.config.sources:
        assert not load(workspace, source.name).problems
    assert not unbalanced(workspace)
    assert rows(workspace, "select count(*), count(distinct path) from ledger.loads") == [(5, 5)]
    return rows(workspace, LANDED)


def start(workspace: Workspace, module: str = "", function: str = "", when: str = "") -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", RUN, str(workspace.paths.root), module, function, when])


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("module", "function", "when"),
    [
        ("ingestion.engine.loader", "open_text", "after"),
        ("ingestion.engine.loader", "record_rejects", "before"),
        ("ingestion.engine.loader", "record_load", "before"),
        ("ingestion.engine.loader", "record_load", "after"),
        ("ingestion.engine.loader", "ensure_unchanged", "after"),
    ],
)
def test_a_kill_inside_a_file_reloads_it_in_the_next_run(tmp_path: Path, module: str, function: str, when: str) -> None:
    expected = loaded(workspace_with_files(tmp_path / "calm"))
    workspace = workspace_with_files(tmp_path / "killed")
    assert start(workspace, module, function, when).wait() == -signal.SIGKILL
    assert rows(workspace, "select path from ledger.loads") == [("inbox/a.csv",)]
    assert rows(workspace, "select distinct _file from raw_crm.orders") == [("inbox/a.csv",)]
    assert not unbalanced(workspace)
    assert loaded(workspace) == expected


def test_a_kill_between_files_loses_nothing(tmp_path: Path) -> None:
    expected = loaded(workspace_with_files(tmp_path / "calm"))
    workspace = workspace_with_files(tmp_path / "killed")
    assert start(workspace, "ingestion.engine.loader", "transaction", "before").wait() == -signal.SIGKILL
    assert loaded(workspace) == expected


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.15, 0.35, 0.55, 0.75, 0.95])
def test_the_next_run_recovers_from_a_kill_at_any_moment(tmp_path: Path, share: float) -> None:
    size = {"orders": 20_000, "events": 20_000}
    calm = workspace_with_files(tmp_path / "calm", **size)
    started = time.perf_counter()
    assert start(calm).wait() == 0
    whole_run = time.perf_counter() - started
    expected = loaded(calm)

    workspace = workspace_with_files(tmp_path / "killed", **size)
    process = start(workspace)
    time.sleep(whole_run * share)
    process.kill()
    process.wait()
    assert not unbalanced(workspace)
    assert loaded(workspace) == expected

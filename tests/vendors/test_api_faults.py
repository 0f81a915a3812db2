"""Every endpoint that a description names, and what may go wrong with its pages: nothing is lost, nothing counts twice.

The first load has one record. Then the vendor has more, and the fetch of them breaks off in every way that the endpoint
can, one after the other: each time all stays as it was. The next fetch that ends brings the rest.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from ingestion.vendors.endpoints import Since
from tests.ingestion.workspaces import load, put, rows, unbalanced
from tests.vendors.asking import (
    HUBSPOT,
    asked,
    be_quick,
    errors,
    every_case,
    every_vendor,
    known_by,
    landed,
    records_of,
    replay_of,
)
from tests.vendors.meaning import why_not
from tests.vendors.replay import Replay, value_at
from tests.vendors.samples import Case
from tests.vendors.shown import shows
from tests.vendors.variants import Variants, forms
from workspace import Workspace

# Each vendor's server is busy or broken for a moment in test_api.py.
pytestmark = pytest.mark.thorough

# Requests of a job: it is ordered, asked about twice, and fetched.
OF_A_JOB: Final = 3
FILES: Final = {"name": "files", "path": "inbox/*"}
# What the second page's request gets for good -> the fault, and what is said of it.
BREAKS: Final[dict[int | str, tuple[str, str]]] = {
    429: ("busy or broken", r"The API asks to wait \(status 429\), also after 6 attempts\."),
    503: ("busy or broken", r"The API answers with status 503\."),
    "cut": ("busy or broken", r"The API cannot be reached \(\w+\)\."),
    "text": ("busy or broken", r"The API's answer is not JSON\."),
    401: ("busy or broken", r"The API refuses the key \(status 401\)\."),
    400: ("stale cursor", r"The API no longer knows the page that it named as its next one \(status 400\)\."),
    410: ("stale cursor", r"The API no longer knows the page that it named as its next one \(status 410\)\."),
    "repeat": ("page repeats", r".*: it would never end\."),
    "elsewhere": ("page elsewhere", r"The API names another server for its next page, .*"),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    be_quick(monkeypatch)


def some_records(case: Case) -> list[Any]:
    """Records of a case's samples: three at least, so that two pages are new."""
    records = records_of(case)
    form = next(form for form in forms(case) if form.container == "json")
    of = Variants(form, records[0])
    others = [of.another(nth, known_by(case)) for nth in range(1, 4 - len(records))]
    return [*records, *others]


def rows_of_files(workspace: Workspace, case: Case, records: list[Any]) -> set[tuple[Any, ...]]:
    """What the same records become as a file."""
    put(workspace, "all.jsonl", "".join(f"{json.dumps(record)}\n" for record in records))
    load(workspace, "files")
    return set(landed(workspace, case, "files"))


def second(replay: Replay) -> int:
    """The number of the request for the second page, or for the file of a job."""
    return OF_A_JOB if replay.endpoint.job else 1


def state(workspace: Workspace) -> tuple[Any, ...]:
    """All that a fetch may move: loads that count, how far fetches came, and the answers that are kept."""
    folder = workspace.paths.fetched / "s"
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    ledger = """
        select 'load', load_id::varchar, status from ledger.loads
        union all
        select 'fetch', fetched_at::varchar, highest from ledger.fetches
        order by all
    """
    return rows(workspace, ledger), kept


def load_refused(workspace: Workspace, replay: Replay, fault: int | str, said: str) -> None:
    """Load while every request from the second page on fails: one problem, and no answer stays."""
    replay.requests.clear()
    is_of_the_first = fault == "elsewhere"
    replay.faults = dict.fromkeys(range(0 if is_of_the_first else second(replay), 20), fault)
    (problem,) = errors(load(workspace, "s"))
    assert re.fullmatch(said, problem), fault
    assert not (workspace.paths.fetched / ".s").exists(), fault
    if fault in ("repeat", "elsewhere"):
        assert len(replay.requests) <= 3
    replay.faults = {}


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed(target: str, call: int) -> Iterator[None]:
    """What runs inside ends at the n-th call of a function, as a process does: nothing is tidied up.

    Args:
        target: of a module, which is patched while this lasts.
        call: from 1.
    """
    calls = []
    with pytest.MonkeyPatch.context() as patch:

        def kill(*_: Any, **__: Any) -> None:
            calls.append(1)
            if len(calls) == call:
                patch.setattr(shutil, "rmtree", lambda *_, **__: None)
                raise Killed

        patch.setattr(target, kill)
        with pytest.raises(Killed):
            yield


@shows("API", "books", "pages", "busy or broken", "stale cursor", "page repeats", "page elsewhere", "lag", "killed")
@every_case
def test_a_fetch_that_breaks_off_moves_nothing_and_the_next_one_brings_all(tmp_path: Path, case: Case) -> None:
    records = some_records(case)
    replay = replay_of(case, records)
    since = replay.endpoint.since
    access = {"lag": "90 minutes"} if since else {}
    with asked(tmp_path, case, replay, beside=[{**case.source, **FILES}], **access) as workspace:
        whole = rows_of_files(workspace, case, records)
        offer(replay, records[:1], of_a_page=1)
        assert errors(load(workspace, "s")) == []
        loaded = landed(workspace, case)
        assert set(loaded) < whole

        offer(replay, records[:3], of_a_page=1)
        before = state(workspace)
        for fault, (name, said) in BREAKS.items():
            if not why_not(case, "API", name):
                # A job names no page as its next one.
                is_file = name == "stale cursor" and replay.endpoint.job is not None
                expected = rf"The API answers with status {fault}\." if is_file else said
                load_refused(workspace, replay, fault, expected)
                assert state(workspace) == before, fault

        with killed("ingestion.api.fetch.Path.write_bytes", 1 if replay.endpoint.job else 2):
            load(workspace, "s")
        assert state(workspace) == before
        assert landed(workspace, case) == loaded
        # Of a job one file is new, else two.
        with killed("ingestion.engine.loader.ensure_unchanged", 1 if replay.endpoint.job else 2):
            load(workspace, "s")
        assert not unbalanced(workspace)

        offer(replay, records, of_a_page=2)
        replay.faults = {0: 429, 1: 503, 2: "cut"}
        assert errors(load(workspace, "s")) == []
        assert not unbalanced(workspace)
        assert set(landed(workspace, case)) == whole
        if since is None:
            # What is asked for as a whole counts once, too, before staging looks at it.
            assert len(landed(workspace, case)) == len(whole)

        offer(replay, records, of_a_page=2)
        assert errors(load(workspace, "s")) == []
        assert set(landed(workspace, case)) == whole
        if replay.endpoint.job is None:
            assert_each_page_is_asked_for_once(replay)
        if since is not None:
            assert_asked_from_the_latest_change_on(replay, since, records, timedelta(minutes=90))


def offer(replay: Replay, records: list[Any], *, of_a_page: int) -> None:
    """What the vendor has from now on; what it was asked before is forgotten."""
    replay.records = [records, *replay.records[1:]]
    replay.page_size = of_a_page
    replay.faults = {}
    replay.requests.clear()
    replay.orders.clear()


def assert_each_page_is_asked_for_once(replay: Replay) -> None:
    questions = [(path, *sorted(params.items())) for path, params in replay.requests]
    assert len(set(questions)) == len(questions)
    pages = sum(max(1, -(-len(one) // replay.page_size)) for one in replay.records)
    assert pages <= len(questions) <= pages + len(replay.records), "an empty page may end a list"


def assert_asked_from_the_latest_change_on(replay: Replay, since: Since, records: list[Any], lag: timedelta) -> None:
    times = [value_at(record, since.of) for record in records]
    if since.clock.startswith("iso"):
        read = [datetime.fromisoformat(time) for time in times if time]
        latest = max(time if time.tzinfo else time.replace(tzinfo=UTC) for time in read)
    else:
        per_second = 1000 if since.clock == "unix_ms" else 1
        latest = datetime.fromtimestamp(max(time for time in times if time) / per_second, UTC)
    bound = latest.astimezone(UTC) - lag
    if since.clock.startswith("iso") and since.clock != "iso_asked_in_unix":
        written = bound.strftime("%Y-%m-%dT%H:%M:%S") + ("" if since.clock == "iso_in_utc" else "Z")
    else:
        written = str(int(bound.timestamp() * (1000 if since.clock == "unix_ms" else 1)))
    endpoint = replay.endpoint
    said = endpoint.job.order if endpoint.job else endpoint.params
    (name,) = [name for name, value in said.items() if "{since}" in str(value)]
    given = replay.orders[0] if endpoint.job else replay.requests[0][1]
    assert given[name] == str(said[name]).replace("{since}", written)


RUN: Final = """
import sys
from ingestion import load_source
from workspace import load_workspace
load_source(load_workspace(sys.argv[1]), "s", run_id="killed")
"""


@shows("API", "killed")
@pytest.mark.slow
@every_vendor
def test_a_process_that_is_killed_between_two_pages_leaves_what_was_there(tmp_path: Path, case: Case) -> None:
    records = some_records(case)
    replay = replay_of(case, records)
    with asked(tmp_path, case, replay, beside=[{**case.source, **FILES}]) as workspace:
        whole = rows_of_files(workspace, case, records)
        offer(replay, records[:1], of_a_page=1)
        load(workspace, "s")
        before = landed(workspace, case)
        offer(replay, records, of_a_page=1)
        place = os.environ.get("PYTHONPATH", "")
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(workspace.paths.root)],
            env={**os.environ, "PYTHONPATH": f"{Path(__file__).parents[2]}:{place}"},
        )

        def kill(number: int) -> None:
            if number == second(replay):
                process.send_signal(signal.SIGKILL)

        replay.asking = kill
        assert process.wait(timeout=120) == -signal.SIGKILL
        replay.asking = lambda number: None
        assert landed(workspace, case) == before
        assert rows(workspace, "select count(*) from ledger.loads where run_id = 'killed'") == [(0,)]
        assert errors(load(workspace, "s")) == []
        assert not unbalanced(workspace)
        assert set(landed(workspace, case)) == whole


def test_a_busy_server_is_asked_again_when_it_says(tmp_path: Path) -> None:
    replay = replay_of(HUBSPOT, records_of(HUBSPOT))
    replay.faults = {0: 429}
    replay.retry_after = 1
    asked_at: list[float] = []
    replay.asking = lambda number: asked_at.append(time.monotonic())
    with asked(tmp_path, HUBSPOT, replay) as workspace:
        assert errors(load(workspace, "s")) == []
    assert asked_at[1] - asked_at[0] >= 1

"""Every API that a description names, and what may go wrong with its pages: nothing is lost, nothing counts twice.

The first load has all but the last record; then the vendor has all of them, and the second load breaks off between two
pages. What was loaded stands, and the third brings the rest.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest

from tests.ingestion.workspaces import load, rows, unbalanced
from tests.vendors.asking import (
    CASES,
    VENDORS,
    asked,
    be_quick,
    endpoint_of,
    errors,
    every_vendor,
    landed,
    records_of,
    replay_of,
)
from tests.vendors.replay import Replay, value_at
from tests.vendors.samples import Case
from tests.vendors.shown import shows
from workspace import Workspace

# Each vendor's server is busy or broken for a moment in test_api.py.
pytestmark = pytest.mark.thorough

# Requests of a job: it is ordered, asked about twice, and fetched.
OF_A_JOB: Final = 3
# Where the address of the next page, and not only a word of it, comes from the vendor.
BY_ADDRESS = [case for case in VENDORS if endpoint_of(case).pages.next in ("url", "link")]
WITH_PAGES = [case for case in VENDORS if endpoint_of(case).job is None]
SINCE = [case for case in CASES if endpoint_of(case).since is not None]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    be_quick(monkeypatch)


def of(chosen: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", chosen, ids=lambda case: case.name)


@contextmanager
def half_loaded(root: Path, case: Case) -> Iterator[tuple[Workspace, Replay, list[tuple[Any, ...]]]]:
    """A source of which all but the last record is loaded; the vendor has all of them by now, a page each."""
    records = records_of(case)
    assert len(records) > 1
    replay = replay_of(case, records)
    replay.page_size = 1
    with asked(root, case, replay) as workspace:
        replay.records = [records[:-1], *replay.records[1:]]
        assert errors(load(workspace, "s")) == []
        before = landed(workspace, case)
        replay.records = [records, *replay.records[1:]]
        replay.requests.clear()
        yield workspace, replay, before


def second(replay: Replay) -> int:
    """The number of the request for the second page, or for the file of a job."""
    return OF_A_JOB if replay.endpoint.job else 1


@cache
def whole(case: Case) -> frozenset[tuple[Any, ...]]:
    """The rows of a load without a fault."""
    with TemporaryDirectory() as root, asked(Path(root), case, replay_of(case, records_of(case))) as workspace:
        load(workspace, "s")
        return frozenset(landed(workspace, case))


def assert_the_rest_comes(workspace: Workspace, case: Case, replay: Replay) -> None:
    """The next run brings everything, as one without a fault does."""
    replay.faults = {}
    replay.requests.clear()
    assert errors(load(workspace, "s")) == []
    assert not unbalanced(workspace)
    assert set(landed(workspace, case)) == whole(case)
    if replay.endpoint.since is None:
        # What is asked for as a whole counts once, too, before staging looks at it.
        assert len(landed(workspace, case)) == len(set(landed(workspace, case)))


@shows("API", "stale cursor")
@every_vendor
@pytest.mark.parametrize("status", [400, 410])
def test_a_cursor_that_has_run_out_is_named_and_the_next_run_brings_all(
    tmp_path: Path, case: Case, status: int
) -> None:
    with half_loaded(tmp_path, case) as (workspace, replay, before):
        replay.faults = {second(replay): status}
        (said,) = errors(load(workspace, "s"))
        no_page = f"The API no longer knows the page that it named as its next one (status {status})."
        assert said == (f"The API answers with status {status}." if replay.endpoint.job else no_page)
        assert landed(workspace, case) == before
        assert_the_rest_comes(workspace, case, replay)


@shows("API", "busy or broken")
@every_vendor
@pytest.mark.parametrize("fault", [429, 503, "cut"])
def test_a_server_that_fails_for_good_between_two_pages_moves_nothing(
    tmp_path: Path, case: Case, fault: int | str
) -> None:
    with half_loaded(tmp_path, case) as (workspace, replay, before):
        replay.faults = dict.fromkeys(range(second(replay), 20), fault)
        assert len(errors(load(workspace, "s"))) == 1
        assert landed(workspace, case) == before
        assert_the_rest_comes(workspace, case, replay)


@shows("API", "pages")
@of([case for case in CASES if endpoint_of(case).job is None])
def test_every_page_is_asked_for_once(tmp_path: Path, case: Case) -> None:
    records = records_of(case)
    # A second page needs a second record.
    records = records if len(records) > 1 else [*records, *records]
    replay = replay_of(case, records)
    replay.page_size = 1
    with asked(tmp_path, case, replay) as workspace:
        report = load(workspace, "s")
    assert errors(report) == []
    assert sum(file.books.records for file in report.files) == len(records)
    questions = [(path, *sorted(params.items())) for path, params in replay.requests]
    assert len(set(questions)) == len(questions)
    pages = sum(max(1, len(one)) for one in replay.records)
    assert pages <= len(questions) <= pages + len(replay.records), "an empty page may end a list"


@shows("API", "page repeats")
@of(WITH_PAGES)
def test_a_page_that_repeats_ends_the_fetch(tmp_path: Path, case: Case) -> None:
    with half_loaded(tmp_path, case) as (workspace, replay, before):
        replay.faults = dict.fromkeys(range(1, 20), "repeat")
        (said,) = errors(load(workspace, "s"))
        assert "would never end" in said
        assert len(replay.requests) <= 3
        assert landed(workspace, case) == before
        assert_the_rest_comes(workspace, case, replay)


@shows("API", "page repeats")
@of(BY_ADDRESS)
def test_a_next_page_on_another_server_is_not_asked(tmp_path: Path, case: Case) -> None:
    with half_loaded(tmp_path, case) as (workspace, replay, before):
        replay.faults = {0: "elsewhere"}
        (said,) = errors(load(workspace, "s"))
        assert "another server" in said
        assert landed(workspace, case) == before
        assert_the_rest_comes(workspace, case, replay)


@shows("API", "lag")
@of(SINCE)
def test_what_is_new_is_asked_for_from_the_latest_change_less_the_lag(tmp_path: Path, case: Case) -> None:
    since = endpoint_of(case).since
    assert since is not None
    records = records_of(case)
    replay = replay_of(case, records)
    with asked(tmp_path, case, replay, lag="90 minutes") as workspace:
        assert errors(load(workspace, "s")) == []
        replay.requests.clear()
        replay.orders.clear()
        assert errors(load(workspace, "s")) == []
    times = [value_at(record, since.of) for record in records]
    if since.clock.startswith("iso"):
        read = [datetime.fromisoformat(time) for time in times if time]
        latest = max(time if time.tzinfo else time.replace(tzinfo=UTC) for time in read)
    else:
        per_second = 1000 if since.clock == "unix_ms" else 1
        latest = datetime.fromtimestamp(max(time for time in times if time) / per_second, UTC)
    bound = latest.astimezone(UTC) - timedelta(minutes=90)
    if since.clock.startswith("iso") and since.clock != "iso_asked_in_unix":
        written = bound.strftime("%Y-%m-%dT%H:%M:%S") + ("" if since.clock == "iso_in_utc" else "Z")
    else:
        written = str(int(bound.timestamp() * (1000 if since.clock == "unix_ms" else 1)))
    endpoint = replay.endpoint
    said = endpoint.job.order if endpoint.job else endpoint.params
    (name,) = [name for name, value in said.items() if "{since}" in str(value)]
    given = replay.orders[0] if endpoint.job else replay.requests[0][1]
    assert given[name] == str(said[name]).replace("{since}", written)


class Killed(BaseException):
    """The process ends here."""


@shows("API", "killed")
@every_vendor
@pytest.mark.parametrize("place", ["between two pages", "between two files"])
def test_a_load_that_ends_in_the_middle_is_completed_by_the_next(
    tmp_path: Path, case: Case, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with half_loaded(tmp_path, case) as (workspace, replay, before):
        calls = []

        def kill(*_: Any, **__: Any) -> None:
            calls.append(1)
            if len(calls) == (1 if replay.endpoint.job else 2):
                raise Killed

        with monkeypatch.context() as patch:
            if place == "between two pages":
                patch.setattr("ingestion.api.fetch.Path.write_bytes", kill)
            else:
                patch.setattr("ingestion.engine.loader.ensure_unchanged", kill)
            try:
                load(workspace, "s")
                is_killed = False
            except Killed:
                is_killed = True
        # Where one page only is new there is one file to load.
        assert is_killed or place == "between two files"
        if place == "between two pages":
            assert landed(workspace, case) == before
        assert_the_rest_comes(workspace, case, replay)


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
    with half_loaded(tmp_path, case) as (workspace, replay, before):
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
        assert_the_rest_comes(workspace, case, replay)


@shows("API", "busy or broken")
@every_vendor
def test_a_busy_server_is_asked_again_when_it_says(tmp_path: Path, case: Case) -> None:
    replay = replay_of(case, records_of(case))
    replay.faults = {0: 429}
    replay.retry_after = 1
    asked_at: list[float] = []
    replay.asking = lambda number: asked_at.append(time.monotonic())
    with asked(tmp_path, case, replay) as workspace:
        assert errors(load(workspace, "s")) == []
    assert asked_at[1] - asked_at[0] >= 1

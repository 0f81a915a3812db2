"""Runs are safe to repeat, to kill and to fail: nothing twice, nothing lost, no half state for readers."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from orchestration.execution import execute
from pipeline.nothing_new import TAKEN_OVER
from pipeline.run import PipelineRun
from pipeline.status import status_of
from serving import Question, ask, last_failure, open_release
from tests.end_to_end.conftest import WORKERS, cx, run
from workspace import load_workspace
from workspace.paths import WorkspacePaths
from workspace.records.documents import Current
from workspace.records.run_lock import hold
from workspace.records.runs import run_ids
from workspace.worker import finish

pytestmark = pytest.mark.thorough

KILLS = 10


def tables(root: Path) -> dict[str, str]:
    """Content hash of every table that readers see."""
    return {name: table.content_hash for name, table in open_release(WorkspacePaths(root)).document.tables.items()}


def loads(root: Path) -> int:
    with duckdb.connect(str(WorkspacePaths(root).raw_database), read_only=True) as connection:
        return int(connection.execute("select count(*) from ledger.loads").fetchall()[0][0])


def live(root: Path) -> str:
    return Current.model_validate_json(WorkspacePaths(root).current.read_text()).run_id


def add_an_order(root: Path) -> None:
    """A new file in the inbox: the newest orders once more, under new order ids."""
    newest = sorted((root / "inbox" / "orders").glob("*.csv"))[-1]
    header, *rows = newest.read_text(encoding="utf-8").splitlines()
    changed = [f"X{row}" for row in rows[:20]]
    (root / "inbox" / "orders" / "orders-extra.csv").write_text("\n".join([header, *changed]) + "\n", encoding="utf-8")


def test_a_second_run_loads_nothing_and_publishes_nothing(demo_copy: Path) -> None:
    before, loaded, release = tables(demo_copy), loads(demo_copy), live(demo_copy)
    for full_refresh in (False, True):
        outcome = execute(load_workspace(demo_copy), WORKERS, full_refresh=full_refresh)
        assert outcome.nothing_new
        assert not outcome.published
        # Without news nothing is built; built from nothing, everything is as it was.
        assert (TAKEN_OVER in outcome.records["build"].facts) != full_refresh
        assert (tables(demo_copy), loads(demo_copy), live(demo_copy)) == (before, loaded, release)
    assert [folder.name for folder in (demo_copy / "published").iterdir() if folder.is_dir()] == [release]


def _kill_after(root: Path, seconds: float) -> bool:
    """Start `cx run` in a process of its own and kill it; False where it had ended already."""
    command = [sys.executable, "-c", "from cli.main import main; main()", "run", "--workspace", str(root)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


class Reader(threading.Thread):
    """Opens the live release and asks it, over and over; remembers what was wrong."""

    def __init__(self, root: Path) -> None:
        super().__init__(daemon=True)
        self.paths = WorkspacePaths(root)
        self.stop = threading.Event()
        self.seen: set[tuple[str, float | None]] = set()
        self.errors: list[str] = []

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                release = open_release(self.paths)
                self.seen.add((release.run_id, ask(release, Question(metrics=("orders",))).one("orders").value))
            except Exception as error:
                self.errors.append(repr(error))
            time.sleep(0.2)


@pytest.mark.slow
def test_runs_killed_at_random_do_not_affect_the_next_run(small_copy: Path, tmp_path: Path) -> None:
    add_an_order(small_copy)
    unharmed = tmp_path / "unharmed"
    shutil.copytree(small_copy, unharmed)
    started = time.monotonic()
    assert _kill_after(unharmed, 600) is False
    duration = time.monotonic() - started

    reader = Reader(small_copy)
    reader.start()
    moments = random.Random(20261122)
    paths = WorkspacePaths(small_copy)
    killed = begun = 0
    for _ in range(KILLS):
        before = run_ids(paths)
        if _kill_after(small_copy, moments.uniform(0.1, 0.95) * duration):
            killed += 1
            # Before it holds the lock a process has begun no run.
            newest = run_ids(paths)[0]
            begun += newest not in before
            code, output = cx(small_copy, "status")
            begun_by = "no run had begun" if newest in before else newest
            print(f"kill {killed}: {begun_by}; status: exit {code}; {output.splitlines()[:2]}")
            assert "Traceback" not in output
            assert newest in before or code == 1
            assert newest in before or f"run {newest}" in output
    outcome = run(small_copy)
    reader.stop.set()
    reader.join()

    # The last moments may fall after a run that was faster than the first.
    assert killed >= KILLS * 0.8
    assert begun >= KILLS * 0.3
    assert outcome.succeeded
    assert tables(small_copy) == tables(unharmed)
    assert loads(small_copy) == loads(unharmed)
    status = status_of(WorkspacePaths(small_copy))
    assert status["files_balance"]
    assert status["models_balance"]
    assert reader.errors == []
    # A reader saw whole releases only: one number each, and of no more than the old and the new one.
    assert len({number for _, number in reader.seen}) <= 2
    assert len({release for release, _ in reader.seen}) == len(reader.seen)


# The contract already refuses a null key on the way in; the gate must find one that came by another way.
DEFECTS = {
    "a null key": """
        alter table marts.fct_orders alter column order_id drop not null;
        update marts.fct_orders set order_id = null where order_id = (select min(order_id) from marts.fct_orders)
    """,
    "a doubled order": "insert into marts.fct_orders select * from marts.fct_orders order by order_id limit 1",
    "revenue off by one row": """
        delete from marts.fct_orders
        where order_id = (select min(order_id) from marts.fct_orders where revenue <> 0)
    """,
}


@pytest.fixture(scope="module")
def built(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A run with new data that stopped between build and gate."""
    root = tmp_path_factory.mktemp("built") / "demo"
    shutil.copytree(demo_workspace, root)
    add_an_order(root)
    pipeline = PipelineRun(workspace=load_workspace(root), workers=WORKERS)
    with hold(pipeline.paths.lock, purpose="test"):
        pipeline.begin()
        pipeline.prepare()
        pipeline.load_mappings()
        for source in pipeline.workspace.config.sources:
            pipeline.load_source(source.name)
        pipeline.finish_ingest()
        pipeline.gate_raw()
        assert finish(pipeline.build()).success
    return root, pipeline.run_id


def _gate_and_publish(root: Path, run_id: str, defect: str) -> str:
    pipeline = PipelineRun(workspace=load_workspace(root), run_id=run_id, workers=WORKERS)
    with duckdb.connect(str(pipeline.paths.marts_database)) as connection:
        connection.execute(defect)
    with hold(pipeline.paths.lock, purpose="test"):
        pipeline.gate_marts()
        return pipeline.publish().outcome


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_between_build_and_gate_blocks_and_says_why(
    built: tuple[Path, str], tmp_path: Path, name: str
) -> None:
    root = tmp_path / "defect"
    shutil.copytree(built[0], root)
    before = live(root)
    assert _gate_and_publish(root, built[1], DEFECTS[name]) == "blocked"
    assert live(root) == before
    paths = WorkspacePaths(root)
    assert ask(open_release(paths), Question(metrics=("orders",))).one("orders").status == "ok"
    failure = last_failure(paths)
    assert failure is not None
    assert failure.run_id == built[1]
    assert any(check.asset == "marts.fct_orders" for check in failure.failed_checks)


def test_a_failing_withhold_check_withholds_only_its_metrics(built: tuple[Path, str], tmp_path: Path) -> None:
    root = tmp_path / "withhold"
    shutil.copytree(built[0], root)
    off_scale = (
        # In points and in percent alike: where the two disagree the mart breaks its own condition, which blocks.
        "update marts.fct_expectation_gaps set gap_pct = 250, gap = 2.5 * (scale_max - scale_min) "
        "where answer_id = (select min(answer_id) from marts.fct_expectation_gaps where gap_pct is not null)"
    )
    assert _gate_and_publish(root, built[1], off_scale) == "published"
    release = open_release(WorkspacePaths(root))
    assert release.run_id == built[1]
    answer = ask(release, Question(metrics=("expectation_gap", "orders", "nps")))
    withheld = answer.one("expectation_gap")
    assert (withheld.value, withheld.status) == (None, "withheld")
    assert "gap_pct" in (withheld.reason or "")
    assert answer.one("orders").status == "ok"
    assert answer.one("nps").status != "withheld"


@pytest.mark.slow
def test_the_whole_run_works_without_a_network(small_copy: Path) -> None:
    add_an_order(small_copy)
    code = "from cli.main import main; main()"
    inner = f'ip link set lo up && exec "{sys.executable}" -c "{code}" run --workspace "{small_copy}"'
    ended = subprocess.run(["unshare", "-rn", "sh", "-c", inner], capture_output=True, text=True, check=False)
    if "unshare" in ended.stderr and "not permitted" in ended.stderr:
        pytest.skip("this machine forbids network namespaces")
    assert ended.returncode == 0, ended.stdout + ended.stderr

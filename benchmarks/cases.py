"""The cases: each does one piece of work on a demo company and says how many rows, seconds and megabytes it took.

Cases come in pairs: ours, and the same result in plain DuckDB SQL.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks import bulk, value
from workspace import Workspace, load_workspace
from workspace.paths import WorkspacePaths


@dataclass(frozen=True)
class Case:
    """One measurement. `work` is called with the company's folder and yields rows and seconds.

    Attributes:
        brings_own: the case has inputs of its own and needs no company.
    """

    name: str
    what: str
    by: str
    work: Callable[[Path], tuple[int, float]]
    brings_own: bool = False


def load_with_ledger(root: Path) -> tuple[int, float]:
    """Every web event into raw, with ledger, rejects and line numbers."""
    from ingestion import load_source

    with _prepared(root) as workspace:
        started = time.perf_counter()
        report = load_source(workspace, "web", run_id="bench")
        seconds = time.perf_counter() - started
    rows = 0
    for file in report.files:
        rows += file.books.loaded if file.books else 0
    return rows, seconds


def load_plain(root: Path) -> tuple[int, float]:
    """Every web event as a JSON object into a table, nothing else."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(str(Path(folder) / "plain.duckdb")) as connection:
        files = str(root / "inbox" / "web" / "*.jsonl")
        started = time.perf_counter()
        connection.execute("create table events as select * from read_json_objects(?)", [files])
        seconds = time.perf_counter() - started
        rows = connection.execute("select count(*) from events").fetchall()[0][0]
    return int(rows), seconds


def ask_governed(root: Path) -> tuple[int, float]:
    """Revenue by month and segment through the metrics layer, warm: another question has been asked before."""
    from serving import Question, ask, open_release

    release = open_release(WorkspacePaths(root))
    ask(release, Question(metrics=("orders",), by=("segment",)))
    started = time.perf_counter()
    answer = ask(release, Question(metrics=("revenue",), by=("segment",), grain="month"))
    return len(answer.rows), time.perf_counter() - started


def ask_plain(root: Path) -> tuple[int, float]:
    """The same numbers by SQL over the snapshot, without status, suppression or definition."""
    from serving import open_release

    snapshot = next(open_release(WorkspacePaths(root)).folder.glob("*.duckdb"))
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        started = time.perf_counter()
        rows = connection.execute(
            """
            select date_trunc('month', orders.occurred_on), people.segment, sum(orders.revenue)
            from marts.fct_orders as orders
            left join marts.dim_people as people on orders.person_id = people.person_id
            group by all
            """
        ).fetchall()
        return len(rows), time.perf_counter() - started


def build_models(root: Path) -> tuple[int, float]:
    """All dbt models and their tests; rows are those of the marts."""
    from pipeline.dbt.project import read_project
    from pipeline.dbt.runner import build

    with _prepared(root) as workspace:
        _load_everything(workspace)
        read_project()
        started = time.perf_counter()
        assert build(workspace.paths, run_id="bench").success
        seconds = time.perf_counter() - started
        return _mart_rows(workspace), seconds


def build_without_tests(root: Path) -> tuple[int, float]:
    """All dbt models without their tests: the SQL itself, and dbt around it."""
    from pipeline.dbt.project import read_project
    from pipeline.dbt.runner import build

    with _prepared(root) as workspace:
        _load_everything(workspace)
        read_project()
        started = time.perf_counter()
        assert build(workspace.paths, run_id="bench", with_tests=False).success
        seconds = time.perf_counter() - started
        return _mart_rows(workspace), seconds


def whole_run(root: Path) -> tuple[int, float]:
    """`cx run` from an empty warehouse to a release, in a process that has imported nothing yet."""
    from orchestration.execution import execute
    from pipeline.workers import workers

    with _copy(root) as workspace:
        started = time.perf_counter()
        with workers() as warm:
            assert execute(workspace, warm).published
        seconds = time.perf_counter() - started
        return _mart_rows(workspace), seconds


PUBLISH = "publish"
CASES = (
    Case("load_with_ledger", "load web events", "cx, with ledger", load_with_ledger),
    Case("load_plain", "load web events", "plain DuckDB", load_plain),
    Case("bulk_events", "land 2 million events", "cx, with ledger", bulk.load_events, brings_own=True),
    Case("bulk_events_plain", "land 2 million events", "read_json_objects", bulk.load_events_plain, brings_own=True),
    Case("bulk_orders", "land 2 million CSV rows", "cx, with ledger", bulk.load_orders, brings_own=True),
    Case(
        "bulk_orders_plain",
        "land 2 million CSV rows",
        "read_csv, store_rejects",
        bulk.load_orders_plain,
        brings_own=True,
    ),
    Case("bulk_table", "land a PostgreSQL table", "cx, with ledger", bulk.load_table, brings_own=True),
    Case("bulk_table_plain", "land a PostgreSQL table", "dlt with connectorx", bulk.load_table_plain, brings_own=True),
    Case("value_million", "value a million customers", "BG/NBD, Gamma-Gamma", value.value_a_million, brings_own=True),
    Case("value_cdnow", "value CDNOW's sample", "BG/NBD, Gamma-Gamma", value.value_cdnow, brings_own=True),
    Case("value_cdnow_lifetimes", "value CDNOW's sample", "lifetimes", value.value_cdnow_lifetimes, brings_own=True),
    Case("build_models", "build the marts", "dbt, with tests", build_models),
    Case("build_without_tests", "build the marts", "dbt, models only", build_without_tests),
    Case("whole_run", "files to release", "cx run", whole_run),
    Case("ask_governed", "revenue by month and segment", "metrics layer, warm", ask_governed),
    Case("ask_plain", "revenue by month and segment", "plain DuckDB", ask_plain),
)


@contextmanager
def _copy(root: Path) -> Iterator[Workspace]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        copy.mkdir()
        for part in ("cx.yml", "mappings", "inbox"):
            source = root / part
            (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / part)
        yield load_workspace(copy)


@contextmanager
def _prepared(root: Path) -> Iterator[Workspace]:
    from ingestion import prepare

    with _copy(root) as workspace:
        prepare(workspace)
        yield workspace


def _load_everything(workspace: Workspace) -> None:
    from ingestion import load_mappings, load_source

    load_mappings(workspace, run_id="bench")
    for source in workspace.config.sources:
        load_source(workspace, source.name, run_id="bench")


def publish(root: Path) -> tuple[int, float]:
    """Run the company in place, so that the cases that ask find a release; not a case of its own."""
    from orchestration.execution import execute
    from pipeline.workers import workers

    workspace = load_workspace(root)
    with workers() as warm:
        assert execute(workspace, warm).published
    return _mart_rows(workspace), 0.0


def _mart_rows(workspace: Workspace) -> int:
    with duckdb.connect(str(workspace.paths.marts_database), read_only=True) as connection:
        sizes = connection.execute("select sum(estimated_size) from duckdb_tables() where schema_name = 'marts'")
        return int(sizes.fetchall()[0][0])


def main() -> None:
    """Run one case, named on the command line, and print its measurement as JSON."""
    name, root = sys.argv[1], Path(sys.argv[2])
    works = {PUBLISH: publish, **{case.name: case.work for case in CASES}}
    rows, seconds = works[name](root)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": rows, "seconds": seconds, "megabytes": peak}))


if __name__ == "__main__":
    main()

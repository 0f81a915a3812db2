"""A day's events build the rows of keys that they touch; a whole pass finds what another hand changed elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipeline.dbt.runner import NodeOutcome
from pipeline.run import PipelineRun
from pipeline.workers import DbtProcess
from tests.quick_run import QuickWorkers, ensure_built, load
from workspace import load_workspace
from workspace.paths import WorkspacePaths
from workspace.worker import finish

pytestmark = pytest.mark.thorough

MAPPED = "model.cx.int_touchpoints__mapped"
TEST = ".holds_int_touchpoints__mapped."
AGAIN = re.compile(r"\.(\w+) \.*\s*\[BUILT (\d+) rows, those of (\d+) keys again in")


@pytest.fixture(scope="module")
def by_keys() -> Iterator[None]:
    """Processes that start now build by keys in a company of any size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CX_INCREMENTS_FROM", "1")
        yield


@pytest.fixture(scope="module")
def quick(by_keys: None) -> Iterator[QuickWorkers]:
    workers = QuickWorkers()
    yield workers
    workers.close()


@pytest.fixture
def dbt(by_keys: None) -> Iterator[DbtProcess]:
    process = DbtProcess()
    yield process
    process.close()


def add_events(root: Path, number: int) -> None:
    """Some of the newest web events once more, under names of their own."""
    newest = max((root / "inbox" / "web").glob("events-*.jsonl"))
    whole = [line for line in newest.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
    events = [json.loads(line) for line in whole[-number:]]
    lines = [json.dumps({**event, "messageId": f"{event['messageId']}-again"}) for event in events]
    newest.with_name("events-more.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def built(root: Path, workers: QuickWorkers, **options: bool) -> PipelineRun:
    """Load what is new and build what it changes, without data tests."""
    run = PipelineRun(workspace=load_workspace(root), workers=workers, **options)
    load(run)
    ensure_built(finish(run.build()))
    return run


def altered(run: PipelineRun) -> list[str]:
    """What a build found to hold something else than was built."""
    record = json.loads((run.paths.audit / f"{run.run_id}.build.json").read_bytes())
    names: list[str] = record["facts"]["altered"]
    return names


def built_by_keys(run: PipelineRun) -> dict[str, tuple[int, int]]:
    """Model -> how many rows it has, and of how many keys these were built again."""
    log = (run.paths.dbt / "runs" / run.run_id / "dbt.log").read_text(encoding="utf-8")
    return {model: (int(rows), int(keys)) for model, rows, keys in AGAIN.findall(log)}


def contents(root: Path) -> dict[str, str]:
    """A digest of every table that was built, of its rows themselves."""
    found: dict[str, str] = {}
    for database in (WorkspacePaths(root).raw_database, WorkspacePaths(root).marts_database):
        with duckdb.connect(str(database), read_only=True) as connection:
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() "
                "where database_name = current_database() and schema_name in ('staging', 'intermediate', 'marts')"
            ).fetchall()
            for schema, table in tables:
                digest = connection.execute(
                    f'select count(*) || \':\' || sum(hash(one)) from "{schema}"."{table}" as one'
                )
                found[table] = str(digest.fetchall()[0][0])
    return found


def rows_of(root: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(WorkspacePaths(root).raw_database)) as connection:
        return connection.execute(sql).fetchall()


def test_a_days_events_build_the_rows_of_the_keys_that_they_touch(small_copy: Path, quick: QuickWorkers) -> None:
    # Somebody who has not been here for long, so that nothing of today is theirs.
    silent = (
        "select any_value(touchpoint_id order by touchpoint_id) from intermediate.int_touchpoints__mapped "
        "group by person_id order by max(occurred_at), person_id limit 1"
    )
    changed = f"update intermediate.int_touchpoints__mapped set campaign = 'changed' where touchpoint_id = ({silent})"
    assert rows_of(small_copy, changed) == [(1,)]
    add_events(small_copy, 12)
    run = built(small_copy, quick)

    by_keys = built_by_keys(run)
    through = {"base_web__events", "int_touchpoints__people", "int_touchpoints__types", "int_touchpoints__mapped"}
    through |= {"int_touchpoints__sessions", "fct_touchpoints", "fct_sessions", "fct_journeys", "fct_stage_entries"}
    assert through - set(by_keys) == set()
    rows, keys = by_keys["int_touchpoints__mapped"]
    assert 0 < keys < rows / 10

    # Nothing of today looks at the row that another hand changed; a whole pass finds it, and all is as if from nothing.
    assert altered(run) == []
    assert altered(built(small_copy, quick, check_all=True)) == [MAPPED]
    stood = contents(small_copy)
    built(small_copy, quick, full_refresh=True)
    assert contents(small_copy) == stood


def test_a_test_of_rows_looks_at_those_that_changed_and_at_what_shares_their_keys(
    small_copy: Path, dbt: DbtProcess
) -> None:
    def status(run_id: str, **options: bool) -> str:
        models = ["int_touchpoints__mapped"]
        outcome = finish(dbt.build(WorkspacePaths(small_copy), run_id=run_id, models=models, **options))
        found: list[NodeOutcome] = [node for node in outcome.nodes if TEST in node.unique_id]
        return found[0].status

    def change(content: str, key: object, statement: str) -> None:
        """As a build leaves the table that changed the rows of one key."""
        rows_of(small_copy, statement)
        rows_of(
            small_copy,
            f"update built.models set former = content, content = '{content}' where name = '{MAPPED}'; "
            f"delete from built.changed where model = '{MAPPED}'; "
            f"insert into built.changed values ('{MAPPED}', 'touchpoint_id', '{key}')",
        )

    table = "intermediate.int_touchpoints__mapped"
    (one,), (other,) = rows_of(small_copy, f"select touchpoint_id from {table} order by touchpoint_id limit 2")
    doubled = f"insert into {table} select * from {table} where touchpoint_id = {one}"
    change("other rows", other, doubled)
    assert status("second") == "pass"
    change("one more", one, f"update {table} set amount = amount where false")
    assert status("third") == "fail"
    assert status("fourth", is_whole=True) == "fail"

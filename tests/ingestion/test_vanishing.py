"""A load that would end most of a source's rows is refused, by whatever route they came; it can be accepted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from ingestion import load_mappings
from ingestion.engine.vanishing import Bound
from pipeline.run import PipelineRun
from tests.ingestion.workspaces import ORDERS, load, make_workspace, put, rows, unbalanced
from tests.vendors.asking import HUBSPOT, asked, errors, landed, many, replay_of
from workspace import Workspace

HEAD = "customer_id,occurred_at,amount\n"


def orders(first: int, last: int) -> str:
    """A file of orders, a customer each."""
    return HEAD + "".join(f"C{nth},2026-01-05,{nth}\n" for nth in range(first, last))


def live(workspace: Workspace) -> int:
    query = """
        select count(*) from raw_crm.orders
        where _load_id in (select load_id from ledger.loads where status = 'active')
    """
    assert not unbalanced(workspace)
    return int(rows(workspace, query)[0][0])


@pytest.mark.parametrize(
    ("share", "before", "after", "forbidden"),
    [
        (0.5, 100, 50, False),
        (0.5, 100, 49, True),
        # Fewer than 20 rows may be deleted, unless they are all.
        (0.5, 30, 11, False),
        (0.5, 30, 10, True),
        (0.5, 1, 0, True),
        (0.5, 0, 0, False),
        (0.5, 100, 1000, False),
        (0.0, 100, 81, False),
        (0.0, 100, 80, True),
        (1.0, 100, 0, False),
    ],
)
def test_a_load_may_end_half_or_a_few_rows(share: float, before: int, after: int, forbidden: bool) -> None:
    assert Bound(share).forbids(before=before, after=after) is forbidden


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HEAD, "All 100 rows of 'shop' would vanish with this load, and nothing would be left (max_vanished is 50%)."),
        (orders(0, 49), "51 of 100 rows of 'shop' would vanish with this load (max_vanished is 50%)."),
        (orders(500, 549), "51 of 100 rows of 'shop' would vanish with this load (max_vanished is 50%)."),
    ],
)
def test_a_file_that_was_emptied_is_refused_until_it_is_accepted(tmp_path: Path, content: str, said: str) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    put(workspace, "orders.csv", orders(0, 100))
    load(workspace)
    put(workspace, "orders.csv", content)
    for _ in range(2):
        report = load(workspace)
        (problem,) = report.problems
        assert problem.what == f"{said} It was refused, and the earlier rows still count."
        assert (problem.file, problem.key) == ("inbox/orders.csv", "sources.shop.max_vanished")
        assert problem.fix.endswith("cx run --accept-vanished shop")
        assert [file.outcome for file in report.files] == ["failed"]
        assert live(workspace) == 100
    assert errors(load(workspace, accept=True)) == []
    assert live(workspace) == content.count("\n") - 1
    assert [file.outcome for file in load(workspace).files] == ["unchanged"]


def test_the_bound_is_that_of_the_source(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, {**ORDERS, "max_vanished": 0.9})
    put(workspace, "orders.csv", orders(0, 100))
    load(workspace)
    put(workspace, "orders.csv", orders(0, 10))
    assert errors(load(workspace)) == []
    assert live(workspace) == 10


def test_a_file_that_is_gone_ends_nothing(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    put(workspace, "orders.csv", orders(0, 100)).unlink()
    put(workspace, "old.csv", orders(0, 100))
    load(workspace)
    (workspace.paths.inbox / "old.csv").unlink()
    assert [problem.what for problem in load(workspace).problems] == ["No file matches this path."]
    assert live(workspace) == 100


def test_files_of_the_same_load_make_up_for_one_another(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    put(workspace, "a.csv", orders(0, 120))
    load(workspace)
    # The file is split in three, and the first part keeps its name.
    put(workspace, "a.csv", orders(0, 40))
    put(workspace, "b.csv", orders(40, 80))
    put(workspace, "c.csv", orders(80, 120))
    report = load(workspace)
    assert errors(report) == []
    assert {file.outcome for file in report.files} == {"loaded"}
    assert live(workspace) == 120


def test_a_refused_file_keeps_its_rows_and_others_load(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    for name, first in (("a", 0), ("b", 100), ("c", 200)):
        put(workspace, f"{name}.csv", orders(first, first + 100))
    load(workspace)
    for name, first in (("a", 1000), ("b", 1100)):
        put(workspace, f"{name}.csv", orders(first, first + 5))
    put(workspace, "d.csv", orders(300, 310))
    report = load(workspace)
    (said,) = errors(report)
    assert said.startswith("180 of 300 rows of 'shop' would vanish with this load")
    assert report.problems[0].file == "inbox/a.csv and 1 more"
    assert [file.outcome for file in report.files] == ["failed", "failed", "unchanged", "loaded"]
    assert live(workspace) == 310


def test_the_beginning_of_a_file_that_ends_counts_by_itself(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    put(workspace, "all.csv", orders(0, 100))
    put(workspace, "part.csv", orders(0, 60))
    put(workspace, "others.csv", orders(100, 200))
    load(workspace)
    assert live(workspace) == 200
    # All rows are those of files that have changed, and 95 of 200 are gone.
    put(workspace, "all.csv", orders(900, 905))
    put(workspace, "others.csv", orders(200, 300))
    assert errors(load(workspace)) == []
    assert live(workspace) == 5 + 60 + 100


def test_other_words_of_cx_yml_may_not_empty_a_source(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, {**ORDERS, "path": "inbox/*.txt", "delimiter": ";"})
    put(workspace, "o.txt", orders(0, 100).replace(",", ";"))
    load(workspace)
    put(workspace, "o.txt", orders(0, 100).replace(",", ";").replace("C", "C;"))
    assert len(errors(load(workspace))) == 1
    assert live(workspace) == 100


def test_mappings_have_no_bound(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    head = "data_source,event,role,occurrence,touchpoint,stage,corner,interaction\n"
    path = tmp_path / "mappings" / "touchpoint_types.csv"
    path.write_text(head + "".join(f"shop,e{nth},view,any,Visit,discovery,product,\n" for nth in range(50)))
    load_mappings(workspace, run_id="1")
    path.write_text(head)
    assert load_mappings(workspace, run_id="2").problems == ()
    path.unlink()
    load_mappings(workspace, run_id="3")
    live_mappings = """
        select count(*) from ledger.loads where raw_table = 'touchpoint_types' and status = 'active'
    """
    assert rows(workspace, live_mappings) == [(0,)]


@pytest.fixture(params=["sql", "landed"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Workspace, sqlite3.Connection]]:
    """A source of a table of 100 people, whom a program or Airbyte keeps there."""
    own: dict[str, Any] = {"vendor": "sql", "columns": {"customer_id": "id"}}
    if request.param == "landed":
        own = {"vendor": "hubspot", "landed": "airbyte"}
    source = {"name": "lake", "kind": "crm", "entity": "contacts", "url": "sqlite:///lake.db", "table": "people", **own}
    workspace = make_workspace(tmp_path, source)
    with sqlite3.connect(tmp_path / "lake.db") as database:
        database.execute("create table people (id text, properties json, _airbyte_raw_id text)")
        database.executemany("insert into people (id) values (?)", [(f"C{nth}",) for nth in range(100)])
    yield workspace, database
    database.close()


@pytest.mark.parametrize("left", [0, 30])
def test_a_table_that_was_emptied_is_refused(table: tuple[Workspace, sqlite3.Connection], left: int) -> None:
    workspace, database = table
    load(workspace, "lake")
    with database:
        database.execute("delete from people where cast(substr(id, 2) as int) >= ?", [left])
    (said,) = errors(load(workspace, "lake"))
    assert said.startswith("70 of 100 rows" if left else "All 100 rows")
    assert rows(workspace, "select records, status from ledger.loads") == [(100, "active")]
    assert errors(load(workspace, "lake", accept=True)) == []
    assert rows(workspace, "select records, status from ledger.loads order by load_id") == [
        (100, "superseded"),
        (left, "active"),
    ]


@pytest.mark.parametrize("left", [0, 20])
def test_an_api_that_has_next_to_nothing_left_is_refused_before_anything_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    monkeypatch.setenv("API_KEY", "a-key-of-the-tests")
    replay = replay_of(HUBSPOT, many(60))
    replay.page_size = 20
    with asked(tmp_path, HUBSPOT, replay) as workspace:
        load(workspace, "s")
        before = landed(workspace, HUBSPOT)
        files = {path.name: path.read_bytes() for path in (workspace.paths.fetched / "s").iterdir()}
        replay.records = [many(left), []]
        (said,) = errors(load(workspace, "s"))
        assert said.startswith("40 of 60 records of 's'" if left else "All 60 records of 's'")
        assert landed(workspace, HUBSPOT) == before
        assert {path.name: path.read_bytes() for path in (workspace.paths.fetched / "s").iterdir()} == files
        assert errors(load(workspace, "s", accept=True)) == []
        assert len(landed(workspace, HUBSPOT)) == left


def test_pages_of_records_that_become_no_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "a-key-of-the-tests")
    replay = replay_of(HUBSPOT, many(60))
    replay.page_size = 20
    with asked(tmp_path, HUBSPOT, replay) as workspace:
        load(workspace, "s")
        before = landed(workspace, HUBSPOT)
        # As many as before, and none that can be a person.
        replay.records = [["no record"] * 60, []]
        said = errors(load(workspace, "s"))
        assert any("would vanish with this load" in one for one in said)
        assert landed(workspace, HUBSPOT) == before


def test_a_run_accepts_what_it_was_asked_to(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, ORDERS)
    put(workspace, "orders.csv", orders(0, 100))
    load(workspace)
    put(workspace, "orders.csv", HEAD)
    assert PipelineRun(workspace).load_source("shop").problems != ()
    assert PipelineRun(workspace, accept_vanished=["other"]).load_source("shop").problems != ()
    assert PipelineRun(workspace, accept_vanished=["shop"]).load_source("shop").problems == ()
    assert live(workspace) == 0


def test_a_source_to_accept_is_one_of_cx_yml(tmp_path: Path) -> None:
    make_workspace(tmp_path, ORDERS)
    result = CliRunner().invoke(app, ["run", "--workspace", str(tmp_path), "--accept-vanished", "shopp"])
    assert result.exit_code == 2
    assert "'shopp' is not a source of cx.yml" in " ".join(result.output.split())

"""Tables of databases: read whole or by a cursor, from PostgreSQL and SQLite; each row counts once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion import check_sources
from ingestion.engine.databases import Database
from tests.ingestion.postgres import PASSWORD, Server, find_programs
from tests.ingestion.workspaces import ORDERS, live_orders, load, make_workspace, put, rows, unbalanced, write_workspace
from workspace import Workspace, WorkspaceError, load_workspace

COLUMNS = {"customer_id": "customer", "occurred_at": "created_at", "amount": "total", "order_id": "id"}
CURSOR = {"cursor": "updated_at", "lag": "15 minutes"}
TABLE = """
    create table orders (
        id bigint primary key, customer text, created_at timestamptz not null, updated_at timestamptz,
        total numeric(12, 2), "share %" text, tags text[], extra jsonb
    )
"""
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server(find_programs())
    server.start()
    yield server
    server.remove()


@pytest.fixture
def postgres(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server with an empty table of orders."""
    if not server.is_running():
        server.start()
    server.execute("drop schema public cascade", "create schema public", TABLE)
    monkeypatch.setenv("CX_SHOP_URL", server.url)
    return server


def table_source(**options: Any) -> dict[str, Any]:
    base = {"name": "shop", "kind": "crm", "vendor": "sql", "entity": "orders", "url": "env:CX_SHOP_URL"}
    return {**base, "table": "orders", "columns": COLUMNS, **options}


def insert(server: Server, *orders: tuple[int, str, str, datetime | None]) -> None:
    """Orders as id, customer, total and the time of the last change."""
    for number, customer, total, changed in orders:
        time = f"'{changed.isoformat()}'" if changed else "null"
        server.execute(
            f"insert into orders (id, customer, created_at, updated_at, total)"
            f" values ({number}, '{customer}', '2026-01-04 09:12:33.120456+01', {time}, {total})"
        )


def counts(workspace: Workspace) -> list[tuple[int, ...]]:
    """Records, loaded and skipped of every load."""
    assert not unbalanced(workspace)
    return rows(workspace, "select records, loaded, skipped from ledger.loads order by load_id")


def test_a_row_is_loaded_as_text_with_every_column(tmp_path: Path, postgres: Server) -> None:
    postgres.execute(
        "insert into orders values (1, 'Jürgen', '2026-01-04 09:12:33.120456+01', null, 1200.50,"
        " '5', '{a,b}', '{\"a\": 1}')"
    )
    workspace = make_workspace(tmp_path, table_source())
    report = load(workspace)
    assert report.problems == ()
    assert report.loaded == 1
    columns = "order_id, customer_id, occurred_at, updated_at, amount, currency, _source, _file, _line"
    assert rows(workspace, f"select {columns} from raw_crm.orders") == [
        ("1", "Jürgen", "2026-01-04 08:12:33.120456+00", None, "1200.50", None, "shop", "sql:shop", 1)
    ]
    (others,) = rows(workspace, "select _others from raw_crm.orders")[0]
    assert json.loads(others) == {
        "share %": "5",
        "tags": "{a,b}",
        "extra": '{"a": 1}',
    }


def test_without_a_cursor_a_changed_table_replaces_the_previous_load(tmp_path: Path, postgres: Server) -> None:
    workspace = make_workspace(tmp_path, table_source())
    insert(postgres, (1, "a", "10", NOW), (2, "b", "20", NOW), (3, "c", "30", NOW))
    load(workspace)
    assert [file.outcome for file in load(workspace).files] == ["unchanged"]
    postgres.execute("update orders set total = 21 where id = 2", "delete from orders where id = 3")
    load(workspace)
    assert live_orders(workspace) == [("a", "10.00"), ("b", "21.00")]
    assert rows(workspace, "select load_id, status, superseded_because from ledger.loads order by 1") == [
        (1, "superseded", "replaced"),
        (2, "active", None),
    ]
    postgres.execute("delete from orders")
    load(workspace, accept=True)
    assert live_orders(workspace) == []
    assert counts(workspace) == [(3, 3, 0), (2, 2, 0), (0, 0, 0)]


def test_with_a_cursor_only_new_and_changed_rows_load(tmp_path: Path, postgres: Server) -> None:
    workspace = make_workspace(tmp_path, table_source(**CURSOR))
    insert(postgres, (1, "a", "10", NOW - timedelta(days=1)), (2, "b", "20", NOW - timedelta(minutes=5)))
    load(workspace)
    assert [file.outcome for file in load(workspace).files] == ["unchanged"]
    insert(postgres, (3, "c", "30", NOW - timedelta(minutes=1)))
    postgres.execute(f"update orders set total = 11, updated_at = '{NOW.isoformat()}' where id = 1")
    load(workspace)
    assert counts(workspace) == [(2, 2, 0), (3, 2, 1)], "the row within the lag is read again, and skipped"
    assert live_orders(workspace) == [("a", "10.00"), ("a", "11.00"), ("b", "20.00"), ("c", "30.00")]
    assert rows(workspace, "select count(distinct _line), min(_line), max(_line) from raw_crm.orders") == [(4, 1, 5)], (
        "file and line name a row"
    )


def test_a_late_commit_within_the_lag_is_found(tmp_path: Path, postgres: Server) -> None:
    workspace = make_workspace(tmp_path, table_source(**CURSOR))
    insert(postgres, (1, "a", "10", NOW))
    load(workspace)
    insert(postgres, (2, "late", "20", NOW - timedelta(minutes=14)), (3, "too late", "30", NOW - timedelta(minutes=16)))
    load(workspace)
    assert live_orders(workspace) == [("a", "10.00"), ("late", "20.00")]
    workspace = load_workspace(write_workspace(tmp_path, table_source(cursor="updated_at", lag="1 hour")))
    load(workspace)
    assert live_orders(workspace) == [("a", "10.00"), ("late", "20.00"), ("too late", "30.00")]
    assert counts(workspace) == [(1, 1, 0), (2, 1, 1), (3, 1, 2)]


def test_a_hard_delete_is_not_seen_with_a_cursor(tmp_path: Path, postgres: Server) -> None:
    workspace = make_workspace(tmp_path, table_source(**CURSOR))
    insert(postgres, (1, "a", "10", NOW), (2, "b", "20", NOW))
    load(workspace)
    postgres.execute("delete from orders where id = 1")
    load(workspace)
    assert live_orders(workspace) == [("a", "10.00"), ("b", "20.00")]


def test_rows_without_a_cursor_value_replace_earlier_ones(tmp_path: Path, postgres: Server) -> None:
    workspace = make_workspace(tmp_path, table_source(**CURSOR))
    insert(postgres, (1, "a", "10", NOW), (2, "b", "20", None))
    load(workspace)
    assert counts(workspace) == [(1, 1, 0), (1, 1, 0)]
    assert [file.outcome for file in load(workspace).files] == ["unchanged"]
    for total in (21, 20):
        postgres.execute(f"update orders set total = {total} where id = 2")
        load(workspace)
    assert live_orders(workspace) == [("a", "10.00"), ("b", "20.00")]
    postgres.execute(f"update orders set updated_at = '{NOW.isoformat()}', total = 22 where id = 2")
    load(workspace)
    assert live_orders(workspace) == [("a", "10.00"), ("b", "22.00")]
    found = rows(workspace, "select _file, _line from raw_crm.orders where _load_id in (1, 5)")
    assert len(set(found)) == 2


def test_a_cursor_in_the_future_hides_no_later_row(tmp_path: Path, postgres: Server) -> None:
    workspace = make_workspace(tmp_path, table_source(**CURSOR))
    insert(postgres, (1, "a", "10", datetime(9999, 12, 31, tzinfo=UTC)))
    load(workspace)
    insert(postgres, (2, "b", "20", datetime.now(UTC)))
    load(workspace)
    assert live_orders(workspace) == [("a", "10.00"), ("b", "20.00")]


def test_identical_rows_are_all_counted(tmp_path: Path, postgres: Server) -> None:
    postgres.execute("create table visits (who text, seen timestamptz, what text)")
    columns = {"customer_id": "who", "occurred_at": "seen", "event": "what"}
    visits = {"table": "visits", "entity": "interactions", "columns": columns}
    workspace = make_workspace(tmp_path, table_source(**visits, cursor="seen", lag="1 hour"))
    row = f"insert into visits values ('a', '{NOW.isoformat()}', 'call')"
    for _ in range(3):
        postgres.execute(row)
        load(workspace)
    assert counts(workspace) == [(1, 1, 0), (2, 1, 1), (3, 1, 2)]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("kind", "lag", "first", "late", "missed"),
    [
        ("bigint", "10", "100", "90", "89"),
        ("date", "2 days", "'2026-03-10'", "'2026-03-08'", "'2026-03-07'"),
        ("timestamp", "1 hour", "'2026-03-10 10:00'", "'2026-03-10 09:00'", "'2026-03-10 08:59'"),
        ("timestamptz", "90 seconds", "'2026-03-10 10:00+02'", "'2026-03-10 07:58:30+00'", "'2026-03-10 07:58:29+00'"),
    ],
)
def test_ids_dates_and_times_can_be_cursors(
    tmp_path: Path, postgres: Server, kind: str, lag: str, first: str, late: str, missed: str
) -> None:
    postgres.execute(f"create table changes (customer_id text, occurred_at text, amount int, order_id text, at {kind})")
    source = table_source(table="public.changes", columns={}, cursor="at", lag=lag)
    workspace = make_workspace(tmp_path, source)
    postgres.execute(f"insert into changes values ('first', '2026-01-01', 1, 1, {first})")
    load(workspace)
    postgres.execute(f"insert into changes values ('late', '2026-01-01', 2, 2, {late})")
    postgres.execute(f"insert into changes values ('missed', '2026-01-01', 3, 3, {missed})")
    load(workspace)
    assert live_orders(workspace) == [("first", "1"), ("late", "2")]


def test_changed_columns_reload_the_table(tmp_path: Path, postgres: Server) -> None:
    workspace = make_workspace(tmp_path, table_source(**CURSOR))
    insert(postgres, (1, "a", "10", NOW), (2, "b", "20", None))
    load(workspace)
    columns = {**COLUMNS, "customer_id": "id"}
    load(load_workspace(write_workspace(tmp_path, table_source(**CURSOR, columns=columns))))
    assert live_orders(workspace) == [("1", "10.00"), ("2", "20.00")]
    load(load_workspace(write_workspace(tmp_path, table_source(columns=columns))))
    assert live_orders(workspace) == [("1", "10.00"), ("2", "20.00")]
    assert counts(workspace)[-1] == (2, 2, 0)


def test_an_unreachable_server_affects_only_its_source(tmp_path: Path, postgres: Server) -> None:
    files = {**ORDERS, "name": "outlet"}
    workspace = make_workspace(tmp_path, table_source(), files)
    insert(postgres, (1, "a", "10", NOW))
    load(workspace)
    postgres.stop()
    put(workspace, "o.csv", "customer_id,occurred_at,amount\nz,2026-01-01,1\n")
    report = load(workspace)
    assert [file.outcome for file in report.files] == ["failed"]
    (problem,) = report.problems
    assert (problem.file, problem.key, problem.severity) == ("sql:shop", "sources.shop.url", "error")
    assert "refused" in problem.what
    assert [problem.key for problem in check_sources(workspace)] == ["sources.shop.url"]
    assert load(workspace, "outlet").problems == ()
    assert live_orders(workspace) == [("a", "10.00"), ("z", "1")]
    postgres.start()
    insert(postgres, (2, "b", "20", NOW))
    assert load(workspace).problems == ()
    assert live_orders(workspace) == [("a", "10.00"), ("b", "20.00"), ("z", "1")]


@pytest.mark.thorough
def test_a_server_that_fails_midway_loads_nothing_and_the_next_run_completes(
    tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.execute("insert into orders select n, 'c' || n, now(), now(), n from generate_series(1, 300000) as n")
    workspace = make_workspace(tmp_path, table_source(**CURSOR))
    batches = Database.batches

    def dying(database: Database, **arguments: Any) -> Iterator[Any]:
        for number, batch in enumerate(batches(database, **arguments)):
            if number == 1:
                postgres.stop()
            yield batch

    monkeypatch.setattr(Database, "batches", dying)
    report = load(workspace)
    assert [file.outcome for file in report.files] == ["failed"]
    assert "sources.shop.url" in {problem.key for problem in report.problems}
    assert rows(workspace, "select count(*) from raw_crm.orders") == [(0,)]
    assert counts(workspace) == []
    monkeypatch.setattr(Database, "batches", batches)
    postgres.start()
    assert load(workspace).problems == ()
    assert counts(workspace) == [(300_000, 300_000, 0)]
    assert rows(workspace, "select count(distinct order_id) from raw_crm.orders") == [(300_000,)]


def test_no_message_shows_the_password(tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = make_workspace(tmp_path, table_source(url=postgres.url))
    assert PASSWORD not in repr(workspace.config)
    (warning,) = check_sources(workspace)
    assert (warning.severity, warning.key) == ("warning", "sources.shop.url")
    monkeypatch.setenv("CX_SHOP_URL", postgres.url.replace("reader:", "stranger:"))
    (problem,) = check_sources(make_workspace(tmp_path, table_source()))
    assert "authentication failed" in problem.what
    assert "s3cret" not in f"{warning} {problem}"


@pytest.mark.parametrize(
    ("options", "key", "severity", "said"),
    [
        ({"table": "oders"}, "sources.shop.table", "error", "Similar names: orders."),
        ({"table": "sales.orders"}, "sources.shop.table", "error", "schema 'sales'"),
        ({"columns": {**COLUMNS, "amount": "totl"}}, "columns.amount", "error", "Did you mean 'total'?"),
        ({"columns": {**COLUMNS, "cost": "price"}}, "columns.cost", "warning", "The table has no column 'price'"),
        ({"cursor": "changed_at", "lag": "1 hour"}, "sources.shop.cursor", "error", "no column 'changed_at'"),
        ({"cursor": "customer", "lag": "1 hour"}, "sources.shop.cursor", "error", "neither a time"),
        ({"cursor": "updated_at", "lag": "10"}, "sources.shop.lag", "error", "such as '15 minutes'"),
        ({"cursor": "id", "lag": "1 hour"}, "sources.shop.lag", "error", "a number of ids"),
        (
            {**CURSOR, "columns": {k: v for k, v in COLUMNS.items() if k != "order_id"}},
            "sources.shop.cursor",
            "warning",
            "counts twice",
        ),
        ({"url": "env:CX_NOWHERE"}, "sources.shop.url", "error", "CX_NOWHERE is not set"),
    ],
)
def test_check_names_table_problems(
    tmp_path: Path, postgres: Server, options: dict[str, Any], key: str, severity: str, said: str
) -> None:
    (problem,) = check_sources(make_workspace(tmp_path, table_source(**options)))
    assert (problem.file, problem.key, problem.severity) == ("sql:shop", key, severity)
    assert said in str(problem)


def test_a_valid_table_passes_the_check(tmp_path: Path, postgres: Server) -> None:
    assert check_sources(make_workspace(tmp_path, table_source(**CURSOR))) == []


@pytest.mark.thorough
def test_a_large_table_and_a_days_changes_load_in_seconds(tmp_path: Path, postgres: Server) -> None:
    postgres.execute(
        """
        insert into orders
        select n, 'c' || n % 1000, now() - n * interval '1 minute', now() - n * interval '1 minute', n * 0.01
        from generate_series(1, 300000) as n
        """
    )
    workspace = make_workspace(tmp_path, table_source(**CURSOR))
    load(workspace)
    postgres.execute("update orders set total = total + 1, updated_at = now() where id % 1000 = 0")
    load(workspace)
    (first, second) = counts(workspace)
    assert first == (300_000, 300_000, 0)
    assert second[1] == 300
    assert second[2] <= 16, "one a minute, from the highest cursor back to the lag"
    newest = """
        select sum(cast(amount as decimal(18, 2)))
        from (
            select amount, row_number() over (partition by order_id order by _load_id desc) as nth
            from raw_crm.orders
        )
        where nth = 1
    """
    assert rows(workspace, newest) == [(Decimal(sum(range(1, 300_001))) / 100 + 300,)]


@pytest.fixture
def shop_db(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "create table orders (id integer, customer text, created_at text, total real, updated_at datetime)"
        )
    return path


def change(path: Path, statement: str, *parameters: Any) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(statement, parameters)


@pytest.mark.parametrize("form", ["{} {}", "{}T{}", "{}T{}Z"])
def test_sqlite_supports_a_text_cursor(tmp_path: Path, shop_db: Path, form: str) -> None:
    workspace = make_workspace(tmp_path, table_source(url="sqlite:///shop.db", **CURSOR))
    add = "insert into orders values (?, ?, '2026-01-01', 1.5, ?)"
    change(shop_db, add, 1, "a", form.format("2026-03-10", "10:00:00"))
    change(shop_db, add, 2, "b", None)
    load(workspace)
    change(shop_db, add, 3, "late", form.format("2026-03-10", "09:45:00"))
    change(shop_db, add, 4, "missed", form.format("2026-03-10", "09:44:59"))
    load(workspace)
    assert live_orders(workspace) == [("a", "1.5"), ("b", "1.5"), ("late", "1.5")]
    assert not unbalanced(workspace)


def test_sqlite_is_read_completely_and_never_written(tmp_path: Path, shop_db: Path) -> None:
    workspace = make_workspace(tmp_path, table_source(url="sqlite:///shop.db"))
    change(shop_db, "insert into orders values (1, 'a', 'not a time', 'not a number', 17)")
    load(workspace)
    assert rows(workspace, "select amount, occurred_at from raw_crm.orders") == [("not a number", "not a time")]
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["cx.yml", "shop.db"]


def test_a_missing_sqlite_file_is_reported_and_not_created(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, table_source(url="sqlite:///shop.db"))
    (problem,) = load(workspace).problems
    assert "There is no file" in problem.what
    assert not (tmp_path / "shop.db").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "mysql://a:b@c/d"}, "'env:NAME' for a variable that holds it, which other servers need"),
        ({"table": "orders; drop table x"}, "table"),
        ({"cursor": "updated_at"}, "go together"),
        ({"cursor": "updated_at", "lag": "soon"}, "not a lag"),
        ({"path": "inbox/*.csv"}, "'path' does not belong to vendor sql"),
        ({"delimiter": ";"}, "'delimiter' does not belong to vendor sql"),
        ({"entity": "order"}, "use one of"),
    ],
)
def test_an_unknown_table_option_is_refused(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    with pytest.raises(WorkspaceError) as refused:
        make_workspace(tmp_path, table_source(**options))
    assert said.lower() in str(refused.value).lower()


def test_an_error_does_not_contain_the_url(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError) as refused:
        make_workspace(tmp_path, table_source(url="mysql://a:secret@host/d", entity="order"))
    assert "secret" not in str(refused.value)


def test_a_file_source_has_no_table(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="'table' does not belong to vendor csv"):
        make_workspace(tmp_path, {**ORDERS, "table": "orders"})

"""Large inputs of one shape in, loading speed out: ours beside plain DuckDB.

The inputs are made once, beside the company's folder: Segment events as JSON lines, orders as CSV, orders in a
PostgreSQL server of this machine. Cases come in pairs, as in `benchmarks.cases`.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ingestion import load_source, prepare
from tests.ingestion.postgres import Server, find_programs
from workspace import Workspace, load_workspace

EVENTS = 2_000_000
ORDERS = 2_000_000
TABLE_ROWS = 300_000

_EVENTS = """
    copy (
        select
            case when n % 3 = 0 then 'track' else 'page' end as type,
            md5(n::varchar) as "messageId",
            md5((n % 200000)::varchar) as "anonymousId",
            case when n % 5 = 0 then 'u' || n % 40000 end as "userId",
            'Product Viewed' as event,
            strftime(timestamp '2026-01-01' + to_seconds(n), '%Y-%m-%dT%H:%M:%S.000Z') as timestamp,
            {{
                url: 'https://shop.example/p/' || n % 5000 || '?utm_source=news', referrer: 'https://search.example/',
                price: n % 100 + 0.99, title: 'Größe "' || n % 50 || '"'
            }} as properties,
            {{
                ip: '192.0.2.1', locale: 'de-DE', "userAgent": 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
                campaign: {{source: 'news', medium: 'email', name: 'spring'}}, library: {{name: 'analytics.js'}}
            }} as context
        from range({rows}) as numbers (n)
    ) to '{path}' (format json)
"""

_ORDERS = """
    copy (
        select
            'c' || n % 400000 as customer_id,
            strftime(timestamp '2026-01-01' + to_seconds(n), '%Y-%m-%d %H:%M:%S') as occurred_at,
            n % 500 + 0.5 as amount,
            'o' || n as order_id,
            'sale' as kind,
            'EUR' as currency,
            'Article "' || n % 70 || '", large' as article
        from range({rows}) as numbers (n)
    ) to '{path}' (format csv, header)
"""

_TABLE = """
    create table orders as
    select
        n as id, 'c' || n % 40000 as customer,
        timestamptz '2026-01-01 00:00+00' + n * interval '1 second' as created_at,
        timestamptz '2026-01-01 00:00+00' + n * interval '1 second' as updated_at,
        (n % 500 + 0.5)::numeric(12, 2) as total, 'Article ' || n % 70 as article, n % 3 = 0 as is_gift
    from generate_series(1, {rows}) as n
"""


def load_events(root: Path) -> tuple[int, float]:
    """Two million Segment events through the whole path: hash, ledger, rejects, line numbers, raw."""
    source = {"name": "bulk", "kind": "web", "vendor": "segment", "path": "inbox/*.jsonl"}
    return _load(source, _events(root))


def load_events_plain(root: Path) -> tuple[int, float]:
    """The same events as JSON objects into a table."""
    return _plain("create table events as select * from read_json_objects(?)", _events(root))


def load_orders(root: Path) -> tuple[int, float]:
    """Two million orders of a CSV file through the whole path."""
    source = {"name": "bulk", "kind": "crm", "vendor": "csv", "entity": "orders", "path": "inbox/*.csv"}
    return _load(source, _orders(root))


def load_orders_plain(root: Path) -> tuple[int, float]:
    """The same orders by DuckDB's own reader with rejected rows stored."""
    return _plain(
        "create table orders as select * from read_csv(?, all_varchar = true, header = true, store_rejects = true)",
        _orders(root),
    )


def load_table(_: Path) -> tuple[int, float]:
    """Orders of PostgreSQL through the whole path."""
    with _server() as server:
        columns = {"customer_id": "customer", "occurred_at": "created_at", "amount": "total", "order_id": "id"}
        place = {"name": "bulk", "kind": "crm", "vendor": "sql", "url": server.url, "table": "orders"}
        cursor = {"cursor": "updated_at", "lag": "15 minutes"}
        import dlt.sources.sql_database  # noqa: F401 (imported before the clock starts, as for its own case)

        return _load({**place, "entity": "orders", "columns": columns, **cursor}, None)


def load_table_plain(_: Path) -> tuple[int, float]:
    """The same orders by a pipeline of dlt with connectorx into DuckDB."""
    import dlt
    from dlt.sources.sql_database import sql_table

    with _server() as server, tempfile.TemporaryDirectory() as folder:
        target = dlt.destinations.duckdb(str(Path(folder) / "plain.duckdb"))
        pipeline = dlt.pipeline("plain", pipelines_dir=folder, destination=target, dataset_name="raw")
        url = server.url.replace("postgresql://", "postgresql+psycopg://")
        started = time.perf_counter()
        table = sql_table(url, "orders", backend="connectorx", reflection_level="full_with_precision")
        pipeline.run(table, loader_file_format="parquet")
        seconds = time.perf_counter() - started
    return TABLE_ROWS, seconds


def _events(root: Path) -> Path:
    return _made(root, "events.jsonl", _EVENTS, EVENTS)


def _orders(root: Path) -> Path:
    return _made(root, "orders.csv", _ORDERS, ORDERS)


def _made(root: Path, name: str, statement: str, rows: int) -> Path:
    """An input, made where it is not there yet."""
    path = root.parent / name
    if not path.exists():
        with duckdb.connect() as connection:
            connection.execute(statement.format(rows=rows, path=path))
    return path


def _load(source: dict[str, object], file: Path | None) -> tuple[int, float]:
    with tempfile.TemporaryDirectory() as folder:
        workspace = _workspace(Path(folder), source)
        prepare(workspace)
        if file is not None:
            (workspace.paths.inbox / file.name).hardlink_to(file)
        started = time.perf_counter()
        report = load_source(workspace, "bulk", run_id="bench")
        seconds = time.perf_counter() - started
    assert not report.problems, report.problems
    return report.loaded, seconds


def _plain(statement: str, file: Path) -> tuple[int, float]:
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(str(Path(folder) / "plain.duckdb")) as connection:
        started = time.perf_counter()
        rows = connection.execute(statement, [str(file)]).fetchall()[0][0]
        seconds = time.perf_counter() - started
    return int(rows), seconds


def _workspace(root: Path, source: dict[str, object]) -> Workspace:
    (root / "inbox").mkdir()
    (root / "mappings").mkdir()
    (root / "mappings" / "touchpoint_types.csv").write_text(
        "data_source,event,role,occurrence,touchpoint,stage,corner,interaction\n"
    )
    (root / "mappings" / "channels.csv").write_text("data_source,utm_source,utm_medium,channel,presence,method\n")
    config = {"company": "Bulk", "timezone": "Europe/Berlin", "currency": "EUR", "sources": [source]}
    (root / "cx.yml").write_text(json.dumps(config))  # JSON is YAML
    return load_workspace(root)


@contextmanager
def _server() -> Iterator[Server]:
    server = Server(find_programs())
    try:
        server.start()
        server.execute(_TABLE.format(rows=TABLE_ROWS), "analyze orders")
        yield server
    finally:
        server.remove()

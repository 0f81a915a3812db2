"""A history and a plan of deliveries in, the differences between two warehouses out: batches against one full load.

A plan brings the history's files in any order over several runs; some come half-written first and grow, some come
again under another name. After every run dbt builds what is there, so that an incremental model meets its own past.
At the end both warehouses hold the same files, and every mart must hold the same rows.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import duckdb

from ingestion.engine.load import load_mappings, load_source, prepare
from tests.dbt_project.history import History
from tests.dbt_project.running import run_dbt
from workspace import load_workspace

NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
# Columns that state how facts arrived, not what they are.
ARRIVAL = frozenset({"load_id", "loaded_at"})
Delivery = Mapping[str, bytes]


def deliveries(history: History, *, runs: int, seed: int) -> Sequence[Delivery]:
    """Cut a history into runs: files in random order, some of them half-written first, some twice.

    Returns:
        What arrives before each run, path -> content. A later delivery of a path replaces the earlier one.
    """
    dice = random.Random(seed)
    planned: list[dict[str, bytes]] = [{} for _ in range(runs)]
    for path, content in history.files.items():
        run = dice.randrange(runs)
        planned[run][path] = content
        if run > 0 and dice.random() < 0.3:
            planned[dice.randrange(run)][path] = _first_half(content)
        if dice.random() < 0.2:
            # The copy sorts after its original, so that a full load, too, takes the original for the first.
            stem, _, ending = path.rpartition(".")
            planned[dice.randrange(run, runs)][f"{stem}.z.{ending}"] = content
    return planned


def run_all(folder: Path, history: History, plan: Sequence[Delivery], *, secret_of: Path | None = None) -> Path:
    """Deliver, load and build run by run.

    Args:
        folder: an empty folder that becomes the workspace.
        secret_of: the marts of another workspace whose secret is taken over: keys of people depend on it.

    Returns:
        The database of the marts.
    """
    history.write(folder, [])
    for number, delivery in enumerate(plan):
        for path, content in delivery.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        workspace = load_workspace(folder)
        prepare(workspace)
        if number == 0 and secret_of is not None:
            _take_secret(folder, secret_of)
        load_mappings(workspace, run_id=f"run-{number}")
        for source in workspace.config.sources:
            load_source(workspace, source.name, run_id=f"run-{number}")
        run_dbt(folder, "build", *NO_TESTS, target=folder / ".dbt")
    return folder / "warehouse" / "cx.duckdb"


def whole(plan: Sequence[Delivery]) -> list[Delivery]:
    """The same files, all in one run."""
    return [{path: content for delivery in plan for path, content in delivery.items()}]


def differences(
    left: Path, right: Path, *, schemas: Collection[str] = ("marts",), ignored: Collection[str] = ARRIVAL
) -> dict[str, list[tuple[object, ...]]]:
    """Compare every table of some schemas row by row, and every view by its definition.

    Args:
        left: a database; it is opened read-only, as the other one is.
        right: the database to compare with.
        schemas: whose tables and views are compared.
        ignored: columns that may differ.

    Returns:
        Table -> up to five rows that only one side has (first value: the side), after a line that names the columns and
        one that names those that differ taken by themselves. Tables and views that agree are left out.
    """
    found: dict[str, list[tuple[object, ...]]] = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{left}' as one (read_only); attach '{right}' as other (read_only)")
        for schema in sorted(schemas):
            views = {side: _views(connection, side, schema) for side in ("one", "other")}
            for view in sorted(views["one"].keys() | views["other"].keys()):
                if views["one"].get(view) != views["other"].get(view):
                    found[view] = [("definition", views["one"].get(view), views["other"].get(view))]
            tables = {side: _columns(connection, side, schema, ignored) for side in ("one", "other")}
            for table in sorted(tables["one"].keys() | tables["other"].keys()):
                columns = tables["one"].get(table)
                if columns != tables["other"].get(table) or columns is None:
                    found[table] = [("columns", columns, tables["other"].get(table))]
                    continue
                rows = connection.execute(rows_on_one_side(f"{schema}.{table}", columns)).fetchall()
                if rows:
                    # A row that is there too often differs in no column by itself.
                    differing = [
                        column[0]
                        for column in columns
                        if connection.execute(rows_on_one_side(f"{schema}.{table}", [column])).fetchall()
                    ]
                    found[table] = [("columns", *(name for name, _ in columns)), ("differ", *differing), *rows]
    return found


def rows_on_one_side(table: str, columns: Sequence[tuple[str, str]]) -> str:
    """A query for up to five rows of each side that the other lacks; its first column is the side.

    Args:
        table: with its schema, in each of the databases `one` and `other`.
        columns: names and types of those that are compared.
    """
    # The last digits of a sum of fractions depend on the order of its rows.
    chosen = ", ".join(f'round("{name}", 9) as "{name}"' if kind == "DOUBLE" else f'"{name}"' for name, kind in columns)
    one, other = (f"select {chosen} from {side}.{table}" for side in ("one", "other"))
    return f"""
        (select 'one' as side, * from ({one} except all {other}) limit 5)
        union all
        (select 'other' as side, * from ({other} except all {one}) limit 5)"""


def _columns(
    connection: duckdb.DuckDBPyConnection, database: str, schema: str, ignored: Collection[str]
) -> dict[str, list[tuple[str, str]]]:
    rows = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "inner join (select database_name, schema_name, table_name from duckdb_tables()) "
        "using (database_name, schema_name, table_name) "
        "where database_name = ? and schema_name = ? order by table_name, column_index",
        [database, schema],
    ).fetchall()
    tables: dict[str, list[tuple[str, str]]] = {}
    for table, name, kind in rows:
        tables.setdefault(table, [])
        if name not in ignored:
            tables[table].append((name, kind))
    return tables


def _views(connection: duckdb.DuckDBPyConnection, database: str, schema: str) -> dict[str, str]:
    return dict(
        connection.execute(
            "select view_name, sql from duckdb_views() where database_name = ? and schema_name = ?", [database, schema]
        ).fetchall()
    )


def _first_half(content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join(lines[: max(2, len(lines) // 2)])


def _take_secret(folder: Path, marts: Path) -> None:
    with duckdb.connect(str(folder / "warehouse" / "raw.duckdb")) as connection:
        connection.execute(f"attach '{marts.with_name('raw.duckdb')}' as other (read_only)")
        connection.execute(
            "delete from secret.key_pads; insert into secret.key_pads select * from other.secret.key_pads"
        )

"""A history and a plan of deliveries in, the differences between two warehouses out: batches against one full load.

A plan brings the history's files in any order over several runs; some come half-written first and grow, some come
again under another name. After every run dbt builds what is there, so that an incremental model meets its own past.
At the end both warehouses hold the same files, and every mart must hold the same rows.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
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


def differences(left: Path, right: Path) -> dict[str, list[tuple[object, ...]]]:
    """Compare every mart row by row.

    Returns:
        Mart -> up to five rows that only one side has (first value: the side). Marts that agree are left out.
    """
    found: dict[str, list[tuple[object, ...]]] = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{left}' as one (read_only); attach '{right}' as other (read_only)")
        marts = {side: _columns(connection, side) for side in ("one", "other")}
        for mart in sorted(marts["one"].keys() | marts["other"].keys()):
            columns = marts["one"].get(mart)
            if columns != marts["other"].get(mart) or columns is None:
                found[mart] = [("columns", marts["one"].get(mart), marts["other"].get(mart))]
                continue
            rows = connection.execute(_only_on_one_side(mart, columns)).fetchall()
            if rows:
                found[mart] = rows
    return found


def _only_on_one_side(mart: str, columns: Sequence[tuple[str, str]]) -> str:
    # The last digits of a sum of fractions depend on the order of its rows.
    chosen = ", ".join(f'round("{name}", 9) as "{name}"' if kind == "DOUBLE" else f'"{name}"' for name, kind in columns)
    one, other = (f"select {chosen} from {side}.marts.{mart}" for side in ("one", "other"))
    return f"""
        (select 'one' as side, * from ({one} except all {other}) limit 5)
        union all
        (select 'other' as side, * from ({other} except all {one}) limit 5)"""


def _columns(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[tuple[str, str]]]:
    rows = connection.execute(
        "select table_name, column_name, data_type from information_schema.columns "
        "where table_catalog = ? and table_schema = 'marts' order by table_name, ordinal_position",
        [database],
    ).fetchall()
    marts: dict[str, list[tuple[str, str]]] = {}
    for mart, name, kind in rows:
        marts.setdefault(mart, [])
        if name not in ARRIVAL:
            marts[mart].append((name, kind))
    return marts


def _first_half(content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join(lines[: max(2, len(lines) // 2)])


def _take_secret(folder: Path, marts: Path) -> None:
    with duckdb.connect(str(folder / "warehouse" / "raw.duckdb")) as connection:
        connection.execute(f"attach '{marts.with_name('raw.duckdb')}' as other (read_only)")
        connection.execute(
            "delete from secret.key_pads; insert into secret.key_pads select * from other.secret.key_pads"
        )

"""What dbt remembers of its builds: since which run a model or a test stands.

In: the workspace's two databases, closed. Out: names with runs. dbt's macros write both
(`dbt_project/macros/upkeep/standing.sql`), each model's in the transaction that builds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from workspace.paths import WorkspacePaths

_MODELS = "select name, run_id from built.models"
_TESTS = "select name, run_id from built.tests"
_ALTERED = "select name from built.altered where run_id = $run_id order by name"
_FORGET = "delete from built.models where split_part(name, '.', 3) in (select unnest($models::varchar[]))"


def built_in(paths: WorkspacePaths) -> dict[str, str]:
    """Models and tests by dbt's names, with the run whose build or result is the one that stands."""
    pairs = [
        *_rows(paths.raw_database, _MODELS),
        *_rows(paths.marts_database, _MODELS),
        *_rows(paths.marts_database, _TESTS),
    ]
    return dict(pairs)


def altered_models(paths: WorkspacePaths, *, run_id: str) -> list[str]:
    """Models whose tables a whole pass of this run found to hold something else than what was built."""
    return [row[0] for row in _rows(paths.raw_database, _ALTERED, run_id=run_id)]


def forget(paths: WorkspacePaths, models: Iterable[str]) -> None:
    """Have the next build make these models again, by their names. What follows from them stands where it may."""
    for database in (paths.raw_database, paths.marts_database):
        if database.is_file():
            with duckdb.connect(str(database)) as connection:
                if _remembers(connection):
                    connection.execute(_FORGET, {"models": list(models)})


def _rows(database: Path, sql: str, **values: str) -> list[Any]:
    if not database.is_file():
        return []
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql, values).fetchall() if _remembers(connection) else []


def _remembers(connection: duckdb.DuckDBPyConnection) -> bool:
    found = "select count(*) from duckdb_tables() where schema_name = 'built' and database_name = current_database()"
    return bool(connection.execute(found).fetchall()[0][0])

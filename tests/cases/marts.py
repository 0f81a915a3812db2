"""Row counts and sums of every mart as JSON, to compare two versions: `python -m tests.cases.marts WORKSPACE > marts`.

In: a workspace with a release. Out: mart -> its rows, its content hash, and of each column how many values it has, how
many are distinct, and for numbers and yes/no their sum. `--compare BEFORE AFTER` lists what differs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import duckdb

from serving import open_release
from workspace.paths import SNAPSHOT_FILE, WorkspacePaths

_NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
    "BOOLEAN",
    "UINTEGER",
    "UBIGINT",
)


def marts(root: Path) -> dict[str, Any]:
    """What each mart of the live release sums to."""
    release = open_release(WorkspacePaths(root))
    with duckdb.connect(str(release.folder / SNAPSHOT_FILE), read_only=True) as connection:
        return {
            name: {"rows": table.rows, "content": table.content_hash, "columns": _columns(connection, name)}
            for name, table in sorted(release.document.tables.items())
        }


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, list[Any]]:
    described = connection.execute(f"describe marts.{table}").fetchall()
    found = {}
    for name, kind, *_ in described:
        total = f'sum("{name}"::double)' if kind.split("(")[0] in _NUMBERS else "null"
        values, distinct, summed = connection.execute(
            f'select count("{name}"), count(distinct "{name}"), {total} from marts.{table}'
        ).fetchall()[0]
        found[name] = [values, distinct, None if summed is None else float(f"{summed:.9g}")]
    return found


def compare(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """One line for each mart that is new, gone or differs, and how many are equal to the byte and by their sums."""
    lines = [f"new: {name}" for name in sorted(after.keys() - before.keys())]
    lines += [f"gone: {name}" for name in sorted(before.keys() - after.keys())]
    shared = sorted(before.keys() & after.keys())
    sums = same = 0
    for name in shared:
        old, new = before[name], after[name]
        differing = [
            f"{column}: {old['columns'].get(column)} -> {new['columns'].get(column)}"
            for column in sorted(old["columns"].keys() | new["columns"].keys())
            if old["columns"].get(column) != new["columns"].get(column)
        ]
        if old["rows"] != new["rows"]:
            differing.insert(0, f"rows: {old['rows']} -> {new['rows']}")
        lines += [f"{name}.{line}" for line in differing]
        sums += not differing
        same += old["content"] == new["content"]
    lines.append(f"{sums} of {len(shared)} marts have equal rows and sums, {same} the same content to the byte")
    return lines


if __name__ == "__main__":
    if sys.argv[1] == "--compare":
        print("\n".join(compare(*(json.loads(Path(name).read_text()) for name in sys.argv[2:4]))))
    else:
        json.dump(marts(Path(sys.argv[1])), sys.stdout, indent=0)

"""A warehouse that dbt has built in, the models out that are not closed under the column by which they grow.

A model that declares `config.meta.increment_by`, a column of its table, is built again for some of that column's values
(keys; no value is a key, too): its SQL reads of every parent with such a column the rows of those keys, of every other
parent all rows, and what it gives takes the place of the table's rows of those keys. That is right only where a row of
a key follows from the parents' rows of the same key.

What is found is not closed. What is not found may be so by luck: where keys never met in this warehouse, or a mean over
all keys was not needed. Who declares a model reads its SQL, too.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from dbt_project.methods.identity.phones import e164
from pipeline.dbt.lineage import meta_of
from tests.dbt_project.equality import rows_on_one_side
from workspace.paths import WorkspacePaths

# How large the drawn parts of the keys are: of a day's people, and one in which keys meet that belong together.
SHARES: Final = (0.04, 0.5)
_RELATION: Final = re.compile(r'"(cx|private)"\."(\w+)"\."(\w+)"')
_SHOWN: Final = 300  # characters of a row

Relation = tuple[str, str, str]


@dataclass(frozen=True)
class Built:
    """A warehouse, and the SQL that built it.

    Attributes:
        target: dbt's target folder, with the manifest and the compiled SQL of models.
        columns: relation -> name of a column -> its type.
    """

    connection: duckdb.DuckDBPyConnection
    target: Path
    models: Mapping[str, Mapping[str, Any]]
    columns: Mapping[Relation, Mapping[str, str]]

    def declared(self) -> dict[str, str]:
        """Models that say so -> the column by which they grow."""
        found = {name: meta_of(model).get("increment_by") for name, model in self.models.items()}
        return {name: column for name, column in found.items() if column}

    def has_table(self, model: str) -> bool:
        """Whether the warehouse holds what the model gives."""
        return self._relation(model) in self.columns

    def all_not_closed(self, *, shares: Sequence[float] = SHARES) -> dict[str, list[str]]:
        """Models that say so and are not closed, of those whose tables are here -> what `not_closed` says of them."""
        tried = {name: column for name, column in self.declared().items() if self.has_table(name)}
        found = {name: self.not_closed(name, column, shares=shares) for name, column in tried.items()}
        return {name: differences for name, differences in found.items() if differences}

    def not_closed(self, model: str, column: str, *, shares: Sequence[float] = SHARES) -> list[str]:
        """Build a model again for some keys, and compare.

        Args:
            model: its name.
            column: by which it is said to grow.
            shares: of all keys, one for each trial, rounded up; which keys are drawn follows from their order.

        Returns:
            What differs, in words; empty where every trial gave the table's rows of its keys, and no other.
        """
        if not _is_table_by_sql(self.models[model]):
            return ["it is not a table that SQL builds"]
        table = self._relation(model)
        if column not in self.columns[table]:
            return [f"its table has no {column}"]
        sql = self._compiled(model)
        parents = sorted({match for match in _RELATION.findall(sql) if column in self.columns[match]})
        if not parents:
            return [f"nothing that it reads has a {column}"]
        keys = self._keys(column, [table, *parents])
        dice = random.Random(f"{model} {column}")
        for number, share in enumerate(shares, start=1):
            drawn = dice.sample(keys, k=min(len(keys), 1 + int(share * len(keys))))
            # No value is one among thousands of keys, and the one that comparisons treat differently.
            if number == len(shares) and None in keys and None not in drawn:
                drawn.append(None)
            found = self._compared(sql, column, table, parents, drawn)
            if found:
                return [f"trial {number}, {len(drawn)} of {len(keys)} values of {column}", *found]
        return []

    def _relation(self, model: str) -> Relation:
        node = self.models[model]
        return (node["database"], node["schema"], node["alias"])

    def _compiled(self, model: str) -> str:
        node = self.models[model]
        path = Path(self.target, "compiled", node["package_name"], node["original_file_path"])
        return path.read_text(encoding="utf-8")

    def _keys(self, column: str, relations: Sequence[Relation]) -> list[Any]:
        every = " union ".join(f'select "{column}" as key from {_quoted(relation)}' for relation in relations)
        return [key for (key,) in self.connection.execute(f"select key from ({every}) order by key").fetchall()]

    def _compared(
        self, sql: str, column: str, table: Relation, parents: Sequence[Relation], drawn: Sequence[Any]
    ) -> list[str]:
        kind = self.columns[table][column]
        self.connection.execute(
            f"create or replace table one.drawn as select unnest(cast(? as {kind}[])) as key", [drawn]
        )
        for parent in parents:
            # Of the same name, so that what names its columns by it still does.
            self.connection.execute(f'create schema if not exists part."{parent[1]}"')
            self.connection.execute(f"create or replace view {_quoted(_part(parent))} as {_of_drawn(parent, column)}")
        on_part = _RELATION.sub(
            lambda match: _quoted(_part(match.groups())) if match.groups() in parents else match[0],
            sql,
        )
        self.connection.execute(f"create or replace table one.built as {_of_drawn(table, column)}")
        self.connection.execute(f"create or replace table other.built as {on_part}")
        chosen = list(self.columns[table].items())
        rows = self.connection.execute(rows_on_one_side("main.built", chosen)).fetchall()
        sides = {"one": "only the table has", "other": "only the SQL on a part gives"}
        return [f"{sides[side]} {dict(zip(self.columns[table], row, strict=True))}"[:_SHOWN] for side, *row in rows]


@contextmanager
def built(paths: WorkspacePaths, target: Path) -> Iterator[Built]:
    """A warehouse, opened to read only, beside two empty databases.

    Args:
        paths: the workspace; nobody writes to it.
        target: dbt's target folder of the run that built all of it.
    """
    manifest = json.loads((target / "manifest.json").read_bytes())
    models = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        # As dbt_project/functions.py does.
        connection.create_function("phone_e164", e164, ["VARCHAR", "VARCHAR"], "VARCHAR", null_handling="special")
        for name in ("one", "other", "part"):
            connection.execute(f"attach ':memory:' as {name}")
        for name, database in (("cx", paths.marts_database), ("private", paths.raw_database)):
            connection.execute(f"attach '{database}' as {name} (read_only)")
        yield Built(connection, target, models, _columns(connection))


def _is_table_by_sql(node: Mapping[str, Any]) -> bool:
    return node["language"] == "sql" and node["config"]["materialized"] in ("table", "incremental")


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[Relation, dict[str, str]]:
    found: dict[Relation, dict[str, str]] = {}
    for database, schema, table, column, kind in connection.execute(
        "select database_name, schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where database_name in ('cx', 'private') order by all"
    ).fetchall():
        found.setdefault((database, schema, table), {})[column] = kind
    return found


def _part(relation: Sequence[str]) -> Relation:
    return ("part", relation[1], relation[2])


def _of_drawn(relation: Relation, column: str) -> str:
    return (
        f"select * from {_quoted(relation)} as every_row "
        f'where exists (select 1 from one.drawn where drawn.key is not distinct from every_row."{column}")'
    )


def _quoted(relation: Sequence[str]) -> str:
    return ".".join(f'"{name}"' for name in relation)

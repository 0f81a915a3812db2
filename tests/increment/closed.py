"""A warehouse that dbt has built in, the models out that are not closed under the column by which they grow.

A model that declares `config.meta.increment_by`, a column of its table, is built again for some of that column's values
(keys; no value is a key, too), as `dbt_project/materializations/increment.sql` does: its SQL reads of every parent with
such a column the rows of those keys, of every other parent all rows, and of what it gives the rows of those keys take
the place of the table's. That is right only where a row of a key follows from the parents' rows of the same key.

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
from tests.dbt_project.rendering import render_text
from workspace.paths import WorkspacePaths

# How large the drawn parts of the keys are: of a day's people, and one in which keys meet that belong together.
SHARES: Final = (0.04, 0.5)
_RELATION: Final = re.compile(r'"(cx|private)"\."(\w+)"\."(\w+)"')
_SHOWN: Final = 300  # characters of a row

Relation = tuple[str, str, str]


@dataclass(frozen=True)
class Key:
    """What a model declares of the key by which it grows.

    Attributes:
        by: the column in its own table.
        read_by: the column in what it reads.
        read_as: the macro that makes the key of that column; empty where the column is the key.
        through: a column that leads to keys, and the model whose table has both; empty where none does.
        read_whole: models of which all rows are read, though they have the column.
    """

    by: str
    read_by: str
    read_as: str = ""
    through: tuple[str, str] | tuple[()] = ()
    read_whole: tuple[str, ...] = ()

    @classmethod
    def declared_by(cls, meta: Mapping[str, Any]) -> Key:
        """From a model's `meta`."""
        by = meta["increment_by"]
        (through,) = [*meta.get("increment_through", {}).items()] or [()]
        read_by, read_as = meta.get("increment_reads_by", by), meta.get("increment_reads_as", "")
        return cls(by, read_by, read_as, through, tuple(meta.get("increment_reads_whole", ())))

    @property
    def sql(self) -> str:
        """The key in what is read."""
        if not self.read_as:
            return self.read_by
        return render_text(f"{{{{ {self.read_as}('{self.read_by}') }}}}").replace("raw_config.", "private.raw_config.")


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

    def declared(self) -> dict[str, Key]:
        """Models that say so -> the key by which they grow; of views none, which hold nothing."""
        tables = {name: meta_of(model) for name, model in self.models.items() if _is_table_by_sql(model)}
        return {name: Key.declared_by(meta) for name, meta in tables.items() if "increment_by" in meta}

    def has_table(self, model: str) -> bool:
        """Whether the warehouse holds what the model gives."""
        return self._relation(model) in self.columns

    def all_not_closed(self, *, shares: Sequence[float] = SHARES) -> dict[str, list[str]]:
        """Models that say so and are not closed, of those whose tables are here -> what `not_closed` says of them."""
        tried = {name: key for name, key in self.declared().items() if self.has_table(name)}
        found = {name: self.not_closed(name, key, shares=shares) for name, key in tried.items()}
        return {name: differences for name, differences in found.items() if differences}

    def not_closed(self, model: str, key: Key, *, shares: Sequence[float] = SHARES) -> list[str]:
        """Build a model again for some keys, and compare.

        Args:
            model: its name.
            key: by which it is said to grow.
            shares: of all keys, one for each trial, rounded up; which keys are drawn follows from their order.

        Returns:
            What differs, in words; empty where every trial gave the table's rows of its keys.
        """
        if not _is_table_by_sql(self.models[model]):
            return ["it is not a table that SQL builds"]
        table = self._relation(model)
        if key.by not in self.columns[table]:
            return [f"its table has no {key.by}"]
        sql = self._compiled(model)
        whole = {self._relation(name) for name in key.read_whole}
        parents = {parent: self.columns[parent] for parent in _RELATION.findall(sql) if parent not in whole}
        by_key = sorted(parent for parent, columns in parents.items() if key.read_by in columns)
        if not by_key:
            return [f"nothing that it reads has a {key.read_by}"]
        parts = dict.fromkeys(by_key, f"{key.sql} in (from one.drawn) or ({key.sql} is null and $has_null)")
        if key.through:
            column, name = key.through
            of_keys = f"select {column} from {_quoted(self._relation(name))} where {parts[by_key[0]]}"
            parts |= {one: f"{column} in ({of_keys})" for one in parents if one not in parts and column in parents[one]}
        keys = self._keys(key, table, by_key)
        dice = random.Random(f"{model} {key.by}")
        for number, share in enumerate(shares, start=1):
            drawn = dice.sample(keys, k=min(len(keys), 1 + int(share * len(keys))))
            # No value is one among thousands of keys, and the one that comparisons treat differently.
            if number == len(shares) and None in keys and None not in drawn:
                drawn.append(None)
            found = self._compared(sql, key, table, parts, drawn)
            if found:
                return [f"trial {number}, {len(drawn)} of {len(keys)} values of {key.by}", *found]
        return []

    def _relation(self, model: str) -> Relation:
        node = self.models[model]
        return (node["database"], node["schema"], node["alias"])

    def _compiled(self, model: str) -> str:
        node = self.models[model]
        path = Path(self.target, "compiled", node["package_name"], node["original_file_path"])
        return path.read_text(encoding="utf-8")

    def _keys(self, key: Key, table: Relation, parents: Sequence[Relation]) -> list[Any]:
        every = " union ".join(
            [
                f"select {key.by} as key from {_quoted(table)}",
                *(f"select {key.sql} as key from {_quoted(one)}" for one in parents),
            ]
        )
        return [one for (one,) in self.connection.execute(f"select key from ({every}) order by key").fetchall()]

    def _compared(
        self, sql: str, key: Key, table: Relation, parts: Mapping[Relation, str], drawn: Sequence[Any]
    ) -> list[str]:
        kind = self.columns[table][key.by]
        values = [one for one in drawn if one is not None]
        self.connection.execute(
            f"create or replace table one.drawn as select unnest(cast(? as {kind}[])) as key", [values]
        )
        has_null = "true" if None in drawn else "false"
        for parent, which in parts.items():
            # Of the same name, so that what names its columns by it still does.
            self.connection.execute(f'create schema if not exists part."{parent[1]}"')
            rows = f"select * from {_quoted(parent)} where {which.replace('$has_null', has_null)}"
            self.connection.execute(f"create or replace view {_quoted(_part(parent))} as {rows}")
        on_part = _RELATION.sub(
            lambda match: _quoted(_part(match.groups())) if match.groups() in parts else match[0], sql
        )
        of_drawn = f"{key.by} in (from one.drawn) or ({key.by} is null and {has_null})"
        self.connection.execute(f"create or replace table one.built as select * from {_quoted(table)} where {of_drawn}")
        self.connection.execute(f"create or replace table other.built as select * from ({on_part}) where {of_drawn}")
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


def _quoted(relation: Sequence[str]) -> str:
    return ".".join(f'"{name}"' for name in relation)

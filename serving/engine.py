"""The only module that talks to MetricFlow: metrics, dimensions and filters in, columns of values and SQL out.

MetricFlow's API is not declared stable (pinned in pyproject.toml), so no other module may import it. It is imported
when the first question is asked, because the import takes about a second.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import duckdb
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

# What a release keeps of what its snapshot answered, in bytes. Beyond it, what was asked longest ago is asked again.
MOST_BYTES: Final = 256 * 1024**2
# Of a value as an object of Python's, with its place in a list: a date takes 40, a short text 60.
BYTES_OF_A_VALUE: Final = 64

# The column that says by which of several groupings a row is.
LEVEL: Final = "grouping_level"

Value = Any
T = TypeVar("T")


@dataclass(frozen=True)
class Filter:
    """Keep rows whose dimension is one of `values`. Values come from the snapshot itself; None is a missing value."""

    dimension: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Query:
    """A request in MetricFlow's names. `group_by` may hold dimensions, entities and `metric_time__<grain>`.

    Attributes:
        time_grain: the finest grain that all metrics are dated by; `since` and `until` are days, and a period of this
            grain is inside if its first day is.
    """

    metrics: tuple[str, ...]
    group_by: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    since: date | None = None
    until: date | None = None
    time_grain: str = "day"


@dataclass(frozen=True)
class Table:
    """Columns by name, all of one length, and the SQL they came from."""

    columns: dict[str, list[Value]]
    sql: str

    @property
    def length(self) -> int:
        return len(next(iter(self.columns.values()), []))

    @property
    def nbytes(self) -> int:
        """About how many bytes it takes."""
        return BYTES_OF_A_VALUE * len(self.columns) * self.length + len(self.sql)


@dataclass(frozen=True)
class CodedTable:
    """A table in arrays, for as many rows as there are people: none of its rows is an object of Python's.

    Attributes:
        labels: dimension -> each of its values once; a missing one is a value, too.
        places: dimension -> for every row, where among the labels its value stands.
        numbers: metric -> its numbers, small whole ones in two bytes; a missing one counts as 0.
        length: rows.
        sql: what they came from.
    """

    labels: Mapping[str, pa.Array]
    places: Mapping[str, NDArray[np.int32]]
    numbers: Mapping[str, NDArray[Any]]
    length: int
    sql: str

    def values(self, dimension: str) -> list[Value]:
        """The values of a dimension, each once, in the order of their codes."""
        found: list[Value] = self.labels[dimension].to_pylist()
        return found

    def codes(self, dimension: str) -> NDArray[np.int64]:
        """The code of every row's value."""
        return self.places[dimension].astype(np.int64)

    def floats(self, metric: str) -> NDArray[np.float64]:
        """The numbers of a metric."""
        return self.numbers[metric].astype(np.float64)

    @property
    def nbytes(self) -> int:
        """How many bytes it takes."""
        arrays = (*self.labels.values(), *self.places.values(), *self.numbers.values())
        return sum(int(array.nbytes) for array in arrays) + len(self.sql)


class Cache(Generic[T]):
    """A least-recently-used cache that several threads may share.

    Args:
        size: the most that its values may weigh together; what weighs more alone is not kept.
        weigh: what a value weighs; 1 each, if not given.
    """

    def __init__(self, size: int, *, weigh: Callable[[T], int] = lambda _: 1) -> None:
        self._size, self._weigh = size, weigh
        self._entries: OrderedDict[Any, T] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def get(self, key: Any, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key]
        made = make()
        weight = self._weigh(made)
        with self._lock:
            # Another thread may have made it meanwhile.
            if weight <= self._size and key not in self._entries:
                self._entries[key] = made
                self._weight += weight
                while self._weight > self._size:
                    _, oldest = self._entries.popitem(last=False)
                    self._weight -= self._weigh(oldest)
        return made

    def holds(self, key: Any) -> bool:
        """Whether a value is kept for `key`."""
        with self._lock:
            return key in self._entries


class Planner:
    """MetricFlow over one set of definitions: what is asked in, SQL out. Several threads may ask at once."""

    def __init__(self, manifest_json: str) -> None:
        self._manifest_json = manifest_json
        self._metricflow: Any = None
        self._statements: Cache[str] = Cache(3_000)

    def sql(self, metrics: Sequence[str], group_by: Sequence[str], conditions: Sequence[str]) -> str:
        """DuckDB's SQL of metrics by dimensions where all conditions hold; planned once."""
        asked = tuple(metrics), tuple(group_by), tuple(conditions)
        return self._statements.get(asked, lambda: self._explain(*asked))

    def _explain(self, metrics: Sequence[str], group_by: Sequence[str], conditions: Sequence[str]) -> str:
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest, OutputColumnOrderMode

        request = MetricFlowQueryRequest.create(
            metric_names=list(metrics) or None,
            group_by_names=list(group_by) or None,
            where_constraints=list(conditions) or None,
            output_column_order_mode=OutputColumnOrderMode.INPUT_ORDER,
        )
        # MetricFlow resets a global id generator while it plans: one plan at a time, for all definitions.
        with _planning:
            return str(self._engine().explain(request).sql_statement.sql)

    def _engine(self) -> Any:
        if self._metricflow is None:
            from metricflow.engine.metricflow_engine import MetricFlowEngine
            from metricflow.protocols.sql_client import SqlEngine
            from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
            from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
            from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

            class PlanOnlyClient:
                """MetricFlow's SqlClient protocol for planning: it renders DuckDB's SQL and runs nothing."""

                sql_engine_type = SqlEngine.DUCKDB
                sql_plan_renderer = DuckDbSqlPlanRenderer()

                def query(self, *_: Any, **__: Any) -> Any:
                    raise NotImplementedError("Queries run on a cursor of the snapshot's own connection.")

                execute = dry_run = query

                def close(self) -> None:
                    return None

                def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
                    return f"${bind_parameter_key}"

            lookup = SemanticManifestLookup(parse_manifest_from_dbt_generated_manifest(self._manifest_json))
            self._metricflow = MetricFlowEngine(semantic_manifest_lookup=lookup, sql_client=PlanOnlyClient())
        return self._metricflow


_planning = threading.Lock()
# Tonight's release has mostly yesterday's definitions: its first reader need not wait for plans that are known.
_planners: Cache[Planner] = Cache(4)


class Engine:
    """One snapshot, read-only, asked in MetricFlow's names. Several threads may ask at once."""

    def __init__(self, snapshot: Path, manifest_json: str) -> None:
        self._snapshot = snapshot
        self._lock = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None
        definitions = hashlib.sha256(manifest_json.encode()).digest()
        self._planner = _planners.get(definitions, lambda: Planner(manifest_json))
        self._tables: Cache[Table | CodedTable] = Cache(MOST_BYTES, weigh=lambda table: table.nbytes)

    def ask(self, query: Query) -> Table:
        """Answer one query; equal queries are answered once."""
        table = self._tables.get((Table, query), lambda: self._run(query))
        assert isinstance(table, Table)
        return table

    def ask_coded(self, query: Query) -> CodedTable:
        """Answer one query that has a row for every person, in arrays; equal queries are answered once."""
        table = self._tables.get((CodedTable, query), lambda: self._run_coded(query))
        assert isinstance(table, CodedTable)
        return table

    def people(self, query: Query, person: str, groupings: Sequence[tuple[str, ...]]) -> list[Table]:
        """How many different people a metric counts, by each of several groupings: one plan for all of them.

        Args:
            query: one metric, which is 1 or 0 of a person, by all dimensions of the groupings.
            person: MetricFlow's name of people, by which it is asked besides.
            groupings: dimensions of the query.
        """
        whole = self._tables.get(
            (Table, query, person, tuple(groupings)), lambda: self._run_people(query, person, groupings)
        )
        assert isinstance(whole, Table)
        levels = whole.columns[LEVEL]
        found = []
        for at, names in enumerate(groupings):
            rows = [row for row, level in enumerate(levels) if level == at]
            kept = (*names, *query.metrics)
            found.append(Table({name: [whole.columns[name][row] for row in rows] for name in kept}, whole.sql))
        return found

    def values(self, qualified: str) -> tuple[Value, ...]:
        """Every value of a dimension, missing ones as None."""
        return tuple(self.ask(Query(metrics=(), group_by=(qualified,))).columns[qualified])

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _run(self, query: Query) -> Table:
        sql, values, cursor = self._planned(query)
        cursor.execute(sql, values)
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
        columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in names]
        return Table(dict(zip(names, columns, strict=True)), readable(sql, values))

    def _run_people(self, query: Query, person: str, groupings: Sequence[tuple[str, ...]]) -> Table:
        sql, values, cursor = self._planned(replace(query, group_by=(*query.group_by, person)))

        def listed(names: Sequence[str]) -> str:
            # Names of the definitions, which were planned: never what a reader wrote.
            return ", ".join('"' + name.replace('"', '""') + '"' for name in names)

        [metric] = query.metrics
        by, counted = listed(query.group_by), listed([metric])
        relation = cursor.sql(sql, params=values).aggregate(
            f"{by}, grouping({by}) as {LEVEL}, count(distinct {listed([person])}) filter ({counted} > 0) as {counted}",
            # DuckDB tells no levels where nothing is grouped by: the finest is always among them, and left out again.
            f"grouping sets ({', '.join(f'({listed(names)})' for names in (query.group_by, *groupings))})",
        )
        level = relation.columns.index(LEVEL)
        rows = [row for row in relation.fetchall() if row[level]]
        columns = {name: [row[at] for row in rows] for at, name in enumerate(relation.columns)}
        # One bit for each dimension that a row is not grouped by, the first the highest.
        bits = {name: 1 << place for place, name in enumerate(reversed(query.group_by))}
        masks = [sum(bit for name, bit in bits.items() if name not in names) for names in groupings]
        columns[LEVEL] = [masks.index(mask) for mask in columns[LEVEL]]
        return Table(columns, readable(sql, values))

    def _run_coded(self, query: Query) -> CodedTable:
        sql, values, cursor = self._planned(query)
        table = cursor.sql(sql, params=values).to_arrow_table()
        encoded = {name: _encoded(table.column(name)) for name in query.group_by}
        return CodedTable(
            labels={name: one.dictionary for name, one in encoded.items()},
            places={name: one.indices.to_numpy() for name, one in encoded.items()},
            numbers={name: _numbers(table.column(name)) for name in query.metrics},
            length=table.num_rows,
            sql=readable(sql, values),
        )

    def _planned(self, query: Query) -> tuple[str, dict[str, Value], duckdb.DuckDBPyConnection]:
        """The SQL of a query, the values of its parameters, and a cursor to run it on."""
        conditions, values = conditions_of(query)
        sql = self._planner.sql(query.metrics, query.group_by, conditions)
        # A cursor of its own: a shared one returns other callers' rows.
        with self._lock:
            return sql, values, self._open().cursor()

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            connection = duckdb.connect(":memory:")
            # The manifest names tables as cx.marts.<table>: the snapshot is attached under that name.
            connection.execute("attach $path as cx (read_only)", {"path": str(self._snapshot)})
            for setting in ("use cx", "set enable_external_access = false", "set lock_configuration = true"):
                connection.execute(setting)
            self._connection = connection
        return self._connection


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """A column as codes of its values, missing ones among them."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column.combine_chunks().dictionary_encode(null_encoding="encode")


def _numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    """A column as numbers; a missing one counts as 0. A person's counts and points are mostly small and whole."""
    numbers: NDArray[np.float64] = column.cast("float64").fill_null(0.0).to_numpy()
    if np.all(np.abs(numbers) <= np.iinfo(np.int16).max) and np.all(numbers == np.rint(numbers)):
        return numbers.astype(np.int16)
    return numbers


def conditions_of(query: Query) -> tuple[tuple[str, ...], dict[str, Value]]:
    """The filters and period of a query in MetricFlow's form, and the values of their parameters.

    Values are bound when the SQL runs. They are never part of a plan, so that another value needs no other plan, and
    nothing of a value can be SQL or Jinja.
    """
    values: dict[str, Value] = {}

    def bound(value: Value) -> str:
        values[f"value_{len(values)}"] = value
        return f"$value_{len(values) - 1}"

    conditions = []
    for one in query.filters:
        dimension = "{{ Dimension('" + one.dimension + "') }}"
        present = [bound(value) for value in one.values if value is not None]
        parts = [f"{dimension} IN ({', '.join(present)})"] if present else []
        if None in one.values:
            parts.append(f"{dimension} IS NULL")
        conditions.append(f"({' OR '.join(parts)})")
    # MetricFlow's own time constraint would not do: it moves every bound into 2000-01-01 to 2040-12-31.
    day = "{{ TimeDimension('metric_time', '" + query.time_grain + "') }}"
    for operator, limit in ((">=", query.since), ("<=", query.until)):
        if limit is not None:
            conditions.append(f"{day} {operator} {bound(limit)}")
    return tuple(conditions), values


def readable(sql: str, values: Mapping[str, Value]) -> str:
    """SQL with its values in their places, for people to read and to run by hand; it is never run from here."""
    return re.sub(r"\$(value_\d+)\b", lambda found: _literal(values[found[1]]), sql)


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"

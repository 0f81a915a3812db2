"""One planned metric in, its rows out: asked of the engine, folded, given intervals, filled, suppressed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import product
from typing import Any, Final

import numpy as np

from serving.compose import FOLDS, Estimates, Parts
from serving.coverage import periods
from serving.engine import Table, Value
from serving.guard import Guard
from serving.intervals import wilson
from serving.plan import Plan, Status, text_of
from serving.privacy import Key
from serving.release import LiveRelease
from serving.semantics import PERSON

Number = int | float
_NO_DATA: Final = "nothing was observed here"
_NO_DATES: Final = "none of its facts has a date"


@dataclass(frozen=True)
class AnswerRow:
    """One cell of an answer.

    Attributes:
        dimensions: asked word -> value; a missing value is None. Empty where the status is of the whole metric.
        period: first day of the row's period.
        low, high: 95% interval, where the metric has one.
        n: how many people or answers the value stands on.
        status: only `ok` rows have a value; `reason` says why the others have none, or why the value is provisional.
    """

    metric: str
    dimensions: Mapping[str, str | None] = field(default_factory=dict)
    period: date | None = None
    value: Number | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    status: Status = "ok"
    reason: str | None = None


@dataclass(frozen=True)
class Cell:
    """What was found in one cell, before suppression."""

    value: Number | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    people: int | None = None
    refusal: str | None = None


def evaluate(release: LiveRelease, plan: Plan) -> tuple[list[AnswerRow], tuple[str, ...]]:
    """Rows of one metric, in order, and the SQL behind them."""
    if plan.matches_nothing:
        cells: dict[Key, Cell] = {}
        sql: tuple[str, ...] = ()
    elif plan.metric.metric_class == "composed":
        cells, sql = _composed(release, plan)
    else:
        cells, sql = _aggregated(release, plan)
    cells = {key: cell for key, cell in _filled(plan, cells).items() if not _is_left_behind(plan, key, cell)}
    guard = Guard(release, plan)
    cells = {**dict.fromkeys((key for key in guard.hidden() if not plan.grain or key[-1]), Cell()), **cells}
    rows = [_row(plan, guard, key, cells[key]) for key in sorted(cells, key=lambda key: _order(plan, key))]
    if not rows:
        undated = plan.is_timed and plan.coverage.first_on is None
        reason = _NO_DATES if undated else _NO_DATA
        rows = [AnswerRow(metric=plan.metric.name, status="no_data", reason=reason)]
    return rows, sql


def _is_left_behind(plan: Plan, key: Key, cell: Cell) -> bool:
    """Cells that no reader asked for: undated facts in a trend; other facts of the mart, without this dimension."""
    if plan.grain and key[-1] is None:
        return True
    if plan.is_timed and plan.coverage.first_on is None and not cell.value:
        return True
    return cell.value is None and not cell.n and None in key[: len(plan.by)]


def _aggregated(release: LiveRelease, plan: Plan) -> tuple[dict[Key, Cell], tuple[str, ...]]:
    """Cells of a metric that MetricFlow answers by itself. `meta.low` and `meta.high` name metrics of its bounds."""
    metric = plan.metric
    bounds = [metric.meta[side] for side in ("low", "high") if side in metric.meta]
    trials = metric.denominator if metric.meta.get("interval") == "wilson" else None
    table = release.engine.ask(plan.query(*filter(None, [metric.name, *_counters(release, plan), *bounds, trials])))
    values = [_number(value) for value in table.columns[metric.name]]
    low: Sequence[Value] = [None] * len(values)
    high = low
    if trials:
        low, high = _shares(values, table.columns[trials])
    elif len(bounds) == 2:
        low, high = table.columns[bounds[0]], table.columns[bounds[1]]
    refused = _refusals(release, plan)
    cells = {
        key: Cell(
            value, low[at], high[at], _count(table, metric.n, at), _count(table, metric.people, at), refused.get(key)
        )
        for at, (key, value) in enumerate(zip(_keys(plan, table), values, strict=True))
    }
    return cells, (table.sql,)


def _refusals(release: LiveRelease, plan: Plan) -> dict[Key, str]:
    """Cells that a method refused to compute, and why: `meta.refused_by` names the mart's column that says it."""
    column = plan.metric.meta.get("refused_by")
    if column is None or plan.metric.model is None:
        return {}
    model = release.semantics.models[plan.metric.model]
    named = next(one.qualified for one in model.dimensions if one.name == column)
    table = release.engine.ask(plan.query(plan.metric.name, also_by=(named,)))
    return {
        key: str(reason)
        for key, reason in zip(_keys(plan, table), table.columns[named], strict=True)
        if reason is not None
    }


def _composed(release: LiveRelease, plan: Plan) -> tuple[dict[Key, Cell], tuple[str, ...]]:
    """Cells of a metric whose parts come from MetricFlow and are folded here."""
    metric = plan.metric
    meta = metric.meta
    fold = FOLDS[meta["fold"]]
    inputs = {role: meta["inputs"][role] for role in fold.roles}
    item = _grain(release, metric.name, meta.get("item")) if fold.by_item else None
    outer = _grain(release, metric.name, meta.get("outer")) if fold.by_item else None
    finer = [name for name in (item, outer, PERSON if fold.by_person else None) if name]
    parts = release.engine.ask(plan.query(*inputs.values(), also_by=tuple(finer)))
    counts = release.engine.ask(plan.query(*(_counters(release, plan) or [inputs["n"]])))

    counted = {key: at for at, key in enumerate(_keys(plan, counts))}
    keys = list(_keys(plan, parts))
    positions = {key: at for at, key in enumerate(dict.fromkeys([*counted, *keys]))}
    estimates = fold.compute(
        Parts(
            cells=len(positions),
            cell=np.array([positions[key] for key in keys], dtype=np.int64),
            values={role: _floats(parts.columns[name]) for role, name in inputs.items()},
            item=_coded(parts, item),
            outer=_coded(parts, outer),
            person=_coded(parts, PERSON if fold.by_person else None),
            scale=float(meta.get("scale", 1)),
        )
    )
    cells = {}
    for key, at in positions.items():
        value, low, high = _estimate(estimates, at)
        row = counted.get(key)
        n = _count(counts, metric.n, row) if row is not None else None
        people = _count(counts, metric.people, row) if row is not None else None
        cells[key] = Cell(value, low, high, n, people)
    return cells, (parts.sql, counts.sql)


def _counters(release: LiveRelease, plan: Plan) -> list[str]:
    """The metrics that count answers and people of each cell, as far as they can be asked at this slice."""
    asked = {dimension.qualified for _, dimension in plan.by} | {one.dimension for one in plan.filters}
    counters = []
    for name in dict.fromkeys((plan.metric.n, plan.metric.people if plan.floor else None)):
        if name is None:
            continue
        known = {one.qualified for some in release.semantics.dimensions(name).values() for one in some}
        timed = plan.grain or plan.since or plan.until
        if asked <= known and (
            not timed or plan.metric.metric_class == "fixed_grain" or release.semantics.grains(name)
        ):
            counters.append(name)
    return counters


def _filled(plan: Plan, cells: dict[Key, Cell]) -> dict[Key, Cell]:
    """Counts of cells that do not appear are 0 where a feed covers the period; other metrics stay as found.

    A sum whose meta says `unknown: no_data` stays empty where rows are there and none of them has a value.
    """
    if plan.metric.metric_class != "additive" or (plan.is_timed and plan.coverage.first_on is None):
        return cells
    filled = dict(cells)
    if plan.metric.meta.get("unknown") != "no_data":
        filled = {
            key: replace(cell, value=0, n=cell.n or 0) if cell.value is None else cell for key, cell in cells.items()
        }
    groups = dict.fromkeys(key[: len(plan.by)] for key in cells)
    groups.update(dict.fromkeys(_named_groups(plan)))
    for key in product(groups, _covered_periods(plan)):
        filled.setdefault((*key[0], *key[1]), Cell(value=0, n=0, people=0))
    return filled


def _named_groups(plan: Plan) -> Iterable[Key]:
    """Groups that the filters name: all of them are answered, also those without facts."""
    named = {one.dimension: one.values for one in plan.filters}
    if all(dimension.qualified in named for _, dimension in plan.by):
        return product(*(named[dimension.qualified] for _, dimension in plan.by))
    return ()


def _covered_periods(plan: Plan) -> list[Key]:
    if plan.grain is None:
        return [()]
    first, last = plan.coverage.first_on, plan.coverage.last_on
    if first is None or last is None:
        return []
    start = max(first, plan.since) if plan.since else first
    end = min(last, plan.until) if plan.until else last
    return [(period,) for period in periods(start, end, plan.grain)]


def _row(plan: Plan, guard: Guard, key: Key, cell: Cell) -> AnswerRow:
    row = AnswerRow(
        metric=plan.metric.name,
        dimensions={word: text_of(value) for (word, _), value in zip(plan.by, key, strict=False)},
        period=key[-1] if plan.grain else None,
        n=cell.n,
    )
    if guard.is_small(cell.people or 0) or guard.hides(key):
        return replace(row, n=None, status="suppressed", reason=guard.reason)
    if cell.value is None and cell.refusal is not None:
        return replace(row, n=None, status="refused", reason=cell.refusal)
    if cell.value is None:
        return replace(row, status="no_data", reason=_NO_DATA)
    least = int(plan.metric.meta.get("min_n", 0))
    if cell.n is not None and cell.n < least:
        counted = "people" if plan.metric.n == plan.metric.people else "answers"
        return replace(row, status="suppressed", reason=f"fewer than {least} {counted}")
    doubt = plan.coverage.provisional_reason
    reason = f"provisional: {doubt}" if doubt else None
    return replace(row, value=cell.value, low=cell.low, high=cell.high, reason=reason)


def _keys(plan: Plan, table: Table) -> Iterable[Key]:
    """The key of every row of a table: one value per grouping, then the period's first day."""
    if not plan.by and not plan.grain:
        return [()] * table.length
    columns: list[Sequence[Value]] = [table.columns[dimension.qualified] for _, dimension in plan.by]
    if plan.time:
        columns.append([value.date() if isinstance(value, datetime) else value for value in table.columns[plan.time]])
    return list(zip(*columns, strict=True))


def _order(plan: Plan, key: Key) -> tuple[Any, ...]:
    texts = [text_of(value) for value in key[: len(plan.by)]]
    period = key[-1] if plan.grain else None
    return (period is None, period or date.min, *((text is None, text or "") for text in texts))


def _grain(release: LiveRelease, metric: str, word: str | None) -> str | None:
    dimension = release.semantics.resolve(word, metric) if word else None
    return dimension.qualified if dimension else None


def _shares(values: Sequence[Number | None], trials: Sequence[Value]) -> tuple[list[float | None], list[float | None]]:
    n = _floats(trials)
    shares = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    low, high = wilson(shares * n, n)
    return [_finite(one) for one in low], [_finite(one) for one in high]


def _estimate(estimates: Estimates, at: int) -> tuple[float | None, float | None, float | None]:
    return _finite(estimates.value[at]), _finite(estimates.low[at]), _finite(estimates.high[at])


def _coded(table: Table, name: str | None) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Values of a column as codes in order of appearance; all zero without a column."""
    if name is None:
        return np.zeros(table.length, dtype=np.int64)
    codes: dict[Value, int] = {}
    return np.array([codes.setdefault(value, len(codes)) for value in table.columns[name]], dtype=np.int64)


def _floats(column: Sequence[Value]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([0.0 if value is None else float(value) for value in column], dtype=np.float64)


def _count(table: Table, name: str | None, at: int) -> int | None:
    value = table.columns.get(name or "", [None] * (at + 1))[at]
    return None if value is None else int(value)


def _number(value: Value) -> Number | None:
    if value is None:
        return None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float):
        return _finite(value)
    return int(value)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None

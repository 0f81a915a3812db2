"""One planned metric in, its rows out: asked of the engine, folded, given intervals, filled, suppressed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any, Final

import numpy as np

from serving.engine import Value
from serving.evaluation.cells import Cell, count, finite, floats, keys_of, number
from serving.evaluation.composed import composed_cells
from serving.evaluation.floors import incomparable, too_few
from serving.evaluation.guard import Guard
from serving.evaluation.mix import mixes
from serving.planning.coverage import next_period, period_start, periods
from serving.planning.earlier import Judgement, judge
from serving.planning.plan import Plan
from serving.privacy.lattice import Key
from serving.releases.release import LiveRelease
from serving.rows import AnswerRow, Number, text_of
from serving.statistics.intervals import wilson

_NO_DATA: Final = "nothing was observed here"
_NO_DATES: Final = "none of its facts has a date"


def evaluate(release: LiveRelease, plan: Plan) -> tuple[list[AnswerRow], tuple[str, ...]]:
    """Rows of one metric, in order, and the SQL behind them."""
    if plan.matches_nothing:
        cells: dict[Key, Cell] = {}
        sql: tuple[str, ...] = ()
    elif plan.metric.metric_class == "composed":
        cells, sql, why_none = composed_cells(release, plan)
        if why_none is not None:
            return [AnswerRow(metric=plan.metric.name, status="no_data", reason=why_none)], sql
    else:
        cells, sql = _aggregated(release, plan)
    if plan.is_looking_back or plan.is_on_calendar:
        cells = _judged(release, plan, cells)
    left_out = _left_out(release, plan) if cells else {}
    mixed = mixes(release, plan) if cells else {}
    cells = {
        key: replace(
            cell,
            refusal=left_out.get(key, cell.refusal),
            note="; ".join(filter(None, (mixed.get(key), cell.note))) or None,
        )
        for key, cell in cells.items()
    }
    cells = {key: cell for key, cell in _filled(plan, cells).items() if not _is_left_behind(plan, key, cell)}
    guard = Guard(release, plan)
    cells = {**dict.fromkeys((key for key in guard.hidden() if not plan.grain or key[-1]), Cell()), **cells}
    alone = incomparable(plan, cells)
    rows = [_row(plan, guard, key, cells[key], alone) for key in sorted(cells, key=lambda key: _order(plan, key))]
    if not rows:
        undated = plan.is_timed and plan.coverage.first_on is None
        reason = _NO_DATES if undated else _NO_DATA
        rows = [AnswerRow(metric=plan.metric.name, status="no_data", reason=reason)]
    return rows, sql


def _judged(release: LiveRelease, plan: Plan, cells: Mapping[Key, Cell]) -> dict[Key, Cell]:
    """Cells of a metric that has rows for days without facts: as far as the facts reach, and as its periods exist."""
    grain, first_on = plan.grain, plan.coverage.first_on
    if grain is None:
        return dict(cells)
    kept: dict[Key, Cell] = {}
    for key, cell in cells.items():
        start = key[-1]
        if start is None or not _is_asked(plan, start, as_of_on=release.document.as_of_on):
            continue
        found = Judgement()
        if plan.is_looking_back and first_on is not None:
            found = judge(plan.look_backs, start, grain, first_on=first_on)
        kept[key] = Cell(note=found.refusal) if found.refusal else replace(cell, note=found.note or cell.note)
    return kept


def _is_asked(plan: Plan, start: date, *, as_of_on: date) -> bool:
    """Whether a period is asked for, has begun by the day that states refer to, and does not end before all facts."""
    assert plan.grain is not None
    since = period_start(plan.since, plan.grain) if plan.since else date.min
    until = min(plan.until, as_of_on) if plan.until else as_of_on
    first_on = plan.coverage.first_on or date.min
    return since <= start <= until and next_period(start, plan.grain) > first_on


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
    bounds = [name for name in (metric.meta.low, metric.meta.high) if name]
    trials = metric.denominator if metric.meta.interval == "wilson" else None
    table = release.engine.ask(plan.query(*filter(None, [metric.name, *plan.counters, *bounds, trials])))
    values = [number(value) for value in table.columns[metric.name]]
    low: Sequence[Value] = [None] * len(values)
    high = low
    if trials:
        low, high = _shares(values, table.columns[trials])
    elif len(bounds) == 2:
        low, high = table.columns[bounds[0]], table.columns[bounds[1]]
    refused = _refusals(release, plan)
    cells = {
        key: Cell(
            value, low[at], high[at], count(table, metric.n, at), count(table, metric.people, at), refused.get(key)
        )
        for at, (key, value) in enumerate(zip(keys_of(plan, table), values, strict=True))
    }
    return cells, (table.sql,)


def _refusals(release: LiveRelease, plan: Plan) -> dict[Key, str]:
    """Cells that a method refused to compute, and why: `meta.refused_by` names the mart's column that says it."""
    named = plan.parts.refused_by
    if named is None:
        return {}
    table = release.engine.ask(plan.query(plan.metric.name, also_by=(named,)))
    return {
        key: str(reason)
        for key, reason in zip(keys_of(plan, table), table.columns[named], strict=True)
        if reason is not None
    }


def _left_out(release: LiveRelease, plan: Plan) -> dict[Key, str]:
    """Cells with answers that a definition forbids (an NPS on 1 to 5), and why: `meta.left_out` names their count."""
    name, reason = plan.metric.meta.left_out, plan.coverage.refused_reason
    if name is None or reason is None:
        return {}
    table = release.engine.ask(plan.query(name))
    return {key: reason for key, n in zip(keys_of(plan, table), table.columns[name], strict=True) if n}


def _filled(plan: Plan, cells: dict[Key, Cell]) -> dict[Key, Cell]:
    """Counts of cells that do not appear are 0 where a feed covers the period; other metrics stay as found.

    A sum whose meta says `unknown: no_data` stays empty where rows are there and none of them has a value.
    """
    if (
        plan.is_looking_back
        or plan.metric.metric_class != "additive"
        or (plan.is_timed and plan.coverage.first_on is None)
    ):
        return cells
    filled = dict(cells)
    if plan.metric.meta.unknown != "no_data":
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


def _row(plan: Plan, guard: Guard, key: Key, cell: Cell, alone: str | None) -> AnswerRow:
    row = AnswerRow(
        metric=plan.metric.name,
        dimensions={word: text_of(value) for (word, _), value in zip(plan.by, key, strict=False)},
        period=key[-1] if plan.grain else None,
        n=cell.n,
        is_comparable=alone is None,
    )
    if cell.is_hidden or guard.is_small(cell.people or 0) or guard.hides(key):
        return replace(row, n=None, status="suppressed", reason=guard.reason)
    if cell.value is None and cell.refusal is not None:
        return replace(row, n=None, status="refused", reason=cell.refusal)
    if cell.value is None:
        return replace(row, status="no_data", reason=cell.note or _NO_DATA)
    thin = too_few(plan.metric, cell)
    if thin is not None:
        return replace(row, status="suppressed", reason=thin)
    doubt = plan.coverage.provisional_reason
    left_out = f"without the answers that are refused: {cell.refusal}" if cell.refusal else None
    notes = [f"provisional: {doubt}" if doubt else None, alone, cell.note, left_out, plan.coverage.part]
    reason = "; ".join(note for note in notes if note)
    return replace(row, value=cell.value, low=cell.low, high=cell.high, reason=reason or None)


def _order(plan: Plan, key: Key) -> tuple[Any, ...]:
    texts = [text_of(value) for value in key[: len(plan.by)]]
    period = key[-1] if plan.grain else None
    return (period is None, period or date.min, *((text is None, text or "") for text in texts))


def _shares(values: Sequence[Number | None], trials: Sequence[Value]) -> tuple[list[float | None], list[float | None]]:
    n = floats(trials)
    shares = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    low, high = wilson(shares * n, n)
    return [finite(one) for one in low], [finite(one) for one in high]

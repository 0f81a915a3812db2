"""Composed metrics of a plan: parts asked of the engine, folded per cell; a change between waves as a pair of cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from serving.cells import Cell, coded, count, counters, finite, floats, keys_of
from serving.compose import FOLDS, Estimates, Fold, change
from serving.engine import Filter, Table, Value
from serving.guard import Guard
from serving.linear import Codes, Parts
from serving.plan import Plan, text_of
from serving.privacy import Key
from serving.release import LiveRelease
from serving.semantics import PERSON, Dimension


class Found(NamedTuple):
    """Cells and the SQL behind them; `why_none` says why there is none in the whole answer, whatever the grouping."""

    cells: dict[Key, Cell]
    sql: tuple[str, ...]
    why_none: str | None = None


def composed_cells(release: LiveRelease, plan: Plan) -> Found:
    """Cells of a metric whose parts come from MetricFlow and are folded here."""
    if "change" in plan.metric.meta:
        return _changed(release, plan)
    fold = FOLDS[plan.metric.meta["fold"]]
    parts = release.engine.ask(plan.query(*_inputs(plan, fold).values(), also_by=_finer(release, plan, fold)))
    counts = release.engine.ask(plan.query(*(counters(release, plan) or [_inputs(plan, fold)["n"]])))
    counted = {key: at for at, key in enumerate(keys_of(plan, counts))}
    keys = list(keys_of(plan, parts))
    positions = {key: at for at, key in enumerate(dict.fromkeys([*counted, *keys]))}
    cell = np.array([positions[key] for key in keys], dtype=np.int64)
    estimates = fold.compute(_parts(release, plan, fold, parts, cell, cells=len(positions)))
    cells = {}
    for key, at in positions.items():
        n, people = (_counted(counts, name, counted.get(key)) for name in (plan.metric.n, plan.metric.people))
        cells[key] = _cell(estimates, at, n=n, people=people)
    return Found(cells, (parts.sql, counts.sql))


def _changed(release: LiveRelease, plan: Plan) -> Found:
    """The newest wave less the one before. A cell of which either wave is hidden stays hidden."""
    meta = plan.metric.meta
    fold = FOLDS[meta["fold"]]
    along = release.semantics.resolve(meta["change"]["along"], meta["change"]["order"])
    assert along is not None
    waves, sql = _waves(release, plan, along, meta["change"]["order"])
    if len(waves) < 2:
        return Found({}, (sql,), f"a change takes two of {along.label.lower()}; answers name {len(waves)}")
    pair = waves[-2:]
    both = replace(
        plan, by=(*plan.by, (along.name, along)), filters=(*plan.filters, Filter(along.qualified, tuple(pair)))
    )
    parts = release.engine.ask(both.query(*_inputs(plan, fold).values(), also_by=_finer(release, plan, fold)))
    counts = release.engine.ask(both.query(*counters(release, both)))
    counted = {key: at for at, key in enumerate(keys_of(both, counts))}
    keys = list(keys_of(both, parts))
    positions = {key: at for at, key in enumerate(dict.fromkeys(key[:-1] for key in [*counted, *keys]))}
    cell = np.array([2 * positions[key[:-1]] + pair.index(key[-1]) for key in keys], dtype=np.int64)
    estimates = change(fold, _parts(release, plan, fold, parts, cell, cells=2 * len(positions)))
    guard = Guard(release, replace(both, filters=plan.filters))
    told = f"{text_of(pair[1])} against {text_of(pair[0])}"
    cells = {}
    for key, at in positions.items():
        rows = [counted.get((*key, wave)) for wave in pair]
        people = [_counted(counts, plan.metric.people, row) or 0 for row in rows] if plan.floor else []
        cells[key] = replace(
            _cell(
                estimates,
                at,
                n=sum(_counted(counts, plan.metric.n, row) or 0 for row in rows),
                people=min(people, default=None),
            ),
            note=told,
            is_hidden=any(guard.is_small(some) for some in people) or any(guard.hides((*key, wave)) for wave in pair),
        )
    return Found(cells, (sql, parts.sql, counts.sql))


def _waves(release: LiveRelease, plan: Plan, along: Dimension, order: str) -> tuple[Sequence[Value], str]:
    """The waves that have answers, in the order in which they began; those without dates by name, first."""
    table = release.engine.ask(replace(plan, by=()).query(order, also_by=(along.qualified,)))
    began = {
        wave: start
        for wave, start in zip(table.columns[along.qualified], table.columns[order], strict=True)
        if wave is not None
    }
    return sorted(began, key=lambda wave: (began[wave] is not None, began[wave] or 0, str(wave))), table.sql


def _inputs(plan: Plan, fold: Fold) -> Mapping[str, str]:
    return {role: plan.metric.meta["inputs"][role] for role in fold.roles}


def _finer(release: LiveRelease, plan: Plan, fold: Fold) -> tuple[str, ...]:
    """What the parts are asked by besides the cells: items, outer groups, people."""
    item, outer = _grains(release, plan, fold)
    return tuple(name for name in (item, outer, PERSON if fold.by_person else None) if name)


def _grains(release: LiveRelease, plan: Plan, fold: Fold) -> tuple[str | None, str | None]:
    if not fold.by_item:
        return None, None
    item, outer = (_qualified(release, plan, plan.metric.meta.get(part)) for part in ("item", "outer"))
    return item, outer


def _qualified(release: LiveRelease, plan: Plan, word: str | None) -> str | None:
    dimension = release.semantics.resolve(word, plan.metric.name) if word else None
    return dimension.qualified if dimension else None


def _parts(release: LiveRelease, plan: Plan, fold: Fold, table: Table, cell: Codes, *, cells: int) -> Parts:
    item, outer = _grains(release, plan, fold)
    return Parts(
        cells=cells,
        cell=cell,
        values={role: floats(table.columns[name]) for role, name in _inputs(plan, fold).items()},
        item=coded(table, item),
        outer=coded(table, outer),
        person=coded(table, PERSON if fold.by_person else None),
        scale=float(plan.metric.meta.get("scale", 1)),
    )


def _cell(estimates: Estimates, at: int, *, n: int | None, people: int | None) -> Cell:
    value, low, high = (finite(bound[at]) for bound in (estimates.value, estimates.low, estimates.high))
    return Cell(value, low, high, n, people)


def _counted(table: Table, name: str | None, row: int | None) -> int | None:
    return None if row is None else count(table, name, row)

"""Composed metrics of a plan: parts asked of the engine, folded per cell; a change between waves as a pair of cells.

Items may be in outer groups (pillars) with equal weights. Where an answer holds items of a group and items of none,
the latter do not form a group: all items of that answer then have equal weight, and its note says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from serving.definitions.metric import PERSON, Dimension
from serving.engine import CodedTable, Filter, Table, Value
from serving.evaluation.cells import Cell, coded_keys, count, finite, keys_of
from serving.evaluation.guard import Guard
from serving.planning.plan import Plan
from serving.privacy.lattice import Key
from serving.question import MISSING_WORD
from serving.releases.release import LiveRelease
from serving.rows import text_of
from serving.statistics.compose import FOLDS, Estimates, Fold, change
from serving.statistics.linear import Codes, Parts


class Found(NamedTuple):
    """Cells and the SQL behind them; `why_none` says why there is none in the whole answer, for any grouping."""

    cells: dict[Key, Cell]
    sql: tuple[str, ...]
    why_none: str | None = None


def composed_cells(release: LiveRelease, plan: Plan) -> Found:
    """Cells of a metric whose parts come from MetricFlow and are folded here."""
    if plan.by_wave is not None:
        return _changed(release, plan, plan.by_wave)
    fold = FOLDS[plan.metric.meta.fold or ""]
    parts = release.engine.ask_coded(plan.query(*_inputs(plan, fold).values(), also_by=_finer(plan, fold)))
    counts = release.engine.ask(plan.query(*(plan.counters or (_inputs(plan, fold)["n"],))))
    counted = {key: at for at, key in enumerate(keys_of(plan, counts))}
    keys, key_of = coded_keys(plan, parts)
    positions = {key: at for at, key in enumerate(dict.fromkeys([*counted, *keys]))}
    cell = np.array([positions[key] for key in keys], dtype=np.int64)[key_of]
    grouped = _ungroup(_parts(plan, fold, parts, cell, cells=len(positions)), parts, plan)
    estimates = fold.compute(grouped.parts)
    kinds = _kinds(release, plan)
    cells = {}
    for key, at in positions.items():
        n, people = (_counted(counts, name, counted.get(key)) for name in (plan.metric.n, plan.metric.people))
        found = replace(_cell(estimates, at, n=n, people=people), note=grouped.notes.get(at))
        cells[key] = _of_one_kind(found, kinds[key], plan) if key in kinds else found
    return Found(cells, (parts.sql, counts.sql))


def _kinds(release: LiveRelease, plan: Plan) -> Mapping[Key, Sequence[str]]:
    """Cell -> the values of the dimension `meta.one_of` that its answers have; nothing where that is grouped by."""
    dimension, n = plan.parts.one_of, plan.metric.n
    if dimension is None or n is None:
        return {}
    table = release.engine.ask(plan.query(n, also_by=(dimension.qualified,)))
    found: dict[Key, list[str]] = {}
    for key, value, answers in zip(
        keys_of(plan, table), *(table.columns[c] for c in (dimension.qualified, n)), strict=True
    ):
        if answers:
            found.setdefault(key, []).append(text_of(value) or MISSING_WORD)
    return found


def _of_one_kind(cell: Cell, kinds: Sequence[str], plan: Plan) -> Cell:
    """The cell with the one kind that its answers are of in its note; refused where they are of several."""
    word = plan.metric.meta.one_of
    if len(kinds) == 1:
        return replace(cell, note="; ".join(filter(None, (f"{word} {kinds[0]}", cell.note))))
    listed = ", ".join(sorted(kinds))
    refusal = (
        f"{plan.metric.name} is of one {word}, and these answers are of {listed}: group by {word}, or filter on one"
    )
    return replace(cell, value=None, low=None, high=None, refusal=refusal)


def _changed(release: LiveRelease, plan: Plan, by_wave: Plan) -> Found:
    """The newest wave less the one before. A cell of which either wave is hidden stays hidden."""
    waved = plan.metric.meta.change
    assert waved is not None
    fold = FOLDS[plan.metric.meta.fold or ""]
    _, along = by_wave.by[-1]
    waves, sql = _waves(release, plan, along, waved.order)
    if len(waves) < 2:
        return Found({}, (sql,), f"a change takes two of {along.label.lower()}; answers name {len(waves)}")
    pair = waves[-2:]
    both = replace(by_wave, filters=(*plan.filters, Filter(along.qualified, tuple(pair))))
    parts = release.engine.ask_coded(both.query(*_inputs(plan, fold).values(), also_by=_finer(plan, fold)))
    counts = release.engine.ask(both.query(*both.counters))
    counted = {key: at for at, key in enumerate(keys_of(both, counts))}
    keys, key_of = coded_keys(both, parts)
    positions = {key: at for at, key in enumerate(dict.fromkeys(key[:-1] for key in [*counted, *keys]))}
    cell = np.array([2 * positions[key[:-1]] + pair.index(key[-1]) for key in keys], dtype=np.int64)[key_of]
    grouped = _ungroup(_parts(plan, fold, parts, cell, cells=2 * len(positions)), parts, plan, together=2)
    estimates = change(fold, grouped.parts)
    guard = Guard(release, by_wave)
    comparison = f"{text_of(pair[1])} against {text_of(pair[0])}"
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
            note="; ".join(filter(None, (comparison, grouped.notes.get(at)))),
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
    return {role: plan.metric.meta.inputs[role] for role in fold.roles}


def _finer(plan: Plan, fold: Fold) -> tuple[str, ...]:
    """What the parts are asked by besides the cells: items, outer groups, people."""
    item, outer = _grains(plan, fold)
    return tuple(name for name in (item, outer, PERSON if fold.by_person else None) if name)


def _grains(plan: Plan, fold: Fold) -> tuple[str | None, str | None]:
    return (plan.parts.item, plan.parts.outer) if fold.by_item else (None, None)


def _parts(plan: Plan, fold: Fold, table: CodedTable, cell: Codes, *, cells: int) -> Parts:
    item, outer = _grains(plan, fold)

    def codes(name: str | None) -> Codes:
        return table.codes(name) if name else np.zeros(table.length, dtype=np.int64)

    return Parts(
        cells=cells,
        cell=cell,
        values={role: table.floats(name) for role, name in _inputs(plan, fold).items()},
        item=codes(item),
        outer=codes(outer),
        person=codes(PERSON if fold.by_person else None),
        scale=float(plan.metric.meta.scale),
    )


@dataclass(frozen=True)
class _Grouped:
    """Parts whose outer groups are settled, and what is to be said of a cell (or pair of cells) for it."""

    parts: Parts
    notes: Mapping[int, str]


def _ungroup(parts: Parts, table: CodedTable, plan: Plan, *, together: int = 1) -> _Grouped:
    """Give all items of a cell equal weight where some are in an outer group and some are not.

    Args:
        together: how many cells that follow each other are compared, so that one rule must hold for all of them.
    """
    word, outer = plan.metric.meta.outer, plan.parts.outer
    if word is None or outer is None or not len(parts.cell):
        return _Grouped(parts, {})
    answered = parts.values["n"] > 0
    lacking = answered & np.array([value is None for value in table.values(outer)], dtype=np.bool_)[table.codes(outer)]
    pair = parts.cell // together
    mixed = np.intersect1d(pair[lacking], pair[answered & ~lacking])
    notes = {}
    for at in mixed.tolist():
        here = (pair == at) & answered
        none, all_items = (len(np.unique(parts.item[some])) for some in (here & lacking, here))
        verb = "has" if none == 1 else "have"
        notes[at] = f"{none} of {all_items} items {verb} no {word}: all items have equal weight here"
    return _Grouped(replace(parts, outer=np.where(np.isin(pair, mixed), 0, parts.outer)), notes)


def _cell(estimates: Estimates, at: int, *, n: int | None, people: int | None) -> Cell:
    value, low, high = (finite(bound[at]) for bound in (estimates.value, estimates.low, estimates.high))
    return Cell(value, low, high, n, people)


def _counted(table: Table, name: str | None, row: int | None) -> int | None:
    return None if row is None else count(table, name, row)

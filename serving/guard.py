"""Which cells of an answer must stay hidden: a plan and its release in, a yes or no per cell out.

Joins `privacy` (pure) to the engine: counts of people come from the metric that a metric names in `meta.people`.
Statistics at a fixed grain say in `meta.adds_up` which of their cells add up to others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from serving.coverage import period_start
from serving.engine import Query
from serving.plan import Plan
from serving.privacy import Axes, Key, Lattice, cuts, hidden_cells
from serving.release import LiveRelease
from serving.stored import StoredCells, stored_cells

MONTH: Final = "metric_time__month"


class Guard:
    """Decides for the cells of one plan. Without a floor nothing is hidden."""

    def __init__(self, release: LiveRelease, plan: Plan) -> None:
        self._plan = plan
        self._along: tuple[str, ...] = ()
        self._blocks: Mapping[Key, list[Key]] = {}
        self._lattice: Lattice | None = None
        self._stored: StoredCells | None = None
        if plan.floor and plan.metric.metric_class == "fixed_grain":
            self._stored = stored_cells(release, plan)
        elif plan.floor:
            self._lattice = _lattice(release, plan)
            self._along = _added_up(release, plan)
            self._blocks = _blocks(release, plan, self._lattice)

    def hides(self, key: Key) -> bool:
        """Whether the cell must stay hidden. `key`: one value per grouping, then the period's first day if any."""
        if self._stored is not None:
            return self._stored.hides(key)
        if self._lattice is None:
            return False
        return cuts(self._lattice, self._blocks.get(key, []), along=self._along)

    def hidden(self) -> list[Key]:
        """Cells of the answer that must stay hidden, also those that nobody is in."""
        return [key for key in self._blocks if self.hides(key)]

    def is_small(self, people: int) -> bool:
        return 0 < people < self._plan.floor

    @property
    def reason(self) -> str:
        """The same words for a small cell and for its partner, so that the words give nothing away."""
        return f"fewer than {self._plan.floor} people here, or in a cell that this one would give away"


def _axes(plan: Plan) -> Axes:
    names = {dimension.qualified for _, dimension in plan.by} | {one.dimension for one in plan.filters}
    return (*sorted(names), *((MONTH,) if plan.is_timed else ()))


def _lattice(release: LiveRelease, plan: Plan) -> Lattice:
    people = plan.metric.people
    assert people is not None
    axes = _axes(plan)

    def count(margin: Axes) -> Mapping[Key, int]:
        table = release.engine.ask(Query(metrics=(people,), group_by=margin))
        keys = zip(*(_values(table.columns[name]) for name in margin), strict=True) if margin else [()]
        return {key: int(n or 0) for key, n in zip(keys, table.columns[people], strict=True)}

    is_state = release.semantics.is_state(people)
    return release.lattices.get(
        (people, axes, plan.floor),
        lambda: hidden_cells(axes, count, floor=plan.floor, time=MONTH, is_state=is_state),
    )


def _added_up(release: LiveRelease, plan: Plan) -> tuple[str, ...]:
    """Axes of the table along which one cell of the answer adds up several of the table's."""
    grouped = {dimension.qualified for _, dimension in plan.by}
    several = [one.dimension for one in plan.filters if len(one.values) > 1 and one.dimension not in grouped]
    windowed = MONTH in _axes(plan) and plan.grain != "month" and not _is_state(release, plan)
    return (*several, *((MONTH,) if windowed else ()))


def _is_state(release: LiveRelease, plan: Plan) -> bool:
    return plan.metric.people is not None and release.semantics.is_state(plan.metric.people)


def _blocks(release: LiveRelease, plan: Plan, lattice: Lattice) -> Mapping[Key, list[Key]]:
    """Cell of the answer -> the cells of the table that it adds up."""
    axes = lattice.axes
    kept = {axes.index(one.dimension): set(one.values) for one in plan.filters}
    shown = [axes.index(dimension.qualified) for _, dimension in plan.by]
    timed = axes.index(MONTH) if MONTH in axes else None
    since = period_start(plan.since, "month") if plan.since else None
    blocks: dict[Key, list[Key]] = defaultdict(list)
    for key in lattice.tables[axes]:
        if any(key[at] not in values for at, values in kept.items()):
            continue
        month = key[timed] if timed is not None else None
        if timed is not None and not _within(month, since, plan.until):
            continue
        period = (period_start(month, plan.grain) if month else None,) if plan.grain else ()
        blocks[(*(key[at] for at in shown), *period)].append(key)
    if timed is not None and _is_state(release, plan):
        at = timed
        return {cell: _latest(keys, at) for cell, keys in blocks.items()}
    return blocks


def _latest(keys: list[Key], at: int) -> list[Key]:
    """Of a state's months only the last counts."""
    last = max((key[at] for key in keys if key[at] is not None), default=None)
    return [key for key in keys if key[at] == last]


def _within(month: date | None, since: date | None, until: date | None) -> bool:
    if month is None:
        return since is None and until is None
    return (since is None or month >= since) and (until is None or month <= until)


def _values(column: list[Any]) -> list[Any]:
    return [value.date() if isinstance(value, datetime) else value for value in column]

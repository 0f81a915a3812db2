"""Which cells of an answer must stay hidden: a plan and its release in, a yes or no per cell out.

Joins `privacy` (pure) to the engine: counts of people come from the metric that a metric names in `meta.people`.
Statistics at a fixed grain say in `meta.adds_up` which of their cells add up to others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from serving.definitions.metric import PERSON
from serving.engine import Query, Table
from serving.evaluation.stored import StoredCells, stored_cells
from serving.planning.coverage import period_start
from serving.planning.plan import MONTH, Count, Plan
from serving.privacy.decision import hidden_cells
from serving.privacy.lattice import Axes, Key, Lattice, cuts, margins_of
from serving.releases.release import LiveRelease


@dataclass(frozen=True)
class _Counted:
    """What one count of people hides of an answer: cell of the answer -> the cells of the table that it adds up."""

    lattice: Lattice
    blocks: Mapping[Key, list[Key]]
    along: tuple[str, ...]

    def hides(self, key: Key) -> bool:
        return cuts(self.lattice, self.blocks.get(key, []), along=self.along)


class Guard:
    """Decides for the cells of one plan. Without a floor nothing is hidden.

    A cell is hidden where one of the counts behind it hides it: its own people, those of a ratio's parts and of its n,
    and those of metrics that add up to it (`Plan.hiding`).
    """

    def __init__(self, release: LiveRelease, plan: Plan) -> None:
        self._plan = plan
        self._counted: list[_Counted] = []
        self._stored: StoredCells | None = None
        if plan.floor and plan.metric.metric_class == "fixed_grain":
            self._stored = stored_cells(release, plan)
        elif plan.floor:
            self._counted = list(_counted(release, plan))

    def hides(self, key: Key) -> bool:
        """Whether the cell must stay hidden. `key`: one value per grouping, then the period's first day if any."""
        if self._stored is not None:
            return self._stored.hides(key)
        return any(counted.hides(key) for counted in self._counted)

    def hidden(self) -> list[Key]:
        """Cells of the answer that must stay hidden, also the empty ones."""
        found = (key for counted in self._counted for key in counted.blocks if counted.hides(key))
        return list(dict.fromkeys(found))

    def is_small(self, people: int) -> bool:
        return 0 < people < self._plan.floor

    @property
    def reason(self) -> str:
        """The same words for a small cell and for its partner, so that the words give nothing away."""
        return f"fewer than {self._plan.floor} people here, or in a cell that this one would give away"


def _counted(release: LiveRelease, plan: Plan) -> Iterable[_Counted]:
    """The counts that hide something of a plan's table."""
    names = tuple(count.name for count in plan.hiding)
    for count in plan.hiding:
        # Every value apart (an attribution model) has a table of its own, with its own margins.
        own = count.axes
        finest = _people(release, count.name, own, count.apart, with_others=names)
        for within in finest:
            places = dict(zip(count.apart, within, strict=True))
            if any(places[one.dimension] not in one.values for one in plan.filters if one.dimension in places):
                continue
            lattice = _lattice(release, plan, count, places, finest[within])
            if lattice.hidden[own]:
                blocks = _blocks(plan, lattice, places, is_state=count.is_state)
                yield _Counted(lattice, blocks, _added_up(plan, own, is_state=count.is_state))


def _lattice(
    release: LiveRelease, plan: Plan, count: Count, within: Mapping[str, Any], finest: Mapping[Key, int]
) -> Lattice:
    """What a count hides where dimensions have the values of `within`; `finest` is its table by all axes."""
    axes, kinds, values = count.axes, tuple(within), tuple(within.values())
    of_margin = cache(lambda: _people_by_margin(release, count, kinds)) if count.counts_persons else None

    def people(margin: Axes) -> Mapping[Key, int]:
        if margin == axes:
            return finest
        tables = of_margin()[margin] if of_margin else _people(release, count.name, margin, kinds)
        return tables.get(values, {})

    return release.lattices.get(
        (count.name, axes, kinds, values, plan.floor, plan.is_total_shown),
        lambda: hidden_cells(
            axes,
            people,
            floor=plan.floor,
            time=MONTH,
            is_state=count.is_state,
            is_total_shown=plan.is_total_shown,
            nested=count.nested,
        ),
    )


def _people(
    release: LiveRelease, name: str, margin: Axes, kinds: Axes, *, with_others: tuple[str, ...] = ()
) -> Mapping[Key, Mapping[Key, int]]:
    """The count of every cell of a margin, by values of `kinds`; others are asked along where one query is enough."""
    names = (*margin, *kinds)
    table = release.engine.ask(Query(metrics=with_others or (name,), group_by=names))
    return _cells(table, name, margin, names)


def _cells(table: Table, name: str, margin: Axes, names: Axes) -> Mapping[Key, Mapping[Key, int]]:
    """A count's table by the values beyond its margin."""
    keys = zip(*(_values(table.columns[axis]) for axis in names), strict=True) if names else [()]
    found: dict[Key, dict[Key, int]] = defaultdict(dict)
    for key, n in zip(keys, table.columns[name], strict=True):
        found[key[len(margin) :]][key[: len(margin)]] = int(n or 0)
    return found


def _people_by_margin(
    release: LiveRelease, count: Count, kinds: Axes
) -> Mapping[Axes, Mapping[Key, Mapping[Key, int]]]:
    """The same of all margins of a count's table, from one plan."""
    margins = [margin for margin in margins_of(count.axes, count.nested) if margin != count.axes]
    query = Query(metrics=(count.name,), group_by=(*count.axes, *kinds))
    tables = release.engine.people(query, PERSON, [(*margin, *kinds) for margin in margins])
    return {
        margin: _cells(table, count.name, margin, (*margin, *kinds))
        for margin, table in zip(margins, tables, strict=True)
    }


def _added_up(plan: Plan, axes: Axes, *, is_state: bool) -> tuple[str, ...]:
    """Axes of the table along which one cell of the answer adds up several of the table's."""
    grouped = {dimension.qualified for _, dimension in plan.by}
    filtered = (one for one in plan.filters if one.dimension in axes and one.dimension not in grouped)
    several = [one.dimension for one in filtered if len(one.values) > 1]
    windowed = MONTH in axes and plan.grain != "month" and not is_state
    return (*several, *((MONTH,) if windowed else ()))


def _blocks(plan: Plan, lattice: Lattice, within: Mapping[str, Any], *, is_state: bool) -> Mapping[Key, list[Key]]:
    """Cell of the answer -> the cells of the table that it adds up."""
    axes = lattice.axes
    kept = {axes.index(one.dimension): set(one.values) for one in plan.filters if one.dimension in axes}
    shown = [dimension.qualified for _, dimension in plan.by]
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
        named = {**within, **dict(zip(axes, key, strict=True))}
        blocks[(*(named[name] for name in shown), *period)].append(key)
    if timed is not None and is_state:
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

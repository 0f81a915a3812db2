"""Which cells of an answer must stay hidden: a plan and its release in, a yes or no per cell out.

Joins `privacy` (pure) to the engine: counts of people come from the metric that a metric names in `meta.people`.
Statistics at a fixed grain say in `meta.adds_up` which of their cells add up to others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from serving.engine import Query
from serving.evaluation.stored import StoredCells, stored_cells
from serving.planning.coverage import period_start
from serving.planning.plan import Plan, privacy_floor
from serving.privacy.decision import hidden_cells
from serving.privacy.lattice import Axes, Key, Lattice, cuts
from serving.releases.release import LiveRelease

MONTH: Final = "metric_time__month"


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
    and those of metrics that add up to it (`Semantics.counters`).
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
        """Cells of the answer that must stay hidden, also those that nobody is in."""
        found = (key for counted in self._counted for key in counted.blocks if counted.hides(key))
        return list(dict.fromkeys(found))

    def is_small(self, people: int) -> bool:
        return 0 < people < self._plan.floor

    @property
    def reason(self) -> str:
        """The same words for a small cell and for its partner, so that the words give nothing away."""
        return f"fewer than {self._plan.floor} people here, or in a cell that this one would give away"


def _axes(plan: Plan) -> Axes:
    names = {dimension.qualified for _, dimension in plan.by} | {one.dimension for one in plan.filters}
    return (*sorted(names), *((MONTH,) if plan.is_timed else ()))


def _counted(release: LiveRelease, plan: Plan) -> Iterable[_Counted]:
    """The counts that hide something of a plan's table."""
    axes = _axes(plan)
    names = _counters(release, plan, axes)
    is_total_shown = privacy_floor(release, plan.metric) == 0
    for name in names:
        kinds = _kinds(release, name, axes)
        own = tuple(axis for axis in axes if axis not in kinds)
        finest = _people(release, name, own, kinds, with_others=names)
        for within in finest:
            places = dict(zip(kinds, within, strict=True))
            if any(places[one.dimension] not in one.values for one in plan.filters if one.dimension in places):
                continue
            lattice = _lattice(
                release, name, own, places, finest[within], floor=plan.floor, is_total_shown=is_total_shown
            )
            if lattice.hidden[own]:
                is_state = release.semantics.is_state(name)
                blocks = _blocks(plan, lattice, places, is_state=is_state)
                yield _Counted(lattice, blocks, _added_up(plan, own, is_state=is_state))


def _kinds(release: LiveRelease, name: str, axes: Axes) -> Axes:
    """Axes whose values have nothing to do with each other: the count is never asked for several of them together.

    Every such value (an attribution model) has a table of its own, with its own margins.
    """
    needed = release.semantics.metrics[name].meta.needs
    return tuple(axis for axis in axes if axis.rpartition("__")[2] in needed)


def _lattice(
    release: LiveRelease,
    name: str,
    axes: Axes,
    within: Mapping[str, Any],
    finest: Mapping[Key, int],
    *,
    floor: int,
    is_total_shown: bool,
) -> Lattice:
    """What the count `name` hides where dimensions have the values of `within`; `finest` is its table by all axes."""
    kinds, values = tuple(within), tuple(within.values())

    def people(margin: Axes) -> Mapping[Key, int]:
        return finest if margin == axes else _people(release, name, margin, kinds).get(values, {})

    return release.lattices.get(
        (name, axes, kinds, values, floor, is_total_shown),
        lambda: hidden_cells(
            axes,
            people,
            floor=floor,
            time=MONTH,
            is_state=release.semantics.is_state(name),
            is_total_shown=is_total_shown,
        ),
    )


def _counters(release: LiveRelease, plan: Plan, axes: Axes) -> tuple[str, ...]:
    """The counts behind a plan's metric that its slice knows; of the company as a whole, its own people alone."""
    own = plan.metric.people
    assert own is not None
    groups = set(axes) - {MONTH}
    if not groups:
        return (own,)
    found = [own]
    for name in release.semantics.counters(plan.metric.name):
        known = {one.qualified for some in release.semantics.dimensions(name).values() for one in some}
        if name != own and groups <= known and (MONTH not in axes or release.semantics.grains(name)):
            found.append(name)
    return tuple(found)


def _people(
    release: LiveRelease, name: str, margin: Axes, kinds: Axes, *, with_others: tuple[str, ...] = ()
) -> Mapping[Key, Mapping[Key, int]]:
    """The count of every cell of a margin, by values of `kinds`; others are asked along where one query is enough."""
    names = (*margin, *kinds)
    table = release.engine.ask(Query(metrics=with_others or (name,), group_by=names))
    keys = zip(*(_values(table.columns[axis]) for axis in names), strict=True) if names else [()]
    found: dict[Key, dict[Key, int]] = defaultdict(dict)
    for key, n in zip(keys, table.columns[name], strict=True):
        found[key[len(margin) :]][key[: len(margin)]] = int(n or 0)
    return found


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

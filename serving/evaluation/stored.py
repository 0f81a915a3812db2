"""Which cells of a statistic at a fixed grain must stay hidden: a plan and its release in, a yes or no per cell out.

Such a statistic is stored in its mart cell by cell, its totals among the cells. Where cells add up (Shapley values of
the segments to those of all, shares of values to one), a hidden one would be the total less the others. `meta.adds_up`
of the metric says so:

    adds_up:
      axes: [channel, period, segment]   # along these, cells add up
      within: [conversion]               # cells of different values have nothing to do with each other
      total: all                         # how the mart names the total along an axis, where it stores one

What is in neither list (a model) looks at the same people in another way: its cells are hidden, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from serving.engine import Query
from serving.planning.plan import Plan
from serving.privacy.decision import hidden_cells
from serving.privacy.lattice import Axes, Counts, Key, Lattice
from serving.releases.release import LiveRelease


@dataclass(frozen=True)
class StoredCells:
    """What is hidden in a statistic.

    Attributes:
        groupings: positions of the statistic's dimensions in an answer's key; for filtered ones the value itself.
        places: for each axis and each column of `within`, its position among the dimensions.
        lattices: values of `within` -> what is hidden there.
    """

    groupings: tuple[tuple[int | None, object], ...]
    axes: Axes
    axis_places: tuple[int, ...]
    within_places: tuple[int, ...]
    total: str | None
    lattices: Mapping[Key, Lattice]

    def hides(self, key: Key) -> bool:
        """Whether the cell must stay hidden. `key`: one value per grouping of the answer."""
        whole = [value if at is None else key[at] for at, value in self.groupings]
        lattice = self.lattices.get(tuple(whole[at] for at in self.within_places))
        if lattice is None:
            return False
        axes, cell = _margin(self.axes, tuple(whole[at] for at in self.axis_places), self.total)
        return cell in lattice.hidden[axes]


def stored_cells(release: LiveRelease, plan: Plan) -> StoredCells | None:
    """The cells of a plan's metric; None where nothing adds up, so that small cells alone are hidden."""
    rule = plan.metric.meta.adds_up
    people = plan.metric.people
    if rule is None or people is None:
        return None
    columns, named = (*rule.axes, *rule.within), plan.parts.adds_up
    axes, total = rule.axes, rule.total
    lattices = release.stored.get(
        (people, columns, total, plan.floor), lambda: _lattices(release, people, named, axes, total, plan.floor)
    )
    by = {dimension.qualified: at for at, (_, dimension) in enumerate(plan.by)}
    filtered = {one.dimension: one.values[0] for one in plan.filters}
    return StoredCells(
        groupings=tuple((by.get(name), filtered.get(name)) for name in named),
        axes=axes,
        axis_places=tuple(range(len(axes))),
        within_places=tuple(range(len(axes), len(columns))),
        total=total,
        lattices=lattices,
    )


def _lattices(
    release: LiveRelease, people: str, named: tuple[str, ...], axes: Axes, total: str | None, floor: int
) -> Mapping[Key, Lattice]:
    """One lattice for every combination of the other columns. Views of the same people count as one: their greatest."""
    table = release.engine.ask(Query(metrics=(people,), group_by=named))
    counted: dict[Key, dict[Axes, dict[Key, int]]] = defaultdict(lambda: defaultdict(dict))
    for values, n in zip(
        zip(*(table.columns[name] for name in named), strict=True), table.columns[people], strict=True
    ):
        if n is None:
            continue
        margin, cell = _margin(axes, values[: len(axes)], total)
        cells = counted[values[len(axes) :]][margin]
        cells[cell] = max(cells.get(cell, 0), int(n))

    def lattice(tables: Mapping[Axes, Counts]) -> Lattice:
        return hidden_cells(axes, lambda margin: _counts(tables, margin, floor), floor=floor, holds_its_cells=False)

    return {within: lattice(tables) for within, tables in counted.items()}


def _margin(axes: Axes, values: Key, total: str | None) -> tuple[Axes, Key]:
    """The margin of a cell: the axes along which it is not a total, and its values there."""
    kept = [at for at, value in enumerate(values) if total is None or value != total]
    return tuple(axes[at] for at in kept), tuple(values[at] for at in kept)


def _counts(tables: Mapping[Axes, Counts], margin: Axes, floor: int) -> Counts:
    """People of a margin: as stored, or else enough to be shown.

    Totals that the mart does not store are reported by other metrics, which decide for themselves what they hide:
    here they count as known.
    """
    if margin in tables:
        return tables[margin]
    finer = [names for names in tables if set(margin) < set(names)]
    if not finer:
        return {}
    nearest = min(finer, key=lambda names: (len(names), names))
    places = [nearest.index(axis) for axis in margin]
    found: dict[Key, int] = {}
    for key, n in tables[nearest].items():
        cell = tuple(key[at] for at in places)
        found[cell] = found.get(cell, 0) + n
    return {cell: max(n, floor) if n else 0 for cell, n in found.items()}

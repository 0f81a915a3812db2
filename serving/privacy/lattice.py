"""A table of people with its margins and what is hidden in it, and its lines: cells that add up to one of a margin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

Key = tuple[Any, ...]


Axes = tuple[str, ...]


Counts = Mapping[Key, int]


# Axis -> the axes that it is a part of, all of them: each of its values lies in one value of each (a touchpoint in its
# stage).
Nesting = Mapping[str, Axes]


@dataclass(frozen=True)
class Line:
    """Cells that add up to one cell of a margin along one axis; along time in its order."""

    at: int
    margin_axes: Axes
    margin: Key
    cells: tuple[Key, ...]
    is_time: bool


@dataclass(frozen=True)
class Lattice:
    """A table of counts with all of its margins, and what is hidden in each.

    Attributes:
        axes: names of the table's axes; a key holds one value per axis, in this order.
        tables: axes of a margin (a subset of `axes`, in order) -> key -> people. () is the grand total.
        hidden: axes of a margin -> keys that must not be shown.
        floor: the least number of people that may be shown.
        time: the axis along which windows are asked; None where there is none.
        closed: lines of time, by their margin's axes and cell, of which no window with a hidden period is shown.
        nested: axes that are parts of others; there are no tables by such an axis without the others.
    """

    axes: Axes
    tables: Mapping[Axes, Counts]
    hidden: Mapping[Axes, frozenset[Key]]
    floor: int
    time: str | None
    closed: frozenset[tuple[Axes, Key]] = frozenset()
    nested: Nesting = field(default_factory=dict)

    @cached_property
    def veiled(self) -> frozenset[Key]:
        """Empty cells of the finest table that look like hidden ones: those beside a hidden cell of people."""
        table, hidden = self.tables[self.axes], self.hidden[self.axes]
        if not hidden:
            return frozenset()
        beside = (line for line in self.lines.values() if any(key in hidden and table[key] for key in line.cells))
        return frozenset(key for line in beside for key in line.cells if not table[key])

    @cached_property
    def lines(self) -> Mapping[tuple[int, Key], Line]:
        """Lines of the finest table, by the position of their axis and the cell of the margin they add up to."""
        made = lines_along(self.axes, self.tables[self.axes], time=self.time, is_state=False, nested=self.nested)
        return {(line.at, line.margin): line for line in made}


def cuts(lattice: Lattice, block: Collection[Key], *, along: Collection[str]) -> bool:
    """Whether showing the total of a block of cells would give a hidden cell away.

    A block is one cell, or what several filter values or a window of time add up to. Of each line it may hold no hidden
    cell, or all that the line hides if the line's margin is shown; along time, whole runs.

    Args:
        lattice: the table that the block is part of.
        block: keys of the table.
        along: the axes along which the block adds up. Along one that has parts among the axes, its parts do.
    """
    axes, hidden, table = lattice.axes, lattice.hidden[lattice.axes], lattice.tables[lattice.axes]
    inside = set(block)
    if not any(table[key] for key in inside) and inside & lattice.veiled:
        return True
    # Beside shown cells a block would reveal that a veiled one is empty.
    covered = hidden | lattice.veiled
    if not inside & covered:
        return False
    added_up = [axes.index(axis) for axis in adding_up(axes, lattice.nested) if axis in along]
    if not added_up:
        return True
    for at in added_up:
        for margin in {without(key, at) for key in inside & covered}:
            line = lattice.lines[at, margin]
            concealed = [key for key in line.cells if key in hidden]
            is_margin_hidden = margin in lattice.hidden[line.margin_axes]
            is_closed = is_margin_hidden or (line.margin_axes, margin) in lattice.closed
            if concealed and is_margin_hidden and inside.issuperset(concealed):
                return True
            if not line.is_time:
                groups = [[key for key in line.cells if key in covered]]
            elif not inside.intersection(concealed):
                continue
            elif is_closed:
                return True
            else:
                groups = parts_of(line, concealed, table, floor=lattice.floor)
            for group in groups:
                if 0 < len(inside.intersection(group)) < len(group):
                    return True
    return False


def adding_up(axes: Axes, nested: Nesting) -> Axes:
    """The axes along which cells of a table add up to a margin: not those of which it has parts.

    A stage's touchpoints add up to the stage; but of one touchpoint there are no several stages.
    """
    parted = {whole for axis in axes for whole in nested.get(axis, ())}
    return tuple(axis for axis in axes if axis not in parted)


def margins_of(axes: Axes, nested: Nesting) -> Iterator[Axes]:
    """The axes of all tables to decide, coarsest first, the finest last.

    By touchpoint is the same table as by stage and touchpoint: of both only the second is there.
    """
    for size in range(len(axes) + 1):
        for margin in combinations(axes, size):
            if all(whole in margin for axis in margin for whole in nested.get(axis, ()) if whole in axes):
                yield margin


def lines_along(axes: Axes, table: Iterable[Key], *, time: str | None, is_state: bool, nested: Nesting) -> list[Line]:
    """All lines of a table, cells along time in its order; of states none along time, where they do not add up."""
    made = []
    for axis in adding_up(axes, nested):
        at = axes.index(axis)
        if is_state and axis == time:
            continue
        cells: dict[Key, list[Key]] = defaultdict(list)
        for key in sorted(table, key=places_along(table, at)) if axis == time else table:
            cells[without(key, at)].append(key)
        margin_axes = axes[:at] + axes[at + 1 :]
        made += [Line(at, margin_axes, margin, tuple(line), axis == time) for margin, line in cells.items()]
    return made


def without(key: Key, at: int) -> Key:
    """The cell of the margin along one axis."""
    return key[:at] + key[at + 1 :]


def runs_of(line: Line, concealed: Collection[Key], table: Counts) -> list[list[Key]]:
    """Hidden cells of a line in runs of neighbours along its axis. Shown empty cells do not separate them."""
    runs: list[list[Key]] = [[]]
    hidden = set(concealed)
    for key in line.cells:
        if key in hidden:
            runs[-1].append(key)
        elif table[key] and runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def parts_of(line: Line, concealed: Collection[Key], table: Counts, *, floor: int) -> list[list[Key]]:
    """Runs, parted between quarters where each part still hides enough: windows may hold whole parts."""
    parts: list[list[Key]] = []
    for run in runs_of(line, concealed, table):
        made: list[list[Key]] = [[]]
        for key in run:
            if hides_enough(made[-1], table, floor) and not in_same_quarter(made[-1][-1][line.at], key[line.at]):
                made.append([])
            made[-1].append(key)
        if len(made) > 1 and not hides_enough(made[-1], table, floor):
            made[-2:] = [made[-2] + made[-1]]
        parts += made
    return parts


def hides_enough(cells: Collection[Key], table: Counts, floor: int) -> bool:
    """At least two cells with people, and at least `floor` people together."""
    counts = [table[key] for key in cells if table[key]]
    return len(counts) > 1 and sum(counts) >= floor


def in_same_quarter(one: Any, other: Any) -> bool:
    """Months of one quarter hide together first, so that quarters can be shown."""
    try:
        return (one.year, (one.month - 1) // 3) == (other.year, (other.month - 1) // 3)
    except AttributeError:
        return False


def order_of(value: Any) -> tuple[bool, str]:
    """By what values of an axis are sorted: missing ones last."""
    return (value is None, str(value))


def places_along(table: Iterable[Key], at: int) -> Callable[[Key], int]:
    """By what cells are sorted along an axis: the place of their value among all of the table's."""
    values = sorted({key[at] for key in table}, key=order_of)
    places = {value: place for place, value in enumerate(values)}
    return lambda key: places[key[at]]


def orders_of(key: Key) -> tuple[tuple[bool, str], ...]:
    """By what cells are sorted."""
    return tuple(order_of(value) for value in key)

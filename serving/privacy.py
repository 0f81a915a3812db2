"""Small cells: counts of people per cell in, the cells that must stay hidden out. Pure functions, no names of metrics.

A cell is hidden where it holds fewer than `floor` people (primary), and where it would give away a hidden one by
subtraction (secondary). Readers can ask a table, all of its margins, and any of its filters, so all of them are decided
together: `hidden_cells` goes from the grand total down to the finest table, and a table never contradicts its margins.
The same cell is therefore hidden however it is asked for: as a row, or as a filter.

Rules, per line (the cells of a table that add up to one cell of a margin):
- if the margin is shown, a line hides no cell, or at least two with at least `floor` people together;
- if the margin is hidden, the line hides at least one cell, else the margin could be added up;
- along time, hidden periods come in runs of neighbours with at least `floor` people each, because readers may ask for
  any window of time: a window that cuts a run is refused (`cuts`), one that holds whole runs is not.
At the end a table is solved as a reader would solve it (`known_sums`), and hidden further while anything follows.
A cell without people is no secret: it is shown as 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

_MARGIN: Final = object()

Key = tuple[Any, ...]
Axes = tuple[str, ...]
Counts = Mapping[Key, int]


@dataclass(frozen=True)
class Lattice:
    """A table of counts with all of its margins, and what is hidden in each.

    Attributes:
        axes: names of the table's axes; a key holds one value per axis, in this order.
        tables: axes of a margin (a subset of `axes`, in order) -> key -> people. () is the grand total.
        hidden: axes of a margin -> keys that must not be shown.
        time: the axis along which windows are asked; None where there is none.
    """

    axes: Axes
    tables: Mapping[Axes, Counts]
    hidden: Mapping[Axes, frozenset[Key]]
    time: str | None


def hidden_cells(
    axes: Axes, people: Callable[[Axes], Counts], *, floor: int, time: str | None = None, is_state: bool = False
) -> Lattice:
    """Decide what is hidden in a table and in every margin of it, coarsest first.

    Args:
        axes: the table's axes.
        people: gives the count of distinct people per cell of any margin.
        floor: cells with 1 to `floor` - 1 people are hidden.
        time: which of the axes is time; its values must sort in order of time.
        is_state: counts of several periods do not add up (states at a period's end): nothing follows along time.
    """
    tables: dict[Axes, Counts] = {}
    hidden: dict[Axes, frozenset[Key]] = {}
    for size in range(len(axes) + 1):
        for margin in combinations(axes, size):
            tables[margin] = {key: count for key, count in people(margin).items() if count > 0}
            hidden[margin] = _hide(margin, tables, hidden, floor=floor, time=time, is_state=is_state)
    return Lattice(axes=axes, tables=tables, hidden=hidden, time=time)


def cuts(lattice: Lattice, block: Collection[Key], *, along: Collection[str]) -> bool:
    """Whether showing the total of a block of cells would give a hidden cell away.

    A block is one cell, or what several filter values or a window of time add up to. Of each line it may hold no hidden
    cell, or all that the line hides if the line's margin is shown; along time, whole runs.

    Args:
        lattice: the table that the block is part of.
        block: keys of the table, of cells with people.
        along: the axes along which the block adds up.
    """
    inside = set(block)
    axes, hidden = lattice.axes, lattice.hidden[lattice.axes]
    if not inside & hidden:
        return False
    if not along:
        return True
    for at in (axes.index(axis) for axis in along):
        for margin, line in _lines(lattice.tables[axes], at).items():
            concealed = {key for key in line if key in hidden}
            if not inside & concealed:
                continue
            if concealed <= inside and margin in lattice.hidden[axes[:at] + axes[at + 1 :]]:
                return True
            for group in _runs(line, hidden, at) if axes[at] == lattice.time else [concealed]:
                if 0 < len(inside.intersection(group)) < len(group):
                    return True
    return False


def known_sums(equations: Iterable[Collection[Any]]) -> set[frozenset[Any]]:
    """Sets of unknowns whose sum follows from sums that are known, by subtracting one from another that holds it.

    Args:
        equations: each the unknowns of one known sum.

    Returns:
        The smallest such sets; a set of one is an unknown that is given away.
    """
    left = {frozenset(equation) for equation in equations if equation}
    while True:
        holding: dict[Any, list[frozenset[Any]]] = defaultdict(list)
        for equation in left:
            for unknown in equation:
                holding[unknown].append(equation)
        smaller = {}
        for part in left:
            for whole in min((holding[unknown] for unknown in part), key=len):
                if part < whole:
                    smaller[whole] = whole - part
        if not smaller:
            return left
        left = (left - smaller.keys()) | set(smaller.values())


def _hide(
    axes: Axes,
    tables: Mapping[Axes, Counts],
    hidden: Mapping[Axes, frozenset[Key]],
    *,
    floor: int,
    time: str | None,
    is_state: bool,
) -> frozenset[Key]:
    table = tables[axes]
    concealed = {key for key, count in table.items() if count < floor}
    positions = [at for at, axis in enumerate(axes) if not (is_state and axis == time)]
    lines = [
        (at, margin, line, margin in hidden[axes[:at] + axes[at + 1 :]])
        for at in positions
        for margin, line in _lines(table, at).items()
    ]
    # The only cell of a shown margin is as public as the margin: hiding it would hide nothing.
    public = {line[0] for _, _, line, margin_hidden in lines if len(line) == 1 and not margin_hidden}
    changed = True
    while changed:
        changed = False
        for at, _, line, margin_hidden in lines:
            added = _neighbour(table, line, concealed, public, at=at, floor=floor) if axes[at] == time else set()
            if not added:
                added = _partner(table, line, concealed, public, floor=floor, margin_hidden=margin_hidden)
            changed |= bool(added)
            concealed |= added
        if not changed:
            added = _give_away(table, lines, concealed, public, axes=axes, time=time, floor=floor)
            changed |= bool(added)
            concealed |= added
    return frozenset(concealed)


def _partner(
    table: Counts, line: Sequence[Key], concealed: set[Key], public: set[Key], *, floor: int, margin_hidden: bool
) -> set[Key]:
    """The smallest shown cell of a line that does not hide enough yet."""
    inside = [key for key in line if key in concealed]
    if margin_hidden:
        enough = bool(inside)
    else:
        enough = not inside or (len(inside) > 1 and sum(table[key] for key in inside) >= floor)
    return set() if enough else _smallest(table, line, concealed | public)


def _neighbour(
    table: Counts, line: Sequence[Key], concealed: set[Key], public: set[Key], *, at: int, floor: int
) -> set[Key]:
    """The neighbour that completes the first run of hidden periods that is too small to be asked for by a window."""
    ordered = sorted(line, key=lambda key: _order(key[at]))
    for run in _runs(line, concealed, at):
        if len(run) > 1 and sum(table[key] for key in run) >= floor:
            continue
        first, last = ordered.index(run[0]), ordered.index(run[-1])
        beside = [ordered[place] for place in (first - 1, last + 1) if 0 <= place < len(ordered)]
        beside = [key for key in beside if key not in public]
        if beside:
            here = run[0][at]
            return {min(beside, key=lambda key: (not _same_quarter(key[at], here), table[key], _order(key[at])))}
    return set()


def _give_away(
    table: Counts,
    lines: Sequence[tuple[int, Key, Sequence[Key], bool]],
    concealed: set[Key],
    public: set[Key],
    *,
    axes: Axes,
    time: str | None,
    floor: int,
) -> set[Key]:
    """One more cell to hide where a reader could still solve for a few people; empty where nobody can."""
    equations: list[list[Any]] = []
    for at, margin, line, margin_hidden in lines:
        inside: list[Any] = [key for key in line if key in concealed]
        if margin_hidden:
            inside.append((_MARGIN, at, margin))
        equations.append(inside)
        if axes[at] == time:
            equations += [list(run) for run in _runs(line, concealed, at)]
    for solved in sorted(known_sums(equations), key=lambda keys: (len(keys), sorted(map(str, keys)))):
        if any(key[:1] == (_MARGIN,) for key in solved):
            continue
        if len(solved) > 1 and sum(table[key] for key in solved) >= floor:
            continue
        for _, _, line, _ in lines:
            if len(line) > 1 and solved.intersection(line):
                added = _smallest(table, line, concealed | public)
                if added:
                    return added
    return set()


def _smallest(table: Counts, line: Sequence[Key], excluded: set[Key]) -> set[Key]:
    shown = [key for key in line if key not in excluded]
    return {min(shown, key=lambda key: (table[key], _orders(key)))} if shown else set()


def _lines(table: Iterable[Key], at: int) -> dict[Key, list[Key]]:
    """Cells by the key that is left when the axis at position `at` is added up."""
    lines: dict[Key, list[Key]] = defaultdict(list)
    for key in table:
        lines[key[:at] + key[at + 1 :]].append(key)
    return lines


def _runs(line: Iterable[Key], concealed: Collection[Key], at: int) -> list[list[Key]]:
    """Hidden cells of a line in runs of neighbours along the axis at position `at`."""
    runs: list[list[Key]] = [[]]
    for key in sorted(line, key=lambda key: _order(key[at])):
        if key in concealed:
            runs[-1].append(key)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _same_quarter(one: Any, other: Any) -> bool:
    """Months of one quarter hide together first, so that quarters can be shown."""
    try:
        return (one.year, (one.month - 1) // 3) == (other.year, (other.month - 1) // 3)
    except AttributeError:
        return False


def _order(value: Any) -> tuple[bool, str]:
    return (value is None, str(value))


def _orders(key: Key) -> tuple[tuple[bool, str], ...]:
    return tuple(_order(value) for value in key)

"""Small cells: counts of people per cell in, the cells that must stay hidden out. Pure functions, no names of metrics.

A cell is hidden where it holds fewer than `floor` people (primary), and where it would give away a hidden one by
subtraction (secondary). Readers can ask a table, all of its margins, and any of its filters, so all of them are decided
together: `hidden_cells` goes from the grand total down to the finest table, and a table never contradicts its margins.
The same cell is therefore hidden however it is asked for: as a row, or as a filter.

Rules, per line (the cells of a table that add up to one cell of a margin):
- if the margin is shown, a line hides no cell, or at least two with at least `floor` people together;
- if the margin is hidden, the line hides at least one cell, else the margin could be added up;
- along time, hidden periods come in runs of neighbours with at least `floor` people each, because readers may ask for
  any window of time: a window that cuts a run (or a quarter's part of it that hides enough) is refused (`cuts`), and
  so is every window with a hidden period of a line whose margin is hidden: its windows would add up to the margin.
At the end a table is solved with its margins as a reader would solve it (`_Decision.given_away`), and hidden further
while the number of fewer than `floor` people follows. Only the rules decide a table that is too large to be solved.

A cell without people is not secret and is shown as 0, but it may have to be hidden beside another: where the only
other cell of a line is empty, saying so would give the first away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, product
from math import prod
from typing import Any, Final

import numpy as np

from serving.privacy.equations import ZERO, Equations, cheapest_move, staying
from serving.privacy.lattice import (
    Axes,
    Counts,
    Key,
    Lattice,
    Line,
    Nesting,
    adding_up,
    hides_enough,
    in_same_quarter,
    lines_along,
    margins_of,
    orders_of,
    parts_of,
    places_along,
    runs_of,
    without,
)

# More hidden cells than these, with those of the margins, are not solved for.
MOST_UNKNOWNS: Final = 1_000
# Tables with more cells than these are decided without their empty cells.
MOST_CELLS: Final = 20_000
# Where no single cell frees so many groups, others are not tried in this turn.
MOST_TRIES: Final = 2
# Turns that may free nothing, one after the other.
MOST_TURNS: Final = 4
# Windows that reveal at least this share of what the most revealing one does are no longer shown.
SHARE: Final = 0.5
# Of larger tables no cells are searched for that free a single one together.
MOST_PROGRAM: Final = 5_000
# Weights of so many equations, each below what differs from 0 by that, do not add up to more.
MOST_ROWS: Final = 16
# Groups of at most as many hidden cells are tried for being given away together.
MOST_TOGETHER: Final = 3

_Equation = Mapping[tuple[Axes, Key], int]
# Cells of one line of a table or of a margin.
_Group = tuple[Axes, frozenset[Key]]


def hidden_cells(
    axes: Axes,
    people: Callable[[Axes], Counts],
    *,
    floor: int,
    time: str | None = None,
    is_state: bool = False,
    is_total_shown: bool = False,
    holds_its_cells: bool = True,
    nested: Nesting | None = None,
) -> Lattice:
    """Decide what is hidden in a table and in every margin of it, coarsest first.

    Args:
        axes: the table's axes.
        people: gives the count of distinct people per cell of any margin.
        floor: cells with 1 to `floor` - 1 people are hidden.
        time: which of the axes is time; its values must sort in order of time.
        is_state: counts of several periods do not add up (states at a period's end): nothing follows along time.
        is_total_shown: the total is shown however small, and so it is along time: it is not a group of people.
        holds_its_cells: a margin counts at least the people of each of its cells; not where cells and margins are
            stored apart from each other, with some left out.
        nested: axes that are parts of others among the axes.
    """
    finest, nested = people(axes), nested or {}
    if holds_its_cells and axes and not any(0 < count < floor for count in finest.values()):
        # Where no cell is small, none of any margin is.
        return Lattice(
            axes=axes, tables={axes: finest}, hidden={axes: frozenset()}, floor=floor, time=time, nested=nested
        )
    tables: dict[Axes, Counts] = {}
    hidden: dict[Axes, frozenset[Key]] = {}
    closed: set[tuple[Axes, Key]] = set()
    lines: dict[Axes, list[Line]] = {}
    for margin in margins_of(axes, nested):
        tables[margin] = _with_empty_cells(margin, people(margin), tables, hidden, nested)
        if is_total_shown and set(margin) <= {time}:
            hidden[margin] = frozenset()
            continue
        decision = _Decision(
            margin, tables, hidden, closed, floor=floor, time=time, is_state=is_state, nested=nested, lines=lines
        )
        hidden[margin] = decision.hide()
    return Lattice(
        axes=axes, tables=tables, hidden=hidden, floor=floor, time=time, closed=frozenset(closed), nested=nested
    )


class _Decision:
    """Decides one table, given its margins."""

    def __init__(
        self,
        axes: Axes,
        tables: Mapping[Axes, Counts],
        hidden: Mapping[Axes, frozenset[Key]],
        closed: set[tuple[Axes, Key]],
        *,
        floor: int,
        time: str | None,
        is_state: bool,
        nested: Nesting,
        lines: dict[Axes, list[Line]],
    ) -> None:
        self.axes, self.tables, self.hidden, self.closed, self.floor = axes, tables, hidden, closed, floor
        self.time, self.is_state, self.nested = time, is_state, nested
        self.table = tables[axes]
        self._lines = lines
        self.lines = self.lines_by(axes)
        self.concealed = {key for key, count in self.table.items() if 0 < count < floor}
        # Of a few people not even the value of a further dimension may follow: their empty cells are hidden, too.
        self.concealed |= {
            key for line in self.lines if 0 < tables[line.margin_axes].get(line.margin, 0) < floor for key in line.cells
        }
        # The only people of a shown margin are as public as the margin: hiding them alone would hide nothing.
        self.public = {
            people[0]
            for line in self.lines
            if line.margin not in hidden[line.margin_axes]
            and len(people := [key for key in line.cells if self.table[key]]) == 1
        }
        # Lines that the rules have not looked at since a cell of them was hidden, and what the others reveal.
        self.changed = set(range(len(self.lines)))
        self.known: dict[int, list[tuple[list[Key], _Equation]]] = {}

    @cached_property
    def margins(self) -> list[Axes]:
        """The axes of the table's margins, without the grand total."""
        return [margin for margin in margins_of(self.axes, self.nested) if margin and margin != self.axes]

    def lines_by(self, axes: Axes) -> list[Line]:
        """All lines of the table or of a margin."""
        if axes not in self._lines:
            self._lines[axes] = lines_along(
                axes, self.tables[axes], time=self.time, is_state=self.is_state, nested=self.nested
            )
        return self._lines[axes]

    def hide(self) -> frozenset[Key]:
        """Apply the rules until nothing changes, and solve the table as a reader would.

        What still follows is hidden beside single cells or closed to windows; where single cells follow even then, the
        whole table is hidden, and closed.
        """
        turns, fewest = 0, len(self.table)
        while self.concealed:
            self.apply_rules()
            before = len(self.concealed)
            system = _System(self)
            groups = self.given_away(system) if len(system.place) <= MOST_UNKNOWNS else []
            if not groups:
                break
            turns = 0 if len(groups) < fewest else turns + 1
            fewest = min(fewest, len(groups))
            if turns < MOST_TURNS:
                self.conceal_beside(groups, system)
            if len(self.concealed) == before:
                single = [group for group in groups if len(group[1]) == 1]
                self.conceal_together(single, system)
            if len(self.concealed) == before:
                closed = {line for axes, keys in single for line in system.revealing_windows(axes, keys)}
                if not single:
                    break
                self.known.clear()
                if closed <= self.closed:
                    self.closed |= {(line.margin_axes, line.margin) for line in self.lines if line.is_time}
                    return frozenset(self.table)
                self.closed |= closed
                turns, fewest = 0, len(self.table)
        return frozenset(self.concealed)

    def apply_rules(self) -> None:
        """Hide what the rules want hidden, line by line, and again lines in which something was hidden since."""
        while self.changed:
            for at, line in enumerate(self.lines):
                if at in self.changed:
                    self.changed.discard(at)
                    self.conceal(self.neighbour(line) or self.partner(line))

    def conceal(self, keys: Collection[Key]) -> None:
        """Hide cells."""
        for key in set(keys) - self.concealed:
            self.concealed.add(key)
            self.changed.update(self.lines_of[key])
            for at in self.lines_of[key]:
                self.known.pop(at, None)

    def partner(self, line: Line) -> set[Key]:
        """One more cell to hide in a line that does not hide enough yet."""
        inside = [key for key in line.cells if key in self.concealed]
        people = sum(self.table[key] for key in inside)
        if line.margin in self.hidden[line.margin_axes]:
            enough = bool(inside) or not any(self.table[key] for key in line.cells)
        else:
            enough = not inside or (len(inside) > 1 and people >= self.floor)
        if enough:
            return set()
        return self.cheapest(line.cells, with_empty=people >= self.floor)

    def neighbour(self, line: Line) -> set[Key]:
        """The neighbour that completes a run of hidden periods that is too small to be asked for by a window."""
        if not self.has_windows(line):
            return set()
        at = line.at
        inside = [key for key in line.cells if key in self.concealed]
        if not inside:
            return set()
        filled = [key for key in line.cells if self.table[key] or key in self.concealed]
        for run in runs_of(line, inside, self.table):
            if hides_enough(run, self.table, self.floor):
                continue
            first, last = filled.index(run[0]), filled.index(run[-1])
            beside = [filled[place] for place in (first - 1, last + 1) if 0 <= place < len(filled)]
            if beside:
                return {min(beside, key=lambda key: (not in_same_quarter(key[at], run[0][at]), self.ranks[key]))}
        return set()

    def has_windows(self, line: Line) -> bool:
        """Whether windows of a line with hidden periods are shown: not where they would add up to a hidden total."""
        is_open = (
            line.margin not in self.hidden[line.margin_axes] and (line.margin_axes, line.margin) not in self.closed
        )
        return line.is_time and is_open

    def given_away(self, system: _System) -> list[_Group]:
        """Groups of hidden cells of one line, of fewer than `floor` people together, whose sum a reader can work out.

        The line is one of the table, or of a margin.

        A sum follows if no other numbers in the hidden cells would give the same lines and another sum: if it stays the
        same along a direction in which all lines do.

        Returns:
            The groups, smallest first.
        """
        own = ((self.axes, self.small_of(self.axes, line)) for line in self.lines)
        small = [(axes, keys) for axes, keys in chain(own, self.small_of_margins) if keys]
        places = [system.place[axes, key] for axes, keys in small for key in keys]
        moves = iter(system.equations.free(places)) if places else iter(())
        found: set[_Group] = set()
        for axes, cells in small:
            table = self.tables[axes]
            for group in staying(np.array([next(moves) for _ in cells]), most=min(self.floor - 1, MOST_TOGETHER)):
                keys = frozenset(cells[at] for at in group)
                if sum(table[key] for key in keys) < self.floor:
                    found.add((axes, keys))
        return sorted(found, key=lambda group: (len(group[1]), group[0], sorted(map(orders_of, group[1]))))

    def small_of(self, axes: Axes, line: Line) -> list[Key]:
        """Hidden cells of a line of fewer people than the floor."""
        table, concealed = self.tables[axes], self.concealed if axes == self.axes else self.hidden[axes]
        return [key for key in line.cells if key in concealed and 0 < table[key] < self.floor]

    @cached_property
    def small_of_margins(self) -> list[tuple[Axes, list[Key]]]:
        """The same of the margins' lines: what is hidden there must not follow from the table either."""
        return [(axes, self.small_of(axes, line)) for axes in self.margins for line in self.lines_by(axes)]

    def equations(self, axes: Axes, line: Line, concealed: Collection[Key]) -> list[tuple[list[Key], _Equation]]:
        """What a line reveals: the part that windows reveal (none for the line as a whole), and its unknown cells.

        The cells with their signs add up to a known sum.
        """
        inside = [key for key in line.cells if key in concealed]
        unknown = {(axes, key): 1 for key in inside}
        if line.margin in self.hidden[line.margin_axes]:
            unknown[line.margin_axes, line.margin] = -1
        found: list[tuple[list[Key], _Equation]] = [([], unknown)] if unknown else []
        if inside and self.has_windows(line):
            parts = parts_of(line, inside, self.tables[axes], floor=self.floor)
            found += [(part, {(axes, key): 1 for key in part}) for part in parts]
        return found

    @cached_property
    def equations_of_margins(self) -> list[_Equation]:
        """What the lines of all margins reveal."""
        return [
            equation
            for axes in self.margins
            for line in self.lines_by(axes)
            for _, equation in self.equations(axes, line, self.hidden[axes])
        ]

    def conceal_beside(self, groups: Iterable[_Group], system: _System) -> None:
        """Hide one more cell for each group that is given away: one that frees it, else one beside it."""
        added: set[Key] = set()
        tries = MOST_TRIES
        for axes, group in groups:
            inside = group if axes == self.axes else frozenset(self.beneath(axes, group) & self.concealed)
            through = {at for key in inside for at in self.lines_of[key]}
            beside = [key for at in through for key in self.lines[at].cells]
            if added.intersection(beside):
                continue
            found = system.freeing(axes, group) if tries else set()
            tries -= not found and tries > 0
            if not found and axes != self.axes:
                # Joined to what hides beside it in the margin, a cell of the margin is as free as it was there.
                others = self.beneath(axes, self.hidden[axes] - group)
                found = self.cheapest([key for key in beside if key in others], with_empty=True)
                beside = beside or list(self.beneath(axes, group))
            added |= found or self.cheapest(beside, with_empty=True)
        self.conceal(added)

    def conceal_together(self, single: Iterable[_Group], system: _System) -> None:
        """Hide cells that together free single ones, where none frees them alone."""
        if len(self.table) > MOST_PROGRAM:
            return
        tries = MOST_TRIES
        for axes, group in single:
            found = system.freeing_together(axes, group)
            self.conceal(found)
            tries -= 1
            if not tries:
                break

    def beneath(self, axes: Axes, keys: Collection[Key]) -> set[Key]:
        """Cells of the table that add up to cells of a margin."""
        at = [self.axes.index(axis) for axis in axes]
        wanted = set(keys)
        return {key for key in self.table if tuple(key[place] for place in at) in wanted}

    def cheapest(self, cells: Sequence[Key], *, with_empty: bool) -> set[Key]:
        """The shown cell whose hiding costs a reader least."""
        shown = [key for key in cells if key not in self.concealed and (with_empty or self.table[key])]
        return {min(shown, key=self.ranks.__getitem__)} if shown else set()

    @cached_property
    def by_cost(self) -> list[Key]:
        """All cells, those first whose hiding costs a reader least.

        People first, smallest first; then empty cells; last those that are as public as a margin.
        """
        along = [places_along(self.table, at) for at in range(len(self.axes))]
        costs = {
            key: (key in self.public, count == 0, count, *(place(key) for place in along))
            for key, count in self.table.items()
        }
        return sorted(costs, key=costs.__getitem__)

    @cached_property
    def ranks(self) -> Mapping[Key, int]:
        """The place of each cell in that order."""
        return {key: rank for rank, key in enumerate(self.by_cost)}

    @cached_property
    def lines_of(self) -> Mapping[Key, list[int]]:
        """The places of the lines through each cell."""
        found: dict[Key, list[int]] = defaultdict(list)
        for at, line in enumerate(self.lines):
            for key in line.cells:
                found[key].append(at)
        return found


class _System:
    """What a reader knows of a table's hidden cells and its margins', as equations.

    Attributes:
        place: table's axes and cell -> its place among the unknowns.
        equations: lines of all tables, and parts of lines that windows of time reveal.
    """

    def __init__(self, decision: _Decision) -> None:
        self._decision = decision
        self._row_of_line: dict[int, int] = {}
        self._row_of_part: dict[tuple[int, Key], int] = {}
        self._line_of: list[int] = []
        self._is_part: list[bool] = []
        equations: list[_Equation] = []
        for at, line in enumerate(decision.lines):
            if at not in decision.known:
                decision.known[at] = decision.equations(decision.axes, line, decision.concealed)
            for part, equation in decision.known[at]:
                if part:
                    self._row_of_part.update({(at, key): len(equations) for key in part})
                else:
                    self._row_of_line[at] = len(equations)
                self._line_of.append(at)
                self._is_part.append(bool(part))
                equations.append(equation)
        equations += decision.equations_of_margins
        unknowns = dict.fromkeys(one for some in equations for one in some)
        self.place = {unknown: at for at, unknown in enumerate(unknowns)}
        rows = [{self.place[unknown]: sign for unknown, sign in one.items()} for one in equations]
        self.equations = Equations(rows, len(self.place))

    def freeing(self, axes: Axes, group: Collection[Key]) -> set[Key]:
        """The cheapest shown cell that, hidden too, lets the sum of a group move; none where no single one does."""
        decision = self._decision
        weights = self.equations.weights([self.place[axes, key] for key in group])
        weighing = np.flatnonzero(np.abs(weights[: len(self._line_of)]) >= ZERO / MOST_ROWS)
        beside = {key for row in weighing for key in decision.lines[self._line_of[row]].cells} - decision.concealed
        for key in sorted(beside, key=decision.ranks.__getitem__):
            rows = self._rows_of(key)
            if rows and abs(weights[rows].sum()) >= ZERO and self.equations.may_move(rows):
                return {key}
        return set()

    def freeing_together(self, axes: Axes, group: Collection[Key]) -> set[Key]:
        """Shown cells that together let a cell move, the cheapest by a linear program; none where no cells do.

        The program knows all lines, and of windows what they reveal of the runs that are hidden now: a run that more
        cells join may still be too short. What the rules add, and what still follows, is found in the next turn.
        """
        costs, rows = self._program
        places = {unknown: at for at, unknown in enumerate(dict.fromkeys(one for row in rows for one in row))}
        wanted = [places[axes, key] for key in group if (axes, key) in places]
        if len(wanted) < len(group):
            return set()
        moved = cheapest_move(
            [{places[one]: sign for one, sign in row.items()} for row in rows],
            [costs.get(one, 0.0) for one in places],
            wanted,
        )
        return {key for (of, key), at in places.items() if of == self._decision.axes and at in moved} - set(
            self._decision.concealed
        )

    @cached_property
    def _program(self) -> tuple[Mapping[tuple[Axes, Key], float], list[_Equation]]:
        """What hiding each shown cell costs, and all that a reader would know if any of them was hidden."""
        decision = self._decision
        axes = decision.axes
        shown = {(axes, key): rank + 1.0 for rank, key in enumerate(decision.by_cost) if key not in decision.concealed}
        rows: list[_Equation] = []
        for line in decision.lines:
            row = {(axes, key): 1 for key in line.cells}
            if line.margin in decision.hidden[line.margin_axes]:
                row[line.margin_axes, line.margin] = -1
            rows.append(row)
        parts: dict[int, dict[tuple[Axes, Key], int]] = defaultdict(dict)
        for (_, key), row_at in self._row_of_part.items():
            parts[row_at][axes, key] = 1
        for _, key in shown:
            for at in decision.lines_of[key]:
                if decision.has_windows(decision.lines[at]):
                    for row_at in self._parts_beside(key, at):
                        parts[row_at][axes, key] = 1
        return shown, [*rows, *parts.values(), *decision.equations_of_margins]

    def revealing_windows(self, axes: Axes, group: Collection[Key]) -> set[tuple[Axes, Key]]:
        """Lines of the table of which windows reveal most of a group's sum."""
        weights = self.equations.weights([self.place[axes, key] for key in group])
        shares = {row: abs(weights[row]) for row, is_part in enumerate(self._is_part) if is_part}
        most = max(shares.values(), default=0.0)
        lines = (self._line_of[row] for row, weight in shares.items() if weight >= max(most * SHARE, ZERO))
        return {(self._decision.lines[at].margin_axes, self._decision.lines[at].margin) for at in lines}

    def _rows_of(self, key: Key) -> list[int]:
        """Equations that a cell would enter if it was hidden; none where it would be the only unknown of one."""
        rows = []
        for at in self._decision.lines_of[key]:
            row = self._row_of_line.get(at)
            if row is None:
                return []
            rows.append(row)
            if self._decision.has_windows(self._decision.lines[at]):
                part = self._part_beside(key, at)
                if part is None:
                    return []
                rows.append(part)
        return rows

    def _part_beside(self, key: Key, line: int) -> int | None:
        """The part of a line that a cell would join: that of a hidden neighbour in time."""
        return next(self._parts_beside(key, line), None)

    def _parts_beside(self, key: Key, line: int) -> Iterator[int]:
        """The parts of a line between which a cell stands, with no other cell of people in between."""
        decision = self._decision
        cells = decision.lines[line].cells
        at = cells.index(key)
        for way in (reversed(cells[:at]), cells[at + 1 :]):
            for other in way:
                if other in decision.concealed:
                    part = self._row_of_part.get((line, other))
                    if part is not None:
                        yield part
                    break
                if decision.table[other]:
                    break


def _with_empty_cells(
    axes: Axes,
    counts: Counts,
    tables: Mapping[Axes, Counts],
    hidden: Mapping[Axes, frozenset[Key]],
    nested: Nesting,
) -> Counts:
    """Counts of all combinations of the axes' values, with 0 where there are no people.

    Left out are cells which a reader knows to be empty: a margin is shown as empty, or the pair does not exist.
    """
    # The values of an axis come with those that they are parts of.
    groups = [
        tuple(one for one in axes if one == axis or one in nested.get(axis, ())) for axis in adding_up(axes, nested)
    ]
    if len(groups) < 2 or prod(len(tables[group]) for group in groups) > MOST_CELLS:
        return dict(counts)
    margins = [(at, axes[:at] + axes[at + 1 :]) for at in map(axes.index, adding_up(axes, nested))]
    open_ones = [(at, {key for key, n in tables[names].items() if n} | hidden[names]) for at, names in margins]
    possible = (key for key in _joined(axes, groups, tables) if all(without(key, at) in some for at, some in open_ones))
    return {**dict.fromkeys(possible, 0), **counts}


def _joined(axes: Axes, groups: Sequence[Axes], tables: Mapping[Axes, Counts]) -> Iterator[Key]:
    """All combinations of the cells of some tables that agree in the axes which they share."""
    for cells in product(*(tables[group] for group in groups)):
        found: dict[str, Any] = {}
        if all(
            found.setdefault(axis, value) == value
            for group, cell in zip(groups, cells, strict=True)
            for axis, value in zip(group, cell, strict=True)
        ):
            yield tuple(found[axis] for axis in axes)

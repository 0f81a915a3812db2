"""What a reader could derive from a release: all answers about some slices in, the derivable small cells out.

A small cell holds facts of 1 to floor - 1 people. The reader asks every metric of a plan by every combination of its
dimensions (and month), as rows and as filters, and then works with what is shown, over and over until nothing new
follows:

- shown: the answer states the number;
- difference: a total less all other cells of its line;
- ratio: a value times the n it prints, or times its denominator where that is known;
- identity: metrics that add up to another one;
- algebra: all lines of all tables, and the totals of windows of time, solved together: the one number a cell can have;
- listing: the cell of a small group lies in one value of a further dimension, and all other values are known to be
  empty, or not listed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import combinations, product

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

from serving import LiveRelease, Question, ask
from serving.engine import Query
from serving.rows import text_of

MONTH = "month"
Axes = tuple[str, ...]
Key = tuple[object, ...]
Cell = tuple[str, Axes, Key]


@dataclass(frozen=True)
class Plan:
    """What is asked.

    Attributes:
        metrics: metrics that are asked.
        dimensions: qualified dimensions, asked in every combination.
        monthly: whether months are asked besides.
        whole: metrics whose values add up over all of these dimensions, and the time.
        states: those of them that do not add up over time.
        identities: metric -> sign; the signed sum is 0 in every cell.
        signed: counts that may be negative.
        most: dimensions that are asked at once.
        windows: the longest windows of months that are asked besides, and all shorter ones; 0: none.
    """

    metrics: tuple[str, ...]
    dimensions: tuple[str, ...]
    monthly: bool = False
    whole: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    identities: tuple[Mapping[str, int], ...] = ()
    signed: tuple[str, ...] = ()
    most: int = 3
    windows: int = 0

    @property
    def tables(self) -> Iterator[Axes]:
        """Axes of every table, coarsest first; months come last."""
        for months in ((), (MONTH,)) if self.monthly else ((),):
            for size in range(self.most + 1):
                for axes in combinations(self.dimensions, size):
                    yield (*axes, *months)


@dataclass
class Attack:
    """A reader of one release.

    Attributes:
        truth: what the marts say, and of how many people, by cell; also of metrics that cannot be asked.
        known: what the reader knows, by cell.
        how: how each known cell became known.
    """

    release: LiveRelease
    plan: Plan
    truth: dict[Cell, tuple[float, int]] = field(default_factory=dict)
    known: dict[Cell, float] = field(default_factory=dict)
    how: dict[Cell, str] = field(default_factory=dict)
    listed: dict[tuple[str, Axes], set[Key]] = field(default_factory=lambda: defaultdict(set))
    values: dict[str, list[object]] = field(default_factory=dict)
    windows: dict[tuple[Cell, tuple[date, ...]], float] = field(default_factory=dict)

    def run(self) -> Attack:
        """Ask everything, then work until nothing new follows."""
        self._read_truth()
        self._ask_all()
        before = -1
        while before != len(self.known):
            before = len(self.known)
            for step in (self._ratios, self._identities, self._differences):
                step()
            if before == len(self.known):
                for metric in self.plan.whole:
                    self._algebra(metric)
        return self

    @property
    def small(self) -> list[Cell]:
        """Cells of 1 to floor - 1 people that belong to a group, not to the company as a whole."""
        floor = self.release.document.min_cell
        return [cell for cell, (_, people) in self.truth.items() if 0 < people < floor and set(cell[1]) - {MONTH}]

    def recovered(self) -> dict[Cell, str]:
        """Small cells whose number the reader knows, or whose value of a further dimension."""
        found = {}
        for cell in self.small:
            guess = self.known.get(cell)
            if guess is not None and abs(guess - self.truth[cell][0]) < 1e-6 * max(1.0, abs(guess)):
                found[cell] = self.how[cell]
        return {**found, **dict.fromkeys(self._named_by_listing(), "listing")}

    def report(self) -> dict[str, int]:
        """Small cells in all, and how many were recovered in which way."""
        return {"small": len(self.small), **Counter(self.recovered().values())}

    # What the reader sees.

    def _ask_all(self) -> None:
        for axes in self.plan.tables:
            named = [axis for axis in axes if axis != MONTH]
            by, filtered = named[:2], named[2:]
            for values in product(*(self.values[axis] for axis in filtered)):
                question = Question(
                    metrics=self.plan.metrics,
                    by=tuple(by),
                    where={axis: [text_of(value)] for axis, value in zip(filtered, values, strict=True)},
                    grain="month" if MONTH in axes else None,
                )
                self._see(axes, values, question)
                if MONTH not in axes:
                    for months in self._windows():
                        until = (months[-1].replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
                        self._see_window(axes, values, replace(question, since=months[0], until=until), months)

    def _windows(self) -> Iterator[tuple[date, ...]]:
        """Windows of whole months, without the whole time."""
        months = [month for month in self.values[MONTH] if isinstance(month, date)]
        for length in range(1, min(self.plan.windows, len(months) - 1) + 1):
            for first in range(len(months) - length + 1):
                yield tuple(months[first : first + length])

    def _see_window(self, axes: Axes, filtered: Key, question: Question, months: tuple[date, ...]) -> None:
        answered: dict[str, set[Key]] = defaultdict(set)
        for row in ask(self.release, question).rows:
            if row.metric not in self.plan.whole or row.status in ("not_sliceable", "refused", "withheld"):
                continue
            if len(row.dimensions) != len(question.by):
                continue
            key = (*row.dimensions.values(), *map(text_of, filtered))
            answered[row.metric].add(key)
            if row.value is not None:
                self.windows[(row.metric, axes, key), months] = float(row.value)
        for metric, keys in answered.items():
            for whole in product(*(self.values[axis] for axis in question.by), *([one] for one in filtered)):
                texts = tuple(map(text_of, whole))
                if texts not in keys:
                    self.windows[(metric, axes, texts), months] = 0.0

    def _see(self, axes: Axes, filtered: Key, question: Question) -> None:
        answered: dict[str, set[Key]] = defaultdict(set)
        for row in ask(self.release, question).rows:
            if row.status in ("not_sliceable", "refused", "withheld"):
                continue
            if len(row.dimensions) != len(question.by):
                continue
            period = (row.period,) if MONTH in axes else ()
            key = (*row.dimensions.values(), *map(text_of, filtered), *period)
            answered[row.metric].add(key)
            if row.value is not None:
                self._learn((row.metric, axes, key), float(row.value), "shown")
            if row.n is not None:
                self._learn((str(self.release.semantics.metrics[row.metric].n), axes, key), float(row.n), "shown")
        for metric, keys in answered.items():
            if metric not in self.plan.whole:
                continue
            self.listed[metric, axes] |= keys
            # What is not listed is empty.
            months = [self.values[MONTH]] if MONTH in axes else []
            universe = product(*(self.values[axis] for axis in question.by), *([one] for one in filtered), *months)
            for whole in universe:
                texts = tuple(value if isinstance(value, date) else text_of(value) for value in whole)
                if texts not in keys:
                    self._learn((metric, axes, texts), 0.0, "unlisted")

    def _learn(self, cell: Cell, value: float, how: str) -> None:
        if cell not in self.known:
            self.known[cell] = value
            self.how[cell] = how

    # What follows.

    def _differences(self) -> None:
        for metric in self.plan.whole:
            for axes in self.plan.tables:
                keys = self._keys(metric, axes)
                for at, axis in enumerate(axes):
                    if axis == MONTH and metric in self.plan.states:
                        continue
                    self._difference(metric, axes, at, keys)

    def _algebra(self, metric: str) -> None:
        """Solve every line of every table at once: a cell follows where no direction that keeps all lines moves it."""
        place: dict[Cell, int] = {}
        entries: list[tuple[int, int, float]] = []
        sums: list[float] = []
        for axes in self.plan.tables:
            keys = self._keys(metric, axes)
            for at, axis in enumerate(axes):
                if axis == MONTH and metric in self.plan.states:
                    continue
                for margin, line in _lines_of(keys, at).items():
                    cells = [(metric, axes, key) for key in line]
                    signed = [(cell, 1.0) for cell in cells] + [((metric, axes[:at] + axes[at + 1 :], margin), -1.0)]
                    unknown = [(cell, sign) for cell, sign in signed if cell not in self.known]
                    entries += [(len(sums), place.setdefault(cell, len(place)), sign) for cell, sign in unknown]
                    sums.append(-sum(sign * self.known[cell] for cell, sign in signed if cell in self.known))
        for ((name, axes, key), months), value in self.windows.items():
            if name == metric:
                cells = [(metric, (*axes, MONTH), (*key, month)) for month in months]
                cells = [cell for cell in cells if cell in self.known or cell in self.truth or cell in place]
                unknown = [(cell, 1.0) for cell in cells if cell not in self.known]
                entries += [(len(sums), place.setdefault(cell, len(place)), sign) for cell, sign in unknown]
                sums.append(value - sum(self.known.get(cell, 0.0) for cell in cells))
        if not place:
            return
        rows, columns, signs = zip(*entries, strict=True)
        system = sparse.csr_array((signs, (rows, columns)), shape=(len(sums), len(place)))
        random = np.random.default_rng(1).normal(size=len(place))
        exactly = {"atol": 0.0, "btol": 0.0, "conlim": 0.0, "iter_lim": 40 * len(place)}
        free = random - linalg.lsqr(system, system @ random, **exactly)[0]
        solution = linalg.lsqr(system, np.array(sums), **exactly)[0]
        for cell, at in place.items():
            if abs(free[at]) < 1e-6:
                self._learn(cell, round(float(solution[at]), 6), "algebra")

    def _keys(self, metric: str, axes: Axes) -> set[Key]:
        """Cells of a table that may hold somebody: what is listed, whatever it does hold, and what exists."""
        known = {key for name, some, key in self.known if (name, some) == (metric, axes)}
        true = {key for name, some, key in self.truth if (name, some) == (metric, axes)}
        return self.listed[metric, axes] | known | true

    def _difference(self, metric: str, axes: Axes, at: int, keys: Iterable[Key]) -> None:
        lines = _lines_of(keys, at)
        margin_axes = axes[:at] + axes[at + 1 :]
        for margin, line in lines.items():
            total = self.known.get((metric, margin_axes, margin))
            unknown = [key for key in line if (metric, axes, key) not in self.known]
            known_sum = sum(self.known.get((metric, axes, key), 0.0) for key in line)
            if not unknown and total is None:
                self._learn((metric, margin_axes, margin), known_sum, "difference")
            elif total is not None and len(unknown) == 1:
                self._learn((metric, axes, unknown[0]), total - known_sum, "difference")
            elif total is not None and unknown and abs(total - known_sum) < 1e-9 and metric in self.counts:
                for key in unknown:
                    self._learn((metric, axes, key), 0.0, "difference")

    @property
    def counts(self) -> list[str]:
        """Metrics without negative cells: a line whose total is reached has only empty cells left."""
        metrics = self.release.semantics.metrics
        counted = (name for name in self.plan.whole if metrics[name].meta.unit == "count")
        return [name for name in counted if name not in self.plan.signed]

    def _ratios(self) -> None:
        for name in self.plan.metrics:
            metric = self.release.semantics.metrics[name]
            if metric.numerator is None or metric.denominator is None:
                continue
            for (_, axes, key), value in [one for one in self.known.items() if one[0][0] == name]:
                below, above = (metric.denominator, axes, key), (metric.numerator, axes, key)
                if below in self.known:
                    self._learn(above, value * self.known[below], "ratio")
                elif above in self.known and value:
                    self._learn(below, self.known[above] / value, "ratio")

    def _identities(self) -> None:
        for identity in self.plan.identities:
            cells = {cell[1:] for cell in self.known if cell[0] in identity}
            for axes, key in cells:
                unknown = [name for name in identity if (name, axes, key) not in self.known]
                if len(unknown) != 1:
                    continue
                rest = sum(sign * self.known[name, axes, key] for name, sign in identity.items() if name != unknown[0])
                self._learn((unknown[0], axes, key), -rest / identity[unknown[0]], "identity")

    def _named_by_listing(self) -> set[Cell]:
        """Small cells of a coarser table of which one value of a further dimension must be."""
        found = set()
        for metric in self.plan.whole:
            for axes in self.plan.tables:
                for at, axis in enumerate(axes):
                    margin_axes = axes[:at] + axes[at + 1 :]
                    if axis == MONTH or not set(margin_axes) - {MONTH} or not self.listed[metric, axes]:
                        continue
                    found |= self._named_along(metric, axes, at, margin_axes)
        return found

    def _named_along(self, metric: str, axes: Axes, at: int, margin_axes: Axes) -> set[Cell]:
        floor = self.release.document.min_cell
        found = set()
        small = {
            key for (name, some, key), (_, people) in self.truth.items()
            if name == metric and some == margin_axes and 0 < people < floor
        }  # fmt: skip
        for margin in small:
            line = [(*margin[:at], text_of(value), *margin[at:]) for value in self.values[axes[at]]]
            possible = [key for key in line if self.known.get((metric, axes, key)) != 0.0]
            if len(line) > 1 and len(possible) == 1 and (metric, axes, possible[0]) in self.truth:
                found.add((metric, axes, possible[0]))
        return found

    # What the marts say.

    def _read_truth(self) -> None:
        semantics = self.release.semantics
        asked = [semantics.metrics[name] for name in self.plan.metrics]
        names = {metric.name for metric in asked if metric.numerator is None}
        names |= {part for metric in asked for part in (metric.numerator, metric.denominator) if part}
        for axis in self.plan.dimensions:
            self.values[axis] = list(self.release.engine.values(axis))
        for name in sorted(names):
            people = semantics.metrics[name].people
            assert people is not None
            for axes in self.plan.tables:
                group_by = tuple("metric_time__month" if axis == MONTH else axis for axis in axes)
                table = self.release.engine.ask(Query(metrics=tuple(dict.fromkeys((name, people))), group_by=group_by))
                columns = [table.columns[one] for one in group_by]
                keys = zip(*columns, strict=True) if columns else [()]
                for key, value, some in zip(keys, table.columns[name], table.columns[people], strict=False):
                    if value is not None and some:
                        self.truth[name, axes, tuple(map(_plain, key))] = (float(value), int(some))
        self.values[MONTH] = sorted(
            {key[-1] for _, axes, key in self.truth if MONTH in axes and key[-1] is not None}  # type: ignore[type-var]
        )


def _lines_of(keys: Iterable[Key], at: int) -> dict[Key, list[Key]]:
    """Cell of the margin -> the cells that add up to it along one axis."""
    lines: dict[Key, list[Key]] = defaultdict(list)
    for key in keys:
        lines[key[:at] + key[at + 1 :]].append(key)
    return lines


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else text_of(value)


def attack(release: LiveRelease, plan: Plan, *, protected: bool = True) -> Attack:
    """Ask and work as a reader of this release would."""
    return Attack(replace(release, protected=protected), plan).run()


@dataclass(frozen=True)
class Between:
    """What a reader of two releases learns, besides what each of them says.

    Attributes:
        hidden: small cells, hidden in one of the releases, whose count follows.
        placed: shown cells of groups in which facts of fewer than the floor were added.
    """

    hidden: frozenset[Cell]
    placed: frozenset[Cell]


def follow_between(first: Attack, second: Attack) -> Between:
    """What follows for a reader who knows that facts were only added between two releases.

    What is shown in both says what was added. Where nothing was added to a total, nothing was added to its cells; so a
    cell that is shown in one release is known in the other.
    """
    hidden: set[Cell] = set()
    placed: set[Cell] = set()
    for metric in first.counts:
        cells = {cell for cell in (*first.truth, *second.truth) if cell[0] == metric}
        both = cells & first.known.keys() & second.known.keys()
        added = {cell: second.known[cell] - first.known[cell] for cell in both}
        placed |= {cell for cell, more in added.items() if 0 < more < first.release.document.min_cell and cell[1]}
        still = [cell for cell, more in added.items() if more == 0]
        for cell in cells:
            if any(_is_part(cell, whole) for whole in still):
                added.setdefault(cell, 0.0)
        for one, other, sign in ((first, second, -1), (second, first, 1)):
            for cell in set(one.small) & added.keys() & other.known.keys() - one.known.keys():
                assert other.known[cell] + sign * added[cell] == one.truth[cell][0]
                hidden.add(cell)
    return Between(frozenset(hidden), frozenset(placed))


def _is_part(cell: Cell, whole: Cell) -> bool:
    """Whether a cell lies inside a cell of a coarser table."""
    places = dict(zip(cell[1], cell[2], strict=True))
    return all(axis in places and places[axis] == value for axis, value in zip(whole[1], whole[2], strict=True))

"""What a reader learns from all answers together about a count of people: shown and hidden groups, as sets of atoms.

An atom is one combination of values of two dimensions and a month. A release and three axes in, `Learned` out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations, product

import numpy as np

from serving import LiveRelease, Question, ask, dimension_values
from serving.planning.coverage import next_period, period_start

Atom = tuple[str | None, str | None, date]


@dataclass(frozen=True)
class Learned:
    """Groups of atoms whose number is shown, and those for which it is hidden.

    Atoms of cells that are shown as empty are known to be 0 and left out of all groups.
    """

    counts: np.ndarray
    atoms: list[Atom]
    shown: set[frozenset[int]]
    hidden: set[frozenset[int]]
    floor: int

    def small_differences(self) -> list[list[Atom]]:
        """Groups of fewer people than the floor that one answer less another gives away."""
        found = [one - other for one, other in product(self.shown, repeat=2) if other < one]
        return [[self.atoms[at] for at in group] for group in found if self.counts[list(group)].sum() < self.floor]

    def solved(self) -> list[list[Atom]]:
        """Hidden groups of fewer people than the floor that are a combination of all answers."""
        system = self._matrix(self.shown)
        inverse = np.linalg.pinv(system)
        small = [group for group in self.hidden if 0 < self.counts[list(group)].sum() < self.floor]
        targets = self._matrix(set(small))
        follows = np.abs(targets @ inverse @ system - targets).max(axis=1, initial=0) < 1e-8
        return [[self.atoms[at] for at in group] for group, known in zip(set(small), follows, strict=True) if known]

    def _matrix(self, groups: set[frozenset[int]]) -> np.ndarray:
        made = np.zeros((len(groups), len(self.atoms)))
        for row, group in enumerate(groups):
            made[row, list(group)] = 1
        return made


def learn(
    release: LiveRelease,
    metric: str,
    dimensions: tuple[str, str],
    *,
    monthly: bool,
    floor: int = 5,
    possible: Collection[tuple[str, str]] | None = None,
) -> Learned:
    """Ask for every grouping by the dimensions, every filter on one or several values, every grain and many windows.

    Args:
        possible: pairs of values that exist, where a reader knows them: all other atoms are known to be empty.
    """
    counts_by_atom = _atoms(release, metric, dimensions)
    counts = np.array(list(counts_by_atom.values()))
    shown, hidden, empty = set(), set(), set()
    if possible is not None:
        empty.update(at for at, atom in enumerate(counts_by_atom) if atom[:2] not in possible)
    for question in _questions(release, metric, dimensions, sorted({atom[2] for atom in counts_by_atom}), monthly):
        rows = {(*row.dimensions.values(), row.period): row for row in ask(release, question).rows}
        for key, places in _parts(question, dimensions, list(counts_by_atom)).items():
            row = rows.get(key)
            if row is None or row.value == 0:
                assert counts[places].sum() == 0, (question, key)
                empty.update(places)
            elif row.status == "ok":
                assert row.value == counts[places].sum() >= floor, (question, row)
                shown.add(frozenset(places))
            else:
                assert (row.status, row.value, row.n) == ("suppressed", None, None), (question, row)
                hidden.add(frozenset(places))
    kept = [{group - empty for group in groups} - {frozenset()} for groups in (shown, hidden)]
    return Learned(counts, list(counts_by_atom), kept[0], kept[1], floor)


def _atoms(release: LiveRelease, metric: str, dimensions: tuple[str, str]) -> dict[Atom, int]:
    """People per atom as the marts have them, with 0 for combinations that nobody has."""
    rows = ask(replace(release, protected=False), Question(metrics=(metric,), by=dimensions, grain="month")).rows
    found = {(*row.dimensions.values(), row.period): row.value for row in rows}
    values = [sorted({key[at] for key in found}, key=str) for at in range(3)]
    return {key: found.get(key, 0) for key in product(*values)}


def _questions(
    release: LiveRelease, metric: str, dimensions: tuple[str, str], months: list[date], monthly: bool
) -> list[Question]:
    # The metric's own values: other marts have slices of their own by the same name.
    named = {name: release.semantics.resolve(name, metric) for name in dimensions}
    values = {name: [*dimension_values(release, one.qualified), None] for name, one in named.items() if one}
    filters: list[dict[str, list[str | None]]] = [{}]
    filters += [{name: [value]} for name in dimensions for value in values[name]]
    filters += [{dimensions[1]: list(pair)} for pair in list(combinations(values[dimensions[1]], 2))[:6]]
    groupings = [(), dimensions[:1], dimensions[1:], dimensions]
    grains = (None, "month", "quarter") if monthly else (None,)
    asked = [
        Question(metrics=(metric,), by=by, where=where, grain=grain)
        for by in groupings
        for where in filters
        for grain in grains
    ]
    if monthly:
        step = max(1, len(months) // 6)
        asked += [
            Question(metrics=(metric,), by=by, since=start, until=next_period(end, "month") - timedelta(days=1))
            for by in ((), dimensions[:1])
            for start, end in combinations(months[::step], 2)
        ]
    return asked


def _parts(question: Question, dimensions: tuple[str, str], atoms: list[Atom]) -> dict[tuple, list[int]]:
    """Every cell that the answer may have, also empty ones -> positions of the atoms that it adds up."""
    found: dict[tuple, list[int]] = defaultdict(list)
    for at, (first, second, month) in enumerate(atoms):
        inside = dict(zip(dimensions, (first, second), strict=True))
        if any(inside[word] not in values for word, values in question.filters):
            continue
        if question.since and not question.since <= month <= question.until:
            continue
        start = period_start(month, question.grain) if question.grain else None
        found[(*(inside[word] for word in question.by), start)].append(at)
    return found

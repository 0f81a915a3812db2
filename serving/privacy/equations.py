"""What follows from sums that are known: equations in, the directions in which their unknowns can still move out.

Pure: nothing of tables or people. Only the unknowns of an equation matter, with 1 or -1 before them; not its sum.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize, sparse
from scipy.sparse import csgraph

# Sums above this differ from 0.
ZERO: Final = 1e-7
FEW: Final = 10
# Beside the squares of what equations weigh, of which none but 0 is below 1e-4.
SMALL: Final = 1e-9
# How often a solution is made more exact.
TIMES: Final = 3

Vector = NDArray[np.float64]


class Equations:
    """Sums that a reader knows.

    They fall apart into systems without a common unknown. Each is factored once, when it is first asked about.

    Args:
        rows: equation by equation, the place of each unknown with its sign.
        unknowns: how many unknowns there are.
    """

    def __init__(self, rows: Sequence[Mapping[int, int]], unknowns: int) -> None:
        self.unknowns = unknowns
        self._count = len(rows)
        at = [row for row, equation in enumerate(rows) for _ in equation]
        places = [place for equation in rows for place in equation]
        signs = [float(sign) for equation in rows for sign in equation.values()]
        self._system = sparse.csr_array((signs, (at, places)), shape=(len(rows), unknowns))
        self._direction: Vector = np.random.default_rng(0).normal(size=unknowns)
        self._contradiction: Vector = np.random.default_rng(1).normal(size=len(rows))
        self._moved: set[int] = set()
        self._cancelled: set[int] = set()

    def free(self, places: Sequence[int]) -> Vector:
        """How some unknowns move in a random direction that changes no equation: sums that stay are determined.

        A random vector minus its part in the span of the equations; the probability that a sum stays by chance is zero.
        """
        wanted = np.asarray(places, dtype=np.intp)
        for at in np.setdiff1d(self._part_of[wanted], list(self._moved)):
            part = self._parts[at]
            self._direction[part.places] = part.without_span(self._direction[part.places])
            self._moved.add(int(at))
        return self._direction[wanted]

    def may_move(self, rows: Sequence[int]) -> bool:
        """Whether a further unknown that would enter some equations, with coefficient 1, is not determined by them.

        It is determined where what they state more than once does not cancel it, too: random weights under which they
        cancel out.
        """
        for at in {int(self._part_of_row[row]) for row in rows} - self._cancelled:
            part = self._parts[at]
            self._contradiction[part.rows] = part.contradiction(self._contradiction[part.rows])
            self._cancelled.add(at)
        return bool(abs(self._contradiction[rows].sum()) < ZERO)

    def weights(self, places: Sequence[int]) -> Vector:
        """The weights under which the equations add up to the sum of some unknowns, which is determined.

        A further unknown lets the sum move where its equations have weights that do not cancel out.
        """
        found = np.zeros(self._count)
        for at in {self._part_of[place] for place in places}:
            part = self._parts[at]
            wanted = np.isin(part.places, places).astype(np.float64)
            found[part.rows] = part.weights(wanted)
        return found

    @cached_property
    def _labels(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The part of each equation, and of each unknown."""
        rows, places = self._system.nonzero()
        nodes = self._count + self.unknowns
        joined = sparse.csr_array((np.ones(len(rows)), (rows, self._count + places)), shape=(nodes, nodes))
        labels = csgraph.connected_components(joined, directed=False)[1]
        return labels[: self._count], labels[self._count :]

    @property
    def _part_of_row(self) -> NDArray[np.int32]:
        return self._labels[0]

    @property
    def _part_of(self) -> NDArray[np.int32]:
        return self._labels[1]

    @cached_property
    def _parts(self) -> list[_Part]:
        rows, places = (_grouped(labels) for labels in self._labels)
        return [_Part(self._system, rows[at], places[at]) for at in range(len(rows))]


class _Part:
    """Equations that are joined by their unknowns.

    With G for the product of the equations with themselves and a small e, e (G + e)^-1 leaves a direction in which they
    stay, and shortens one in their span to nearly nothing: applied twice, to nothing in the numbers' precision.
    """

    def __init__(self, system: sparse.csr_array, rows: NDArray[np.intp], places: NDArray[np.intp]) -> None:
        self.rows, self.places = rows, places
        self._whole = system

    @cached_property
    def _system(self) -> sparse.csr_array:
        return self._whole[self.rows][:, self.places]

    @cached_property
    def _factor(self) -> Any:
        product = (self._system.T @ self._system).toarray()
        product[np.diag_indices_from(product)] += SMALL
        return linalg.cho_factor(product, overwrite_a=True, check_finite=False)

    def _solved(self, right: Vector) -> Vector:
        solution: Vector = linalg.cho_solve(self._factor, right, check_finite=False)
        return solution

    def without_span(self, direction: Vector) -> Vector:
        """A direction less its part in the span of the equations."""
        return SMALL * self._solved(SMALL * self._solved(direction))

    def contradiction(self, weights: Vector) -> Vector:
        """Weights less their part under which the equations do not cancel out."""
        for _ in range(TIMES):
            weights = weights - self._system @ self._solved(self._system.T @ weights)
        return weights

    def weights(self, wanted: Vector) -> Vector:
        """The smallest weights under which the equations add up to a sum that they determine."""
        solution = self._solved(wanted)
        for _ in range(TIMES - 1):
            solution = solution + self._solved(wanted - self._system.T @ (self._system @ solution))
        return np.asarray(self._system @ solution)


def _grouped(labels: NDArray[np.int32]) -> list[NDArray[np.intp]]:
    """The places of each label, by label."""
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.cumsum(np.bincount(labels))[:-1])


def cheapest_move(rows: Sequence[Mapping[int, int]], costs: Sequence[float], wanted: Collection[int]) -> set[int]:
    """The unknowns with a cost that move where the sum of some unknowns moves by 1, the cheapest; none if it cannot.

    A linear program: what an unknown costs is paid for each 1 by which it moves, so that few and cheap ones move.

    Args:
        rows: equations as those of `Equations`; all of them stay.
        costs: of each unknown; 0 for those that move freely.
        wanted: unknowns whose sum moves.
    """
    # An unknown that costs is two: what it moves up, and what it moves down.
    paid = [at for at, cost in enumerate(costs) if cost]
    down = {at: len(costs) + place for place, at in enumerate(paid)}
    entries = [(row, at, float(sign)) for row, equation in enumerate(rows) for at, sign in equation.items()]
    entries += [(len(rows), at, 1.0) for at in wanted]
    entries += [(row, down[at], -sign) for row, at, sign in entries if at in down]
    at_row, at_place, signs = zip(*entries, strict=True)
    system = sparse.csr_array((signs, (at_row, at_place)), shape=(len(rows) + 1, len(costs) + len(paid)))
    stays = np.zeros(len(rows) + 1)
    stays[-1] = 1.0
    # SciPy's types know no sparse matrices here.
    solve: Any = optimize.linprog
    found = solve(
        np.array([*costs, *(costs[at] for at in paid)]),
        A_eq=system,
        b_eq=stays,
        bounds=np.array([(0.0 if cost else -np.inf, np.inf) for cost in costs] + [(0.0, np.inf)] * len(paid)),
        method="highs-ds",
    )
    if not found.success:
        return set()
    return {at for at in paid if max(found.x[at], found.x[down[at]]) > ZERO}


def staying(moves: NDArray[np.float64], *, most: int) -> Iterator[tuple[int, ...]]:
    """Positions of numbers whose sum stays when all of them move: alone, or of up to `most` (3) together.

    Few numbers are tried one by one. Many are sorted and searched for what brings a sum to 0, so that some hundred
    numbers take milliseconds where their millions of triples would take minutes.
    """
    if len(moves) <= FEW:
        yield from _staying_of_few(moves.tolist(), most=most)
        return
    yield from ((int(at),) for at in np.flatnonzero(np.abs(moves) < ZERO))
    moving = np.flatnonzero(np.abs(moves) >= ZERO)
    order = moving[np.argsort(moves[moving])]
    ordered = moves[order]

    def partners(sums: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
        """Which of the sums is brought to 0, and the position of the number that does."""
        first = np.searchsorted(ordered, -sums - ZERO, side="left")
        last = np.searchsorted(ordered, -sums + ZERO, side="right")
        for one in np.flatnonzero(last > first):
            yield from ((int(one), int(order[at])) for at in range(int(first[one]), int(last[one])))

    if most > 1:
        yield from ((int(moving[one]), other) for one, other in partners(moves[moving]) if moving[one] < other)
    if most > 2:
        for place, one in enumerate(moving):
            rest = moving[place + 1 :]
            for second, third in partners(moves[one] + moves[rest]):
                if rest[second] < third:
                    yield int(one), int(rest[second]), third


def _staying_of_few(moves: Sequence[float], *, most: int) -> Iterator[tuple[int, ...]]:
    yield from ((at,) for at, move in enumerate(moves) if abs(move) < ZERO)
    moving = [at for at, move in enumerate(moves) if abs(move) >= ZERO]
    for size in range(2, most + 1):
        yield from (group for group in combinations(moving, size) if abs(sum(moves[at] for at in group)) < ZERO)

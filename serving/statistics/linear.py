"""Estimates from answers of people: sums per cell, item and person in; values, and what each person adds to them, out.

An estimate that is not one mean (a mean of item means, an opportunity score, a weighted mean) moves a little with every
person who answered. These movements (influences) give its variance, clustered by person, because one person answers
several items and several times (linearisation: Binder 1983). With one item and one answer a person this is the
classical variance of a mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from serving.statistics.intervals import Array, Z, t_interval

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Pairs are found by counting where at most as many are possible for each entry, else by sorting, which takes longer.
MOST_POSSIBLE: Final = 8


@dataclass(frozen=True)
class Parts:
    """What a fold works on: parallel arrays, one entry per cell x item x outer group x person.

    Attributes:
        cells: number of cells; `cell` says which of them an entry belongs to.
        values: role (`sum`, `n`, ...) -> numbers; a missing number counts as 0.
        item, outer, person: codes; all zero where the fold does not ask for them.
        scale: what values are multiplied by (10 for scores of 0 to 10).
    """

    cells: int
    cell: Codes
    values: Mapping[str, Array]
    item: Codes
    outer: Codes
    person: Codes
    scale: float = 1.0


@dataclass(frozen=True)
class Linear:
    """A value per cell, and one entry per person of a cell: how far this person moves it.

    Attributes:
        value: shape (cells,); NaN where there is none.
        cell, person, influence: parallel, one entry per person who answered in a cell.
    """

    value: Array
    cell: Codes
    person: Codes
    influence: Array

    def people(self) -> Array:
        """People per cell."""
        return per(self.cell, np.ones(len(self.cell)), len(self.value))

    def variance(self) -> Array:
        """G / (G - 1) * sum of squared influences of the G people; NaN below two people."""
        people = self.people()
        with np.errstate(divide="ignore", invalid="ignore"):
            spread: Array = people / (people - 1) * per(self.cell, self.influence**2, len(self.value))
        return spread

    def interval(self) -> tuple[Array, Array]:
        """Student's 95% interval with as many degrees of freedom as there are people, less one."""
        return t_interval(self.value, self.variance(), self.people() - 1)


def difference(pairs: Linear) -> Linear:
    """The second of two cells less the first: cells 2k and 2k + 1 in, cell k out.

    People who are in both move both, so that what they share cancels out of the variance.
    """
    sign = np.where(pairs.cell % 2 == 1, 1.0, -1.0)
    return _clustered(pairs.value[1::2] - pairs.value[::2], pairs.cell // 2, pairs.person, sign * pairs.influence)


def item_means(parts: Parts) -> Linear:
    """Mean of the items' means; with outer groups, mean of the groups' means of their items' means.

    As in SERVQUAL (Parasuraman, Zeithaml & Berry 1988): a dimension is the mean of its items' means, and the overall
    score the mean of its dimensions, so that an item with many answers weighs no more than one with few.
    """
    grouping = _grouping(parts)
    known, mean, moved = _means(parts, grouping, "sum", "n")
    return grouping.fold(parts, known, mean, moved)


def weighted_item_means(parts: Parts) -> Linear:
    """Mean of the items' means, each weighted by the mean importance of the item: sum of w_k m_k / sum of w_k.

    Roles: `sum`, `n` of the answers, `weight_sum`, `weight_n` of their importance. Items without either are left out.
    """
    grouping = _grouping(parts)
    known_m, mean, moved_m = _means(parts, grouping, "sum", "n")
    known_w, weight, moved_w = _means(parts, grouping, "weight_sum", "weight_n")
    known = known_m & known_w
    cell = grouping.group_cell[grouping.item_group]
    weight, mean = np.where(known, weight, 0.0), np.where(known, mean, 0.0)
    total = per(cell, weight, parts.cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(total > 0, per(cell, weight * mean, parts.cells) / total, np.nan)
        item, own = grouping.item, cell[grouping.item]
        moved = (weight[item] * moved_m + (mean[item] - value[own]) * moved_w) / total[own]
    answered = known[item] & _has_answers(parts) & (total[own] > 0)
    return _clustered(value, parts.cell[answered], parts.person[answered], moved[answered])


def net_share(parts: Parts) -> Linear:
    """(promoters - detractors) / n, as a share from -1 to 1."""
    promoters, detractors, n = (parts.values[role] for role in ("promoters", "detractors", "n"))
    total = per(parts.cell, n, parts.cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(total > 0, per(parts.cell, promoters - detractors, parts.cells) / total, np.nan)
        moved = (promoters - detractors - value[parts.cell] * n) / total[parts.cell]
    answered = n > 0
    return _clustered(value, parts.cell[answered], parts.person[answered], moved[answered])


def opportunity_scores(parts: Parts) -> Linear:
    """Opportunity score I + max(I - S, 0), and its mean over outcomes (Ulwick 2002, 2005).

    I and S are the shares that answer in the top two boxes, times 10. Items without answers to both are left out. Where
    I > S the score moves by 2 dI - dS, else by dI.
    """
    found = _Opportunity(parts)
    return found.fold(found.i > found.s)


def shortfalls(parts: Parts) -> Linear:
    """Importance less satisfaction, I - S, and its mean over outcomes: above 0 under-served, below 0 over-served."""
    found = _Opportunity(parts)
    return found.grouping.fold(parts, found.known, found.i - found.s, found.moved_i - found.moved_s)


def opportunity_interval(parts: Parts) -> tuple[Linear, Array, Array]:
    """The scores with 95% bounds that hold where importance and satisfaction are about equal, too.

    max(I - S, 0) has a kink at I = S: near it the estimate is too high on average, and neither of its two slopes is
    right. Outcomes whose I and S do not differ measurably (|I - S| within 1.96 standard errors) therefore count for
    the lower bound with I alone, which is never above the score, and for the upper bound with the wider of the slopes.
    Elsewhere the bounds are those of the delta method.
    """
    found = _Opportunity(parts)
    scores = found.fold(found.i > found.s)
    near = np.abs(found.i - found.s) <= Z * np.sqrt(found.variance_of_difference())
    low, _ = found.fold((found.i > found.s) & ~near).interval()
    margins = [found.fold(unmet) for unmet in ((found.i > found.s) | near, (found.i > found.s) & ~near)]
    widest = np.fmax(margins[0].variance(), margins[1].variance())
    _, high = t_interval(scores.value, widest, scores.people() - 1)
    return scores, low, high


@dataclass(frozen=True)
class _Grouping:
    """Which item an entry belongs to, which outer group an item, which cell a group."""

    item: Codes
    item_group: Codes
    group_cell: Codes

    @property
    def items(self) -> int:
        return len(self.item_group)

    def fold(self, parts: Parts, known: Flags, estimate: Array, moved: Array) -> Linear:
        """Mean of groups' means of the known items' estimates; `moved` says how each entry moves its item's."""
        groups = len(self.group_cell)
        known_items = per(self.item_group, known.astype(np.float64), groups)
        known_groups = per(self.group_cell, (known_items > 0).astype(np.float64), parts.cells)
        cell = self.group_cell[self.item_group]
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = np.where(known, 1 / known_items[self.item_group] / known_groups[cell], 0)
        value = np.where(known_groups > 0, per(cell, weight * estimate, parts.cells), np.nan)
        answered = known[self.item] & _has_answers(parts)
        influence = (weight[self.item] * moved)[answered]
        return _clustered(value, parts.cell[answered], parts.person[answered], influence)


class _Opportunity:
    """I and S of every item, and how each entry moves them."""

    def __init__(self, parts: Parts) -> None:
        self.parts, self.grouping = parts, _grouping(parts)
        known_i, i, moved_i = _means(parts, self.grouping, "important", "importance_n")
        known_s, s, moved_s = _means(parts, self.grouping, "satisfied", "satisfaction_n")
        self.known: Flags = known_i & known_s
        self.i: Array = np.where(self.known, 10 * i, 0)
        self.s: Array = np.where(self.known, 10 * s, 0)
        self.moved_i: Array = 10 * moved_i
        self.moved_s: Array = 10 * moved_s

    def fold(self, unmet: Flags) -> Linear:
        """The scores with I - S added for the items that are `unmet` only."""
        score = np.where(unmet, 2 * self.i - self.s, self.i)
        moved = self.moved_i + np.where(unmet[self.grouping.item], self.moved_i - self.moved_s, 0)
        return self.grouping.fold(self.parts, self.known, score, moved)

    def variance_of_difference(self) -> Array:
        """Variance of I - S per item, clustered by person."""
        answered = _has_answers(self.parts)
        item, moved = self.grouping.item[answered], (self.moved_i - self.moved_s)[answered]
        apart = _clustered(np.zeros(self.grouping.items), item, self.parts.person[answered], moved)
        return np.nan_to_num(apart.variance())


def per(code: Codes, weights: Array, size: int) -> Array:
    """Sum of the weights per code."""
    totals: Array = np.bincount(code, weights=weights, minlength=size).astype(np.float64)
    return totals


def _grouping(parts: Parts) -> _Grouping:
    group_of, group = pairs_of(parts.cell, parts.outer)
    item_of, item = pairs_of(group, parts.item)
    return _Grouping(item=item, item_group=item_of[:, 0], group_cell=group_of[:, 0])


def _means(parts: Parts, grouping: _Grouping, total: str, count: str) -> tuple[Flags, Array, Array]:
    """Per item: whether it has answers, and their mean. Per entry: how it moves that mean."""
    sums, counts = parts.values[total], parts.values[count]
    n = per(grouping.item, counts, grouping.items)
    known: Flags = n > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(known, per(grouping.item, sums, grouping.items) / n, 0)
        moved = np.where(known[grouping.item], (sums - mean[grouping.item] * counts) / n[grouping.item], 0)
    return known, mean, moved


def _clustered(value: Array, cell: Codes, person: Codes, influence: Array) -> Linear:
    """Influences added up per person of a cell."""
    cluster_of, cluster = pairs_of(cell, person)
    return Linear(value, cluster_of[:, 0], cluster_of[:, 1], per(cluster, influence, len(cluster_of)))


def _has_answers(parts: Parts) -> Flags:
    counts = [numbers for role, numbers in parts.values.items() if role == "n" or role.endswith("_n")]
    answered: Flags = np.sum(counts, axis=0) > 0
    return answered


def pairs_of(outer: Codes, inner: Codes) -> tuple[Codes, Codes]:
    """Pairs of codes that occur, in order, and the position of each entry's pair among them."""
    if len(outer) == 0:
        return np.empty((0, 2), dtype=np.int64), np.empty(0, dtype=np.int64)
    width = int(inner.max()) + 1
    packed = outer * width + inner
    possible = int(packed.max()) + 1
    if possible <= MOST_POSSIBLE * len(packed):
        occurs = np.zeros(possible, dtype=np.bool_)
        occurs[packed] = True
        found = np.flatnonzero(occurs)
        place = np.empty(possible, dtype=np.int64)
        place[found] = np.arange(len(found))
        position = place[packed]
    else:
        found, position = np.unique(packed, return_inverse=True)
    return np.column_stack([found // width, found % width]), position

"""Composed metrics: sums and counts at a fine grain in, one value and its 95% interval per cell out.

Some metrics are not one aggregate of rows: a gap is the mean of items' means, an opportunity score is not linear in
its counts. MetricFlow returns sums and counts per cell, item and person, and one pure function registered here folds
them. A metric names its fold, its inputs and its grain in `config.meta`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from serving.intervals import Array, adjusted_wald_nps, t_interval

Codes = NDArray[np.int64]


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
class Estimates:
    """One value per cell with the bounds of its 95% interval; NaN where there is none."""

    value: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class Fold:
    """A registered fold: the roles it needs, whether it needs items and people, and the function."""

    roles: tuple[str, ...]
    by_item: bool
    by_person: bool
    compute: Callable[[Parts], Estimates]


def mean(parts: Parts) -> Estimates:
    """Mean of all answers with Student's interval, from sums and sums of squares.

    Variance of the mean = s^2 / n with s^2 = (sum of squares - n mean^2) / (n - 1).
    """
    total = _per(parts.cell, parts.values["sum"], parts.cells)
    squares = _per(parts.cell, parts.values["squares"], parts.cells)
    n = _per(parts.cell, parts.values["n"], parts.cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = total / n
        variance = np.maximum(squares - n * value**2, 0) / (n - 1) / n
    low, high = t_interval(value, variance, n - 1)
    return _scaled(value, low, high, parts.scale)


def mean_of_item_means(parts: Parts) -> Estimates:
    """Mean of the items' means; with outer groups, mean of the groups' means of their items' means.

    As in SERVQUAL (Parasuraman, Zeithaml & Berry 1988): a dimension is the mean of its items' means, and the overall
    score the mean of its dimensions, so that an item with many answers weighs no more than one with few.

    The interval is cluster-robust by person (linearisation: Binder 1983): the estimate moves with person p by
    u_p = sum over items k of w_k (s_pk - m_k n_pk) / N_k, and its variance is G / (G - 1) * sum of u_p^2 over the
    G people, with Student's t at G - 1 degrees of freedom. With one item and one answer a person this is the
    classical interval of a mean.
    """
    return _linearised(parts, _item_means)


def opportunity(parts: Parts) -> Estimates:
    """Opportunity score I + max(I - S, 0), and its mean over outcomes (Ulwick 2002, 2005).

    I and S are the shares that answer in the top two boxes, times 10. Items without answers to both are left out.
    Interval by the delta method, clustered by person: where I > S the score moves by 2 dI - dS, else by dI.
    """
    return _linearised(parts, _opportunity_scores)


def nps(parts: Parts) -> Estimates:
    """Net promoter score, -100 to 100 (Reichheld 2003), with the adjusted Wald interval of Rocks (2016)."""
    promoters, detractors, n = (
        _per(parts.cell, parts.values[role], parts.cells) for role in ("promoters", "detractors", "n")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(n > 0, (promoters - detractors) / n, np.nan)
    low, high = adjusted_wald_nps(promoters, detractors, n)
    return _scaled(value, low, high, 100 * parts.scale)


FOLDS: Final[Mapping[str, Fold]] = {
    "mean": Fold(("sum", "squares", "n"), by_item=False, by_person=False, compute=mean),
    "mean_of_item_means": Fold(("sum", "n"), by_item=True, by_person=True, compute=mean_of_item_means),
    "opportunity": Fold(
        ("important", "importance_n", "satisfied", "satisfaction_n"), by_item=True, by_person=True, compute=opportunity
    ),
    "nps": Fold(("promoters", "detractors", "n"), by_item=False, by_person=False, compute=nps),
}


@dataclass(frozen=True)
class _Items:
    """Per item: its estimate and whether it has one. Per entry: how its person moves the item's estimate."""

    estimate: Array
    known: NDArray[np.bool_]
    influence: Array


def _item_means(parts: Parts, item: Codes, items: int) -> _Items:
    total, n = _per(item, parts.values["sum"], items), _per(item, parts.values["n"], items)
    known = n > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = np.where(known, total / n, 0)
        influence = np.where(known[item], (parts.values["sum"] - estimate[item] * parts.values["n"]) / n[item], 0)
    return _Items(estimate, known, influence)


def _opportunity_scores(parts: Parts, item: Codes, items: int) -> _Items:
    important, asked = parts.values["important"], parts.values["importance_n"]
    satisfied, rated = parts.values["satisfied"], parts.values["satisfaction_n"]
    n_asked, n_rated = _per(item, asked, items), _per(item, rated, items)
    known = (n_asked > 0) & (n_rated > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        i = np.where(known, 10 * _per(item, important, items) / n_asked, 0)
        s = np.where(known, 10 * _per(item, satisfied, items) / n_rated, 0)
        moved_i = np.where(known[item], (10 * important - i[item] * asked) / n_asked[item], 0)
        moved_s = np.where(known[item], (10 * satisfied - s[item] * rated) / n_rated[item], 0)
    unmet = (i > s)[item]
    return _Items(i + np.maximum(i - s, 0), known, moved_i + np.where(unmet, moved_i - moved_s, 0))


def _linearised(parts: Parts, estimate_items: Callable[[Parts, Codes, int], _Items]) -> Estimates:
    """Mean of outer groups' means of items' estimates, with the interval clustered by person."""
    group_of, group = _codes(parts.cell, parts.outer)
    item_of, item = _codes(group, parts.item)
    items = estimate_items(parts, item, len(item_of))
    item_group, group_cell = item_of[:, 0], group_of[:, 0]
    known_items = np.bincount(item_group, weights=items.known, minlength=len(group_of))
    known_groups = np.bincount(group_cell, weights=known_items > 0, minlength=parts.cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(items.known, 1 / known_items[item_group] / known_groups[group_cell[item_group]], 0)
    value = _per(group_cell[item_group], weight * items.estimate, parts.cells)
    value = np.where(known_groups > 0, value, np.nan)

    answered = items.known[item] & _has_answers(parts)
    cluster_of, cluster = _codes(parts.cell[answered], parts.person[answered])
    influence = _per(cluster, (weight[item] * items.influence)[answered], len(cluster_of))
    people = np.bincount(cluster_of[:, 0], minlength=parts.cells).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = people / (people - 1) * _per(cluster_of[:, 0], influence**2, parts.cells)
    low, high = t_interval(value, variance, people - 1)
    return _scaled(value, low, high, parts.scale)


def _has_answers(parts: Parts) -> NDArray[np.bool_]:
    counts = [numbers for role, numbers in parts.values.items() if role == "n" or role.endswith("_n")]
    answered: NDArray[np.bool_] = np.sum(counts, axis=0) > 0
    return answered


def _codes(outer: Codes, inner: Codes) -> tuple[Codes, Codes]:
    """Pairs that occur, and the position of each entry's pair among them."""
    if len(outer) == 0:
        return np.empty((0, 2), dtype=np.int64), np.empty(0, dtype=np.int64)
    pairs, position = np.unique(np.column_stack([outer, inner]), axis=0, return_inverse=True)
    return pairs, position.reshape(-1)


def _per(code: Codes, weights: Array, size: int) -> Array:
    totals: Array = np.bincount(code, weights=weights, minlength=size).astype(np.float64)
    return totals


def _scaled(value: Array, low: Array, high: Array, scale: float) -> Estimates:
    return Estimates(value * scale, low * scale, high * scale)

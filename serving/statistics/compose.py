"""Composed metrics: sums and counts at a fine grain in, one value and its 95% interval per cell out.

Some metrics are not one aggregate of rows: a gap is the mean of items' means, an opportunity score is not linear in
its counts. MetricFlow returns sums and counts per cell, item and person, and one pure function registered here folds
them. A metric names its fold, its inputs and its grain in `config.meta`; `linear` says how people move an estimate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from serving.statistics.intervals import Array, adjusted_wald_nps, t_interval, wilson
from serving.statistics.linear import (
    Linear,
    Parts,
    difference,
    item_means,
    net_share,
    opportunity_interval,
    opportunity_scores,
    per,
    shortfalls,
    weighted_item_means,
)

# NPS is stated on -100 to 100.
NPS_SCALE: Final = 100.0


@dataclass(frozen=True)
class Estimates:
    """One value per cell with the bounds of its 95% interval; NaN where there is none."""

    value: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class Fold:
    """A registered fold.

    Attributes:
        roles: the inputs it needs.
        by_item, by_person: whether it needs them per item, per person.
        compute: value and interval.
        linear: how people move the value, where two cells may be subtracted; None where not.
        scale: what `linear` is multiplied by to be in the unit of `compute`.
    """

    roles: tuple[str, ...]
    by_item: bool
    by_person: bool
    compute: Callable[[Parts], Estimates]
    linear: Callable[[Parts], Linear] | None = None
    scale: float = 1.0


def mean(parts: Parts) -> Estimates:
    """Mean of all answers with Student's interval, from sums and sums of squares.

    Variance of the mean = s^2 / n with s^2 = (sum of squares - n mean^2) / (n - 1).
    """
    total = per(parts.cell, parts.values["sum"], parts.cells)
    squares = per(parts.cell, parts.values["squares"], parts.cells)
    n = per(parts.cell, parts.values["n"], parts.cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = total / n
        variance = np.maximum(squares - n * value**2, 0) / (n - 1) / n
    low, high = t_interval(value, variance, n - 1)
    return _scaled(value, low, high, parts.scale)


def mean_of_item_means(parts: Parts) -> Estimates:
    """Mean of the items' means (`linear.item_means`)."""
    return _linearised(item_means(parts), parts.scale)


def importance_weighted(parts: Parts) -> Estimates:
    """Mean of the items' means, weighted by how important each item is (`linear.weighted_item_means`)."""
    return _linearised(weighted_item_means(parts), parts.scale)


def opportunity(parts: Parts) -> Estimates:
    """Opportunity score and its mean over outcomes (`linear.opportunity_interval`)."""
    scores, low, high = opportunity_interval(parts)
    return _scaled(scores.value, low, high, parts.scale)


def shortfall(parts: Parts) -> Estimates:
    """Importance less satisfaction, and its mean over outcomes (`linear.shortfalls`)."""
    return _linearised(shortfalls(parts), parts.scale)


def nps(parts: Parts) -> Estimates:
    """Net promoter score, -100 to 100 (Reichheld 2003), with the adjusted Wald interval of Rocks (2016).

    Where people answered more than once, the margin is widened by the square root of the design effect: the variance
    clustered by person over that of as many separate people.
    """
    promoters, detractors, n = (
        per(parts.cell, parts.values[role], parts.cells) for role in ("promoters", "detractors", "n")
    )
    found = net_share(parts)
    people = found.people()
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = ((promoters + detractors) / n - found.value**2) / n
        effect = np.where((people > 1) & (people < n) & (apart > 0), found.variance() / apart, 1.0)
    low, high = adjusted_wald_nps(promoters, detractors, n, design_effect=np.maximum(effect, 1.0))
    return _scaled(found.value, low, high, NPS_SCALE * parts.scale)


def weighted_net_share(parts: Parts) -> Estimates:
    """A net share of weighted answers, with the interval of linearisation, which holds for any weights."""
    return _linearised(net_share(parts), parts.scale)


def corrected_share(parts: Parts) -> Estimates:
    """A share of rows that each count for a weight instead of 1 or 0, with Wilson's interval.

    Where weights are all 1 or 0 that is the interval of the counts; otherwise of as many trials as have the variance of
    the mean weight, with the doubt about the weights themselves (the mean standard error, as if all erred alike).
    """
    total, squares, doubt, n = (
        per(parts.cell, parts.values[role], parts.cells) for role in ("sum", "squares", "doubt", "n")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_weight = total / n
        share = np.clip(mean_weight, 0.0, 1.0)
        variance = np.maximum(squares / n - mean_weight**2, 0.0) / n + (doubt / n) ** 2
        # At the ends the share has no variance of its own: that of one row more is taken.
        inner = np.clip(share, 1 / (n + 1), n / (n + 1))
        is_plain = (doubt == 0) & (squares == total)
        trials = np.where(is_plain, n, np.minimum(inner * (1 - inner) / variance, n))
    low, high = wilson(share * trials, trials)
    return _scaled(share, np.minimum(low, share), np.maximum(high, share), parts.scale)


FOLDS: Final[Mapping[str, Fold]] = {
    "corrected_share": Fold(("sum", "squares", "doubt", "n"), by_item=False, by_person=False, compute=corrected_share),
    "mean": Fold(("sum", "squares", "n"), by_item=False, by_person=False, compute=mean),
    "mean_of_item_means": Fold(
        ("sum", "n"), by_item=True, by_person=True, compute=mean_of_item_means, linear=item_means
    ),
    "importance_weighted": Fold(
        ("sum", "n", "weight_sum", "weight_n"),
        by_item=True,
        by_person=True,
        compute=importance_weighted,
        linear=weighted_item_means,
    ),
    "opportunity": Fold(
        ("important", "importance_n", "satisfied", "satisfaction_n"),
        by_item=True,
        by_person=True,
        compute=opportunity,
        linear=opportunity_scores,
    ),
    "shortfall": Fold(
        ("important", "importance_n", "satisfied", "satisfaction_n"),
        by_item=True,
        by_person=True,
        compute=shortfall,
        linear=shortfalls,
    ),
    "net_share": Fold(
        ("promoters", "detractors", "n"), by_item=False, by_person=True, compute=weighted_net_share, linear=net_share
    ),
    "nps": Fold(
        ("promoters", "detractors", "n"),
        by_item=False,
        by_person=True,
        compute=nps,
        linear=net_share,
        scale=NPS_SCALE,
    ),
}


def change(fold: Fold, parts: Parts) -> Estimates:
    """How much a fold's value moved: cells come in pairs, the earlier (2k) and the later (2k + 1) of cell k.

    The 95% interval is that of the difference, with what the same people said in both taken into account; the change
    is measurable where it does not hold 0.
    """
    assert fold.linear is not None
    return _linearised(difference(fold.linear(parts)), fold.scale * parts.scale)


def _linearised(found: Linear, scale: float) -> Estimates:
    low, high = found.interval()
    return _scaled(found.value, low, high, scale)


def _scaled(value: Array, low: Array, high: Array, scale: float) -> Estimates:
    return Estimates(value * scale, low * scale, high * scale)

"""Prior perception and what customers did later in; the adjusted difference, and the value that goes with it, out.

Association, not cause: customers who differ in their perception are compared at equal tenure and prior value, and may
differ in what was not recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit  # scipy.stats has them, too, and takes seconds to import

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

# As for drivers: from fewer people on, chance makes the ranking.
SMALLEST_SAMPLE: Final = 150
# Fewer on one side of the tolerance, or fewer who did (or did not do) it later, have no normal distribution.
SMALLEST_SIDE: Final = 30
FEWEST_EVENTS: Final = 10
# Below this share of its variance a control says nothing that the others do not say already.
_DEPENDENT: Final = 1e-9


class EffectRefusedError(ValueError):
    """The answers do not suffice; the message says why, in words for a reader of the result."""


@dataclass(frozen=True)
class Effect:
    """How what customers did later differs with what they had perceived.

    Attributes:
        n: answers. people: who gave them.
        difference: of the later outcome, per unit of the perception, at equal controls.
        low, high: its 95% interval, clustered by person (t).
        p_value: two-sided.
        unadjusted: the same difference without the controls.
        freedom: degrees of freedom of the interval.
        influence: of each person on the difference, shape (people,); sums to 0.
    """

    n: int
    people: int
    difference: float
    low: float
    high: float
    p_value: float
    unadjusted: float
    freedom: int
    influence: Floats


@dataclass(frozen=True)
class Stake:
    """What is at stake with each customer below tolerance, in money over the period that was observed.

    Attributes:
        value: difference in retention x worth; below 0 where those below tolerance stay more often.
        low, high: 95% interval.
        worth: mean later value of a customer who stayed.
    """

    value: float
    low: float
    high: float
    worth: float


def smooth_controls(tenure: Floats, prior_value: Floats) -> Floats:
    """Tenure and prior value as curves: linear splines of root tenure and log value, bent at their quartiles.

    A straight line would leave what bends (the first year, the first order, a share that cannot exceed 1) for the
    perception to explain.

    Args:
        tenure: days since the customer was first seen.
        prior_value: money of the year before; negative after refunds.

    Returns:
        Shape (n, 8).
    """
    value = np.sign(prior_value) * np.log1p(np.abs(prior_value))
    return np.column_stack([_spline(np.sqrt(np.maximum(tenure, 0))), _spline(value)])


def _spline(values: Floats) -> Floats:
    knots = np.quantile(values, [0.25, 0.5, 0.75]) if values.size else np.zeros(3)
    return np.column_stack([values, *(np.maximum(values - knot, 0) for knot in knots)])


def without(controls: Floats, *columns: Floats) -> list[Floats]:
    """What is left of each column when a constant and the controls are taken out of it by least squares.

    Args:
        controls: shape (n, k), k may be 0; what does not vary, or follows from others, takes nothing out.
        columns: each of shape (n,) or (n, m).
    """
    basis = _basis(controls)
    return [_residual(column, basis) for column in columns]


def _residual(column: Floats, basis: Floats) -> Floats:
    centred = column - column.mean(axis=0)
    left: Floats = centred - basis @ (basis.T @ centred)
    return left


def effect(later: Floats, perceived: Floats, controls: Floats, person: Codes) -> Effect:
    """Least squares of what happened later on what was perceived before, adjusted for the controls.

    The variance is clustered by person (Liang & Zeger 1986), since one person's answers resemble each other; the
    coefficient is found by residuals (Frisch & Waugh 1933, Lovell 1963).

    Args:
        later: what happened, 0 or 1 or an amount, shape (n,).
        perceived: 0 or 1 (below tolerance), or a measure, shape (n,).
        controls: shape (n, k).
        person: who answered, any whole numbers, shape (n,).

    Raises:
        EffectRefusedError: too few people, sides or events, or nothing that varies.
    """
    cluster, members = _clusters(person)
    _refuse(later, perceived, cluster, members)
    basis = _basis(controls)
    left_perceived, left_later = _residual(perceived, basis), _residual(later, basis)
    spread = float(left_perceived @ left_perceived)
    if spread <= _DEPENDENT * float(np.var(perceived)) * perceived.size:
        raise EffectRefusedError("what was perceived follows exactly from tenure and prior value")
    difference = float(left_perceived @ left_later) / spread
    residual = left_later - difference * left_perceived
    influence = np.bincount(cluster, weights=left_perceived * residual, minlength=members) / spread
    # Of few people, by chance all may stay: then nothing seems left to vary, and the error is far too small. The error
    # if the perception had no effect (a score test, Rao 1948) does not fall for it; the larger of the two counts.
    unrelated = np.bincount(cluster, weights=left_perceived * left_later, minlength=members) / spread
    freedom = members - 1
    # Small-sample factor of clustered variances, as in Stata and in R's sandwich (type HC1).
    factor = members / freedom * (later.size - 1) / max(later.size - 2 - basis.shape[1], 1)
    inflation = np.sqrt(max(1.0, float(unrelated @ unrelated) / max(float(influence @ influence), 1e-300)))
    influence = influence * inflation
    error = float(np.sqrt(factor * (influence @ influence)))
    # Between two groups the smaller one decides how well the error itself is known (Welch 1947).
    if _is_binary(perceived):
        freedom = _smaller_side(perceived, cluster)[0] - 1
    reach = float(stdtrit(freedom, 0.975)) * error
    centred = perceived - perceived.mean()
    return Effect(
        n=later.size,
        people=members,
        difference=difference,
        low=difference - reach,
        high=difference + reach,
        p_value=float(2 * stdtr(freedom, -abs(difference) / error)) if error > 0 else 1.0,
        unadjusted=float(centred @ later) / float(centred @ centred),
        freedom=freedom,
        influence=influence,
    )


def stake(found: Effect, *, stayed: Floats, value: Floats, person: Codes) -> Stake:
    """Difference in retention x worth, with an interval (delta method on both, clustered by person).

    Args:
        found: effect of being below tolerance (1) on staying (0 or 1): a loss is negative.
        stayed: 0 or 1, of the same answers as `found`.
        value: later money of the same answers.
        person: as given to `effect`.
    """
    cluster, members = _clusters(person)
    worth = float(stayed @ value) / float(stayed.sum())
    on_worth = np.bincount(cluster, weights=stayed * (value - worth), minlength=members) / float(stayed.sum())
    on_product = worth * found.influence + found.difference * on_worth
    error = float(np.sqrt(members / (members - 1) * (on_product @ on_product)))
    reach = float(stdtrit(found.freedom, 0.975)) * error
    at_stake = -found.difference * worth
    return Stake(value=at_stake, low=at_stake - reach, high=at_stake + reach, worth=worth)


def _basis(controls: Floats) -> Floats:
    """Orthonormal columns that span the centred controls; what depends on others is left out."""
    centred = controls - controls.mean(axis=0) if controls.size else controls.reshape(controls.shape[0], 0)
    spreads = np.sqrt(np.einsum("ij,ij->j", centred, centred))
    scale = np.abs(controls).max(axis=0, initial=0) * np.sqrt(max(controls.shape[0], 1))
    varied = centred[:, spreads > _DEPENDENT * scale]
    if varied.shape[1] == 0:
        return np.empty((controls.shape[0], 0))
    varied = varied / np.sqrt(np.einsum("ij,ij->j", varied, varied))
    values, vectors = np.linalg.eigh(varied.T @ varied)
    kept = values > _DEPENDENT
    basis: Floats = varied @ (vectors[:, kept] / np.sqrt(values[kept]))
    return basis


def distinct(person: Codes) -> int:
    """How many different people; without sorting where one person's rows stand together."""
    return _clusters(person)[1]


def _clusters(person: Codes) -> tuple[Codes, int]:
    steps = np.diff(person)
    if person.size and (steps >= 0).all():
        cluster = np.concatenate([[0], np.cumsum(steps != 0)])
        return cluster, int(cluster[-1]) + 1
    members, cluster = np.unique(person, return_inverse=True)
    return cluster, members.size


def _refuse(later: Floats, perceived: Floats, cluster: Codes, people: int) -> None:
    if people < SMALLEST_SAMPLE:
        raise EffectRefusedError(
            f"only {people} customers were observed long enough after they answered: {SMALLEST_SAMPLE} are needed"
        )
    if np.ptp(perceived) == 0:
        raise EffectRefusedError("everybody perceived the same")
    if _is_binary(perceived):
        smaller, side = _smaller_side(perceived, cluster)
        if smaller < SMALLEST_SIDE:
            raise EffectRefusedError(f"only {smaller} customers were {side}: {SMALLEST_SIDE} on each side are needed")
    if np.ptp(later) == 0:
        raise EffectRefusedError("what happened later was the same for all")
    if _is_binary(later):
        rarer = int(min(later.sum(), later.size - later.sum()))
        if rarer < FEWEST_EVENTS:
            raise EffectRefusedError(f"it happened, or did not, only {rarer} times: {FEWEST_EVENTS} are needed")


def _smaller_side(perceived: Floats, cluster: Codes) -> tuple[int, str]:
    """How many people are on the side on which fewer are."""
    sides = (("above", perceived == 0), ("below", perceived == 1))
    return min((int(np.count_nonzero(np.bincount(cluster[inside]))), side) for side, inside in sides)


def _is_binary(values: Floats) -> bool:
    return bool(((values == 0) | (values == 1)).all())

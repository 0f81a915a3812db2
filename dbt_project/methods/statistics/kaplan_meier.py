"""Durations, ended or still going on, come in; the share that outlasts each moment goes out, with an interval.

Kaplan & Meier (1958), Nonparametric Estimation from Incomplete Observations, JASA 53. What still goes on (is censored)
counts among those at risk up to its last observed moment, its own included.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Two-sided 95%.
_Z: Final = 1.959963984540054


@dataclass(frozen=True)
class Curve:
    """A step function that falls at every moment at which something ended. All arrays have the shape (moments,).

    Attributes:
        time: distinct moments at which something ended, ascending.
        at_risk: how many had lasted until just before.
        ended: how many ended then.
        survival: S(t), product of 1 - ended / at_risk.
        standard_error: Greenwood's (1926).
        low, high: 95% interval on the scale of ln(-ln S), which stays within 0 and 1 (Kalbfleisch & Prentice 1980).
    """

    time: Floats
    at_risk: Floats
    ended: Floats
    survival: Floats
    standard_error: Floats
    low: Floats
    high: Floats

    @property
    def median(self) -> float:
        """The first moment that at most half outlast; NaN where more than half outlast everything observed."""
        below = np.flatnonzero(self.survival <= 0.5)
        return float(self.time[below[0]]) if below.size else float("nan")

    def at(self, moments: Floats) -> tuple[Floats, Floats, Floats]:
        """S, its lower and its upper bound at any moments; 1 before the first end."""
        position = np.searchsorted(self.time, moments, side="right")
        return tuple(np.append(1.0, column)[position] for column in (self.survival, self.low, self.high))  # type: ignore[return-value]


def estimate(duration: Floats, has_ended: NDArray[np.bool_], count: Floats) -> Curve:
    """Estimate how long things last.

    Args:
        duration: how long each lasted, or has lasted so far; at least 0, shape (observations,).
        has_ended: whether it ended then; otherwise it still went on (censored).
        count: how many had this duration and this end.
    """
    if not duration.shape == has_ended.shape == count.shape:
        raise ValueError("duration, has_ended and count differ in length")
    if not np.isfinite(duration).all() or (duration < 0).any() or (count <= 0).any():
        raise ValueError("durations are finite and at least 0, counts are above 0")
    moments, of_moment = np.unique(duration, return_inverse=True)
    leaving = np.bincount(of_moment, count, minlength=moments.size)
    ended = np.bincount(of_moment, count * has_ended, minlength=moments.size).astype(np.float64)
    at_risk = leaving[::-1].cumsum()[::-1]
    falls = ended > 0
    time, at_risk, ended = moments[falls], at_risk[falls], ended[falls]
    survival = np.cumprod(1.0 - ended / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(ended / (at_risk * (at_risk - ended)))
        standard_error = np.where(survival > 0, survival * np.sqrt(greenwood), 0.0)
        spread = _Z * np.sqrt(greenwood) / -np.log(survival)
        low, high = survival ** np.exp(spread), survival ** np.exp(-spread)
    # Where all have ended, the share is 0 and has no interval.
    low, high = (np.where(survival > 0, bound, 0.0) for bound in (low, high))
    return Curve(
        time=time, at_risk=at_risk, ended=ended, survival=survival, standard_error=standard_error, low=low, high=high
    )


def curves_by_group(
    counts: pd.DataFrame, group: Sequence[str], *, duration: str, moments: Callable[[float], Floats]
) -> pd.DataFrame:
    """One curve a group, read at moments of one's own choice.

    Args:
        counts: one row a group, duration and end: the columns of `group`, `duration`, `has_ended` and `n`, how many.
        group: columns that a group is named by.
        duration: column with how long it took or has taken so far.
        moments: the longest duration of a group -> where to read its curve, in the same unit.

    Returns:
        One row a group and moment: `moment`, `share` that lasted longer with `low` and `high`, `at_risk`, `ended` up to
        then, `n` of the group and its `median` (NaN where it was not reached).
    """
    columns = {"moment": "float64", "share": "float64", "low": "float64", "high": "float64", "at_risk": "int64"}
    columns |= {"ended": "int64", "n": "int64", "median": "float64"}
    found = []
    for key, some in counts.groupby(list(group)):
        lasted = some[duration].to_numpy(dtype=np.float64)
        has_ended = some["has_ended"].to_numpy(dtype=np.bool_)
        n = some["n"].to_numpy(dtype=np.float64)
        curve = estimate(lasted, has_ended, n)
        asked = moments(float(lasted.max()))
        share, low, high = curve.at(asked)
        read = pd.DataFrame({"moment": asked, "share": share, "low": low, "high": high})
        read["at_risk"] = [n[lasted >= moment].sum() for moment in asked]
        read["ended"] = [n[has_ended & (lasted <= moment)].sum() for moment in asked]
        read["n"] = n.sum()
        read["median"] = curve.median
        for name, value in zip(group, key, strict=True):
            read[name] = str(value)
        found.append(read)
    empty = pd.DataFrame(columns=[*group, *columns])
    table = pd.concat(found, ignore_index=True) if found else empty
    return table[list(empty.columns)].astype({**dict.fromkeys(group, "str"), **columns})

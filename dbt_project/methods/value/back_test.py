"""Forecasts and facts of customers come in; how far they lie apart, in total, one by one and by tenths, goes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_TENTHS: Final = 10


@dataclass(frozen=True)
class BackTest:
    """A forecast compared with what happened.

    Attributes:
        n: customers.
        forecast, fact: totals.
        total_error: (forecast - fact) / fact; NaN where nothing happened.
        squared_error: root of the mean squared error of a customer, in the unit of the forecast. The forecast that
            makes it smallest is the true expectation, which is why models are chosen by it.
        absolute_error: mean absolute error of a customer.
        calibration_error: mean distance of the tenths' forecast and fact / mean fact; NaN where nothing happened.
        tenths: mean forecast and mean fact of each tenth of the customers, ordered by forecast; shape (tenths, 2).
        tenth_sizes: customers of each tenth.
    """

    n: int
    forecast: float
    fact: float
    total_error: float
    squared_error: float
    absolute_error: float
    calibration_error: float
    tenths: Floats
    tenth_sizes: NDArray[np.int64]


def back_test(*, forecast: Floats, fact: Floats) -> BackTest:
    """Hold a forecast against what happened.

    Args:
        forecast: what was expected of each customer, shape (customers,), at least one customer.
        fact: what the customer then did, in the same unit. Customers of equal forecasts stay in the order given.
    """
    if forecast.shape != fact.shape or forecast.size == 0:
        raise ValueError(f"{forecast.size} forecasts do not pair with {fact.size} facts, or there are none")
    ordered = np.array_split(np.argsort(forecast, kind="stable"), min(_TENTHS, forecast.size))
    tenths = np.array([[forecast[tenth].mean(), fact[tenth].mean()] for tenth in ordered])
    sizes = np.array([tenth.size for tenth in ordered], dtype=np.int64)
    error = forecast - fact
    total, happened = float(forecast.sum()), float(fact.sum())
    distance = float(np.average(np.abs(tenths[:, 0] - tenths[:, 1]), weights=sizes))
    return BackTest(
        n=forecast.size,
        forecast=total,
        fact=happened,
        total_error=(total - happened) / happened if happened else float("nan"),
        squared_error=float(np.sqrt(np.mean(error**2))),
        absolute_error=float(np.mean(np.abs(error))),
        calibration_error=distance / float(fact.mean()) if happened else float("nan"),
        tenths=tenths,
        tenth_sizes=sizes,
    )

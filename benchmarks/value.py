"""Speed of the value models: a million customers, and the CDNOW sample beside the PyPI package lifetimes.

A million customers are played by the BG/NBD and Gamma-Gamma stories; reducing, fitting and scoring are timed. CDNOW
comes out of the package (`uv sync --extra benchmark`); both must forecast the same total, or nothing is timed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dbt_project.methods.value import bg_nbd, gamma_gamma
from dbt_project.methods.value.gamma_gamma import Spends
from dbt_project.methods.value.histories import reduce_histories

Floats = NDArray[np.float64]

SEED = 20261122
REPEAT = 5
MEASURED_SECONDS = 4.0
CUSTOMERS = 1_000_000
BUYING, SPENDING = (0.243, 4.414, 0.793, 2.426), (6.25, 3.74, 15.44)
HORIZON_WEEKS = 52.0
CALIBRATION_END = date(1997, 9, 30)
# Both find the same maximum; what is left is where their optimisers stop.
AGREEMENT = 1e-3


def value_a_million(_: Path) -> tuple[int, float]:
    """Fit both models to a million customers and score everybody."""
    history = _played(CUSTOMERS)
    started = time.perf_counter()
    _ours(*history)
    return CUSTOMERS, time.perf_counter() - started


def value_cdnow(_: Path) -> tuple[int, float]:
    """The same for CDNOW's sample: the fastest of several runs."""
    history = _cdnow(_sample())
    return history[0].size, _fastest(lambda: _ours(*history))


def value_cdnow_lifetimes(_: Path) -> tuple[int, float]:
    """The same by the package lifetimes."""
    history = _cdnow(_sample())
    np.testing.assert_allclose(_theirs(*history).sum(), _ours(*history).sum(), rtol=AGREEMENT)
    return history[0].size, _fastest(lambda: _theirs(*history))


def _ours(x: Floats, recency: Floats, age: Floats, mean: Floats) -> Floats:
    """Expected value of everybody over the horizon."""
    histories, positions = reduce_histories(x, recency, age)
    buying = bg_nbd.fit(histories).values
    came_back = (x > 0) & (mean > 0)
    spends = Spends(x[came_back], mean[came_back], np.ones(int(came_back.sum())))
    spending = gamma_gamma.fit(spends).values
    purchases = bg_nbd.expected_purchases(
        buying, x=histories.x, recency=histories.recency, age=histories.age, horizon=HORIZON_WEEKS
    )
    return purchases[positions] * gamma_gamma.expected_spend(spending, x=x, mean=mean)


def _theirs(x: Floats, recency: Floats, age: Floats, mean: Floats) -> Floats:
    """The same by lifetimes, as its documentation does it."""
    from lifetimes import BetaGeoFitter, GammaGammaFitter  # type: ignore[import-untyped, import-not-found, unused-ignore]

    buying, spending, back = BetaGeoFitter(), GammaGammaFitter(), x > 0
    buying.fit(x, recency, age)
    spending.fit(x[back], mean[back])
    purchases = buying.conditional_expected_number_of_purchases_up_to_time(HORIZON_WEEKS, x, recency, age)
    return np.asarray(purchases * spending.conditional_expected_average_profit(x, mean), dtype=np.float64)


def _sample() -> Path:
    """CDNOW's sample as the package brings it."""
    found = find_spec("lifetimes")
    if found is None or found.origin is None:
        raise SystemExit("the package lifetimes is not installed: uv sync --extra benchmark")
    return Path(found.origin).parent / "datasets" / "CDNOW_sample.txt"


def _fastest(work: Callable[[], object]) -> float:
    """Seconds of the fastest run within a few seconds: on a busy machine the others measure their neighbours."""
    taken: list[float] = []
    while sum(taken) < MEASURED_SECONDS or len(taken) < REPEAT:
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def _played(n: int) -> tuple[Floats, Floats, Floats, Floats]:
    """What is seen of customers of up to two years, in weeks of whole days."""
    generator = np.random.default_rng(SEED)
    r, alpha, a, b = BUYING
    age = generator.integers(0, 731, n) / 7.0
    rate, chance = generator.gamma(r, 1 / alpha, n), generator.beta(a, b, n)
    x, recency, clock, living = np.zeros(n), np.zeros(n), np.zeros(n), np.arange(n)
    while living.size:
        clock[living] += np.maximum(np.ceil(7 * generator.exponential(1 / np.maximum(rate[living], 1e-300))), 1.0) / 7
        living = living[clock[living] <= age[living]]
        x[living] += 1
        recency[living] = clock[living]
        living = living[generator.random(living.size) >= chance[living]]
    recency = np.minimum(recency, age)
    p, q, gamma = SPENDING
    worth = generator.standard_gamma(np.maximum(p * x, 1.0)) / generator.gamma(q, 1 / gamma, n)
    return x, recency, age, np.where(x > 0, worth / np.maximum(x, 1.0), 0.0)


def _cdnow(file: Path) -> tuple[Floats, Floats, Floats, Floats]:
    """Calibration of the sample to 1997-09-30: repeat days, recency, age in weeks, mean worth of repeat days."""
    days: dict[str, dict[date, float]] = {}
    for line in file.read_text(encoding="ascii").splitlines():
        _, customer, day, _, amount = line.split()
        on = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        if on <= CALIBRATION_END:
            of_customer = days.setdefault(customer, {})
            of_customer[on] = of_customer.get(on, 0.0) + float(amount)
    rows = []
    for of_customer in days.values():
        first, last, repeats = min(of_customer), max(of_customer), len(of_customer) - 1
        worth = sum(amount for on, amount in of_customer.items() if on > first)
        weeks = (last - first).days / 7, (CALIBRATION_END - first).days / 7
        rows.append((repeats, *weeks, worth / repeats if repeats else 0.0))
    x, recency, age, mean = np.array(rows, dtype=np.float64).T
    return x, recency, age, mean

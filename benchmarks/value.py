"""Speed of the value models: a million customers, and the CDNOW sample beside the PyPI package lifetimes.

    python -m benchmarks.value [--customers N] [--cdnow FILE]

A million customers are played by the BG/NBD and Gamma-Gamma stories; reducing, fitting and scoring are timed. CDNOW's
file of orders is needed for the comparison, and the package for its half (`uv sync --group benchmark`).
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from dbt_project.methods import bg_nbd, gamma_gamma
from dbt_project.methods.gamma_gamma import Spends
from dbt_project.methods.histories import reduce_histories

Floats = NDArray[np.float64]

SEED = 20261122
REPEAT = 15
BUYING, SPENDING = (0.243, 4.414, 0.793, 2.426), (6.25, 3.74, 15.44)
HORIZON_WEEKS = 52.0
CALIBRATION_END = date(1997, 9, 30)


def main() -> None:
    """Measure, and print one table."""
    options = _options()
    table = Table("what", "by", "customers", "seconds", "peak MB")
    history = _played(options.customers)
    started = time.perf_counter()
    _ours(*history)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    table.add_row("fit and score", "this project", f"{options.customers:,}", f"{seconds:.2f}", f"{peak:,.0f}")
    if options.cdnow:
        _compare(options.cdnow, table)
    Console().print(table)


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


def _compare(file: Path, table: Table) -> None:
    x, recency, age, mean = _cdnow(file)
    ours = _fastest(lambda: _ours(x, recency, age, mean))
    table.add_row("CDNOW", "this project", f"{x.size:,}", f"{ours:.4f}", "")
    try:
        from lifetimes import BetaGeoFitter, GammaGammaFitter  # type: ignore[import-not-found]
    except ImportError:
        table.add_row("CDNOW", "lifetimes (not installed)", "", "", "")
        return

    def theirs() -> Floats:
        buying, spending, back = BetaGeoFitter(), GammaGammaFitter(), x > 0
        buying.fit(x, recency, age)
        spending.fit(x[back], mean[back])
        purchases = buying.conditional_expected_number_of_purchases_up_to_time(HORIZON_WEEKS, x, recency, age)
        return np.asarray(purchases * spending.conditional_expected_average_profit(x, mean), dtype=np.float64)

    both = _ours(x, recency, age, mean), theirs()
    np.testing.assert_allclose(both[0].sum(), both[1].sum(), rtol=1e-3)
    seconds = _fastest(theirs)
    table.add_row("CDNOW", f"lifetimes ({seconds / ours:.0f} times slower)", f"{x.size:,}", f"{seconds:.4f}", "")


def _fastest(work: Callable[[], object]) -> float:
    """Seconds of the fastest of several runs: on a busy machine the others measure their neighbours."""
    taken = []
    for _ in range(REPEAT):
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


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.value", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000, help="size of the made-up company")
    parser.add_argument("--cdnow", type=Path, help="CDNOW_sample.txt, for the comparison with lifetimes")
    return parser.parse_args()


if __name__ == "__main__":
    main()

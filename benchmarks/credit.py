"""Attribution of a million conversion paths over 12 channels: every model, its seconds and the whole run's peak memory.

Run by `python -m benchmarks.credit`; beside it the same first touches in plain DuckDB SQL.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable

import duckdb
import numpy as np
from rich.console import Console
from rich.table import Table

from dbt_project.methods.attribution.contributions import (
    Contributions,
    PathCounts,
    first_touch,
    last_touch,
    linear_touch,
    markov,
    read_paths,
    shapley,
)

MODELS: dict[str, Callable[[PathCounts], Contributions]] = {
    "first": first_touch,
    "last": last_touch,
    "linear": linear_touch,
    "Markov, order 1": markov,
    "Markov, order 2": lambda paths: markov(paths, order=2),
    "Shapley": shapley,
}


def simulated(paths: int, channels: int) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Paths of 1 to 9 steps, none aggregated with another: the worst case. A third more end without conversion."""
    random = np.random.default_rng(20261122)
    names = [f"channel {number:02}" for number in range(channels)]
    lengths = random.integers(1, 10, paths)
    steps = random.choice(names, int(lengths.sum()), p=np.arange(channels, 0, -1) / (channels * (channels + 1) / 2))
    texts, at = [], 0
    for length in lengths.tolist():
        texts.append(" > ".join(steps[at : at + length].tolist()))
        at += length
    converted = (np.arange(paths) % 4 < 3).astype(np.float64)
    return texts, converted, converted * random.gamma(2, 50, paths)


def main() -> None:
    """Make paths, solve every model, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.credit", description=__doc__)
    parser.add_argument("--conversions", type=int, default=1_000_000)
    parser.add_argument("--channels", type=int, default=12)
    options = parser.parse_args()
    texts, converted, value = simulated(options.conversions * 4 // 3, options.channels)

    table = Table("model", "seconds", title=f"{len(texts):,} paths, {int(converted.sum()):,} conversions")
    started = time.perf_counter()
    paths = read_paths(texts, conversions=converted, value=value, non_conversions=1 - converted)
    table.add_row("reading paths", f"{time.perf_counter() - started:.2f}")
    for name, model in MODELS.items():
        since = time.perf_counter()
        found = model(paths)
        table.add_row(name, f"{time.perf_counter() - since:.2f}")
        assert abs(found.conversions.sum() - converted.sum()) < 1e-3
    table.add_row("all", f"{time.perf_counter() - started:.2f}")
    table.add_row("peak memory, MB", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f}")
    table.add_row("first touch in plain DuckDB", f"{_plain_first_touch(texts, converted):.2f}")
    Console().print(table)


def _plain_first_touch(texts: list[str], converted: np.ndarray) -> float:
    with duckdb.connect() as connection:
        connection.register("columns", {"path": np.array(texts, dtype=object), "conversions": converted})
        connection.execute("create table paths as select * from columns")
        started = time.perf_counter()
        connection.execute("select split_part(path, ' > ', 1), sum(conversions) from paths group by all").fetchall()
        return time.perf_counter() - started


if __name__ == "__main__":
    main()

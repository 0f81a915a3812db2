"""People of five million linked identifiers, half of them in chains of up to 50 links: seconds and peak memory.

Run by `python -m benchmarks.identity`; beside it a plain union-find over the same links, whose people must be the same.
What dbt's model does around it is measured with it: links out of DuckDB, stretches into it.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time

import duckdb
import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from dbt_project.methods.identity.components import FOREVER, Keys, Memberships, Times, memberships


def simulated(identifiers: int, longest: int) -> tuple[Keys, Keys, Times]:
    """Links of components of 2 to 4 identifiers and of chains of up to `longest`, in any order and at any time."""
    random = np.random.default_rng(20261122)
    sizes = np.concatenate(
        [
            random.integers(2, 5, identifiers // 6),
            random.integers(2, longest + 2, identifiers // (longest + 2)),
            [longest + 1],
        ]
    )
    keys = random.permutation(np.unique(random.integers(-(2**63), 2**63 - 1, int(sizes.sum()))))
    is_last = np.zeros(keys.size, dtype=np.bool_)
    is_last[np.cumsum(sizes)[:-1] - 1] = True
    is_last[-1] = True
    link = random.permutation(np.nonzero(~is_last)[0])
    return keys[link], keys[link + 1], random.integers(0, 10**15, link.size)


def union_find(left: Keys, right: Keys) -> dict[int, int]:
    """Every key with the smallest key of its component, one link after another."""
    parent: dict[int, int] = {}

    def root(key: int) -> int:
        while (above := parent.setdefault(key, key)) != key:
            parent[key] = parent[above]
            key = above
        return key

    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        lower, upper = sorted((root(one), root(other)))
        parent[upper] = lower
    return {key: root(key) for key in parent}


def through_duckdb(connection: duckdb.DuckDBPyConnection) -> Memberships:
    """Read the table `links`, write the table `memberships`."""
    columns = connection.execute("select one, other, since from links").fetchnumpy()
    found = memberships(*(np.asarray(columns[name]) for name in ("one", "other", "since")))
    table = pa.table(
        {"key": found.key, "person": found.person, "valid_from": found.valid_from, "valid_to": found.valid_to}
    )
    connection.register("stretches", table)
    connection.execute("create table memberships as select * from stretches")
    return found


def main() -> None:
    """Make links, resolve them by both ways, print the table; fails where the people differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.identity", description=__doc__)
    parser.add_argument("--identifiers", type=int, default=5_000_000)
    parser.add_argument("--longest", type=int, default=50, help="links of the longest chain")
    parser.add_argument("--compare", action=argparse.BooleanOptionalAction, default=True, help="with a union-find")
    options = parser.parse_args()
    left, right, since = simulated(options.identifiers, options.longest)
    table = Table("by", "identifiers", "links", "people", "stretches", "seconds", "of CPU", "peak MB")
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(f"{folder}/links.duckdb") as connection:
        connection.register("simulated", pa.table({"one": left, "other": right, "since": since}))
        connection.execute("create table links as select * from simulated")
        start, start_cpu = time.perf_counter(), time.process_time()
        found = through_duckdb(connection)
        seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
    now = found.valid_to == FOREVER
    people = np.unique(found.person[now]).size
    counts = (f"{now.sum():,}", f"{left.size:,}", f"{people:,}")
    table.add_row("memberships", *counts, f"{found.key.size:,}", f"{seconds:.1f}", f"{cpu:.1f}", f"{_peak():,.0f}")
    if options.compare:
        start, start_cpu = time.perf_counter(), time.process_time()
        expected = union_find(left, right)
        seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
        if dict(zip(found.key[now].tolist(), found.person[now].tolist(), strict=True)) != expected:
            raise SystemExit("The people are not those of a union-find.")
        table.add_row("union-find", *counts, "-", f"{seconds:.1f}", f"{cpu:.1f}", f"{_peak():,.0f}")
    Console(width=120).print(table)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()

"""Which row of channels.csv is for which parameters: the SQL gives what a plain reading in Python gives."""

from __future__ import annotations

from functools import cache
from itertools import product
from random import Random

import duckdb
import pytest

from tests.dbt_project.rendering import render_text

CELLS = (None, "*", "(none)", "google", "Google", "tiktok")
VALUES = (None, "google", "tiktok", "(none)")
Row = tuple[str | None, str | None, str | None, str]


def is_any(cell: str | None, beside: str | None) -> bool:
    return cell == "*" or (cell is None and beside is not None)


def fits(cell: str | None, beside: str | None, value: str | None) -> bool:
    if is_any(cell, beside):
        return True
    if cell is None:
        return value is None
    if cell == "(none)":
        return value in (None, "(none)")
    return value == cell.lower()


@cache
def matching_sql() -> str:
    """The macro's SQL, rendered once."""
    return render_text("{{ channels_of_combinations(['channel']) }}")


def read_plainly(rows: list[Row], source: str, utm_source: str | None, utm_medium: str | None) -> str | None:
    found = [
        (of is None, is_any(first, second), is_any(second, first), line, channel)
        for line, (of, first, second, channel) in enumerate(rows)
        if of in (None, source) and fits(first, second, utm_source) and fits(second, first, utm_medium)
    ]
    return min(found)[-1] if found else None


def channels_by_sql(rows: list[Row]) -> dict[tuple[str, str | None, str | None], str]:
    with duckdb.connect(":memory:") as database:
        database.execute(
            "create table channels (data_source varchar, utm_source varchar, utm_medium varchar, channel varchar, "
            "source_file varchar, source_line integer)"
        )
        database.executemany(
            "insert into channels values (?, ?, ?, ?, 'channels.csv', ?)",
            [(*row, line) for line, row in enumerate(rows)],
        )
        database.execute("create table combinations (data_source varchar, utm_source varchar, utm_medium varchar)")
        database.executemany(
            "insert into combinations values (?, ?, ?)", list(product(("web", "shop"), VALUES, VALUES))
        )
        return {
            (source, first, second): channel
            for source, first, second, channel in database.execute(matching_sql()).fetchall()
        }


@pytest.mark.parametrize("seed", range(40))
def test_the_matching_rule_equals_a_simple_reference(seed: int) -> None:
    random = Random(seed)
    keys = random.sample(list(product((None, "web"), CELLS, CELLS)), random.randint(1, 12))
    rows = [(*key, f"channel {line}") for line, key in enumerate(keys)]
    found = channels_by_sql(rows)
    for combination in product(("web", "shop"), VALUES, VALUES):
        assert found.get(combination) == read_plainly(rows, *combination), (rows, combination)


def test_two_empty_cells_match_events_without_parameters() -> None:
    found = channels_by_sql([("web", None, None, "Direct")])
    assert found == {("web", None, None): "Direct"}

"""The project's own generic tests find what they look for, and name the column."""

from __future__ import annotations

import re

import duckdb
import pytest
from jinja2 import Environment

from tests.dbt_project.rendering import PROJECT

ROWS = "create table facts as select * from (values ('a', 1, 0.5), ('b', null, 2.0), (null, 3, -1.0)) as t(word, n, x)"


def found(test: str, columns: object) -> list[tuple[str, int]]:
    """Rows that a generic test returns on `facts`."""
    text = (PROJECT / "tests" / "generic" / f"{test}.sql").read_text()
    body = re.sub(r"{% (test|endtest).*?%}", "", text)
    query = Environment().from_string(body).render(model="facts", columns=columns)
    with duckdb.connect() as connection:
        connection.execute(ROWS)
        rows: list[tuple[str, int]] = connection.execute(query).fetchall()
    return rows


def test_a_missing_value_is_found_in_its_column() -> None:
    assert sorted(found("complete", ["word", "n", "x"])) == [("n", 1), ("word", 1)]
    assert found("complete", ["x"]) == []


def test_a_word_that_is_not_listed_is_found_and_a_missing_one_is_not() -> None:
    assert found("accepted_words", {"word": ["a"], "n": ["1", "3"]}) == [("word", 1)]
    assert found("accepted_words", {"word": ["a", "b"]}) == []


@pytest.mark.parametrize(
    ("ranges", "outside"),
    [
        ({"n": [1, 3], "x": [-1, 2]}, []),
        ({"n": [2, None], "x": [None, 1.5]}, [("n", 1), ("x", 1)]),
        ({"x": [0, 1]}, [("x", 2)]),
    ],
)
def test_a_value_outside_its_range_is_found(ranges: dict[str, list[float | None]], outside: list[object]) -> None:
    assert sorted(found("within_ranges", ranges)) == outside

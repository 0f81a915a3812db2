"""The project's own generic test finds what it looks for, and names the rule."""

from __future__ import annotations

import re
from typing import Any

import duckdb
import pytest
from jinja2 import Environment

from tests.dbt_project.rendering import PROJECT

ROWS = """
create table facts as
select * from (values ('a', 1, 0.5), ('b', null, 2.0), (null, 3, -1.0), ('a', null, 0.5)) as t(word, n, x)
"""


def found(**rules: Any) -> dict[str, int]:
    """Rows that the test returns on `facts`: rule -> how many rows break it."""
    text = (PROJECT / "tests" / "generic" / "holds.sql").read_text()
    body = re.sub(r"{% (test|endtest).*?%}", "", text)
    asked: dict[str, Any] = {"unique": [], "complete": [], "words": {}, "ranges": {}, "conditions": []} | rules
    environment = Environment(extensions=["jinja2.ext.do"])
    query = environment.from_string(body).render(model="facts", config=lambda **_: "", **asked)
    with duckdb.connect() as connection:
        connection.execute(ROWS)
        return dict(connection.execute(query).fetchall())


def test_a_missing_value_is_found_in_its_column() -> None:
    assert found(complete=["word", "n", "x"]) == {"word is there": 1, "n is there": 2}
    assert found(complete=["x"]) == {}


def test_an_unlisted_value_is_found_and_a_missing_one_is_not() -> None:
    assert found(words={"word": ["a"], "n": ["1", "3"]}) == {"word is a listed word": 1}
    assert found(words={"word": ["a", "b"]}) == {}


@pytest.mark.parametrize(
    ("ranges", "outside"),
    [
        ({"n": [1, 3], "x": [-1, 2]}, {}),
        ({"n": [2, None], "x": [None, 1.5]}, {"n is at least 2": 1, "x is at most 1.5": 1}),
        ({"x": [0, 1]}, {"x is at least 0": 1, "x is at most 1": 1}),
    ],
)
def test_a_value_outside_its_range_is_found(ranges: dict[str, list[float | None]], outside: dict[str, int]) -> None:
    assert found(ranges=ranges) == outside


def test_duplicate_keys_are_found_and_missing_keys_ignored() -> None:
    assert found(unique=["n", "word"]) == {"word is unique": 1}
    assert found(unique=[["word", "x"], ["word", "n"]]) == {"word, x is unique": 1}


def test_a_false_or_unknown_condition_fails() -> None:
    assert found(conditions=["x > 0", {"n or b": "n > 0 or word = 'b'"}]) == {"x > 0": 1, "n or b": 1}
    assert found(conditions=["word in ('a', 'b')"]) == {"word in ('a', 'b')": 1}


def test_all_rules_are_checked_in_one_query() -> None:
    broken = found(unique=["x"], complete=["n"], words={"word": ["a"]}, ranges={"x": [0, None]}, conditions=["x < 2"])
    assert sum(broken.values()) == 6
    assert len(broken) == 5

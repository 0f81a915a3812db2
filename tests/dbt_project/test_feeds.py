"""The reach of feeds over marts of a few rows, and that every feed which anything names is declared by a mart."""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb
import pytest

from tests.dbt_project.rendering import PROJECT, declared_feeds, declared_marts, render

REACH = render("fct_feeds")
OTHER_INPUTS = """
create table int_value__model_doubts (model_name varchar, provisional_reason varchar);
create table int_mentions__model_doubts (model_name varchar, provisional_reason varchar);
create table int_surveys__refusals (feed varchar, n_rows bigint, reason varchar);
create table int_quality__feed_losses (feed varchar, part varchar);
"""


@pytest.fixture
def marts() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every mart as its contract has it, without a row."""
    with duckdb.connect() as connection:
        for mart in declared_marts():
            columns = ", ".join(f"{column['name']} {column['data_type']}" for column in mart["columns"])
            connection.execute(f"create table {mart['name']} ({columns})")
        connection.execute(OTHER_INPUTS)
        yield connection


def test_a_feed_asks_for_columns_that_its_mart_has(marts: duckdb.DuckDBPyConnection) -> None:
    refused = {}
    for feed in declared_feeds():
        reach = f"select max({feed.get('dated_by') or 'null'}) from {feed['mart']} where {feed.get('where') or 'true'}"
        try:
            marts.execute(reach)
        except duckdb.Error as error:
            refused[feed["feed"]] = str(error)
    assert refused == {}


def test_every_declared_feed_has_a_reach(marts: duckdb.DuckDBPyConnection) -> None:
    feeds = [feed for (feed,) in marts.execute(f"select feed from ({REACH})").fetchall()]
    assert sorted(feeds) == [feed["feed"] for feed in declared_feeds()]


def test_a_feed_that_a_model_names_is_declared() -> None:
    known = {feed["feed"] for feed in declared_feeds()}
    for file in (PROJECT / "models").rglob("*.sql"):
        named = set(re.findall(r"'(\w+)' as feed\b", file.read_text(encoding="utf-8")))
        assert named <= known, f"{file.stem} names feeds that no mart declares"


def rows_of(marts: duckdb.DuckDBPyConnection, feed: str) -> int:
    found = marts.execute(f"select n_rows from ({REACH}) where feed = ?", [feed]).fetchone()
    assert found is not None
    return int(found[0])


def test_a_purchase_counts_for_visitors_if_its_buyer_has_a_session(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    marts.execute("insert into fct_sessions (session_id, person_id) values (1, 10), (2, 10), (3, 11), (4, null)")
    marts.execute(
        "insert into fct_touchpoints (touchpoint_id, person_id, role) values "
        "(1, 20, 'purchase'), (2, null, 'purchase'), (3, 10, 'contact')"
    )
    assert rows_of(marts, "visitor_purchases") == 0
    marts.execute("insert into fct_touchpoints (touchpoint_id, person_id, role) values (4, 10, 'purchase')")
    assert rows_of(marts, "visitor_purchases") == 1

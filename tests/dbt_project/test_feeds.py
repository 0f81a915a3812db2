"""The reach of feeds over marts of a few rows: a rate without a source for its numerator has no data."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
import yaml

from tests.dbt_project.rendering import PROJECT, render

REACH = render("fct_feeds")
OTHER_INPUTS = """
create table int_value__provisional_feeds (feed varchar, provisional_reason varchar);
create table int_mentions__provisional_feeds (feed varchar, provisional_reason varchar);
create table int_surveys__refusals (feed varchar, n_rows bigint, reason varchar);
create table int_quality__feed_losses (feed varchar, part varchar);
"""


@pytest.fixture
def marts() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every mart as its contract has it, without a row."""
    with duckdb.connect() as connection:
        for file in (PROJECT / "models" / "marts").rglob("*.yml"):
            for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", []):
                columns = ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])
                connection.execute(f"create table {model['name']} ({columns})")
        connection.execute(OTHER_INPUTS)
        yield connection


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

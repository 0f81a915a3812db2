"""A journey converts by any order in it, and wins a customer by the first one; both are counted, and said."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.journey.sentences import conversions_counted
from tests.dbt_project.journey_chain import Event, journey_world, table

AT = datetime(2025, 1, 5, 9)
DAY = timedelta(days=1)
# A first order, a repeated one, and none; each a journey of its own.
EVENTS = [
    Event(1, AT, "page", line=1),
    Event(2, AT + DAY, "order", source="shop", line=2),
    Event(3, AT + 200 * DAY, "page", line=3),
    Event(4, AT + 201 * DAY, "order", source="shop", line=4),
    Event(5, AT + 202 * DAY, "order", source="shop", line=5),
    Event(6, AT + 400 * DAY, "page", line=6),
]


@pytest.mark.parametrize("occurrence", ["first", "any"])
def test_a_journey_with_a_later_order_converts(occurrence: str) -> None:
    database = journey_world(EVENTS, prepare=f"update stg_config__settings set conversion_occurrence = '{occurrence}';")
    rows = table(database, "fct_journeys", "started_at, is_converted, is_first_converted, converted_at")
    assert rows == [
        (AT, True, True, AT + DAY),
        (AT + 200 * DAY, True, False, AT + 201 * DAY),
        (AT + 400 * DAY, False, False, None),
    ]


def test_a_journey_with_a_later_order_did_not_end_without_a_conversion() -> None:
    database = journey_world(EVENTS, prepare="update int_company__as_of set as_of_ends_at = timestamp '2027-01-01';")
    assert table(database, "fct_journey_paths where path_kind = 'to loss'", "path, n") == [("Page", 1)]


def test_the_page_says_which_orders_count() -> None:
    assert conversions_counted("order") == {
        "journey_conversion_rate": "journeys with “Order”, a customer's first or a later one",
        "journey_first_conversion_rate": "journeys with a customer's first “Order”",
    }

"""A source that stops delivering is reported; one without a freshness limit is not checked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.freshness import freshness
from workspace import Source

NOW = datetime(2026, 6, 30, 5, 0, tzinfo=UTC)


def source(promise: float | None) -> Source:
    return Source(
        name="shop", kind="crm", vendor="csv", entity="orders", path="inbox/*.csv", fresh_within_hours=promise
    )


def load(hours_ago: float, *, name: str = "shop", loaded: int = 5) -> dict[str, Any]:
    # DuckDB gives UTC without saying so.
    return {"source": name, "loaded": loaded, "loaded_at": (NOW - timedelta(hours=hours_ago)).replace(tzinfo=None)}


def test_a_source_without_a_freshness_limit_is_not_checked() -> None:
    assert freshness(source(None), [], now=NOW) is None


@pytest.mark.parametrize(
    ("loads", "status"),
    [
        ([load(23.9)], "passed"),
        ([load(24.1)], "failed"),
        ([load(30), load(2)], "passed"),
        ([load(2, loaded=0), load(30)], "failed"),
        ([load(2, name="till")], "failed"),
        ([], "failed"),
    ],
    ids=["in time", "late", "newest counts", "an empty file does not count", "another source", "nothing ever"],
)
def test_the_newest_rows_are_checked_against_the_freshness_limit(loads: list[dict[str, Any]], status: str) -> None:
    check = freshness(source(24), loads, now=NOW)
    assert check is not None
    assert (check.status, check.behaviour, check.asset) == (status, "warn", "sources.shop")
    assert bool(check.observed) is (status == "failed")

"""Metrics that look back, over the fixture's orders of 2024-01-01 to 2024-10-26 (as_of)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from serving import Answer, LiveRelease, Question, ask, open_release
from serving.definitions.manifest import read_semantics
from serving.planning.coverage import next_period, period_start
from serving.planning.earlier import judge, look_backs
from serving.question import GRAINS
from tests.serving.world import publish
from workspace.paths import WorkspacePaths

META = {"class": "additive", "unit": "count", "feeds": ["orders"], "n": "orders", "people": "buyers", "min_cell": 0}


def metric(name: str, kind: str, **params: Any) -> dict[str, Any]:
    """A metric as dbt writes it into the manifest."""
    empty = {
        "measure": None, "numerator": None, "denominator": None, "expr": None, "window": None, "grain_to_date": None,
        "metrics": [], "conversion_type_params": None, "cumulative_type_params": None, "input_measures": [],
        "metric_aggregation_params": None, "join_to_timespine": False, "fill_nulls_with": None, "is_private": False,
    }  # fmt: skip
    return {
        "name": name, "description": "", "type": kind, "datatype": None, "type_params": {**empty, **params},
        "filter": None, "metadata": None, "label": name, "config": {"meta": META}, "time_granularity": None,
    }  # fmt: skip


def part(name: str, alias: str | None = None, *, back: tuple[int, str] | None = None) -> dict[str, Any]:
    window = {"count": back[0], "granularity": back[1]} if back else None
    return {"name": name, "filter": None, "alias": alias, "offset_window": window, "offset_to_grain": None}


def cumulative(**params: Any) -> dict[str, Any]:
    empty = {"window": None, "grain_to_date": None, "period_agg": "last", "metric": part("orders")}
    return {"cumulative_type_params": {**empty, **params}}


@pytest.fixture(scope="module")
def looking_back(tmp_path_factory: pytest.TempPathFactory, manifest: str) -> LiveRelease:
    document = json.loads(manifest)
    document["metrics"] += [
        metric(
            "orders_change", "derived", expr="coalesce(orders, 0) - coalesce(before, 0)",
            metrics=[part("orders"), part("orders", "before", back=(3, "month"))],
        ),
        metric("orders_ever", "cumulative", **cumulative()),
        metric("orders_rolling", "cumulative", **cumulative(window={"count": 3, "granularity": "month"})),
        metric("orders_this_year", "cumulative", **cumulative(grain_to_date="year")),
        metric("rolling_twice", "derived", expr="2 * orders_rolling", metrics=[part("orders_rolling")]),
    ]  # fmt: skip
    paths = WorkspacePaths(tmp_path_factory.mktemp("looking_back"))
    publish(paths, "run-1", json.dumps(document))
    return open_release(paths)


def monthly(release: LiveRelease, name: str, **question: Any) -> dict[date, Any]:
    answer: Answer = ask(release, Question(metrics=(name,), grain="month", **question))
    return {row.period: row for row in answer.rows if row.period}


@pytest.fixture(scope="module")
def orders(looking_back: LiveRelease) -> dict[date, float]:
    return {period: row.value for period, row in monthly(looking_back, "orders").items()}


def test_a_change_is_no_data_where_the_earlier_period_does_not_exist(
    looking_back: LiveRelease, orders: dict[date, float]
) -> None:
    rows = monthly(looking_back, "orders_change")
    assert list(rows) == [date(2024, month, 1) for month in range(1, 11)]
    for month in (1, 2, 3):
        row = rows[date(2024, month, 1)]
        assert (row.value, row.status) == (None, "no_data")
        assert "before the first fact (2024-01-01)" in str(row.reason)
    for month in range(4, 11):
        assert rows[date(2024, month, 1)].value == orders[date(2024, month, 1)] - orders[date(2024, month - 3, 1)]


def test_a_period_does_not_cut_the_comparison_period(looking_back: LiveRelease, orders: dict[date, float]) -> None:
    rows = monthly(looking_back, "orders_change", since=date(2024, 5, 1), until=date(2024, 6, 30))
    assert {period: row.value for period, row in rows.items()} == {
        date(2024, month, 1): orders[date(2024, month, 1)] - orders[date(2024, month - 3, 1)] for month in (5, 6)
    }
    ever = monthly(looking_back, "orders_ever", since=date(2024, 5, 1), until=date(2024, 5, 31))
    assert [row.value for row in ever.values()] == [sum(orders[date(2024, month, 1)] for month in range(1, 6))]


@pytest.mark.parametrize("name", ["orders_change", "orders_ever", "orders_rolling", "orders_this_year"])
@pytest.mark.parametrize("grain", ["week", "month", "quarter", "year"])
def test_periods_outside_the_data_have_no_comparison(looking_back: LiveRelease, name: str, grain: Any) -> None:
    answer = ask(looking_back, Question(metrics=(name,), grain=grain))
    periods = [row.period for row in answer.rows if row.period]
    assert periods
    assert max(periods) <= looking_back.document.as_of_on
    assert min(periods) >= period_start(date(2024, 1, 1), grain)


def test_an_incomplete_trailing_window_is_no_data(looking_back: LiveRelease) -> None:
    daily = {row.period: row.value or 0 for row in ask(looking_back, Question(("orders",), grain="day")).rows}
    for name, times in (("orders_rolling", 1), ("rolling_twice", 2)):
        rows = monthly(looking_back, name)
        assert [rows[date(2024, month, 1)].status for month in (1, 2)] == ["no_data", "no_data"]
        for month in range(3, 10):
            last = next_period(date(2024, month, 1), "month") - timedelta(days=1)
            after = _shift(last, 3, "month")
            total = sum(count for day, count in daily.items() if day and after < day <= last)
            assert rows[date(2024, month, 1)].value == times * total


def test_a_cumulative_metric_starts_with_the_first_fact(looking_back: LiveRelease, orders: dict[date, float]) -> None:
    rows = monthly(looking_back, "orders_ever")
    total = 0.0
    for period, count in orders.items():
        total += count
        assert rows[period].value == total


@pytest.mark.parametrize("name", ["orders_change", "orders_rolling", "orders_this_year"])
def test_an_offset_metric_without_a_grain_is_refused_with_a_reason(looking_back: LiveRelease, name: str) -> None:
    row = ask(looking_back, Question(metrics=(name,))).one(name)
    assert (row.status, row.value) == ("not_sliceable", None)
    assert "by a grain" in str(row.reason)


def test_differences_over_time_are_not_shown_by_dimensions_of_people(looking_back: LiveRelease) -> None:
    answer = ask(looking_back, Question(metrics=("orders_ever",), by=("segment",), grain="month"))
    assert {row.status for row in answer.rows} == {"not_sliceable"}


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("unit", ["day", "week", "month", "quarter", "year"])
def test_the_earlier_period_exists_only_if_facts_cover_it(grain: Any, count: int, unit: str) -> None:
    """Independently: the days of the earlier period one by one, against the first fact."""
    document = {
        "semantic_models": [],
        "metrics": [
            metric("change", "derived", expr="a - b", metrics=[part("a"), part("a", "b", back=(count, unit))]),
            metric("a", "simple"),
        ],
    }
    semantics = read_semantics(json.dumps(document))
    first_on = date(2023, 5, 17)
    start = period_start(date(2022, 1, 1), grain)
    while start < date(2030, 1, 1):
        end = next_period(start, grain)
        last_day = date.fromordinal(end.toordinal() - 1)
        exists = _shift(end, count, unit) > first_on
        found = judge(look_backs(semantics, "change"), start, grain, first_on=first_on)
        assert (found.refusal is None) == exists, (start, last_day)
        start = end if grain not in ("day", "week") else next_period(period_start(end, "month"), "month")
        start = period_start(start, grain)


def _shift(day: date, count: int, unit: str) -> date:
    """By the calendar of pandas, which is not ours."""
    import pandas as pd

    words = {"day": "days", "week": "weeks", "month": "months", "quarter": "months", "year": "years"}
    offset = pd.DateOffset(**{words[unit]: count * (3 if unit == "quarter" else 1)})
    return (pd.Timestamp(day) - offset).date()

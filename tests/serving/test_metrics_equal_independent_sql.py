"""Every metric of the catalogue, at every dimension it allows and by month, equals SQL written by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from serving import LiveRelease, Question, ask, catalogue, open_release
from tests.serving.independent_sql import METRICS, WITHIN, slices
from workspace.paths import SNAPSHOT_FILE, WorkspacePaths


@pytest.fixture(scope="module")
def release(demo_workspace: Path) -> LiveRelease:
    """The demo's release without suppression, so that small cells are compared too."""
    return replace(open_release(WorkspacePaths(demo_workspace)), protected=False)


@pytest.fixture(scope="module")
def marts(release: LiveRelease) -> duckdb.DuckDBPyConnection:
    with duckdb.connect(str(release.folder / SNAPSHOT_FILE), read_only=True) as connection:
        yield connection


def answered(release: LiveRelease, question: Question) -> dict[object, float]:
    rows = ask(release, question).rows
    assert {row.status for row in rows} <= {"ok", "no_data"}, [
        row for row in rows if row.status not in ("ok", "no_data")
    ]
    found = {}
    for row in rows:
        key = row.period if question.grain else next(iter(row.dimensions.values()), None)
        if row.value is not None:
            found[key] = float(row.value)
    return found


def text(values: dict[object, float]) -> dict[object, float]:
    return {str(key).lower() if isinstance(key, bool) else key: value for key, value in values.items()}


def without_noughts(values: dict[object, float]) -> dict[object, float]:
    """Counts of cells that do not appear are 0 in answers and absent in SQL."""
    return {key: value for key, value in values.items() if value != 0}


def test_every_metric_of_the_catalogue_is_compared(release: LiveRelease) -> None:
    offered = {one.name for one in catalogue(release) if one.metric_class != "fixed_grain"}
    assert offered == set(METRICS)


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_a_metric_equals_sql_at_every_dimension(
    release: LiveRelease, marts: duckdb.DuckDBPyConnection, metric: str
) -> None:
    definition = next(one for one in catalogue(release) if one.name == metric)
    assert definition.dimensions
    for dimension in definition.dimensions:
        found = answered(release, Question(metrics=(metric,), by=(dimension,), where=WITHIN.get(metric, {})))
        expected = text(slices(marts, metric, by=dimension))
        assert without_noughts(found) == pytest.approx(without_noughts(expected), rel=1e-9, abs=1e-9), dimension


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_a_metric_equals_sql_in_total_and_by_month(
    release: LiveRelease, marts: duckdb.DuckDBPyConnection, metric: str
) -> None:
    assert answered(release, Question(metrics=(metric,), where=WITHIN.get(metric, {}))) == pytest.approx(
        slices(marts, metric), rel=1e-9
    )
    definition = next(one for one in catalogue(release) if one.name == metric)
    if "month" in definition.grains:
        found = answered(release, Question(metrics=(metric,), grain="month", where=WITHIN.get(metric, {})))
        found.pop(None, None)
        expected = slices(marts, metric, monthly=True)
        expected.pop(None, None)
        assert without_noughts(found) == pytest.approx(without_noughts(expected), rel=1e-9, abs=1e-9)


# Mart, grouping, filter, and the column behind each metric of a fixed grain.
FIXED = {
    "fct_profile_index": (
        ("attribute", "attribute_value"),
        {},
        {
            "profile_index": "index",
            "profile_share_all": "share_all",
            "profile_share_top": "share_top",
            "profile_q_value": "q_value",
        },
    ),
    "fct_journey_transitions": (
        ("from_step", "to_step"),
        {"tier": ("all",)},
        {
            "transitions": "n",
            "transition_share": "share",
            "transition_days_median": "waiting_days_median",
            "transition_days_p90": "waiting_days_p90",
        },
    ),
}


def test_every_fixed_grain_metric_is_compared(release: LiveRelease) -> None:
    fixed = {one.name for one in catalogue(release) if one.metric_class == "fixed_grain"}
    assert fixed == {metric for _, _, columns in FIXED.values() for metric in columns}


@pytest.mark.parametrize("mart", sorted(FIXED))
def test_fixed_grain_metrics_are_the_rows_of_their_mart(
    release: LiveRelease, marts: duckdb.DuckDBPyConnection, mart: str
) -> None:
    by, where, columns = FIXED[mart]
    rows_asked = " and ".join(["true", *(f"{name} = '{value}'" for name, (value,) in where.items())])
    for metric, column in columns.items():
        rows = ask(release, Question(metrics=(metric,), by=by, where=where)).rows
        expected = {
            (first, second): (number, n)
            for first, second, number, n in marts.execute(
                f'select {", ".join(by)}, "{column}", n from marts.{mart} where {rows_asked}'
            ).fetchall()
        }
        assert expected
        for row in rows:
            number, n = expected[row.dimensions[by[0]], row.dimensions[by[1]]]
            if row.status == "ok":
                assert (row.value, row.n) == (pytest.approx(number), n)
            else:
                assert number is None or n < 30, row
        assert len(rows) == len(expected)

"""Every metric of the catalogue, at every dimension it allows and by month, equals SQL written by hand.

Dimensions are asked for together, a few a question: equal in every combination says more than equal in each, and most
of a question's time goes into its planning.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.dbt.project import read_project
from serving import LiveRelease, Question, ask, catalogue, open_release
from serving.definitions.meta import metas_of
from tests.serving.independent_sql import METRICS, WITHIN, slices
from workspace.paths import MANIFEST_FILE, SNAPSHOT_FILE, WorkspacePaths

TOGETHER = 4


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
        # Where nothing feeds a metric, one row without dimensions says so.
        if row.value is not None:
            key = row.period if question.grain else tuple(row.dimensions[name] for name in question.by) or None
            found[key] = float(row.value)
    return found


def without_zeros(values: dict[object, float]) -> dict[object, float]:
    """Counts of cells that do not appear are 0 in answers and absent in SQL; a difference may be 0 but for rounding."""
    return {key: value for key, value in values.items() if abs(value) > 1e-9}


def test_every_metric_of_the_catalogue_is_compared(release: LiveRelease) -> None:
    offered = {one.name for one in catalogue(release) if one.metric_class != "fixed_grain"}
    assert offered == set(METRICS)


@pytest.mark.thorough
@pytest.mark.parametrize("metric", sorted(METRICS))
def test_a_metric_equals_sql_at_every_dimension(
    release: LiveRelease, marts: duckdb.DuckDBPyConnection, metric: str
) -> None:
    definition = next(one for one in catalogue(release) if one.name == metric)
    assert definition.dimensions
    for start in range(0, len(definition.dimensions), TOGETHER):
        by = definition.dimensions[start : start + TOGETHER]
        found = answered(release, Question(metrics=(metric,), by=by, where=WITHIN.get(metric, {})))
        expected = slices(marts, metric, by=by)
        assert without_zeros(found) == pytest.approx(without_zeros(expected), rel=1e-9, abs=1e-9), by


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
        assert without_zeros(found) == pytest.approx(without_zeros(expected), rel=1e-9, abs=1e-9)


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
    "fct_journey_paths": (
        ("path_kind", "path"),
        {},
        {"paths": "n", "path_share": "share", "path_days": "days_median", "path_days_p90": "days_p90"},
    ),
}


# Metric -> grouping, filter, and the same numbers by hand: the values of the grouping, then the number.
_CONTRIBUTIONS = """
    select channel, model, {} from marts.fct_channel_contributions
    where origin = 'touchpoints' and conversion = 'order' and period = 'all' and segment = 'all'
"""
_CONTRIBUTED = (("channel", "model"), {"conversion": ("order",), "period": ("all",), "segment": ("all",)})
_BACK_TEST = "kind = 'back_test' and quantity = 'revenue'"
_TENTHS = "kind = 'calibration' and quantity = 'revenue' and is_chosen"
_INTERVALS = ("interval_dimension", "interval_value")
_WAITS = {"reply_curve": ("ticket",), "reply_dimension": ("ticket_category",)}
_OF_TICKETS = "reply_curve = 'ticket' and reply_dimension = 'ticket_category'"
_STAKES = ("growth_subject_kind", "growth_subject")
_STAKE_ROWS = """
    select growth_subject_kind, growth_subject, {} from marts.fct_perception_growth
    where perception_measure = 'below tolerance' and later_outcome = 'retained'
"""
_EFFECTS = (("growth_subject_kind", "growth_subject"), {"perception_measure": ("gap",)})
_EFFECT_ROWS = """
    select growth_subject_kind, growth_subject, difference from marts.fct_perception_growth
    where perception_measure = 'gap' and later_outcome = '{}'
"""
_DRIVERS = (("driver_survey", "driver_item"), {"driver_outcome": ("nps",)})
_DRIVER_ROWS = "select driver_survey, driver_item, {} from marts.fct_satisfaction_drivers where driver_outcome = 'nps'"
_PLACES = ("coverage_stage", "coverage_corner")
_PLACE_ROWS = "select coverage_stage, coverage_corner, {} from marts.fct_perception_coverage"
FIXED_BY_HAND = {
    "target": (
        ("target_of", "target_dimension", "target_value", "target_from"),
        {},
        "select metric, dimension, dimension_value, valid_from, target from marts.dim_targets",
    ),
    "channel_conversions": (*_CONTRIBUTED, _CONTRIBUTIONS.format("conversions")),
    "channel_revenue": (*_CONTRIBUTED, _CONTRIBUTIONS.format("revenue")),
    "channel_share": (*_CONTRIBUTED, _CONTRIBUTIONS.format("share")),
    "channel_return_on_ad_spend": (*_CONTRIBUTED, _CONTRIBUTIONS.format("revenue / nullif(cost, 0)::double")),
    "channel_cost_per_acquisition": (*_CONTRIBUTED, _CONTRIBUTIONS.format("cost::double / nullif(conversions, 0)")),
    "removal_effect": (*_CONTRIBUTED, _CONTRIBUTIONS.format("effect")),
    **{
        metric: (
            (end, "path"),
            {},
            f"select {end}, path, n from marts.fct_journey_paths where path_kind = 'part' and not is_other",
        )
        for metric, end in (("parts_from", "first_step"), ("parts_to", "last_step"))
    },
    "different_paths": (
        ("path_kind",),
        {},
        "select path_kind, sum(different_paths)::double from marts.fct_journey_paths group by path_kind",
    ),
    "waiting_share": (
        ("reply_group", "hours_since"),
        _WAITS,
        f"select reply_group, hours_since, waiting from marts.fct_reply_curves where {_OF_TICKETS}",
    ),
    "median_reply_hours": (
        ("reply_group",),
        _WAITS,
        f"select distinct reply_group, median_hours from marts.fct_reply_curves where {_OF_TICKETS}",
    ),
    **{
        metric: (_STAKES, {}, _STAKE_ROWS.format(number))
        for metric, number in (
            ("value_at_stake", "value_at_stake"),
            ("below_tolerance_customer_share", "customers_below / nullif(customers_rated, 0)"),
            ("below_tolerance_customers", "customers_below"),
            ("retained_customer_worth", "worth"),
        )
    },
    **{
        metric: (_EFFECTS[0], {**_EFFECTS[1], "later_outcome": (outcome,)}, _EFFECT_ROWS.format(outcome))
        for metric, outcome in (("growth_difference", "retained"), ("revenue_difference", "revenue"))
    },
    **{
        metric: (*_DRIVERS, _DRIVER_ROWS.format(column))
        for metric, column in (
            ("relative_weight", "relative_weight"),
            ("driver_coefficient", "coefficient"),
            ("driver_rating", "rating_pct"),
        )
    },
    "drivers_r_squared": (
        ("driver_survey", "driver_outcome"),
        {},
        """
        select driver_survey, driver_outcome, sum(relative_weight) from marts.fct_satisfaction_drivers group by all
        """,
    ),
    **{
        metric: (_PLACES, {}, _PLACE_ROWS.format(number))
        for metric, number in (
            ("coverage_people", "people"),
            ("coverage_touchpoints", "touchpoints"),
            ("expectation_known_share", "people_expected / people"),
            ("experience_known_share", "people_experienced / people"),
        )
    },
    "predicted_value_total": (
        _INTERVALS,
        {},
        "select interval_dimension, interval_value, total from marts.fct_value_intervals",
    ),
    "predicted_value_mean": (
        _INTERVALS,
        {},
        "select interval_dimension, interval_value, total / customers from marts.fct_value_intervals",
    ),
    "survival_share": (
        ("curve_value", "months_since"),
        {"curve": ("activity",), "curve_dimension": ("segment",)},
        """
        select curve_value, months_since, survival from marts.fct_survival_curves
        where curve = 'activity' and curve_dimension = 'segment'
        """,
    ),
    "median_survival_months": (
        ("curve_value",),
        {"curve": ("second_order",), "curve_dimension": ("segment",)},
        """
        select distinct curve_value, median_months from marts.fct_survival_curves
        where curve = 'second_order' and curve_dimension = 'segment'
        """,
    ),
    **{
        metric: (
            ("context", "context_value"),
            {},
            f'select context, context_value, "{column}" from marts.fct_context_index',
        )
        for metric, column in (
            ("context_index", "index"),
            ("context_share_all", "share_all"),
            ("context_share_top", "share_top"),
            ("context_q_value", "q_value"),
        )
    },
    "revenue_concentration": (
        ("top_percent",),
        {},
        """
        with best as (
            select revenue_12m, row_number() over (order by revenue_12m desc, person_id) as nth, count(*) over () as n
            from marts.fct_customer_months
            where revenue_12m > 0 and month_on = (select max(month_on) from marts.fct_customer_months)
        )
        select step, sum(revenue_12m) filter (nth <= ceil(n * step::decimal(9, 2) / 100)) / sum(revenue_12m)
        from best cross join range(5, 101, 5) as steps (step) group by step
        """,
    ),
    "value_backtest_error": (
        (),
        {},
        f"select abs(value) from marts.fct_value_models where {_BACK_TEST} and measure = 'total_error' and is_chosen",
    ),
    "value_calibration_error": (
        (),
        {},
        f"select value from marts.fct_value_models where {_BACK_TEST} and measure = 'calibration_error' and is_chosen",
    ),
    "value_model_error": (
        ("value_model",),
        {},
        f"select value_model, value from marts.fct_value_models where {_BACK_TEST} and measure = 'squared_error'",
    ),
    "value_model_total_error": (
        ("value_model",),
        {},
        f"select value_model, value from marts.fct_value_models where {_BACK_TEST} and measure = 'total_error'",
    ),
    **{
        metric: (
            ("text_language", "text_told_in"),
            {},
            f"select text_language, text_told_in, {column} from marts.fct_sentiment_models where {column} is not null",
        )
        for metric, column in {
            "majority_accuracy": "majority_accuracy",
            "lexicon_accuracy": "lexicon_accuracy",
            "sentiment_macro_f1": "macro_f1",
            "corrected_negative_share": "corrected_negative_share",
        }.items()
    },
    "value_fact_by_tenth": (
        ("value_tenth",),
        {},
        f"select value_tenth, value from marts.fct_value_models where {_TENTHS} and measure = 'fact'",
    ),
    "value_forecast_by_tenth": (
        ("value_tenth",),
        {},
        f"select value_tenth, value from marts.fct_value_models where {_TENTHS} and measure = 'forecast'",
    ),
}


CHECKED = {*METRICS, *FIXED_BY_HAND, *(metric for _, _, columns in FIXED.values() for metric in columns)}


def without_a_check(definitions: dict[str, Any], checked: set[str]) -> list[str]:
    """Metrics that readers may ask and nothing computes by another way, and checks of no metric; each by its name."""
    asked = {name for name, meta in metas_of(definitions).items() if meta.get("class") != "input"}
    return [
        *(f"metric {name} has no independent check: write it in tests/serving/" for name in sorted(asked - checked)),
        *(f"the check of {name} is of no metric that may be asked" for name in sorted(checked - asked)),
    ]


def test_every_metric_of_the_project_has_an_independent_check() -> None:
    definitions = json.loads(read_project().with_name(MANIFEST_FILE).read_bytes())
    assert without_a_check(definitions, CHECKED) == []
    assert without_a_check(definitions, CHECKED - {"revenue"}) == [
        "metric revenue has no independent check: write it in tests/serving/"
    ]
    definitions["metrics"] = [metric for metric in definitions["metrics"] if metric["name"] != "paths"]
    assert without_a_check(definitions, CHECKED) == ["the check of paths is of no metric that may be asked"]


def test_every_fixed_grain_metric_is_compared(release: LiveRelease) -> None:
    fixed = {one.name for one in catalogue(release) if one.metric_class == "fixed_grain"}
    assert fixed == {metric for _, _, columns in FIXED.values() for metric in columns} | set(FIXED_BY_HAND)


@pytest.mark.parametrize("metric", sorted(FIXED_BY_HAND))
def test_fixed_grain_metrics_equal_sql(release: LiveRelease, marts: duckdb.DuckDBPyConnection, metric: str) -> None:
    by, where, sql = FIXED_BY_HAND[metric]
    rows = ask(release, Question(metrics=(metric,), by=by, where=where)).rows
    found = {tuple(str(row.dimensions[name]) for name in by): row.value for row in rows if row.status == "ok"}
    expected = {
        tuple(str(value) for value in of_row[:-1]): of_row[-1]
        for of_row in marts.execute(sql).fetchall()
        if of_row[-1] is not None
    }
    assert found
    assert found == pytest.approx({key: value for key, value in expected.items() if key in found}, rel=1e-9)
    hidden = {key for key in expected if key not in found}
    shown = {tuple(str(row.dimensions[name]) for name in by) for row in rows}
    assert hidden <= shown


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

"""METHODS.md section 1 once more, through the real pipeline: CDNOW's file of orders -> dbt -> marts."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def marts(real_workspace: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(real_workspace / "warehouse" / "cx.duckdb"), read_only=True)


def facts(marts: duckdb.DuckDBPyConnection, model: str, kind: str, quantity: str | None = None) -> dict[str, float]:
    rows = marts.execute(
        """select measure, value from marts.fct_value_models
        where value_model = ? and kind = ? and time_window = 'calibration' and quantity is not distinct from ?""",
        [model, kind, quantity],
    ).fetchall()
    assert rows
    return dict(rows)


def test_the_back_test_has_the_days_of_cx_yml(marts: duckdb.DuckDBPyConnection) -> None:
    days = marts.execute(
        """select distinct learns_until_on::varchar, looks_until_on::varchar from marts.fct_value_models
        where time_window = 'calibration'"""
    ).fetchall()
    assert days == [("1997-09-30", "1998-06-30")]


@pytest.mark.parametrize(
    ("model", "digits", "published", "likelihood"),
    [
        ("bg_nbd", 3, {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, -9582.4),
        ("mbg_nbd", 3, {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}, -9582.1),
        ("pareto_nbd", 3, {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, -9595.0),
        ("gamma_gamma", 2, {"p": 6.25, "q": 3.74, "gamma": 15.44}, None),
    ],
)
def test_the_warehouse_reproduces_published_parameters(
    marts: duckdb.DuckDBPyConnection, model: str, digits: int, published: dict[str, float], likelihood: float | None
) -> None:
    found = facts(marts, model, "parameter")
    assert {name: round(value, digits) for name, value in found.items()} == published
    if likelihood is not None:
        assert round(facts(marts, model, "measure")["log_likelihood"], 1) == likelihood


def test_the_holdout_forecast_matches_the_published_one(marts: duckdb.DuckDBPyConnection) -> None:
    found = facts(marts, "bg_nbd", "back_test", "purchases")
    assert round(found["forecast"], 1) == 1653.4
    assert found["fact"] == 1882


def test_frequency_and_spend_of_repeat_customers(marts: duckdb.DuckDBPyConnection) -> None:
    assert round(facts(marts, "gamma_gamma", "measure")["correlation"], 4) == 0.1139
    customers = marts.execute(
        """select distinct n from marts.fct_value_models
        where value_model = 'gamma_gamma' and time_window = 'calibration'"""
    ).fetchall()
    assert customers == [(946,)]


def test_the_model_nearest_to_the_facts_is_chosen(marts: duckdb.DuckDBPyConnection) -> None:
    names = ("bg_nbd", "mbg_nbd", "naive")
    errors = {name: facts(marts, name, "back_test", "revenue")["squared_error"] for name in names}
    assert max(errors["bg_nbd"], errors["mbg_nbd"]) < errors["naive"]
    nearest = min(errors, key=lambda name: errors[name])
    chosen = marts.execute(
        "select value_model, is_provisional from marts.fct_value_models where kind = 'choice'"
    ).fetchall()
    assert chosen == [(nearest, False)]


def test_every_customer_has_a_prediction_and_inactive_ones_are_low(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    # The other sources' facts put the present years after the last order.
    customers, predicted, revenue = marts.execute(
        "select count(*), sum(predicted_value_12m), sum(revenue) from marts.dim_customers where p_alive between 0 and 1"
    ).fetchall()[0]
    assert customers == 2357
    assert 0 < predicted < 0.01 * float(revenue)

"""Which metrics depend on which mart, through ratios, derivations and compositions."""

from __future__ import annotations

from pipeline.dbt.metric_graph import inputs_of_all, metrics_by_mart, with_dependents
from tests.pipeline.warehouse import simple_metric

MANIFEST = {
    "semantic_models": [
        {"name": name, "node_relation": {"alias": name, "schema_name": "marts"}}
        for name in ("fct_orders", "fct_answers")
    ],
    "metrics": [
        simple_metric("orders", "fct_orders"),
        simple_metric("revenue", "fct_orders"),
        {"name": "average", "type_params": {"numerator": {"name": "revenue"}, "denominator": {"name": "orders"}}},
        {"name": "twice", "type_params": {"metrics": [{"name": "average"}]}},
        {"name": "to_date", "type_params": {"cumulative_type_params": {"metric": {"name": "revenue"}}}},
        simple_metric("gap_sum", "fct_answers"),
        {
            **simple_metric("gap", "fct_answers"),
            "config": {"meta": {"class": "composed", "inputs": {"sum": "gap_sum", "weight": "orders"}}},
        },
        {
            "name": "conversion",
            "type_params": {
                "conversion_type_params": {"base_metric": {"name": "gap_sum"}, "conversion_metric": {"name": "orders"}}
            },
        },
    ],
}


def test_inputs_are_found_by_recursion() -> None:
    assert inputs_of_all(MANIFEST)["twice"] == {"average", "revenue", "orders"}


def test_a_metric_depends_on_the_marts_of_its_inputs() -> None:
    found = metrics_by_mart(MANIFEST)
    assert found["fct_orders"] == ("average", "conversion", "gap", "orders", "revenue", "to_date", "twice")
    assert found["fct_answers"] == ("conversion", "gap", "gap_sum")


def test_derived_metrics_depend_on_their_inputs() -> None:
    assert with_dependents(MANIFEST, ["revenue"]) == {"revenue", "average", "twice", "to_date"}


def test_circular_metric_references_terminate() -> None:
    looped = {
        "semantic_models": [],
        "metrics": [
            {"name": "a", "type_params": {"metrics": [{"name": "b"}]}},
            {"name": "b", "type_params": {"metrics": [{"name": "a"}]}},
        ],
    }
    assert inputs_of_all(looped) == {"a": {"b"}, "b": {"a"}}

"""dbt's tests become checks whose behaviour follows severity and meta."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.dbt.checks import behaviour_of, checks_of
from pipeline.dbt.runner import NodeOutcome
from tests.pipeline.warehouse import MANIFEST
from workspace.records.documents import Check

BY_MART = {"fct_orders": ("orders", "revenue"), "fct_feeds": ("feeds",)}


def outcome_of(
    unique_id: str, status: str, failures: int | None = None, message: str = "", broken: tuple[str, ...] = ()
) -> list[Check]:
    tests: dict[str, Any] = {
        "test.cx.unique_orders.1": {
            "name": "unique_orders",
            "attached_node": "model.cx.fct_orders",
            "config": {"severity": "ERROR"},
            "test_metadata": {"name": "unique", "kwargs": {"column_name": "order_id"}},
        },
        "test.cx.singular.2": {
            "name": "singular",
            "description": "Totals agree.",
            "config": {"severity": "warn", "meta": {"behaviour": "withhold"}},
            "depends_on": {"nodes": ["model.cx.stg_orders"]},
        },
    }
    tests["test.cx.holds_orders.4"] = {
        "name": "holds_orders",
        "attached_node": "model.cx.fct_orders",
        "test_metadata": {
            "name": "holds",
            "kwargs": {
                "unique": ["order_id", ["person_id", "ordered_at"]],
                "words": {"status": ["paid"]},
                "conditions": ["revenue >= 0", {"a refund is dated": "refunded_at is not null"}],
            },
        },
    }
    tests["test.cx.totals_agree.3"] = {
        "name": "totals_agree",
        "depends_on": {"nodes": ["model.cx.stg_orders", "model.cx.fct_orders"]},
    }
    for test in tests.values():
        test["resource_type"] = "test"
    manifest = {**MANIFEST, "nodes": {**MANIFEST["nodes"], **tests}}
    outcome = NodeOutcome(unique_id=unique_id, status=status, failures=failures, message=message, broken=broken)
    return list(checks_of([outcome], manifest=manifest, metrics_by_mart=BY_MART))


@pytest.mark.parametrize(
    ("config", "behaviour"),
    [
        ({}, "block"),
        ({"severity": "ERROR", "meta": {"behaviour": "withhold"}}, "block"),
        ({"severity": "warn"}, "warn"),
        ({"severity": "warn", "meta": {"behaviour": "withhold"}}, "withhold"),
        ({"severity": "warn", "meta": {"behaviour": "warn"}}, "warn"),
    ],
)
def test_severity_and_meta_decide_the_behaviour_of_a_failure(config: dict[str, Any], behaviour: str) -> None:
    assert behaviour_of({"config": config}) == behaviour


def test_a_failed_test_counts_its_rows_and_names_the_metrics_of_its_mart() -> None:
    (check,) = outcome_of("test.cx.unique_orders.1", "fail", 3)
    assert (check.status, check.behaviour, check.unexpected) == ("failed", "block", 3)
    assert check.asset == "marts.fct_orders"
    assert check.metrics == ("orders", "revenue")
    assert check.description == "unique holds for order_id."


def test_all_rules_of_a_model_are_named_and_broken_ones_reported() -> None:
    (check,) = outcome_of("test.cx.holds_orders.4", "fail", 5, broken=("order_id is unique: 5 rows do not keep it",))
    assert check.description == (
        "unique: order_id, person_id + ordered_at; words: status; conditions: revenue >= 0, a refund is dated"
    )
    assert (check.unexpected, check.observed) == (5, "order_id is unique: 5 rows do not keep it")


def test_a_warning_of_a_test_on_staging_concerns_the_marts_below() -> None:
    (check,) = outcome_of("test.cx.singular.2", "warn", 1)
    assert (check.status, check.behaviour, check.asset) == ("failed", "withhold", "staging.stg_orders")
    assert check.metrics == ("feeds", "orders", "revenue")


def test_a_singular_test_is_reported_by_name_for_the_mart_it_reads() -> None:
    (check,) = outcome_of("test.cx.totals_agree.3", "pass")
    assert (check.asset, check.description) == ("marts.fct_orders", "Totals agree.")


def test_a_test_that_could_not_run_is_an_error_and_quotes_no_cell() -> None:
    (check,) = outcome_of("test.cx.unique_orders.1", "error", message="Could not convert 'ann@example.com'")
    assert check.blocks
    assert check.observed == "Could not convert '…'"


def test_a_failed_model_blocks_and_a_built_model_is_not_a_check() -> None:
    (check,) = outcome_of("model.cx.fct_orders", "error", message="Binder Error")
    assert (check.name, check.blocks) == ("builds", True)
    assert outcome_of("model.cx.fct_orders", "success") == []


def test_a_skipped_node_names_the_failure_that_caused_it() -> None:
    assert outcome_of("test.cx.unique_orders.1", "skipped") == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Binder Error: no column named 'revenu'", "no column named 'revenu'"),
        ("Parser Error: syntax error at or near 'form'", "at or near 'form'"),
        ("Conversion Error: Could not convert 'ann@example.com' to DOUBLE", "Could not convert '…' to DOUBLE"),
        # What a cell holds may be written like an error of the code.
        ("Conversion Error: Could not convert 'Binder Error: Ann' to DOUBLE", "Could not convert '…' to DOUBLE"),
    ],
)
def test_errors_of_the_code_quote_it_and_others_quote_nothing(said: str, shown: str) -> None:
    message = f"Runtime Error in model fct_orders (dbt_project/models/marts/orders/fct_orders.sql)\n  {said}"
    (check,) = outcome_of("model.cx.fct_orders", "error", message=message)
    assert check.observed is not None
    assert check.observed.endswith(shown)

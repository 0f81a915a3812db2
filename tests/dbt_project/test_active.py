"""Who is active is one rule: one macro, and the same words wherever readers meet it."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from tests.dbt_project.rendering import PROJECT, render_text

ROOT = PROJECT.parent
WORDS = "a sale, or a day on which a contract ran, on one of the last active_days days"
PLACES = (
    "docs/glossary.md",
    "dbt_project/DECISIONS.md",
    "dbt_project/macros/concepts/active.sql",
    "dbt_project/models/intermediate/customers/int_customers__months.yml",
    "dbt_project/models/marts/customers/dim_customers.yml",
    "dbt_project/models/marts/customers/fct_customer_months.yml",
)


@pytest.mark.parametrize("place", PLACES)
def test_the_rule_has_the_same_words_everywhere(place: str) -> None:
    text = re.sub(r"\s+", " ", (ROOT / place).read_text(encoding="utf-8").replace("`", ""))
    assert WORDS in text.replace("A sale", "a sale")


@pytest.mark.parametrize(("last_on", "is_active"), [("2026-01-01", False), ("2026-01-02", True), ("2026-01-31", True)])
def test_the_day_itself_is_one_of_the_last_days(last_on: str, is_active: bool) -> None:
    sql = render_text(
        "select {{ is_active('last_on', 'day', 'days') }}, {{ lapses_on('last_on', 'days') }} > day"
        f" from (select date '{last_on}' as last_on, date '2026-01-31' as day, 30 as days)"
    )
    assert duckdb.sql(sql).fetchall() == [(is_active, is_active)]


def test_models_compare_with_active_days_by_the_macro_where_they_judge_customers() -> None:
    compared = re.compile(r"dates_apart\([^)]*\) \}\}\s*(<|>=)\s*\w+\.?active_days")
    found = {path.stem for path in Path(PROJECT / "models").rglob("*.sql") if compared.search(path.read_text())}
    # What was said or touched on one of the last `active_days` days: a window of facts, not a state of customers.
    assert found == {"int_perceptions__tolerances", "fct_perception_coverage"}

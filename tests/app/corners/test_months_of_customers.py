"""What counts months of customers is not called customers: in definitions, and in sentences about them."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from app.corners.sentences import COUNTED, NAMED

# Sums of a flag that a customer has once a month, however long they stay.
MONTHLY = re.compile(r"\bretained\b")


def test_metrics_that_sum_months_say_months_and_those_that_count_people_do_not(repository: Path) -> None:
    file = repository / "dbt_project" / "models" / "marts" / "customers" / "fct_customer_months.yml"
    (months,) = yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
    of_retained = [one for one in months["metrics"] if MONTHLY.search(str(one.get("expr", "")))]
    assert {"retained", "retention_base", "retained_people"} <= {one["name"] for one in of_retained}
    for one in of_retained:
        words = f"{one['label']}. {one['description']}".lower()
        if one["agg"] == "sum":
            assert "months of" in one["label"].lower(), one["name"]
            assert "month" in one["description"].lower(), one["name"]
        else:
            assert one["agg"] == "count_distinct"
            assert words.startswith(("customers", "people")), one["name"]


def test_a_title_over_credits_says_what_each_movement_counts() -> None:
    assert COUNTED["retained"] == "month of a customer"
    assert NAMED["retained"].startswith("months")
    assert NAMED["acquired"].startswith("customers")

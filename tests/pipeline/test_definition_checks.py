"""A metric whose meta is broken keeps a run from being published, and is named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.dbt.definition_checks import definition_check, faults_of, target_check
from pipeline.dbt.project import read_project
from workspace.paths import MANIFEST_FILE


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(read_project().with_name(MANIFEST_FILE).read_bytes())
    return found


def test_every_metric_of_the_project_is_complete(manifest: dict[str, Any]) -> None:
    assert faults_of(manifest) == {}
    assert definition_check(manifest).status == "passed"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"min_cell": None, "min_cel": 5}, "lacks min_cell"),
        ({"min_cel": 5}, "Did you mean min_cell"),
        ({"unit": None}, "lacks unit"),
        ({"feed": ["orders"]}, "Did you mean feeds"),
        ({"n": "order"}, "names 'order', which is not a metric"),
        ({"class": "aditive"}, "meta.class"),
    ],
    ids=str,
)
def test_a_misspelt_definition_blocks_and_names_its_metric(
    manifest: dict[str, Any], change: dict[str, Any], said: str
) -> None:
    copy = json.loads(json.dumps(manifest))
    metric = next(one for one in copy["metrics"] if one["name"] == "revenue")
    meta = metric["config"]["meta"] | change
    metric["config"]["meta"] = {key: value for key, value in meta.items() if value is not None}
    check = definition_check(copy)
    assert check.blocks
    assert check.metrics == ("revenue",)
    assert check.observed is not None
    assert check.observed.startswith("revenue: ")
    assert said in check.observed


@pytest.mark.parametrize(
    ("name", "said"),
    [("answer__constuct", "Did you mean answer__construct"), ("order_id__kind", "its filter names 'order_id__kind'")],
)
def test_a_filter_by_what_a_metric_does_not_have_blocks(manifest: dict[str, Any], name: str, said: str) -> None:
    copy = json.loads(json.dumps(manifest))
    metric = next(one for one in copy["metrics"] if one["name"] == "nps_answers")
    metric["filter"]["where_filters"][0]["where_sql_template"] = "{{ Dimension('" + name + "') }} = 'nps'"
    check = definition_check(copy)
    assert check.blocks
    assert check.metrics == ("nps_answers",)
    assert said in (check.observed or "")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"metric": "nps"}, None),
        ({"metric": "active_customers"}, None),
        ({"metric": "stage_conversion", "dimension": "stage", "dimension_value": "use"}, None),
        ({"metric": "nsp"}, "line 3: there is no metric 'nsp'. Did you mean nps"),
        ({"metric": "revenue"}, "revenue is a sum"),
        ({"metric": "nps", "dimension": "stag", "dimension_value": "use"}, "Did you mean stage"),
    ],
    ids=str,
)
def test_a_target_that_no_number_can_have_is_named(
    manifest: dict[str, Any], row: dict[str, str], said: str | None
) -> None:
    check = target_check([{"dimension": "", "dimension_value": "", "target": "1", "_line": "3", **row}], manifest)
    assert not check.blocks
    assert (check.status == "failed") == (said is not None)
    assert said is None or said in (check.observed or "")

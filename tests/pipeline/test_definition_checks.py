"""A metric whose meta is broken keeps a run from being published, and is named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.dbt.definition_checks import definition_check, faults_of
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

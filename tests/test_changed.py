"""Which tests `make test-changed` runs."""

from __future__ import annotations

import grimp
import pytest

from tests.changed import concerned

TEXTS = {
    "tests.serving.test_answers": "from tests.serving.helper import build",
    "tests.serving.helper": 'MODEL = "fct_orders"',
    "tests.serving.conftest": "",
    "tests.cli.test_read": "",
}


@pytest.fixture
def graph() -> grimp.ImportGraph:
    graph = grimp.ImportGraph()
    for module in ("serving.answers", "serving.plan", *TEXTS):
        graph.add_module(module)
    graph.add_import(importer="serving.answers", imported="serving.plan")
    graph.add_import(importer="tests.cli.test_read", imported="serving.answers")
    graph.add_import(importer="tests.serving.test_answers", imported="tests.serving.helper")
    return graph


def test_a_test_runs_when_a_module_changes_that_it_imports_through_another(graph: grimp.ImportGraph) -> None:
    assert concerned(["serving/plan.py"], graph, TEXTS) == {"tests.cli.test_read"}


def test_a_test_runs_when_a_model_changes_that_its_helper_names(graph: grimp.ImportGraph) -> None:
    assert concerned(["dbt_project/models/marts/fct_orders.sql"], graph, TEXTS) == {"tests.serving.test_answers"}


def test_every_test_of_a_folder_runs_when_its_fixtures_change(graph: grimp.ImportGraph) -> None:
    assert concerned(["tests/serving/conftest.py"], graph, TEXTS) == {"tests.serving.test_answers"}


def test_a_file_that_no_test_stands_on_runs_none(graph: grimp.ImportGraph) -> None:
    assert concerned(["docs/cmo.md", "serving/unknown.py"], graph, TEXTS) == set()

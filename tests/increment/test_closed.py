"""What declares `increment_by` can be built for some keys alone, on the demo; and what cannot be is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.increment.closed import Built, Key, built
from workspace.paths import WorkspacePaths


@pytest.fixture(scope="module")
def demo(demo_workspace: Path) -> Iterator[Built]:
    paths = WorkspacePaths(demo_workspace)
    (target,) = (paths.dbt / "runs").iterdir()
    with built(paths, target) as found:
        yield found


def test_models_are_closed_under_the_column_that_they_declare(demo: Built) -> None:
    declared = demo.declared()
    assert declared
    assert [model for model in declared if not demo.has_table(model)] == []
    assert demo.all_not_closed() == {}


@pytest.mark.parametrize(
    ("model", "key", "said"),
    [
        # Ranks among all customers.
        ("int_customers__tiers", Key("person_id", "person_id"), "only the table has"),
        # Scores by fifths of all customers.
        ("dim_customers", Key("person_id", "person_id"), "only the table has"),
        # A day of a campaign is shared among all touchpoints that it brought.
        ("int_touchpoints__costs", Key("touchpoint_id", "touchpoint_id"), "only the table has"),
        ("int_customers__tiers", Key("order_key", "order_key"), "its table has no order_key"),
        ("int_surveys__weights", Key("person_id", "person_id"), "it is not a table that SQL builds"),
        ("fct_searches", Key("person_id", "respondent_id"), "nothing that it reads has a respondent_id"),
    ],
)
def test_what_is_not_closed_is_found(demo: Built, model: str, key: Key, said: str) -> None:
    assert any(line.startswith(said) for line in demo.not_closed(model, key))

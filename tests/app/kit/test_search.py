from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from app.kit.page_session import open_session
from app.kit.search import SYNONYMS, fits
from serving import MetricDefinition
from tests.app.definitions import defined

# What a reader types -> a metric that is meant.
MEANT: Mapping[str, str] = {
    "churn": "lost",
    "CLV": "predicted_value_mean",
    "ROAS": "return_on_ad_spend",
    "loyalty": "retention_rate",
    "CAC": "cost_per_acquisition",
    "share of voice": "share_of_voice",
}


@pytest.mark.parametrize(("typed", "meant"), MEANT.items())
def test_the_words_of_marketing_find_the_metrics(demo_workspace: Path, typed: str, meant: str) -> None:
    definitions = open_session(demo_workspace).definitions
    found = {name for name, definition in definitions.items() if fits(definition, typed)}
    assert meant in found
    assert len(found) < len(definitions) / 4


def test_every_synonym_finds_something(demo_workspace: Path) -> None:
    definitions = open_session(demo_workspace).definitions.values()
    assert [word for word in SYNONYMS if not any(fits(definition, word) for definition in definitions)] == []


def test_all_words_of_a_search_have_to_be_found() -> None:
    definition: MetricDefinition = defined("revenue")
    assert fits(definition, "revenue")
    assert fits(definition, "sales")
    assert not fits(definition, "revenue dragons")

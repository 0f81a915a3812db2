"""Metrics that rest on the same models of estimates have the same badge, whatever is in doubt and whatever fails."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import chain, combinations
from pathlib import Path

import pytest

from pipeline.dbt.project import read_project
from serving import LiveRelease, open_release
from serving.catalogue import definition
from tests.dbt_project.rendering import declared_feeds
from tests.serving.world import publish
from workspace.paths import MANIFEST_FILE, WorkspacePaths
from workspace.records.documents import Feed

FEEDS = declared_feeds()
MODELS = sorted({model for feed in FEEDS for model in feed["rests_on"]})
MARTS = sorted({str(feed["mart"]) for feed in FEEDS if feed["rests_on"]} | {"fct_value_models"})
# Columns that models estimate.
ESTIMATED = ("predicted_", "p_alive", "interval_customers")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> LiveRelease:
    """The project's own definitions over no data."""
    paths = WorkspacePaths(tmp_path_factory.mktemp("twins"))
    definitions = Path(read_project()).with_name(MANIFEST_FILE).read_text(encoding="utf-8")
    publish(paths, "run-1", definitions)
    return open_release(paths)


def families(release: LiveRelease) -> dict[frozenset[str], list[str]]:
    """The models of estimates -> the offered metrics that rest on exactly these."""
    models = {str(feed["feed"]): feed["rests_on"] for feed in FEEDS}
    found = defaultdict(list)
    for name in release.semantics.offered:
        resting = frozenset(model for feed in release.semantics.feeds(name) for model in models[feed])
        if resting:
            found[resting].append(name)
    return found


def test_the_predicted_value_and_its_total_with_an_interval_are_twins(release: LiveRelease) -> None:
    found = families(release)
    assert {"predicted_value_12m", "predicted_value_total"} <= set(found[frozenset({"purchases", "contracts"})])
    assert {"predicted_purchases_12m", "value_backtest_error"} <= set(found[frozenset({"purchases"})])


def test_what_is_computed_from_estimates_says_on_which_model_it_rests(release: LiveRelease) -> None:
    resting = {name for names in families(release).values() for name in names}
    estimated = 0
    for name in release.semantics.offered:
        formulas = [leaf.formula for leaf in release.semantics.leaves(name)]
        if any(column in formula for column in ESTIMATED for formula in formulas):
            assert name in resting, f"{name} is computed from estimates, and none of its feeds names their model"
            estimated += 1
    assert estimated >= 5


@pytest.mark.parametrize("failed", ["", *MARTS])
def test_metrics_on_the_same_models_have_one_badge(release: LiveRelease, failed: str) -> None:
    """Whichever models are in doubt, and whichever mart fails a check."""
    for doubts in chain.from_iterable(combinations(MODELS, n) for n in range(len(MODELS) + 1)):
        world = release_of(release, set(doubts), failed)
        for models, names in families(release).items():
            found = {(one.badge, one.certification) for one in (definition(world, name) for name in names)}
            assert len(found) == 1, f"{sorted(models)}: {found}"
            if not failed:
                assert found == {("provisional",) * 2 if models & set(doubts) else ("certified",) * 2}


def test_what_is_withheld_makes_its_twins_need_review(release: LiveRelease) -> None:
    world = release_of(release, set(), "")
    withheld = {"predicted_value_12m": ("values_reconcile",)}
    world = replace(world, document=world.document.model_copy(update={"withheld": withheld}))
    assert definition(world, "predicted_value_12m").badge == "withheld"
    twin = definition(world, "predicted_value_total")
    assert (twin.badge, twin.badge_reason) == ("needs review", "failed: values_reconcile")
    assert definition(world, "predicted_purchases_12m").badge == "certified"


def release_of(release: LiveRelease, doubts: set[str], failed: str) -> LiveRelease:
    """The release in which these models are in doubt, as fct_feeds says it, and a check of a mart failed."""
    feeds = {
        str(feed["feed"]): Feed(
            rows=1,
            rests_on=tuple(feed["rests_on"]),
            provisional_reason="; ".join(f"{one} was wrong" for one in feed["rests_on"] if one in doubts) or None,
        )
        for feed in FEEDS
    }
    (passed,) = release.document.checks
    broken = passed.model_copy(update={"asset": f"marts.{failed}", "status": "failed", "metrics": ()})
    checks = (broken,) if failed else ()
    return replace(release, document=release.document.model_copy(update={"feeds": feeds, "checks": checks}))

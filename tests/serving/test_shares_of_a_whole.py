"""A share is not sliced by the dimension that defines it: its values sum to 1, or the question is refused.

Sliced by the dimension that says which part is meant, every value of a share is all of it or nothing: it reads as an
answer and is none. Every metric is sliced by every dimension it offers, in SQL written by hand.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from serving import LiveRelease, Question, ask, catalogue, open_release
from serving.rows import text_of
from tests.serving.independent_sql import METRICS, WITHIN, slices
from workspace.paths import SNAPSHOT_FILE, WorkspacePaths

# Metric -> dimensions that happen to be all or nothing in the demo, and say something all the same.
MEANT = {
    "offline_share": {"channel", "touchpoint", "method", "role", "interaction", "data_source", "stage", "corner"},
    "gated_share": {"content_group", "topic"},
}


@pytest.fixture(scope="module")
def release(demo_workspace: Path) -> LiveRelease:
    return open_release(WorkspacePaths(demo_workspace))


@pytest.fixture(scope="module")
def marts(release: LiveRelease) -> duckdb.DuckDBPyConnection:
    with duckdb.connect(str(release.folder / SNAPSHOT_FILE), read_only=True) as connection:
        yield connection


@pytest.mark.thorough
def test_no_share_can_be_sliced_into_0_and_100_percent(release: LiveRelease, marts: duckdb.DuckDBPyConnection) -> None:
    found = set()
    for definition in catalogue(release):
        metric = definition.name
        if metric not in METRICS or definition.unit != "share":
            continue
        whole = slices(marts, metric).get(None)
        if whole is None or not 0 < whole < 1:
            continue
        for dimension in definition.dimensions:
            values = set(slices(marts, metric, by=(dimension,)).values())
            if {0.0, 1.0} == values and dimension not in MEANT.get(metric, ()):
                found.add((metric, dimension))
    assert found == set()


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_a_dimension_that_defines_the_numerator_is_refused(release: LiveRelease, metric: str) -> None:
    for dimension in release.semantics.metrics[metric].part_by:
        assert dimension not in release.semantics.dimensions(metric)
        having = release.semantics.named(dimension)
        known = (text_of(value) for one in having for value in release.engine.values(one.qualified))
        value = next((text for text in known if text is not None), None)
        asked = (
            Question(metrics=(metric,), by=(dimension,)),
            Question(metrics=(metric,), where={**WITHIN.get(metric, {}), dimension: (value,)}),
        )
        for question in asked:
            row = ask(release, question).one(metric)
            assert row.value is None
            assert row.status in ("not_sliceable", "no_data")
            if row.status == "not_sliceable":
                assert f"{dimension} says which part" in str(row.reason)


def test_every_refused_dimension_of_a_share_exists_in_its_numerator(release: LiveRelease) -> None:
    semantics = release.semantics
    for name, metric in semantics.metrics.items():
        if metric.part_by and metric.numerator:
            known = set(semantics.dimensions(metric.numerator)) | set(semantics.metrics[metric.numerator].part_by)
            assert set(metric.part_by) <= known, name

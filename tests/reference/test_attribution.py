"""Published and independently computed values of attribution: METHODS, section 2. PathData is read in place."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from dbt_project.methods.attribution.contributions import (
    PathCounts,
    first_touch,
    last_touch,
    linear_touch,
    markov,
    read_paths,
    shapley,
)
from tests.reference.pathdata import REMOVAL_EFFECTS


@pytest.fixture(scope="module")
def path_data(shared: Path) -> PathCounts:
    file = shared / "data" / "pathdata" / "PathData.csv"
    if not file.is_file():
        pytest.skip(f"no PathData at {file}")
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    numbers = {
        name: np.array([float(row[column]) for row in rows])
        for name, column in (
            ("conversions", "total_conversions"),
            ("value", "total_conversion_value"),
            ("non_conversions", "total_null"),
        )
    }
    return read_paths([row["path"] for row in rows], **numbers)


def named(paths: PathCounts, values: np.ndarray) -> dict[str, float]:
    return dict(zip(paths.channels, values.tolist(), strict=True))


def test_totals(path_data: PathCounts) -> None:
    assert path_data.conversions.sum() == 19785
    assert path_data.value.sum() == pytest.approx(74802.971587, abs=1e-6)
    assert path_data.non_conversions.sum() == 68602


def test_first_touch(path_data: PathCounts) -> None:
    found = named(path_data, first_touch(path_data).conversions)
    assert {name: found[name] for name in ("alpha", "iota", "eta", "beta")} == {
        "alpha": 6308,
        "iota": 4606,
        "eta": 3164,
        "beta": 2831,
    }


def test_last_touch(path_data: PathCounts) -> None:
    found = named(path_data, last_touch(path_data).conversions)
    assert {name: found[name] for name in ("alpha", "eta", "iota", "lambda")} == {
        "alpha": 8447,
        "eta": 4167,
        "iota": 3355,
        "lambda": 1207,
    }


def test_linear_touch(path_data: PathCounts) -> None:
    found = named(path_data, linear_touch(path_data).conversions)
    expected = {"alpha": 7574.7186, "iota": 3857.0962, "eta": 3539.9512}
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=5e-5)


def test_markov_of_order_1_with_paths_without_conversion(path_data: PathCounts) -> None:
    found = markov(path_data)
    assert found.effects is not None
    assert found.probability == pytest.approx(0.2238451356, abs=5e-11)
    assert named(path_data, found.effects) == pytest.approx(REMOVAL_EFFECTS, abs=5e-7)
    conversions = named(path_data, found.conversions)
    expected = {"alpha": 5344.95, "iota": 3884.61, "eta": 3340.85}
    assert {name: conversions[name] for name in expected} == pytest.approx(expected, abs=5e-3)


def test_all_models_distribute_the_same_totals(path_data: PathCounts) -> None:
    models = (first_touch, last_touch, linear_touch, markov, lambda paths: markov(paths, order=2), shapley)
    for model in models:
        found = model(path_data)
        assert found.conversions.sum() == pytest.approx(19785, abs=1e-6)
        assert found.value.sum() == pytest.approx(74802.971587, abs=1e-5)

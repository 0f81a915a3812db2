"""METHODS, section 2, through the real models: PathData as a `web/paths` source, from the file to the mart."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from ingestion import load_mappings, load_source, prepare
from pipeline.dbt.runner import build
from tests.reference.pathdata import REMOVAL_EFFECTS
from workspace import load_workspace

CX_YML = """\
company: Paths only
timezone: UTC
currency: EUR
sources:
  - name: counted_paths
    kind: web
    vendor: csv
    entity: paths
    path: inbox/PathData.csv
    columns: {conversions: total_conversions, value: total_conversion_value, non_conversions: total_null}
"""
TOUCHPOINT_TYPES = "data_source,event,role,occurrence,touchpoint,stage,corner,interaction\n"
CHANNELS = "data_source,utm_source,utm_medium,channel,presence,method\n"
Contributions = Mapping[str, Mapping[str, tuple[float, float | None]]]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def contributions(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Contributions:
    """Model -> channel -> contributed conversions and removal effect."""
    file = shared / "data" / "pathdata" / "PathData.csv"
    if not file.is_file():
        pytest.skip(f"no PathData at {file}")
    root = tmp_path_factory.mktemp("paths")
    for folder in ("inbox", "mappings"):
        (root / folder).mkdir()
    shutil.copyfile(file, root / "inbox" / "PathData.csv")
    (root / "cx.yml").write_text(CX_YML)
    (root / "mappings" / "touchpoint_types.csv").write_text(TOUCHPOINT_TYPES)
    (root / "mappings" / "channels.csv").write_text(CHANNELS)
    workspace = load_workspace(root)
    prepare(workspace)
    load_mappings(workspace, run_id="paths")
    load_source(workspace, "counted_paths", run_id="paths")
    assert build(workspace.paths, run_id="paths", models=["+fct_channel_contributions"], with_tests=False).success
    with duckdb.connect(str(workspace.paths.marts_database), read_only=True) as connection:
        rows = connection.execute(
            "select model, channel, conversions, effect, revenue from marts.fct_channel_contributions "
            "where conversion = 'counted_paths' and period = 'all' and segment = 'all'"
        ).fetchall()
    found: dict[str, dict[str, tuple[float, float | None]]] = {}
    for model, channel, conversions, effect, _ in rows:
        found.setdefault(model, {})[channel] = (conversions, effect)
    for model in found:
        assert sum(row[2] for row in rows if row[0] == model) == pytest.approx(19785, abs=1e-6)
        assert sum(row[4] for row in rows if row[0] == model) == pytest.approx(74802.971587, abs=1e-4)
    return found


def conversions(contributions: Contributions, model: str, *channels: str) -> dict[str, float]:
    return {channel: contributions[model][channel][0] for channel in channels}


def test_an_export_of_paths_has_all_six_models(contributions: Contributions) -> None:
    assert set(contributions) == {"first", "last", "linear", "markov_1", "markov_2", "shapley"}
    assert {len(channels) for channels in contributions.values()} == {12}


def test_first_touch(contributions: Contributions) -> None:
    expected = {"alpha": 6308, "iota": 4606, "eta": 3164, "beta": 2831}
    assert conversions(contributions, "first", *expected) == expected


def test_last_touch(contributions: Contributions) -> None:
    expected = {"alpha": 8447, "eta": 4167, "iota": 3355, "lambda": 1207}
    assert conversions(contributions, "last", *expected) == expected


def test_linear_touch(contributions: Contributions) -> None:
    expected = {"alpha": 7574.7186, "iota": 3857.0962, "eta": 3539.9512}
    assert conversions(contributions, "linear", *expected) == pytest.approx(expected, abs=5e-5)


def test_markov_of_order_1(contributions: Contributions) -> None:
    expected = {"alpha": 5344.95, "iota": 3884.61, "eta": 3340.85}
    assert conversions(contributions, "markov_1", *expected) == pytest.approx(expected, abs=5e-3)
    effects = {channel: effect for channel, (_, effect) in contributions["markov_1"].items()}
    assert effects == pytest.approx(REMOVAL_EFFECTS, abs=5e-7)

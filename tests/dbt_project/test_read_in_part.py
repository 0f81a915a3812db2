"""After an edit of models' SQL the project is read in part, and is then as if it had been read whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from pipeline.dbt import project
from tests.project_copy import copy_project
from workspace.paths import MANIFEST_FILE

pytestmark = pytest.mark.thorough

# A mart with metrics of all kinds, a model that most others stand on, and one that is written into its readers.
EDITED: Final = (
    "marts/orders/fct_orders.sql",
    "intermediate/company/int_company__as_of.sql",
    "intermediate/touchpoints/source_events/int_touchpoints__deal_events.sql",
)
# When something was read, and in which order.
VOLATILE: Final = frozenset(
    {"created_at", "generated_at", "invocation_id", "invocation_started_at", "run_started_at", "group_map"}
)


def steady(found: Any) -> Any:
    """A manifest without what differs between two readings of one project."""
    if isinstance(found, dict):
        return {key: steady(value) for key, value in found.items() if key not in VOLATILE}
    return [steady(one) for one in found] if isinstance(found, list) else found


def read(folder: Path) -> Mapping[str, Any]:
    return {name: json.loads((folder / name).read_bytes()) for name in ("manifest.json", MANIFEST_FILE)}


def test_a_project_read_in_part_is_as_if_it_was_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = copy_project(tmp_path / "project")
    for module in ("project", "invocation"):
        monkeypatch.setattr(f"pipeline.dbt.{module}.PROJECT_FOLDER", copy)
    caches = [tmp_path / name for name in ("one", "another")]
    for cache in caches:
        cache.mkdir()
    monkeypatch.setattr(project, "cache_folder", lambda: caches[0])
    before = project.read_project().parent
    for nth, name in enumerate(EDITED):
        file = copy / "dbt_project" / "models" / name
        # Another parent, too: a comment would be a change that nothing follows from.
        file.write_text(f"-- {{{{ ref('stg_config__sources') }}}} {nth}\n{file.read_text()}")
    in_part = project.read_project().parent
    monkeypatch.setattr(project, "cache_folder", lambda: caches[1])
    whole = project.read_project().parent
    assert [(folder / "done").read_text() for folder in (before, in_part, whole)] == ["whole", "", "whole"]
    found, expected = read(in_part), read(whole)
    assert steady(found["manifest.json"]) == steady(expected["manifest.json"])
    # The order of definitions belongs to a release.
    assert found[MANIFEST_FILE] == expected[MANIFEST_FILE]
    assert read(before) != expected

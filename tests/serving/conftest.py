"""A release over the fixture project."""

from __future__ import annotations

from pathlib import Path

import pytest

from serving import LiveRelease, open_release
from tests.serving.world import publish
from workspace.paths import WorkspacePaths

FIXTURE_PROJECT = Path(__file__).parent / "fixture_project"


@pytest.fixture(scope="session")
def manifest() -> str:
    """semantic_manifest.json of the fixture project, as dbt made it (test_fixture_project says so)."""
    return (FIXTURE_PROJECT / "semantic_manifest.json").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def paths(tmp_path_factory: pytest.TempPathFactory, manifest: str) -> WorkspacePaths:
    """A workspace with one published release. Tests that publish more make their own."""
    paths = WorkspacePaths(tmp_path_factory.mktemp("workspace"))
    publish(paths, "run-1", manifest)
    return paths


@pytest.fixture(scope="session")
def release(paths: WorkspacePaths) -> LiveRelease:
    return open_release(paths)

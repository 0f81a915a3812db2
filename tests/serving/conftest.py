"""A release over the fixture project, parsed by dbt once per session."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from serving import LiveRelease, open_release
from tests.serving.world import publish
from workspace.environment import silence_telemetry
from workspace.paths import WorkspacePaths

FIXTURE_PROJECT = Path(__file__).parent / "fixture_project"


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> str:
    """semantic_manifest.json of the fixture project."""
    silence_telemetry()
    from dbt.cli.main import dbtRunner

    folder = tmp_path_factory.mktemp("fixture") / "project"
    shutil.copytree(FIXTURE_PROJECT, folder)
    arguments = ["--project-dir", str(folder), "--profiles-dir", str(folder), "--target-path", str(folder / "target")]
    result = dbtRunner().invoke(["parse", "--quiet", "--log-path", str(folder / "logs"), *arguments])
    assert result.success, result.exception
    return (folder / "target" / "semantic_manifest.json").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def paths(tmp_path_factory: pytest.TempPathFactory, manifest: str) -> WorkspacePaths:
    """A workspace with one published release. Tests that publish more make their own."""
    paths = WorkspacePaths(tmp_path_factory.mktemp("workspace"))
    publish(paths, "run-1", manifest)
    return paths


@pytest.fixture(scope="session")
def release(paths: WorkspacePaths) -> LiveRelease:
    return open_release(paths)

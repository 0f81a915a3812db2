"""A session over the fixture project's release."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.kit.page_session import PageSession, open_session
from tests.serving.conftest import FIXTURE_PROJECT
from tests.serving.world import publish
from workspace.paths import WorkspacePaths


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explore")
    manifest = (FIXTURE_PROJECT / "semantic_manifest.json").read_text(encoding="utf-8")
    publish(WorkspacePaths(folder), "run-1", manifest)
    return folder


@pytest.fixture(scope="session")
def session(root: Path) -> PageSession:
    return open_session(root)

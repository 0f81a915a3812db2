"""Fixtures that every folder of tests shares."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.built_demo import build_demo

# A busy machine is slow, not wrong: property tests are judged by what they find, not by the clock.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real and vendor-shaped data beside the repository; tests that need it skip where it is absent."""
    folder = REPOSITORY.parent / "shared"
    if not (folder / "workspaces").is_dir():
        pytest.skip(f"no shared test data at {folder}")
    return folder


@pytest.fixture(scope="session")
def demo_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo company, run and published once for all workers. Read it; copy it before changing anything."""
    folder = tmp_path_factory.getbasetemp()
    return build_demo(folder.parent if folder.name.startswith("popen") else folder)

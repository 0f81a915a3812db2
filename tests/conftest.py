"""Fixtures that every folder of tests shares."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from tests.built_demo import build_demo, start_building

# A busy machine is slow, not wrong: property tests are judged by what they find, not by the clock.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

REPOSITORY = Path(__file__).resolve().parents[1]
# Files with tests that open pages of the demo: one worker runs them all, since a page's first opening takes longest.
_OPENS_PAGES = "open_page(demo_workspace"
_BUILDER = pytest.StashKey[subprocess.Popen[bytes]]()


class _ByFile(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
    """A worker takes a file at a time, and all files that open pages of the demo together."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return _OPENS_PAGES if _opens_pages(REPOSITORY / file) else file


@cache
def _opens_pages(path: Path) -> bool:
    return _OPENS_PAGES in path.read_text()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _ByFile:
    return _ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of ingestion and models come first: the demo is built beside them. Then what takes longest, and needs it.

    A page takes ten times as long as another test. The quick ones come last, so that no worker waits for the other. Of
    each kind the files with the most tests come first. Workers of pytest-xdist must find the same order, so it follows
    from the tests alone (`--no-loadscope-reorder`).
    """
    sizes = Counter(item.path for item in items)
    late = {item.path for item in items if _needs_demo(item)}
    early = {REPOSITORY / "tests" / "ingestion", REPOSITORY / "tests" / "dbt_project"}

    def turn(path: Path) -> int:
        if path in late:
            return 1 if _opens_pages(path) else 2
        return 3 if early.isdisjoint(path.parents) else 0

    items.sort(key=lambda item: (turn(item.path), -sizes[item.path], str(item.path)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start to build the demo beside the tests that come first, where one of this session will ask for it."""
    if os.environ.get("PYTEST_XDIST_WORKER", "gw0") != "gw0" or session.config.option.collectonly:
        return
    if any(map(_needs_demo, getattr(session, "items", ()))):
        session.stash[_BUILDER] = start_building(_demo_folder(session.config._tmp_path_factory))  # type: ignore[attr-defined]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Leave no process behind: the demo is finished where other workers may wait for it, else given up."""
    builder = session.stash.get(_BUILDER, None)
    if builder is not None:
        if exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            builder.terminate()
        builder.wait()


def _needs_demo(item: pytest.Item) -> bool:
    return "demo_workspace" in getattr(item, "fixturenames", ())


def _demo_folder(factory: pytest.TempPathFactory) -> Path:
    """Where all workers of a session find the demo."""
    folder = factory.getbasetemp()
    return folder.parent if folder.name.startswith("popen") else folder


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
    return build_demo(_demo_folder(tmp_path_factory))

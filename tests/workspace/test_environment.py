"""Caches work also for a user without a home folder."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from workspace import WorkspaceError
from workspace.environment import cache_folder, inherited


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A user whose home cannot be made, with a folder of temporary files of its own."""
    in_the_way = tmp_path / "a file"
    in_the_way.touch()
    monkeypatch.setenv("HOME", str(in_the_way / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return temporary


def test_the_cache_is_where_the_user_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own" / "customer-answers"


def test_a_user_without_a_home_gets_a_private_cache(homeless: Path) -> None:
    folder = cache_folder()
    assert folder.parent == homeless
    assert folder.stat().st_mode & 0o777 == 0o700
    assert cache_folder() == folder


def test_a_cache_owned_by_another_user_is_not_used(homeless: Path) -> None:
    elsewhere = homeless / "elsewhere"
    elsewhere.mkdir()
    cache_folder().rmdir()
    (homeless / f"customer-answers-{elsewhere.stat().st_uid}").symlink_to(elsewhere)
    with pytest.raises(WorkspaceError, match="XDG_CACHE_HOME"):
        cache_folder()


@pytest.mark.parametrize(("said", "cores"), [({}, {1}), ({"OPENBLAS_NUM_THREADS": "2"}, {2})])
def test_matrices_are_on_one_core_unless_the_user_says_otherwise(
    said: dict[str, str], cores: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    asked = (
        "import json; from workspace.environment import prepare_libraries; prepare_libraries();"
        "import numpy, scipy.linalg; from threadpoolctl import threadpool_info;"
        "print(json.dumps([one['num_threads'] for one in threadpool_info()]))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", asked], env=inherited(said), capture_output=True, text=True, check=True
    ).stdout
    assert set(json.loads(printed)) == cores

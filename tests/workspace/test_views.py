"""Saved views: what the file says, what is wrong with it, and that the app's changes lose nothing."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from workspace.errors import WorkspaceError
from workspace.paths import WorkspacePaths
from workspace.views import (
    SavedView,
    delete_view,
    path_of,
    place_view,
    read_views,
    rename_view,
    save_view,
)

ADDRESS = "explore?metric=revenue&by=segment"


@pytest.fixture
def paths(tmp_path: Path) -> WorkspacePaths:
    return WorkspacePaths(tmp_path)


def names(paths: WorkspacePaths) -> list[str]:
    return [view.name for view in read_views(paths).views]


def said(paths: WorkspacePaths) -> str:
    return "\n".join(map(str, read_views(paths).problems))


def test_a_workspace_without_the_file_has_no_views_and_no_problem(paths: WorkspacePaths) -> None:
    found = read_views(paths)
    assert (found.views, found.pages, found.problems) == ((), (), ())


def test_a_saved_view_is_read_again_with_its_page(paths: WorkspacePaths) -> None:
    save_view(paths, SavedView("Revenue: by segment # 1", ADDRESS), page="Board – März")
    found = read_views(paths)
    assert found.views == (SavedView("Revenue: by segment # 1", ADDRESS),)
    assert [(page.title, page.views) for page in found.pages] == [("Board – März", ("Revenue: by segment # 1",))]
    assert found.problems == ()


def test_a_change_leaves_comments_and_the_rest_of_the_file(paths: WorkspacePaths) -> None:
    text = f"# Reviewed by finance\nviews:\n  - name: One  # the first\n    address: {ADDRESS}\n"
    paths.views.write_text(text)
    save_view(paths, SavedView("Two", ADDRESS))
    assert paths.views.read_text().startswith(text)
    assert names(paths) == ["One", "Two"]


def test_a_name_that_is_taken_is_refused_and_the_first_view_stays(paths: WorkspacePaths) -> None:
    save_view(paths, SavedView("One", ADDRESS))
    before = paths.views.read_bytes()
    with pytest.raises(WorkspaceError, match=r"“One” already.*another name"):
        save_view(paths, SavedView(" One ", "explore?metric=orders"))
    assert paths.views.read_bytes() == before


@pytest.mark.parametrize("name", ["", "  ", "***", "a\u202eb", "x" * 81])
def test_a_text_that_is_no_name_is_refused(paths: WorkspacePaths, name: str) -> None:
    with pytest.raises(WorkspaceError):
        save_view(paths, SavedView(name, ADDRESS))
    assert not paths.views.exists()


def test_a_view_is_renamed_on_its_pages_too(paths: WorkspacePaths) -> None:
    save_view(paths, SavedView("One", ADDRESS), page="Board")
    save_view(paths, SavedView("Two", ADDRESS), page="Board")
    rename_view(paths, "One", "First")
    found = read_views(paths)
    assert found.pages[0].views == ("First", "Two")
    assert found.problems == ()
    with pytest.raises(WorkspaceError, match="“Two” already"):
        rename_view(paths, "First", "Two")
    with pytest.raises(WorkspaceError, match="no view “One” any more"):
        rename_view(paths, "One", "Third")


def test_a_page_goes_with_its_last_view(paths: WorkspacePaths) -> None:
    save_view(paths, SavedView("One", ADDRESS), page="Board")
    place_view(paths, "One", ["Board", "Service"])
    assert [page.title for page in read_views(paths).pages] == ["Board", "Service"]
    place_view(paths, "One", ["Service"])
    assert [page.title for page in read_views(paths).pages] == ["Service"]
    delete_view(paths, "One")
    found = read_views(paths)
    assert (found.views, found.pages, found.problems) == ((), (), ())
    delete_view(paths, "One")  # another session was faster


def _save_some(root: str, worker: int) -> None:
    for nth in range(8):
        save_view(WorkspacePaths(Path(root)), SavedView(f"{worker}-{nth}", ADDRESS), page=f"Page {worker}")


def test_sessions_that_save_at_once_lose_nothing(paths: WorkspacePaths) -> None:
    # Not by multiprocessing: what it starts imports the main module, which a test of the app may have put in its place.
    call = "from tests.workspace.test_views import _save_some; _save_some({!r}, {})"
    processes = [
        subprocess.Popen([sys.executable, "-c", call.format(str(paths.root), worker)], cwd=Path(__file__).parents[2])
        for worker in range(2)
    ]
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda worker: _save_some(str(paths.root), worker), (2, 3, 4)))
    for process in processes:
        assert process.wait(60) == 0
    found = read_views(paths)
    assert sorted(view.name for view in found.views) == sorted(
        f"{worker}-{nth}" for worker in range(5) for nth in range(8)
    )
    assert {page.title: len(page.views) for page in found.pages} == {f"Page {worker}": 8 for worker in range(5)}
    assert [file.name for file in paths.root.iterdir()] == ["views.yml"]


def test_of_a_file_with_faults_the_other_views_stay_usable(paths: WorkspacePaths) -> None:
    paths.views.write_text(
        "views:\n"
        f"  - name: Good\n    address: {ADDRESS}\n"
        f"  - name: Good\n    address: {ADDRESS}\n"
        "  - name: Elsewhere\n    address: https://example.com/explore?metric=revenue\n"
        f"  - address: {ADDRESS}\n"
        "  - just a text\n"
        "pages:\n"
        "  - title: Board\n    views: [Good, Lost]\n"
        "  - title: board!\n    views: [Good]\n"
        "  - title: Empty\n"
        "more: 1\n"
    )
    found = read_views(paths)
    assert [view.name for view in found.views] == ["Good"]
    assert [(page.title, page.views) for page in found.pages] == [("Board", ("Good",))]
    assert [str(problem).partition(". ")[0] for problem in found.problems] == [
        "views.yml:16: Unknown key 'more'",
        "views.yml:4: There are two views “Good”",
        "views.yml:6: The address of the view “Elsewhere” is not one of Explore metrics",
        "views.yml:8: View 4 has no name",
        "views.yml:9: View 5 has no name",
        "views.yml:11: The page “Board” names a view “Lost” that cannot be shown",
        "views.yml:13: The pages “Board” and “board!” have the same address",
        "views.yml:15: Page 3 has no list of views",
    ]
    assert all(problem.fix for problem in found.problems)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("views: [", "not valid YAML"),
        ("- a\n- b\n", "holds no keys"),
        ("views: []\nviews: []\n", "not valid YAML"),
        ("[" * 60, "nested too deep"),
        ("x: y\n" * 300_000, "too much for a configuration"),
    ],
)
def test_a_file_that_cannot_be_read_is_reported_and_never_written(paths: WorkspacePaths, text: str, what: str) -> None:
    paths.views.write_text(text)
    assert what in said(paths)
    with pytest.raises(WorkspaceError, match=what):
        save_view(paths, SavedView("One", ADDRESS))
    assert paths.views.read_text() == text


def test_a_link_out_of_the_workspace_is_neither_read_nor_written(tmp_path: Path) -> None:
    outside, root = tmp_path / "other.yml", tmp_path / "workspace"
    outside.write_text(f"views:\n  - name: Secret\n    address: {ADDRESS}\n")
    root.mkdir()
    paths = WorkspacePaths(root)
    paths.views.symlink_to(outside)
    assert read_views(paths).views == ()
    assert "points outside the workspace" in said(paths)
    with pytest.raises(WorkspaceError, match="points outside"):
        save_view(paths, SavedView("One", ADDRESS))
    assert "One" not in outside.read_text()


def test_a_disk_that_is_full_leaves_the_file_as_it_was(paths: WorkspacePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    save_view(paths, SavedView("One", ADDRESS))
    before = paths.views.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WorkspaceError, match="cannot be written: No space left on device"):
        save_view(paths, SavedView("Two", ADDRESS))
    assert paths.views.read_bytes() == before
    assert [file.name for file in paths.root.iterdir()] == ["views.yml"]


def test_pages_have_addresses_of_their_own() -> None:
    assert path_of("Board & monthly: März") == "our-board-monthly-marz"
    assert path_of("数字") != path_of("顧客")
    assert all(letter.isalnum() or letter == "-" for letter in path_of("../\\?#%&/數"))

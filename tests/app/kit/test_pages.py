"""The registry of pages and the folders of the app name the same pages."""

from __future__ import annotations

from pathlib import Path

from app.kit.pages import PAGES


def test_every_folder_with_a_page_is_registered_and_the_reverse(repository: Path) -> None:
    folders = {file.parent.name for file in (repository / "app").glob("*/page.py")} - {"shell"}
    registered = [page.name for page in PAGES]
    assert sorted(folders) == sorted(registered)


def test_every_page_has_a_title_of_its_own_and_an_icon() -> None:
    assert [page.name for page in PAGES if not page.title.strip() or not page.icon.startswith(":material/")] == []
    assert len({page.title for page in PAGES}) == len(PAGES)

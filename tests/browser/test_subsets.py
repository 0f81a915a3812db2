"""Every page of companies with one kind of source, in a real Chromium: nothing fails, nothing is asked from outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app_server import served
from tests.browser.conftest import Visit
from tests.browser.test_pages import PAGES
from tests.subsets import KINDS, build_subset

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module", params=list(KINDS))
def address(
    request: pytest.FixtureRequest, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The app over a company of one kind of source, in place of the demo."""
    folder = tmp_path_factory.mktemp("companies")
    root = build_subset(folder, (request.param,))
    with served(root, repository, folder / "app.log") as url:
        yield url


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_one_kind_of_source_opens(visit: Visit, path: str) -> None:
    visit.open(path)
    assert visit.page.locator("h1").count() == 1
    assert visit.page.locator('[data-testid="stException"]').count() == 0
    assert visit.page.get_by_text("An error kept it from being drawn").count() == 0

"""A company of attacks in a real Chromium: no page runs, requests, links to or fails on any of them.

What the content security policy stops counts as run: Chromium tells it as an error of the console, and a visit must end
without one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Dialog

from tests.app.shell.test_hostile_addresses import PARAMETERS
from tests.app_server import served
from tests.browser.conftest import Visit
from tests.browser.hostile import NAMES, hostile_copy
from tests.browser.test_pages import PAGES
from workspace import spreadsheets

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_OPENED, MOST_POINTED_AT = 12, 8
# Whatever may take a reader elsewhere or fetch something: where it goes, as the browser understands it.
TARGETS = """() => [...document.querySelectorAll('a[href], area[href], form[action], iframe, object, embed, base, img')]
    .map(one => one.href?.baseVal ?? one.href ?? one.action ?? one.src ?? one.data ?? 'framed')"""
MADE = """() => [...document.querySelectorAll('[data-testid="stMain"] script, [data-testid="stMain"] style[nonce],' +
    '[data-testid="stMarkdownContainer"] :is(iframe, object, embed, form, input, video, audio, svg[onload], details)')]
    .map(one => one.outerHTML.slice(0, 200))"""
FORMATTED = """() => [...document.querySelectorAll('[data-testid="stMain"] .katex, ' +
    '[data-testid="stMarkdownContainer"] :is(h4, h5, h6, blockquote, del, hr, table)')]
    .map(one => one.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def address(demo_workspace: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over a company whose every name is an attack, in place of the demo."""
    folder = tmp_path_factory.mktemp("hostile")
    with served(hostile_copy(demo_workspace, folder), repository, folder / "app.log") as url:
        yield url


@pytest.fixture
def dialogs(visit: Visit) -> list[str]:
    """Every dialogue that a script opened: `alert(1)` of a payload."""
    opened: list[str] = []

    def note(dialog: Dialog) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    visit.page.on("dialog", note)
    return opened


def check(visit: Visit, dialogs: list[str]) -> None:
    """Nothing of the data runs, loads, links or formats, and no part of the page failed."""
    page = visit.page
    ours = (visit.address, "data:", "blob:")
    assert [target for target in page.evaluate(TARGETS) if not str(target).startswith(ours)] == []
    assert page.evaluate(MADE) == []
    assert page.evaluate(FORMATTED) == []
    assert dialogs == []
    assert visit.outside == []
    assert visit.errors == []
    assert page.locator("h1").count() == 1
    assert page.locator('[data-testid="stException"]').count() == 0
    assert page.get_by_text("An error kept it from being drawn").count() == 0
    assert len(page.locator("h1").inner_text()) < 500
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def look_everywhere(visit: Visit) -> None:
    """Open what is closed and point at what explains itself: data are shown there, too."""
    page = visit.page
    closed = page.locator('[data-testid="stExpander"] details:not([open]) > summary:visible')
    for _ in range(min(closed.count(), MOST_OPENED)):
        if closed.count():
            closed.first.click()
    visit.settle()
    for icon in page.locator('[data-testid="stTooltipHoverTarget"]:visible').all()[:MOST_POINTED_AT]:
        icon.hover(force=True)
        page.wait_for_timeout(120)
    for mark in page.locator('[data-testid="stVegaLiteChart"] [role="graphics-symbol"]:visible').all()[
        :MOST_POINTED_AT
    ]:
        mark.hover(force=True)
        page.wait_for_timeout(60)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_does_not_interpret_hostile_names(visit: Visit, dialogs: list[str], path: str) -> None:
    visit.open(path)
    check(visit, dialogs)
    look_everywhere(visit)
    check(visit, dialogs)
    for button in visit.page.get_by_test_id("stPopover").locator("button:visible").all()[:2]:
        button.click()
        visit.page.get_by_test_id("stPopoverBody").first.wait_for()
        check(visit, dialogs)
        visit.page.keyboard.press("Escape")
    for box in visit.page.locator('[data-testid="stSelectbox"] input:visible').all()[:2]:
        # A list of choices closes again when the page scrolls.
        box.scroll_into_view_if_needed()
        visit.page.wait_for_timeout(500)
        box.click()
        visit.page.get_by_role("option").first.wait_for()
        check(visit, dialogs)
        visit.page.keyboard.press("Escape")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_does_not_interpret_a_hostile_url(visit: Visit, dialogs: list[str], path: str) -> None:
    start = 17 * list(PAGES).index(path)
    payloads = [NAMES[(start + at) % len(NAMES)][:800] for at in range(len(PARAMETERS))]
    visit.open(f"{path}?{urlencode(dict(zip(PARAMETERS, payloads, strict=True)))}")
    check(visit, dialogs)


@pytest.mark.parametrize("at", range(0, len(NAMES), 4))
def test_a_hostile_release_in_the_url_gives_a_message(visit: Visit, dialogs: list[str], at: int) -> None:
    for name in NAMES[at : at + 4]:
        visit.open(f"?release={quote(name[:1500])}")
        assert visit.page.locator("h1").inner_text() == "That release is no longer kept"
        check(visit, dialogs)


@pytest.mark.parametrize("path", ["who", "quality"])
def test_downloads_are_text_files_without_formulas(visit: Visit, tmp_path: Path, path: str) -> None:
    visit.open(path)
    page = visit.page
    if path == "who":
        page.get_by_role("button", name="Source").last.click()
        page.get_by_test_id("stPopoverBody").wait_for()
    button = page.get_by_text(re.compile(r"^Download.*CSV")).last
    with page.expect_response(re.compile("/media/")) as answered, page.expect_download() as started:
        button.click()
    headers = answered.value.headers
    assert headers["content-disposition"].startswith("attachment")
    assert headers["content-type"].startswith("text/csv")
    assert headers["x-content-type-options"] == "nosniff"
    file = tmp_path / "data.csv"
    started.value.save_as(file)
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
    assert len(rows) > 1
    assert [cell for row in rows for cell in row if spreadsheets.cell(cell) != cell] == []

"""Every page by axe, and by keyboard alone, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from app.kit.pages import HOME, PAGES
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.thorough]

# In the navigation of Streamlit itself groups of links are lists inside a list.
STREAMLITS = {"list": "stSidebarNavItems", "listitem": "<li class="}
IS_INSIDE = """() => document.activeElement.closest('[data-testid="stPopoverBody"]') !== null"""
TABS = 60  # presses of the Tab key, after which what is looked for must have been reached


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page into which axe may write its script: the app's own policy lets no other script in."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    yield context.new_page()
    context.close()


def ours(violation: dict[str, Any]) -> list[str]:
    """The elements of a violation that this app has made."""
    theirs = STREAMLITS.get(violation["id"])
    return [node["html"][:160] for node in violation["nodes"] if theirs is None or theirs not in node["html"]]


@pytest.mark.parametrize("name", [one.name for one in PAGES])
def test_axe_finds_nothing_that_is_ours(page: Page, address: str, name: str) -> None:
    Visit(page, address).open("" if name == HOME.name else name)
    page.wait_for_timeout(500)
    found = {violation["id"]: ours(violation) for violation in Axe().run(page).response["violations"]}
    assert {rule: elements for rule, elements in found.items() if elements} == {}


def focused(page: Page) -> str:
    """What the element with the focus is called."""
    name: str = page.evaluate(
        "(document.activeElement?.getAttribute('aria-label') || document.activeElement?.innerText || '')"
    )
    return name


def tab_to(page: Page, pattern: str) -> None:
    """Press Tab until the element with the focus is called what `pattern` finds."""
    for _ in range(TABS):
        page.keyboard.press("Tab")
        if re.search(pattern, focused(page)):
            return
    pytest.fail(f"{TABS} times Tab did not reach what is called {pattern}")


def test_filters_a_popover_and_a_download_are_reached_by_keyboard_alone(visit: Visit) -> None:
    visit.open("who")
    page = visit.page
    page.locator("h1").click()
    tab_to(page, "All regions")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.wait_for_function(IS_INSIDE)
    page.keyboard.press("Escape")
    page.get_by_test_id("stPopoverBody").wait_for(state="detached")
    assert "All regions" in page.evaluate("document.activeElement.innerText")
    tab_to(page, "Source")
    page.keyboard.press("Enter")
    # It is the first of the popover, and may be drawn after what follows it.
    page.wait_for_function("() => document.activeElement.innerText.includes('Download data')")
    with page.expect_download() as started:
        page.keyboard.press("Enter")
    assert started.value.suggested_filename.endswith(".csv")


def test_names_that_are_read_aloud_hold_no_codes_of_icons(visit: Visit) -> None:
    visit.open("")
    # What Streamlit says with an icon's code in it; cards may be drawn some frames after the page.
    visit.page.locator('[aria-label^="Help for "]').first.wait_for(state="attached")
    names: list[str] = visit.page.eval_on_selector_all(
        "[aria-label]", "all => all.map(e => e.getAttribute('aria-label'))"
    )
    assert [name for name in names if ":material/" in name] == []


def test_a_drawer_opens_by_keyboard_and_the_address_names_it(visit: Visit) -> None:
    visit.open("who")
    page = visit.page
    page.locator("h2").last.click()
    tab_to(page, "Groups of customers")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("open_groups=true"))
    page.get_by_role("radio", name="Segment").wait_for()

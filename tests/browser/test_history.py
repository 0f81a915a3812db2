"""Back, Forward and Reload lead to a page as it was: its address, its filters, its numbers. In a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Error

from app.kit.pages import page_of
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.thorough]

WAIT = 20_000  # milliseconds, for a page to be drawn again
OPENINGS = 5  # of a page in a row, at most: Back pressed three times opens it as often
PRESSES = 100  # of Back, at most, until the browser takes one
WALKS = 3  # times that each walk is done: what holds two times in three does not hold
# What a reader sees of a page: its address, what its filters say, its answer, and its numbers.
SEEN = """() => JSON.stringify({
    address: location.pathname + location.search,
    segment: document.querySelector('[data-testid="stButtonGroup"] [aria-checked="true"]')?.innerText,
    popover: document.querySelector('[data-testid="stPopover"] button')?.innerText,
    answer: document.querySelector('h1')?.innerText,
    numbers: [...document.querySelectorAll('[data-testid="stMetricValue"]')].map(e => e.innerText),
    running: document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState,
    stale: document.querySelectorAll('[data-stale="true"]').length,
})"""
AT_REST = '"running":"notRunning","stale":0'
ONE: Mapping[str, str] = {"segment": "Enterprise"}
SEVERAL: Mapping[str, str] = {"segment": "Consumer", "Region": "", "Period": "Last 6 months"}


def seen(visit: Visit) -> str:
    """What the page shows, once it is drawn."""
    for _ in range(OPENINGS):
        visit.settle()
        try:
            shown: str = visit.page.evaluate(SEEN)
        except Error:  # the page is just being opened again
            continue
        if AT_REST in shown:  # between settling and looking it may have begun to be drawn once more
            return shown
    pytest.fail(f"the page was opened {OPENINGS} times, and did not come to rest")


def see_again(visit: Visit, before: str, when: str) -> None:
    """Wait until the page shows what it showed `before`, and goes on showing it once it is settled."""
    # Where it does not, the difference says more than that it took too long.
    with suppress(Error):
        visit.page.wait_for_function(f"before => ({SEEN})() === before", arg=before, timeout=WAIT)
    assert seen(visit) == before, when


def query(shown: str) -> dict[str, list[str]]:
    """The parameters of the address that `seen` found."""
    found = re.search(r'"address":"([^"]*)"', shown)
    assert found
    return parse_qs(urlsplit(found[1]).query)


def choose(visit: Visit, filters: Mapping[str, str]) -> None:
    """Choose a segment in the row, and others in the popover; for an empty word the second that is offered."""
    page = visit.page
    for name, value in filters.items():
        before = page.evaluate("location.search")
        if name == "segment":
            page.get_by_test_id("stButtonGroup").first.get_by_role("radio", name=value, exact=True).click()
        else:
            page.get_by_test_id("stPopover").first.locator("button").first.click()
            page.get_by_test_id("stPopoverBody").get_by_role("combobox", name=re.compile(name)).click()
            offered = page.get_by_role("option")
            (offered.filter(has_text=value).first if value else offered.nth(1)).click()
            page.keyboard.press("Escape")
        page.wait_for_function("before => location.search !== before", arg=before)
        visit.settle()


def to_page(visit: Visit, name: str) -> None:
    """Go to another page by the sidebar."""
    heading = visit.page.locator("h1").inner_text()
    visit.page.get_by_test_id("stSidebarNav").get_by_text(page_of(name).title, exact=True).click()
    visit.settle_on(after=heading)


def to_linked(visit: Visit) -> None:
    """Go to another page by the first link of this one."""
    heading = visit.page.locator("h1").inner_text()
    visit.page.get_by_test_id("stPageLink").locator("a").first.click()
    visit.settle_on(after=heading)


def walk(visit: Visit, steps: int) -> None:
    """Press Back (below 0) or Forward that many times, without waiting for the pages between."""
    browser = visit.page.context.new_cdp_session(visit.page)
    history = browser.send("Page.getNavigationHistory")
    for step in range(1, steps + 1) if steps > 0 else range(-1, steps - 1, -1):
        press(visit, history["entries"][history["currentIndex"] + step]["id"])


def press(visit: Visit, entry: int) -> None:
    """Go to an entry of the history as the browser's own button does, which has no page to ask."""
    for _ in range(PRESSES):
        with suppress(Error):  # while one page gives way to another the browser takes no orders: nothing was done
            browser = visit.page.context.new_cdp_session(visit.page)
            browser.send("Page.navigateToHistoryEntry", {"entryId": entry})
            return
        visit.page.wait_for_timeout(20)
    pytest.fail(f"the browser refused {PRESSES} times to go through its history")


@pytest.mark.parametrize("time", range(WALKS))
@pytest.mark.parametrize(
    ("start", "filters", "leave"),
    [
        pytest.param("who", ONE, partial(to_page, name="before"), id="a segment, by the sidebar"),
        pytest.param("who", SEVERAL, partial(to_page, name="outcomes"), id="three filters, by the sidebar"),
        pytest.param("", ONE, to_linked, id="a segment, by a link of the page"),
    ],
)
def test_back_forward_and_reload_keep_the_filters(
    visit: Visit, start: str, filters: Mapping[str, str], leave: Callable[[Visit], None], time: int
) -> None:
    visit.open(start)
    choose(visit, filters)
    filtered = seen(visit)
    assert len(query(filtered)) == len(filters) + 1  # the release, too
    leave(visit)
    other = seen(visit)
    walk(visit, -1)
    see_again(visit, filtered, "Back")
    visit.page.reload()
    see_again(visit, filtered, "Reload")
    walk(visit, 1)
    see_again(visit, other, "Forward")
    walk(visit, -1)
    see_again(visit, filtered, "Back once more")


@pytest.mark.parametrize("waits", [True, False], ids=["one after the other", "at once"])
@pytest.mark.parametrize("time", range(WALKS))
def test_back_three_pages_in_a_row(visit: Visit, time: int, waits: bool) -> None:
    """Each page with a filter of its own, so that none could be taken for another's."""
    visit.open("who")
    way = []
    for segment, next_page in (("Enterprise", "before"), ("Consumer", "corners"), ("Enterprise", "outcomes")):
        choose(visit, {"segment": segment})
        way.append(seen(visit))
        to_page(visit, next_page)
    way.append(seen(visit))
    if not waits:
        walk(visit, -3)
        see_again(visit, way[0], "Back three times")
        walk(visit, 3)
        see_again(visit, way[-1], "Forward three times")
        return
    for place in reversed(way[:-1]):
        walk(visit, -1)
        see_again(visit, place, "Back")
    for place in way[1:]:
        walk(visit, 1)
        see_again(visit, place, "Forward")

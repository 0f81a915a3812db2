"""How long a reader waits for a page: by clicking, in a real Chromium, from the click to content that stays as it is.

Run by `python -m benchmarks.clicks WORKSPACE` on a published workspace. Every round has a server of its own, which has
warmed up before its reader comes. He opens each page from the navigation, all of them once more, and then clicks on
each page one of its segments that nobody has chosen before: once as soon as the page is there, and once after the
server has had time to ask ahead. The medians of the rounds are printed, with the processor seconds of the server.

What the server does while the reader waits is counted, also what it asks ahead: the first of a server's columns are
more than the page's own work.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.table import Table

from app.kit.pages import PAGES
from tests.app_server import Server, server

REPOSITORY = Path(__file__).parents[1]
CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
ROUNDS: Final = 5
# Content stays as it is where nothing was drawn for so long, and the script has ended.
STILL: Final = 700  # milliseconds
LONGEST: Final = 180_000  # milliseconds that a reader waits
# The server rests where it took less than this share of a processor for so many seconds, more than it waits for quiet.
RESTS_BELOW, RESTS_FOR = 0.05, 8.0
WATCH: Final = """
    window.drawnAt = window.endedAt = 0;
    const STATE = 'data-test-script-state';
    const watch = () => new MutationObserver(changes => {
        for (const change of changes) {
            if (change.type !== 'attributes') window.drawnAt = performance.now();
            else if (change.target.getAttribute(STATE) === 'notRunning') window.endedAt = performance.now();
        }
    }).observe(document.documentElement,
        {childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: [STATE]});
    document.documentElement ? watch() : document.addEventListener('DOMContentLoaded', watch);
"""
CLICKS: Final = "element => { window.clickedAt = performance.now(); element.click(); }"
IS_STILL: Final = """still => {
    const charts = [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')];
    return window.drawnAt > window.clickedAt
        && window.endedAt > window.clickedAt
        && performance.now() - window.drawnAt > still
        && document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning'
        && !document.querySelector('[data-stale="true"]')
        && charts.every(chart => chart.querySelector('svg, canvas'));
}"""
TOOK: Final = "() => (window.drawnAt - window.clickedAt) / 1000"


@dataclass(frozen=True)
class Taken:
    """What one click took: seconds that the reader waited, and processor seconds of the server."""

    waited: float
    processor: float


def main() -> None:
    """Click, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clicks", description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--chromium", default=CHROMIUM, help=f"default: {CHROMIUM}")
    options = parser.parse_args()
    found: dict[str, dict[str, list[Taken]]] = {page.name: defaultdict(list) for page in PAGES}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=list(FLAGS))
        for nth in range(options.rounds):
            with server(options.workspace, REPOSITORY, Path(folder) / f"app{nth}.log") as started:
                read(browser, started, found)
    Console(width=140).print(table(found))


def read(browser: Browser, started: Server, found: dict[str, dict[str, list[Taken]]]) -> None:
    """One reader of one server."""
    rest(started.pid)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(WATCH)
    page = context.new_page()
    # Where he comes from does not count: the browser loads Streamlit itself there.
    page.goto(f"{started.address}/{PAGES[-1].name}")
    page.wait_for_function(IS_STILL.replace("window.clickedAt", "0"), arg=STILL, timeout=LONGEST)
    for when in ("first visit", "second visit"):
        for one in PAGES:
            found[one.name][when].append(opened(page, started, one.title))
    for when, nth in (("segment at once", 1), ("segment, asked ahead", 2)):
        for one in PAGES:
            opened(page, started, one.title)
            if when == "segment, asked ahead":
                rest(started.pid)
            buttons = page.get_by_test_id("stButtonGroup").first.get_by_role("radio")
            if has_segments(page):
                found[one.name][when].append(clicked(page, started, buttons.nth(nth)))
                clicked(page, started, buttons.first)
    context.close()


def has_segments(page: Page) -> bool:
    """Whether the page has the row of segments."""
    return page.get_by_role("radiogroup", name="Customers").count() > 0


def opened(page: Page, started: Server, title: str) -> Taken:
    """Open a page from the navigation."""
    return clicked(page, started, page.get_by_test_id("stSidebarNav").get_by_text(title, exact=True))


def clicked(page: Page, started: Server, where: object) -> Taken:
    """Click, and wait until nothing changes any more."""
    before = processor(started.pid)
    where.evaluate(CLICKS)  # type: ignore[attr-defined]
    page.wait_for_function(IS_STILL, arg=STILL, timeout=LONGEST)
    return Taken(page.evaluate(TOOK), processor(started.pid) - before)


def rest(pid: int) -> None:
    """Wait until the server has nothing to do."""
    quiet_since, last = time.monotonic(), processor(pid)
    while time.monotonic() - quiet_since < RESTS_FOR:
        time.sleep(1.0)
        now = processor(pid)
        if now - last > RESTS_BELOW:
            quiet_since = time.monotonic()
        last = now


def processor(pid: int) -> float:
    """Processor seconds that a process has taken so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def table(found: dict[str, dict[str, list[Taken]]]) -> Table:
    """Medians, page by page."""
    columns = list(dict.fromkeys(when for some in found.values() for when in some))
    shown = Table("page", *columns, title="seconds until content stays (processor seconds of the server)")
    for name, some in found.items():
        cells = []
        for when in columns:
            taken = some.get(when, [])
            cells.append(
                f"{statistics.median(one.waited for one in taken):.2f} "
                f"({statistics.median(one.processor for one in taken):.2f})"
                if taken
                else ""
            )
        shown.add_row(name, *cells)
    return shown


if __name__ == "__main__":
    main()

"""A real Chromium on the served app. In: a published demo. Out: a browser page that keeps what went wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from tests.app_server import served

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Streamlit itself asks for these below a page's path on a deep link, and gets 404.
STREAMLITS_OWN_404 = ("/_stcore/health", "/_stcore/host-config")


@dataclass
class Visit:
    """One browser page and everything that went wrong on it."""

    page: Page
    address: str
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def open(self, path: str, *, charts: int = 0) -> None:
        """Open by address and wait until the page is drawn."""
        self.page.goto(f"{self.address}/{path}")
        self.settle(charts=charts)

    def settle(self, *, charts: int = 0) -> None:
        """Wait until Streamlit has run, at least `charts` charts are there, and every one of them is drawn."""
        self.page.wait_for_selector("h1", timeout=60_000)
        self.page.wait_for_function(
            """least => {
                const charts = [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')];
                return document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning'
                    && !document.querySelector('[data-stale="true"]')
                    && charts.length >= least
                    && charts.every(chart => chart.querySelector('svg, canvas'));
            }""",
            arg=charts,
            timeout=60_000,
        )
        self.page.wait_for_timeout(300)

    def settle_on(self, *, heading: str | None = None, after: str | None = None) -> None:
        """Wait for a headline that holds `heading`, or is not the one of the page `after` which it comes; then settle.

        After a click, use this and not `settle`: the address is already the new one while Streamlit still says of the
        page before that it does not run.
        """
        found = expect(self.page.locator("h1"))
        if heading is not None:
            found.to_contain_text(heading, timeout=60_000)
        if after is not None:
            found.not_to_have_text(after, timeout=60_000)
        self.settle()


@pytest.fixture(scope="session")
def chromium() -> str | None:
    """Where Chromium is; None for Playwright's own. Skips with the reason where there is none (fails in CI)."""
    for name in ("/usr/bin/chromium", *NAMES):
        found = shutil.which(name)
        if found:
            return found
    with sync_playwright() as playwright:
        if Path(playwright.chromium.executable_path).is_file():
            return None
    reason = f"no Chromium: none of {', '.join(NAMES)} on PATH, and Playwright's is not downloaded"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


# A module at a time: as long as Playwright is open, no other test of its process can run an event loop.
@pytest.fixture(scope="module")
def browser(chromium: str | None) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            launched = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        except Error as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"Chromium does not start here: {error.message.splitlines()[0]}")
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def address(demo_workspace: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over the demo."""
    with served(demo_workspace, repository, tmp_path_factory.mktemp("app") / "app.log") as url:
        yield url


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Iterator[dict[tuple[int, str], BrowserContext]]:
    """One profile a screen, kept for a module, so that the app's scripts are fetched once."""
    opened: dict[tuple[int, str], BrowserContext] = {}
    yield opened
    for one in opened.values():
        one.close()


@pytest.fixture
def context(
    browser: Browser, contexts: dict[tuple[int, str], BrowserContext], request: pytest.FixtureRequest
) -> BrowserContext:
    """A profile of the width and colour scheme that a test asks for by indirect parametrization."""
    settings = getattr(request, "param", {})
    screen = (settings.get("width", 1440), settings.get("scheme", "light"))
    if screen not in contexts:
        contexts[screen] = browser.new_context(
            viewport={"width": screen[0], "height": 900}, color_scheme=screen[1], accept_downloads=True
        )
    return contexts[screen]


@pytest.fixture
def visit(context: BrowserContext, address: str) -> Iterator[Visit]:
    """A page that fails the test on console errors, failed responses and requests that leave this machine."""
    page = context.new_page()
    visited = Visit(page, address)

    def is_streamlits_own(url: str) -> bool:
        return url.split("?")[0].endswith(STREAMLITS_OWN_404)

    page.on("pageerror", lambda error: visited.errors.append(f"page error: {error}"))
    page.on(
        "console",
        lambda message: (
            visited.errors.append(f"console: {message.text} {message.location.get('url')}")
            if message.type == "error" and not is_streamlits_own(message.location.get("url", ""))
            else None
        ),
    )
    page.on(
        "response",
        lambda response: (
            visited.errors.append(f"{response.status} {response.url}")
            if response.status >= 400 and not is_streamlits_own(response.url)
            else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            visited.outside.append(request.url) if not request.url.startswith((address, "data:", "blob:")) else None
        ),
    )
    page.on(
        "websocket",
        lambda socket: (
            visited.outside.append(socket.url) if not socket.url.startswith(address.replace("http", "ws")) else None
        ),
    )
    yield visited
    page.close()
    assert visited.errors == []
    assert visited.outside == []


@pytest.fixture(scope="session")
def screenshots(repository: Path) -> Path:
    folder = repository / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder

"""A page of the app in Streamlit's test harness, opened by its address without drawing the home page first."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from app.kit.pages import HOME, page_of


def at_page(test: AppTest, name: str) -> AppTest:
    """Make the next run draw the page of this name.

    `AppTest.switch_page` takes a page's file name for its address until it has drawn one.
    """
    page = page_of(name)
    test._page_hash = "" if page == HOME else calc_hash(page.name)
    return test

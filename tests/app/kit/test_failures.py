"""A failing card does not fail the page: the rest is drawn, a sentence says so, the log has the reason."""

from __future__ import annotations

import logging

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import TIMEOUT


def broken_card() -> None:
    import streamlit as st

    from app.kit.failures import page, part

    with page("A page"):
        st.title("The answer")
        with part("Gates by topic"):
            st.markdown("half a card")
            raise KeyError("identifier_type")
        with part("Replies"):
            st.markdown("a whole card")


def broken_page() -> None:
    import streamlit as st

    from app.kit.failures import page

    st.markdown("the frame")
    with page("A page"):
        raise IndexError("tuple index out of range")


def stopped_page() -> None:
    import streamlit as st

    from app.kit.failures import page, part

    with page("A page"), part("Some part"):
        st.stop()
    st.markdown("never drawn")


def unknown_metric() -> None:
    from app.kit.failures import page, part
    from app.kit.page_session import Definitions

    with page("A page"), part("Promoters"):
        assert Definitions()["nps"]


def otherwise_drawn() -> None:
    import streamlit as st

    from app.kit.failures import part

    with part("The answer", otherwise=lambda: st.title("The answer cannot be shown")):
        raise ZeroDivisionError


def test_a_failing_card_is_logged_and_other_cards_are_drawn(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        page = AppTest.from_function(broken_card, default_timeout=TIMEOUT).run()
    assert not page.exception
    assert not page.error
    assert [title.value for title in page.title] == ["The answer"]
    assert "a whole card" in [text.value for text in page.markdown]
    said = page.warning[0].value
    assert said.startswith("**Gates by topic cannot be shown.**")
    assert "The rest is unaffected" in said
    assert "identifier" not in said
    logged = next(record for record in caplog.records if record.name == "app.kit.failures")
    assert "'A page'" in logged.getMessage()
    assert "'Gates by topic'" in logged.getMessage()
    assert logged.getMessage().split(":")[0] in said
    assert logged.exc_info is not None
    assert logged.exc_info[0] is KeyError


def test_a_failing_page_shows_a_heading_a_message_and_a_link(caplog: pytest.LogCaptureFixture) -> None:
    page = AppTest.from_function(broken_page, default_timeout=TIMEOUT).run()
    assert not page.exception
    assert page.markdown[0].value == "the frame"
    assert [title.value for title in page.title] == ["This page cannot be shown"]
    assert "log" in page.warning[0].value
    assert [button.label for button in page.button] == ["Open the page without filters"]
    assert "IndexError" in caplog.text


def test_a_page_that_stops_on_purpose_is_not_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    page = AppTest.from_function(stopped_page, default_timeout=TIMEOUT).run()
    assert not page.exception
    assert not page.warning
    assert "never drawn" not in [text.value for text in page.markdown]
    assert "app.kit.failures" not in [record.name for record in caplog.records]


def test_a_metric_missing_from_the_release_is_named() -> None:
    page = AppTest.from_function(unknown_metric, default_timeout=TIMEOUT).run()
    assert "This release defines no metric 'nps'" in page.warning[0].value


def test_required_content_is_drawn_after_a_failure() -> None:
    page = AppTest.from_function(otherwise_drawn, default_timeout=TIMEOUT).run()
    assert [title.value for title in page.title] == ["The answer cannot be shown"]
    assert page.warning

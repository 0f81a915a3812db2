"""A failure stays where it happens. In: a part of a page. Out: the part drawn, or a sentence there and a log entry.

Every card and every section of a page is drawn within `part`, and every page within `page`. What goes wrong is never
hidden: the sentence says that something is missing, and the log has the error under the reference that it names.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from app.kit.formatting import markdown_safe
from serving import UserError

logger = logging.getLogger(__name__)
_page: ContextVar[str] = ContextVar("page", default="")


@contextmanager
def part(what: str, *, otherwise: Callable[[], None] | None = None) -> Iterator[None]:
    """Draw a part of a page; if that fails, say so in its place, and let the rest of the page be drawn.

    Args:
        what: the part as a reader knows it; begins the sentence.
        otherwise: draws what must be shown in any case, after the sentence.
    """
    try:
        yield
    except Exception as error:  # of any kind: one failing card must not fail the page
        _say(f"{what} cannot be shown", _reason(what, error))
        if otherwise is not None:
            otherwise()


@contextmanager
def page(title: str) -> Iterator[None]:
    """Draw a page; if it fails as a whole, its title and the navigation remain, and a sentence says what happened."""
    with within(title):
        try:
            yield
        except Exception as error:  # as above
            st.title("This page cannot be shown", anchor=False)
            _say(title, _reason("the page as a whole", error))
            st.button("Open the page without filters", on_click=st.query_params.clear)


@contextmanager
def within(title: str) -> Iterator[None]:
    """Name the page that the log gives for what fails in here."""
    token = _page.set(title)
    try:
        yield
    finally:
        _page.reset(token)


def name_of_page() -> str:
    """The title of the page that is being drawn."""
    return _page.get()


def _reason(what: str, error: Exception) -> str:
    """Log an error, and say what the reader can know of it."""
    reference = secrets.token_hex(4)
    logger.error("%s: page %r, part %r could not be drawn", reference, _page.get(), what, exc_info=error)
    known = f" {error.what}" if isinstance(error, UserError) else ""
    rest = f"The rest is unaffected. The app's log has the reason under {reference}."
    return f"An error kept it from being drawn.{known} {rest}"


def _say(title: str, text: str) -> None:
    st.warning(f"**{markdown_safe(title)}.** {markdown_safe(text)}", icon=":material/error:")

"""Drawers of a page. In: a title, and what is behind it. Out: a line that opens; closed, nothing behind it is computed.

A page shows one story; what supports it is one click away. Whether a drawer is open stands in the page's address, so
that a link shows what its sender saw. Opening one computes that drawer alone, not the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import streamlit as st

from app.kit import failures
from app.kit.formatting import markdown_safe
from app.shell.turns import turn

# Before a drawer's key, in the address and in the session.
OPEN: Final = "open_"


@dataclass(frozen=True)
class Drawer:
    """A part of a page that is computed when it is opened.

    Attributes:
        title: what is behind it, as a reader would ask for it.
        key: its name in the address.
        icon: the name of a Material symbol.
        draw: draws it; what it needs is asked in there.
    """

    title: str
    key: str
    icon: str
    draw: Callable[[], None]


def look_closer(*drawers: Drawer) -> None:
    """The last part of a page: everything that supports its story."""
    st.header("Look closer", anchor=False)
    for one in drawers:
        _offer(one)


def _offer(offered: Drawer) -> None:
    page = failures.name_of_page()

    @st.fragment
    def contents() -> None:
        shown = st.expander(
            markdown_safe(offered.title),
            key=f"{OPEN}{offered.key}",
            icon=f":material/{offered.icon}:",
            on_change="rerun",
            bind="query-params",
        )
        if shown.open:
            # A drawer that is opened later is drawn alone, outside of what a page is drawn in.
            with shown, failures.within(page), turn(), failures.part(offered.title):
                offered.draw()

    contents()


def open_drawer(key: str) -> None:
    """Open a drawer, for what a button does."""
    st.session_state[f"{OPEN}{key}"] = True

"""Saved views on the page. In: a session and the choice shown. Out: views as links, and their buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from app.explore.choice import Choice, parameters_of
from app.explore.drawing import EXPLORE_PAGE
from app.kit.formatting import listing, markdown_safe
from app.kit.page_session import PageSession
from workspace.errors import Problem, WorkspaceError
from workspace.views import (
    FILE,
    NAME_LENGTH,
    SavedView,
    SavedViews,
    delete_view,
    place_view,
    rename_view,
    save_view,
)

_SAID: Final = "explore_said"


def draw(session: PageSession, choice: Choice, views: SavedViews) -> None:
    """The form that saves what is shown, and every view with what can be done with it."""
    st.header("Saved views", anchor=False)
    said = st.session_state.pop(_SAID, None)
    if said is not None:
        is_good, text = said
        (st.success if is_good else st.error)(markdown_safe(text), icon=":material/info:")
    _save(session, choice, views)
    draw_problems(views.problems)
    if not views.views:
        st.caption("None yet. A view keeps its metric, split, filters and period, and always shows the newest numbers.")
    for nth, view in enumerate(views.views):
        pages = [page.title for page in views.pages if view.name in page.views]
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.page_link(
                EXPLORE_PAGE,
                label=markdown_safe(view.name),
                icon=":material/bookmark:",
                query_params=[(key, value) for key, some in parameters_of(view.address).items() for value in some],
            )
            if pages:
                st.caption(markdown_safe(f"on {listing(pages)}"), width="content")
            with st.popover("Edit", type="tertiary", icon=":material/edit:", key=f"edit_{nth}"):
                _edit(session, views, view, pages, nth)


def draw_problems(problems: tuple[Problem, ...]) -> None:
    """What of the file cannot be used, and what to do."""
    for problem in problems:
        where = FILE if problem.line is None else f"{FILE}, line {problem.line}"
        st.warning(markdown_safe(f"{where}: {problem.what} {problem.fix}"), icon=":material/error:")


def _save(session: PageSession, choice: Choice, views: SavedViews) -> None:
    with st.form("explore_save", border=False), st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.text_input("Save what is shown as", max_chars=NAME_LENGTH, placeholder="Its name")
        page = st.selectbox(
            "and put it on the page",
            [page.title for page in views.pages],
            index=None,
            placeholder="No page, or the title of a new one",
            accept_new_options=True,
        )
        if st.form_submit_button("Save view", icon=":material/bookmark_add:"):
            view = SavedView(name, choice.address)
            where = f" It is on the page “{page}”." if page else ""
            _done(
                lambda: save_view(session.paths, view, page=page or ""), f"“{' '.join(name.split())}” is saved.{where}"
            )


def _edit(session: PageSession, views: SavedViews, view: SavedView, pages: list[str], nth: int) -> None:
    new = st.text_input("Name", value=view.name, key=f"name_{nth}_{view.name}", max_chars=NAME_LENGTH)
    placed = st.multiselect(
        "On the pages",
        [page.title for page in views.pages],
        default=pages,
        key=f"pages_{nth}_{view.name}",
        accept_new_options=True,
        placeholder="None",
    )
    with st.container(horizontal=True, gap="small"):
        if st.button("Apply", key=f"apply_{nth}", icon=":material/check:"):

            def apply() -> None:
                if sorted(placed) != sorted(pages):
                    place_view(session.paths, view.name, placed)
                if new != view.name:
                    rename_view(session.paths, view.name, new)

            _done(apply, f"“{new}” is changed.")
        if st.button("Delete", key=f"delete_{nth}", icon=":material/delete:"):
            _done(lambda: delete_view(session.paths, view.name), f"“{view.name}” is deleted.")


def _done(change: Callable[[], Any], said: str) -> None:
    """Change the file, and draw the whole app again: the navigation may have another page."""
    try:
        change()
    except WorkspaceError as error:
        st.session_state[_SAID] = (False, " ".join(f"{problem.what} {problem.fix}" for problem in error.problems))
    else:
        st.session_state[_SAID] = (True, said)
    st.rerun()

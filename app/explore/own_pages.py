"""Pages of the company's own. In: views.yml of the workspace. Out: the pages of the navigation, and each drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from app.explore import drawing
from app.explore.results import answered, read_view
from app.explore.saved import draw_problems
from app.explore.sentences import headline
from app.kit.failures import part
from app.kit.formatting import count_of, day, markdown_safe
from app.kit.sentences import Sentence
from app.shell.page import begin
from serving import UserError
from workspace.environment import workspace_from_environment
from workspace.paths import WorkspacePaths
from workspace.views import OwnPage, SavedViews, read_views

OWN_GROUP: Final = "Our pages"
OWN_ICON: Final = ":material/dashboard:"


def own_pages() -> tuple[OwnPage, ...]:
    """The pages of the workspace that is served; none where there is none, or its file cannot be used."""
    root = workspace_from_environment()
    return views_of(WorkspacePaths(root)).pages if root is not None and root.is_dir() else ()


def views_of(paths: WorkspacePaths) -> SavedViews:
    """The views of a workspace as its file is now; read again only once it was written."""
    try:
        written = paths.views.stat()
    except OSError:
        return read_views(paths)
    return _read(str(paths.root), (written.st_mtime_ns, written.st_size, written.st_ino))


def draw_own(page: OwnPage) -> None:
    """Draw the views of a page in their order, each as it was saved, from the newest numbers."""
    session, heading = begin("A page of our own")
    views = views_of(session.paths)
    kept = [view for name in page.views if (view := views.view(name)) is not None]
    metrics = []
    for view in kept:
        with part(view.name):
            try:
                metrics.append(read_view(session, view).metric)
            except UserError:
                continue
    with heading.answering(metrics):
        heading.answer(
            Sentence(f"{page.title}: {count_of(len(kept), 'saved view')}", claim=False),
            metrics=metrics,
            based_on=f"Numbers end on {day(session.document.as_of_on)}",
        )
    for nth, view in enumerate(kept):
        with part(view.name):
            try:
                choice = read_view(session, view)
            except UserError as unknown:
                st.warning(markdown_safe(f"{unknown.what} {unknown.fix}"), icon=":material/error:")
                continue
            result = answered(session, choice)
            drawing.card(session, result, title=headline(result), key=f"own_{nth}", name=view.name)
    draw_problems(tuple(problem for problem in views.problems if page.title in problem.what))


@st.cache_data(max_entries=3, show_spinner=False)
def _read(root: str, written: tuple[int, ...]) -> SavedViews:
    """The views of the workspace at `root`, once for each state of the file: its time, size and number."""
    del written  # a part of the key alone
    return read_views(WorkspacePaths(Path(root)))

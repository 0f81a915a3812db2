"""List and check saved views: `python -m app.explore`. In: a workspace. Out: its views, and what of them is wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.kit.page_session import PageSession
    from workspace.views import SavedViews


def report(session: PageSession, views: SavedViews) -> tuple[list[str], list[str]]:
    """A line for each view and page, and what cannot be shown, in sentences."""
    from app.explore.results import read_view
    from app.kit.formatting import one_line
    from serving import UserError

    lines: list[str] = []
    wrong = [str(problem) for problem in views.problems]
    for view in views.views:
        try:
            read_view(session, view)
            state = "ok"
        except UserError as unknown:
            state = "cannot be shown"
            wrong.append(f"{unknown.what} {unknown.fix}")
        lines.append(f"view  {one_line(view.name)}  {state}  {one_line(view.address)}")
    lines += [f"page  {one_line(page.title)}  {', '.join(map(one_line, page.views))}" for page in views.pages]
    return lines, [one_line(text) for text in wrong]


def main(arguments: Sequence[str]) -> int:
    """Print the views of a workspace; what is wrong with them goes to standard error."""
    from streamlit.logger import set_log_level

    set_log_level("ERROR")  # Streamlit warns that no server is running, also of every module that is imported
    from app.kit.page_session import open_session
    from serving import NoRelease, UserError
    from workspace.environment import prepare_libraries
    from workspace.paths import WorkspacePaths
    from workspace.views import read_views

    parser = argparse.ArgumentParser(prog="python -m app.explore", description=__doc__)
    parser.add_argument("workspace", type=Path)
    options = parser.parse_args(arguments)
    prepare_libraries()
    try:
        session = open_session(options.workspace)
    except NoRelease as missing:
        print(f"{missing.what}\nLooked for {missing.looked_for}\nRun: {missing.command}", file=sys.stderr)
        return 1
    except UserError as unknown:
        print(f"{unknown.what}\n{unknown.fix}", file=sys.stderr)
        return 1
    lines, wrong = report(session, read_views(WorkspacePaths(options.workspace)))
    print("\n".join(lines) if lines else "No view is saved yet: the page Explore metrics has a button for it.")
    for text in wrong:
        print(text, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

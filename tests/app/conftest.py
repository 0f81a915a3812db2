"""Pages without a browser: Streamlit's own test harness over a published demo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.shell.drawers import OPEN
from tests.app_pages import at_page
from tests.built_demo import copy_of_release
from workspace.environment import WORKSPACE_VARIABLE

Open = Callable[..., AppTest]
TIMEOUT = 120


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, repository: Path) -> Open:
    """Run one page of the app over a workspace, as an address with the given parameters opens it.

    All of its drawers are open, so that what is behind them is tested, too; `drawers=False` leaves them closed.
    """

    def run(root: Path | None, page: str = "today", *, drawers: bool = True, **parameters: str) -> AppTest:
        if root is None:
            monkeypatch.delenv(WORKSPACE_VARIABLE, raising=False)
        else:
            monkeypatch.setenv(WORKSPACE_VARIABLE, str(root))
        shown = address(repository, page, parameters)
        closed = [str(box.key) for box in shown.expander if box.key and str(box.key).startswith(OPEN)]
        if not drawers or not closed:
            return shown
        return address(repository, page, {**dict.fromkeys(closed, "true"), **parameters})

    return run


def address(repository: Path, page: str, parameters: Mapping[str, str], *, timeout: float = TIMEOUT) -> AppTest:
    """A page as its address opens it."""
    test = AppTest.from_file(str(repository / "app" / "streamlit_app.py"), default_timeout=timeout)
    for name, value in parameters.items():
        test.query_params[name] = value
    return at_page(test, page).run()


@pytest.fixture
def copy_of_demo(demo_workspace: Path, tmp_path: Path) -> Path:
    """The demo's published releases and audit store in a workspace of their own, to be spoilt."""
    return copy_of_release(demo_workspace, tmp_path / "copy")

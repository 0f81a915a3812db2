from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.kit import page_session
from app.kit.pages import PAGES
from app.shell.drawers import OPEN
from serving import Answer, LiveRelease, Question
from tests.app.conftest import Open

WITH_DRAWERS = ("today", "who", "journey", "outcomes", "expectations", "before", "quality")
# Numbers behind a drawer, that no closed page asks for.
BEHIND = {"journey": "task_steps", "expectations": "answering_share"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every metric that pages ask for."""
    names: set[str] = set()
    ask: Callable[[LiveRelease, Question], Answer] = page_session.ask

    def remembered(release: LiveRelease, question: Question) -> Answer:
        names.update(question.metrics)
        return ask(release, question)

    monkeypatch.setattr(page_session, "ask", remembered)
    return names


def test_only_pages_that_exist_have_drawers() -> None:
    assert set(WITH_DRAWERS) <= {page.name for page in PAGES}


@pytest.mark.thorough
@pytest.mark.parametrize("name", WITH_DRAWERS)
def test_every_drawer_opens_by_its_address_and_holds_something(
    open_page: Open, demo_workspace: Path, name: str, asked: set[str]
) -> None:
    closed = open_page(demo_workspace, name, drawers=False)
    keys = [str(box.key) for box in closed.expander if str(box.key or "").startswith(OPEN)]
    assert keys
    assert all(len(box.children) == 0 for box in closed.expander if str(box.key) in keys)
    assert BEHIND.get(name, "") not in asked
    page = open_page(demo_workspace, name)
    assert not page.exception
    assert [warning.value for warning in page.warning if "An error kept it" in warning.value] == []
    drawn = {str(box.key): len(box.children) for box in page.expander}
    assert {key for key in keys if not drawn[key]} == set()
    assert name not in BEHIND or BEHIND[name] in asked

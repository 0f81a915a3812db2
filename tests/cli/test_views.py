"""`cx views` lists saved views and says which of them the release cannot show."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.serving.conftest import FIXTURE_PROJECT
from tests.serving.world import publish
from workspace.paths import WorkspacePaths
from workspace.views import SavedView, save_view


@pytest.fixture
def paths(tmp_path: Path) -> WorkspacePaths:
    paths = WorkspacePaths(tmp_path)
    publish(paths, "run-1", (FIXTURE_PROJECT / "semantic_manifest.json").read_text(encoding="utf-8"))
    return paths


def test_views_that_cannot_be_shown_are_named_and_end_with_1(
    paths: WorkspacePaths, capfd: pytest.CaptureFixture[str]
) -> None:
    save_view(paths, SavedView("Good", "explore?metric=orders&by=segment"), page="Board")
    assert CliRunner().invoke(app, ["views", "--workspace", str(paths.root)]).exit_code == 0
    said = capfd.readouterr()
    assert said.out.splitlines() == ["view  Good  ok  explore?metric=orders&by=segment", "page  Board  Good"]
    assert said.err == ""
    save_view(paths, SavedView("Bad", "explore?metric=ordres"))
    assert CliRunner().invoke(app, ["views", "--workspace", str(paths.root)]).exit_code == 1
    said = capfd.readouterr()
    assert "view  Good  ok" in said.out
    assert "The view “Bad” cannot be shown as it was saved. There is no metric 'ordres'. Did you mean" in said.err


def test_a_workspace_without_views_says_where_they_come_from(
    paths: WorkspacePaths, capfd: pytest.CaptureFixture[str]
) -> None:
    assert CliRunner().invoke(app, ["views", "--workspace", str(paths.root)]).exit_code == 0
    assert "Explore metrics" in capfd.readouterr().out

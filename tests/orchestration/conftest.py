"""Dagster's definitions of a template workspace, resolved once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from cli.main import app
from workspace import Workspace, load_workspace


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder: Path = tmp_path_factory.mktemp("template") / "ws"
    assert CliRunner().invoke(app, ["init", str(folder)]).exit_code == 0
    return load_workspace(folder)


@pytest.fixture(scope="session")
def definitions(template: Workspace) -> dg.Definitions:
    from orchestration.definitions import build_definitions

    return build_definitions(template)

"""No personal data of a file appears outside the inbox and the private database, even of broken files."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from cli.main import app
from pipeline.notify import message_of
from tests.app_pages import at_page
from tests.end_to_end.conftest import run
from tests.ingestion.canaries import hits, hits_below, plant
from workspace import load_workspace
from workspace.environment import WORKSPACE_VARIABLE


@pytest.mark.slow
def test_personal_data_stays_in_the_inbox_and_private_database(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant(tmp_path / "ws")
    # Twice: drift since the load before is reported, too.
    for name in ("crm_contacts", "survey_wide", "site"):
        for path in list((root / "inbox" / name).iterdir()):
            (path.parent / f"z_{path.name}").write_bytes(path.read_bytes().replace(b"Score", b"Points"))
    outcome = run(root)
    assert outcome.published, outcome
    assert hits_below(root) == {}

    workspace = load_workspace(root)
    message = message_of(workspace.config.company, workspace.paths, run_id=outcome.run_id)
    assert message is not None
    assert hits(message.title + message.body) == []

    for command in (["check"], ["status"], ["status", "--json"]):
        result = CliRunner().invoke(app, [*command, "--workspace", str(root)])
        assert result.output
        assert hits(result.output) == []

    monkeypatch.setenv(WORKSPACE_VARIABLE, str(root))
    page = AppTest.from_file(str(repository / "app" / "streamlit_app.py"), default_timeout=120)
    at_page(page, "quality").run()
    assert not page.exception
    shown = [str(element.value) for kind in ("markdown", "caption", "error", "warning") for element in page.get(kind)]
    tables = [element.value.to_csv() for element in page.dataframe]
    assert hits("\n".join([*shown, *tables])) == []

"""What a run reports, when it reports nothing, and that a dead address breaks nothing."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from cli.summary import print_run
from orchestration.execution import RunOutcome
from pipeline import audit, notify
from pipeline.publishing.publish import publish
from pipeline.status import status_of
from tests.pipeline.warehouse import a_check, build_warehouse, make_workspace, write_artefacts, write_records
from workspace import Workspace
from workspace.records.documents import Check
from workspace.records.releases import seen_by_readers

LATE = Check(
    name="is_fresh",
    asset="sources.shop",
    behaviour="warn",
    status="failed",
    description="New rows come at least every 24 hours.",
    engine="pipeline",
    observed="New rows are expected every 24 hours; the newest came on 2026-01-01 05:00 UTC.",
)
Run = Callable[..., str]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "workspace")


@pytest.fixture
def run(workspace: Workspace) -> Run:
    """A run that ended: its records, and its release where the checks allow one."""

    def end(run_id: str, *, amount: int = 10, checks: tuple[Check, ...] = (), ingest: tuple[Check, ...] = ()) -> str:
        build_warehouse(workspace, amount=amount)
        with audit.stage(workspace.paths.audit, run_id=run_id, name="ingest", code_version="1") as notes:
            notes.checks += ingest
        write_records(workspace, run_id, checks=checks, stages=("gate_raw", "build", "gate_marts"))
        publish(
            workspace,
            run_id=run_id,
            code_version="1",
            artefacts=write_artefacts(workspace, run_id),
            ledger=[],
        )
        return run_id

    return end


def message_of(workspace: Workspace, run_id: str) -> notify.Message | None:
    return notify.message_of("Test company", workspace.paths, run_id=run_id)


def test_a_good_run_sends_no_notification(workspace: Workspace, run: Run) -> None:
    assert message_of(workspace, run("r1")) is None
    assert message_of(workspace, run("r2", amount=11)) is None
    assert status_of(workspace.paths)["is_well"]


def test_a_blocked_run_names_the_check_its_rows_and_what_readers_see(workspace: Workspace, run: Run) -> None:
    run("r1")
    message = message_of(workspace, run("r2", amount=11, checks=(a_check(status="failed", unexpected=3),)))
    assert message is not None
    assert message.title == "Test company: run r2 was not published"
    assert message.lines == (
        "gate_marts blocks: marts.fct_orders keys_are_unique, 3 rows: No two rows share a key.",
        "Readers see release r1.",
    )
    state = status_of(workspace.paths)
    assert not state["is_well"]
    assert state["troubles"] == [message.lines[0]]


def test_a_published_run_reports_withheld_metrics_and_late_sources(workspace: Workspace, run: Run) -> None:
    message = message_of(workspace, run("r1", checks=(a_check(status="failed", behaviour="withhold"),), ingest=(LATE,)))
    assert message is not None
    assert message.title == "Test company: run r1 was published with trouble"
    assert message.lines[0] == f"source shop: {LATE.observed}"
    withheld = [line.split(" is withheld")[0] for line in message.lines[1:-1]]
    assert withheld == ["average_order_value", "orders", "revenue"]
    assert message.lines[-1] == "Readers see release r1."


def test_the_first_good_run_after_trouble_says_so_once(workspace: Workspace, run: Run) -> None:
    run("r1", ingest=(LATE,))
    message = message_of(workspace, run("r2", amount=11))
    assert message is not None
    assert message.title == "Test company: all is well again"
    assert message_of(workspace, run("r3", amount=12)) is None


def test_a_live_release_with_withheld_metrics_still_notifies_after_an_idle_run(workspace: Workspace, run: Run) -> None:
    withheld = a_check(status="failed", behaviour="withhold")
    run("r1", checks=(withheld,))
    run("r2", checks=(withheld,))
    assert any(line.startswith("revenue is withheld") for line in status_of(workspace.paths)["troubles"])


class _Mailbox(BaseHTTPRequestHandler):
    received: list[dict[str, str]]

    def do_POST(self) -> None:
        self.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Say nothing."""


@pytest.fixture
def mailbox() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A web hook that listens here, and what it received."""
    received: list[dict[str, str]] = []
    handler = type("Mailbox", (_Mailbox,), {"received": received})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_port}", received
    server.shutdown()
    server.server_close()


def test_a_message_reaches_a_webhook(
    workspace: Workspace, run: Run, mailbox: tuple[str, list[dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, received = mailbox
    monkeypatch.setenv("CX_NOTIFY_URL", url)
    addressed = _with_notify(workspace, "env:CX_NOTIFY_URL")
    notify.notify(addressed, run_id=run("r1", ingest=(LATE,)))
    notify.notify(addressed, run_id=run("r2", amount=11))
    notify.notify(addressed, run_id=run("r3", amount=12))
    assert [letter["title"] for letter in received] == [
        "Test company: run r1 was published with trouble",
        "Test company: all is well again",
    ]
    assert "newest came on 2026-01-01" in received[0]["message"]


@pytest.mark.parametrize("address", ["env:CX_UNSET_URL", "nothing://", "json://127.0.0.1:9/secret-token"])
def test_a_failing_webhook_is_logged_without_its_secret(
    workspace: Workspace, run: Run, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    with caplog.at_level(logging.WARNING):
        assert notify.notify(_with_notify(workspace, address), run_id=run("r1", ingest=(LATE,)))
    assert any("notify 1" in record.getMessage() for record in caplog.records)
    assert not any("secret-token" in record.getMessage() for record in caplog.records if "notify" in record.name)


def _with_notify(workspace: Workspace, address: str) -> Workspace:
    (workspace.paths.root / "cx.yml").write_text(
        (workspace.paths.root / "cx.yml").read_text() + f'notify: ["{address}"]\n'
    )
    from workspace import load_workspace

    return load_workspace(workspace.paths.root)


@pytest.mark.parametrize(("file", "seen"), [("CURRENT.json", "r2"), ("r2/snapshot.duckdb", "r1"), (None, "r2")])
def test_a_run_that_ends_early_states_what_readers_see(
    workspace: Workspace, run: Run, capsys: pytest.CaptureFixture[str], file: str | None, seen: str
) -> None:
    run("r1")
    run("r2", amount=11)
    if file:
        (workspace.paths.published / file).write_bytes(b"damaged")
    assert seen_by_readers(workspace.paths) == seen
    print_run(RunOutcome(run_id="r3", records={}, seen=seen, nothing_new=False, error="no room"), workspace)
    printed = capsys.readouterr().err
    assert f"Readers still see release {seen}." in printed
    assert "no room" in printed
    message = message_of(workspace, run("r3", amount=12, checks=(a_check(status="failed", unexpected=3),)))
    assert message is not None
    assert message.lines[-1] == f"Readers see release {seen}."


def test_without_a_whole_release_readers_see_none(workspace: Workspace, run: Run) -> None:
    assert seen_by_readers(workspace.paths) is None
    run("r1")
    (workspace.paths.release("r1") / "release.json").write_bytes(b"{}")
    assert seen_by_readers(workspace.paths) is None
    assert "Readers see no release until cx run publishes again" in status_of(workspace.paths)["troubles"][0]

"""Dagster's own server, asked as its UI asks it: a killed run is retried, one asset is materialised alone."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline import audit
from pipeline.publishing.publish import STAGING_PREFIX
from tests.end_to_end.conftest import run
from workspace.paths import WorkspacePaths
from workspace.records.releases import live_pointer
from workspace.records.run_lock import current_holder
from workspace.records.runs import run_ids

pytestmark = pytest.mark.slow
LOCATION = {"repositoryLocationName": "orchestration.definitions", "repositoryName": "__repository__"}
LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchPipelineExecution(executionParams: $params) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  }
}"""
AGAIN = """
mutation Again($params: ReexecutionParams!) {
  launchPipelineReexecution(reexecutionParams: $params) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  }
}"""
STATUS = "query Status($id: ID!) { runOrError(runId: $id) { ... on Run { status tags { key value } } } }"
SECONDS = 900


class Server:
    """`cx dagster` on a workspace."""

    def __init__(self, root: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        command = [str(Path(sys.executable).with_name("cx")), "dagster", "-w", str(root), "--port", str(self._port)]
        self._log = (root / "server.log").open("w")
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log, start_new_session=True)
        self._wait(lambda: self.ask("query { version }", {}), "the server does not answer")

    def close(self) -> None:
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait()
        self._log.close()

    def ask(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/graphql", data=body, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            said: dict[str, Any] = json.loads(answer.read())
        assert "errors" not in said, said
        return dict(said["data"])

    def launch(self, query: str, params: dict[str, Any]) -> str:
        (said,) = self.ask(query, {"params": params}).values()
        assert said["__typename"] == "LaunchRunSuccess", said
        return str(said["run"]["runId"])

    def materialize(self, *path: str) -> str:
        selector = {**LOCATION, "jobName": "__ASSET_JOB", "assetSelection": [{"path": list(path)}]}
        return self.launch(LAUNCH, {"selector": selector, "mode": "default", "runConfigData": {}})

    def outcome(self, run_id: str) -> str:
        def ended() -> str | None:
            status = str(self.ask(STATUS, {"id": run_id})["runOrError"]["status"])
            return status if status in ("SUCCESS", "FAILURE", "CANCELED") else None

        return str(self._wait(ended, f"run {run_id} does not end"))

    def _wait(self, question: Any, otherwise: str) -> Any:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            assert self._process.poll() is None, "the server has ended"
            try:
                if found := question():
                    return found
            except OSError:
                pass
            time.sleep(1)
        raise AssertionError(otherwise)


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """Four orders and their meaning; the path has blanks, as shared drives have."""
    root = tmp_path / "a company's data"
    (root / "inbox").mkdir(parents=True)
    (root / "mappings").mkdir()
    (root / "cx.yml").write_text(
        "company: Small\ntimezone: Europe/Paris\ncurrency: EUR\nsources:\n"
        "  - {name: shop, kind: crm, vendor: csv, entity: orders, path: inbox/*.csv}\n"
    )
    (root / "mappings" / "touchpoint_types.csv").write_text(
        "data_source,event,role,occurrence,touchpoint,stage,corner,interaction\n,order,purchase,any,Order,purchase,commerce,\n"
    )
    (root / "mappings" / "channels.csv").write_text("data_source,utm_source,utm_medium,channel,presence,method\n")
    (root / "inbox" / "orders.csv").write_text(
        "customer_id,occurred_at,amount,order_id\nA,2026-01-01,10,1\nA,2026-02-01,20,2\nB,2026-02-02,30,3\n"
    )
    return root


@pytest.fixture
def server(company: Path) -> Iterator[Server]:
    started = Server(company)
    try:
        yield started
    finally:
        started.close()


def test_a_killed_run_is_retried_and_assets_materialise_alone(company: Path, server: Server) -> None:
    paths = WorkspacePaths(company)
    pipeline = {"selector": {**LOCATION, "jobName": "pipeline"}, "mode": "default", "runConfigData": {}}
    killed = server.launch(LAUNCH, pipeline)
    holder = None
    while not (holder and any(audit.read(paths.audit, run_id=one).get("ingest") for one in run_ids(paths))):
        time.sleep(0.2)
        holder = current_holder(paths.lock)
    os.kill(holder.pid, signal.SIGKILL)
    assert server.outcome(killed) == "FAILURE"
    assert live_pointer(paths) is None

    again = server.launch(AGAIN, {"parentRunId": killed, "strategy": "ALL_STEPS"})
    assert server.outcome(again) == "SUCCESS"
    live = live_pointer(paths)
    assert live is not None
    runs = run_ids(paths)
    assert len(runs) == 2
    assert live.run_id == runs[0]

    # A mart, a raw table, and the release: the first two are built and counted, the last one says what it needs.
    assert server.outcome(server.materialize("marts", "fct_orders")) == "SUCCESS"
    assert server.outcome(server.materialize("raw_crm", "orders")) == "SUCCESS"
    assert server.outcome(server.materialize("sources", "shop")) == "SUCCESS"
    assert server.outcome(server.materialize("published", "release")) == "FAILURE"
    # Parts leave no record, and readers see what they saw.
    assert run_ids(paths) == runs
    assert live_pointer(paths) == live


def test_failed_steps_are_retried_from_completed_steps(company: Path, server: Server) -> None:
    paths = WorkspacePaths(company)
    # Nothing can be published: a file lies where the folder of a release that was begun would lie, to be removed.
    in_the_way = paths.published / f"{STAGING_PREFIX}begun"
    in_the_way.parent.mkdir()
    in_the_way.touch()
    pipeline = {"selector": {**LOCATION, "jobName": "pipeline"}, "mode": "default", "runConfigData": {}}
    failed = server.launch(LAUNCH, pipeline)
    assert server.outcome(failed) == "FAILURE"
    in_the_way.unlink()
    again = server.launch(AGAIN, {"parentRunId": failed, "strategy": "FROM_FAILURE"})
    assert server.outcome(again) == "SUCCESS"
    live = live_pointer(paths)
    assert live is not None
    records = audit.read(paths.audit, run_id=live.run_id)
    assert records["build"].facts["taken_over_from"] == run_ids(paths)[1]
    # The next night finds nothing new.
    assert run(company).nothing_new

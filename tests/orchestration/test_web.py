"""Dagster's UI takes commands from its own pages, and from no other."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestration.web import commands_only_as_json, develop, guarded
from tests.workspace.test_web_guard import says_yes, scope, status
from workspace.environment import inherited

START_SECONDS = 400
COMMAND = """mutation { startSchedule(scheduleSelector: {repositoryName: "__repository__",
    repositoryLocationName: "orchestration.definitions", scheduleName: "daily"})
    { ... on ScheduleStateResult { scheduleState { status } } ... on PythonError { message } } }"""
STATE = (
    """{ repositoriesOrError { ... on RepositoryConnection { nodes { schedules { scheduleState { status } } } } } }"""
)
DAGSTER = guarded(says_yes)
JSON = "application/json"


@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/prefix/graphql"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_get_request_never_executes_a_command(path: str, method: str) -> None:
    assert status(scope(method, path=path), DAGSTER) == 405
    assert status(scope(method, path="/runs"), DAGSTER) == 200


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/graphql",
     "text/plain; application/json"],
)  # fmt: skip
def test_a_command_sent_as_a_form_is_refused(kind: str) -> None:
    for path in ("/graphql", "/report_asset_materialization/x"):
        assert status(scope("POST", path=path, content_type=kind), DAGSTER) == 415


def test_a_command_sent_as_json_is_accepted() -> None:
    for kind in (JSON, "application/json; charset=utf-8", "Application/JSON"):
        assert status(scope("POST", path="/graphql", content_type=kind), DAGSTER) == 200


def test_the_websocket_of_the_ui_is_accepted() -> None:
    assert commands_only_as_json(scope(kind="websocket", path="/graphql")) is None


def test_a_web_server_without_request_protection_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    from dagster._cli import dev

    started: list[list[str]] = []
    monkeypatch.setattr(dev, "open_ipc_subprocess", lambda command, **_: started.append(command))
    monkeypatch.setattr(dev, "dev_command", lambda *_, **__: None)
    develop([])
    dev.open_ipc_subprocess([sys.executable, "-m", "dagster_webserver", "--port", "3000"])
    assert started == [[sys.executable, "-m", "orchestration.web", "web", "--port", "3000"]]
    with pytest.raises(RuntimeError, match="not known to be guarded"):
        dev.open_ipc_subprocess([sys.executable, "-m", "another_webserver"])


@pytest.fixture(scope="module")
def address(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Dagster's UI over a copy of the demo, started as a user starts it."""
    folder = tmp_path_factory.mktemp("dagster")
    root = shutil.copytree(demo_workspace, folder / "demo")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("cx")), "dagster", "-w", str(root), "--port", str(port)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=inherited({}), start_new_session=True)
        url = f"http://127.0.0.1:{port}"
        ends = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < ends:
            if asked(f"{url}/server_info") == 200:
                break
            time.sleep(1)
        else:
            pytest.fail((folder / "log").read_text())
        yield url
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def asked(url: str, body: str | None = None, **headers: str) -> int | str:
    """The status of an answer, or its body where it is 200 and something was posted."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=body.encode() if body is not None else None, headers=named)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.read().decode() if body is not None else int(response.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return 0


def schedules(address: str) -> list[Any]:
    answered = asked(f"{address}/graphql", json.dumps({"query": STATE}), Content_Type=JSON, Origin=address)
    assert isinstance(answered, str)
    (node,) = json.loads(answered)["data"]["repositoriesOrError"]["nodes"]
    return [schedule["scheduleState"]["status"] for schedule in node["schedules"]]


@pytest.mark.slow
def test_only_the_ui_itself_starts_a_schedule(address: str) -> None:
    from urllib.parse import quote

    command, graphql = json.dumps({"query": COMMAND}), f"{address}/graphql"
    foreign = "http://evil.example"
    assert schedules(address) == ["STOPPED"]
    assert asked(f"{graphql}?query={quote(COMMAND)}", Origin=foreign) == 403
    assert asked(f"{graphql}?query={quote(COMMAND)}") == 405
    assert asked(graphql, command, Content_Type=JSON, Origin=foreign) == 403
    assert asked(graphql, command, Content_Type=JSON, Referer=f"{foreign}/page") == 403
    assert asked(graphql, command, Content_Type="text/plain", Origin=address) == 415
    assert asked(graphql, command, Content_Type=JSON, Host="evil.example") == 421
    assert asked(f"{graphql}?query={quote(COMMAND)}", "", Origin=foreign) == 403
    assert schedules(address) == ["STOPPED"]
    assert asked(graphql, command, Content_Type=JSON, Origin=address, Referer=f"{address}/automation") != 403
    assert schedules(address) == ["RUNNING"]


@pytest.mark.slow
def test_the_ui_page_and_its_websocket_open(address: str) -> None:
    assert asked(f"{address}/automation") == 200
    assert [handshake(address, origin) for origin in (address, "http://evil.example")] == [101, 403]


def handshake(address: str, origin: str) -> int:
    """The status with which a websocket of a page of `origin` is answered."""
    host = address.removeprefix("http://")
    lines = (
        "GET /graphql HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade", f"Origin: {origin}",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: graphql-ws", "", "",
    )  # fmt: skip
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=60) as connection:
        connection.sendall("\r\n".join(lines).encode())
        return int(connection.recv(1024).split()[1])

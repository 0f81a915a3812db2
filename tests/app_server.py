"""The app in a process of its own. In: a workspace. Out: the address at which it is served as `cx app` serves it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from workspace.environment import WORKSPACE_VARIABLE, inherited

START_SECONDS = 90


@dataclass(frozen=True)
class Server:
    """The app in a process of its own.

    Attributes:
        address: where it answers.
        pid: the process.
    """

    address: str
    pid: int


@contextmanager
def served(root: Path, repository: Path, log: Path) -> Iterator[str]:
    """The app over a workspace, served as `cx app` serves it; gives its address."""
    with server(root, repository, log) as started:
        yield started.address


@contextmanager
def server(root: Path, repository: Path, log: Path) -> Iterator[Server]:
    """The same, with its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "app.serve", "--server.address", "127.0.0.1", "--server.port", str(port)]
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=repository, env=inherited({WORKSPACE_VARIABLE: str(root)}), stdout=out, stderr=out
        )
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health", process, log)
            yield Server(f"http://127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        if process.poll() is not None:
            pytest.fail(f"the app ended while starting:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(url, timeout=2) as response:
                if response.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"the app did not answer within {START_SECONDS} s:\n{log.read_text()}")

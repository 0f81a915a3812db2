"""A real PostgreSQL server for tests: its own folder, a free port on 127.0.0.1, gone when the tests are."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest

PACKAGES = Path("/usr/lib/postgresql")
PASSWORD = "s3cret/of@the:tests"
USER = "reader"


class Server:
    """A server that can be stopped in the middle of things. Root starts it as an unprivileged user."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # Not below pytest's folder, which is its owner's alone.
        folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._data = folder / "data"
        self._owner = _unprivileged_user() if os.geteuid() == 0 else None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        folder.chmod(0o755)
        self._data.mkdir(mode=0o700)
        password = folder / "password"
        password.write_text(PASSWORD)
        if self._owner:
            shutil.chown(self._data, self._owner)
            shutil.chown(password, self._owner)
            password.chmod(0o600)
        arguments = ("-D", str(self._data), "-U", USER, "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8")
        self._run("initdb", *arguments, "--no-sync", "--locale=C")

    @property
    def url(self) -> str:
        """As a user writes it: special characters of the password are escaped."""
        return f"postgresql://{USER}:s3cret%2Fof%40the%3Atests@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self._run("pg_ctl", "-D", str(self._data), "-o", options, "-l", str(self._data / "log"), "-w", "start")

    def stop(self) -> None:
        """At once, as if the machine had been switched off."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")

    def remove(self) -> None:
        if self.is_running():
            self.stop()
        shutil.rmtree(self._data.parent)

    def is_running(self) -> bool:
        return (self._data / "postmaster.pid").exists()

    def execute(self, *statements: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), *arguments],
            check=True,
            user=self._owner,
            cwd=self._data.parent,
            stdout=subprocess.DEVNULL,
            env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
        )


def find_programs() -> Path:
    """Where the newest PostgreSQL of the machine lies. In CI a missing one is a failure."""
    found = sorted(PACKAGES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        what = f"no PostgreSQL below {PACKAGES}; install the Debian package postgresql"
        if os.environ.get("CI"):
            pytest.fail(what)
        pytest.skip(what)
    return found[-1].parent


def _unprivileged_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"

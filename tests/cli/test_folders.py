"""A folder that cannot be made, read or written ends every command with a sentence that names it, not with a trace."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli import serve
from cli.main import app
from tests.pipeline.warehouse import make_workspace

# What each command needs besides the workspace.
ARGUMENTS = {
    "demo": ["--customers", "50", "--no-serve"],
    "init": [],
    "connect": ["typeform", "--path", "inbox/*.json"],
    "query": ["revenue"],
    "explain-identity": ["p1"],
    "rollback": ["r1"],
}
COMMANDS = [(one.name or one.callback.__name__).replace("_", "-") for one in app.registered_commands if one.callback]
MAKING = ("demo", "init")
# Capabilities of root that ignore what a file permits: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH.
_IGNORES_RIGHTS = 0b110


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("process", ctypes.c_int)]


class _Capabilities(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inherited", ctypes.c_uint32)]


def _obey_rights() -> None:
    """Let this thread, and only it, be bound by the permissions of files, also where root runs the tests."""
    system = ctypes.CDLL(None, use_errno=True)
    header, held = _Header(0x20080522, 0), (_Capabilities * 2)()
    assert system.capget(ctypes.byref(header), held) == 0
    held[0].effective &= ~_IGNORES_RIGHTS
    held[0].permitted &= ~_IGNORES_RIGHTS
    assert system.capset(ctypes.byref(header), held) == 0


def ask(command: str, folder: Path) -> Result:
    """Run a command on a workspace's folder, as a user without root's rights."""
    named = [str(folder)] if command == "init" else ["--workspace", str(folder)]
    results: list[Result] = []

    def invoke() -> None:
        _obey_rights()
        arguments = [command, *ARGUMENTS.get(command, []), *named]
        results.append(CliRunner().invoke(app, arguments, env={"COLUMNS": "200", "CX_WORKSPACE": ""}))

    thread = threading.Thread(target=invoke)
    thread.start()
    thread.join()
    return results[0]


def a_file(folder: Path) -> Path:
    (folder / "notes.txt").write_text("x")
    return folder / "notes.txt"


def below_a_file(folder: Path) -> Path:
    return a_file(folder) / "ws"


def where_no_folder_can_be_made(_: Path) -> Path:
    return Path("/proc/ws")


def too_long_a_name(folder: Path) -> Path:
    return folder / ("x" * 300)


def a_link_to_itself(folder: Path) -> Path:
    (folder / "ws").symlink_to(folder / "ws")
    return folder / "ws"


def below_a_closed_folder(folder: Path) -> Path:
    (folder / "closed").mkdir(mode=0o500)
    return folder / "closed" / "ws"


def closed(folder: Path) -> Path:
    make_workspace(folder / "ws")
    (folder / "ws").chmod(0)
    return folder / "ws"


def a_folder_for_cx_yml(folder: Path) -> Path:
    make_workspace(folder / "ws")
    (folder / "ws" / "cx.yml").unlink()
    (folder / "ws" / "cx.yml").mkdir()
    return folder / "ws"


def closed_mappings(folder: Path) -> Path:
    make_workspace(folder / "ws")
    (folder / "ws" / "mappings").chmod(0)
    return folder / "ws"


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "_serve", lambda *_: pytest.fail("served a workspace that cannot be read"))


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "broken",
    [
        a_file, below_a_file, where_no_folder_can_be_made, too_long_a_name, a_link_to_itself, below_a_closed_folder,
        closed, a_folder_for_cx_yml, closed_mappings,
    ],
    ids=lambda broken: broken.__name__,
)  # fmt: skip
def test_no_command_ends_in_a_trace(tmp_path: Path, command: str, broken: Callable[[Path], Path]) -> None:
    if command in ("releases", "brief", "views") and broken in (a_folder_for_cx_yml, closed_mappings):
        pytest.skip("reads releases, whatever the configuration is")
    folder = broken(tmp_path)
    result = ask(command, folder)
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code in (1, 2)
    assert len(result.output) > len(str(folder))


@pytest.mark.parametrize("command", MAKING)
@pytest.mark.parametrize(
    "broken", [a_file, below_a_file, where_no_folder_can_be_made, too_long_a_name, below_a_closed_folder]
)
def test_a_folder_that_cannot_be_made_is_named_with_the_reason(
    tmp_path: Path, command: str, broken: Callable[[Path], Path]
) -> None:
    folder = broken(tmp_path)
    result = ask(command, folder)
    assert result.exit_code == 1
    assert f"{folder}: This folder cannot be used." in result.stderr
    assert not [path for path in tmp_path.rglob("*") if path.name in ("cx.yml", "inbox")]


@pytest.mark.parametrize("place", ["warehouse", "audit", "logs", "published", ".dagster", ".dbt"])
@pytest.mark.parametrize("is_file", [True, False], ids=["file", "closed"])
@pytest.mark.parametrize("command", ["run", "demo"])
def test_a_run_that_cannot_write_is_refused_before_it_begins(
    tmp_path: Path, command: str, place: str, is_file: bool
) -> None:
    paths = make_workspace(tmp_path / "ws").paths
    (tmp_path / "ws" / place).write_text("x") if is_file else (tmp_path / "ws" / place).mkdir(mode=0o500)
    result = ask(command, paths.root)
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1
    said = "A file stands where a folder belongs" if is_file else "may not read or write here"
    assert said in result.stderr
    assert str(tmp_path / "ws" / place) in result.stderr
    assert not (paths.audit.is_dir() and list(paths.audit.iterdir()))


def test_files_in_a_closed_folder_are_not_reported_as_missing(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "ws")
    (workspace.paths.inbox / "a.csv").write_text("customer_id,occurred_at,amount\n1,2026-01-01,2\n")
    workspace.paths.inbox.chmod(0)
    result = ask("check", workspace.paths.root)
    workspace.paths.inbox.chmod(0o700)
    assert result.exit_code == 1
    assert "may not read the folder 'inbox'" in result.stderr

"""An error of the machine is reported in one sentence, however deep it is nested."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from workspace.machine import demand_writable, machine_trouble

REFUSED = [
    (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/data/x"), "The disk is full (/data/x)"),
    (OSError(errno.EROFS, os.strerror(errno.EROFS), "/data/x"), "is read-only (/data/x)"),
    (PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/data/x"), "may not read or write here (/data/x)"),
    (sqlite3.OperationalError("database or disk is full"), "The disk is full."),
    (sqlite3.OperationalError("disk I/O error"), "it is full, or broken"),
    (sqlite3.OperationalError("attempt to write a readonly database"), "is read-only."),
    (
        duckdb.IOException('IO Error: Could not write all bytes to file "x": No space left on device'),
        "The disk is full.",
    ),
]


@pytest.mark.parametrize(("error", "said"), REFUSED)
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_a_machine_error_is_one_sentence_with_its_fix(error: Exception, said: str, depth: int) -> None:
    for level in range(depth):
        outer = RuntimeError(f"level {level}")
        outer.__cause__ = error
        error = outer
    trouble = machine_trouble(error)
    assert trouble is not None
    assert said in trouble
    # Another process keeps no more of it than its words.
    assert machine_trouble(f"{type(error).__name__}: {error}") or depth


@pytest.mark.parametrize("content", [b"no database", b"", bytes(range(256)) * 100])
def test_a_damaged_database_is_named_with_its_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "raw.duckdb"
    file.write_bytes(content)
    try:
        duckdb.connect(str(file)).close()
    except duckdb.Error as error:
        trouble = machine_trouble(error)
        assert trouble is not None
        assert f"A database is damaged ({file})" in trouble
    else:
        assert content == b""


def test_other_errors_are_not_treated_as_machine_errors() -> None:
    assert machine_trouble(KeyError("disk")) is None
    assert machine_trouble(FileNotFoundError(errno.ENOENT, "No such file or directory", "/data/x")) is None


@pytest.mark.parametrize(
    ("is_read_only", "said"), [(True, "is read-only"), (False, "may not read or write here")], ids=["disk", "rights"]
)
@pytest.mark.parametrize("is_there", [True, False])
def test_an_unwritable_folder_is_reported_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_read_only: bool, said: str, is_there: bool
) -> None:
    closed, folder = tmp_path / "closed", tmp_path / "closed" / "audit"
    (folder if is_there else closed).mkdir(parents=True)
    demand_writable([tmp_path, folder])
    monkeypatch.setattr(os, "access", lambda path, mode: not Path(path).is_relative_to(closed))
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_flag=os.ST_RDONLY if is_read_only else 0))
    with pytest.raises(OSError, match=closed.name) as refused:
        demand_writable([tmp_path, folder])
    trouble = machine_trouble(refused.value)
    assert trouble is not None
    assert said in trouble
    assert str(folder) in trouble

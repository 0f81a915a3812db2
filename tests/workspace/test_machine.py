"""What the machine refuses is told in one sentence, however deep the error that says so lies."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import duckdb
import pytest

from workspace.machine import machine_trouble

REFUSED = [
    (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/data/x"), "The disk is full (/data/x)"),
    (OSError(errno.EROFS, os.strerror(errno.EROFS), "/data/x"), "may only be read (/data/x)"),
    (PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/data/x"), "may not write here (/data/x)"),
    (sqlite3.OperationalError("database or disk is full"), "The disk is full."),
    (sqlite3.OperationalError("disk I/O error"), "it is full, or broken"),
    (sqlite3.OperationalError("attempt to write a readonly database"), "may only be read."),
    (
        duckdb.IOException('IO Error: Could not write all bytes to file "x": No space left on device'),
        "The disk is full.",
    ),
]


@pytest.mark.parametrize(("error", "said"), REFUSED)
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_a_refusal_of_the_machine_is_one_sentence_with_its_cure(error: Exception, said: str, depth: int) -> None:
    for level in range(depth):
        outer = RuntimeError(f"level {level}")
        outer.__cause__ = error
        error = outer
    told = machine_trouble(error)
    assert told is not None
    assert said in told


@pytest.mark.parametrize("content", [b"no database", b"", bytes(range(256)) * 100])
def test_a_damaged_database_is_named_with_its_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "raw.duckdb"
    file.write_bytes(content)
    try:
        duckdb.connect(str(file)).close()
    except duckdb.Error as error:
        told = machine_trouble(error)
        assert told is not None
        assert f"A database is damaged ({file})" in told
    else:
        assert content == b""


def test_another_fault_is_not_taken_for_one_of_the_machine() -> None:
    assert machine_trouble(KeyError("disk")) is None
    assert machine_trouble(FileNotFoundError(errno.ENOENT, "No such file or directory", "/data/x")) is None

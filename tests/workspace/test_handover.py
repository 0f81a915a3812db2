"""A run gets its databases while others read them, and waits only for another writer."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from workspace.handover import DatabaseInUseError, free_for_writing

# Opens a database and answers each line of SQL on standard input with the first cell.
HOLDER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "read")
print("open", flush=True)
for line in sys.stdin:
    print(connection.execute(line).fetchone()[0], flush=True)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "a warehouse" / "raw.duckdb"
    path.parent.mkdir()
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table orders as select range as id from range(10)")
    path.chmod(0o600)
    return path


@contextmanager
def held(database: Path, how: str) -> Iterator[subprocess.Popen[str]]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(database), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        yield holder
    finally:
        holder.kill()
        holder.communicate()


def ask(holder: subprocess.Popen[str], sql: str) -> str:
    assert holder.stdin is not None
    assert holder.stdout is not None
    holder.stdin.write(sql + "\n")
    holder.stdin.flush()
    return holder.stdout.readline().strip()


def count(database: Path) -> int:
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute("select count(*) from orders").fetchone()
    assert found is not None
    return int(found[0])


def test_a_run_can_write_while_a_reader_keeps_its_file(database: Path) -> None:
    with held(database, "read") as reader, held(database, "read"):
        with pytest.raises(duckdb.IOException):
            duckdb.connect(str(database))
        free_for_writing(database, wait_seconds=0)
        with duckdb.connect(str(database)) as connection:
            connection.execute("insert into orders values (10)")
        assert ask(reader, "select count(*) from orders") == "10"
        assert count(database) == 11
    assert database.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in database.parent.iterdir()] == ["raw.duckdb"]


def test_the_write_ahead_log_of_a_dead_writer_is_not_lost(database: Path) -> None:
    with held(database, "write") as writer:
        ask(writer, "insert into orders values (10) returning id")
    # The writer was killed before it could put its row into the file itself.
    assert database.with_name("raw.duckdb.wal").is_file()
    with held(database, "read") as reader:
        free_for_writing(database, wait_seconds=0)
        with duckdb.connect(str(database)) as connection:
            connection.execute("insert into orders values (11)")
        assert ask(reader, "select count(*) from orders") == "11"
    assert count(database) == 12


def test_another_writer_is_named_and_waited_for(database: Path) -> None:
    with held(database, "write") as writer:
        started = time.monotonic()
        with pytest.raises(DatabaseInUseError) as raised:
            free_for_writing(database, wait_seconds=0.2)
        assert time.monotonic() - started >= 0.2
        assert f"process {writer.pid}" in str(raised.value)
    free_for_writing(database, wait_seconds=0)
    assert count(database) == 10


def test_a_missing_database_is_free(tmp_path: Path) -> None:
    free_for_writing(tmp_path / "raw.duckdb", wait_seconds=0)

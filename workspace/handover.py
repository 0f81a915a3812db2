"""A database file in, the same file free for a writer out: a run never waits for a process that only reads.

DuckDB locks a file for one writer or many readers. A notebook, a BI tool or a dashboard that has the warehouse open for
reading would stop the night's run; here the run goes on with a copy under the same name, and the reader keeps the file
that it has open. Only another writer is waited for, because what it writes must not be lost.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import struct
import sys
import time
from pathlib import Path
from typing import Final, Literal

logger = logging.getLogger(__name__)
# As long as an analyst's build of a large warehouse may take.
WAIT_SECONDS: Final = 900.0
_PAUSE_SECONDS: Final = 2.0
_REPORT_SECONDS: Final = 30.0
# `struct flock` of 64-bit Linux: type, whence, start, length, process.
_FLOCK: Final = "hhqqi"


class DatabaseInUseError(Exception):
    """Another process has a database open for writing and does not let go of it."""


def free_for_writing(database: Path, *, wait_seconds: float = WAIT_SECONDS) -> None:
    """Return once no other process keeps `database` from being opened for writing.

    Call it in a process that has the file not open itself: closing a file gives up the process's own locks on it.

    Args:
        database: the DuckDB file; it need not exist.
        wait_seconds: how long another writer is waited for.

    Raises:
        DatabaseInUseError: another process still has it open for writing.
    """
    started, reported = time.monotonic(), -_REPORT_SECONDS
    while (use := _use_of(database)) != "free":
        if use == "read":
            _replace_by_a_copy(database)
            return
        waited = time.monotonic() - started
        if waited >= wait_seconds:
            raise DatabaseInUseError(
                f"{database}: {_holder(database)} has the database open for writing, and the run waited "
                f"{waited:.0f} seconds for it. End that process, or open the file read-only there, and run again."
            )
        if waited - reported >= _REPORT_SECONDS:
            reported = waited
            logger.warning("waiting for %s, which has %s open for writing", _holder(database), database.name)
        time.sleep(min(_PAUSE_SECONDS, wait_seconds))


def _use_of(database: Path) -> Literal["free", "read", "written"]:
    """What other processes do with the file, by the locks that DuckDB takes on it."""
    try:
        descriptor = os.open(database, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return "free"
    try:
        for kind, use in ((fcntl.LOCK_EX, "free"), (fcntl.LOCK_SH, "read")):
            try:
                fcntl.lockf(descriptor, kind | fcntl.LOCK_NB)
            except (BlockingIOError, PermissionError):
                continue
            return "free" if use == "free" else "read"
        return "written"
    finally:
        os.close(descriptor)


def _replace_by_a_copy(database: Path) -> None:
    """Put a copy under the file's name. No process writes it then; a log beside it belongs to the copy, too."""
    copy = database.with_name(f"{database.name}.copy")
    logger.info("%s is open for reading in %s: the run goes on with a copy", database.name, _holder(database))
    try:
        shutil.copyfile(database, copy)
        shutil.copymode(database, copy)
        with copy.open("rb+") as file:
            os.fsync(file.fileno())
        copy.replace(database)
    finally:
        copy.unlink(missing_ok=True)


def _holder(database: Path) -> str:
    """Who has the file open, as far as the system says."""
    if not sys.platform.startswith("linux"):
        return "another process"
    with database.open("rb+") as file:
        asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        kind, _, _, _, pid = struct.unpack(_FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked))
    if kind == fcntl.F_UNLCK or pid <= 0:
        return "another process"
    try:
        return f"process {pid} ({Path(f'/proc/{pid}/comm').read_text().strip()})"
    except OSError:
        return f"process {pid}"

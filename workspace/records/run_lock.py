"""One writer per workspace: a file lock that lives exactly as long as the process that holds it.

In: the lock file of a workspace. Out: a context in which no other process writes, or `RunLocked` naming who does.
`flock` belongs to the open file, so the system lets go of it when the holder dies, however it dies.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_WRITTEN: Final = 512  # bytes


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who holds the lock, as written into the lock file."""

    pid: int
    purpose: str
    since: str

    def __str__(self) -> str:
        return f"process {self.pid} ({self.purpose}, since {self.since})"


class RunLockedError(Exception):
    """Another process is writing to this workspace."""

    def __init__(self, path: Path, holder: Holder | None) -> None:
        self.holder = holder
        who = str(holder) if holder else "another process"
        super().__init__(
            f"{path}: The workspace is in use by {who}. "
            "Wait until it has ended, or end that process; the lock vanishes with it."
        )


@contextmanager
def hold(path: Path, *, purpose: str) -> Iterator[None]:
    """Hold the workspace's lock for the length of a `with` block.

    Args:
        path: the lock file; created if need be, never deleted (a deleted one could be locked twice).
        purpose: what the holder does, for the message that others get.

    Raises:
        RunLockedError: another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunLockedError(path, last_holder(path)) from None
        holder = Holder(pid=os.getpid(), purpose=purpose, since=datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"))
        # As long as before, in place: that goes on a full disk, too, and shows afterwards who held it last.
        os.pwrite(descriptor, json.dumps(asdict(holder)).encode().ljust(_WRITTEN), 0)
        yield
    finally:
        os.close(descriptor)


def current_holder(path: Path) -> Holder | None:
    """Who holds the lock now; None when it is free."""
    if not path.is_file():
        return None
    # For reading only: that works on a read-only disk, too.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return last_holder(path) or Holder(pid=0, purpose="unknown", since="unknown")
    finally:
        os.close(descriptor)
    return None


def last_holder(path: Path) -> Holder | None:
    """Who holds the lock or held it last, as the file says; None where it says nothing that can be read."""
    with suppress(OSError, ValueError, TypeError):
        return Holder(**json.loads(path.read_text(encoding="utf-8")))
    return None

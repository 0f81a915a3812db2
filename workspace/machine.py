"""Errors of the machine: an exception in, one sentence with its fix out, or none where it is another error.

Databases and libraries wrap what the system says in errors of their own, so that its words are looked for along the
whole chain of causes.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from workspace.errors import Problem, WorkspaceError

# What systems, SQLite and DuckDB say, in small letters -> what it means.
_FULL: Final = ("no space left on device", "disk is full", "disk quota exceeded", "file too large")
_READ_ONLY: Final = ("read-only file system", "readonly database", "read-only database")
_DENIED: Final = ("permission denied", "unable to open database file", "operation not permitted")
_DAMAGED: Final = ("not a valid duckdb database", "file is not a database", "disk image is malformed", "checksum")
# What SQLite says of a disk that was filled while it wrote, too.
_UNUSABLE: Final = ("disk i/o error", "input/output error")
_IN_THE_WAY: Final = ("not a directory", "is a directory")
_NO_NAME: Final = ("file name too long", "too many levels of symbolic links")
_BY_NUMBER: Final = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), _FULL),
    errno.EIO: _UNUSABLE,
    errno.EROFS: _READ_ONLY,
    **dict.fromkeys((errno.EACCES, errno.EPERM), _DENIED),
    **dict.fromkeys((errno.ENOTDIR, errno.EISDIR, errno.EEXIST), _IN_THE_WAY),
    **dict.fromkeys((errno.ENAMETOOLONG, errno.ELOOP), _NO_NAME),
}
_CURES: Final = {
    _FULL: "The disk is full{where}. Make room, and run again: what was published before stays as it is.",
    _UNUSABLE: "The disk could not be read or written{where}: it is full, or broken. See how much room it has, and run "
    "again.",
    _READ_ONLY: "The disk is read-only{where}. Name a workspace on a writable disk, or mount it as writable.",
    _DENIED: "The user that runs this may not read or write here{where}. Give it permission, or name another "
    "workspace.",
    _IN_THE_WAY: "A file stands where a folder belongs, or a folder where a file belongs{where}. Move it away, or name "
    "another workspace.",
    _NO_NAME: "No file can have this name{where}: it is too long, or a link that leads to itself. Name another one.",
    _DAMAGED: "A database is damaged{where}. warehouse/cx.duckdb and .dagster may be removed: the next run makes them "
    "again. warehouse/raw.duckdb holds the secret of people's keys: put its last backup in its place.",
}
_QUOTED: Final = re.compile(r"[\"']([^\"'\n]+)[\"']")


def machine_trouble(error: BaseException | str) -> str | None:
    """One sentence where the disk is full, read-only or closed to this user, or what lies on it is not as it has to be.

    Args:
        error: what was raised, or its words where another process or library kept no more.

    Returns:
        None where something else is wrong.
    """
    for one in _chain(error) if isinstance(error, BaseException) else (error,):
        found = _BY_NUMBER.get(one.errno or 0) if isinstance(one, OSError) else None
        text = str(one).lower()
        found = found or next((kind for kind in _CURES if any(said in text for said in kind)), None)
        if found:
            name = _file_of(one)
            return _CURES[found].format(where=f" ({name})" if name else "")
    return None


def demand_writable(folders: Iterable[Path]) -> None:
    """Refuse before anything is begun what would break off in the middle.

    Args:
        folders: where this process will write; one that is not there yet will be made.

    Raises:
        OSError: the first folder into which it may not write, because of its disk (EROFS) or of its rights (EACCES),
            or that is a file (ENOTDIR).
    """
    for folder in folders:
        there = next(one for one in (folder, *folder.absolute().parents) if os.path.lexists(one))
        if not there.is_dir():
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(there))
        if not os.access(there, os.W_OK | os.X_OK):
            number = errno.EROFS if os.statvfs(there).f_flag & os.ST_RDONLY else errno.EACCES
            raise OSError(number, os.strerror(number), str(folder))


def make_folder(folder: Path) -> None:
    """Make a folder that a user named, and those above it, if they are not there yet.

    Raises:
        WorkspaceError: it cannot be made, with the reason; or what is there is not a folder that may be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        demand_writable([folder])
    except OSError as error:
        # Some systems have places, such as /proc, where nobody can make a folder, and say that it is not there.
        why = machine_trouble(error) or f"The system says: {error.strerror}. Name a folder on another disk."
        problem = Problem(file=str(folder), what="This folder cannot be used.", fix=why)
        raise WorkspaceError([problem]) from error


def _file_of(error: BaseException | str) -> str | None:
    """The file that an error is about: its own attribute, or the path that its text quotes."""
    name = getattr(error, "filename", None)
    if isinstance(name, (str, bytes)):
        return os.fsdecode(name)
    return next((text for text in _QUOTED.findall(str(error)) if _is_there(text)), None)


def _is_there(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False  # no system has a file of this name


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__

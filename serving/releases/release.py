"""Releases on disk: which one is live, opening it for reading, the ones before it, and pointing back to one.

In: a workspace's `published/` folder. Out: an immutable `LiveRelease`. A release is a folder named by its run, with the
snapshot, its metric definitions and its document; `CURRENT.json` points at one. Nothing here imports MetricFlow.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from serving.definitions.manifest import read_semantics
from serving.definitions.semantics import Semantics
from serving.engine import Cache, Engine
from serving.errors import NoRelease, UserError, did_you_mean
from serving.privacy.lattice import Key, Lattice
from serving.releases.readers import Readers
from workspace.paths import SNAPSHOT_FILE, WorkspacePaths
from workspace.records.documents import Current, Release
from workspace.records.releases import (
    BrokenReleaseError,
    Signature,
    documents,
    live_pointer,
    newest_whole,
    read_pointer,
    signature_of,
    switch,
    verify,
)

if TYPE_CHECKING:
    from serving.rows import Answer


@dataclass(frozen=True, eq=False)
class LiveRelease:
    """A release opened for reading. Everything it can answer is inside its folder.

    Attributes:
        manifest_json: the metric definitions, as dbt wrote them.
        protected: small cells are hidden. Off only where numbers are compared with the marts themselves.
        instead_of: why this one is read and not the one that the pointer names, in a sentence; empty where it is.
        readers: who is waiting for an answer.
    """

    document: Release
    folder: Path
    manifest_json: str = field(repr=False)
    protected: bool = True
    instead_of: str = ""
    readers: Readers = field(default_factory=Readers, repr=False)

    @property
    def run_id(self) -> str:
        return self.document.run_id

    @cached_property
    def semantics(self) -> Semantics:
        return read_semantics(self.manifest_json)

    @cached_property
    def engine(self) -> Engine:
        return Engine(self.folder / SNAPSHOT_FILE, self.manifest_json)

    @cached_property
    def answers(self) -> Cache[Answer]:
        """Answers already given, by question."""
        return Cache(2_000)

    @cached_property
    def lattices(self) -> Cache[Lattice]:
        """Which cells are hidden, by metric of people and dimensions."""
        return Cache(500)

    @cached_property
    def stored(self) -> Cache[Mapping[Key, Lattice]]:
        """Which cells of statistics at a fixed grain are hidden, by metric of people."""
        return Cache(50)


@dataclass(frozen=True)
class Freshness:
    """What the freshness badge says.

    Attributes:
        published_at: when the release was published (UTC).
        as_of_on: the business day its states refer to.
        is_stale: published longer ago than the hours that were asked for.
    """

    published_at: datetime
    as_of_on: date
    is_stale: bool
    age: timedelta


logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Known:
    """A release that was read, and the state of its files before that: once they were written, it is read again."""

    signature: Signature
    found: LiveRelease | BrokenReleaseError


_open: dict[tuple[Path, str, str, str], _Known] = {}
_open_lock = threading.Lock()
_KEPT_OPEN: Final = 4
_SHOWN: Final = 80  # characters of an unknown name, in a message
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


def current(paths: WorkspacePaths) -> Current | None:
    """The pointer to the live release, or None where nothing was published yet."""
    try:
        return read_pointer(paths)
    except BrokenReleaseError as error:
        raise NoRelease(error.what, command=_run(paths), looked_for=error.file, is_damage=True) from error


def open_release(paths: WorkspacePaths, run_id: str | None = None) -> LiveRelease:
    """The live release, also asked for by its name, or the one of `run_id`; opened once a process.

    Every opening proves that the files are those that were published; so does every later call, once one of them was
    written since. Where the live release is not what was published, the newest other one that is answers in its place,
    and says so (`LiveRelease.instead_of`).

    Raises:
        NoRelease: nothing is published, or no release is what was published.
        UserError: `run_id` names no release.
    """
    if run_id is None:
        return _live(paths)
    pointer = live_pointer(paths)
    if pointer and run_id == pointer.run_id:
        return _live(paths)
    if not _is_name(run_id) or not paths.release(run_id).is_dir():
        raise _unknown(paths, run_id)
    try:
        return _opened(paths, run_id)
    except BrokenReleaseError as error:
        raise NoRelease(error.what, command=_list(paths), looked_for=error.file, is_damage=True) from error


def releases(paths: WorkspacePaths) -> tuple[Release, ...]:
    """Every published release, newest first. Folders without a valid document are not releases."""
    return documents(paths)


def rollback(paths: WorkspacePaths, run_id: str) -> Current:
    """Point readers back to a release that is still kept. The swap is atomic; the release itself is not touched."""
    if not _is_name(run_id) or not paths.release(run_id).is_dir():
        raise _unknown(paths, run_id)
    try:
        document = verify(paths, run_id).document
    except BrokenReleaseError as error:
        raise NoRelease(error.what, command=_list(paths), looked_for=error.file, is_damage=True) from error
    return switch(paths, document, reason="rollback", at=datetime.now(UTC))


def freshness(release: LiveRelease, *, now: datetime, stale_after_hours: float) -> Freshness:
    """How old the release is at `now` (with a time zone)."""
    published_at = release.document.published_at
    if published_at.tzinfo is None:
        published_at = published_at.replace(tzinfo=UTC)
    age = now - published_at
    return Freshness(published_at, release.document.as_of_on, age > timedelta(hours=stale_after_hours), age)


def _live(paths: WorkspacePaths) -> LiveRelease:
    pointed_at = None
    try:
        pointer = read_pointer(paths)
        if pointer is None:
            what = "Nothing has been published in this workspace yet."
            raise NoRelease(what, command=_run(paths), looked_for=paths.current)
        pointed_at = pointer.run_id
        return _opened(paths, pointer.run_id, seal=pointer.seal)
    except BrokenReleaseError as error:
        return _instead(paths, error, but=pointed_at)


def _instead(paths: WorkspacePaths, error: BrokenReleaseError, *, but: str | None) -> LiveRelease:
    """The newest release that is what was published, in place of the one that is not (`but`)."""

    def opened(run_id: str) -> LiveRelease:
        return _opened(paths, run_id, instead_of=f"{error.what} Release {run_id} answers in its place.")

    found = newest_whole(paths, opened, but=but)
    if found is not None:
        return found
    raise NoRelease(error.what, command=_run(paths), looked_for=error.file, is_damage=True) from error


def _opened(paths: WorkspacePaths, run_id: str, *, seal: str = "", instead_of: str = "") -> LiveRelease:
    """A verified release, opened once as long as its files stay as they are; one that is broken is read once, too."""
    key = (paths.root.resolve(), run_id, seal, instead_of)
    with _open_lock:
        signature = signature_of(paths, run_id)
        known = _open.get(key)
        if known is None or known.signature != signature:
            known = _Known(signature, _verified(paths, run_id, seal=seal, instead_of=instead_of))
            _open.pop(key, None)
            while len(_open) >= _KEPT_OPEN:
                _open.pop(next(iter(_open)))
            _open[key] = known
    if isinstance(known.found, BrokenReleaseError):
        raise known.found
    return known.found


def _verified(paths: WorkspacePaths, run_id: str, *, seal: str, instead_of: str) -> LiveRelease | BrokenReleaseError:
    try:
        found = verify(paths, run_id, seal=seal)
    except BrokenReleaseError as error:
        logger.error("%s (%s)", error.what, error.file)
        return error
    return LiveRelease(
        document=found.document,
        folder=paths.release(run_id),
        manifest_json=found.manifest_json,
        instead_of=instead_of,
    )


def _unknown(paths: WorkspacePaths, run_id: str) -> UserError:
    known = [release.run_id for release in releases(paths)]
    fix = did_you_mean(run_id[:_SHOWN], known) if known else f"Nothing is published yet: {_run(paths)}"
    shown = run_id if len(run_id) <= _SHOWN else f"{run_id[: _SHOWN - 1]}…"
    return UserError(f"There is no release '{shown}'.", fix)


def _is_name(run_id: str) -> bool:
    """A run id is one folder's name: plain letters, no path out of `published/`, no longer than a file system takes."""
    return _NAME.fullmatch(run_id) is not None


def _run(paths: WorkspacePaths) -> str:
    return f"cx run --workspace {paths.root}"


def _list(paths: WorkspacePaths) -> str:
    return f"cx releases --workspace {paths.root}"

"""Releases on disk: which one is live, opening it for reading, the ones before it, and pointing back to one.

In: a workspace's `published/` folder. Out: an immutable `LiveRelease`. A release is a folder named by its run, with the
snapshot, its metric definitions and its document; `CURRENT.json` points at one. Nothing here imports MetricFlow.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from serving.engine import Cache, Engine
from serving.errors import NoRelease, UserError, did_you_mean
from serving.privacy import Key, Lattice
from serving.readers import Readers
from serving.semantics import Semantics, read_semantics
from workspace.documents import Current, Release
from workspace.paths import MANIFEST_FILE, RELEASE_FILE, SNAPSHOT_FILE, WorkspacePaths

if TYPE_CHECKING:
    from serving.answers import Answer


@dataclass(frozen=True, eq=False)
class LiveRelease:
    """A release opened for reading. Everything it can answer is inside its folder.

    Attributes:
        manifest_json: the metric definitions, as dbt wrote them.
        protected: small cells are hidden. Off only where numbers are compared with the marts themselves.
        readers: who is waiting for an answer.
    """

    document: Release
    folder: Path
    manifest_json: str = field(repr=False)
    protected: bool = True
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


_open: dict[tuple[Path, str], LiveRelease] = {}
_open_lock = threading.Lock()
_KEPT_OPEN: Final = 4
_SHOWN: Final = 80  # signs of a name that nobody gave, in a message
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


def current(paths: WorkspacePaths) -> Current | None:
    """The pointer to the live release, or None where nothing was published yet."""
    if not paths.current.is_file():
        return None
    try:
        return Current.model_validate_json(paths.current.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise NoRelease(
            "The pointer to the live release cannot be read.", command=_run(paths), looked_for=paths.current
        ) from error


def open_release(paths: WorkspacePaths, run_id: str | None = None) -> LiveRelease:
    """The live release, or the one of `run_id`. Opened once per process and shared by its threads.

    Raises:
        NoRelease: nothing is published, or the release is not whole.
        UserError: `run_id` names no release.
    """
    if run_id is None:
        pointer = current(paths)
        if pointer is None:
            what = "Nothing has been published in this workspace yet."
            raise NoRelease(what, command=_run(paths), looked_for=paths.current)
        run_id = pointer.run_id
    elif not _is_name(run_id) or not paths.release(run_id).is_dir():
        raise _unknown(paths, run_id)
    key = (paths.root.resolve(), run_id)
    with _open_lock:
        if key not in _open:
            opened = _read(paths, run_id)
            while len(_open) >= _KEPT_OPEN:
                _open.pop(next(iter(_open)))
            _open[key] = opened
        return _open[key]


def releases(paths: WorkspacePaths) -> tuple[Release, ...]:
    """Every published release, newest first. Folders without a valid document are no releases."""
    found = []
    for document in sorted(paths.published.glob(f"*/{RELEASE_FILE}")):
        try:
            found.append(Release.model_validate_json(document.read_text(encoding="utf-8")))
        except (ValidationError, OSError):
            continue
    return tuple(sorted(found, key=lambda release: (release.published_at, release.run_id), reverse=True))


def rollback(paths: WorkspacePaths, run_id: str) -> Current:
    """Point readers back to a release that is still kept. The swap is atomic; the release itself is not touched."""
    if not _is_name(run_id) or not paths.release(run_id).is_dir():
        raise _unknown(paths, run_id)
    open_release(paths, run_id)
    pointer = Current(run_id=run_id, switched_at=datetime.now(UTC), reason="rollback")
    pointer.write(paths.current)
    return pointer


def freshness(release: LiveRelease, *, now: datetime, stale_after_hours: float) -> Freshness:
    """How old the release is at `now` (with a time zone)."""
    published_at = release.document.published_at
    if published_at.tzinfo is None:
        published_at = published_at.replace(tzinfo=UTC)
    age = now - published_at
    return Freshness(published_at, release.document.as_of_on, age > timedelta(hours=stale_after_hours), age)


def _read(paths: WorkspacePaths, run_id: str) -> LiveRelease:
    folder = paths.release(run_id)
    for name in (RELEASE_FILE, MANIFEST_FILE, SNAPSHOT_FILE):
        if not (folder / name).is_file():
            raise NoRelease(f"The release {run_id} lacks {name}.", command=_mend(paths), looked_for=folder / name)
    try:
        document = Release.model_validate_json((folder / RELEASE_FILE).read_text(encoding="utf-8"))
    except ValidationError as error:
        what = f"The document of release {run_id} cannot be read."
        raise NoRelease(what, command=_mend(paths), looked_for=folder / RELEASE_FILE) from error
    manifest = (folder / MANIFEST_FILE).read_bytes()
    if hashlib.sha256(manifest).hexdigest() != document.manifest_sha256:
        what = f"The metric definitions of release {run_id} are not those that were published."
        raise NoRelease(what, command=_mend(paths), looked_for=folder / MANIFEST_FILE)
    return LiveRelease(document=document, folder=folder, manifest_json=manifest.decode("utf-8"))


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


def _mend(paths: WorkspacePaths) -> str:
    return f"cx releases --workspace {paths.root}"

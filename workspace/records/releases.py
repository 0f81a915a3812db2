"""Releases on disk: which one is live, whether each still is what was published, and in what order they came.

In: a workspace's `published/` folder. Out: documents and verified releases, or what is wrong with one. The pipeline
writes releases and `serving` reads them; both use this module for what they share. Order is by sequence: a clock may
be set back.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, TypeVar

from pydantic import ValidationError

from workspace.paths import MANIFEST_FILE, RELEASE_FILE, SNAPSHOT_FILE, WorkspacePaths
from workspace.records.documents import Current, Release

T = TypeVar("T")

logger = logging.getLogger(__name__)

_FILES: Final = (RELEASE_FILE, MANIFEST_FILE, SNAPSHOT_FILE)
# Shows whether a file was written since: its time of change cannot be set by hand.
Signature = tuple[tuple[int, int, int], ...]


class BrokenReleaseError(Exception):
    """A release, or the pointer to it, that is not what was published.

    Attributes:
        what: the fault, in one sentence.
        file: the file that has it.
    """

    def __init__(self, what: str, file: Path) -> None:
        self.what, self.file = what, file
        super().__init__(what)


@dataclass(frozen=True)
class VerifiedRelease:
    """A release whose three files are those that were published."""

    document: Release
    manifest_json: str = field(repr=False)


def read_pointer(paths: WorkspacePaths) -> Current | None:
    """The pointer to the live release; None where nothing was published yet.

    Raises:
        BrokenReleaseError: it cannot be read.
    """
    try:
        return Current.model_validate_json(paths.current.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        what = "The pointer to the live release cannot be read."
        raise BrokenReleaseError(what, paths.current) from error


def live_pointer(paths: WorkspacePaths) -> Current | None:
    """Which release is live; None where none is, also where the pointer is damaged: opening a release says so."""
    try:
        return read_pointer(paths)
    except BrokenReleaseError as error:
        logger.warning("%s", error)
        return None


def switch(paths: WorkspacePaths, release: Release, *, reason: Literal["publish", "rollback"], at: datetime) -> Current:
    """Make a release live: readers see the previous one until the rename, and this one after it."""
    before = live_pointer(paths)
    pointer = Current(
        run_id=release.run_id,
        switched_at=at,
        # What was live once stays above what never was.
        sequence=max(release.sequence, before.sequence if before else 0),
        seal=release.seal,
        reason=reason,
    )
    pointer.write(paths.current)
    sync_folder(paths.published)
    return pointer


def sync_folder(path: Path) -> None:
    """Have the disk keep what was renamed or made in a folder, also should the machine stop now."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def documents(paths: WorkspacePaths) -> tuple[Release, ...]:
    """What every release says of itself, newest first. Folders without a readable document are not releases."""
    found = []
    for path in paths.published.glob(f"[!.]*/{RELEASE_FILE}"):
        try:
            found.append(Release.model_validate_json(path.read_bytes()))
        except (ValidationError, OSError):
            logger.warning("%s cannot be read; the folder is left as it is", paths.relative(path))
    return tuple(sorted(found, key=lambda one: (one.sequence, one.published_at, one.run_id), reverse=True))


def read_document(paths: WorkspacePaths, run_id: str) -> Release:
    """What a release says of itself, unverified.

    Raises:
        BrokenReleaseError: it cannot be read.
    """
    return _read(paths, run_id)[0]


def verify(paths: WorkspacePaths, run_id: str, *, seal: str = "") -> VerifiedRelease:
    """Read a release and prove that its files are those that were published.

    Args:
        seal: the one that the pointer names; empty where it names none.

    Raises:
        BrokenReleaseError: a file is missing, cannot be read, or was changed.
    """
    folder = paths.release(run_id)
    signature_of(paths, run_id)
    document, text = _read(paths, run_id)
    # A release from before seals has none, and no pointer names one.
    is_sealed = bool(seal or document.seal)
    is_own = document.seal == seal_of(text) and seal in ("", document.seal)
    if document.run_id != run_id or (is_sealed and not is_own):
        raise _changed(run_id, "document", folder / RELEASE_FILE)
    try:
        manifest = (folder / MANIFEST_FILE).read_bytes()
        snapshot = sha256_of(folder / SNAPSHOT_FILE)
    except OSError as error:
        file = Path(error.filename or folder)
        raise BrokenReleaseError(f"{file.name} of release {run_id} cannot be read.", file) from error
    if hashlib.sha256(manifest).hexdigest() != document.manifest_sha256:
        raise _changed(run_id, "metric definitions", folder / MANIFEST_FILE)
    if snapshot != document.snapshot_sha256:
        raise _changed(run_id, "numbers", folder / SNAPSHOT_FILE)
    return VerifiedRelease(document, manifest.decode("utf-8"))


def seen_by_readers(paths: WorkspacePaths) -> str | None:
    """The release that readers see: the live one if it is what was published, else the newest other one that is."""
    pointed_at = None
    try:
        pointer = read_pointer(paths)
        if pointer is None:
            return None
        pointed_at = pointer.run_id
        return verify(paths, pointed_at, seal=pointer.seal).document.run_id
    except BrokenReleaseError:
        return newest_whole(paths, lambda run_id: verify(paths, run_id).document.run_id, but=pointed_at)


def newest_whole(paths: WorkspacePaths, opened: Callable[[str], T], *, but: str | None) -> T | None:
    """The newest release that is what was published, in place of the live one that is not; None where none is.

    Args:
        opened: opens a release by its run id, and raises BrokenReleaseError where it is broken.
        but: the broken one that the pointer names. By itself it may look whole: the pointer knows better.
    """
    for document in documents(paths):
        if document.run_id != but:
            with suppress(BrokenReleaseError):
                return opened(document.run_id)
    return None


def signature_of(paths: WorkspacePaths, run_id: str) -> Signature:
    """Changes whenever a file of a release is written, exchanged or renamed.

    Raises:
        BrokenReleaseError: a file is missing.
    """
    folder = paths.release(run_id)
    found = []
    for name in _FILES:
        try:
            stat = (folder / name).stat()
        except OSError as error:
            raise BrokenReleaseError(f"The release {run_id} lacks {name}.", folder / name) from error
        found.append((stat.st_ino, stat.st_size, stat.st_ctime_ns))
    return tuple(found)


def seal_of(text: bytes) -> str:
    """SHA-256 of a document without its own seal, independent of key order and the version that wrote it."""
    document = json.loads(text)
    document.pop("seal", None)
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def sealed(release: Release) -> Release:
    """The document with the seal of its present content."""
    return release.model_copy(update={"seal": seal_of(release.model_dump_json().encode())})


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(paths: WorkspacePaths, run_id: str) -> tuple[Release, bytes]:
    path = paths.release(run_id) / RELEASE_FILE
    try:
        text = path.read_bytes()
        return Release.model_validate_json(text), text
    except (OSError, ValidationError) as error:
        raise BrokenReleaseError(f"The document of release {run_id} cannot be read.", path) from error


def _changed(run_id: str, what: str, file: Path) -> BrokenReleaseError:
    return BrokenReleaseError(f"The {what} of release {run_id} were changed after it was published.", file)

"""A release whose document a test writes: sealed and live, as after publishing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workspace.paths import RELEASE_FILE, WorkspacePaths
from workspace.records.documents import Current, Release
from workspace.records.releases import read_document, read_pointer, sealed


def make_live(paths: WorkspacePaths, release: Release) -> Release:
    """Write a release's document beside its other files, with its seal, and let readers see it."""
    written = sealed(release)
    written.write(paths.release(release.run_id) / RELEASE_FILE)
    Current(
        run_id=written.run_id, switched_at=written.published_at, sequence=written.sequence, seal=written.seal
    ).write(paths.current)
    return written


def rewrite(paths: WorkspacePaths, change: Callable[[dict[str, Any]], object]) -> Release:
    """Change the live release's document as a run would have written it."""
    pointer = read_pointer(paths)
    assert pointer is not None
    document = read_document(paths, pointer.run_id).model_dump(mode="json")
    change(document)
    return make_live(paths, Release.model_validate(document))

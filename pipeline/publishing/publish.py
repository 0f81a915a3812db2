"""Write, audit, publish: from a built warehouse to the release that readers see.

In: a workspace whose stages have left their audit records, and dbt's artefacts. Out: `published/<run_id>/` and
`CURRENT.json` pointing at it, or a refusal with its reasons, or "nothing new".

Readers never see a part: everything is written into a hidden folder, one rename makes it a release, and one more
rename makes `CURRENT.json` point there. A process killed at any point leaves either the old release live or the new.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline import audit
from pipeline.dbt import lineage
from pipeline.publishing.decision import Decision, decide, withheld_metrics
from pipeline.publishing.release_facts import ReleaseFacts, built_settings, read_facts
from pipeline.publishing.snapshot import canonical_hash, read_tables, write_snapshot
from workspace import Workspace
from workspace.configuration.frozen import frozen_settings
from workspace.paths import MANIFEST_FILE, RELEASE_FILE, SNAPSHOT_FILE, WorkspacePaths
from workspace.records.documents import Check, Current, Release, TableRecord
from workspace.records.releases import (
    BrokenReleaseError,
    documents,
    live_pointer,
    sealed,
    sha256_of,
    switch,
    sync_folder,
    verify,
)

STAGING_PREFIX = ".staging-"
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Publication:
    """How publishing ended.

    Attributes:
        live: run id of the release that is live now; None where there is none.
        reasons: why nothing was published, where it was blocked.
        release: the new release, where one was published.
    """

    outcome: Literal["published", "nothing_new", "blocked"]
    live: str | None
    reasons: tuple[str, ...] = ()
    release: Release | None = None


def publish(
    workspace: Workspace,
    *,
    run_id: str,
    code_version: str,
    changed_files: Sequence[str] = (),
    artefacts: Path,
    ledger: Sequence[Mapping[str, Any]],
) -> Publication:
    """Publish the warehouse of a run, if its audit records allow it and its content is new.

    The caller holds the workspace's lock, so that an unfinished release in `published/` is abandoned work.

    Args:
        workspace: the validated workspace.
        run_id: the run whose audit records decide, and the name of the release.
        code_version: which code built the warehouse.
        changed_files: files of the code that differ from the commit which `code_version` names.
        artefacts: dbt's target folder of this run, with manifest.json and semantic_manifest.json.
        ledger: rows of `ledger.loads`.
    """
    paths = workspace.paths
    live = live_pointer(paths)
    clean(paths, live=live)
    decision = decide(audit.read(paths.audit, run_id=run_id))
    if not decision.may_publish:
        return Publication(outcome="blocked", live=live.run_id if live else None, reasons=decision.blocked_by)

    edited = _edited_settings(workspace)
    if edited:
        reason = (
            f"cx.yml was edited after the warehouse was built ({', '.join(edited)}): its numbers are those of the "
            "earlier settings. Run cx run, which builds with the new ones."
        )
        return Publication(outcome="blocked", live=live.run_id if live else None, reasons=(reason,))

    before = _live_release(paths, live)
    staging = paths.published / f"{STAGING_PREFIX}{run_id}"
    staging.mkdir(parents=True, mode=_FOLDER_MODE)
    paths.published.chmod(_FOLDER_MODE)
    try:
        release = _write(
            workspace,
            staging,
            run_id=run_id,
            sequence=_next_sequence(paths, live),
            code_version=code_version,
            changed_files=changed_files,
            artefacts=artefacts,
            ledger=ledger,
            decision=decision,
            before=before,
        )
        if before and before.content_hash == release.content_hash:
            return Publication(outcome="nothing_new", live=before.run_id)
        staging.rename(paths.release(run_id))
        sync_folder(paths.published)
        switch(paths, release, reason="publish", at=audit.now())
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    prune(paths, keep=workspace.config.serving.keep_releases)
    return Publication(outcome="published", live=run_id, release=release)


def clean(paths: WorkspacePaths, *, live: Current | None) -> None:
    """Remove what killed runs have left: hidden folders, and releases that were renamed but never went live.

    The pointer keeps the highest sequence that was ever live. Where there is none (the pointer is lost, or from before
    sequences), nobody can say what was live, and all are kept.
    """
    for folder in paths.published.glob(f"{STAGING_PREFIX}*"):
        logger.info("removing %s, left by a run that did not finish", folder.name)
        shutil.rmtree(folder)
    for temporary in paths.published.glob(".CURRENT.json.*.tmp"):
        temporary.unlink()
    if live is None or not live.sequence:
        return
    for release in documents(paths):
        if release.sequence > live.sequence:
            logger.info("removing release %s, which never went live", release.run_id)
            shutil.rmtree(paths.release(release.run_id))


def prune(paths: WorkspacePaths, *, keep: int) -> None:
    """Keep the newest `keep` releases, and the live one at any age."""
    live = live_pointer(paths)
    for release in documents(paths)[keep:]:
        if live is None or release.run_id != live.run_id:
            shutil.rmtree(paths.release(release.run_id))


def content_hash(
    *,
    tables: Mapping[str, TableRecord],
    semantic_manifest: Mapping[str, Any],
    policy: Mapping[str, Any],
    withheld: Mapping[str, Sequence[str]],
    checks: Sequence[Check],
) -> str:
    """What makes two releases the same: tables, definitions, policy, and which checks failed."""
    failed = sorted((check.asset, check.name, check.behaviour) for check in checks if check.status == "failed")
    return canonical_hash(
        {
            "tables": {table: record.content_hash for table, record in tables.items()},
            "semantic_manifest": semantic_manifest,
            "policy": policy,
            "withheld": withheld,
            "failed": failed,
        }
    )


def _write(
    workspace: Workspace,
    folder: Path,
    *,
    run_id: str,
    sequence: int,
    code_version: str,
    changed_files: Sequence[str],
    artefacts: Path,
    ledger: Sequence[Mapping[str, Any]],
    decision: Decision,
    before: Release | None,
) -> Release:
    """Write the three files of a release into `folder` and read the snapshot back in full."""
    paths = workspace.paths
    manifest = json.loads((artefacts / "manifest.json").read_bytes())
    semantic_manifest = json.loads((artefacts / MANIFEST_FILE).read_bytes())
    snapshot = folder / SNAPSHOT_FILE
    write_snapshot(paths.marts_database, snapshot, tables=lineage.marts(manifest))
    earlier = paths.release(before.run_id) / SNAPSHOT_FILE if before else None
    tables = read_tables(snapshot, before=before.tables if before else {}, earlier=earlier)
    shutil.copyfile(artefacts / MANIFEST_FILE, folder / MANIFEST_FILE)
    facts = read_facts(marts_database=snapshot, raw_database=paths.raw_database)
    policy = _policy(workspace, facts)
    withheld = withheld_metrics(decision.checks, semantic_manifest)
    release = Release(
        run_id=run_id,
        sequence=sequence,
        published_at=audit.now(),
        **policy,
        code_version=code_version,
        changed_files=tuple(changed_files),
        config_hashes=dict(workspace.hashes),
        content_hash=content_hash(
            tables=tables,
            semantic_manifest=semantic_manifest,
            policy=policy,
            withheld=withheld,
            checks=decision.checks,
        ),
        snapshot_sha256=sha256_of(snapshot),
        manifest_sha256=sha256_of(folder / MANIFEST_FILE),
        tables=tables,
        feeds=facts.feeds,
        withheld=withheld,
        checks=decision.checks,
        lineage=lineage.lineage(manifest, sources=workspace.config.sources, ledger=ledger),
        ledger=tuple(dict(row) for row in ledger),
        books=facts.books,
        unmapped=facts.unmapped,
    )
    release = sealed(release)
    release.write(folder / RELEASE_FILE)
    for path in folder.iterdir():
        path.chmod(_FILE_MODE)
        _sync_file(path)
    sync_folder(folder)
    return release


def _edited_settings(workspace: Workspace) -> list[str]:
    """First keys of cx.yml that say something else than when the warehouse was built."""
    built = built_settings(workspace.paths.raw_database)
    if built is None:
        return []
    now = frozen_settings(workspace.config)
    return sorted(key for key in {*built, *now} if built.get(key) != now.get(key))


def _policy(workspace: Workspace, facts: ReleaseFacts) -> dict[str, Any]:
    config = workspace.config
    return {
        "company": config.company,
        "timezone": config.timezone,
        "currency": config.currency,
        "as_of_on": facts.as_of_on,
        "as_of_is_pinned": facts.as_of_is_pinned,
        "min_cell": config.privacy.min_cell,
        "min_cell_comments": config.privacy.min_cell_comments,
        "publish_comments": config.privacy.publish_comments,
        "settings": frozen_settings(config),
    }


def _live_release(paths: WorkspacePaths, live: Current | None) -> Release | None:
    """What readers see; None where the live release is not what was published, so that it is made again."""
    try:
        return verify(paths, live.run_id, seal=live.seal).document if live else None
    except BrokenReleaseError as error:
        logger.warning("%s", error)
        return None


def _next_sequence(paths: WorkspacePaths, live: Current | None) -> int:
    return 1 + max((live.sequence if live else 0, *(release.sequence for release in documents(paths))))


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())

"""The JSON documents that the layers exchange: audit records, the release, and the pointer to the live one.

They meet here and not in each other's Python: the pipeline writes these, `serving` reads them. A document is
validated when written and when read, so that a hand-edited or half-written one is named as such.
"""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Behaviour = Literal["block", "withhold", "warn"]
CheckStatus = Literal["passed", "failed", "error"]
StageStatus = Literal["passed", "failed", "error", "skipped"]
StageName = Literal["ingest", "gate_raw", "build", "gate_marts", "publish"]


class Document(BaseModel):
    """A JSON file with a fixed shape: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def write(self, path: Path, *, mode: int = 0o600) -> None:
        """Write as JSON so that a reader sees the old file or the new one, never a part."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(self.model_dump_json(indent=2))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)


class Check(Document):
    """One check of a gate or one dbt test, and how it ended.

    Attributes:
        asset: the table that was checked, as `schema.table`.
        behaviour: what a failure does. `error` (the check could not run) always blocks.
        unexpected: number of rows that broke the rule, where rows can be counted.
        observed: the value seen, as text without personal data.
        metrics: names of the metrics that depend on this check.
        earned_in: the run that checked, where nothing of what it looked at has changed since; None where this run did.
    """

    name: str
    asset: str
    behaviour: Behaviour
    status: CheckStatus
    description: str
    engine: Literal["great_expectations", "dbt", "pipeline"]
    unexpected: int | None = None
    observed: str | None = None
    metrics: tuple[str, ...] = ()
    earned_in: str | None = None

    @property
    def blocks(self) -> bool:
        return self.status == "error" or (self.status == "failed" and self.behaviour == "block")


class StartRecord(Document):
    """That a run began: written before anything else, so that a run which never ended is seen.

    Attributes:
        sequence: 1 for the first run of the workspace, one more for each after it, independent of the clock.
        pid: the process that ran it.
        dagster_run_id: the same run in Dagster, where Dagster started it.
    """

    run_id: str
    sequence: int
    started_at: datetime
    pid: int
    code_version: str
    dagster_run_id: str | None = None


class AuditRecord(Document):
    """What one stage of one run did. Written in `finally`, also when the stage failed; never changed afterwards."""

    run_id: str
    stage: StageName
    status: StageStatus
    started_at: datetime
    finished_at: datetime
    code_version: str
    message: str = ""
    checks: tuple[Check, ...] = ()
    facts: dict[str, Any] = Field(default_factory=dict)


class Feed(Document):
    """How far one kind of fact reaches in this release. A metric whose feeds are all empty is no_data, not 0.

    Attributes:
        rows: facts of this feed, dated or not.
        first_on, last_on: business days of its first and last dated fact; None where none has a date.
        refused_rows: facts that were left out because a definition forbids them (an NPS on a 1-5 scale).
        provisional_reason: why every metric of this feed is provisional, even if its definition is certified: a
            forecast that was not better than going on as before.
        rests_on: models whose estimates these facts are; empty where they are observed.
        part: how many of its rows or answers count, where some are lost (`54 of 66 answers count, 12 unreadable`).
    """

    rows: int
    first_on: date | None = None
    last_on: date | None = None
    refused_rows: int = 0
    refused_reason: str | None = None
    provisional_reason: str | None = None
    rests_on: tuple[str, ...] = ()
    part: str | None = None


class TableRecord(Document):
    """One table of a snapshot; neither hash depends on the order of its rows.

    Attributes:
        engine_hash: DuckDB's own, quick, and another one in another version of it; empty in earlier releases.
        row_sums: the sums of the rows' hashes that `content_hash` covers, from which those of the next release follow;
            empty in earlier releases.
    """

    rows: int
    content_hash: str
    engine_hash: str = ""
    row_sums: tuple[str, ...] = ()


class Release(Document):
    """`release.json`: everything a reader needs besides the snapshot and the metric definitions.

    Attributes:
        as_of_on: the business day that states refer to.
        as_of_is_pinned: cx.yml names the day, so that an old day is a choice and not a late load.
        content_hash: over all tables, definitions and policy; equal hashes are the same release.
        withheld: metric -> names of the failed checks that withhold it.
        feeds: feed -> how far it reaches.
        lineage: mart (table name) -> {"models": names of the models above it, "raw_tables": `schema.table`,
            "sources": names of cx.yml, "files": paths of the files that are live in them}; all sorted.
        settings: what cx.yml said when the warehouse was built, without secrets (see frozen.py); None in releases
            that were published before they kept it.
        config_hashes: SHA-256 of cx.yml and of every mapping file, by path below the workspace.
        changed_files: files of the code that differ from the commit which `code_version` names.
        tables: table name -> rows and content hash.
        sequence: its place among the releases of this workspace, from 1 on; 0 in releases from before it was kept.
        seal: SHA-256 of everything else in this file (`seal_of` in releases.py); empty in releases from before it.
    """

    run_id: str
    sequence: int = 0
    seal: str = ""
    published_at: datetime
    company: str
    timezone: str
    currency: str
    as_of_on: date
    as_of_is_pinned: bool
    code_version: str
    changed_files: tuple[str, ...] = ()
    content_hash: str
    snapshot_sha256: str
    manifest_sha256: str
    min_cell: int
    min_cell_comments: int
    publish_comments: bool
    settings: dict[str, Any] | None = None
    config_hashes: dict[str, str] = Field(default_factory=dict)
    tables: dict[str, TableRecord]
    feeds: dict[str, Feed]
    withheld: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    lineage: dict[str, dict[str, Any]] = Field(default_factory=dict)
    ledger: tuple[dict[str, Any], ...] = ()
    books: tuple[dict[str, Any], ...] = ()
    unmapped: tuple[dict[str, Any], ...] = ()


class Current(Document):
    """`CURRENT.json`: which release is live, and since when.

    Attributes:
        sequence: the highest one of a release that was ever live: what is above it never was.
        seal: the live release's own, so that its file cannot be exchanged alone.
    """

    run_id: str
    switched_at: datetime
    sequence: int = 0
    seal: str = ""
    reason: Literal["publish", "rollback"] = "publish"

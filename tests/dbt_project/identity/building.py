"""A workspace's folder in; its files loaded and the models of identity built on them: no tests, no other marts."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.engine.load import load_mappings, load_source, prepare
from tests.dbt_project.running import run_dbt
from workspace import load_workspace

MODELS = ("+int_identity__identifiers", "+int_touchpoints__types", "person_key_aliases")


def load(folder: Path, *, secret: bytes | None = None) -> None:
    """Load whatever lies in the inbox.

    Args:
        secret: takes the place of the workspace's own, so that keys can be compared between workspaces.
    """
    workspace = load_workspace(folder)
    prepare(workspace)
    if secret is not None:
        with duckdb.connect(str(workspace.paths.raw_database)) as connection:
            connection.execute(
                "update secret.key_pads set ipad = ?, opad = ?", [_pad(secret, 0x36), _pad(secret, 0x5C)]
            )
    load_mappings(workspace, run_id="run")
    for source in workspace.config.sources:
        load_source(workspace, source.name, run_id="run")


def build(folder: Path, *, target: Path, models: tuple[str, ...] = MODELS) -> Path:
    """Build identity and what it says of touchpoints, or other models.

    Args:
        target: dbt's artefacts; the second build with the same ones need not parse the project again.

    Returns:
        The database that holds it.
    """
    run_dbt(folder, "run", "-s", *models, target=target)
    return folder / "warehouse" / "raw.duckdb"


def _pad(secret: bytes, byte: int) -> bytes:
    return bytes(value ^ byte for value in secret.ljust(64, b"\0"))

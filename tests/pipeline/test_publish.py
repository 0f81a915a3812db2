"""Publishing: blocked, new, or nothing new; what a release holds; what is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from ingestion.engine.settings import replace_settings
from pipeline.publishing.publish import Publication, publish
from tests.pipeline.warehouse import a_check, build_warehouse, make_workspace, write_artefacts, write_records
from workspace import Workspace, load_workspace
from workspace.configuration.frozen import frozen_settings
from workspace.records.documents import Check, Current
from workspace.records.releases import documents, live_pointer, sha256_of

LEDGER = [{"source": "shop", "path": "inbox/a.csv", "status": "active", "records": 1000, "loaded": 1000, "rejected": 0}]
Run = Callable[..., Publication]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "workspace")


@pytest.fixture
def run(workspace: Workspace) -> Run:
    """Build marts whose orders all have `amount`, and publish them as `run_id`."""

    def run_once(run_id: str, *, amount: int = 10, checks: tuple[Check, ...] = (), **records: object) -> Publication:
        build_warehouse(workspace, amount=amount)
        write_records(workspace, run_id, checks=checks, **records)  # type: ignore[arg-type]
        artefacts = write_artefacts(workspace, run_id)
        return publish(workspace, run_id=run_id, code_version="1", artefacts=artefacts, ledger=LEDGER)

    return run_once


def test_a_release_is_the_snapshot_its_definitions_and_its_document(workspace: Workspace, run: Run) -> None:
    result = run("r1")
    folder = workspace.paths.release("r1")
    assert result.outcome == "published"
    assert sorted(path.name for path in folder.iterdir()) == [
        "release.json",
        "semantic_manifest.json",
        "snapshot.duckdb",
    ]
    release = result.release
    assert release
    assert release.snapshot_sha256 == sha256_of(folder / "snapshot.duckdb")
    assert release.manifest_sha256 == sha256_of(folder / "semantic_manifest.json")
    assert release.tables["fct_orders"].rows == 1000
    assert release.feeds["orders"].rows == 1000
    assert str(release.as_of_on) == "2026-02-01"
    assert release.books[0]["kept"] == 1000
    assert release.unmapped[0]["name"] == "gift"
    assert release.lineage["fct_orders"]["files"] == ["inbox/a.csv"]
    assert release.ledger[0]["records"] == 1000
    current = live_pointer(workspace.paths)
    assert current
    assert (current.run_id, current.reason) == ("r1", "publish")


def test_only_the_owner_can_read_a_release(workspace: Workspace, run: Run) -> None:
    run("r1")
    folder = workspace.paths.release("r1")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_identical_content_is_not_a_second_release(workspace: Workspace, run: Run) -> None:
    run("r1")
    pointer = workspace.paths.current.read_bytes()
    result = run("r2")
    assert (result.outcome, result.live) == ("nothing_new", "r1")
    assert workspace.paths.current.read_bytes() == pointer
    assert not workspace.paths.release("r2").exists()


def test_changed_content_is_a_new_release(workspace: Workspace, run: Run) -> None:
    run("r1", amount=10)
    assert run("r2", amount=11).outcome == "published"
    current = live_pointer(workspace.paths)
    assert current
    assert current.run_id == "r2"


def test_the_same_tables_with_another_policy_are_a_new_release(workspace: Workspace, run: Run) -> None:
    run("r1")
    privacy = workspace.config.privacy.model_copy(update={"min_cell": 9})
    stricter = Workspace(
        workspace.paths,
        workspace.config.model_copy(update={"privacy": privacy}),
        workspace.mappings,
    )
    write_records(stricter, "r2")
    result = publish(stricter, run_id="r2", code_version="1", artefacts=write_artefacts(stricter, "r2"), ledger=LEDGER)
    assert result.outcome == "published"


def test_a_release_keeps_its_settings_and_the_hashes_of_files_and_code(workspace: Workspace) -> None:
    build_warehouse(workspace, amount=10)
    write_records(workspace, "r1")
    artefacts = write_artefacts(workspace, "r1")
    result = publish(
        workspace,
        run_id="r1",
        code_version="1+changed.ab",
        changed_files=("app/shell/page.py",),
        artefacts=artefacts,
        ledger=LEDGER,
    )
    assert result.release
    assert result.release.settings == frozen_settings(workspace.config)
    assert result.release.config_hashes == dict(workspace.hashes)
    assert set(result.release.config_hashes) == {
        "cx.yml",
        "mappings/channels.csv",
        "mappings/touchpoint_types.csv",
    }
    assert result.release.changed_files == ("app/shell/page.py",)


def test_a_changed_setting_is_a_new_release_and_a_changed_comment_is_not(workspace: Workspace, run: Run) -> None:
    run("r1")
    text = workspace.paths.config.read_text()
    workspace.paths.config.write_text(f"# a comment\n{text}")
    again = load_workspace(workspace.paths.root)
    write_records(again, "r2")
    result = publish(again, run_id="r2", code_version="1", artefacts=write_artefacts(again, "r2"), ledger=LEDGER)
    assert result.outcome == "nothing_new"
    workspace.paths.config.write_text(f"{text}value: {{top_tier: 0.1}}\n")
    edited = load_workspace(workspace.paths.root)
    write_records(edited, "r3")
    result = publish(edited, run_id="r3", code_version="1", artefacts=write_artefacts(edited, "r3"), ledger=LEDGER)
    assert result.outcome == "published"


def test_settings_edited_after_the_build_are_not_published(workspace: Workspace) -> None:
    build_warehouse(workspace, amount=10)
    with duckdb.connect(str(workspace.paths.raw_database)) as connection:
        replace_settings(connection, workspace)
    config = workspace.paths.config
    config.write_text(f"{config.read_text()}value: {{top_tier: 0.1}}\n")
    edited = load_workspace(workspace.paths.root)
    for run_id, built, outcome in (("r1", edited, "blocked"), ("r2", workspace, "published")):
        write_records(built, run_id)
        artefacts = write_artefacts(built, run_id)
        result = publish(built, run_id=run_id, code_version="1", artefacts=artefacts, ledger=LEDGER)
        assert result.outcome == outcome
        assert all("edited after the warehouse was built (value)" in reason for reason in result.reasons)


def test_the_same_tables_with_another_failed_check_are_a_new_release(run: Run) -> None:
    run("r1", checks=(a_check(behaviour="withhold"),))
    failed = a_check(behaviour="withhold", status="failed")
    assert run("r2", checks=(failed,)).outcome == "published"
    assert run("r3", checks=(failed,)).outcome == "nothing_new"


def test_a_failed_blocking_check_keeps_the_live_release(workspace: Workspace, run: Run) -> None:
    run("r1", amount=10)
    pointer = workspace.paths.current.read_bytes()
    result = run("r2", amount=11, checks=(a_check(status="failed"),))
    assert result.outcome == "blocked"
    assert "keys_are_unique" in result.reasons[0]
    assert workspace.paths.current.read_bytes() == pointer
    assert [release.run_id for release in documents(workspace.paths)] == ["r1"]


def test_a_stage_that_did_not_run_blocks(workspace: Workspace, run: Run) -> None:
    result = run("r1", stages=("ingest", "gate_raw", "build"))
    assert result.outcome == "blocked"
    assert not workspace.paths.current.exists()


def test_a_failed_withhold_check_withholds_metrics_and_their_dependents(run: Run) -> None:
    failed = a_check(name="amounts", behaviour="withhold", status="failed", metrics=("revenue",))
    release = run("r1", checks=(failed,)).release
    assert release
    assert set(release.withheld) == {"revenue", "average_order_value"}


def test_old_releases_are_deleted_except_the_live_one(workspace: Workspace, run: Run) -> None:
    for number in range(1, 5):
        run(f"r{number}", amount=number)
    assert [release.run_id for release in documents(workspace.paths)] == ["r4", "r3"]


def test_a_rolled_back_release_outlives_newer_ones(workspace: Workspace, run: Run) -> None:
    run("r1", amount=1)
    run("r2", amount=2)
    live = live_pointer(workspace.paths)
    assert live
    Current(run_id="r1", switched_at=live.switched_at, reason="rollback").write(workspace.paths.current)
    # Nothing new against the live one: nothing is published, nothing is pruned.
    assert run("r3", amount=1).outcome == "nothing_new"
    assert {release.run_id for release in documents(workspace.paths)} == {"r1", "r2"}


def test_a_clock_set_back_loses_no_release(workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = datetime(2026, 6, 1, tzinfo=UTC)
    monkeypatch.setattr("pipeline.audit.now", lambda: clock)
    run("r1", amount=1)
    clock = datetime(2025, 1, 1, tzinfo=UTC)
    run("r2", amount=2)
    run("r3", amount=2)
    assert [release.run_id for release in documents(workspace.paths)] == ["r2", "r1"]
    clock = datetime(2024, 1, 1, tzinfo=UTC)
    run("r4", amount=4)
    assert [release.run_id for release in documents(workspace.paths)] == ["r4", "r2"]
    live = live_pointer(workspace.paths)
    assert live is not None
    assert (live.run_id, live.sequence) == ("r4", 3)


@pytest.mark.parametrize("text", ['{"run_id"', ""])
def test_a_damaged_pointer_loses_no_release_and_is_replaced(workspace: Workspace, run: Run, text: str) -> None:
    run("r1", amount=1)
    workspace.paths.current.write_text(text)
    assert run("r2", amount=1).outcome == "published"
    assert [release.run_id for release in documents(workspace.paths)] == ["r2", "r1"]


def test_a_tampered_release_is_not_reused(workspace: Workspace, run: Run) -> None:
    run("r1", amount=1)
    with duckdb.connect(str(workspace.paths.release("r1") / "snapshot.duckdb")) as connection:
        connection.execute("update marts.fct_orders set amount = 2 * amount")
    assert run("r2", amount=1).outcome == "published"


def test_an_unreadable_release_document_is_left_alone(workspace: Workspace, run: Run) -> None:
    run("r1", amount=1)
    foreign = workspace.paths.published / "notes"
    foreign.mkdir()
    (foreign / "release.json").write_text(json.dumps({"run_id": "notes"}))
    assert run("r2", amount=2).outcome == "published"
    assert foreign.is_dir()


def test_a_snapshot_can_be_read_while_the_warehouse_is_being_written(workspace: Workspace, run: Run) -> None:
    run("r1", amount=7)
    with duckdb.connect(str(workspace.paths.marts_database)) as writer:
        writer.execute("update marts.fct_orders set amount = 0")
        snapshot = workspace.paths.release("r1") / "snapshot.duckdb"
        with duckdb.connect(str(snapshot), read_only=True) as reader:
            assert reader.execute("select distinct amount from marts.fct_orders").fetchall() == [(7,)]

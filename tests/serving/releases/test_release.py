"""Releases on disk: opening, rolling back, history, freshness, definitions and badges."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from serving import (
    NoRelease,
    Question,
    UserError,
    ask,
    catalogue,
    current,
    definition,
    freshness,
    last_failure,
    open_release,
    releases,
    rollback,
    run_history,
)
from serving.releases.history import STAGES
from tests.serving.world import FEEDS, MARTS, publish
from workspace.paths import MANIFEST_FILE, RELEASE_FILE, SNAPSHOT_FILE, WorkspacePaths
from workspace.records.documents import AuditRecord, Check, Release
from workspace.records.releases import sealed


@pytest.fixture
def workspace(tmp_path: Path) -> WorkspacePaths:
    return WorkspacePaths(tmp_path)


def check(**changes: object) -> Check:
    values: dict[str, object] = {
        "name": "orders_reconcile",
        "asset": "marts.fct_orders",
        "behaviour": "withhold",
        "status": "failed",
        "description": "Orders add up.",
        "engine": "dbt",
        "metrics": ("orders", "revenue"),
    }
    return Check.model_validate({**values, **changes})


def test_without_a_release_the_command_and_the_path_are_named(workspace: WorkspacePaths) -> None:
    with pytest.raises(NoRelease) as error:
        open_release(workspace)
    assert error.value.command == f"cx run --workspace {workspace.root}"
    assert error.value.looked_for == workspace.current


@pytest.mark.parametrize("lost", [SNAPSHOT_FILE, MANIFEST_FILE])
def test_an_incomplete_release_is_not_opened(workspace: WorkspacePaths, manifest: str, lost: str) -> None:
    publish(workspace, "run-1", manifest)
    (workspace.release("run-1") / lost).unlink()
    with pytest.raises(NoRelease, match=lost):
        open_release(workspace)


def test_tampered_definitions_are_not_opened(workspace: WorkspacePaths, manifest: str) -> None:
    publish(workspace, "run-1", manifest)
    (workspace.release("run-1") / MANIFEST_FILE).write_text(manifest.replace("net_amount", "2 * net_amount"))
    with pytest.raises(NoRelease, match="were changed after it was published"):
        open_release(workspace)


def edit(file: Path, **changes: object) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def doubled(snapshot: Path) -> None:
    with duckdb.connect(str(snapshot)) as connection:
        connection.execute("update marts.fct_orders set net_amount = 2 * net_amount")


def resealed(file: Path) -> None:
    """Whoever knows how seals are made changes the document and seals it again."""
    release = Release.model_validate_json(file.read_bytes()).model_copy(update={"min_cell": 1})
    sealed(release).write(file)


CHANGES: dict[str, Callable[[Path], object]] = {
    "numbers": lambda folder: doubled(folder / SNAPSHOT_FILE),
    "a byte at the end": lambda folder: (folder / SNAPSHOT_FILE).open("ab").write(b"x"),
    "the floor of privacy": lambda folder: edit(folder / RELEASE_FILE, min_cell=1),
    "a withheld metric": lambda folder: edit(folder / RELEASE_FILE, withheld={}),
    "no seal": lambda folder: edit(folder / RELEASE_FILE, seal=""),
    "another seal": lambda folder: resealed(folder / RELEASE_FILE),
    "half of the document": lambda folder: (folder / RELEASE_FILE).write_bytes(b'{"run_id": '),
    "no text": lambda folder: (folder / RELEASE_FILE).write_bytes(bytes(range(256))),
    "no document": lambda folder: (folder / RELEASE_FILE).unlink(),
    "no snapshot": lambda folder: (folder / SNAPSHOT_FILE).unlink(),
    "an empty snapshot": lambda folder: (folder / SNAPSHOT_FILE).write_bytes(b""),
    "definitions": lambda folder: (folder / MANIFEST_FILE).write_text("{}"),
    "no folder": lambda folder: folder.rename(folder.with_name("moved")),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
def test_a_tampered_release_is_replaced_by_the_last_good_one(
    workspace: WorkspacePaths, manifest: str, change: str, is_open: bool
) -> None:
    publish(workspace, "run-1", manifest)
    publish(workspace, "run-2", manifest, withheld={"orders": ("adds_up",)})
    if is_open:
        assert open_release(workspace).instead_of == ""
    CHANGES[change](workspace.release("run-2"))
    found = open_release(workspace)
    assert found.run_id == "run-1"
    assert "run-2" in found.instead_of
    assert "run-1 answers in its place" in found.instead_of
    # Pages name the release in their address: asked for by name, the live one is answered as the live one is.
    assert open_release(workspace, "run-2") is found if change != "no folder" else True
    assert open_release(workspace) is found


@pytest.mark.parametrize("change", CHANGES)
def test_without_a_good_release_nothing_is_answered(workspace: WorkspacePaths, manifest: str, change: str) -> None:
    publish(workspace, "run-1", manifest, withheld={"orders": ("adds_up",)})
    CHANGES[change](workspace.release("run-1"))
    with pytest.raises(NoRelease) as error:
        open_release(workspace)
    assert error.value.is_damage
    assert error.value.command == f"cx run --workspace {workspace.root}"


def test_a_release_without_a_seal_is_served(workspace: WorkspacePaths, manifest: str) -> None:
    publish(workspace, "run-1", manifest)
    for file in (workspace.release("run-1") / RELEASE_FILE, workspace.current):
        kept = json.loads(file.read_text())
        del kept["seal"], kept["sequence"]
        file.write_text(json.dumps(kept))
    assert open_release(workspace).instead_of == ""


@pytest.mark.parametrize("text", ['{"run_id": ', "", "null", "[]", '{"run_id": "run-1"}', "\x00\xff"])
def test_with_a_damaged_pointer_the_newest_release_is_served(
    workspace: WorkspacePaths, manifest: str, text: str
) -> None:
    publish(workspace, "run-1", manifest)
    publish(workspace, "run-2", manifest)
    workspace.current.write_text(text)
    found = open_release(workspace)
    assert found.run_id == "run-2"
    assert "pointer" in found.instead_of


def test_releases_are_ordered_by_sequence_and_not_by_the_clock(workspace: WorkspacePaths, manifest: str) -> None:
    publish(workspace, "run-1", manifest, published_at=datetime(2030, 1, 1, tzinfo=UTC))
    publish(workspace, "run-2", manifest, published_at=datetime(2024, 1, 1, tzinfo=UTC))
    assert [release.run_id for release in releases(workspace)] == ["run-2", "run-1"]
    rollback(workspace, "run-1")
    pointer = current(workspace)
    assert pointer is not None
    assert (pointer.run_id, pointer.sequence) == ("run-1", 2)


def test_a_broken_pointer_is_named(workspace: WorkspacePaths) -> None:
    workspace.published.mkdir()
    workspace.current.write_text('{"run_id": ')
    with pytest.raises(NoRelease, match="pointer"):
        open_release(workspace)


def test_rolling_back_serves_the_older_release_and_can_be_undone(workspace: WorkspacePaths, manifest: str) -> None:
    publish(workspace, "run-1", manifest)
    publish(workspace, "run-2", manifest, published_at=datetime(2024, 10, 28, 6, tzinfo=UTC))
    assert [release.run_id for release in releases(workspace)] == ["run-2", "run-1"]
    assert open_release(workspace).run_id == "run-2"
    pointer = rollback(workspace, "run-1")
    assert (pointer.run_id, pointer.reason) == ("run-1", "rollback")
    assert current(workspace) == pointer
    assert open_release(workspace).run_id == "run-1"
    rollback(workspace, "run-2")
    assert open_release(workspace).run_id == "run-2"


@pytest.mark.parametrize("name", ["run-9", "../run-1", "", "."])
def test_rolling_back_to_an_unknown_release_changes_nothing(
    workspace: WorkspacePaths, manifest: str, name: str
) -> None:
    publish(workspace, "run-1", manifest)
    before = workspace.current.read_bytes()
    with pytest.raises(UserError, match="There is no release"):
        rollback(workspace, name)
    assert workspace.current.read_bytes() == before


def test_a_reader_keeps_the_release_it_opened(workspace: WorkspacePaths, manifest: str) -> None:
    publish(workspace, "run-1", manifest)
    old = open_release(workspace)
    publish(workspace, "run-2", manifest)
    assert ask(old, Question(metrics=("people",))).run_id == "run-1"
    assert open_release(workspace).run_id == "run-2"


class TestHistory:
    start = datetime(2024, 10, 28, 5, tzinfo=UTC)

    def record(self, paths: WorkspacePaths, run_id: str, stage: str, status: str, day: int = 0, **more: object) -> None:
        at = self.start + timedelta(days=day, minutes=STAGES.index(stage))
        AuditRecord.model_validate(
            {
                "run_id": run_id,
                "stage": stage,
                "status": status,
                "started_at": at,
                "finished_at": at + timedelta(seconds=30),
                "code_version": "0.1.0",
                **more,
            }
        ).write(paths.audit / f"{run_id}.{stage}.json")

    def test_stages_are_grouped_by_run_newest_first(self, workspace: WorkspacePaths) -> None:
        for stage in ("ingest", "build", "publish"):
            self.record(workspace, "run-1", stage, "passed")
        self.record(workspace, "run-2", "ingest", "passed", day=1)
        self.record(workspace, "run-2", "gate_marts", "failed", day=1, message="1 check failed", checks=(check(),))
        self.record(workspace, "run-2", "publish", "skipped", day=1)
        newest, oldest = run_history(workspace)
        assert (newest.run_id, newest.status, newest.stage, newest.message) == (
            "run-2",
            "failed",
            "gate_marts",
            "1 check failed",
        )
        assert [one.name for one in newest.failed_checks] == ["orders_reconcile"]
        assert not newest.published
        assert (oldest.status, oldest.published) == ("passed", True)
        assert oldest.finished_at - oldest.started_at == timedelta(minutes=4, seconds=30)

    def test_a_failed_run_after_the_live_release_explains_itself(
        self, workspace: WorkspacePaths, manifest: str
    ) -> None:
        publish(workspace, "run-1", manifest)
        self.record(workspace, "run-1", "publish", "passed")
        assert last_failure(workspace) is None
        self.record(workspace, "run-2", "gate_marts", "error", day=1, message="the gate could not run")
        failure = last_failure(workspace)
        assert failure is not None
        assert failure.message == "the gate could not run"
        self.record(workspace, "run-3", "publish", "passed", day=2)
        assert last_failure(workspace) is None

    def test_a_half_written_record_is_skipped(self, workspace: WorkspacePaths) -> None:
        self.record(workspace, "run-1", "ingest", "passed")
        (workspace.audit / "run-2.ingest.json").write_text("{")
        assert [run.run_id for run in run_history(workspace)] == ["run-1"]


def test_a_release_is_stale_after_the_configured_hours(workspace: WorkspacePaths, manifest: str) -> None:
    publish(workspace, "run-1", manifest)
    release = open_release(workspace)
    now = release.document.published_at + timedelta(hours=30)
    assert freshness(release, now=now, stale_after_hours=24).is_stale
    assert not freshness(release, now=now, stale_after_hours=36).is_stale


class TestDefinitions:
    def badge(self, paths: WorkspacePaths, manifest: str, metric: str, **changes: object) -> tuple[str, str]:
        publish(paths, "run-1", manifest, **changes)
        found = definition(open_release(paths), metric)
        return found.badge, found.badge_reason

    def test_a_certified_metric_with_passed_checks_is_certified(self, workspace, manifest: str) -> None:
        assert self.badge(workspace, manifest, "revenue") == ("certified", "")

    def test_a_certified_metric_beside_a_failed_check_is_not(self, workspace, manifest: str) -> None:
        found = self.badge(workspace, manifest, "revenue", checks=(check(behaviour="warn"),))
        assert found == ("needs review", "failed: orders_reconcile")

    def test_a_withheld_metric_says_why(self, workspace, manifest: str) -> None:
        found = self.badge(workspace, manifest, "revenue", withheld={"revenue": ("orders_reconcile",)})
        assert found == ("withheld", "failed: orders_reconcile")

    def test_a_definition_that_is_not_certified_is_provisional(self, workspace, manifest: str) -> None:
        assert self.badge(workspace, manifest, "average_order_value")[0] == "provisional"

    def test_a_definition_names_its_lineage_dimensions_and_checks(self, workspace, manifest: str) -> None:
        publish(workspace, "run-1", manifest)
        found = definition(open_release(workspace), "revenue")
        assert found.model == ("fct_orders",)
        assert "int_orders__valued" in found.upstream
        assert found.files == ("inbox/orders/2024.csv",)
        assert found.dimensions == ("channel", "is_identified", "region", "segment", "value_tier")
        assert found.grains == ("day", "week", "month", "quarter", "year")
        assert [one.name for one in found.checks] == ["fct_orders_order_id_unique"]
        assert found.formula == "sum(net_amount)"

    def test_the_catalogue_lists_what_can_be_asked(self, workspace, manifest: str) -> None:
        publish(workspace, "run-1", manifest)
        names = {one.name for one in catalogue(open_release(workspace))}
        assert {"revenue", "nps", "profile_index"} <= names
        assert "gap_sum" not in names


def test_a_metric_is_provisional_when_its_data_are(workspace: WorkspacePaths, manifest: str) -> None:
    why = "the forecast was not nearer to the facts than going on as before"
    doubted = FEEDS["orders"].model_copy(update={"provisional_reason": why})
    publish(workspace, "run-1", manifest, feeds={**FEEDS, "orders": doubted})
    release = open_release(workspace)
    found = {one.name: one for one in catalogue(release)}
    assert (found["revenue"].badge, found["revenue"].badge_reason) == ("provisional", why)
    assert found["revenue"].certification == "provisional"
    assert found["people"].badge == "certified"
    row = ask(release, Question(metrics=("revenue",))).one("revenue")
    assert (row.status, row.reason) == ("ok", f"provisional: {why}")
    assert row.value is not None
    assert ask(release, Question(metrics=("people",))).one("people").reason is None


@pytest.mark.parametrize("unknown", ["no_data", None])
def test_a_sum_of_unknown_values_is_no_data_if_its_definition_says_so(
    workspace: WorkspacePaths, manifest: str, unknown: str | None
) -> None:
    definitions = json.loads(manifest)
    (revenue,) = (one for one in definitions["metrics"] if one["name"] == "revenue")
    revenue["config"]["meta"]["unknown"] = unknown
    marts = f"{MARTS} update marts.fct_orders set net_amount = null where channel = 'shop';"
    publish(workspace, "run-1", json.dumps(definitions), marts=marts)
    answer = ask(open_release(workspace), Question(metrics=("revenue",), by=("channel",)))
    rows = {row.dimensions["channel"]: row for row in answer.rows}
    assert rows["web"].status == "ok"
    assert (rows["shop"].status, rows["shop"].value) == (("no_data", None) if unknown == "no_data" else ("ok", 0))

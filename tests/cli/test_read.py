"""`cx status`, `releases` and `rollback` on small releases, and how `cx query` reads its options."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

from cli.main import app
from cli.read import parse_filters
from pipeline import audit, notify
from pipeline.publishing.publish import publish
from pipeline.publishing.release_facts import read_books
from pipeline.status import status_of
from tests.cli.test_check import ask
from tests.pipeline.warehouse import a_check, build_warehouse, make_workspace, write_artefacts, write_records
from workspace import Workspace
from workspace.records.documents import Check
from workspace.records.releases import live_pointer
from workspace.records.run_lock import hold
from workspace.records.runs import begin, purpose_of


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "ws")


def release(workspace: Workspace, run_id: str, *, amount: int, checks: tuple[Check, ...] = ()) -> None:
    build_warehouse(workspace, amount=amount)
    write_records(workspace, run_id, checks=checks)
    publish(workspace, run_id=run_id, code_version="1", artefacts=write_artefacts(workspace, run_id), ledger=[])


def test_status_of_a_workspace_that_never_ran(workspace: Workspace) -> None:
    report = json.loads(ask("status", "--json", "--workspace", str(workspace.paths.root)).stdout)
    assert report["release"] is None
    assert report["files_balance"] is None


@pytest.mark.parametrize("command", [["status"], ["releases"], ["query", "revenue"], ["rollback", "nope"]])
def test_a_folder_that_is_not_a_workspace_is_reported(tmp_path: Path, command: list[str]) -> None:
    result = ask(*command, "--workspace", str(tmp_path / "mistyped"))
    assert result.exit_code == 1
    assert "There is no workspace here" in result.stderr


def test_status_states_the_live_release_and_why_a_later_run_was_not_published(workspace: Workspace) -> None:
    release(workspace, "20260101T000000-a", amount=1)
    release(workspace, "20260102T000000-b", amount=2, checks=(a_check(status="failed", unexpected=3),))
    folder = str(workspace.paths.root)
    report = json.loads(ask("status", "--json", "--workspace", folder).stdout)
    assert report["release"]["run_id"] == "20260101T000000-a"
    assert report["release"]["as_of_on"] == "2026-02-01"
    assert report["last_failure"]["run_id"] == "20260102T000000-b"
    assert report["last_failure"]["failed_checks"][0]["name"] == "keys_are_unique"
    printed = ask("status", "--workspace", folder).stdout
    assert "20260101T000000-a, live since" in printed
    assert "marts.fct_orders keys_are_unique (block)" in printed


def test_status_counts_unused_identifiers_without_naming_them(workspace: Workspace) -> None:
    build_warehouse(workspace, amount=1)
    with audit.stage(workspace.paths.audit, run_id="20260101T000000-a", name="build", code_version="1") as notes:
        notes.facts = dict(read_books(workspace.paths.raw_database))
    folder = str(workspace.paths.root)
    report = json.loads(ask("status", "--json", "--workspace", folder).stdout)["guarded"]
    assert report == [
        {"identifier_type": "email", "reason": "shared", "identifiers": 2, "most_shared_by": 7, "at_most": 5}
    ]
    printed = ask("status", "--workspace", folder).stdout
    assert "2 of type email join no people: shared by more than 5, one of them by 7" in printed


def test_status_names_sources_with_dates_only(workspace: Workspace) -> None:
    build_warehouse(workspace, amount=1)
    with audit.stage(workspace.paths.audit, run_id="20260101T000000-a", name="build", code_version="1") as notes:
        notes.facts = dict(read_books(workspace.paths.raw_database))
    printed = ask("status", "--workspace", str(workspace.paths.root)).stdout
    assert "4 of 9 facts of shop state no time of day" in printed


def test_status_names_the_running_process(workspace: Workspace) -> None:
    with hold(workspace.paths.lock, purpose="run 7"):
        report = json.loads(ask("status", "--json", "--workspace", str(workspace.paths.root)).stdout)
    assert "run 7" in report["running"]


def test_releases_lists_the_newest_first_and_marks_the_live_one(workspace: Workspace) -> None:
    release(workspace, "20260101T000000-a", amount=1)
    release(workspace, "20260102T000000-b", amount=2)
    lines = ask("releases", "--workspace", str(workspace.paths.root)).stdout.splitlines()
    assert "20260102T000000-b" in lines[1]
    assert lines[1].split()[0] == "live"
    assert "20260101T000000-a" in lines[2]


def test_rollback_makes_an_earlier_release_live_with_its_reason(workspace: Workspace) -> None:
    release(workspace, "20260101T000000-a", amount=1)
    release(workspace, "20260102T000000-b", amount=2)
    result = ask("rollback", "20260101T000000-a", "--workspace", str(workspace.paths.root))
    assert result.exit_code == 0, result.output
    current = live_pointer(workspace.paths)
    assert current
    assert (current.run_id, current.reason) == ("20260101T000000-a", "rollback")


def test_rollback_to_a_release_that_is_not_kept_is_refused(workspace: Workspace) -> None:
    release(workspace, "20260101T000000-a", amount=1)
    result = ask("rollback", "20250101T000000-x", "--workspace", str(workspace.paths.root))
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert "20260101T000000-a" in result.stderr


def test_rollback_is_refused_while_a_run_is_active(workspace: Workspace) -> None:
    release(workspace, "20260101T000000-a", amount=1)
    with hold(workspace.paths.lock, purpose="run 7"):
        result = ask("rollback", "20260101T000000-a", "--workspace", str(workspace.paths.root))
    assert result.exit_code == 1
    assert "run 7" in result.stderr


def test_a_query_without_a_release_names_the_command_that_makes_one(workspace: Workspace) -> None:
    result = ask("query", "revenue", "--workspace", str(workspace.paths.root))
    assert result.exit_code == 1
    assert "cx run" in result.stderr
    assert "Traceback" not in result.output


def test_filters_of_one_dimension_are_alternatives() -> None:
    assert parse_filters(["region=Nord", "region=Süd", "segment=a=b"]) == {
        "region": ("Nord", "Süd"),
        "segment": ("a=b",),
    }


def test_a_filter_without_a_value_is_explained() -> None:
    with pytest.raises(typer.BadParameter, match="DIM=VALUE"):
        parse_filters(["region"])
    result = CliRunner().invoke(app, ["query", "revenue", "--where", "region"])
    assert result.exit_code == 2


def test_the_command_line_starts_without_the_heavy_parts() -> None:
    heavy = {"dagster", "dbt", "great_expectations", "streamlit", "metricflow"}
    program = f"import sys; import cli.main, serving; print(*({heavy!r} & set(sys.modules)))"
    started = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert started.stdout.split() == []


@pytest.mark.parametrize(
    "options",
    [
        ["--grain", "month", "--grain", "week"],
        ["--grain", "month", "--grain", "month"],
        ["--since", "2026-01-01", "--since", "2026-02-01"],
        ["--until", "2026-01-01", "--until", "2026-02-01"],
    ],
)
def test_a_single_valued_option_given_twice_is_refused(workspace: Workspace, options: list[str]) -> None:
    release(workspace, "r1", amount=1)
    result = ask("query", "revenue", *options, "--workspace", str(workspace.paths.root))
    assert result.exit_code != 0
    output = result.output + str(result.exception)
    assert f"names {options[0]} 2 times" in output
    assert "Name one" in output


def troubles(workspace: Workspace) -> str:
    """What `cx status` says where all is not well; its exit code says so, too."""
    folder = str(workspace.paths.root)
    printed = ask("status", "--workspace", folder)
    result = ask("status", "--json", "--workspace", folder)
    assert (result.exit_code, printed.exit_code) == (1, 1)
    assert "Traceback" not in printed.output
    report = json.loads(result.stdout)
    assert not report["is_well"]
    return "\n".join(report["troubles"])


@pytest.mark.parametrize("stages", [(), ("ingest",), ("ingest", "gate_raw", "build")])
def test_status_reports_a_killed_run(workspace: Workspace, stages: tuple[str, ...]) -> None:
    release(workspace, "20260101T000000-a", amount=1)
    # A clock that was set back: the run's name sorts before the one that went well.
    begin(workspace.paths, run_id="20250101T000000-b", code_version="1")
    write_records(workspace, "20250101T000000-b", stages=stages)  # type: ignore[arg-type]
    said = troubles(workspace)
    assert "run 20250101T000000-b, begun " in said
    assert "did not end" in said
    assert (stages[-1] if stages else "before its first stage") in said
    # The next call reports that it is well again.
    begin(workspace.paths, run_id="20250102T000000-c", code_version="1")
    write_records(workspace, "20250102T000000-c", stages=("ingest", "gate_raw", "build", "gate_marts", "publish"))
    assert json.loads(ask("status", "--json", "--workspace", str(workspace.paths.root)).stdout)["is_well"]
    message = notify.message_of("Acme", workspace.paths, run_id="20250102T000000-c")
    assert message is not None
    assert "well again" in message.title


def test_status_reports_a_nearly_full_disk(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    release(workspace, "20260101T000000-a", amount=1)
    size = (workspace.paths.release("20260101T000000-a") / "snapshot.duckdb").stat().st_size
    for free, is_well in ((size, True), (size - 1, False)):
        monkeypatch.setattr("shutil.disk_usage", lambda _, free=free: SimpleNamespace(free=free))
        assert status_of(workspace.paths)["is_well"] is is_well
    assert "The disk is nearly full" in troubles(workspace)


def test_status_accepts_a_run_in_progress(workspace: Workspace) -> None:
    release(workspace, "20260101T000000-a", amount=1)
    begin(workspace.paths, run_id="20260102T000000-b", code_version="1")
    with hold(workspace.paths.lock, purpose=purpose_of("20260102T000000-b")):
        report = json.loads(ask("status", "--json", "--workspace", str(workspace.paths.root)).stdout)
    assert report["is_well"]
    assert "20260102T000000-b" in report["running"]


DAMAGED = (
    "published/CURRENT.json",
    "published/20260101T000000-a/release.json",
    "published/20260101T000000-a/semantic_manifest.json",
    "published/20260101T000000-a/snapshot.duckdb",
    "audit/20260101T000000-a.build.json",
    "audit/20260101T000000-a.ingest.json",
    "cx.yml",
    "mappings/channels.csv",
)


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty", marks=pytest.mark.thorough),
        pytest.param(b'{"half": ', id="half"),
        pytest.param(bytes(range(256)), id="bytes", marks=pytest.mark.thorough),
        pytest.param(None, id="gone", marks=pytest.mark.thorough),
    ],
)
def test_a_damaged_file_is_named_and_the_rest_is_reported(
    workspace: Workspace, name: str, content: bytes | None
) -> None:
    release(workspace, "20260101T000000-a", amount=1)
    file = workspace.paths.root / name
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    if content is None and name.startswith(("audit", "mappings")):
        # What was taken away leaves no trace: the files that are there say what they say.
        assert "Traceback" not in ask("status", "--workspace", str(workspace.paths.root)).output
    elif content == b"" and name == "mappings/channels.csv":
        assert "Traceback" not in ask("status", "--workspace", str(workspace.paths.root)).output
    else:
        said = troubles(workspace)
        assert ("Nothing is published" if content is None and name == "published/CURRENT.json" else name) in said
    for command in (["releases"], ["check"], ["rollback", "20260101T000000-a"]):
        result = ask(*command, "--workspace", str(workspace.paths.root))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception

"""A file counts once: again, renamed, copied, grown, corrected, restored, reread, half written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingestion import load_mappings, prepare
from ingestion.engine import loader as loader_module
from tests.ingestion.workspaces import (
    EVENTS,
    ORDERS,
    live_orders,
    load,
    make_workspace,
    put,
    rows,
    unbalanced,
    write_workspace,
)
from workspace import Workspace, load_workspace

HEADER = "customer_id,occurred_at,amount\n"
A = HEADER + "1,2026-01-01,10\n"
B = HEADER + "1,2026-01-01,11\n"
LONGER = A + "2,2026-01-02,20\n"


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path, ORDERS)


def outcomes(workspace: Workspace, source: str = "shop") -> list[str]:
    return [f"{Path(file.path).name} {file.outcome}" for file in load(workspace, source).files]


def statuses(workspace: Workspace) -> list[tuple[int, str]]:
    return rows(workspace, "select load_id, status from ledger.loads order by load_id")


def test_the_same_file_is_loaded_once(shop: Workspace) -> None:
    put(shop, "a.csv", A)
    assert outcomes(shop) == ["a.csv loaded"]
    assert outcomes(shop) == ["a.csv unchanged"]
    assert live_orders(shop) == [("1", "10")]
    assert statuses(shop) == [(1, "active")]


def test_a_file_with_a_new_mtime_is_not_loaded_again(shop: Workspace) -> None:
    path = put(shop, "a.csv", A)
    load(shop)
    os.utime(path, (1, 1))
    assert outcomes(shop) == ["a.csv unchanged"]


def test_a_renamed_file_is_not_loaded_again(shop: Workspace) -> None:
    path = put(shop, "a.csv", A)
    load(shop)
    path.rename(path.with_name("b.csv"))
    assert outcomes(shop) == ["b.csv duplicate"]
    assert outcomes(shop) == ["b.csv unchanged"]
    assert live_orders(shop) == [("1", "10")]


def test_a_renamed_and_corrected_file_replaces_the_original(shop: Workspace) -> None:
    path = put(shop, "a.csv", A)
    load(shop)
    path.rename(path.with_name("b.csv"))
    load(shop)
    put(shop, "b.csv", B)
    load(shop)
    assert live_orders(shop) == [("1", "11")]


def test_a_file_renamed_and_corrected_between_runs_is_new(shop: Workspace) -> None:
    path = put(shop, "a.csv", A)
    load(shop)
    path.unlink()
    put(shop, "b.csv", B)
    load(shop)
    assert live_orders(shop) == [("1", "10"), ("1", "11")], "nothing tells that it was the same file"


def test_identical_content_under_two_names_counts_once(shop: Workspace) -> None:
    put(shop, "a.csv", A)
    put(shop, "b.csv", A)
    assert outcomes(shop) == ["a.csv loaded", "b.csv duplicate"]
    assert live_orders(shop) == [("1", "10")]
    assert rows(shop, "select records, loaded, rejected, skipped from ledger.loads where load_id = 2") == [(2, 0, 0, 2)]


def test_a_copy_keeps_content_live_when_the_original_changes(shop: Workspace) -> None:
    put(shop, "a.csv", A)
    put(shop, "b.csv", A)
    load(shop)
    put(shop, "a.csv", B)
    load(shop)
    assert live_orders(shop) == [("1", "10"), ("1", "11")]
    put(shop, "b.csv", HEADER + "3,2026-01-03,30\n")
    load(shop)
    assert live_orders(shop) == [("1", "11"), ("3", "30")]


def test_a_grown_file_replaces_its_shorter_version(shop: Workspace) -> None:
    put(shop, "a.csv", A)
    load(shop)
    put(shop, "a.csv", LONGER)
    load(shop)
    assert live_orders(shop) == [("1", "10"), ("2", "20")]
    assert rows(shop, "select superseded_by, superseded_because from ledger.loads where load_id = 1") == [
        (2, "replaced")
    ]


def test_a_file_that_extends_a_loaded_one_replaces_it(shop: Workspace) -> None:
    put(shop, "january.csv", A)
    load(shop)
    put(shop, "january_february.csv", LONGER)
    assert outcomes(shop) == ["january.csv unchanged", "january_february.csv loaded"]
    assert live_orders(shop) == [("1", "10"), ("2", "20")]
    assert outcomes(shop) == ["january.csv unchanged", "january_february.csv unchanged"]
    assert rows(shop, "select superseded_because from ledger.loads where load_id = 1") == [("grown",)]


def test_a_grown_file_replaces_one_that_vanished(shop: Workspace) -> None:
    path = put(shop, "a.csv", A)
    load(shop)
    path.unlink()
    put(shop, "b.csv", LONGER)
    load(shop)
    assert live_orders(shop) == [("1", "10"), ("2", "20")]


@pytest.mark.parametrize("names", [("a.csv", "b.csv"), ("b.csv", "a.csv")])
def test_file_name_order_does_not_matter_for_a_file_and_its_prefix(shop: Workspace, names: tuple[str, str]) -> None:
    put(shop, names[0], A)
    put(shop, names[1], LONGER)
    load(shop)
    assert live_orders(shop) == [("1", "10"), ("2", "20")]
    assert not unbalanced(shop)


def test_a_prefix_that_arrives_late_is_skipped(shop: Workspace) -> None:
    put(shop, "b.csv", LONGER)
    load(shop)
    put(shop, "a.csv", A)
    assert outcomes(shop) == ["a.csv duplicate", "b.csv unchanged"]
    assert rows(shop, "select records, loaded, rejected, skipped from ledger.loads where load_id = 2") == [(2, 0, 0, 2)]


def test_a_prefix_counts_again_when_the_longer_file_is_corrected(shop: Workspace) -> None:
    put(shop, "a.csv", A)
    put(shop, "b.csv", LONGER)
    load(shop)
    put(shop, "b.csv", HEADER + "9,2026-01-09,90\n")
    load(shop)
    assert live_orders(shop) == [("1", "10"), ("9", "90")]


def test_a_corrected_file_replaces_its_old_version(shop: Workspace) -> None:
    put(shop, "a.csv", A)
    load(shop)
    put(shop, "a.csv", B)
    assert outcomes(shop) == ["a.csv loaded"]
    assert live_orders(shop) == [("1", "11")]
    assert rows(shop, "select count(*) from raw_crm.orders") == [(2,)], "raw keeps both"


def test_returning_to_earlier_content_makes_it_live_again(shop: Workspace) -> None:
    for content in (A, B, A):
        put(shop, "a.csv", content)
        load(shop)
    assert live_orders(shop) == [("1", "10")]
    assert statuses(shop) == [(1, "superseded"), (2, "superseded"), (3, "active")]


def test_rotated_files_all_count(shop: Workspace) -> None:
    path = put(shop, "orders.csv", A)
    load(shop)
    path.rename(path.with_name("orders.1.csv"))
    put(shop, "orders.csv", B)
    load(shop)
    assert live_orders(shop) == [("1", "10"), ("1", "11")]


def test_a_moved_file_is_recognised_while_its_old_name_holds_a_prefix(shop: Workspace) -> None:
    path = put(shop, "a.csv", LONGER)
    load(shop)
    path.rename(path.with_name("b.csv"))
    put(shop, "a.csv", A)
    load(shop)
    assert live_orders(shop) == [("1", "10"), ("2", "20")]


def test_a_vanished_file_stays_loaded(shop: Workspace) -> None:
    path = put(shop, "a.csv", A)
    load(shop)
    path.unlink()
    report = load(shop)
    assert [problem.what for problem in report.problems] == ["No file matches this path."]
    assert live_orders(shop) == [("1", "10")]


def test_sources_do_not_share_files(tmp_path: Path) -> None:
    shop = make_workspace(tmp_path, ORDERS, {**ORDERS, "name": "outlet"})
    put(shop, "a.csv", A)
    load(shop, "shop")
    load(shop, "outlet")
    assert live_orders(shop) == [("1", "10"), ("1", "10")]


def test_changed_reading_options_reload_a_file(tmp_path: Path) -> None:
    source = {**ORDERS, "columns": {"amount": "net"}}
    shop = make_workspace(tmp_path, source)
    put(shop, "a.csv", "customer_id,occurred_at,net,gross\n1,2026-01-01,10,12\n")
    load(shop)
    shop = load_workspace(write_workspace(tmp_path, {**ORDERS, "columns": {"amount": "gross"}}))
    assert outcomes(shop) == ["a.csv loaded"]
    assert live_orders(shop) == [("1", "12")]
    assert outcomes(shop) == ["a.csv unchanged"]


def test_a_new_timezone_reloads_nothing(tmp_path: Path) -> None:
    shop = make_workspace(tmp_path, ORDERS)
    put(shop, "a.csv", A)
    load(shop)
    shop = load_workspace(write_workspace(tmp_path, {**ORDERS, "timezone": "Asia/Tokyo", "decimal": ","}))
    assert outcomes(shop) == ["a.csv unchanged"]


def test_an_unreadable_file_leaves_its_old_version_live(shop: Workspace) -> None:
    put(shop, "a.csv", A)
    load(shop)
    put(shop, "a.csv", "customer_id,occurred_at\n1,2026-01-01\n")
    assert outcomes(shop) == ["a.csv failed"]
    assert live_orders(shop) == [("1", "10")]


def test_a_file_that_grows_while_it_is_read_is_left_for_the_next_run(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(shop, "a.csv", A)
    put(shop, "b.csv", B)
    record_load = loader_module.record_load

    def slow(*arguments: object, **options: object) -> None:
        record_load(*arguments, **options)  # type: ignore[arg-type]
        if path.exists() and path.read_text() == A:
            path.write_text(LONGER)

    monkeypatch.setattr(loader_module, "record_load", slow)
    report = load(shop)
    assert [f"{Path(file.path).name} {file.outcome}" for file in report.files] == ["a.csv failed", "b.csv loaded"]
    assert "changed while it was read" in report.problems[0].what
    assert live_orders(shop) == [("1", "11")]
    assert not rows(shop, "select * from ledger.loads where path like '%a.csv'")

    assert outcomes(shop) == ["a.csv loaded", "b.csv unchanged"]
    assert live_orders(shop) == [("1", "10"), ("1", "11"), ("2", "20")]


def test_mappings_follow_their_files(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, EVENTS)
    interactions = workspace.mappings.folder / "interactions.csv"
    header = "interaction,label,stage,corner,critical,controlled\n"
    interactions.write_text(header + "buy,Buying,purchase,commerce,true,true\n")
    live = """
        select label from raw_mappings.interactions as rows
        inner join ledger.loads as loads on loads.load_id = rows._load_id
        where loads.status = 'active'
    """
    load_mappings(load_workspace(tmp_path), run_id="run")
    assert rows(workspace, live) == [("Buying",)]
    interactions.write_text(header + "buy,Shopping,purchase,commerce,true,true\n")
    load_mappings(load_workspace(tmp_path), run_id="run")
    assert rows(workspace, live) == [("Shopping",)]
    interactions.unlink()
    load_mappings(load_workspace(tmp_path), run_id="run")
    assert rows(workspace, live) == []
    interactions.write_text(header + "buy,Shopping,purchase,commerce,true,true\n")
    load_mappings(load_workspace(tmp_path), run_id="run")
    assert rows(workspace, live) == [("Shopping",)]
    assert not unbalanced(workspace)


def test_preparing_again_keeps_loaded_rows(shop: Workspace) -> None:
    put(shop, "a.csv", A)
    load(shop)
    secret = rows(shop, "from secret.key_pads")
    prepare(shop)
    assert rows(shop, "from secret.key_pads") == secret
    assert live_orders(shop) == [("1", "10")]

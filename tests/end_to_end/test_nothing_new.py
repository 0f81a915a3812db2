"""A run that would repeat the last one is not made; one for which anything is new is made as a whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipeline import audit, nothing_new, run
from pipeline.code_version import Code
from pipeline.nothing_new import TAKEN_OVER, repeat
from pipeline.notify import troubles
from pipeline.run import new_run_id
from tests.end_to_end.conftest import cx
from tests.quick_run import QuickWorkers, run_quickly
from workspace import load_workspace
from workspace.paths import WorkspacePaths
from workspace.records.releases import live_pointer
from workspace.records.run_lock import RunLockedError, hold
from workspace.records.runs import begin, died, run_ids

pytestmark = pytest.mark.thorough


def repeated(root: Path) -> bool:
    """Whether a run of this workspace now would repeat the last one."""
    before = sorted(path.name for path in (root / "audit").iterdir())
    made = repeat(load_workspace(root), run_id=new_run_id())
    after = sorted(path.name for path in (root / "audit").iterdir())
    assert (made is None) == (before == after)
    return made is not None


def newest_orders(root: Path) -> Path:
    """The newest file of orders."""
    return sorted((root / "inbox" / "orders").glob("*.csv"))[-1]


def a_new_file(root: Path) -> None:
    newest = newest_orders(root)
    newest.with_name("orders-next.csv").write_text(newest.read_text().splitlines()[0] + "\n")


def another_digit(root: Path) -> None:
    """The same size, at the same time as before."""
    newest = newest_orders(root)
    before, text = newest.stat(), newest.read_text()
    last = next(at for at in range(len(text) - 1, 0, -1) if text[at].isdigit())
    newest.write_text(text[:last] + str((int(text[last]) + 1) % 10) + text[last + 1 :])
    os.utime(newest, ns=(before.st_atime_ns, before.st_mtime_ns))


def a_cut_file(root: Path) -> None:
    newest = newest_orders(root)
    newest.write_text("\n".join(newest.read_text().splitlines()[:-1]) + "\n")


def a_renamed_file(root: Path) -> None:
    newest = newest_orders(root)
    newest.rename(newest.with_name("orders-renamed.csv"))


def no_file(root: Path) -> None:
    for file in (root / "inbox" / "orders").glob("*.csv"):
        file.unlink()


def another_setting(root: Path) -> None:
    config = root / "cx.yml"
    config.write_text(config.read_text().replace("active_days: 365", "active_days: 366", 1))


def a_comment_in_the_settings(root: Path) -> None:
    config = root / "cx.yml"
    config.write_text(config.read_text() + "\n# reviewed\n")


def another_mapping(root: Path) -> None:
    mapping = root / "mappings" / "channels.csv"
    mapping.write_text("\n".join(mapping.read_text().splitlines()[:-1]) + "\n")


def no_mapping(root: Path) -> None:
    (root / "mappings" / "page_texts.csv").unlink()


def a_warehouse_written_by_hand(root: Path) -> None:
    with duckdb.connect(str(WorkspacePaths(root).raw_database)) as connection:
        connection.execute("delete from raw_crm.orders where _line = 2")


def marts_written_by_hand(root: Path) -> None:
    with duckdb.connect(str(WorkspacePaths(root).marts_database)) as connection:
        connection.execute("update marts.fct_orders set amount = amount + 1")


def no_marts(root: Path) -> None:
    WorkspacePaths(root).marts_database.unlink()


def a_damaged_release(root: Path) -> None:
    live = live_pointer(WorkspacePaths(root))
    assert live
    document = WorkspacePaths(root).release(live.run_id) / "release.json"
    document.write_text(document.read_text().replace("EUR", "USD"))


def a_killed_run(root: Path) -> None:
    begin(WorkspacePaths(root), run_id=new_run_id(), code_version="1")


def a_damaged_record(root: Path) -> None:
    paths = WorkspacePaths(root)
    audit.record_path(paths.audit, run_id=run_ids(paths)[0], name="build").write_text("{")


CHANGES = [
    a_new_file,
    another_digit,
    a_cut_file,
    a_renamed_file,
    no_file,
    another_setting,
    a_comment_in_the_settings,
    another_mapping,
    no_mapping,
    a_warehouse_written_by_hand,
    marts_written_by_hand,
    no_marts,
    a_damaged_release,
    a_killed_run,
    a_damaged_record,
]


def test_a_run_without_news_repeats_the_last_one(small_copy: Path) -> None:
    paths = WorkspacePaths(small_copy)
    first = run_ids(paths)[0]
    for _ in range(2):
        code, output = cx(small_copy, "run")
        assert code == 0
        assert f"Nothing new since run {first}" in output
        newest = run_ids(paths)[0]
        assert newest != first
        records = audit.read(paths.audit, run_id=newest)
        earned = audit.read(paths.audit, run_id=first)
        assert list(records) == list(earned)
        for name, record in records.items():
            assert record.checks == earned[name].checks
            assert record.facts[TAKEN_OVER] == first
        assert not died(paths, newest)
        assert not troubles(paths, run_id=newest)
    code, output = cx(small_copy, "status")
    assert code == 0, output


@pytest.mark.parametrize("change", CHANGES)
def test_anything_new_makes_a_run(small_copy: Path, change: Callable[[Path], None]) -> None:
    change(small_copy)
    assert not repeated(small_copy)


def test_another_code_makes_a_run(small_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nothing_new, "code_of_today", lambda: Code("0.0.0+another"))
    assert not repeated(small_copy)


def test_code_that_is_edited_during_a_run_is_the_next_runs(small_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edited = Code("0.0.0+edited")

    def edit(step: str) -> None:
        if step == "build":
            for module in (nothing_new, run):
                monkeypatch.setattr(module, "code_of_today", lambda: edited)

    a_comment_in_the_settings(small_copy)
    workers = QuickWorkers(edit)
    try:
        run_quickly(small_copy, workers, watcher=edit)
    finally:
        workers.close()
    paths = WorkspacePaths(small_copy)
    records = audit.read(paths.audit, run_id=run_ids(paths)[0])
    assert {record.code_version for record in records.values()} & {edited.version} == set()
    assert not repeated(small_copy)


def test_a_source_that_became_late_makes_a_run(small_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = small_copy / "cx.yml"
    text = config.read_text()
    config.write_text(text.replace("- name: shop_orders", "- name: shop_orders\n    fresh_within_hours: 48", 1))
    assert config.read_text() != text
    code, output = cx(small_copy, "run")
    assert code == 0, output
    assert repeated(small_copy)
    monkeypatch.setattr(audit, "now", lambda: datetime.now(UTC) + timedelta(hours=49))
    assert not repeated(small_copy)


def test_nothing_is_looked_at_while_another_process_writes(small_copy: Path) -> None:
    with hold(WorkspacePaths(small_copy).lock, purpose="a test"), pytest.raises(RunLockedError):
        repeated(small_copy)

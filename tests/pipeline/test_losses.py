"""What staging loses of a source is listed, warned of and reported: 10 of 10 rows, 5 of 10 and 1 of 10."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import audit, notify
from pipeline.losses import LOSS_CHECK, loss_checks, sentence
from pipeline.publishing.publish import publish
from pipeline.publishing.release_facts import rows_of
from pipeline.status import status_of
from tests.cli.test_check import ask
from tests.dbt_project.rendering import render
from tests.pipeline.warehouse import build_warehouse, make_workspace, write_artefacts, write_records
from workspace import Workspace

Losses = list[dict[str, Any]]
LOSSES = render("intermediate/books/int_books__losses")
REASONS = render("intermediate/books/int_books__reasons")
METRICS = ("orders", "revenue")


class Books:
    """The tables that `int_books__losses` reads, with the rows that a test puts there."""

    def __init__(self) -> None:
        self.database = duckdb.connect(":memory:")
        self.database.execute(
            """
            create table int_books__dispositions (
                data_source varchar, raw_table varchar, load_id integer, disposition varchar, reason_code varchar,
                reason varchar, n_rows bigint
            );
            create table stg_config__sources (data_source varchar, max_loss double);
            create table int_survey__judged_answers (
                data_source varchar, question_id varchar, fate varchar, is_missing boolean
            );
            create schema ledger;
            create table ledger.loads (
                source varchar, raw_schema varchar, raw_table varchar, records integer, rejected integer, status varchar
            );
            insert into stg_config__sources values ('shop', 0.05);
            """
        )
        self.database.execute(f"create table int_books__reasons as {REASONS}")

    def rows(
        self, disposition: str, n_rows: int, *, load_id: int = 1, reason: str | None = "no_valid_time:occurred_at"
    ) -> Books:
        if disposition == "kept":
            reason = None
        self.database.execute(
            "insert into int_books__dispositions values ('shop', 'raw_crm_csv.orders', ?, ?, ?, ?, ?)",
            [load_id, disposition, reason.split(":")[0] if reason else None, reason, n_rows],
        )
        return self

    def answers(self, fate: str, n_rows: int, *, is_missing: bool = False) -> Books:
        self.database.execute(
            "insert into int_survey__judged_answers select 'shop', 'Note', ?, ? from range(?)",
            [fate, is_missing, n_rows],
        )
        return self

    def records(self, records: int, rejected: int, status: str = "active") -> Books:
        self.database.execute(
            "insert into ledger.loads values ('shop', 'raw_crm_csv', 'orders', ?, ?, ?)", [records, rejected, status]
        )
        return self

    def losses(self) -> Losses:
        return rows_of(self.database, f"{LOSSES} order by all")


def quarantined(n: int, *, out_of: int) -> Losses:
    books = Books().rows("quarantined", n)
    return (books.rows("kept", out_of - n) if out_of > n else books).losses()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "workspace")


@pytest.fixture
def run(workspace: Workspace) -> Callable[[Losses], str]:
    """A run that was published although rows were lost."""

    def end(losses: Losses) -> str:
        run_id = "20260101T000000-a"
        build_warehouse(workspace, amount=10)
        with audit.stage(workspace.paths.audit, run_id=run_id, name="build", code_version="1") as notes:
            notes.checks += loss_checks(losses, sources=["shop"], metrics_of=lambda name: METRICS)
            notes.facts = {"books": [], "unmapped": [], "losses": losses}
        write_records(workspace, run_id, stages=("ingest", "gate_raw", "gate_marts"))
        publish(workspace, run_id=run_id, code_version="1", artefacts=write_artefacts(workspace, run_id), ledger=[])
        return run_id

    return end


@pytest.mark.parametrize(
    ("lost", "is_high", "is_all"), [(10, True, True), (5, True, False), (2, True, False), (1, False, False)]
)
def test_a_share_is_high_where_it_is_not_the_luck_of_a_few_rows(lost: int, is_high: bool, is_all: bool) -> None:
    (loss,) = quarantined(lost, out_of=10)
    assert (loss["n_rows"], loss["out_of"]) == (lost, 10)
    assert (loss["is_high"], loss["is_all"]) == (is_high, is_all)


@pytest.mark.parametrize(("lost", "is_high"), [(10, True), (5, True), (1, False)])
def test_status_and_notification_name_the_rows_the_reason_and_the_cure(
    workspace: Workspace, run: Callable[[Losses], str], lost: int, is_high: bool
) -> None:
    run_id = run(quarantined(lost, out_of=10))
    told = status_of(workspace.paths)
    said = f"{lost} of 10 rows of raw_crm_csv.orders quarantined: no valid occurred_at. Cure: set timestamp_format"
    assert told["release"]["run_id"] == run_id
    assert told["is_well"] is not is_high
    message = notify.message_of("Test company", workspace.paths, run_id=run_id)
    printed = ask("status", "--workspace", str(workspace.paths.root))
    assert said in printed.stdout
    assert printed.exit_code == int(is_high)
    assert ("All is well" in printed.stdout) is not is_high
    if not is_high:
        assert message is None
        return
    assert message is not None
    assert said in message.body
    assert ("Nothing of the source is left." in message.body) is (lost == 10)
    (warning,) = told["warnings"]
    assert warning["check"] == f"sources.shop {LOSS_CHECK}"
    assert warning["unexpected"] == lost


def test_a_failing_source_leaves_its_metrics_to_be_reviewed_and_blocks_nothing(workspace: Workspace) -> None:
    (check,) = loss_checks(quarantined(10, out_of=10), sources=["shop"], metrics_of=lambda name: METRICS)
    assert (check.status, check.behaviour, check.metrics) == ("failed", "warn", METRICS)
    assert not check.blocks
    (passed,) = loss_checks(quarantined(1, out_of=10), sources=["shop"], metrics_of=lambda name: METRICS)
    assert (passed.status, passed.metrics) == ("passed", ())


def test_repeated_rows_of_one_load_are_a_loss_and_those_that_a_later_load_brings_again_are_not() -> None:
    within = Books().rows("kept", 10).rows("deduplicated", 20).losses()
    assert [(loss["loss"], loss["n_rows"], loss["out_of"], loss["is_high"]) for loss in within] == [
        ("deduplicated", 20, 30, True)
    ]
    assert Books().rows("deduplicated", 20, load_id=1).rows("kept", 20, load_id=2).losses() == []
    # A newer state of the same thing has no cure, since nothing is wrong.
    assert Books().rows("kept", 10).rows("deduplicated", 20, reason="earlier_state:contact").losses() == []


def test_reasons_add_up_to_one_share() -> None:
    books = Books().rows("kept", 90).rows("quarantined", 5).rows("quarantined", 5, reason="missing:customer_id")
    assert [(loss["n_rows"], loss["n_lost"], loss["is_high"]) for loss in books.losses()] == [(5, 10, True)] * 2


def test_answers_that_cannot_be_read_are_a_loss_of_their_question() -> None:
    (loss,) = Books().answers("unreadable", 60).losses()
    assert loss["is_high"]
    assert sentence(loss).startswith("60 of 60 answers of question Note unreadable")
    assert "decimal" in loss["cure"]
    (loss,) = Books().answers("kept", 54).answers("unreadable", 12).answers("kept", 30, is_missing=True).losses()
    assert (loss["n_rows"], loss["out_of"], loss["is_high"]) == (12, 66, True)


def test_rejected_records_are_a_loss_of_what_is_live() -> None:
    (loss,) = Books().records(100, 20).records(100, 100, status="superseded").losses()
    assert (loss["loss"], loss["n_rows"], loss["out_of"], loss["is_high"]) == ("rejected", 20, 100, True)


def test_rows_set_aside_or_replaced_are_no_loss() -> None:
    assert Books().rows("kept", 1).rows("set_aside", 50).rows("superseded", 50).losses() == []


def test_a_source_may_allow_more() -> None:
    books = Books().rows("kept", 50).rows("quarantined", 50)
    books.database.execute("update stg_config__sources set max_loss = 0.6")
    assert [loss["is_high"] for loss in books.losses()] == [False]

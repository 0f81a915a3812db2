"""Rows of a source that staging loses are listed, warned of and reported: 10 of 10 rows, 5 of 10 and 1 of 10."""

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
LOSSES = render("int_quality__losses")
REASONS = render("int_quality__reasons")
METRICS = ("orders", "revenue")


class Books:
    """The tables that `int_quality__losses` reads, with the rows that a test puts there."""

    def __init__(self) -> None:
        self.database = duckdb.connect(":memory:")
        self.database.execute(
            """
            create table int_quality__dispositions (
                data_source varchar, raw_table varchar, load_id integer, disposition varchar, reason_code varchar,
                reason varchar, n_rows bigint
            );
            create table stg_config__sources (data_source varchar, max_loss double);
            create table int_surveys__typed_answers (
                data_source varchar, question_id varchar, disposition varchar, is_missing boolean
            );
            create schema ledger;
            create table ledger.loads (
                source varchar, raw_schema varchar, raw_table varchar, records integer, rejected integer, status varchar
            );
            insert into stg_config__sources values ('shop', 0.05);
            """
        )
        self.database.execute(f"create table int_quality__reasons as {REASONS}")

    def rows(
        self, disposition: str, n_rows: int, *, load_id: int = 1, reason: str | None = "no_valid_time:occurred_at"
    ) -> Books:
        if disposition == "kept":
            reason = None
        self.database.execute(
            "insert into int_quality__dispositions values ('shop', 'raw_crm.orders', ?, ?, ?, ?, ?)",
            [load_id, disposition, reason.split(":")[0] if reason else None, reason, n_rows],
        )
        return self

    def answers(self, disposition: str, n_rows: int, *, is_missing: bool = False) -> Books:
        self.database.execute(
            "insert into int_surveys__typed_answers select 'shop', 'Note', ?, ? from range(?)",
            [disposition, is_missing, n_rows],
        )
        return self

    def records(self, records: int, rejected: int, status: str = "active") -> Books:
        self.database.execute(
            "insert into ledger.loads values ('shop', 'raw_crm', 'orders', ?, ?, ?)", [records, rejected, status]
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
def test_a_loss_share_is_high_only_beyond_chance(lost: int, is_high: bool, is_all: bool) -> None:
    (loss,) = quarantined(lost, out_of=10)
    assert (loss["n_rows"], loss["out_of"]) == (lost, 10)
    assert (loss["is_high"], loss["is_all"]) == (is_high, is_all)


@pytest.mark.parametrize(("lost", "is_high"), [(10, True), (5, True), (1, False)])
def test_status_and_notification_name_rows_reason_and_fix(
    workspace: Workspace, run: Callable[[Losses], str], lost: int, is_high: bool
) -> None:
    run_id = run(quarantined(lost, out_of=10))
    status = status_of(workspace.paths)
    said = f"{lost} of 10 rows of raw_crm.orders quarantined: no valid occurred_at. Cure: set timestamp_format"
    assert status["release"]["run_id"] == run_id
    assert status["is_well"] is not is_high
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
    (warning,) = status["warnings"]
    assert warning["check"] == f"sources.shop {LOSS_CHECK}"
    assert warning["unexpected"] == lost


def test_a_source_with_high_loss_marks_metrics_for_review_without_blocking(workspace: Workspace) -> None:
    (check,) = loss_checks(quarantined(10, out_of=10), sources=["shop"], metrics_of=lambda name: METRICS)
    assert (check.status, check.behaviour, check.metrics) == ("failed", "warn", METRICS)
    assert not check.blocks
    (passed,) = loss_checks(quarantined(1, out_of=10), sources=["shop"], metrics_of=lambda name: METRICS)
    assert (passed.status, passed.metrics) == ("passed", ())


def test_duplicates_are_a_loss_within_one_load_only() -> None:
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


def test_unreadable_answers_are_a_loss_of_their_question() -> None:
    (loss,) = Books().answers("unreadable", 60).losses()
    assert loss["is_high"]
    assert sentence(loss).startswith("60 of 60 answers of question Note unreadable")
    assert "decimal" in loss["cure"]
    (loss,) = Books().answers("kept", 54).answers("unreadable", 12).answers("kept", 30, is_missing=True).losses()
    assert (loss["n_rows"], loss["out_of"], loss["is_high"]) == (12, 66, True)


def test_rejected_records_are_a_loss_of_live_files() -> None:
    (loss,) = Books().records(100, 20).records(100, 100, status="superseded").losses()
    assert (loss["loss"], loss["n_rows"], loss["out_of"], loss["is_high"]) == ("rejected", 20, 100, True)


def test_excluded_or_replaced_rows_are_not_a_loss() -> None:
    assert Books().rows("kept", 1).rows("set_aside", 50).rows("superseded", 50).losses() == []


def test_a_source_may_allow_a_higher_loss() -> None:
    books = Books().rows("kept", 50).rows("quarantined", 50)
    books.database.execute("update stg_config__sources set max_loss = 0.6")
    assert [loss["is_high"] for loss in books.losses()] == [False]


def test_visitors_who_did_not_consent_are_a_loss_only_where_there_are_no_others() -> None:
    refused = Books().rows("set_aside", 900, reason="no_consent")
    (loss,) = refused.losses()
    assert (loss["loss"], loss["n_rows"], loss["out_of"], loss["is_all"]) == ("set_aside", 900, 900, True)
    assert sentence(loss).startswith("900 of 900 rows of raw_crm.orders set aside: the visitor did not consent")
    (check,) = loss_checks([loss], sources=["shop"], metrics_of=lambda _: METRICS)
    assert check.status == "failed"
    assert refused.rows("kept", 1).losses() == []
    # Beside them, a loss is a share of the rows that could have counted.
    (loss,) = refused.rows("quarantined", 1).losses()
    assert (loss["loss"], loss["n_rows"], loss["out_of"]) == ("quarantined", 1, 2)

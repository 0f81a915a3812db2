"""What blocks a release, and what is withheld from it."""

from __future__ import annotations

from pipeline import audit
from pipeline.publishing.decision import decide, withheld_metrics
from tests.pipeline.warehouse import SEMANTIC_MANIFEST, a_check
from workspace.records.documents import AuditRecord, Check, StageName


def records(*checks: Check, without: StageName | None = None, **changes: object) -> dict[StageName, AuditRecord]:
    made: dict[StageName, AuditRecord] = {}
    for name in ("ingest", "gate_raw", "build", "gate_marts"):
        made[name] = AuditRecord(  # type: ignore[index]
            run_id="r1",
            stage=name,  # type: ignore[arg-type]
            status=audit.status_of(checks) if name == "gate_marts" else "passed",
            started_at=audit.now(),
            finished_at=audit.now(),
            code_version="1",
            checks=checks if name == "gate_marts" else (),
        ).model_copy(update=changes if name == "build" else {})
    return {name: record for name, record in made.items() if name != without}


def test_a_run_whose_stages_all_passed_may_be_published() -> None:
    assert decide(records(a_check())).may_publish


def test_a_stage_without_a_record_blocks() -> None:
    decision = decide(records(without="gate_raw"))
    assert decision.blocked_by == ("stage gate_raw left no audit record in this run",)


def test_a_failed_blocking_check_blocks_and_is_named() -> None:
    (reason,) = decide(records(a_check(status="failed", unexpected=2))).blocked_by
    assert reason == "marts.fct_orders: check 'keys_are_unique' failed (2 rows): No two rows share a key."


def test_a_check_that_could_not_run_blocks_for_every_behaviour() -> None:
    assert not decide(records(a_check(status="error", behaviour="warn"))).may_publish


def test_a_stage_that_ended_by_an_exception_blocks_with_its_message() -> None:
    (reason,) = decide(records(status="error", message="out of disk")).blocked_by
    assert "build" in reason
    assert "out of disk" in reason


def test_a_failed_withhold_or_warn_check_does_not_block() -> None:
    assert decide(records(a_check(status="failed", behaviour="withhold"))).may_publish
    assert decide(records(a_check(status="failed", behaviour="warn"))).may_publish


def test_metrics_and_their_dependents_are_withheld_on_a_failed_check() -> None:
    failed = a_check(name="amounts", status="failed", behaviour="withhold", metrics=("revenue",))
    assert withheld_metrics([failed], SEMANTIC_MANIFEST) == {
        "average_order_value": ("amounts",),
        "revenue": ("amounts",),
    }


def test_a_passed_or_warning_check_withholds_nothing() -> None:
    checks = [a_check(behaviour="withhold"), a_check(status="failed", behaviour="warn")]
    assert withheld_metrics(checks, SEMANTIC_MANIFEST) == {}

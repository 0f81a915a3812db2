"""A check of the gate stands only while nothing of what it looked at, and nothing of what it says, has changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from expectations.rules import Rule, no_rows, not_null
from pipeline.standing_checks import FINGERPRINTS, WHOLE_AT, fingerprints, standing_checks, whole_pass_is_due
from workspace.records.documents import AuditRecord, Check, CheckStatus

NOW = datetime(2026, 11, 30, 6, tzinfo=UTC)
ORDERS, PEOPLE = "marts.fct_orders", "marts.dim_people"
RULES = [
    not_null(ORDERS, "order_id"),
    no_rows(
        "people_are_known",
        ORDERS,
        f"select 1 from {{batch}} left join {PEOPLE} using (person_id)",
        description="Every person is in dim_people.",
        behaviour="block",
    ),
    not_null(PEOPLE, "person_id"),
]
CONTENTS = {"fct_orders": "a", "dim_people": "b"}
METRICS = {"fct_orders": ["orders"]}


def prints(rules: list[Rule] = RULES, contents: dict[str, str] = CONTENTS, **metrics: list[str]) -> dict[str, str]:
    return fingerprints(rules, contents=contents, metrics_by_mart=metrics or METRICS)


def record(now: dict[str, str], *, status: CheckStatus = "passed", earned_in: str | None = None) -> AuditRecord:
    checks = [
        Check(
            name=rule.name,
            asset=rule.table,
            behaviour=rule.behaviour,
            status=status,
            description=rule.description,
            engine="great_expectations",
            earned_in=earned_in,
        )
        for rule in RULES
    ]
    return AuditRecord(
        run_id="first",
        stage="gate_marts",
        status="passed",
        started_at=NOW,
        finished_at=NOW,
        code_version="test",
        message="",
        checks=tuple(checks),
        facts={FINGERPRINTS: now, WHOLE_AT: NOW.isoformat()},
    )


def test_what_is_as_it_was_stands_and_says_which_run_checked_it() -> None:
    standing = standing_checks(record(prints()), prints())
    assert {table: len(checks) for table, checks in standing.items()} == {ORDERS: 2, PEOPLE: 1}
    assert {check.earned_in for checks in standing.values() for check in checks} == {"first"}


def test_what_stood_already_keeps_the_run_that_checked_it() -> None:
    standing = standing_checks(record(prints(), earned_in="long ago"), prints())
    assert {check.earned_in for checks in standing.values() for check in checks} == {"long ago"}


@pytest.mark.parametrize(
    ("now", "stands"),
    [
        (prints(contents={**CONTENTS, "fct_orders": "other"}), {PEOPLE}),
        # Orders are looked at beside people, so that other people are a reason to look again.
        (prints(contents={**CONTENTS, "dim_people": "other"}), set()),
        (prints(RULES[1:]), {PEOPLE}),
        (prints(fct_orders=["orders", "revenue"]), {PEOPLE}),
        (prints(contents={"dim_people": "b"}), {PEOPLE}),
    ],
    ids=["its rows", "rows of another mart", "its rules", "metrics that it touches", "a mart that is not there"],
)
def test_what_changed_is_checked_again(now: dict[str, str], stands: set[str]) -> None:
    assert set(standing_checks(record(prints()), now)) == stands


def test_a_failure_stands_as_a_failure_and_what_could_not_run_does_not_stand() -> None:
    failed = standing_checks(record(prints(), status="failed"), prints())
    assert {check.status for checks in failed.values() for check in checks} == {"failed"}
    assert standing_checks(record(prints(), status="error"), prints()) == {}


def test_nothing_stands_before_the_first_gate() -> None:
    assert standing_checks(None, prints()) == {}
    assert standing_checks(record({}), prints()) == {}


@pytest.mark.parametrize(("after", "is_due"), [(timedelta(days=6, hours=23), False), (timedelta(days=7), True)])
def test_everything_is_looked_at_again_after_a_week(after: timedelta, is_due: bool) -> None:
    assert whole_pass_is_due(record(prints()), record(prints()), now=NOW + after) is is_due


def test_everything_is_looked_at_where_nothing_is_known_or_the_last_run_was_stopped() -> None:
    passed = record(prints())
    stopped = passed.model_copy(update={"status": "failed"})
    assert whole_pass_is_due(None, None, now=NOW)
    assert whole_pass_is_due(stopped, passed, now=NOW)
    assert whole_pass_is_due(passed, stopped, now=NOW)
    assert not whole_pass_is_due(passed, passed, now=NOW)

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.kit import badges
from serving import MetricDefinition, RunSummary
from workspace.records.documents import Check, Release

PUBLISHED = datetime(2026, 11, 22, 5, 10, tzinfo=UTC)
STALE_AFTER = timedelta(hours=48)


def metric(badge: str, name: str = "nps") -> MetricDefinition:
    return MetricDefinition(
        name=name, label=name.upper(), description="", formula="", question="who", owner="cx_insights",
        certification="certified", unit="score", good="up", metric_class="composed", n=None, people=None, min_cell=5,
        min_n=0, feeds=(), model=("fct_survey_answers",), upstream=(), sources=(), files=(), dimensions=(), grains=(),
        checks=(), badge=badge, badge_reason="failed: unique_answer" if badge != "certified" else "",
    )  # fmt: skip


def release(**facts: Any) -> Release:
    return Release(
        **{
            "run_id": "r1", "published_at": PUBLISHED, "company": "Example", "timezone": "Europe/Berlin",
            "currency": "EUR", "as_of_on": date(2026, 11, 21), "as_of_is_pinned": False, "code_version": "1",
            "content_hash": "", "snapshot_sha256": "", "manifest_sha256": "", "min_cell": 5, "min_cell_comments": 10,
            "publish_comments": False, "tables": {}, "feeds": {}, **facts,
        }
    )  # fmt: skip


def run(status: str, *, checks: tuple[Check, ...] = (), message: str = "") -> RunSummary:
    moment = PUBLISHED + timedelta(days=1)
    return RunSummary(
        run_id="r2", started_at=moment, finished_at=moment, status=status, stage="gate_marts",
        failed_checks=checks, message=message, published=False,
    )  # fmt: skip


def failed_check() -> Check:
    return Check(
        name="unique_order", asset="marts.fct_orders", behaviour="block", status="failed", description="", engine="dbt"
    )


def test_the_certified_badge_requires_every_metric_certified() -> None:
    assert badges.certification([metric("certified"), metric("certified")]).text == "All metrics certified"
    assert badges.certification([metric("certified"), metric("provisional")]).text == "1 of 2 metrics certified"


@pytest.mark.parametrize(
    ("worst", "text", "color"),
    [("needs review", "1 metric needs review", "orange"), ("withheld", "1 metric is withheld", "red")],
)
def test_the_worst_metric_decides_the_badge(worst: str, text: str, color: str) -> None:
    badge = badges.certification([metric("certified"), metric(worst)])
    assert (badge.text, badge.color) == (text, color)
    assert "failed: unique_answer" in badge.help


def test_freshness_is_shown_in_the_companys_timezone() -> None:
    badge = badges.freshness(release(), now=PUBLISHED + timedelta(hours=3), stale_after=STALE_AFTER)
    assert badge.text == "Updated today 06:10"


def test_an_old_release_is_stale_in_badge_and_callout() -> None:
    now = PUBLISHED + timedelta(days=3)
    assert badges.freshness(release(), now=now, stale_after=STALE_AFTER).text == "Data 3 days old"
    found = badges.notices(release(), [], live_run_id="r1", now=now, stale_after=STALE_AFTER)
    assert [notice.title for notice in found] == ["These numbers are 3 days old"]


def test_a_later_failed_run_is_explained_with_its_checks() -> None:
    failed = run("failed", checks=(failed_check(),))
    found = badges.notices(
        release(), [failed], live_run_id="r1", now=PUBLISHED + timedelta(hours=30), stale_after=STALE_AFTER
    )
    assert found[0].title == "The last load did not pass its checks"
    assert "check failed: unique_order" in found[0].text
    assert "22 Nov 2026, 06:10" in found[0].text


def test_a_passed_run_needs_no_callout() -> None:
    found = badges.notices(
        release(), [run("passed")], live_run_id="r1", now=PUBLISHED + timedelta(hours=30), stale_after=STALE_AFTER
    )
    assert found == []


def test_an_earlier_release_states_that_another_is_live() -> None:
    found = badges.notices(release(), [], live_run_id="r9", now=PUBLISHED, stale_after=STALE_AFTER)
    assert [notice.title for notice in found] == ["These are earlier answers"]


def test_late_sources_are_reported_unless_the_as_of_day_is_pinned() -> None:
    late = badges.lateness(release(as_of_on=date(2011, 1, 24)), stale_after=STALE_AFTER)
    assert late is not None
    assert late.text == "Sources end 24 Jan 2011"
    pinned = release(as_of_on=date(2011, 1, 24), as_of_is_pinned=True)
    assert badges.lateness(pinned, stale_after=STALE_AFTER) is None
    assert badges.lateness(release(), stale_after=STALE_AFTER) is None

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.kit.periods import window
from app.serve import warm_up
from serving import Question, ask, current, open_release
from tests.app.conftest import Open
from tests.app.test_pages import texts
from tests.releases import make_live
from workspace.paths import WorkspacePaths
from workspace.records.documents import AuditRecord, Check, Release
from workspace.records.releases import read_document
from workspace.records.runs import begin


def rewrite(root: Path, **changes: object) -> Release:
    """Change the live release's document in place."""
    paths = WorkspacePaths(root)
    pointer = current(paths)
    assert pointer is not None
    return make_live(paths, read_document(paths, pointer.run_id).model_copy(update=changes))


def test_without_a_workspace_the_page_explains_how_to_make_one(open_page: Open) -> None:
    page = open_page(None)
    assert not page.exception
    assert page.title[0].value == "No workspace yet"
    assert "make demo" in [code.value for code in page.code]
    assert "CX_WORKSPACE" in texts(page)


def test_a_missing_workspace_is_named(open_page: Open, tmp_path: Path) -> None:
    page = open_page(tmp_path / "nowhere")
    assert str(tmp_path / "nowhere") in texts(page)


def test_without_a_release_the_page_gives_the_exact_command_and_the_path(open_page: Open, tmp_path: Path) -> None:
    page = open_page(tmp_path)
    assert page.title[0].value == "Nothing is published yet"
    assert [code.value for code in page.code] == [f"cx run --workspace {tmp_path}"]
    assert str(tmp_path / "published" / "CURRENT.json") in texts(page)
    assert [button.label for button in page.button] == ["Check again"]


def test_a_deleted_release_offers_the_live_one(open_page: Open, demo_workspace: Path) -> None:
    page = open_page(demo_workspace, release="long-gone")
    assert page.title[0].value == "That release is no longer kept"
    page.button[0].click().run()
    assert not page.exception
    assert page.title[0].value != "That release is no longer kept"


def test_an_old_release_is_called_stale_in_badge_and_callout(open_page: Open, copy_of_demo: Path) -> None:
    rewrite(copy_of_demo, published_at=datetime.now(UTC) - timedelta(days=3))
    page = open_page(copy_of_demo, "who")
    assert "Data 3 days old" in texts(page)
    assert "These numbers are 3 days old" in texts(page)


def test_after_a_failed_gate_the_previous_release_stays_with_the_reason(open_page: Open, copy_of_demo: Path) -> None:
    now = datetime.now(UTC)
    broken = Check(
        name="unique_order_key", asset="marts.fct_orders", behaviour="block", status="failed",
        description="An order is counted once.", engine="great_expectations", unexpected=1,
    )  # fmt: skip
    begin(WorkspacePaths(copy_of_demo), run_id="later", code_version="1")
    for stage, status, checks in (("gate_marts", "failed", (broken,)), ("publish", "skipped", ())):
        AuditRecord.model_validate(
            {
                "run_id": "later", "stage": stage, "status": status, "started_at": now, "finished_at": now,
                "code_version": "1", "checks": checks,
            }
        ).write(copy_of_demo / "audit" / f"later.{stage}.json")  # fmt: skip
    page = open_page(copy_of_demo, "who")
    assert not page.exception
    assert "The last load did not pass its checks" in texts(page)
    assert "unique_order_key" in texts(page).replace("\\", "")
    assert "of revenue" in page.title[0].value


@pytest.mark.parametrize("name", ["today", "who"])
def test_a_withheld_metric_shows_no_number_and_says_so(open_page: Open, copy_of_demo: Path, name: str) -> None:
    rewrite(copy_of_demo, withheld={"top_tier_revenue_share": ("tier_is_plausible",)})
    page = open_page(copy_of_demo, name)
    assert not page.exception
    assert "1 metric is withheld" in texts(page)
    shown = {metric.label.split(": ")[-1]: metric.value for metric in page.metric}
    assert [value for label, value in shown.items() if "Revenue from top" in label] == ["Withheld"]
    assert "tier_is_plausible" in " ".join(str(metric.help) for metric in page.metric).replace("\\", "")


def test_a_failing_check_removes_the_certified_badge(open_page: Open, copy_of_demo: Path) -> None:
    live = open_release(WorkspacePaths(copy_of_demo)).document
    failed = Check(
        name="orders_are_recent", asset="marts.fct_orders", behaviour="warn", status="failed",
        description="", engine="dbt", metrics=("orders", "revenue"),
    )  # fmt: skip
    other = copy_of_demo.parent / "other"
    copy_of_demo.rename(other)
    rewrite(other, checks=(*live.checks, failed))
    page = open_page(other, "who")
    assert "All metrics certified" not in texts(page)
    assert "review" in texts(page)
    quality = open_page(other, "quality")
    assert f"{len(live.checks)} of {len(live.checks) + 1} checks passed" in quality.title[0].value
    assert "orders_are_recent" in texts(quality).replace("\\", "")


def test_small_groups_are_hidden_with_a_reason_and_a_reset_link(open_page: Open, copy_of_demo: Path) -> None:
    rewrite(copy_of_demo, min_cell=100_000)
    page = open_page(copy_of_demo, "expectations")
    assert not page.exception
    assert page.title[0].value == "Too few customers here to describe safely"
    assert "100000" in texts(page).replace(",", "")
    assert "Show all customers" in [button.label for button in page.button]


def test_an_uncovered_period_is_stated_and_widened_by_a_click(open_page: Open, copy_of_demo: Path) -> None:
    rewrite(copy_of_demo, as_of_on=date(2040, 1, 31))
    page = open_page(copy_of_demo, "who")
    assert page.title[0].value == "No orders are recorded in this period"
    assert "reach from" in texts(page)
    next(button for button in page.button if button.label == "Show all time").click()
    page.run()
    assert not page.exception
    assert page.title[0].value != "No orders are recorded in this period"


@pytest.mark.thorough
def test_the_server_warms_the_first_questions_of_pages(copy_of_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warm_up(copy_of_demo)
    release = open_release(WorkspacePaths(copy_of_demo))
    shown = window("Last 12 months", release.document.as_of_on)

    def computed_again(*_: object) -> None:
        pytest.fail("the first page had to compute this")

    monkeypatch.setattr("serving.answers._answer", computed_again)
    assert ask(release, Question(metrics=("revenue",), since=shown.since, until=shown.until)).one("revenue").value


def test_warming_a_workspace_without_a_release_does_nothing(tmp_path: Path) -> None:
    warm_up(tmp_path)

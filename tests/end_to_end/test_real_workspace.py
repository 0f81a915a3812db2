"""Real public data gives the answers that were computed independently from its files.

The expected numbers stand in the README of the workspace; only cx.yml and mappings describe the files.
"""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from serving import AnswerRow, LiveRelease, Question, ask, open_release
from tests.end_to_end.conftest import assemble_real, run
from workspace import load_workspace
from workspace.paths import WorkspacePaths

pytestmark = pytest.mark.thorough

MONTHLY_REVENUE = (
    28592.70, 40433.81, 43472.10, 12842.05, 10880.33, 9907.25, 10866.23, 8762.76, 7358.32,
    8845.05, 10151.38, 9112.84, 7356.82, 7679.71, 9850.05, 6011.53, 6378.14, 5590.87,
)  # fmt: skip


@pytest.fixture(scope="module")
def release(real_workspace: Path) -> LiveRelease:
    return open_release(WorkspacePaths(real_workspace))


def value(release: LiveRelease, metric: str, **question: object) -> float | None:
    return ask(release, Question(metrics=(metric,), **question)).one(metric).value  # type: ignore[arg-type]


def by(release: LiveRelease, metric: str, *dimensions: str, **question: object) -> dict[object, AnswerRow]:
    rows = ask(release, Question(metrics=(metric,), by=dimensions, **question)).rows  # type: ignore[arg-type]
    return {row.dimensions[dimensions[0]] if dimensions else row.period: row for row in rows}


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("orders", 6919),
        ("revenue", 244091.94),
        ("customers", 2357),
        ("people", 2613),
        ("touchpoints", 6961),
        ("journeys", 3448),
        ("survey_answers", 6000),
        ("unpaired_perceptions", 2250),
    ],
)
def test_totals(release: LiveRelease, metric: str, expected: float) -> None:
    assert value(release, metric) == pytest.approx(expected, abs=0.005)


def test_without_a_known_cost_there_is_no_margin(release: LiveRelease) -> None:
    # CDNOW's file does not say what a disc cost the shop.
    for metric in ("margin", "margin_share", "lifetime_margin_per_customer"):
        row = ask(release, Question(metrics=(metric,))).one(metric)
        assert (row.status, row.value) == ("no_data", None)
    assert value(release, "cost_known_share") == 0


def test_the_average_order(release: LiveRelease) -> None:
    assert value(release, "average_order_value") == pytest.approx(35.2785, abs=0.00005)


def test_years(release: LiveRelease) -> None:
    orders = by(release, "orders", grain="year")
    revenue = by(release, "revenue", grain="year")
    assert [orders[date(year, 1, 1)].value for year in (1997, 1998)] == [5728, 1191]
    assert [revenue[date(year, 1, 1)].value for year in (1997, 1998)] == pytest.approx([201224.82, 42867.12], abs=0.005)


def test_revenue_by_month(release: LiveRelease) -> None:
    rows = ask(release, Question(metrics=("revenue",), grain="month", until=date(1998, 6, 30))).rows
    assert [row.value for row in rows] == pytest.approx(list(MONTHLY_REVENUE), abs=0.005)


def test_first_buyers_by_month(release: LiveRelease) -> None:
    rows = by(release, "acquired", grain="month")
    assert [rows[date(1997, month, 1)].value for month in (1, 2, 3)] == [781, 857, 719]


def test_first_purchase_revenue_matches_the_files(release: LiveRelease) -> None:
    assert value(release, "revenue", where={"occurrence": ("first",)}) == pytest.approx(76674.94, abs=0.005)


def test_customers_by_number_of_orders(release: LiveRelease) -> None:
    counts = {band: row.value for band, row in by(release, "customers", "order_band").items()}
    assert counts == {"1": 1205, "2": 406, "3": 208, "4": 150, "5": 98, "6+": 290}


def test_the_current_tier_is_empty_and_history_keeps_it(release: LiveRelease) -> None:
    today = ask(release, Question(metrics=("top_tier_revenue_share",))).one("top_tier_revenue_share")
    assert (today.value, today.status) == (None, "no_data")
    history = by(release, "top_tier_revenue_share", grain="month")
    assert history[date(1998, 6, 1)].value == pytest.approx(0.62088, abs=0.000005)


def test_touchpoints_by_stage_and_interaction(release: LiveRelease) -> None:
    stages = {stage: row.value for stage, row in by(release, "touchpoints", "stage").items()}
    assert stages == {"purchase": 2357, "loyalty": 4562, "use": 42}
    claims = by(release, "touchpoints", "interaction", where={"data_source": ("claims",)})
    assert {name: row.value for name, row in claims.items()} == {None: 18, "claim_opened": 9, "claim_decided": 15}
    months = by(release, "touchpoints", grain="month", since=date(2010, 12, 1))
    assert [months[day].value for day in (date(2010, 12, 1), date(2011, 1, 1))] == [8, 34]


def test_answers_by_construct(release: LiveRelease) -> None:
    counts = {construct: row.value for construct, row in by(release, "survey_answers", "construct").items()}
    assert counts == {"expectation": 750, "perception": 2500, "overall": 1250, "ignore": 1500}


def test_the_gap_of_overall_quality_with_its_interval(release: LiveRelease) -> None:
    rows = by(release, "expectation_gap", "item")
    gap = rows["overall_quality"]
    assert gap.status == "ok"
    assert (gap.value, gap.low, gap.high) == pytest.approx((0.364, 0.148, 0.580), abs=0.0005)
    assert gap.n == 250
    percent = by(release, "expectation_gap_percent", "item")["overall_quality"]
    assert percent.value == pytest.approx(4.04, abs=0.005)


def test_a_pillar_without_pairs_has_no_data(release: LiveRelease) -> None:
    rows = by(release, "expectation_gap", "pillar")
    assert rows["products"].value == pytest.approx(0.364, abs=0.0005)
    for pillar in ("people", "processes"):
        assert pillar not in rows or (rows[pillar].value, rows[pillar].status) == (None, "no_data")
        asked = ask(release, Question(metrics=("expectation_gap",), where={"pillar": (pillar,)}))
        assert asked.one("expectation_gap").status == "no_data"


def test_overall_satisfaction(release: LiveRelease) -> None:
    # The published means are on 1-10; the metric is on 0-100.
    rows = by(release, "overall_score", "item")
    found = [1 + rows[item].value * 9 / 100 for item in ("satisfaction", "fulfilment", "ideal")]  # type: ignore[operator]
    assert found == pytest.approx([7.988, 7.128, 7.316], abs=0.0005)


@pytest.mark.parametrize("metric", ["sessions", "nps", "csat", "ces", "opportunity_score"])
def test_metrics_without_a_source_are_no_data_and_not_zero(release: LiveRelease, metric: str) -> None:
    row = ask(release, Question(metrics=(metric,))).one(metric)
    assert (row.value, row.status) == (None, "no_data")


def test_every_file_reconciles(release: LiveRelease) -> None:
    ledger = release.document.ledger
    assert {"inbox/CDNOW_sample.txt", "inbox/mobi.csv", "inbox/running_example.csv"} <= {row["path"] for row in ledger}
    for row in ledger:
        assert row["records"] == row["loaded"] + row["rejected"] + row["skipped"], row
    assert all(row["is_balanced"] for row in release.document.books)


def test_an_nps_on_a_1_to_10_scale_warns_and_is_refused(shared: Path, tmp_path: Path) -> None:
    root = assemble_real(shared, tmp_path / "variant")
    codebook = root / "mappings" / "survey_codebook.csv"
    shutil.copyfile(root / "variants" / "variant_nps_codebook.csv", codebook)
    (warning,) = load_workspace(root).warnings
    assert "0-10 only" in warning.fix
    assert run(root).published
    row = ask(open_release(WorkspacePaths(root)), Question(metrics=("nps",))).one("nps")
    assert (row.value, row.status) == (None, "refused")
    assert "1-10" in (row.reason or "").replace("–", "-").replace(" to ", "-")


def test_json_rows_include_their_status(release: LiveRelease) -> None:
    records = ask(release, Question(metrics=("orders", "nps"))).records()
    printed = json.loads(json.dumps(records, default=str))
    assert {(row["metric"], row["status"]) for row in printed} == {("orders", "ok"), ("nps", "no_data")}

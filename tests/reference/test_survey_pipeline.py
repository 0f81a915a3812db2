"""Sections 3 and 4 of the methods through the real pipeline: mobi.csv, a real survey in its own file -> dbt -> answers.

The expected numbers are computed here from the file itself, or stand in the README of the workspace.
"""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy import stats

from serving import AnswerRow, LiveRelease, Question, ask, open_release
from workspace.paths import WorkspacePaths

pytestmark = pytest.mark.thorough

PILLARS = {
    "products": ("PERQ1", "PERQ2", "PERQ4", "PERQ5", "PERV1", "PERV2"),
    "people": ("PERQ3",),
    "processes": ("PERQ6", "PERQ7", "CUSCO"),
}


@pytest.fixture(scope="module")
def answers(shared: Path) -> dict[str, np.ndarray]:
    with (shared / "data" / "mobi_ecsi" / "mobi.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0] if name}


@pytest.fixture(scope="module")
def release(real_workspace: Path) -> LiveRelease:
    return open_release(WorkspacePaths(real_workspace))


def one(release: LiveRelease, metric: str, **where: str) -> AnswerRow:
    filters = {name: (value,) for name, value in where.items()}
    return ask(release, Question(metrics=(metric,), where=filters)).one(metric)


def test_every_answer_of_the_file_is_in_the_mart_unchanged(
    real_workspace: Path, answers: dict[str, np.ndarray]
) -> None:
    with duckdb.connect(str(real_workspace / "warehouse" / "cx.duckdb"), read_only=True) as marts:
        found = marts.execute(
            "select question_id, count(*), sum(value) from marts.fct_survey_answers where value is not null group by 1"
        ).fetchall()
    assert len(found) == 18
    for question, n, total in found:
        assert (n, total) == (250, answers[question].sum()), question


def test_the_gap_is_the_mean_of_pairs_with_a_t_interval(release: LiveRelease, answers: dict[str, np.ndarray]) -> None:
    gaps = answers["PERQ1"] - answers["CUEX1"]
    low, high = stats.t.interval(0.95, 249, gaps.mean(), stats.sem(gaps))
    found = one(release, "expectation_gap", item="overall_quality")
    assert (found.value, found.low, found.high) == pytest.approx((gaps.mean(), low, high))
    assert (found.value, found.low, found.high) == pytest.approx((0.364, 0.148, 0.580), abs=5e-4)
    assert one(release, "expectation_gap_percent", item="overall_quality").value == pytest.approx(4.04, abs=0.005)


def test_unpaired_answers_are_counted(release: LiveRelease) -> None:
    assert one(release, "paired_perceptions").value == 250
    assert one(release, "unpaired_perceptions").value == 2250
    assert one(release, "pairing_coverage").value == pytest.approx(0.1)


def test_satisfaction_means_and_their_index(release: LiveRelease) -> None:
    items = ("satisfaction", "fulfilment", "ideal")
    means = [1 + 9 * (one(release, "overall_score", item=item).value or 0) / 100 for item in items]
    assert means == pytest.approx([7.988, 7.128, 7.316], abs=5e-4)
    index = ask(release, Question(metrics=("overall_score",), where={"item": items})).one("overall_score")
    assert index.value == pytest.approx(71.970, abs=5e-4)


def test_pillars_without_an_expectation_are_unpaired_and_have_no_gap(release: LiveRelease) -> None:
    rows = ask(release, Question(metrics=("unpaired_perceptions",), by=("pillar",))).rows
    unpaired = {row.dimensions["pillar"]: row.value for row in rows}
    paired = {"products": 250}
    assert unpaired == {name: 250 * len(items) - paired.get(name, 0) for name, items in PILLARS.items()}
    for pillar in ("people", "processes"):
        assert one(release, "expectation_gap", pillar=pillar).status == "no_data"


def test_unasked_constructs_are_no_data(release: LiveRelease) -> None:
    for metric in ("nps", "opportunity_score", "kano_better", "within_tolerance_share", "response_rate", "nps_change"):
        row = one(release, metric)
        assert (row.value, row.status) == (None, "no_data"), metric


def test_every_respondent_answered_every_question(release: LiveRelease) -> None:
    row = one(release, "completion_rate")
    assert (row.value, row.n) == (1, 250)

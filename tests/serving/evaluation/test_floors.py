"""What is marked, refused or hidden besides small cells: lopsided groups, forbidden answers, too few people."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from serving import LiveRelease, Question, ask, open_release
from serving.definitions.meta import Change
from tests.serving.world import FEEDS, MARTS, publish
from workspace.paths import WorkspacePaths
from workspace.records.documents import Feed

SEGMENTS = "case when i % 7 = 0 then null when i % 100 = 1 then 'rare' else 'S' || (i % 3) end"


@pytest.fixture(scope="module")
def lopsided(tmp_path_factory: pytest.TempPathFactory, manifest: str) -> LiveRelease:
    """390 of 400 people are in one segment, so that of 300 who answered 293 or so are."""
    paths = WorkspacePaths(tmp_path_factory.mktemp("lopsided"))
    skewed = "case when i % 40 = 3 then 'Business' else 'Consumer' end"
    assert SEGMENTS in MARTS
    publish(paths, "run-1", manifest, marts=MARTS.replace(SEGMENTS, skewed))
    return open_release(paths)


def changed(release: LiveRelease, monkeypatch: pytest.MonkeyPatch, metric: str, **meta: object) -> None:
    defined = release.semantics.metrics[metric]
    monkeypatch.setitem(release.semantics.metrics, metric, replace(defined, meta=defined.meta.model_copy(update=meta)))


@pytest.mark.parametrize("metric", ["expectation_gap", "nps", "gap_mean"])
def test_groups_dominated_by_one_value_are_not_comparable(lopsided: LiveRelease, metric: str) -> None:
    answer = ask(lopsided, Question(metrics=(metric,), by=("segment",)))
    shown = [row for row in answer.rows if row.status == "ok"]
    assert shown
    for row in shown:
        assert not row.is_comparable
        assert "not to be compared: more than 95% of those who answered are in one group" in str(row.reason)
        assert "Segment: Consumer" in str(row.reason)
    # JSON, CSV and the page print these records.
    assert all(record["reason"] for record in answer.records())


def test_the_dominant_share_is_reported_as_a_bound(lopsided: LiveRelease) -> None:
    rows = ask(lopsided, Question(metrics=("nps",), by=("segment",), grain="quarter")).rows
    reasons = {row.reason for row in rows if row.status == "ok"}
    assert len(reasons) == 1
    assert "97" not in str(reasons)


def test_single_and_balanced_groups_are_comparable(lopsided: LiveRelease, release: LiveRelease) -> None:
    alone = ask(lopsided, Question(metrics=("nps",), where={"segment": ["Consumer"]})).one("nps")
    assert alone.is_comparable
    even = ask(release, Question(metrics=("nps",), by=("segment",))).rows
    assert all(row.is_comparable and row.reason is None for row in even if row.status == "ok")


def test_counts_are_never_marked(lopsided: LiveRelease) -> None:
    rows = ask(lopsided, Question(metrics=("respondents",), by=("segment",))).rows
    assert all(row.is_comparable for row in rows)


def test_people_without_a_group_are_not_compared(lopsided: LiveRelease) -> None:
    # A tier is known of customers only; the others are in no group.
    rows = ask(lopsided, Question(metrics=("nps",), by=("value_tier",))).rows
    assert {row.dimensions["value_tier"] for row in rows} == {"top", "other", None}
    assert all(row.is_comparable for row in rows)


def test_an_estimate_with_too_few_people_is_suppressed_with_a_reason(
    release: LiveRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(release, monkeypatch, "nps", min_people=60)
    rows = ask(release, Question(metrics=("nps",), by=("region",), where={"stage": ["use"]})).rows
    thin = [row for row in rows if row.status == "suppressed"]
    assert thin
    assert {row.reason for row in thin} == {"fewer than 60 people, too few for a number to rely on"}
    assert all(row.value is row.low is row.high is None for row in thin)


def test_without_protection_there_is_no_minimum_of_people(
    release: LiveRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(release, monkeypatch, "nps", min_people=10_000)
    bare = replace(release, protected=False)
    assert ask(bare, Question(metrics=("nps",))).one("nps").status == "ok"


class TestForbiddenAnswers:
    REASON = "Question Q1 of survey shop is on a 1-5 scale: NPS is defined on 0-10 only."

    @pytest.fixture
    def half(self, tmp_path, manifest: str, monkeypatch: pytest.MonkeyPatch) -> LiveRelease:
        """Recommendations of one stage are on another scale; gaps stand in for the count of what is forbidden."""
        marts = MARTS.replace(
            "select i, ['nps', 'gap'][1 + (i // 7) % 2] as construct from range(3000)",
            "select i, case when i % 2 = 1 then 'gap' else 'nps' end as construct from range(3000)",
        )
        assert marts != MARTS
        feeds = {
            **FEEDS,
            "nps": Feed(**{**FEEDS["nps"].model_dump(), "refused_rows": 9, "refused_reason": self.REASON}),
        }
        paths = WorkspacePaths(tmp_path)
        publish(paths, "run-1", manifest, marts=marts, feeds=feeds)
        release = open_release(paths)
        changed(release, monkeypatch, "nps", left_out="gap_pairs")
        return release

    def test_a_slice_that_is_trivially_all_or_nothing_is_refused(self, half: LiveRelease) -> None:
        rows = {row.dimensions["stage"]: row for row in ask(half, Question(metrics=("nps",), by=("stage",))).rows}
        assert rows["use"].status == "ok"
        assert (rows["purchase"].status, rows["purchase"].value, rows["purchase"].reason) == (
            "refused",
            None,
            self.REASON,
        )
        asked = ask(half, Question(metrics=("nps",), where={"stage": ["purchase"]})).one("nps")
        assert (asked.status, asked.reason) == ("refused", self.REASON)

    def test_a_partial_number_states_what_it_leaves_out(self, half: LiveRelease) -> None:
        row = ask(half, Question(metrics=("nps",))).one("nps")
        assert row.status == "ok"
        assert row.reason == f"without the answers that are refused: {self.REASON}"


class TestMix:
    def test_a_pooled_score_names_its_parts(self, release: LiveRelease, monkeypatch: pytest.MonkeyPatch) -> None:
        fresh = LiveRelease(release.document, release.folder, release.manifest_json)
        changed(fresh, monkeypatch, "nps", mix="stage")
        apart = {row.dimensions["stage"]: row for row in ask(fresh, Question(metrics=("nps",), by=("stage",))).rows}
        assert {row.reason for row in apart.values()} == {None}
        row = ask(fresh, Question(metrics=("nps",))).one("nps")
        shares = {stage: apart[stage].n / row.n for stage in ("use", "purchase")}
        assert row.reason == f"pools use {shares['use']:.0%}, purchase {shares['purchase']:.0%}"

    def test_shares_of_small_parts_are_withheld(self, release: LiveRelease, monkeypatch: pytest.MonkeyPatch) -> None:
        fresh = LiveRelease(release.document, release.folder, release.manifest_json)
        changed(fresh, monkeypatch, "nps", mix="segment")
        row = ask(fresh, Question(metrics=("nps",))).one("nps")
        assert row.status == "ok"
        assert str(row.reason).startswith("pools 5 of segment: ")
        assert "%" not in str(row.reason)


class TestChange:
    CHANGE = Change(along="stage", order="respondents")

    @pytest.fixture
    def moved(self, release: LiveRelease, monkeypatch: pytest.MonkeyPatch) -> LiveRelease:
        fresh = LiveRelease(release.document, release.folder, release.manifest_json)
        changed(fresh, monkeypatch, "expectation_gap", change=self.CHANGE)
        return fresh

    def test_a_change_is_a_difference_of_waves_with_its_interval(
        self, moved: LiveRelease, release: LiveRelease
    ) -> None:
        apart = {
            row.dimensions["stage"]: row
            for row in ask(release, Question(metrics=("expectation_gap",), by=("stage",))).rows
        }
        row = ask(moved, Question(metrics=("expectation_gap",))).one("expectation_gap")
        later, earlier = str(row.reason).split(" against ")
        assert row.value == pytest.approx(apart[later].value - apart[earlier].value)
        assert row.low < row.value < row.high
        assert row.n == apart[later].n + apart[earlier].n

    def test_a_change_has_no_periods(self, moved: LiveRelease) -> None:
        [row] = ask(moved, Question(metrics=("expectation_gap",), grain="month")).rows
        assert row.status == "not_sliceable"

    def test_a_change_takes_one_grouping_beside_the_waves(self, moved: LiveRelease) -> None:
        [row] = ask(moved, Question(metrics=("expectation_gap",), by=("segment", "region"))).rows
        assert row.status == "not_sliceable"

    def test_a_small_wave_hides_the_change(self, release: LiveRelease, monkeypatch: pytest.MonkeyPatch) -> None:
        fresh = LiveRelease(release.document, release.folder, release.manifest_json)
        changed(fresh, monkeypatch, "expectation_gap", change=self.CHANGE, min_cell=80)
        rows = ask(fresh, Question(metrics=("expectation_gap",), by=("region",))).rows
        assert {row.status for row in rows} == {"suppressed"}

    @pytest.mark.parametrize(("stage", "waves"), [("cast(null as varchar)", 0), ("'use'", 1)])
    @pytest.mark.parametrize("by", [(), ("region",), ("segment",)], ids=str)
    def test_a_change_without_two_waves_is_no_data(
        self,
        tmp_path: Path,
        manifest: str,
        monkeypatch: pytest.MonkeyPatch,
        stage: str,
        waves: int,
        by: tuple[str, ...],
    ) -> None:
        paths = WorkspacePaths(tmp_path)
        stages = "['use', 'purchase'][1 + i % 2]"
        assert stages in MARTS
        publish(paths, "run-1", manifest, marts=MARTS.replace(stages, stage))
        release = open_release(paths)
        changed(release, monkeypatch, "expectation_gap", change=self.CHANGE)
        [row] = ask(release, Question(metrics=("expectation_gap",), by=by)).rows
        assert (row.status, row.value) == ("no_data", None)
        assert str(row.reason).endswith(f"answers name {waves}")

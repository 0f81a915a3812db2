"""An honest analyst finds what was planted in the files, and nothing where nothing was."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.demo import generate
from tests.ingestion.demo.findings import Findings, findings, gaps, opportunities, stage_conversion
from tests.ingestion.demo.reading import Reading

NOTHING = Findings(marks=frozenset(), stalled_stage=None, unmet_outcome=None, short_pillar=None)


def misses(reading: Reading) -> set[str]:
    """Planted truths that the findings do not hold."""
    truths, found = reading.truths["truths"], findings(reading)
    planted_marks = {(mark["attribute"], mark["value"]) for mark in truths["best_customers"]}
    return {
        name
        for name, is_found in {
            "best_customers": planted_marks <= found.marks,
            "stalled_stage": found.stalled_stage == truths["stalled_stage"]["stage"],
            "unmet_outcome": found.unmet_outcome == truths["unmet_outcome"]["item"],
            "short_pillar": found.short_pillar == truths["short_pillar"]["pillar"],
        }.items()
        if not is_found
    }


def test_every_planted_truth_is_found(planted: Reading) -> None:
    assert misses(planted) == set()


def test_nothing_is_found_where_nothing_was_planted(neutral: Reading) -> None:
    assert findings(neutral) == NOTHING


def test_stage_entries_go_on_as_often_as_the_truths_say(planted: Reading, neutral: Reading) -> None:
    for reading in (planted, neutral):
        shares = stage_conversion(reading)["mean"]
        for stage, share in reading.truths["truths"]["stage_conversion"].items():
            assert shares[stage] == pytest.approx(share, abs=0.05), stage


def test_gaps_are_as_large_as_the_truths_say(planted: Reading, neutral: Reading) -> None:
    for reading in (planted, neutral):
        measured = gaps(reading)["gap"]
        for pillar, gap in reading.truths["truths"]["expectation_gaps"].items():
            assert measured[pillar] == pytest.approx(gap, abs=0.2), pillar


def test_outcomes_score_as_the_truths_say(planted: Reading, neutral: Reading) -> None:
    for reading in (planted, neutral):
        measured = opportunities(reading)["score"]
        for item, score in reading.truths["truths"]["opportunity_scores"].items():
            assert measured[item] == pytest.approx(score, abs=1.6), item


def test_recommendation_is_where_the_truths_say(planted: Reading, neutral: Reading) -> None:
    for reading in (planted, neutral):
        answers = reading.responses("relationship_survey")["QID5"].dropna().astype(int)
        score = 100 * ((answers >= 9).mean() - (answers <= 6).mean())
        assert score == pytest.approx(reading.truths["truths"]["nps"]["nps"], abs=reading.truths["tolerances"]["nps"])


def test_the_best_fifth_bring_more_than_half_of_revenue(planted: Reading) -> None:
    customers = planted.best_customers
    share = customers.loc[customers["is_top"], "revenue"].sum() / customers["revenue"].sum()
    expected = planted.truths["truths"]["top_tier_revenue_share"]
    assert expected["low"] < share < expected["high"]


@pytest.mark.slow
def test_truths_are_found_in_19_of_20_seeds(tmp_path: Path) -> None:
    missed = {}
    for seed in range(20):
        folder = tmp_path / f"planted{seed}"
        generate(folder, customers=1500, seed=seed)
        missed[seed] = misses(Reading(folder))
    assert sum(bool(names) for names in missed.values()) <= 1, missed


@pytest.mark.slow
def test_nothing_is_found_in_19_of_20_neutral_seeds(tmp_path: Path) -> None:
    found = {}
    for seed in range(20):
        folder = tmp_path / f"neutral{seed}"
        generate(folder, customers=1500, seed=seed, planted=False)
        found[seed] = findings(Reading(folder))
    assert sum(one != NOTHING for one in found.values()) <= 1, found

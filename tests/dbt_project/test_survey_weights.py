"""Weights of those who answered: they are like all customers afterwards, count 1 on average, and never dominate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dbt_project.models.intermediate.surveys.int_surveys__weights import DIMENSIONS, LEAST, weights


def customers(size: int, *, answers: dict[str, float]) -> pd.DataFrame:
    """Half of the customers in each segment; the share of a segment that answers; everything else is one group."""
    rng = np.random.default_rng(20261122)
    segment = np.where(np.arange(size) % 2 == 0, "Consumer", "Business")
    chance = np.array([answers[name] for name in segment])
    frame = pd.DataFrame({"person_id": np.arange(size), "has_answered": rng.random(size) < chance})
    return frame.assign(segment=segment, region="Nord", age_band=None, value_tier="other")


def test_underrepresented_groups_are_weighted_up_to_their_share() -> None:
    people = customers(4000, answers={"Consumer": 0.4, "Business": 0.1})
    found = weights(people).merge(people, on="person_id")
    assert len(found) == people["has_answered"].sum()
    assert found["weight"].mean() == pytest.approx(1)
    shares = found.groupby("segment")["weight"].sum() / found["weight"].sum()
    assert shares["Consumer"] == pytest.approx(0.5)
    assert found.groupby("segment")["weight"].nunique().eq(1).all()


def test_several_margins_are_met_at_once() -> None:
    people = customers(6000, answers={"Consumer": 0.5, "Business": 0.2})
    rng = np.random.default_rng(1)
    people["region"] = rng.choice(["Nord", "West", "Ost"], len(people), p=[0.5, 0.3, 0.2])
    people["has_answered"] &= (people["region"] != "Ost") | (rng.random(len(people)) < 0.5)
    found = weights(people).merge(people, on="person_id")
    for name in ("segment", "region"):
        weighted = found.groupby(name)["weight"].sum() / found["weight"].sum()
        everybody = people[name].value_counts(normalize=True)
        assert weighted.to_dict() == pytest.approx(everybody.to_dict(), abs=1e-6)


def test_weights_are_bounded_near_five() -> None:
    people = customers(20_000, answers={"Consumer": 0.5, "Business": 0.01})
    found = weights(people)
    assert found["weight"].mean() == pytest.approx(1)
    assert found["weight"].max() == pytest.approx(5)


def test_groups_with_few_answers_are_pooled_for_weighting() -> None:
    people = customers(2000, answers={"Consumer": 0.5, "Business": 0.5})
    people.loc[:9, "segment"] = "Rare"
    found = weights(people)
    assert np.isfinite(found["weight"]).all()
    assert found["weight"].max() < 1.2


def test_with_too_few_answers_no_weights_are_given() -> None:
    people = customers(100, answers={"Consumer": 0.1, "Business": 0.1})
    assert people["has_answered"].sum() < LEAST
    assert weights(people).empty
    assert list(weights(people).columns) == ["person_id", "weight"]
    assert set(DIMENSIONS) <= set(people.columns)

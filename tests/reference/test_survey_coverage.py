"""Intervals of survey metrics cover the truth as often as they say, over 500 simulated surveys each.

Whole points and counts are simulated as surveys give them: people have a style of answering, leave questions out, and
some answer twice.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import special

from serving.statistics.compose import FOLDS, Estimates
from serving.statistics.linear import Parts

pytestmark = pytest.mark.thorough

SEED = 20261122
SURVEYS = 500
Draw = Callable[[np.random.Generator], Estimates]


def covered(draw: Draw, truth: float) -> float:
    """Share of the surveys whose interval holds the truth."""
    rng = np.random.default_rng(SEED)
    hits = 0
    for _ in range(SURVEYS):
        found = draw(rng)
        hits += bool(found.low[0] <= truth <= found.high[0])
    return hits / SURVEYS


def folded(
    name: str, values: dict[str, np.ndarray], *, person: np.ndarray, item: np.ndarray, outer: np.ndarray
) -> Estimates:
    size = len(person)
    return FOLDS[name].compute(
        Parts(
            cells=1,
            cell=np.zeros(size, dtype=np.int64),
            values={role: np.asarray(numbers, dtype=float) for role, numbers in values.items()},
            item=np.asarray(item, dtype=np.int64),
            outer=np.asarray(outer, dtype=np.int64),
            person=np.asarray(person, dtype=np.int64),
        )
    )


def points(opinion: np.ndarray, mean: np.ndarray | float) -> np.ndarray:
    """Whole points of a 1-7 scale around a mean."""
    return np.clip(np.rint(mean + 0.9 * opinion), 1, 7)


def gap_truth(expected: float, perceived: np.ndarray, pillar: np.ndarray) -> float:
    """The mean gap of rounded answers, from a million of them: mean of the pillars' means of their items' means."""
    opinion = np.random.default_rng(SEED + 1).normal(size=1_000_000)
    items = np.array([points(opinion, mean).mean() for mean in perceived]) - points(opinion, expected).mean()
    return float(np.mean([items[pillar == one].mean() for one in np.unique(pillar)]))


@pytest.mark.parametrize("people", [40, 150, 600])
def test_gap_means(people: int) -> None:
    perceived, pillar = np.array([5.3, 5.3, 4.6, 4.1, 4.0]), np.array([0, 0, 1, 2, 2])
    truth = gap_truth(5.3, perceived, pillar)

    def draw(rng: np.random.Generator) -> Estimates:
        style = np.sqrt(0.3) * rng.normal(size=(people, 1))
        expected = points(style + np.sqrt(0.7) * rng.normal(size=(people, 5)), 5.3)
        experienced = points(style + np.sqrt(0.7) * rng.normal(size=(people, 5)), perceived)
        person, item = np.nonzero(rng.random((people, 5)) < 0.8)
        values = {"sum": (experienced - expected)[person, item], "n": np.ones(len(person))}
        return folded("mean_of_item_means", values, person=person, item=item, outer=pillar[item])

    assert 0.93 <= covered(draw, truth) <= 0.97


@pytest.mark.parametrize("twice", [0.0, 0.5], ids=["everybody once", "half of them twice"])
@pytest.mark.parametrize(("people", "promoters", "detractors"), [(60, 0.44, 0.22), (200, 0.30, 0.30), (1000, 0.6, 0.1)])
def test_nps(people: int, promoters: float, detractors: float, twice: float) -> None:
    def draw(rng: np.random.Generator) -> Estimates:
        # Who answers again says the same as before in seven of ten cases.
        first = rng.random(people)
        again = np.nonzero(rng.random(people) < twice)[0]
        second = np.where(rng.random(len(again)) < 0.7, first[again], rng.random(len(again)))
        luck, person = np.r_[first, second], np.r_[np.arange(people), again]
        found = {"promoters": luck < promoters, "detractors": luck > 1 - detractors, "n": np.ones(len(luck))}
        zero = np.zeros(len(luck))
        return folded("nps", found, person=person, item=zero, outer=zero)

    assert 0.93 <= covered(draw, 100 * (promoters - detractors)) <= 0.97


@pytest.mark.parametrize("people", [50, 300])
@pytest.mark.parametrize(
    ("importance", "satisfaction"),
    [
        ([0.90], [0.35]),
        ([0.62], [0.60]),
        ([0.62], [0.62]),  # the kink, where the score has two slopes
        ([0.54], [0.66]),
        ([0.62] * 6, [0.62] * 6),
        ([0.62] * 6, [0.60] * 6),
        ([0.90, 0.62, 0.54], [0.35, 0.60, 0.66]),
    ],
)
def test_opportunity(importance: list[float], satisfaction: list[float], people: int) -> None:
    wanted, met = np.array(importance), np.array(satisfaction)
    truth = float(np.mean(10 * wanted + 10 * np.maximum(wanted - met, 0)))

    def draw(rng: np.random.Generator) -> Estimates:
        size = (people, len(wanted))
        mood = np.sqrt(0.3) * rng.normal(size=(people, 1))
        asked, rated = (mood + np.sqrt(0.7) * rng.normal(size=size) for _ in range(2))
        person, item = np.nonzero(np.ones(size))
        ones = np.ones(len(person))
        values = {
            "important": below(asked, wanted)[person, item],
            "importance_n": ones,
            "satisfied": below(rated, met)[person, item],
            "satisfaction_n": ones,
        }
        return folded("opportunity", values, person=person, item=item, outer=np.zeros(len(person)))

    assert covered(draw, truth) >= 0.93


def below(opinion: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Who of a standard normal crowd lies in the given lower share."""
    return opinion < special.ndtri(share)

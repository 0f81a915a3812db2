"""Folds: published numbers, equality with the classical formulas, and coverage of the intervals by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from serving.statistics.compose import FOLDS, Estimates, Parts
from serving.statistics.intervals import adjusted_wald_nps, wilson


def parts(values: dict[str, list | np.ndarray], scale: float = 1.0, **codes: list | np.ndarray) -> Parts:
    size = len(next(iter(values.values())))
    arrays = {name: np.asarray(codes.get(name, np.zeros(size)), dtype=np.int64) for name in ("cell", "item", "outer")}
    person = np.asarray(codes.get("person", np.arange(size)), dtype=np.int64)
    numbers = {role: np.asarray(some, dtype=np.float64) for role, some in values.items()}
    cells = int(arrays["cell"].max()) + 1 if size else 0
    return Parts(cells=cells, values=numbers, person=person, scale=scale, **arrays)


def fold(name: str, *args, **kwargs) -> Estimates:
    return FOLDS[name].compute(parts(*args, **kwargs))


def test_one_answer_per_person_gives_the_classical_t_interval() -> None:
    answers = np.random.default_rng(1).normal(0.4, 2, 41)
    found = fold("mean_of_item_means", {"sum": answers, "n": np.ones(41)})
    low, high = stats.t.interval(0.95, 40, answers.mean(), stats.sem(answers))
    assert (found.value[0], found.low[0], found.high[0]) == pytest.approx((answers.mean(), low, high), rel=1e-12)


def test_the_mean_from_sums_and_squares_gives_the_classical_t_interval() -> None:
    answers = np.random.default_rng(2).integers(1, 8, 30).astype(float)
    found = fold("mean", {"sum": [answers.sum()], "squares": [(answers**2).sum()], "n": [30]})
    low, high = stats.t.interval(0.95, 29, answers.mean(), stats.sem(answers))
    assert (found.value[0], found.low[0], found.high[0]) == pytest.approx((answers.mean(), low, high), rel=1e-9)


def test_a_share_of_ones_and_zeros_has_the_interval_of_its_counts() -> None:
    found = fold(
        "corrected_share", {"sum": [30.0, 0.0], "squares": [30.0, 0.0], "doubt": [0.0, 0.0], "n": [40, 12]}, cell=[0, 1]
    )
    low, high = wilson(np.array([30.0, 0.0]), np.array([40.0, 12.0]))
    assert found.value == pytest.approx([0.75, 0.0])
    assert found.low == pytest.approx(low)
    assert found.high == pytest.approx(high)


def test_a_corrected_share_is_less_certain_than_its_counts_and_stays_a_share() -> None:
    # 60 of 100 texts count for 1.4, 40 for -.3: (84 - 12) / 100.
    total, squares = 60 * 1.4 - 40 * 0.3, 60 * 1.4**2 + 40 * 0.3**2
    plain, doubted, beyond = (
        fold("corrected_share", {"sum": [one], "squares": [squares], "doubt": [doubt], "n": [100]})
        for one, doubt in ((total, 0.0), (total, 5.0), (120.0, 5.0))
    )
    low, high = wilson(72.0, 100.0)
    assert plain.value[0] == doubted.value[0] == pytest.approx(0.72)
    assert doubted.low[0] < plain.low[0] < low < high < plain.high[0] < doubted.high[0]
    assert (beyond.value[0], beyond.high[0]) == (1.0, 1.0)
    assert 0 < beyond.low[0] < 1


def test_intervals_of_corrected_shares_hold_the_truth() -> None:
    # What is heard as negative counts for (1 - .2) / .7, anything else for -.2 / .7: recall 90%, false alarms 20%.
    rng = np.random.default_rng(11)
    inside = 0
    for _ in range(2000):
        truth, n = rng.uniform(0.1, 0.9), int(rng.integers(50, 400))
        heard = rng.binomial(n, 0.9 * truth + 0.2 * (1 - truth))
        weights = (0.8 / 0.7, -0.2 / 0.7)
        total = heard * weights[0] + (n - heard) * weights[1]
        squares = heard * weights[0] ** 2 + (n - heard) * weights[1] ** 2
        found = fold("corrected_share", {"sum": [total], "squares": [squares], "doubt": [0.0], "n": [n]})
        inside += bool(found.low[0] <= truth <= found.high[0])
    assert 0.93 <= inside / 2000 <= 0.97


def test_items_have_equal_weight_regardless_of_answers() -> None:
    found = fold("mean_of_item_means", {"sum": [10.0, 3.0], "n": [10, 1]}, item=[0, 1])
    assert found.value[0] == pytest.approx((1.0 + 3.0) / 2)


def test_overall_is_the_mean_of_dimensions_and_not_of_items() -> None:
    # The published SERVQUAL gaps: five dimensions, whose mean is -.858; here with 4, 5, 4, 4 and 5 items each.
    gaps, sizes = [-0.65, -1.10, -0.83, -0.70, -1.01], [4, 5, 4, 4, 5]
    values = {"sum": np.repeat(gaps, sizes), "n": np.ones(sum(sizes))}
    items, pillars = np.arange(sum(sizes)), np.repeat(range(5), sizes)
    assert fold("mean_of_item_means", values, item=items, outer=pillars).value[0] == pytest.approx(-0.858)
    assert fold("mean_of_item_means", values, item=items).value[0] == pytest.approx(np.average(gaps, weights=sizes))


def test_cells_are_composed_separately() -> None:
    rng = np.random.default_rng(3)
    answers, cell, item, person = rng.normal(size=200), rng.integers(0, 4, 200), rng.integers(0, 3, 200), np.arange(200)
    together = fold("mean_of_item_means", {"sum": answers, "n": np.ones(200)}, cell=cell, item=item, person=person)
    for at in range(4):
        inside = cell == at
        alone = fold("mean_of_item_means", {"sum": answers[inside], "n": np.ones(inside.sum())}, item=item[inside])
        found = (together.value[at], together.low[at], together.high[at])
        assert found == pytest.approx((alone.value[0], alone.low[0], alone.high[0]))


def test_one_person_has_a_value_and_no_interval() -> None:
    found = fold("mean_of_item_means", {"sum": [3.0, 4.0], "n": [1, 1]}, item=[0, 1], person=[0, 0])
    assert found.value[0] == 3.5
    assert np.isnan(found.low[0])


def test_entries_without_answers_do_not_count_as_people() -> None:
    answered = fold("mean_of_item_means", {"sum": [1.0, 2.0], "n": [1, 1]})
    padded = fold("mean_of_item_means", {"sum": [1.0, 2.0, 0.0], "n": [1, 1, 0]})
    assert (padded.low[0], padded.high[0]) == pytest.approx((answered.low[0], answered.high[0]))


def test_a_cell_without_answers_has_no_value() -> None:
    for name in FOLDS:
        roles = {role: [0.0] for role in FOLDS[name].roles}
        assert np.isnan(fold(name, roles).value[0]), name


@pytest.mark.parametrize("scale", [1.0, 10.0])
def test_the_scale_multiplies_value_and_interval(scale: float) -> None:
    found = fold("mean_of_item_means", {"sum": [1.0, 0.0, 1.0], "n": [1, 1, 1]}, scale=scale)
    plain = fold("mean_of_item_means", {"sum": [1.0, 0.0, 1.0], "n": [1, 1, 1]})
    assert found.value[0] == pytest.approx(plain.value[0] * scale)
    assert found.high[0] - found.low[0] == pytest.approx(scale * (plain.high[0] - plain.low[0]))


def test_correlated_answers_of_a_person_widen_the_interval() -> None:
    person_effect = np.random.default_rng(4).normal(size=100)
    answers = np.concatenate([person_effect, person_effect])
    values, item = {"sum": answers, "n": np.ones(200)}, np.repeat([0, 1], 100)
    clustered = fold("mean_of_item_means", values, item=item, person=np.tile(np.arange(100), 2))
    naive = fold("mean_of_item_means", values, item=item, person=np.arange(200))
    ratio = (clustered.high[0] - clustered.low[0]) / (naive.high[0] - naive.low[0])
    assert ratio == pytest.approx(np.sqrt(2), rel=0.02)


def test_the_interval_of_item_means_covers_the_truth_in_95_of_100_surveys() -> None:
    """500 simulated surveys: people differ, items differ, half of the answers are missing, 60 people each."""
    rng = np.random.default_rng(20261122)
    item_means, hits = np.array([0.4, -0.9, 0.1, 1.2]), 0
    pillar = np.array([0, 0, 0, 1])
    truth = (item_means[:3].mean() + item_means[3]) / 2
    for _ in range(500):
        answers = item_means + rng.normal(size=(60, 1)) + rng.normal(size=(60, 4))
        person, item = np.nonzero(rng.random((60, 4)) < 0.5)
        values = {"sum": answers[person, item], "n": np.ones(len(person))}
        found = fold("mean_of_item_means", values, item=item, person=person, outer=pillar[item])
        hits += found.low[0] <= truth <= found.high[0]
    assert 0.93 <= hits / 500 <= 0.97


@pytest.mark.parametrize(("important", "satisfied", "score"), [(9, 3, 15), (9, 9, 9), (3, 9, 3)])
def test_the_opportunity_score_matches_ulwick(important: int, satisfied: int, score: int) -> None:
    roles = {"important": [important], "importance_n": [10], "satisfied": [satisfied], "satisfaction_n": [10]}
    assert fold("opportunity", roles).value[0] == pytest.approx(score)


def test_opportunity_of_several_outcomes_is_their_mean() -> None:
    roles = {"important": [9, 9], "importance_n": [10, 10], "satisfied": [3, 9], "satisfaction_n": [10, 10]}
    assert fold("opportunity", roles, item=[0, 1]).value[0] == pytest.approx((15 + 9) / 2)


def test_an_outcome_without_satisfaction_is_left_out() -> None:
    roles = {"important": [9, 9], "importance_n": [10, 10], "satisfied": [3, 0], "satisfaction_n": [10, 0]}
    assert fold("opportunity", roles, item=[0, 1]).value[0] == pytest.approx(15)


def test_the_interval_of_the_opportunity_covers_the_truth_in_95_of_100_surveys() -> None:
    rng = np.random.default_rng(7)
    importance, satisfaction, hits = np.array([0.8, 0.6]), np.array([0.4, 0.3]), 0
    truth = np.mean(10 * importance + 10 * (importance - satisfaction))
    for _ in range(500):
        mood = rng.normal(size=(150, 1)) * 0.15
        person, item = np.nonzero(np.ones((150, 2)))
        important = rng.random((150, 2)) < importance + mood
        satisfied = rng.random((150, 2)) < satisfaction + mood
        ones = np.ones(300)
        roles = {
            "important": important[person, item],
            "importance_n": ones,
            "satisfied": satisfied[person, item],
            "satisfaction_n": ones,
        }
        found = fold("opportunity", roles, item=item, person=person)
        hits += found.low[0] <= truth <= found.high[0]
    assert 0.92 <= hits / 500 <= 0.975


def test_the_nps_is_computed_from_counts_on_minus_100_to_100() -> None:
    found = fold("nps", {"promoters": [50], "detractors": [20], "n": [100]})
    assert found.value[0] == pytest.approx(30)
    assert -100 <= found.low[0] < 30 < found.high[0] <= 100


def test_the_adjusted_wald_interval_adds_three_answers() -> None:
    low, high = adjusted_wald_nps(np.array([50.0]), np.array([20.0]), np.array([100.0]))
    p, d, n = 50.75 / 103, 20.75 / 103, 103
    margin = stats.norm.ppf(0.975) * np.sqrt((p + d - (p - d) ** 2) / n)
    assert (low[0], high[0]) == pytest.approx((p - d - margin, p - d + margin))


@pytest.mark.parametrize(("x", "n"), [(0, 10), (5, 10), (10, 10), (93, 117)])
def test_wilson_equals_an_independent_implementation(x: int, n: int) -> None:
    low, high = wilson(np.array([x]), np.array([n]))
    expected = stats.binomtest(x, n).proportion_ci(method="wilson")
    assert (low[0], high[0]) == pytest.approx((expected.low, expected.high))


def test_wilson_of_no_trials_is_unknown() -> None:
    low, high = wilson(np.array([0.0]), np.array([0.0]))
    assert np.isnan(low[0])
    assert np.isnan(high[0])

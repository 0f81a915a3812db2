"""Published and independently computed numbers of desired outcomes, expectations, scores and weights.

Ulwick (2002, 2005): opportunity. Parasuraman, Zeithaml & Berry (1988): gaps. Reichheld (2003), Rocks (2016): NPS.
Berger et al. (1993): Kano's better and worse. Deming & Stephan (1940): raking.
"""

from __future__ import annotations

import numpy as np
import pytest

from dbt_project.methods.surveys.raking import Margin, design_effect, rake
from serving.statistics.compose import FOLDS, Estimates
from serving.statistics.linear import Parts

SEED_TABLE = np.array([[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50]], dtype=float)
ROWS, COLUMNS = np.array([150.0, 300, 400, 150]), np.array([200.0, 300, 400, 100])
FIRST_ROW = [64.56, 46.23, 35.38, 3.82]


def fold(name: str, values: dict[str, list[float]], **codes: list[int]) -> Estimates:
    size = len(next(iter(values.values())))

    def code(role: str) -> np.ndarray:
        return np.array(codes.get(role, [0] * size), dtype=np.int64)

    return FOLDS[name].compute(
        Parts(
            cells=1,
            cell=np.zeros(size, dtype=np.int64),
            values={role: np.array(numbers, dtype=float) for role, numbers in values.items()},
            item=code("item"),
            outer=code("outer"),
            person=np.arange(size, dtype=np.int64),
        )
    )


def shares(importance: float, satisfaction: float) -> dict[str, list[float]]:
    return {"important": [importance], "importance_n": [10], "satisfied": [satisfaction], "satisfaction_n": [10]}


@pytest.mark.parametrize(("importance", "satisfaction", "score"), [(9, 3, 15), (9, 9, 9)])
def test_opportunity_scores_match_the_published_ones(importance: float, satisfaction: float, score: float) -> None:
    assert fold("opportunity", shares(importance, satisfaction)).value[0] == pytest.approx(score)


def test_an_over_served_outcome_is_not_pushed_below_its_importance() -> None:
    assert fold("opportunity", shares(5, 8)).value[0] == pytest.approx(5)
    assert fold("shortfall", shares(5, 8)).value[0] == pytest.approx(-3)


def test_servqual_overall_matches_the_published_one() -> None:
    dimensions = [-0.65, -1.10, -0.83, -0.70, -1.01]
    sizes = [4, 5, 4, 4, 5]
    items = np.repeat(dimensions, sizes).tolist()
    found = fold(
        "mean_of_item_means",
        {"sum": items, "n": [1.0] * 22},
        item=list(range(22)),
        outer=np.repeat(range(5), sizes).tolist(),
    )
    assert found.value[0] == pytest.approx(-0.858, abs=5e-4)


def test_a_gap_weighted_by_importance() -> None:
    # Two items: the one that matters three times as much decides three quarters.
    values = {"sum": [-2.0, 1.0], "n": [1, 1], "weight_sum": [75.0, 25.0], "weight_n": [1, 1]}
    assert fold("importance_weighted", values, item=[0, 1]).value[0] == pytest.approx(-1.25)


def test_the_margin_of_an_nps() -> None:
    # 50 promoters and 20 detractors of 100: variance (p + d - (p - d)^2) / n with three answers added.
    found = fold("nps", {"promoters": [50], "detractors": [20], "n": [100]})
    p, d, n = 50.75 / 103, 20.75 / 103, 103
    margin = 1.959964 * np.sqrt((p + d - (p - d) ** 2) / n)
    assert (found.value[0], found.low[0], found.high[0]) == pytest.approx(
        (30, 100 * (p - d - margin), 100 * (p - d + margin)), abs=1e-4
    )


def test_kano_better_and_worse() -> None:
    # A 30, O 20, M 25, I 25: better = 50 / 100, worse = -45 / 100.
    gains = fold("mean_of_item_means", {"sum": [1.0] * 50 + [0.0] * 50, "n": [1.0] * 100})
    losses = fold("mean_of_item_means", {"sum": [-1.0] * 45 + [0.0] * 55, "n": [1.0] * 100})
    assert (gains.value[0], losses.value[0]) == pytest.approx((0.50, -0.45))


def test_raking_matches_an_independent_computation() -> None:
    row, column = np.indices(SEED_TABLE.shape)
    raked = rake(SEED_TABLE.ravel(), [Margin(row.ravel(), ROWS), Margin(column.ravel(), COLUMNS)])
    cells = raked.cells.reshape(SEED_TABLE.shape)
    assert raked.is_fitted
    assert cells[0] == pytest.approx(FIRST_ROW, abs=0.005)
    assert cells.sum(axis=1) == pytest.approx(ROWS, abs=1e-6)
    assert cells.sum(axis=0) == pytest.approx(COLUMNS, abs=1e-6)
    # Raking keeps the odds ratios of the seed.
    odds = cells[0, 0] * cells[1, 1] / cells[0, 1] / cells[1, 0]
    assert odds == pytest.approx(40 * 50 / 30 / 35)


def test_raking_refuses_what_has_no_solution() -> None:
    with pytest.raises(ValueError, match="different totals"):
        rake(np.ones(2), [Margin(np.array([0, 1]), np.array([1.0, 2])), Margin(np.array([0, 0]), np.array([4.0]))])
    with pytest.raises(ValueError, match="nobody who answered"):
        rake(np.array([1.0, 0]), [Margin(np.array([0, 1]), np.array([1.0, 1]))])


def test_unequal_weights_reduce_the_effective_sample() -> None:
    assert design_effect(np.ones(3), np.array([5.0, 2, 9])) == pytest.approx(1)
    assert design_effect(np.array([1.0, 3]), np.array([50.0, 50])) == pytest.approx(1.25)

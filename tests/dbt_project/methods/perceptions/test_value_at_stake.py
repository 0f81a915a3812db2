"""Effects equal least squares with clustered errors, find a planted loss, and are not misled by chance or tenure."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from scipy.stats import t as student_t

from dbt_project.methods.perceptions.value_at_stake import EffectRefusedError, effect, smooth_controls, stake, without

WORLDS, SEED = 200, 20261122


def company(
    random: np.random.Generator, n: int = 1200, *, loss: float = 0.0, tenure_fools: float = 0.0
) -> dict[str, np.ndarray]:
    """Customers of whom some answer twice. Tenure drives perception and staying alike where it is to fool."""
    tenure = random.gamma(2, 250, n)
    prior = np.exp(random.normal(4, 1, n)) * (tenure > 60)
    pull = tenure_fools * (np.sqrt(tenure) - np.sqrt(500)) / 10
    below = (random.random(n) < np.clip(0.35 - pull, 0.02, 0.98)).astype(float)
    stays = np.clip(0.6 + pull - loss * below, 0.01, 0.99)
    stayed = (random.random(n) < stays).astype(float)
    value = stayed * np.exp(random.normal(4, 0.8, n))
    person = np.where(random.random(n) < 0.3, np.arange(n) - np.arange(n) % 2, np.arange(n))
    return {
        "stayed": stayed, "below": below, "value": value, "person": person,
        "controls": smooth_controls(tenure, prior),
    }  # fmt: skip


def test_the_difference_and_its_error_are_those_of_clustered_least_squares() -> None:
    one = company(np.random.default_rng(1), 600, loss=0.2)
    found = effect(one["stayed"], one["below"], one["controls"], one["person"])
    design = np.column_stack([one["below"], np.ones(600), one["controls"]])
    design /= np.abs(design).max(axis=0)
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ one["stayed"]
    residual = one["stayed"] - design @ beta
    members, cluster = np.unique(one["person"], return_inverse=True)
    sums = np.zeros((members.size, design.shape[1]))
    np.add.at(sums, cluster, design * residual[:, None])
    factor = members.size / (members.size - 1) * 599 / (600 - design.shape[1])
    variance = factor * inverse @ (sums.T @ sums) @ inverse
    # The same with the residuals of a regression without the perception: the larger error counts.
    without_it = design[:, 1:]
    score = one["stayed"] - without_it @ np.linalg.lstsq(without_it, one["stayed"], rcond=None)[0]
    scores = np.zeros_like(sums)
    np.add.at(scores, cluster, design * score[:, None])
    unrelated = factor * inverse @ (scores.T @ scores) @ inverse
    error = np.sqrt(max(variance[0, 0], unrelated[0, 0]))
    smaller = min(np.unique(one["person"][one["below"] == side]).size for side in (0, 1))
    assert found.difference == pytest.approx(beta[0])
    assert found.freedom == smaller - 1
    assert (found.high - found.low) / 2 == pytest.approx(student_t.ppf(0.975, smaller - 1) * error, rel=1e-6)
    assert found.people == members.size
    below, above = one["stayed"][one["below"] == 1], one["stayed"][one["below"] == 0]
    assert found.unadjusted == pytest.approx(below.mean() - above.mean())


def test_residuals_are_unrelated_to_controls_even_if_collinear() -> None:
    random = np.random.default_rng(2)
    controls = random.normal(5, 2, (300, 3))
    outcome = controls @ [1, 2, 3] + random.normal(0, 1, 300)
    (left,) = without(controls, outcome)
    assert controls.T @ left == pytest.approx([0, 0, 0], abs=1e-8)
    doubled = np.column_stack([controls, controls[:, 0] * 2 + 7, np.full(300, 3.0)])
    assert without(doubled, outcome)[0] == pytest.approx(left)
    assert without(np.empty((300, 0)), outcome)[0] == pytest.approx(outcome - outcome.mean())


def test_a_planted_loss_is_covered_in_19_of_20_simulations() -> None:
    random = np.random.default_rng(SEED)
    worth = np.exp(4 + 0.8**2 / 2)
    held = 0
    for _ in range(WORLDS):
        one = company(random, loss=0.15)
        found = effect(one["stayed"], one["below"], one["controls"], one["person"])
        each = stake(found, stayed=one["stayed"], value=one["value"], person=one["person"])
        held += each.low <= 0.15 * worth <= each.high
    assert binomtest(held, WORLDS, 0.95, alternative="less").pvalue > 0.01, held


@pytest.mark.parametrize("tenure_fools", [0.0, 0.3])
def test_without_a_planted_loss_the_estimate_is_centred_on_zero(tenure_fools: float) -> None:
    random = np.random.default_rng(SEED)
    stakes, false, naive = [], 0, 0
    for _ in range(WORLDS):
        one = company(random, tenure_fools=tenure_fools)
        found = effect(one["stayed"], one["below"], one["controls"], one["person"])
        each = stake(found, stayed=one["stayed"], value=one["value"], person=one["person"])
        stakes.append(each.value)
        false += found.p_value <= 0.05
        naive += found.unadjusted < -0.06
    centre, error = np.mean(stakes), np.std(stakes) / np.sqrt(WORLDS)
    assert abs(centre) < 3 * error
    assert binomtest(false, WORLDS, 0.05, alternative="greater").pvalue > 0.01, false
    # Who does not adjust is fooled: tenure alone makes those below tolerance leave.
    assert (naive > WORLDS * 0.9) == (tenure_fools > 0)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda one: {name: column[:20] for name, column in one.items()},
            "only .. customers were observed long enough",
        ),
        (lambda one: one | {"below": np.zeros(1200)}, "everybody perceived the same"),
        (lambda one: one | {"below": (np.arange(1200) < 12).astype(float)}, "only .* customers were below: 30"),
        (lambda one: one | {"stayed": np.ones(1200)}, "the same for all"),
        (lambda one: one | {"stayed": (np.arange(1200) >= 4).astype(float)}, "only 4 times: 10 are needed"),
        (lambda one: one | {"controls": one["below"][:, None]}, "follows exactly from tenure and prior value"),
    ],
)
def test_insufficient_answers_are_refused_with_a_plain_reason(change, reason: str) -> None:
    one = change(company(np.random.default_rng(3)))
    with pytest.raises(EffectRefusedError, match=reason):
        effect(one["stayed"], one["below"], one["controls"], one["person"])

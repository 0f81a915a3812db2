"""Contributions sum to what was counted, Markov equals an exact solve by fractions, Shapley satisfies its axioms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_project.methods.attribution.contributions import (
    Contributions,
    PathCounts,
    TooManyChannelsError,
    first_touch,
    last_touch,
    linear_touch,
    markov,
    read_paths,
    shapley,
    shapley_values,
    sums_over_subsets,
    unattributed,
)

Counted = tuple[tuple[str, ...], int, int, int]  # steps, conversions, value of one conversion, non-conversions
State = tuple[str, ...]
MODELS: dict[str, Callable[[PathCounts], Contributions]] = {
    "first": first_touch,
    "last": last_touch,
    "linear": linear_touch,
    "markov 1": markov,
    "markov 2": lambda paths: markov(paths, order=2),
    "shapley": shapley,
}

PATHS = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcde"), max_size=6).map(tuple),
        st.integers(0, 5),
        st.integers(0, 9),
        st.integers(0, 5),
    ),
    max_size=12,
)
GAMES = st.integers(0, 6).flatmap(
    lambda players: st.lists(st.floats(-9, 9, width=32), min_size=2**players, max_size=2**players).map(np.array)
)


def counts(paths: list[Counted]) -> PathCounts:
    numbers = np.array([path[1:] for path in paths], dtype=np.float64).reshape(len(paths), 3)
    return read_paths(
        [" > ".join(path[0]) for path in paths],
        conversions=numbers[:, 0],
        value=numbers[:, 0] * numbers[:, 1],
        non_conversions=numbers[:, 2],
    )


def by_channel(paths: PathCounts, values: np.ndarray) -> dict[str, float]:
    return dict(zip(paths.channels, values.tolist(), strict=True))


@pytest.mark.thorough
@pytest.mark.parametrize("model", MODELS)
@given(paths=PATHS)
def test_contributions_and_untouched_conversions_sum_to_the_total(model: str, paths: list[Counted]) -> None:
    read = counts(paths)
    found = MODELS[model](read)
    conversions, value = unattributed(read)
    assert found.conversions.sum() + conversions == pytest.approx(sum(path[1] for path in paths), abs=1e-9)
    assert found.value.sum() + value == pytest.approx(sum(path[1] * path[2] for path in paths), abs=1e-9)
    assert found.conversions.min(initial=0) >= -1e-12


@pytest.mark.thorough
@pytest.mark.parametrize("model", MODELS)
@given(paths=PATHS, random=st.randoms(use_true_random=False))
def test_the_order_of_rows_and_their_aggregation_do_not_matter(
    model: str, paths: list[Counted], random: object
) -> None:
    single = [(steps, *one) for steps, c, v, n in paths for one in [(1, v, 0)] * c + [(0, v, 1)] * n]
    random.shuffle(single)  # type: ignore[attr-defined]
    whole, parts = counts(paths), counts(single)
    found = by_channel(parts, MODELS[model](parts).conversions)
    expected = by_channel(whole, MODELS[model](whole).conversions)
    assert {name: found.get(name, 0) for name in expected} == pytest.approx(expected, abs=1e-9)


def exact_markov(paths: list[Counted], order: int) -> tuple[Fraction, Fraction, dict[str, tuple[Fraction, Fraction]]]:
    """P(conversion), expected value, and for each channel both without it: states are deleted, fractions solved."""
    moves: dict[State, dict[State, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    rewards: dict[State, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    leaving: dict[State, Fraction] = defaultdict(Fraction)
    begin: State = ("", "(start)")
    for steps, conversions, value, nulls in paths:
        ends = conversions + nulls
        if not steps or not ends:
            continue
        names = [begin]
        for before, step in pairwise(("(start)", *steps)):
            names.append((before if order == 2 else "", step))
        for left, right in pairwise(names):
            moves[left][right] += ends
        for name in names:
            leaving[name] += ends
        rewards[names[-1]][0] += conversions
        rewards[names[-1]][1] += conversions * value

    def solve(removed: str | None) -> tuple[Fraction, Fraction]:
        states = [state for state in leaving if state[1] != removed]
        at = {state: position for position, state in enumerate(states)}
        size = len(states)
        rows = []
        for state in states:
            row = [Fraction(0)] * size
            row[at[state]] += 1
            for target, count in moves[state].items():
                if target in at:
                    row[at[target]] -= count / leaving[state]
            rows.append([*row, *(reward / leaving[state] for reward in rewards[state])])
        for column in range(size):
            pivot = next(row for row in range(column, size) if rows[row][column] != 0)
            rows[column], rows[pivot] = rows[pivot], rows[column]
            rows[column] = [value / rows[column][column] for value in rows[column]]
            for row in range(size):
                factor = rows[row][column]
                if row != column and factor != 0:
                    rows[row] = [one - factor * two for one, two in zip(rows[row], rows[column], strict=True)]
        return (rows[at[begin]][size], rows[at[begin]][size + 1]) if begin in at else (Fraction(0), Fraction(0))

    channels = sorted({step for path in paths if path[1] + path[3] for step in path[0]})
    return *solve(None), {channel: solve(channel) for channel in channels}


@pytest.mark.parametrize("order", [1, 2])
@given(paths=PATHS)
def test_markov_equals_an_exact_solve_without_the_channel(order: int, paths: list[Counted]) -> None:
    read = counts(paths)
    found = markov(read, order=order)
    assert found.effects is not None
    probability, worth, without = exact_markov(paths, order)
    if probability == 0:
        assert not found.conversions.any()
        assert np.isnan(found.effects).all()
        return
    effects = {name: 1 - left[0] / probability for name, left in without.items()}
    assert found.probability == pytest.approx(float(probability), abs=1e-12)
    assert by_channel(read, found.effects) == pytest.approx(
        {name: float(effects.get(name, 0)) for name in read.channels}, abs=1e-9
    )
    total = sum(path[1] for path in paths if path[0])
    expected = {name: float(effect / sum(effects.values()) * total) for name, effect in effects.items()}
    assert {name: by_channel(read, found.conversions)[name] for name in expected} == pytest.approx(expected, abs=1e-8)
    if worth:
        lost = {name: worth - left[1] for name, left in without.items()}
        money = sum(path[1] * path[2] for path in paths if path[0])
        expected = {name: float(one / sum(lost.values()) * money) for name, one in lost.items()}
        assert {name: by_channel(read, found.value)[name] for name in expected} == pytest.approx(expected, abs=1e-8)


def test_the_worked_small_case() -> None:
    # METHODS, section 2: C1>C2>C3 converts, C1 and C2>C3 do not.
    found = markov(counts([(("C1", "C2", "C3"), 1, 1, 0), (("C1",), 0, 0, 1), (("C2", "C3"), 0, 0, 1)]))
    assert found.probability == pytest.approx(1 / 3)
    assert found.effects == pytest.approx([0.5, 1, 1])
    assert found.conversions == pytest.approx([0.2, 0.4, 0.4])


def test_a_second_order_chain_uses_the_previous_step() -> None:
    # b converts after a and never after c: order 1 mixes both, order 2 tells them apart.
    read = counts([(("a", "b"), 5, 1, 0), (("c", "b"), 0, 0, 5)])
    second = markov(read, order=2)
    assert by_channel(read, markov(read).conversions)["c"] > 1
    assert by_channel(read, second.conversions) == pytest.approx({"a": 2.5, "b": 2.5, "c": 0})


@given(worth=GAMES)
def test_shapley_equals_the_mean_over_all_orders(worth: np.ndarray) -> None:
    players = worth.size.bit_length() - 1
    orders = list(permutations(range(players))) if players <= 5 else []
    if not orders:
        return
    expected = np.zeros(players)
    for order in orders:
        coalition = 0
        for player in order:
            expected[player] += worth[coalition | 1 << player] - worth[coalition]
            coalition |= 1 << player
    assert shapley_values(worth) == pytest.approx(expected / len(orders), abs=1e-9)


@given(worth=GAMES)
def test_shapley_values_sum_to_the_total(worth: np.ndarray) -> None:
    assert shapley_values(worth).sum() == pytest.approx(worth[-1] - worth[0], abs=1e-9)


@given(left=GAMES, data=st.data())
def test_shapley_values_are_additive(left: np.ndarray, data: st.DataObject) -> None:
    right = np.array(data.draw(st.lists(st.floats(-9, 9), min_size=left.size, max_size=left.size)))
    assert shapley_values(left + right) == pytest.approx(shapley_values(left) + shapley_values(right), abs=1e-9)


@given(worth=GAMES)
def test_a_player_who_adds_nothing_earns_nothing(worth: np.ndarray) -> None:
    # A further player, with whom every coalition is worth what it was without.
    values = shapley_values(np.concatenate([worth, worth]))
    assert values[-1] == pytest.approx(0, abs=1e-12)
    assert values[:-1] == pytest.approx(shapley_values(worth), abs=1e-9)


@given(worth=GAMES.filter(lambda worth: worth.size >= 4))
def test_symmetric_players_earn_the_same(worth: np.ndarray) -> None:
    coalitions = np.arange(worth.size)
    swapped = (coalitions & ~3) | (coalitions & 1) << 1 | (coalitions & 2) >> 1
    values = shapley_values(worth + worth[swapped])
    assert values[0] == pytest.approx(values[1], abs=1e-9)


@given(PATHS)
def test_shapley_of_paths_is_an_even_split_over_the_channels_of_each_path(paths: list[Counted]) -> None:
    # The game is a sum of unanimity games, whose values are known in closed form (Shapley 1953).
    expected: dict[str, float] = defaultdict(float)
    for steps, conversions, _, _ in paths:
        for channel in set(steps):
            expected[channel] += conversions / len(set(steps))
    read = counts(paths)
    assert by_channel(read, shapley(read).conversions) == pytest.approx(dict(expected), abs=1e-9)


@given(st.lists(st.integers(0, 9), min_size=8, max_size=8))
def test_sums_over_subsets(amounts: list[int]) -> None:
    expected = [sum(amounts[part] for part in range(8) if part & whole == part) for whole in range(8)]
    assert sums_over_subsets(np.array(amounts, dtype=np.float64)).tolist() == expected


@pytest.mark.parametrize("model", MODELS)
def test_a_single_step_path_earns_all_its_conversions(model: str) -> None:
    found = MODELS[model](counts([(("a",), 3, 5, 7)]))
    assert found.conversions.tolist() == [3]
    assert found.value.tolist() == [15]


@pytest.mark.parametrize("model", MODELS)
def test_without_conversions_all_credits_are_zero(model: str) -> None:
    found = MODELS[model](counts([(("a", "b"), 0, 0, 4), (("b",), 0, 0, 1)]))
    assert found.conversions.tolist() == [0, 0]
    assert found.effects is None or np.isnan(found.effects).all()


@pytest.mark.parametrize("model", MODELS)
def test_without_paths_there_are_no_channels(model: str) -> None:
    assert MODELS[model](counts([])).conversions.tolist() == []
    assert MODELS[model](counts([((), 4, 1, 0)])).conversions.tolist() == []


def test_removing_a_channel_of_every_path_removes_all_conversions() -> None:
    read = counts([(("a", "x"), 2, 1, 3), (("x", "b"), 1, 1, 0), (("x",), 1, 1, 1)])
    for order in (1, 2):
        effects = markov(read, order=order).effects
        assert effects is not None
        assert by_channel(read, effects)["x"] == pytest.approx(1)


def forty_channels() -> PathCounts:
    names = [f"channel {number:02}" for number in range(40)]
    random = np.random.default_rng(1)
    return counts([(tuple(random.choice(names, 5)), 1, 2, 3) for _ in range(2000)])


def test_shapley_of_forty_channels_is_refused_with_the_alternative() -> None:
    with pytest.raises(TooManyChannelsError, match=r"40 channels .* 12 channels at most .* Ask Markov, order 1"):
        shapley(forty_channels())


@pytest.mark.parametrize("order", [1, 2])
def test_markov_of_forty_channels_is_solved(order: int) -> None:
    assert markov(forty_channels(), order=order).conversions.sum() == pytest.approx(2000)


def test_markov_over_too_many_pairs_is_refused_with_the_alternative() -> None:
    names = [f"{number}" for number in range(2000)]
    read = counts([((left, right), 1, 0, 0) for left, right in pairwise(names)])
    with pytest.raises(TooManyChannelsError, match=r"order 2 over 2000 channels has 3,998 states.*Ask order 1"):
        markov(read, order=2)


def test_channels_without_conversions_do_not_count_towards_the_shapley_limit() -> None:
    names = [f"channel {number:02}" for number in range(40)]
    read = counts([(("a", "b"), 4, 0, 0), *(((name,), 0, 0, 1) for name in names)])
    found = by_channel(read, shapley(read).conversions)
    assert (found["a"], found["b"], found["channel 00"]) == (2, 2, 0)


def test_invalid_counts_are_refused() -> None:
    one = np.array([1.0])
    with pytest.raises(ValueError, match="1 paths do not pair with 2 value"):
        read_paths(["a"], conversions=one, value=np.ones(2), non_conversions=one)
    with pytest.raises(ValueError, match="conversions of the path 'a' is -1"):
        read_paths(["a"], conversions=-one, value=one, non_conversions=one)
    with pytest.raises(ValueError, match="non_conversions of the path 'a' is nan"):
        read_paths(["a"], conversions=one, value=one, non_conversions=np.array([np.nan]))
    with pytest.raises(ValueError, match="the path 'a' has value without a conversion"):
        read_paths(["a"], conversions=0 * one, value=one, non_conversions=one)
    with pytest.raises(ValueError, match="order 3"):
        markov(counts([]), order=3)


def test_steps_are_trimmed_and_the_separator_is_configurable() -> None:
    one = np.ones(1)
    assert read_paths(["  b>a >  b "], conversions=one, value=one, non_conversions=one).channels == ("a", "b")
    named = read_paths(["x > y|z"], conversions=one, value=one, non_conversions=one, separator="|")
    assert named.channels == ("x > y", "z")

"""Counted paths of channels in; what each channel contributes by rule, removal effect or Shapley value out.

Every model returns one vector over channels whose sum is what was counted. Paths without a step belong to no channel:
models leave them out, `unattributed` says how much stands on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import factorial
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

STEP_SEPARATOR: Final = ">"
# 2^12 coalitions are solved in milliseconds; each further channel doubles them, and how few paths stand on each.
MOST_SHAPLEY_CHANNELS: Final = 12
# A dense inverse of so many states takes seconds and 100 MB. All pairs of 60 channels still fit.
MOST_MARKOV_STATES: Final = 3700


class TooManyChannelsError(ValueError):
    """A model cannot be solved exactly for so many channels; the message names the alternative."""


@dataclass(frozen=True)
class PathCounts:
    """Paths, each with what was counted on it. Made by `read_paths`.

    Attributes:
        channels: distinct channels in alphabetical order.
        steps: positions in `channels` of every path's steps, path after path, shape (steps,).
        starts: where each path begins in `steps`, and behind the last one its end, shape (paths + 1,).
        conversions, value, non_conversions: counts and money of each path, shape (paths,).
    """

    channels: tuple[str, ...]
    steps: Positions
    starts: Positions
    conversions: Floats
    value: Floats
    non_conversions: Floats

    @cached_property
    def lengths(self) -> Positions:
        return np.diff(self.starts)

    def counted(self, *, conversions: Floats, value: Floats, non_conversions: Floats) -> PathCounts:
        """The same paths with other counts, say of one period. Paths without any count are taken out."""
        kept = (conversions + non_conversions) > 0
        lengths = np.where(kept, self.lengths, 0)
        return PathCounts(
            channels=self.channels,
            steps=self.steps[np.repeat(kept, self.lengths)],
            starts=np.concatenate([[0], np.cumsum(lengths[kept])]).astype(np.int64),
            conversions=conversions[kept],
            value=value[kept],
            non_conversions=non_conversions[kept],
        )


@dataclass(frozen=True)
class Contributions:
    """What each channel contributes; arrays have shape (channels,).

    Attributes:
        effects: removal effects, not normalised: what share of conversions is lost without the channel. Only Markov
            models have them; they are nan where nothing was converted.
        probability: that a path converts, in a Markov model; nan without paths.
    """

    conversions: Floats
    value: Floats
    effects: Floats | None = None
    probability: float | None = None


def read_paths(
    paths: Sequence[str],
    *,
    conversions: Floats,
    value: Floats,
    non_conversions: Floats,
    separator: str = STEP_SEPARATOR,
) -> PathCounts:
    """Read paths written as text, such as `Search > E-mail > Search`. Blanks around a step do not count.

    Args:
        paths: one text per path. The empty text is the path of those whom no channel touched.
        conversions, value, non_conversions: what was counted on each path; none below 0.
        separator: what stands between two steps.

    Raises:
        ValueError: if lengths differ, a count is negative or no number, or money stands on a path without conversion.
    """
    for name, counts in (("conversions", conversions), ("value", value), ("non_conversions", non_conversions)):
        if counts.shape != (len(paths),):
            raise ValueError(f"{len(paths)} paths do not pair with {counts.size} {name}")
        if not np.all(counts >= 0):
            worst = int(np.argmin(counts >= 0))
            raise ValueError(f"{name} of the path '{paths[worst]}' is {counts[worst]}")
    unearned = (value > 0) & (conversions == 0)
    if unearned.any():
        raise ValueError(f"the path '{paths[int(np.argmax(unearned))]}' has value without a conversion")
    found: dict[str, int] = {}
    steps: list[int] = []
    lengths = np.zeros(len(paths), dtype=np.int64)
    for at, path in enumerate(paths):
        before = len(steps)
        for part in path.split(separator):
            step = part.strip()
            if step:
                steps.append(found.setdefault(step, len(found)))
        lengths[at] = len(steps) - before
    channels = sorted(found)
    ranks = np.empty(len(found), dtype=np.int64)
    for rank, channel in enumerate(channels):
        ranks[found[channel]] = rank
    return PathCounts(
        channels=tuple(channels),
        steps=ranks[np.array(steps, dtype=np.int64)],
        starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        conversions=conversions.astype(np.float64),
        value=value.astype(np.float64),
        non_conversions=non_conversions.astype(np.float64),
    )


def unattributed(paths: PathCounts) -> tuple[float, float]:
    """Conversions and value on paths without a step."""
    empty = paths.lengths == 0
    return float(paths.conversions[empty].sum()), float(paths.value[empty].sum())


def first_touch(paths: PathCounts) -> Contributions:
    """All credit to a path's first step."""
    return _at_steps(paths, paths.starts[:-1])


def last_touch(paths: PathCounts) -> Contributions:
    """All credit to a path's last step."""
    return _at_steps(paths, paths.starts[1:] - 1)


def linear_touch(paths: PathCounts) -> Contributions:
    """The same credit to each step of a path; a channel that occurs twice earns twice."""
    share = 1 / np.maximum(paths.lengths, 1)
    conversions, value = (
        _sums(paths.steps, np.repeat(counts * share, paths.lengths), len(paths.channels))
        for counts in (paths.conversions, paths.value)
    )
    return Contributions(conversions, value)


def markov(paths: PathCounts, *, order: int = 1) -> Contributions:
    """Removal effects of a Markov chain over paths (Anderl et al. 2016), normalised to what was counted; exact.

    A state is the last `order` channels; every path ends in conversion or null. The effect of a channel is
    1 - P(conversion | all transitions into it go to null) / P(conversion). Value is a reward on the last transition, so
    that its effects are those of the expected value.

    With N = (I - Q)^-1, the chain that avoids a channel's states C loses h x_C, where h = (start N)_C (N_CC)^-1 is
    where it first enters C and x_C the chance of converting from there: one inverse serves all channels.

    Args:
        order: 1 or 2.

    Raises:
        TooManyChannelsError: if there are more states than can be solved exactly.
        ValueError: for another order.
    """
    if order not in (1, 2):
        raise ValueError(f"order {order}: only 1 and 2 are solved")
    count = len(paths.channels)
    states = _visits(paths, order)
    if states.entered.size > MOST_MARKOV_STATES:
        instead = "Ask order 1" if order == 2 else "Ask first, last or linear touch"
        raise TooManyChannelsError(
            f"A Markov chain of order {order} over {count} channels has {states.entered.size:,} states, more than "
            f"{MOST_MARKOV_STATES:,}. {instead}, or group channels."
        )
    fundamental = np.linalg.inv(np.eye(states.entered.size) - states.transitions)
    visits = states.start @ fundamental
    gains = fundamental @ states.rewards  # of each state: chance of a conversion, expected value
    expected = visits @ states.rewards
    lost = np.zeros((count, 2))
    for channel in np.unique(states.entered):
        entered = np.flatnonzero(states.entered == channel)
        first_entries = np.linalg.solve(fundamental[np.ix_(entered, entered)].T, visits[entered])
        lost[channel] = first_entries @ gains[entered]
    attributable = paths.lengths > 0
    conversions, value = (
        _normalised(lost[:, column], counts[attributable].sum())
        for column, counts in enumerate((paths.conversions, paths.value))
    )
    effects = lost[:, 0] / expected[0] if expected[0] > 0 else np.full(count, np.nan)
    return Contributions(conversions, value, effects, float(expected[0]) if states.entered.size else float("nan"))


def shapley(paths: PathCounts) -> Contributions:
    """Shapley values of the game in which a coalition earns what paths within it earned.

    v(S) = conversions (value) of the paths all of whose channels are in S (Zhao, Mahboobi & Bagheri 2018): neither the
    order of steps nor paths without conversion enter. Channels of no converting path are null players: they earn 0.

    Raises:
        TooManyChannelsError: for more than 12 channels on converting paths.
    """
    sets, converting = _converting_sets(paths)
    if converting.size > MOST_SHAPLEY_CHANNELS:
        raise TooManyChannelsError(
            f"Shapley values of {converting.size} channels need 2^{converting.size} coalitions; "
            f"{MOST_SHAPLEY_CHANNELS} channels at most are solved exactly. Ask Markov, order 1, or group channels."
        )
    earned = np.zeros((2, len(paths.channels)))
    for row, counts in enumerate((paths.conversions, paths.value)):
        own = _sums(sets, counts[paths.lengths > 0], 2**converting.size)
        earned[row, converting] = shapley_values(sums_over_subsets(own))
    return Contributions(earned[0], earned[1])


def sums_over_subsets(amounts: Floats) -> Floats:
    """Zeta transform: for every set the sum over all of its subsets, in n 2^n steps.

    Args:
        amounts: one per subset of n players, shape (2^n,); bit i of a position says that player i is in.
    """
    sums = amounts.astype(np.float64)
    for player in range(sums.size.bit_length() - 1):
        pairs = sums.reshape(-1, 2, 2**player)
        pairs[:, 1] += pairs[:, 0]
    return sums


def shapley_values(worth: Floats) -> Floats:
    """Shapley value of each player: sum over S of |S|! (n - |S| - 1)! / n! (v(S + i) - v(S)) (Shapley 1953).

    Args:
        worth: v of every coalition of n players, shape (2^n,); bit i of a position says that player i is in.

    Returns:
        One value per player, shape (n,); their sum is v(all) - v(nobody).
    """
    players = worth.size.bit_length() - 1
    sizes = np.bitwise_count(np.arange(worth.size))
    orders = [factorial(size) * factorial(players - size - 1) / factorial(players) for size in range(players)]
    weights = np.array([*orders, 0.0])[sizes]  # nobody can join the coalition of all
    values = np.empty(players)
    for player in range(players):
        pairs = worth.reshape(-1, 2, 2**player)
        values[player] = np.sum(weights.reshape(-1, 2, 2**player)[:, 0] * (pairs[:, 1] - pairs[:, 0]))
    return values


@dataclass(frozen=True)
class _Chain:
    """`entered`: the channel that a state enters; `start`, `transitions`: probabilities; `rewards`: of the last one."""

    entered: Positions
    start: Floats
    transitions: Floats
    rewards: Floats


def _visits(paths: PathCounts, order: int) -> _Chain:
    """The empirical chain: states are the channels, or the pairs of consecutive channels, that occur."""
    used = paths.counted(conversions=paths.conversions, value=paths.value, non_conversions=paths.non_conversions)
    used_ends = used.conversions + used.non_conversions
    some = used.lengths > 0
    firsts, lasts = used.starts[:-1][some], used.starts[1:][some] - 1
    names = used.steps.copy()
    if order == 2:
        before = np.concatenate([[0], used.steps[:-1] + 1]) if names.size else names
        before[firsts] = 0  # nothing stands before a first step
        names = before * len(used.channels) + used.steps
    found, states = np.unique(names, return_inverse=True)
    count = found.size
    weights = np.repeat(used_ends, used.lengths)
    goes_on = np.ones(states.size, dtype=np.bool_)
    goes_on[lasts] = False
    origins = np.flatnonzero(goes_on)
    moves = _sums(states[origins] * count + states[origins + 1], weights[origins], count * count)
    leaving = _sums(states, weights, count)
    last_states = states[lasts]
    rewards = [_sums(last_states, counts[some], count) for counts in (used.conversions, used.value)]
    total = used_ends[some].sum()
    return _Chain(
        entered=found % max(len(used.channels), 1),
        start=_sums(states[firsts], used_ends[some], count) / (total or 1),
        transitions=moves.reshape(count, count) / leaving[:, None],
        rewards=np.column_stack(rewards) / leaving[:, None],
    )


def _normalised(effects: Floats, total: float) -> Floats:
    whole = effects.sum()
    return effects / whole * total if whole > 0 else np.zeros_like(effects)


def _at_steps(paths: PathCounts, at: Positions) -> Contributions:
    some = paths.lengths > 0
    channels = paths.steps[at[some]]
    conversions, value = (
        _sums(channels, counts[some], len(paths.channels)) for counts in (paths.conversions, paths.value)
    )
    return Contributions(conversions, value)


def _sums(positions: Positions, amounts: Floats, size: int) -> Floats:
    sums: Floats = np.bincount(positions, amounts, minlength=size).astype(np.float64, copy=False)
    return sums


def _converting_sets(paths: PathCounts) -> tuple[Positions, Positions]:
    """The set of channels of each path with a step, as bits over the channels of converting paths; and those channels.

    Paths without conversion get the empty set: they earn nothing.
    """
    earning = paths.conversions > 0
    converting = np.unique(paths.steps[np.repeat(earning, paths.lengths)])
    if converting.size > MOST_SHAPLEY_CHANNELS:
        return np.empty(0, dtype=np.int64), converting
    bits = np.zeros(len(paths.channels), dtype=np.int64)
    bits[converting] = 1 << np.arange(converting.size)
    starts = paths.starts[:-1][paths.lengths > 0]
    sets = np.bitwise_or.reduceat(bits[paths.steps], starts) if starts.size else starts
    return np.where(earning[paths.lengths > 0], sets, 0), converting

"""Answers on a scale: latent normal opinions in, whole points out.

Each person has a style (some always answer high), so a person's answers resemble each other while every answer keeps
the planted distribution exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Final

import numpy as np

from demo.setting.effects import Drivers, OutcomeShares
from demo.setting.people import Bools, Floats, Ints

ANSWER_SPREAD: Final = 0.9  # standard deviation of one answer around its mean, person's style included
EXPECTATION_MEAN: Final = 5.3
ACCEPTED_MEAN: Final = 4.0  # the least that is still acceptable
STYLE_SHARE: Final = 0.3  # of the variance of an answer is the person's style
IMPORTANCE_MEAN: Final = 5.4
TOUCH_SATISFIED: Final = 0.68  # share of the top two boxes of satisfaction right after a moment
_NORMAL: Final = NormalDist()


def opinions(rng: np.random.Generator, style: Floats, columns: int) -> Floats:
    """Standard normal opinions, respondent x question, that share the respondent's style."""
    own = rng.normal(0, 1, (len(style), columns))
    mixed: Floats = np.sqrt(STYLE_SHARE) * style[:, None] + np.sqrt(1 - STYLE_SHARE) * own
    return mixed


def rated(opinion: Floats, *, mean: Floats | float, low: int = 1, high: int = 7) -> Ints:
    """Whole points around a mean, cut to the scale's ends."""
    points: Ints = np.clip(np.rint(mean + ANSWER_SPREAD * opinion), low, high).astype(np.int64)
    return points


def boxed(opinion: Floats, cumulated: Sequence[float]) -> Ints:
    """Boxes 0, 1, 2, ... with the given cumulated shares below each upper box."""
    limits = [_NORMAL.inv_cdf(share) for share in cumulated]
    boxes: Ints = np.searchsorted(limits, opinion, side="right").astype(np.int64)
    return boxes


def top_two_of_five(opinion: Floats, share: float) -> Ints:
    """1 to 5 with exactly the given share expected in the two top boxes."""
    rest = 1 - share
    return 1 + boxed(opinion, (0.15 * rest, 0.5 * rest, rest, rest + 0.55 * share))


def leaning(opinion: Floats, signal: Floats, weight: float) -> Floats:
    """Opinions that follow a standardised signal by `weight` and otherwise stay what they are; still standard."""
    leant: Floats = np.sqrt(1 - weight**2) * opinion + weight * signal
    return leant


def standardised(values: Floats | Ints | Bools) -> Floats:
    """Mean 0 and standard deviation 1; all 0 where every value is the same."""
    centred = np.asarray(values, dtype=np.float64) - np.mean(values, dtype=np.float64) if len(values) else values
    spread = float(np.std(centred)) if len(values) else 0.0
    return np.asarray(centred / spread if spread > 0 else np.zeros(len(values)), dtype=np.float64)


def score_opinion(
    rng: np.random.Generator, opinions_of: Mapping[str, Floats], drivers: Drivers, tenure: Floats
) -> Floats:
    """A standard normal opinion that follows its drivers. What nothing drives depends on nothing, style included."""
    size = len(tenure)
    weights = list(drivers.items.values())
    together = sum(weights) ** 2 * STYLE_SHARE + sum(w**2 for w in weights) * (1 - STYLE_SHARE)
    own = np.sqrt(1 - together - drivers.tenure**2)
    followed = sum((weight * opinions_of[item] for item, weight in drivers.items.items()), np.zeros(size))
    opinion: Floats = followed + drivers.tenure * tenure + own * rng.normal(0, 1, size)
    return opinion


def recommendation(opinion: Floats, *, promoters: float, detractors: float) -> Ints:
    """0 to 10 with the given shares of 9-10 and 0-6, in the order of a standard normal opinion."""
    below = [detractors * share for share in (0.02, 0.04, 0.08, 0.16, 0.35, 0.6, 1.0)]
    middle = 1 - promoters - detractors
    return boxed(opinion, (*below, detractors + 0.4 * middle, 1 - promoters, 1 - 0.55 * promoters))


def outcome_answers(rng: np.random.Generator, style: Floats, shares: Sequence[OutcomeShares]) -> tuple[Ints, Ints]:
    """Importance and satisfaction, 1 to 5, per respondent x outcome."""
    importance, satisfaction = opinions(rng, style, len(shares)), opinions(rng, style, len(shares))
    columns = range(len(shares))
    return (
        np.column_stack([top_two_of_five(importance[:, j], shares[j].importance) for j in columns]),
        np.column_stack([top_two_of_five(satisfaction[:, j], shares[j].satisfaction) for j in columns]),
    )

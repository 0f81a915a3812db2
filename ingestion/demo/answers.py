"""Answers on a scale: latent normal opinions in, whole points out.

Each person has a style (some always answer high), so a person's answers resemble each other while every answer keeps
the planted distribution exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import numpy as np

from ingestion.demo.people import Floats, Ints
from ingestion.demo.truths import ANSWER_SPREAD, EXPECTATION_MEAN, OutcomeShares

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


def expectation_and_perception(
    rng: np.random.Generator, style: Floats, gaps: Sequence[float]
) -> tuple[Ints, Ints, Floats]:
    """Expectation and perception per respondent x item, and the opinions behind the perceptions.

    Without a gap both have one distribution, so their mean difference is 0 also after rounding.
    """
    expected = rated(opinions(rng, style, len(gaps)), mean=EXPECTATION_MEAN)
    perceived_opinion = opinions(rng, style, len(gaps))
    perceived = rated(perceived_opinion, mean=EXPECTATION_MEAN + np.asarray(gaps))
    return expected, perceived, perceived_opinion


def recommendation(
    rng: np.random.Generator, style: Floats, drivers: Floats, *, weight: float, promoters: float, detractors: float
) -> Ints:
    """0 to 10 with the given shares of 9-10 and 0-6; part of it follows `drivers`, opinions of `opinions`."""
    spread = np.sqrt(STYLE_SHARE + (1 - STYLE_SHARE) / drivers.shape[1])
    driver = drivers.mean(axis=1) / spread
    own = np.sqrt(1 - weight**2)
    opinion = weight * driver + own * opinions(rng, style, 1)[:, 0]
    # Both parts hold the person's style, so their sum is wider than either.
    opinion /= np.sqrt(1 + 2 * weight * own * STYLE_SHARE / spread)
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

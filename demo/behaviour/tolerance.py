"""What a bad experience costs: the effects in; how much less often those below tolerance order again, out.

The generator lets perceptions follow what customers do later. The difference between those below and above tolerance is
worked out by drawing a large number of answers from the same parameters; no generated row enters.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from demo.behaviour.answers import ACCEPTED_MEAN, EXPECTATION_MEAN, leaning, opinions, rated, standardised
from demo.setting.effects import CRITICAL_INTERACTION, Effects
from demo.setting.people import Bools, Ints
from demo.setting.vocabulary import ITEMS

DRAWS: Final = 40_000


def at_stake(world: Effects, *, again: float) -> dict[str, dict[str, float]]:
    """By what marks the tolerance: the share below it, and how often those below and above order again.

    Args:
        again: share of the respondents who order again within a year.
    """
    rng = np.random.default_rng(DRAWS)
    items = [item for item in ITEMS if item.interaction == CRITICAL_INTERACTION]
    style = rng.normal(0, 1, DRAWS)
    orders_again = rng.random(DRAWS) < again
    signal = standardised(orders_again)
    opinion = leaning(opinions(rng, style, len(items)), signal[:, None], world.at_stake)
    perceived = rated(opinion, mean=EXPECTATION_MEAN + np.array([world.gaps[item.pillar] for item in items]))
    marks = {"accepted": ACCEPTED_MEAN, "expected": EXPECTATION_MEAN}
    return {
        name: _split(perceived, rated(opinions(rng, style, len(items)), mean=mean), orders_again)
        for name, mean in marks.items()
    }


def _split(perceived: Ints, mark: Ints, orders_again: Bools) -> dict[str, float]:
    below = perceived.mean(axis=1) < mark.mean(axis=1)
    return {
        "share_below": round(float(below.mean()), 3),
        "again_below": round(float(orders_again[below].mean()), 3),
        "again_above": round(float(orders_again[~below].mean()), 3),
    }

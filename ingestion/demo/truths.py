"""The planted truths: whether to plant in, the sizes of every effect and `planted_truths.json` out.

The sizes are the generator's own parameters, chosen by looking at generated files alone, never at a model's answers: at
1,500 people Fisher's exact test with Benjamini-Hochberg shows all marks in 200 of 200 seeds. `NEUTRAL` is the same
machine with every effect at its neutral value. Expected answers follow from the parameters alone (a discretised normal
for the survey scales), never from generated rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import NormalDist
from typing import Any, Final

from ingestion.demo.vocabulary import OUTCOMES, STAGES

UNMET_OUTCOME: Final = "fix_first_time"
SHORT_PILLAR: Final = "processes"
STALLED_STAGE: Final = "use"
EXPECTATION_MEAN: Final = 5.3
RECOVERABLE_FROM: Final = 1500  # people: with fewer, an honest estimator may miss an effect in one seed of twenty
ANSWER_SPREAD: Final = 0.9  # standard deviation of one answer around its mean, person's style included


@dataclass(frozen=True, kw_only=True)
class Mark:
    """An attribute value that marks better customers: multipliers on how often they buy and how much they spend."""

    attribute: str
    value: str
    order_rate: float
    spend: float


@dataclass(frozen=True, kw_only=True)
class OutcomeShares:
    """Share of answers in the top two boxes."""

    importance: float
    satisfaction: float


@dataclass(frozen=True, kw_only=True)
class Effects:
    """Every size that differs between a world with something to find and one with nothing.

    Attributes:
        marks: what the best customers have in common.
        continuation: stage -> probability that an entry reaches any later stage within 90 days.
        outcomes: item -> top-two shares.
        gaps: pillar -> shift of perceptions against expectations, in scale points before rounding to 1-7.
        promoters, detractors: shares of the answers 9-10 and 0-6.
        driver_weight: part of the recommendation that follows the perception of the short pillar.
    """

    planted: bool
    marks: tuple[Mark, ...]
    continuation: dict[str, float]
    outcomes: dict[str, OutcomeShares]
    gaps: dict[str, float]
    promoters: float
    detractors: float
    driver_weight: float


_COMMON = OutcomeShares(importance=0.62, satisfaction=0.60)
_SPREAD = {
    "see_full_price": OutcomeShares(importance=0.66, satisfaction=0.60),
    "know_arrival": OutcomeShares(importance=0.68, satisfaction=0.66),
    "set_up_alone": OutcomeShares(importance=0.64, satisfaction=0.58),
    "choose_well": OutcomeShares(importance=0.62, satisfaction=0.60),
    "return_easily": OutcomeShares(importance=0.58, satisfaction=0.62),
    "talk_to_person": OutcomeShares(importance=0.52, satisfaction=0.64),
    "keep_team_working": OutcomeShares(importance=0.64, satisfaction=0.62),
    "show_spend": OutcomeShares(importance=0.56, satisfaction=0.58),
    "look_competent": OutcomeShares(importance=0.54, satisfaction=0.66),
}

PLANTED: Final = Effects(
    planted=True,
    marks=(
        Mark(attribute="motivation", value="Saves me time", order_rate=2.4, spend=1.5),
        Mark(attribute="age_band", value="35-54", order_rate=2.3, spend=1.5),
        Mark(attribute="first_channel", value="Referral", order_rate=2.6, spend=1.5),
    ),
    continuation={**dict.fromkeys(STAGES[:-1], 0.72), STALLED_STAGE: 0.42},
    outcomes={**_SPREAD, UNMET_OUTCOME: OutcomeShares(importance=0.90, satisfaction=0.35)},
    gaps={"people": 0.0, "products": 0.0, "processes": -1.25},
    promoters=0.44,
    detractors=0.22,
    driver_weight=0.4,
)
NEUTRAL: Final = Effects(
    planted=False,
    marks=(),
    continuation=dict.fromkeys(STAGES[:-1], 0.66),
    outcomes=dict.fromkeys((outcome.item for outcome in OUTCOMES), _COMMON),
    gaps={"people": 0.0, "products": 0.0, "processes": 0.0},
    promoters=0.30,
    detractors=0.30,
    driver_weight=0.0,
)


def effects(*, planted: bool) -> Effects:
    """The sizes of one of the two worlds."""
    return PLANTED if planted else NEUTRAL


def opportunity(shares: OutcomeShares) -> float:
    """Ulwick's opportunity score of two top-two shares: I + max(I - S, 0), each share times ten."""
    importance, satisfaction = 10 * shares.importance, 10 * shares.satisfaction
    return importance + max(importance - satisfaction, 0.0)


def rounded_mean(mean: float, *, low: int = 1, high: int = 7) -> float:
    """Mean of a normal answer once it is rounded and cut to the scale's ends."""
    answer = NormalDist(mean, ANSWER_SPREAD)
    return low + sum(1 - answer.cdf(point + 0.5) for point in range(low, high))


def document(world: Effects, *, seed: int, customers: int, end_on: date, days: int) -> dict[str, Any]:
    """What stands in `planted_truths.json`."""
    expected_gaps = {
        pillar: round(rounded_mean(EXPECTATION_MEAN + gap) - rounded_mean(EXPECTATION_MEAN), 3)
        for pillar, gap in world.gaps.items()
    }
    scores = {item: round(opportunity(shares), 2) for item, shares in world.outcomes.items()}
    labels = {outcome.item: outcome.label for outcome in OUTCOMES}
    kinds = {outcome.item: outcome.kind for outcome in OUTCOMES}
    unmet = world.outcomes[UNMET_OUTCOME]
    others = [score for item, score in scores.items() if item != UNMET_OUTCOME]
    truths: dict[str, Any] = {
        "best_customers": [
            {"attribute": mark.attribute, "value": mark.value, "order_rate": mark.order_rate, "spend": mark.spend}
            for mark in world.marks
        ],
        "stalled_stage": None,
        "unmet_outcome": None,
        "short_pillar": None,
        "nps": {
            "promoters": world.promoters,
            "detractors": world.detractors,
            "nps": round(100 * (world.promoters - world.detractors), 1),
        },
        "top_tier_revenue_share": {"low": 0.5, "high": 0.7},
        "stage_conversion": world.continuation,
        "expectation_gaps": expected_gaps,
        "opportunity_scores": scores,
    }
    if world.planted:
        rest = {stage: share for stage, share in world.continuation.items() if stage != STALLED_STAGE}
        truths["stalled_stage"] = {
            "stage": STALLED_STAGE,
            "conversion": world.continuation[STALLED_STAGE],
            "lowest_other": min(rest.values()),
        }
        truths["unmet_outcome"] = {
            "item": UNMET_OUTCOME,
            "label": labels[UNMET_OUTCOME],
            "outcome_kind": kinds[UNMET_OUTCOME],
            "importance_top2": unmet.importance,
            "satisfaction_top2": unmet.satisfaction,
            "opportunity_score": scores[UNMET_OUTCOME],
            "highest_other": max(others),
        }
        truths["short_pillar"] = {
            "pillar": SHORT_PILLAR,
            "gap": expected_gaps[SHORT_PILLAR],
            "others": [gap for pillar, gap in expected_gaps.items() if pillar != SHORT_PILLAR],
        }
    return {
        "planted": world.planted,
        "seed": seed,
        "customers": customers,
        "end_on": end_on.isoformat(),
        "days": days,
        "recoverable_from_customers": RECOVERABLE_FROM,
        "truths": truths,
        "tolerances": {
            "profile_index": 20.0,
            "stage_conversion": 0.10,
            "opportunity_score": 2.0,
            "expectation_gap": 0.30,
            "nps": 10.0,
        },
        "tolerances_say": (
            "A finding counts only if its 95% interval excludes no difference and its size exceeds the threshold: "
            "index points away from 100, conversion below the next lowest stage, score above the next highest outcome, "
            "scale points below zero; nps: points away from the truth that an estimate may be."
        ),
    }

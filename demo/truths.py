"""The planted truths: the effects in; the contents of `planted_truths.json` out.

At 1,500 people Fisher's exact test with Benjamini-Hochberg shows all marks in 200 of 200 seeds. Expected answers follow
from the parameters alone (a discretised normal for the survey scales), never from generated rows.
"""

from __future__ import annotations

from datetime import date
from math import log
from statistics import NormalDist
from typing import Any, Final

from demo.behaviour.answers import ANSWER_SPREAD, EXPECTATION_MEAN
from demo.behaviour.comments import THEME_WORDS
from demo.behaviour.steps import PASSED, USUAL_GATE
from demo.behaviour.tolerance import at_stake
from demo.exports.mentions import ANSWERED as MENTIONS_ANSWERED
from demo.exports.tickets import REPLY_SPREAD
from demo.setting.content import PAGES
from demo.setting.effects import (
    ANSWERED,
    ASSISTING_CHANNEL,
    COSTLY_GATE,
    CRITICAL_INTERACTION,
    KEEPING_CORNER,
    LONGEST_TASK,
    SHORT_PILLAR,
    SLOW_CATEGORY,
    SLOW_NETWORK,
    STALLED_STAGE,
    TENURED_ITEM,
    UNMET_OUTCOME,
    USUAL_REPLY,
    Drivers,
    Effects,
    OutcomeShares,
)
from demo.setting.events import EXTRA_STEP, TASKS
from demo.setting.vocabulary import OUTCOMES

RECOVERABLE_FROM: Final = 1500  # people: with fewer, an honest estimator may miss an effect in one seed of twenty
REPLY_TARGET: Final = 24.0  # hours


def opportunity(shares: OutcomeShares) -> float:
    """Ulwick's opportunity score of two top-two shares: I + max(I - S, 0), each share times ten."""
    importance, satisfaction = 10 * shares.importance, 10 * shares.satisfaction
    return importance + max(importance - satisfaction, 0.0)


def rounded_mean(mean: float, *, low: int = 1, high: int = 7) -> float:
    """Mean of a normal answer once it is rounded and cut to the scale's ends."""
    answer = NormalDist(mean, ANSWER_SPREAD)
    return low + sum(1 - answer.cdf(point + 0.5) for point in range(low, high))


def document(world: Effects, *, seed: int, customers: int, end_on: date, days: int, again: float) -> dict[str, Any]:
    """The part of `planted_truths.json` about the simulated effects.

    Args:
        again: share of the relationship survey's respondents who order again within a year, as generated.
    """
    return {
        "planted": world.planted,
        "seed": seed,
        "customers": customers,
        "end_on": end_on.isoformat(),
        "days": days,
        "recoverable_from_customers": RECOVERABLE_FROM,
        "truths": {**_levels(world), **_effects(world, again=again)},
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


def _levels(world: Effects) -> dict[str, Any]:
    """What holds in both worlds: expected numbers, whether or not there is something to find in them."""
    return {
        "nps": {
            "promoters": world.promoters,
            "detractors": world.detractors,
            "nps": round(100 * (world.promoters - world.detractors), 1),
        },
        "top_tier_revenue_share": {"low": 0.5, "high": 0.7},
        "stage_conversion": world.continuation,
        "expectation_gaps": _gaps(world),
        "opportunity_scores": {item: round(opportunity(shares), 2) for item, shares in world.outcomes.items()},
        "outreach_answered": ANSWERED,
        "theme_shares": world.themes,
        "themes": {
            name: {"tone": theme.tone, "pillar": theme.pillar, "interaction": theme.interaction}
            for name, theme in THEME_WORDS.items()
        },
    }


def _effects(world: Effects, *, again: float) -> dict[str, Any]:
    """What can be found; None or empty where nothing is planted."""
    found: dict[str, Any] = {
        "best_customers": [
            {"attribute": mark.attribute, "value": mark.value, "order_rate": mark.order_rate, "spend": mark.spend}
            for mark in world.marks
        ],
    }
    for name, effect in (
        ("stalled_stage", _stalled_stage),
        ("unmet_outcome", _unmet_outcome),
        ("short_pillar", _short_pillar),
        ("seam", _seam),
        ("long_task", _long_task),
        ("keeping_corner", _keeping_corner),
        ("assisting_channel", _assisting_channel),
        ("slow_reply", _slow_reply),
        ("costly_gate", _costly_gate),
        ("drivers", _drivers),
        ("comment_themes", _comment_themes),
    ):
        found[name] = effect(world) if world.planted else None
    found["value_at_stake"] = _value_at_stake(world, again) if world.planted else None
    return found


def _gaps(world: Effects) -> dict[str, float]:
    expected = rounded_mean(EXPECTATION_MEAN)
    return {pillar: round(rounded_mean(EXPECTATION_MEAN + gap) - expected, 3) for pillar, gap in world.gaps.items()}


def _stalled_stage(world: Effects) -> dict[str, Any]:
    rest = {stage: share for stage, share in world.continuation.items() if stage != STALLED_STAGE}
    return {
        "stage": STALLED_STAGE,
        "conversion": world.continuation[STALLED_STAGE],
        "lowest_other": min(rest.values()),
    }


def _unmet_outcome(world: Effects) -> dict[str, Any]:
    unmet = next(outcome for outcome in OUTCOMES if outcome.item == UNMET_OUTCOME)
    shares = world.outcomes[UNMET_OUTCOME]
    others = [opportunity(other) for item, other in world.outcomes.items() if item != UNMET_OUTCOME]
    return {
        "item": UNMET_OUTCOME,
        "label": unmet.label,
        "outcome_kind": unmet.kind,
        "importance_top2": shares.importance,
        "satisfaction_top2": shares.satisfaction,
        "opportunity_score": round(opportunity(shares), 2),
        "highest_other": round(max(others), 2),
    }


def _short_pillar(world: Effects) -> dict[str, Any]:
    gaps = _gaps(world)
    others = [gap for pillar, gap in gaps.items() if pillar != SHORT_PILLAR]
    return {"pillar": SHORT_PILLAR, "gap": gaps[SHORT_PILLAR], "others": others}


def _seam(world: Effects) -> dict[str, Any]:
    """Lost: no later stage is reached within 90 days. Compare with the other hand-offs into the same stage."""
    continuation = world.continuation["discovery"]
    return {
        "from_corner": "marketing",
        "to_corner": "service",
        "stage": "discovery",
        "touchpoint": "Advice chat",
        "lost": round(world.seam.lost_where_it_happens(continuation=continuation), 3),
        "lost_elsewhere": round(world.seam.lost_elsewhere(continuation=continuation), 3),
    }


def _long_task(world: Effects) -> dict[str, Any]:
    longest = next(task for task in TASKS if task.task == LONGEST_TASK)
    usual = PASSED ** (len(longest.steps) - 1)
    return {
        "task": LONGEST_TASK,
        "extra_step": EXTRA_STEP.name,
        "extra_touchpoint": EXTRA_STEP.touchpoint,
        "completed": round(usual * (world.extra_step or 1.0), 3),
        "completed_elsewhere": round(usual, 3),
    }


def _keeping_corner(world: Effects) -> dict[str, Any]:
    others = {corner: kept for corner, kept in world.kept_by.items() if corner != KEEPING_CORNER}
    return {"corner": KEEPING_CORNER, "kept": world.kept_by[KEEPING_CORNER], "kept_by_others": max(others.values())}


def _assisting_channel(_world: Effects) -> dict[str, Any]:
    return {"channel": ASSISTING_CHANNEL, "last_touch_share": 0.0}


def _slow_reply(world: Effects) -> dict[str, Any]:
    return {
        "ticket_category": SLOW_CATEGORY,
        "median_hours": world.reply_hours[SLOW_CATEGORY],
        "median_hours_elsewhere": USUAL_REPLY,
        "network": SLOW_NETWORK,
        "network_in_time": round(MENTIONS_ANSWERED["negative"] * _in_time(world.network_hours[SLOW_NETWORK]), 3),
        "network_in_time_elsewhere": round(MENTIONS_ANSWERED["negative"] * _in_time(USUAL_REPLY), 3),
    }


def _in_time(median_hours: float) -> float:
    """Share of log-normal replies within the target."""
    return NormalDist(log(median_hours), REPLY_SPREAD).cdf(log(REPLY_TARGET))


def _costly_gate(world: Effects) -> dict[str, Any]:
    continuation = world.continuation["discovery"]
    usual = [share for gate, share in world.submitted.items() if gate != COSTLY_GATE]
    return {
        "page": COSTLY_GATE,
        "topic": next(page.topic for page in PAGES if page.path == COSTLY_GATE),
        "abandonment": round(1 - world.submitted[COSTLY_GATE], 3),
        "abandonment_elsewhere": round(1 - max(usual), 3),
        "goes_on": round(1 - world.gate.lost_where_it_happens(continuation=continuation), 3),
        "goes_on_at_other_gates": round(1 - USUAL_GATE.lost_where_it_happens(continuation=continuation), 3),
    }


def _drivers(world: Effects) -> dict[str, Any]:
    return {
        "overall": _weights(world.overall),
        "nps": _weights(world.recommended),
        "confounder": {"attribute": "tenure", "item": TENURED_ITEM, "weight": world.tenured_item},
    }


def _weights(drivers: Drivers) -> dict[str, float]:
    return {**drivers.items, "tenure": drivers.tenure}


def _comment_themes(world: Effects) -> dict[str, Any]:
    most = max(world.themes, key=lambda theme: world.themes[theme])
    return {"theme": most, "share": world.themes[most]}


def _value_at_stake(world: Effects, again: float) -> dict[str, Any]:
    return {"interaction": CRITICAL_INTERACTION, "ordered_again": round(again, 3), **at_stake(world, again=again)}

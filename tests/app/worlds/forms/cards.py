"""Numbers on cards, and their changes. In: sentences. Out: what is untrue in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tests.app.worlds.collecting import Said
from tests.app.worlds.grammar import NUMBER, WORDS_FOR_NOTHING, differs, form, parsed, too_few
from tests.app.worlds.reading import NEEDED, OWN, Reading, quoted
from tests.serving.independent_sql import METRICS

# What a card is called -> its metric, the column and value that it is of; groups of the pattern are the value.
CARDS: Final = (
    (r"Active within \d+ days", "retention_rate", ""),
    (r"Promoters \(NPS\)", "nps", ""),
    (r"NPS, top \d+%", "nps:top", ""),
    (r"Satisfied \(CSAT\)", "csat", ""),
    (r"Ease \(CES\)", "ces", ""),
    (r"Overall", "overall_score", ""),
    (r"Coverage", "pairing_coverage", ""),
    (r"Gap by importance", "expectation_gap_by_importance", ""),
    (r"Revenue from top \d+%", "top_tier_revenue_share", ""),
    (r"(.+) to next stage", "stage_conversion", "stage"),
    (r"Go on to a later stage", "stage_conversion", ""),
    (r"Opportunity: (.+)", "opportunity_score", "item_label"),
    (r"Opportunity", "opportunity_score", ""),
    (r"(.+): gap to expectation", "expectation_gap", "pillar"),
    (r"Gap to expectation", "expectation_gap", ""),
    (r"Order again in month 3", "cohort_repurchase:3", ""),
    (r"Predicted value per customer", "predicted_value_per_customer", ""),
)  # fmt: skip
TIMELESS: Final = ("cohort_repurchase:3", "predicted_value_per_customer")


def of_card(world: Reading, name: str) -> tuple[str, str, str] | None:
    """The metric of a card, the condition that it adds, and whether it is of all time (`all time`)."""
    label = name.removesuffix(", all time")
    when = "all time" if label != name else ""
    for pattern, metric, column in CARDS:
        if found := re.fullmatch(pattern, label):
            extra = f"lower({column}) = lower({quoted(found[1])})" if column else "true"
            return metric, extra, "all time" if metric in TIMELESS else when
    metric = world.labels.get(label)
    return (metric, "true", when) if metric else None


@form("card", r"(?P<shown>.+)", ("card",))
def _card(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    if said.name.startswith("Predicted value, "):
        group = said.name.removeprefix("Predicted value, ")
        dimension = "value_tier" if group.startswith("top ") and group.endswith("%") else ""
        rows = world.rows(
            (
                "select mean, customers from fct_value_intervals where interval_value = "
                "$value and interval_dimension in ($a, $b)"
            ),
            value="top" if dimension else group,
            a=dimension or "segment",
            b=dimension or "region",
        )
        base = rows[0][1] if rows else 0
        yield from _number(found["shown"], rows[0][0] if rows else None, base, is_estimate=True)
        return
    which = of_card(world, said.name)
    if which is None:
        yield f"a card of no known metric: {said.name}"
        return
    metric, extra, when = which
    if metric not in METRICS and metric not in OWN:
        yield f"a card of a metric that nobody reads: {metric}"
        return
    days = None if when else "shown"
    value = _shown_as(metric, world.one(metric, extra=extra, days=days))
    base = world.bases(metric, extra=extra, days=days).get(None)
    is_estimate = world.is_estimate(metric)
    yield from _number(found["shown"], value, base, is_estimate=is_estimate)
    stated = re.search(r"Here: n = ([\d,]+)", said.help)
    if stated and is_estimate and metric in COUNTED_ALIKE:
        yield from differs(stated[1], base, "n in the tooltip")
    bounds = re.search(rf"95% interval ({NUMBER}(?: days| h| min)?) to ({NUMBER})", said.help)
    if bounds and value is not None:
        (low, half), (high, _) = parsed(bounds[1]), parsed(bounds[2])
        if not low - 2 * half <= value <= high + 2 * half:
            yield f"{value} lies outside of the interval in the tooltip, {bounds[0]}"


PERCENTS: Final = ("expectation_gap_by_importance", "expectation_gap_percent")
# Metrics whose base is counted here as the tooltip counts it.
COUNTED_ALIKE: Final = (
    "nps",
    "csat",
    "ces",
    "overall_score",
    "retention_rate",
    "stage_conversion",
    "expectation_gap",
    "repeat_order_share",
    "offline_share",
    "journey_conversion_rate",
    "journey_first_conversion_rate",
    "top_tier_kept_share",
    "nps:top",
    "gate_abandonment",
    "cohort_repurchase:3",
)


def _shown_as(metric: str, value: float | None) -> float | None:
    """A number as a card shows it: percents of the scale are kept as numbers up to a hundred."""
    return value / 100 if value is not None and metric in PERCENTS else value


def _number(shown: str, value: float | None, base: float | None, *, is_estimate: bool) -> Iterator[str]:
    """What a card shows, beside what is read."""
    said = shown.lower()
    if said == "too few to say":
        if not is_estimate or (base or 0) >= NEEDED:
            yield f"says too few, and stands on {base}"
    elif said == "no data":
        if base:
            yield f"says that there is no data, and {base} are there"
    elif said not in WORDS_FOR_NOTHING:
        yield from differs(shown, value or (0.0 if not is_estimate else value), "the number")
        if is_estimate:
            yield from too_few(base, "the number")


@form("delta", r"(?P<size>[+-]?\d[\d,]*(?:\.\d+)?)(?P<unit>%| pts| days| h)?", ("delta",))
def _delta(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    which = of_card(world, said.name)
    if which is None:
        yield f"a change of no known metric: {said.name}"
        return
    metric, extra, when = which
    if world.days_before is None or when:
        yield "a change where nothing is compared"
        return
    now, before = (world.one(metric, extra=extra, days=days) for days in ("shown", world.days_before))
    if now is None or before is None:
        # A count of nothing is none.
        now, before = (value if value is not None or world.is_estimate(metric) else 0.0 for value in (now, before))
    if now is None or before is None:
        yield f"a change from {before} to {now}"
        return
    change = {"%": (now / before - 1) if before else None, " pts": 100 * (now - before)}.get(
        found["unit"] or "", now - before
    )
    yield from differs(found["size"] + ("%" if found["unit"] == "%" else ""), change, "the change")
    if world.is_estimate(metric):
        for days, when in (("shown", "the period"), (world.days_before, "the period before")):
            yield from too_few(world.bases(metric, extra=extra, days=days).get(None), when)
    first = world.first_day(metric)
    assert world.days_before is not None
    since, until = world.days_before
    if first is None or (first - since).days > 0.05 * ((until - since).days + 1):
        yield f"compares with {since} to {until}, and the first fact is of {first}"

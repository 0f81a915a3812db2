"""Metrics that look back: compared with an earlier period, or added up over time.

In: definitions and a period. Out: whether what they need exists. MetricFlow joins such metrics to the calendar: it has
rows for periods that no fact reaches, before the first one and after the last, and what is missing there may be filled
with 0. A comparison with a period that does not exist has no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from serving.definitions.metric import LookBack
from serving.definitions.semantics import Semantics
from serving.planning.coverage import next_period, period_start
from serving.question import Grain


@dataclass(frozen=True)
class Judgement:
    """What to say of one period.

    Attributes:
        refusal: why there is no number; None where there may be one.
        note: how a number is to be read.
    """

    refusal: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class _Days:
    """A stretch of days; `end` is the first day after it."""

    start: date
    end: date


def look_backs(semantics: Semantics, name: str) -> tuple[tuple[LookBack, ...], ...]:
    """How a metric and its parts reach back: for each look back the steps that lead there, itself last."""
    found: list[tuple[LookBack, ...]] = []
    for part, back in semantics.metrics[name].parts:
        step = (back,) if back else ()
        found += [step] if step else []
        if part in semantics.metrics:
            found += [(*step, *steps) for steps in look_backs(semantics, part)]
    return tuple(found)


def is_on_calendar(semantics: Semantics, name: str) -> bool:
    """Whether MetricFlow has a row of a metric for every day, also for those without facts."""
    metric = semantics.metrics[name]
    parts = [part for part, _ in metric.parts if part in semantics.metrics]
    return metric.is_on_calendar or any(is_on_calendar(semantics, part) for part in parts)


def judge(look_backs: Iterable[Sequence[LookBack]], start: date, grain: Grain, *, first_on: date) -> Judgement:
    """Whether the stretches of days exist that a metric needs for the period that begins on `start`.

    Args:
        look_backs: those of the metric (`look_backs`).
        first_on: the day of the first fact behind the metric. What looks back by months needs whole months: the one
            of the first fact counts as whole, because a month may begin with days on which nothing happens.
    """
    note = None
    for steps in look_backs:
        days = _Days(start, next_period(start, grain))
        for step in steps:
            days = _reached(step, days)
        back = steps[-1]
        if back.kind in ("offset", "offset_to") and days.end <= first_on:
            return Judgement(refusal=f"the period it is compared with lies before the first fact ({first_on})")
        if back.kind == "window" and days.start < period_start(first_on, back.grain):
            return Judgement(refusal=f"it looks back to {days.start}, before the first fact ({first_on})")
        if back.kind == "to_date" and days.start < first_on:
            note = f"counted from the first fact ({first_on})"
    return Judgement(note=note)


def _reached(back: LookBack, asked: _Days) -> _Days:
    match back.kind:
        case "offset":
            return _Days(_earlier(asked.start, back), _earlier(asked.end, back))
        case "offset_to":
            start = period_start(asked.start, back.grain)
            return _Days(start, start + (asked.end - asked.start))
        case "window":
            return _Days(_earlier(asked.end, back), asked.end)
        case "to_date":
            return _Days(period_start(asked.start, back.grain), asked.end)
        case _:
            return asked


def _earlier(day: date, back: LookBack) -> date:
    """The day so many units before; the end of February is used for days that it does not have."""
    if back.grain in ("day", "week"):
        return date.fromordinal(day.toordinal() - back.count * (7 if back.grain == "week" else 1))
    months = back.count * {"month": 1, "quarter": 3, "year": 12}[back.grain]
    at = day.year * 12 + day.month - 1 - months
    year, month = divmod(at, 12)
    first = date(year, month + 1, 1)
    last = next_period(first, "month").toordinal() - first.toordinal()
    return first.replace(day=min(day.day, last))

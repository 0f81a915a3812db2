"""Why a metric cannot be asked like this: its definition and what is asked in, a verdict or nothing out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from serving.definitions.metric import Dimension, LookBack, Metric
from serving.definitions.semantics import Semantics
from serving.planning.coverage import Coverage
from serving.planning.plan import Plan, Verdict
from serving.question import Grain, Question

MAX_GROUPINGS: Final = 2
# Groupings and filters together.
MAX_DIMENSIONS: Final = 4


def refuse_slice(
    semantics: Semantics, question: Question, metric: Metric, asked: Mapping[str, Dimension | None]
) -> Verdict | None:
    """Refuse dimensions that the metric does not have, and of a statistic that stands cell by cell, half a cell."""
    allowed = sorted(semantics.dimensions(metric.name))
    lacking = [word for word, dimension in asked.items() if dimension is None]
    listed = ", ".join(allowed) if allowed else "none"
    cut_by = [word for word in lacking if word.rpartition("__")[2] in metric.part_by]
    if cut_by:
        return Verdict("not_sliceable", _share_of_a_whole(semantics, metric, ", ".join(cut_by), listed))
    if lacking:
        return Verdict("not_sliceable", f"{metric.name} has no {', '.join(lacking)}; its dimensions: {listed}")
    if metric.metric_class == "fixed_grain":
        given = {dimension.name for dimension in asked.values() if dimension}
        missing = [name for name in metric.meta.dimensions if name not in given and name != "metric_time"]
        if missing:
            reason = (
                f"{metric.name} needs {', '.join(missing)} in the grouping or as a filter; its dimensions: {listed}"
            )
            return Verdict("not_sliceable", reason)
        several = [word for word, values in question.filters if len(values) > 1 and word not in question.by]
        if several:
            listed = ", ".join(several)
            return Verdict(
                "not_sliceable", f"{metric.name} does not add up over {listed}: group by it, or ask one value"
            )
    return None


def _share_of_a_whole(semantics: Semantics, metric: Metric, dimension: str, listed: str) -> str:
    """Why a share is not cut by the dimension that makes it a share, and what to ask instead."""
    why = f"{metric.name} is a share of a whole, and {dimension} says which part: a value would be all or nothing"
    whole = metric.denominator
    offers = whole is not None and whole in semantics.offered
    if offers and dimension in semantics.dimensions(str(whole)):
        return f"{why}; ask {whole} by {dimension} and divide. Its dimensions: {listed}"
    return f"{why}; its dimensions: {listed}"


def refuse_sum(question: Question, metric: Metric, asked: Mapping[str, Dimension | None]) -> Verdict | None:
    """Refuse to add up what means nothing together: the credits of two attribution models, of two movements."""
    single = {word for word, values in question.filters if len(values) == 1}
    apart = {
        dimension.name for word, dimension in asked.items() if dimension and (word in question.by or word in single)
    }
    lacking = [name for name in metric.meta.needs if name not in apart]
    if not lacking:
        return None
    listed = ", ".join(lacking)
    return Verdict(
        "not_sliceable", f"{metric.name} needs one {listed}: group by {listed}, or filter on one value of it"
    )


def refuse_time(
    question: Question,
    metric: Metric,
    reach: Coverage,
    *,
    grains: Sequence[Grain],
    look_backs: Sequence[Sequence[LookBack]],
) -> Verdict | None:
    """Refuse periods and grains that the metric does not have, and periods that its facts do not reach."""
    is_windowed = bool(question.since or question.until)
    if question.grain is None and any(steps[-1].kind != "ever" or is_windowed for steps in look_backs):
        listed = ", ".join(grains)
        return Verdict("not_sliceable", f"{metric.name} looks back from every period: ask it by a grain ({listed})")
    if not (question.grain or question.since or question.until):
        return None
    if not grains:
        return Verdict("not_sliceable", f"{metric.name} has no dates of its own: ask it without period and grain")
    if question.grain and question.grain not in grains:
        return Verdict("not_sliceable", f"{metric.name} is known by {grains[0]} or coarser, not by {question.grain}")
    if reach.first_on and not reach.reaches(question.since, question.until):
        return Verdict("no_data", f"its facts reach from {reach.first_on} to {reach.last_on}")
    return None


def refuse_people(semantics: Semantics, ready: Plan) -> Verdict | None:
    """Answers of people are asked by few dimensions and whole months: anything finer could be subtracted."""
    metric = ready.metric
    people = metric.people
    if people is None:
        return Verdict("not_sliceable", f"{metric.name} does not say whose people it counts")
    names = ready.names
    known = semantics.qualified(people)
    if not names <= known:
        lacking = ", ".join(sorted(names - known))
        return Verdict("not_sliceable", f"the people behind {metric.name} are not known by {lacking}")
    if len(ready.by) + (metric.meta.change is not None) > MAX_GROUPINGS:
        return Verdict("not_sliceable", f"answers of people are shown by at most {MAX_GROUPINGS} groupings")
    kinds = {name for name in names if name.rpartition("__")[2] in metric.meta.needs}
    if metric.metric_class != "fixed_grain" and len(names - kinds) > MAX_DIMENSIONS:
        reason = f"answers of people are shown by at most {MAX_DIMENSIONS} dimensions, groupings and filters together"
        return Verdict("not_sliceable", reason)
    if ready.grain in ("day", "week"):
        return Verdict("not_sliceable", "answers of people are shown by month or coarser")
    first, last = ready.coverage.first_on, ready.coverage.last_on
    starts = ready.since is None or ready.since.day == 1 or (first is not None and ready.since <= first)
    ends = (
        ready.until is None or (ready.until + timedelta(days=1)).day == 1 or (last is not None and ready.until >= last)
    )
    if not (starts and ends):
        return Verdict("not_sliceable", "answers of people are shown for whole months: move the period to month ends")
    return None

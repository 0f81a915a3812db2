"""What one metric of a question needs: its dimensions and filters resolved, or the status that answers it at once.

In: a release, a question, a metric's name. Out: a `Plan`, or a `Verdict` (withheld, refused, no_data, not_sliceable).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from serving.definitions.semantics import Dimension, Metric
from serving.engine import Filter, Query, Value
from serving.errors import UserError, did_you_mean
from serving.planning.coverage import Coverage, coverage, period_start
from serving.planning.earlier import is_on_calendar, look_backs
from serving.question import MISSING_WORD, Filters, Grain, Question
from serving.releases.release import LiveRelease
from serving.rows import Status

MAX_GROUPINGS: Final = 2
# Groupings and filters together.
MAX_DIMENSIONS: Final = 4


@dataclass(frozen=True)
class Verdict:
    """An answer without a number, and why."""

    status: Status
    reason: str


@dataclass(frozen=True)
class Plan:
    """One metric of a question, ready to be asked.

    Attributes:
        by: the asked words with the dimensions they mean for this metric.
        filters: in the snapshot's own values.
        floor: cells with fewer people are hidden; 0 where the metric and its slice are not sensitive.
        time_grain: the grain of the metric's own dates.
        is_looking_back: stands on periods before the one that is asked for: they are asked for too, and judged after.
        is_on_calendar: has rows for days without facts.
    """

    metric: Metric
    by: tuple[tuple[str, Dimension], ...]
    filters: tuple[Filter, ...]
    grain: Grain | None
    since: date | None
    until: date | None
    coverage: Coverage
    floor: int
    time_grain: Grain
    is_looking_back: bool = False
    is_on_calendar: bool = False

    @property
    def time(self) -> str | None:
        return f"metric_time__{self.grain}" if self.grain else None

    @property
    def group_by(self) -> tuple[str, ...]:
        names = dict.fromkeys(dimension.qualified for _, dimension in self.by)
        return (*names, *((self.time,) if self.time else ()))

    @property
    def is_timed(self) -> bool:
        return bool(self.grain or self.since or self.until)

    @property
    def matches_nothing(self) -> bool:
        """A filter names only values that this metric's dimension does not have."""
        return any(not one.values for one in self.filters)

    def query(self, *metrics: str, also_by: tuple[str, ...] = ()) -> Query:
        """A query for metrics at this slice."""
        since = None if self.is_looking_back else self.since
        return Query(
            metrics=tuple(dict.fromkeys(metrics)),
            group_by=tuple(dict.fromkeys((*self.group_by, *also_by))),
            filters=self.filters,
            since=period_start(since, self.time_grain) if since else None,
            until=None if self.is_looking_back else self.until,
            time_grain=self.time_grain,
        )


def plan(release: LiveRelease, question: Question, name: str) -> Plan | Verdict:
    """Resolve one metric of a question. Words are taken as checked (`check_words`)."""
    metric = release.semantics.metric(name)
    document = release.document
    if metric.fault is not None:
        return Verdict("refused", f"its definition cannot be used: {metric.fault}")
    failed = document.withheld.get(name)
    if failed is not None:
        return Verdict("withheld", f"withheld by the failed check {', '.join(failed)}")
    reach = coverage(document.feeds[feed] for feed in release.semantics.feeds(name) if feed in document.feeds)
    if metric.feeds and reach.rows == 0:
        if reach.refused_reason:
            return Verdict("refused", reach.refused_reason)
        lost = f": {reach.part}" if reach.part else ""
        return Verdict("no_data", f"no source feeds it (looked for {', '.join(metric.feeds)}){lost}")
    lacking = [feed for feed in metric.needs_feeds if feed in document.feeds and not document.feeds[feed].rows]
    if lacking:
        return Verdict("no_data", f"no source feeds it (looked for {', '.join(lacking)})")
    by = {word: release.semantics.resolve(word, name) for word in question.by}
    where = {word: release.semantics.resolve(word, name) for word, _ in question.filters}
    refused = (
        _refuse_slice(release, question, metric, {**by, **where})
        or _refuse_sum(question, metric, {**by, **where})
        or _refuse_time(release, question, metric, reach)
    )
    if refused:
        return refused
    asked = [dimension for dimension in (*by.values(), *where.values()) if dimension]
    floor = _floor(release, metric, asked)
    is_looking_back = bool(look_backs(release.semantics, name))
    if floor and is_looking_back:
        reason = f"{name} looks back, and the difference of two periods could show what a few people did"
        return Verdict("not_sliceable", f"{reason}: ask it without dimensions of people")
    ready = Plan(
        metric=metric,
        by=tuple((word, dimension) for word, dimension in by.items() if dimension),
        filters=_filters(release, where, question.filters),
        grain=question.grain,
        since=question.since,
        until=question.until,
        coverage=reach,
        floor=floor,
        time_grain=next(iter(release.semantics.grains(name)), "day"),
        is_looking_back=is_looking_back,
        is_on_calendar=is_on_calendar(release.semantics, name),
    )
    return (_refuse_people(release, ready) if floor else None) or ready


def check_words(release: LiveRelease, question: Question) -> None:
    """Refuse metrics, dimensions and filter values that this release does not know, with the nearest that it does."""
    semantics = release.semantics
    for name in question.metrics:
        semantics.metric(name)
    for word in (*question.by, *(word for word, _ in question.filters)):
        semantics.check_dimension(word)
    for word, values in question.filters:
        having = [one for name in question.metrics for one in semantics.resolve_all(word, name)]
        meant = tuple(dict.fromkeys(having)) or semantics.named(word)
        known = _texts(release, meant)
        if not meant:
            continue
        for value in values:
            if value not in known:
                words = [text for text in known if text is not None]
                what = f"'{word}' has no value '{MISSING_WORD if value is None else value}'."
                raise UserError(what, did_you_mean(value or "", words))


def dimension_values(release: LiveRelease, dimension: str) -> tuple[str, ...]:
    """Every value that a dimension takes in this release, in order; missing values are not listed."""
    release.semantics.check_dimension(dimension)
    known = _texts(release, release.semantics.named(dimension))
    return tuple(sorted(text for text, value in known.items() if text is not None and value is not None))


def text_of(value: Value) -> str | None:
    """A dimension's value as readers see and name it; None is a missing one."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(release: LiveRelease, dimensions: tuple[Dimension, ...]) -> dict[str | None, Value]:
    """Text -> value. A missing value is always known: a join leaves it where a person has no row."""
    values = (value for one in dimensions for value in release.engine.values(one.qualified))
    return {None: None, MISSING_WORD: None, **{text_of(value): value for value in values}}


def _filters(release: LiveRelease, where: Mapping[str, Dimension | None], filters: Filters) -> tuple[Filter, ...]:
    made = []
    for word, values in filters:
        dimension = where[word]
        if dimension:
            known = _texts(release, (dimension,))
            made.append(
                Filter(dimension.qualified, tuple(dict.fromkeys(known[value] for value in values if value in known)))
            )
    return tuple(made)


def _refuse_slice(
    release: LiveRelease, question: Question, metric: Metric, asked: Mapping[str, Dimension | None]
) -> Verdict | None:
    allowed = sorted(release.semantics.dimensions(metric.name))
    lacking = [word for word, dimension in asked.items() if dimension is None]
    listed = ", ".join(allowed) if allowed else "none"
    cut_by = [word for word in lacking if word.rpartition("__")[2] in metric.part_by]
    if cut_by:
        return Verdict("not_sliceable", _share_of_a_whole(release, metric, ", ".join(cut_by), listed))
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


def _share_of_a_whole(release: LiveRelease, metric: Metric, dimension: str, listed: str) -> str:
    """Why a share is not cut by the dimension that makes it a share, and what to ask instead."""
    why = f"{metric.name} is a share of a whole, and {dimension} says which part: a value would be all or nothing"
    whole = metric.denominator
    offers = whole is not None and whole in release.semantics.offered
    if offers and dimension in release.semantics.dimensions(str(whole)):
        return f"{why}; ask {whole} by {dimension} and divide. Its dimensions: {listed}"
    return f"{why}; its dimensions: {listed}"


def _refuse_sum(question: Question, metric: Metric, asked: Mapping[str, Dimension | None]) -> Verdict | None:
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


def _refuse_time(release: LiveRelease, question: Question, metric: Metric, reach: Coverage) -> Verdict | None:
    backs = look_backs(release.semantics, metric.name)
    is_windowed = bool(question.since or question.until)
    if question.grain is None and any(back.kind != "ever" or is_windowed for back in backs):
        listed = ", ".join(release.semantics.grains(metric.name))
        return Verdict("not_sliceable", f"{metric.name} looks back from every period: ask it by a grain ({listed})")
    if not (question.grain or question.since or question.until):
        return None
    grains = release.semantics.grains(metric.name)
    if not grains:
        return Verdict("not_sliceable", f"{metric.name} has no dates of its own: ask it without period and grain")
    if question.grain and question.grain not in grains:
        return Verdict("not_sliceable", f"{metric.name} is known by {grains[0]} or coarser, not by {question.grain}")
    if reach.first_on and not reach.reaches(question.since, question.until):
        return Verdict("no_data", f"its facts reach from {reach.first_on} to {reach.last_on}")
    return None


def _floor(release: LiveRelease, metric: Metric, asked: list[Dimension]) -> int:
    """Fewer people than this are hidden at this slice: of sensitive metrics at any, of other people in any group.

    A group is whatever a grouping or a filter names. What the company as a whole did is shown, also where few did it.
    """
    own = privacy_floor(release, metric)
    is_of_people = release.semantics.is_of_people(metric.name)
    is_group = any(dimension.personal or is_of_people for dimension in asked)
    if not release.protected or (own == 0 and not is_group):
        return 0
    return max(own, release.document.min_cell)


def privacy_floor(release: LiveRelease, metric: Metric) -> int:
    """Fewer people than this are hidden at any slice; 0 for metrics that are not sensitive by themselves.

    What people wrote (`meta.is_written`) has a floor of its own, since words tell more of a person than a number.
    """
    own = metric.meta.min_cell
    if own == 0:
        return 0
    written = release.document.min_cell_comments if metric.meta.is_written else 0
    return max(own, written, release.document.min_cell)


def _refuse_people(release: LiveRelease, ready: Plan) -> Verdict | None:
    """Answers of people are asked by few dimensions and whole months: anything finer could be subtracted."""
    metric = ready.metric
    people = metric.people
    if people is None:
        return Verdict("not_sliceable", f"{metric.name} does not say whose people it counts")
    names = {dimension.qualified for _, dimension in ready.by} | {one.dimension for one in ready.filters}
    known = {one.qualified for some in release.semantics.dimensions(people).values() for one in some}
    if not names <= known:
        return Verdict("not_sliceable", f"the people behind {metric.name} are not known by {', '.join(names - known)}")
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

"""Of every metric of a question, what it needs: the one stage that asks a release's definitions.

In: a release and a question. Out: for each metric a `Plan`, or a `Verdict` (withheld, refused, no_data, not_sliceable).
"""

from __future__ import annotations

from dataclasses import replace

from serving.definitions.metric import Dimension, Metric
from serving.definitions.semantics import Semantics
from serving.planning.coverage import Coverage, coverage
from serving.planning.earlier import is_on_calendar, look_backs
from serving.planning.nesting import nesting
from serving.planning.plan import MONTH, Count, Parts, Plan, Verdict
from serving.planning.privacy_floor import floor_of, privacy_floor
from serving.planning.refusals import refuse_people, refuse_slice, refuse_sum, refuse_time
from serving.planning.words import Words, words_of
from serving.privacy.lattice import Nesting
from serving.question import Question
from serving.releases.release import LiveRelease


def plans(release: LiveRelease, question: Question) -> list[tuple[str, Plan | Verdict]]:
    """Each metric of a question with its plan, in order.

    Raises:
        UserError: the question names a metric, dimension, value or grain that the release does not have.
    """
    words = words_of(release, question)
    return [(metric.name, _plan(release, question, metric, words)) for metric in words.metrics]


def _plan(release: LiveRelease, question: Question, metric: Metric, words: Words) -> Plan | Verdict:
    semantics = release.semantics
    reach = _reach(release, metric)
    if isinstance(reach, Verdict):
        return reach
    by = {word: words.dimension(word, metric.name) for word in question.by}
    where = {word: words.dimension(word, metric.name) for word, _ in question.filters}
    asked = {**by, **where}
    grains = semantics.grains(metric.name)
    backs = look_backs(semantics, metric.name)
    refused = (
        refuse_slice(semantics, question, metric, asked)
        or refuse_sum(question, metric, asked)
        or refuse_time(question, metric, reach, grains=grains, look_backs=backs)
    )
    if refused:
        return refused
    floor = floor_of(release, metric, [dimension for dimension in (*by.values(), *where.values()) if dimension])
    if floor and backs:
        reason = f"{metric.name} looks back, and the difference of two periods could show what a few people did"
        return Verdict("not_sliceable", f"{reason}: ask it without dimensions of people")
    ready = Plan(
        metric=metric,
        by=tuple((word, dimension) for word, dimension in by.items() if dimension),
        filters=tuple(
            words.filter(dimension, values) for word, values in question.filters if (dimension := where[word])
        ),
        grain=question.grain,
        since=question.since,
        until=question.until,
        coverage=reach,
        floor=floor,
        is_total_shown=privacy_floor(release, metric) == 0,
        time_grain=next(iter(grains), "day"),
        look_backs=backs,
        is_on_calendar=is_on_calendar(semantics, metric.name),
    )
    refused = refuse_people(semantics, ready) if floor else None
    return refused or _completed(semantics, ready, nesting(release, ready.names) if floor else {})


def _reach(release: LiveRelease, metric: Metric) -> Coverage | Verdict:
    """How far the facts behind a metric reach; a verdict where the metric cannot be used, or has none."""
    document = release.document
    if metric.fault is not None:
        return Verdict("refused", f"its definition cannot be used: {metric.fault}")
    failed = document.withheld.get(metric.name)
    if failed is not None:
        return Verdict("withheld", f"withheld by the failed check {', '.join(failed)}")
    feeds = release.semantics.feeds(metric.name)
    reach = coverage(document.feeds[feed] for feed in feeds if feed in document.feeds)
    if metric.feeds and reach.rows == 0:
        if reach.refused_reason:
            return Verdict("refused", reach.refused_reason)
        lost = f": {reach.part}" if reach.part else ""
        return Verdict("no_data", f"no source feeds it (looked for {', '.join(metric.feeds)}){lost}")
    lacking = [feed for feed in metric.needs_feeds if feed in document.feeds and not document.feeds[feed].rows]
    if lacking:
        return Verdict("no_data", f"no source feeds it (looked for {', '.join(lacking)})")
    return reach


def _completed(semantics: Semantics, ready: Plan, nested: Nesting) -> Plan:
    """The plan with what is asked besides its number: counts, parts, and the waves of a change."""
    change = ready.metric.meta.change
    if change is not None:
        along = semantics.resolve(change.along, change.order)
        assert along is not None
        by_wave = replace(ready, by=(*ready.by, (along.name, along)))
        ready = replace(ready, by_wave=_counted(semantics, by_wave, nested))
    return replace(_counted(semantics, ready, nested), parts=_parts(semantics, ready))


def _counted(semantics: Semantics, ready: Plan, nested: Nesting) -> Plan:
    return replace(ready, counters=_counters(semantics, ready), hiding=_hiding(semantics, ready, nested))


def _counters(semantics: Semantics, ready: Plan) -> tuple[str, ...]:
    metric = ready.metric
    names = dict.fromkeys(name for name in (metric.n, metric.people if ready.floor else None) if name is not None)
    needs_dates = ready.is_timed and metric.metric_class != "fixed_grain"
    return tuple(
        name
        for name in names
        if ready.names <= semantics.qualified(name) and (semantics.grains(name) or not needs_dates)
    )


def _hiding(semantics: Semantics, ready: Plan, nested: Nesting) -> tuple[Count, ...]:
    """The counts behind a metric that its slice knows; of the company as a whole, its own people alone."""
    own = ready.metric.people
    if not ready.floor or own is None or ready.metric.metric_class == "fixed_grain":
        return ()
    others = semantics.counters(ready.metric.name) if ready.names else ()
    known = (
        name
        for name in others
        if ready.names <= semantics.qualified(name) and (MONTH not in ready.axes or semantics.grains(name))
    )
    return tuple(_count(semantics, ready, name, nested) for name in dict.fromkeys((own, *known)))


def _count(semantics: Semantics, ready: Plan, name: str, nested: Nesting) -> Count:
    needed = semantics.metrics[name].meta.needs
    apart = tuple(axis for axis in ready.axes if axis.rpartition("__")[2] in needed)
    own = [axis for axis in ready.axes if axis not in apart]
    usable = semantics.qualified(name) - set(apart)
    parts = {axis: tuple(whole for whole in nested.get(axis, ()) if whole in usable) for axis in own}
    wholes = {whole for some in parts.values() for whole in some}
    return Count(
        name=name,
        apart=apart,
        is_state=semantics.is_state(name),
        axes=(*sorted({*own, *wholes} - {MONTH}), *((MONTH,) if MONTH in own else ())),
        nested={axis: some for axis, some in parts.items() if some},
        counts_persons=semantics.counts_persons(name),
    )


def _parts(semantics: Semantics, ready: Plan) -> Parts:
    meta, name = ready.metric.meta, ready.metric.name

    def named(word: str | None) -> Dimension | None:
        return semantics.resolve(word, name) if word else None

    def apart(word: str | None) -> Dimension | None:
        found = named(word)
        return None if found in [dimension for _, dimension in ready.by] else found

    item, outer = named(meta.item), named(meta.outer)
    return Parts(
        item=item.qualified if item else None,
        outer=outer.qualified if outer else None,
        one_of=apart(meta.one_of),
        mix=apart(meta.mix),
        refused_by=_refused_by(semantics, ready.metric),
        adds_up=_adds_up(semantics, ready) if ready.floor else (),
    )


def _refused_by(semantics: Semantics, metric: Metric) -> str | None:
    column = metric.meta.refused_by
    if column is None or metric.model is None:
        return None
    return next(one.qualified for one in semantics.models[metric.model].dimensions if one.name == column)


def _adds_up(semantics: Semantics, ready: Plan) -> tuple[str, ...]:
    rule, people = ready.metric.meta.adds_up, ready.metric.people
    if rule is None or people is None or ready.metric.metric_class != "fixed_grain":
        return ()
    known = semantics.dimensions(people)
    return tuple(known[column][0].qualified for column in (*rule.axes, *rule.within))

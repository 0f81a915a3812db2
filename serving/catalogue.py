"""Metric definitions as readers see them: a release in, every offered metric with its owner, lineage, checks and badge.

Badges are computed: a certified metric beside a failing check is not certified, and metrics that rest on the same
models of estimates share what is in doubt and what failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from serving.definitions.metric import Metric
from serving.planning.coverage import coverage
from serving.planning.privacy_floor import privacy_floor
from serving.question import Grain
from serving.releases.release import LiveRelease
from workspace.records.documents import Check, Feed

Badge = Literal["certified", "provisional", "needs review", "withheld"]


@dataclass(frozen=True)
class MetricDefinition:
    """One metric of the catalogue.

    Attributes:
        n, people: metrics that count its answers and its people.
        model: the marts it is computed from.
        upstream: dbt models that those marts are made of, up to the raw tables.
        sources, files: sources of cx.yml and files behind it.
        dimensions: column names it can be asked by.
        grains: periods it can be asked by; empty where it has no dates of its own.
        settles_after: setting of cx.yml that says for how many days a fact's count may still change; empty for none.
        is_state: of several periods the last one counts, not their sum.
        checks: checks of the gate and dbt tests behind it, failed ones first.
        certification: provisional where the definition says so, or the data do (a forecast worse than a naive one).
        badge_reason: the failed check or missing certification; empty for certified metrics.
    """

    name: str
    label: str
    description: str
    formula: str
    question: str
    owner: str
    certification: str
    unit: str
    good: str
    metric_class: str
    n: str | None
    people: str | None
    min_cell: int
    min_n: int
    feeds: tuple[str, ...]
    model: tuple[str, ...]
    upstream: tuple[str, ...]
    sources: tuple[str, ...]
    files: tuple[str, ...]
    dimensions: tuple[str, ...]
    grains: tuple[Grain, ...]
    checks: tuple[Check, ...]
    badge: Badge
    badge_reason: str
    settles_after: str = ""
    is_state: bool = False


def catalogue(release: LiveRelease) -> tuple[MetricDefinition, ...]:
    """Every metric that can be asked, by question and name."""
    definitions = [definition(release, name) for name in release.semantics.offered]
    return tuple(sorted(definitions, key=lambda one: (one.question, one.name)))


def definition(release: LiveRelease, name: str) -> MetricDefinition:
    """One metric's definition; UserError where the release has none of that name."""
    metric = release.semantics.metric(name)
    meta = metric.meta
    marts = release.semantics.marts(name)
    checks = _checks(release, name, marts)
    twins = _twins(release, metric)
    doubt = next(filter(None, (_doubt(release, one) for one in (metric, *twins))), "")
    badge, reason = _badge(release, metric, checks, doubt, twins)
    return MetricDefinition(
        name=name,
        label=metric.label,
        description=metric.description,
        formula=_formula(metric),
        question=meta.question,
        owner=meta.owner,
        certification="provisional" if doubt else "certified",
        unit=meta.unit,
        good=meta.good,
        metric_class=metric.metric_class,
        n=metric.n,
        people=metric.people,
        min_cell=privacy_floor(release, metric),
        min_n=meta.min_n,
        feeds=metric.feeds,
        model=marts,
        upstream=_behind(release, marts, "models"),
        sources=_behind(release, marts, "sources"),
        files=_behind(release, marts, "files"),
        dimensions=tuple(sorted(release.semantics.dimensions(name))),
        grains=release.semantics.grains(name),
        checks=checks,
        badge=badge,
        badge_reason=reason,
        settles_after=meta.settles_after or "",
        is_state=release.semantics.is_state(name),
    )


def _checks(release: LiveRelease, name: str, marts: tuple[str, ...]) -> tuple[Check, ...]:
    tables = {f"marts.{mart}" for mart in marts}
    found = [check for check in release.document.checks if name in check.metrics or check.asset in tables]
    return tuple(sorted(found, key=lambda check: (check.status == "passed", check.asset, check.name)))


def _feeds(release: LiveRelease, metric: Metric) -> list[Feed]:
    known = release.document.feeds
    return [known[feed] for feed in release.semantics.feeds(metric.name) if feed in known]


def _rests_on(release: LiveRelease, metric: Metric) -> frozenset[str]:
    return frozenset(model for feed in _feeds(release, metric) for model in feed.rests_on)


def _twins(release: LiveRelease, metric: Metric) -> tuple[Metric, ...]:
    """The other offered metrics that rest on the same models; none where nothing of it is estimated."""
    models = _rests_on(release, metric)
    if not models:
        return ()
    others = (release.semantics.metric(name) for name in release.semantics.offered if name != metric.name)
    return tuple(other for other in others if _rests_on(release, other) == models)


def _doubt(release: LiveRelease, metric: Metric) -> str:
    """Why a metric is provisional: its definition, or the data behind it; empty where it is certified."""
    if metric.meta.certification != "certified":
        return "its definition is not certified yet"
    return coverage(_feeds(release, metric)).provisional_reason or ""


def _badge(
    release: LiveRelease, metric: Metric, checks: tuple[Check, ...], doubt: str, twins: tuple[Metric, ...]
) -> tuple[Badge, str]:
    failed = release.document.withheld.get(metric.name)
    if failed is not None:
        return "withheld", f"failed: {', '.join(failed)}"
    if metric.fault is not None:
        return "needs review", f"its definition cannot be used: {metric.fault}"
    broken = [check.name for check in checks if check.status != "passed"]
    for twin in twins:
        failing = _checks(release, twin.name, release.semantics.marts(twin.name))
        broken += [check.name for check in failing if check.status != "passed"]
        broken += release.document.withheld.get(twin.name, ())
    if broken:
        return "needs review", f"failed: {', '.join(dict.fromkeys(broken))}"
    return ("provisional", doubt) if doubt else ("certified", "")


def _behind(release: LiveRelease, marts: tuple[str, ...], what: str) -> tuple[str, ...]:
    lineage = release.document.lineage
    return tuple(sorted({name for mart in marts for name in lineage.get(mart, {}).get(what, ())}))


def _formula(metric: Metric) -> str:
    meta = metric.meta
    if metric.metric_class != "composed":
        return metric.formula
    inputs = ", ".join(f"{role} = {name}" for role, name in meta.inputs.items())
    over = [f"per {part}" for part in (meta.item, meta.outer) if part]
    scale = f", times {meta.scale}" if meta.scale != 1 else ""
    moved = f", the last {meta.change.along} less the one before" if meta.change else ""
    return f"{(meta.fold or '').replace('_', ' ')} ({'; '.join([inputs, *over])}){scale}{moved}"

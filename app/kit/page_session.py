"""The only way from pages to numbers. In: a question and the reader's filters. Out: governed answers.

Pages hold a `PageSession` and nothing else: it knows the open release, its definitions, the runs since, and the
settings that the release was built with. cx.yml is never read: it may have been edited since. An open release caches
its answers, and definitions are cached under its run id, so that a new release is never answered from an old one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

import streamlit as st

from app.kit import ahead
from app.kit.formatting import day, span
from app.kit.periods import EACH_BY_ITSELF, RAMP_UP_MONTHS, Window, is_covered, is_ramp_up, is_undated, reaches_end
from app.kit.selection import Filters, Selection
from serving import (
    Answer,
    AnswerRow,
    LiveRelease,
    MetricDefinition,
    NoRelease,
    Offers,
    Question,
    RunSummary,
    UserError,
    ask,
    axis_values,
    catalogue,
    dimension_values,
    offers,
    open_release,
    run_history,
)
from serving.question import Grain
from workspace.configuration.frozen import setting
from workspace.paths import WorkspacePaths
from workspace.records.documents import Feed, Release

KEPT_RELEASES = 3


@dataclass(frozen=True)
class Settings:
    """What pages need of cx.yml, as it was when the release was built."""

    stale_after: timedelta
    top_tier: float
    conversion_days: int
    active_days: int
    horizon_months: int
    reply_target_hours: float
    conversion_event: str


class Definitions(dict[str, MetricDefinition]):
    """Metric definitions by name; asking for one that the release does not have says so in a sentence."""

    def __missing__(self, name: str) -> MetricDefinition:
        raise UserError(f"This release defines no metric '{name}'.", "It was published by another version.")


@dataclass(frozen=True)
class PageSession:
    """An open release, and everything a page may ask of it."""

    paths: WorkspacePaths
    release: LiveRelease
    live_run_id: str
    definitions: Mapping[str, MetricDefinition]
    runs: tuple[RunSummary, ...]
    settings: Settings
    now: datetime

    @property
    def document(self) -> Release:
        return self.release.document

    @property
    def currency(self) -> str:
        return self.document.currency

    @property
    def min_cell(self) -> int:
        return self.document.min_cell

    def ask(
        self,
        metrics: Sequence[str] | str,
        *,
        by: Sequence[str] = (),
        where: Mapping[str, Sequence[str]] | None = None,
        grain: Grain | None = None,
        window: Window | None = None,
        undated: Literal["whole", "none"] = "whole",
    ) -> Answer:
        """Ask the metrics layer.

        Args:
            undated: facts without any date belong to no period: a page shows them whole and says so; where two periods
                are compared there are `none`.
        """
        names = (metrics,) if isinstance(metrics, str) else tuple(metrics)
        asked = window or Window(None, None)
        if undated == "whole" and asked.since is not None and all(self.is_undated(name) for name in names):
            asked = Window(None, None)
        question = Question(
            metrics=names,
            by=tuple(by),
            where={dimension: tuple(values) for dimension, values in (where or {}).items()},
            grain=grain,
            since=asked.since,
            until=asked.until,
        )
        ahead.note(self.release, question)
        try:
            return ask(self.release, question)
        except UserError as unknown:
            # Metrics and dimensions are the app's own; values are the company's. A page may ask for one that this
            # release does not have (no customer is in a top tier): then there is nothing, and the reason is stated.
            if not question.filters:
                raise
            # Where no source feeds a metric, that is the reason, not the value that is missing for it.
            whole = [ask(self.release, Question(metrics=(name,))).one(name) for name in names]
            rows = tuple(
                row if row.status == "no_data" else AnswerRow(metric=row.metric, status="no_data", reason=unknown.what)
                for row in whole
            )
            return Answer(question=question, rows=rows, sql=(), run_id=self.document.run_id)

    def one(
        self,
        metric: str,
        *,
        where: Mapping[str, Sequence[str]] | None = None,
        window: Window | None = None,
        undated: Literal["whole", "none"] = "whole",
    ) -> AnswerRow:
        """The one number of `metric`."""
        return self.ask(metric, where=where, window=window, undated=undated).one(metric)

    def shown(
        self,
        metrics: Sequence[str] | str,
        filters: Filters,
        *,
        by: Sequence[str] = (),
        where: Mapping[str, Sequence[str]] | None = None,
        grain: Literal["month"] | None = None,
    ) -> Answer:
        """Ask within the reader's filters and period."""
        return self.ask(metrics, by=by, where={**filters.where, **(where or {})}, grain=grain, window=filters.window)

    def before(
        self, metric: str, filters: Selection, where: Mapping[str, Sequence[str]] | None = None
    ) -> AnswerRow | None:
        """The same number in the period compared with; None where the two cannot be compared (`not_compared`)."""
        answer = self.earlier(metric, filters, where=where)
        return None if answer is None else answer.one(metric)

    def earlier(
        self,
        metric: str,
        filters: Selection,
        *,
        by: Sequence[str] = (),
        where: Mapping[str, Sequence[str]] | None = None,
        grain: Grain | None = None,
    ) -> Answer | None:
        """The same answer in the period compared with.

        None where the two cannot be compared (`not_compared`), or the facts of the newer one may still change.
        """
        window = filters.before
        if self.may_still_change(metric, filters.window):
            return None
        if window is None or self.is_undated(metric) or self.not_compared(metric, filters):
            return None
        return self.ask(metric, by=by, where={**filters.where, **(where or {})}, grain=grain, window=window)

    def not_compared(self, metric: str, filters: Selection) -> str:
        """Why no change is shown, in a sentence; empty where one is, and where nothing was to be compared."""
        if filters.before is None or self.is_undated(metric):
            return ""
        shown, definition = filters.window, self.definitions.get(metric)
        is_sum = definition is not None and definition.metric_class == "additive"
        if is_sum and shown.since and shown.until and not reaches_end(shown, self._feeds(metric)):
            return f"No change is shown: the data does not cover the whole of {span(shown.since, shown.until)}."
        return self.no_baseline(metric, filters.before)

    def no_baseline(self, metric: str, earlier: Window) -> str:
        """Why a later number is not compared with that of an earlier period, in a sentence; empty where it may be.

        A period that the data does not cover whole, or in which it begins, shows how the data grew, not the company.
        """
        feeds = self._feeds(metric)
        if earlier.since is None or earlier.until is None:
            return ""
        days = span(earlier.since, earlier.until)
        if not is_covered(earlier, feeds) or not reaches_end(earlier, feeds):
            return f"No change is shown: the data does not cover the whole of {days}."
        if not self._is_each_by_itself(metric) and is_ramp_up(earlier, feeds):
            return (
                f"No change is shown: {days} has some of the first {RAMP_UP_MONTHS} months of the data, in which "
                "numbers grow because the data begins."
            )
        return ""

    def _is_each_by_itself(self, metric: str) -> bool:
        """Whether the metric is a share, mean or score of facts that say something each by itself, and no count."""
        definition = self.definitions.get(metric)
        if definition is None or definition.metric_class == "additive":
            return False
        return EACH_BY_ITSELF.issuperset(definition.feeds)

    def covers(self, metric: str, period: Window) -> bool:
        """Whether the facts behind `metric` reach from a period's first month to its end."""
        feeds = self._feeds(metric)
        return is_covered(period, feeds) and reaches_end(period, feeds)

    def settled_until(self, metric: str) -> date:
        """The last day whose facts no longer change what `metric` counts of them: a later journey may still convert."""
        definition = self.definitions.get(metric)
        name = definition.settles_after if definition else ""
        open_days = setting(self.document.settings, name) if name else 0
        return self.document.as_of_on - timedelta(days=open_days)

    def may_still_change(self, metric: str, window: Window) -> bool:
        """Whether the window holds days that are too young for `metric`."""
        return (window.until or self.document.as_of_on) > self.settled_until(metric)

    def is_undated(self, metric: str) -> bool:
        """Whether every fact behind `metric` is without a date."""
        return is_undated(self._feeds(metric))

    def is_fed(self, metric: str) -> bool:
        """Whether any source has delivered what `metric` counts; a count of none is something else than no source."""
        definition = self.definitions.get(metric)
        feeds = self._feeds(metric)
        return definition is not None and (not definition.feeds or any(feed.rows > 0 for feed in feeds))

    def reach(self, metric: str, what: str) -> str:
        """How far the facts behind `metric` reach, in a sentence; empty where none has a date."""
        dated = [feed for feed in self._feeds(metric) if feed.first_on is not None and feed.last_on is not None]
        if not dated:
            return f"The {what} in this workspace have no dates." if self.is_undated(metric) else ""
        first, last = min(feed.first_on for feed in dated), max(feed.last_on for feed in dated)  # type: ignore[type-var]
        return f"The {what} in this workspace reach from {day(first)} to {day(last)}."  # type: ignore[arg-type]

    def _feeds(self, metric: str) -> list[Feed]:
        definition = self.definitions.get(metric)
        names = definition.feeds if definition else ()
        return [self.document.feeds[name] for name in names if name in self.document.feeds]

    def values(self, dimension: str) -> tuple[str, ...]:
        """The values of a dimension that a reader may filter by."""
        return _values(*_identity(self.release), dimension, self.release)

    def offers(self, metric: str) -> Offers:
        """What a metric can be asked by."""
        return _offers(*_identity(self.release), metric, self.release)

    def axis_values(self, metric: str, axis: str) -> tuple[str, ...]:
        """The values of a dimension that a reader may filter a metric by."""
        return _axis_values(*_identity(self.release), metric, axis, self.release)

    def can_split(self, metric: str, dimension: str) -> bool:
        definition = self.definitions.get(metric)
        return definition is not None and dimension in definition.dimensions

    def define(self, metrics: Sequence[str]) -> list[MetricDefinition]:
        return [self.definitions[metric] for metric in metrics if metric in self.definitions]


def open_session(root: Path, run_id: str | None = None) -> PageSession:
    """Open the live release of a workspace, or the one named.

    Raises:
        NoRelease: nothing is published there.
        UserError: `run_id` names no release that is kept.
    """
    paths = WorkspacePaths(root)
    try:
        live = open_release(paths)
    except NoRelease:
        if run_id is None:
            raise
        live = None
    release = live if live and run_id in (None, live.run_id) else open_release(paths, run_id)
    return PageSession(
        paths=paths,
        release=release,
        live_run_id=live.run_id if live else "",
        definitions=_definitions(*_identity(release), release),
        runs=tuple(run_history(paths)),
        settings=settings_of(release.document),
        now=datetime.now(UTC),
    )


def settings_of(document: Release) -> Settings:
    """The settings that a release was built with.

    A release that was published before releases kept them shows the defaults; `badges.settings_not_kept` says so.
    """
    kept = document.settings
    return Settings(
        stale_after=timedelta(hours=setting(kept, "serving.stale_after_hours")),
        top_tier=setting(kept, "value.top_tier"),
        conversion_days=setting(kept, "journey.conversion_days"),
        active_days=setting(kept, "customers.active_days"),
        horizon_months=setting(kept, "value.horizon_months"),
        reply_target_hours=setting(kept, "service.reply_target_hours"),
        conversion_event=setting(kept, "conversion.event"),
    )


def _identity(release: LiveRelease) -> tuple[str, str]:
    """The key of a release's cached facts: the run, and its workspace."""
    return release.document.run_id, str(release.folder)


@st.cache_data(max_entries=KEPT_RELEASES, show_spinner=False)
def _definitions(run_id: str, folder: str, _release: LiveRelease) -> Definitions:
    assert (run_id, folder) == _identity(_release)
    return Definitions({definition.name: definition for definition in catalogue(_release)})


@st.cache_data(max_entries=100, show_spinner=False)
def _values(run_id: str, folder: str, dimension: str, _release: LiveRelease) -> tuple[str, ...]:
    assert (run_id, folder) == _identity(_release)
    return dimension_values(_release, dimension)


@st.cache_data(max_entries=500, show_spinner=False)
def _offers(run_id: str, folder: str, metric: str, _release: LiveRelease) -> Offers:
    assert (run_id, folder) == _identity(_release)
    return offers(_release, metric)


@st.cache_data(max_entries=500, show_spinner=False)
def _axis_values(run_id: str, folder: str, metric: str, axis: str, _release: LiveRelease) -> tuple[str, ...]:
    assert (run_id, folder) == _identity(_release)
    return axis_values(_release, metric, axis)

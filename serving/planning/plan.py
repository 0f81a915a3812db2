"""What a question means for one metric: everything that later stages need, found once. They only read it.

A `Plan` names dimensions as MetricFlow does and values as the snapshot has them; nothing here looks anything up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from serving.definitions.metric import Dimension, LookBack, Metric
from serving.engine import Filter, Query
from serving.planning.coverage import Coverage, period_start
from serving.privacy.lattice import Nesting
from serving.question import Grain
from serving.rows import Status

MONTH: Final = "metric_time__month"


@dataclass(frozen=True)
class Verdict:
    """An answer without a number, and why."""

    status: Status
    reason: str


@dataclass(frozen=True)
class Count:
    """A count of people behind a metric, by which cells are hidden.

    Attributes:
        name: the metric that counts.
        apart: axes of the plan whose values have nothing to do with each other (an attribution model): the count is
            never asked for several of them together.
        is_state: over several periods the last one counts, not their sum.
        axes: along what it is asked: the plan's axes that are not `apart`, with all that one of them is a part of. So a
            cell is decided the same, whether it is asked for by its touchpoint or by its touchpoint and stage.
        nested: axes that are parts of others.
        counts_persons: it counts different people of its mart, so that one plan counts them by all margins.
    """

    name: str
    apart: tuple[str, ...]
    is_state: bool
    axes: tuple[str, ...]
    nested: Nesting
    counts_persons: bool = False


@dataclass(frozen=True)
class Parts:
    """By what the parts of a metric are asked besides its cells.

    Attributes:
        item, outer: MetricFlow's names of the items of a composed metric, and of the groups that those stand in.
        one_of: the dimension of which its cells take one value alone; None where it is grouped by.
        mix: the dimension whose values a cell pools and names; None where it is grouped by.
        refused_by: MetricFlow's name of the column that says why a cell has no value.
        adds_up: MetricFlow's names of the columns of `meta.adds_up`, axes first.
    """

    item: str | None = None
    outer: str | None = None
    one_of: Dimension | None = None
    mix: Dimension | None = None
    refused_by: str | None = None
    adds_up: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """One metric of a question, ready to be asked.

    Attributes:
        by: the asked words with the dimensions they mean for this metric.
        filters: in the snapshot's own values.
        floor: cells with fewer people are hidden; 0 where the metric and its slice are not sensitive.
        is_total_shown: the metric is not sensitive by itself, so that its total is public.
        time_grain: the grain of the metric's own dates.
        look_backs: the periods before the one that is asked for which the metric stands on, each as the steps that lead
            there: such a metric is asked for all periods, and judged after.
        is_on_calendar: has rows for days without facts.
        counters: metrics that count answers and people of each cell, as far as they can be asked at this slice.
        hiding: counts of people that decide which cells stay hidden; none where nothing is hidden by counting.
        by_wave: of a change between waves, the same by wave, too.
    """

    metric: Metric
    by: tuple[tuple[str, Dimension], ...]
    filters: tuple[Filter, ...]
    grain: Grain | None
    since: date | None
    until: date | None
    coverage: Coverage
    floor: int
    is_total_shown: bool
    time_grain: Grain
    look_backs: tuple[tuple[LookBack, ...], ...] = ()
    is_on_calendar: bool = False
    counters: tuple[str, ...] = ()
    hiding: tuple[Count, ...] = ()
    parts: Parts = Parts()
    by_wave: Plan | None = None

    @property
    def time(self) -> str | None:
        return f"metric_time__{self.grain}" if self.grain else None

    @property
    def group_by(self) -> tuple[str, ...]:
        names = dict.fromkeys(dimension.qualified for _, dimension in self.by)
        return (*names, *((self.time,) if self.time else ()))

    @property
    def names(self) -> frozenset[str]:
        """MetricFlow's names of all dimensions that are grouped by or filtered on."""
        return frozenset(dimension.qualified for _, dimension in self.by) | {one.dimension for one in self.filters}

    @property
    def axes(self) -> tuple[str, ...]:
        """Along what people are counted to decide which cells are hidden."""
        return (*sorted(self.names), *((MONTH,) if self.is_timed else ()))

    @property
    def is_timed(self) -> bool:
        return bool(self.grain or self.since or self.until)

    @property
    def is_looking_back(self) -> bool:
        return bool(self.look_backs)

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

"""An independent reading of a world: what is shown under a reader's filters, by SQL over its marts.

Numbers are those of `tests.serving.independent_sql`, written by hand from the definitions, and of tables of a fixed
grain as they stand. Nothing here calls what pages make their sentences with. One thing is asked of the serving layer:
which cells it shows at all, since a sentence speaks of those (`Reading.shown`); that hiding is right is tested there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final

import duckdb

from serving import LiveRelease, Question, ask, open_release
from tests.app.worlds.making import World
from tests.serving.forms import Change, ItemMeans, Opportunity, Plain, WeightedItems
from tests.serving.independent_sql import DATED_BY, METRICS, Definition, slices
from workspace.paths import WorkspacePaths

# As README and docs say: below this many, an estimate is too few to say.
NEEDED: Final = 30
MONTHS: Final = {"Last 12 months": 12, "Last 6 months": 6, "Last 3 months": 3, "All time": None}
Days = tuple[date, date] | None


def _credits(model: str) -> Plain:
    return Plain("fct_attribution_credits", "sum(credit)", f"model = '{model}'")


# Metrics at one value of a dimension, and metrics that the catalogue's SQL has only at one.
OWN: Final[Mapping[str, Definition]] = {
    "attributed_conversions:first": _credits("first"),
    "attributed_conversions:last": _credits("last"),
    "growth_credits": Plain("fct_growth_credits", "sum(credit)"),
    # Between corners or channels: which is said by a condition.
    "handoff_loss:any": Plain("fct_handoff_events", "avg(is_lost::int)", "is_loss_observed"),
    "nps:top": Plain(
        "fct_survey_answers",
        "100 * (avg((value >= 9)::int) - avg((value <= 6)::int))",
        "construct = 'nps' and is_scorable and value_tier_at_event = 'top'",
    ),
    "cohort_repurchase:3": Plain(
        "fct_customer_months",
        "avg((orders > 0)::int)",
        """months_since_acquired = 3 and last_day((
            date_trunc('quarter', month_on - to_months(3)) + to_months(5)
        )::date) <= (select max(month_end_on) from marts.fct_customer_months)""",
    ),
}
# What an estimate stands on, where that is not the rows of its definition.
STANDS_ON: Final = {
    "revenue_per_buyer": "count(distinct person_id) filter (kind = 'sale')",
    "return_on_ad_spend": "",
    "top_tier_revenue_share": "",
    "predicted_value_per_customer": "count(predicted_value_12m)",
    "closing_share": "count(distinct conversion_id)",
    "perception_after_handoff": "sum(perceptions)",
    "journey_days_to_purchase": "count(days_to_purchase)",
    "first_reply_hours": "",
    "solution_hours": "",
    "days_to_next_stage": "count(days_to_next_stage)",
    "engaged_minutes": "count(engaged_seconds)",
    "content_continuation": "count(*)",
    "scroll_depth": "count(scroll_share)",
    "steps_to_content": "count(steps_to_content)",
    "reading_ease": "",
    "average_rating": "count(rating)",
    "expectation_gap_by_importance": "",
    "task_minutes": "count(completed_at)",
    "margin_share": "count(*) filter (kind = 'sale')",
}
SUMS: Final = ("sum(", "count(", "count_if(", "coalesce(sum(")


@dataclass(frozen=True)
class SmallerWave(Change):
    """How many answers the smaller of the newest two waves has; nothing where there is one alone."""

    def query(self, slice_by: str) -> str:
        return f"""
            with waves as (
                select wave from facts where {self.rows} and wave is not null
                group by wave order by min(answered_on) desc nulls last, wave desc limit 2
            ),
            counted as (
                select {slice_by} as slice, wave, count(*) as n from facts
                where {self.rows} and wave in (select wave from waves) group by all
            )
            select slice, min(n) from counted group by 1 having count(*) = 2"""


@dataclass(frozen=True)
class Reading:
    """A world under a reader's filters.

    Attributes:
        chosen: the filters as the address says them.
        page: whose sentences are read; some pages have a filter of their own.
    """

    world: World
    chosen: Mapping[str, str]
    page: str = ""

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(str(self.world.snapshot), read_only=True)
        connection.execute("set schema = 'marts'")
        return connection

    @cached_property
    def release(self) -> LiveRelease:
        return open_release(WorkspacePaths(self.world.root))

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """What a metric is called -> its name, from the manifest that was published."""
        return {
            one["label"]: one["name"] for one in json.loads(self.release.manifest_json)["metrics"] if one.get("label")
        }

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.release.document.settings or {}

    @property
    def where(self) -> dict[str, str]:
        return {name: self.chosen[name] for name in ("segment", "region") if name in self.chosen}

    @cached_property
    def life(self) -> str:
        """The part of life that the page about outcomes shows first; empty on other pages, and where none is known."""
        kinds = {kind for (kind,) in self.rows("select distinct kind from fct_outcomes")}
        known = [kind for kind in ("personal", "professional") if kind in kinds]
        return known[0] if known and self.page == "outcomes" else ""

    @property
    def scope(self) -> str:
        """The filters as a sentence says them."""
        segment, region = self.chosen.get("segment"), self.chosen.get("region")
        return (f" among {segment}" if segment else "") + (f" in {region}" if region else "")

    @property
    def last_day(self) -> date:
        """The end of the last whole month."""
        as_of: date = self.world.as_of
        following = as_of + timedelta(days=1)
        return as_of if following.day == 1 else as_of.replace(day=1) - timedelta(days=1)

    @property
    def days(self) -> Days:
        """The days of the period; None for all time."""
        months = MONTHS[self.chosen["period"]]
        return None if months is None else self.months_back(0, months)

    @property
    def days_before(self) -> Days:
        """The days compared with; None where nothing is."""
        months = MONTHS[self.chosen["period"]]
        if months is None or self.chosen["compare"] == "Nothing":
            return None
        return self.months_back(12 if self.chosen["compare"] == "Prior year" else months, months)

    def months_back(self, back: int, months: int) -> tuple[date, date]:
        """So many whole months that ended so many months before the last whole one did."""
        ((first, last),) = self.connection.execute(
            (
                "select (date_trunc('month', $last) - to_months($since))::date, last_day((date_trunc('month', "
                "$last) - to_months($back))::date)"
            ),
            {"last": self.last_day, "since": back + months - 1, "back": back},
        ).fetchall()
        return first, last

    def quarter(self, back: int = 0) -> tuple[date, date]:
        """The last calendar quarter that is over, or one so many months before it."""
        first = date(self.last_day.year, 3 * ((self.last_day.month - 1) // 3) + 1, 1)
        ((since, until),) = self.connection.execute(
            """with q as (
                select case
                    when last_day(($first + to_months(2))::date) <= $last then $first else ($first - to_months(3))::date
                end as s
            )
            select (s - to_months($back))::date, last_day((s - to_months($back) + to_months(2))::date) from q""",
            {"first": first, "last": self.last_day, "back": back},
        ).fetchall()
        return since, until

    def definition(self, metric: str) -> Definition:
        return OWN.get(metric) or METRICS[metric]

    def is_estimate(self, metric: str) -> bool:
        """Whether a metric is a share, mean or score: counts and sums are of everybody there is."""
        found = self.definition(metric)
        return not isinstance(found, Plain) or not found.value.startswith(SUMS) or "/" in found.value

    def values(
        self,
        metric: str,
        by: Sequence[str] = (),
        *,
        days: Days | str = "shown",
        extra: str = "true",
        filtered: bool = True,
    ) -> dict[Any, float]:
        """The number, under the filters: by the values of columns (a tuple), or of all (None)."""
        return slices(
            self.connection, self.definition(metric), by=by, within=self.within(metric, days, extra, filtered=filtered)
        )

    def one(self, metric: str, **options: Any) -> float | None:
        return self.values(metric, **options).get(None)

    def bases(
        self,
        metric: str,
        by: Sequence[str] = (),
        *,
        days: Days | str = "shown",
        extra: str = "true",
        filtered: bool = True,
    ) -> dict[Any, float]:
        """What the number stands on."""
        found = self.definition(metric)
        if isinstance(found, Plain):
            counted = STANDS_ON.get(metric, "count(*)")
            counts: Definition = Plain(found.mart, counted or "count(*)", found.rows, found.is_state, found.dated_by)
        elif isinstance(found, Opportunity):
            counts = Plain(found.mart, "greatest(count(is_important_top2), count(is_satisfied_top2))")
        elif isinstance(found, ItemMeans):
            counts = Plain(found.mart, "count(*)", f"{found.rows} and ({found.value}) is not null")
        elif isinstance(found, WeightedItems):
            weighed = f"item in (select item from facts where {found.weight} is not null)"
            counts = Plain(found.mart, "count(*)", f"{found.rows} and {weighed}")
        else:
            counts = SmallerWave(found.of, found.rows)
        return slices(self.connection, counts, by=by, within=self.within(metric, days, extra, filtered=filtered))

    def within(self, metric: str, days: Days | str, extra: str = "true", *, filtered: bool = True) -> str:
        """The facts of a period under the filters, as a condition."""
        found = self.definition(metric)
        conditions = [extra]
        if filtered:
            conditions += [f"{name} = {quoted(value)}" for name, value in self.where.items()]
        shown = self.days if days == "shown" else days
        if shown is not None and not self.is_undated(metric):
            column = (found.dated_by if isinstance(found, Plain) else None) or DATED_BY[found.mart]
            assert not isinstance(shown, str)
            conditions.append(f"{column} between '{shown[0]}' and '{shown[1]}'")
        return " and ".join(conditions)

    def is_undated(self, metric: str) -> bool:
        found = self.definition(metric)
        column = (found.dated_by if isinstance(found, Plain) else None) or DATED_BY[found.mart]
        return not self.rows(f"select 1 from {found.mart} where {column} is not null limit 1")

    def first_day(self, metric: str) -> date | None:
        """The day of the first fact that anybody has."""
        found = self.definition(metric)
        column = (found.dated_by if isinstance(found, Plain) else None) or DATED_BY[found.mart]
        ((first,),) = self.rows(f"select min({column}) from {found.mart}")
        return first  # type: ignore[no-any-return]

    def rows(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement, parameters).fetchall()

    def shown(
        self,
        metric: str,
        by: Sequence[str],
        *,
        where: Mapping[str, str] | None = None,
        days: Days | str = "shown",
        filtered: bool = True,
    ) -> dict[tuple[str | None, ...], tuple[str, bool]]:
        """Cells of the serving layer: values of the dimensions -> status, and whether with an interval."""
        period = self.days if days == "shown" else days
        assert not isinstance(period, str)
        since, until = (None, None) if period is None or self.is_undated(metric) else period
        asked = Question(
            metrics=(metric.split(":")[0],),
            by=tuple(by),
            where={**(self.where if filtered else {}), **(where or {})},
            since=since,
            until=until,
        )
        return {
            tuple(row.dimensions.get(name) for name in by): (row.status, row.low is not None and row.is_comparable)
            for row in ask(self.release, asked).rows
        }


def quoted(value: str) -> str:
    """A text in SQL."""
    return "'" + value.replace("'", "''") + "'"

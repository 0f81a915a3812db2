"""Forms that definitions of metrics take in SQL: a mart and expressions in, a query over `facts` out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plain:
    """An aggregate over the rows of a mart. A state counts the rows of its last month only.

    `dated_by` is the day of a metric that another day dates than the rest of its mart.
    """

    mart: str
    value: str
    rows: str = "true"
    is_state: bool = False
    dated_by: str | None = None

    def query(self, slice_by: str) -> str:
        last = "and month_on = (select max(month_on) from facts)" if self.is_state else ""
        return f"select {slice_by}, {self.value} from facts where {self.rows} {last} group by 1"


@dataclass(frozen=True)
class ItemMeans:
    """Mean of the groups' means of their items' means of a number; of the items' means where an item has no group."""

    mart: str
    value: str
    rows: str = "true"
    group: str = "1"

    def query(self, slice_by: str) -> str:
        return f"""
            with given as (
                select
                    {slice_by} as slice,
                    case
                        when not bool_or({self.group} is null) over (partition by {slice_by}) then {self.group}
                    end as outer_group,
                    item, {self.value} as number
                from facts where {self.rows} and ({self.value}) is not null
            ),
            items as (select slice, outer_group, item, avg(number) as mean from given group by all),
            groups as (select slice, outer_group, avg(mean) as mean from items group by all)
            select slice, avg(mean) from groups group by 1"""


@dataclass(frozen=True)
class Opportunity:
    """Mean over outcomes of I + max(I - S, 0), or of I - S alone; I and S the top-two shares times 10."""

    mart: str = "fct_outcomes"
    is_score: bool = True

    def query(self, slice_by: str) -> str:
        value = "case when i > s then 2 * i - s else i end" if self.is_score else "i - s"
        return f"""
            with items as (
                select
                    {slice_by} as slice, item,
                    10 * avg(is_important_top2::int) as i,
                    10 * avg(is_satisfied_top2::int) as s
                from facts group by all
            )
            select slice, avg({value}) from items
            where i is not null and s is not null group by 1"""


@dataclass(frozen=True)
class WeightedItems:
    """Mean of the items' means, each weighted by the mean of another number of the item."""

    mart: str
    value: str
    weight: str
    rows: str

    def query(self, slice_by: str) -> str:
        return f"""
            with items as (
                select {slice_by} as slice, item, avg({self.value}) as mean, avg({self.weight}) as weight
                from facts where {self.rows} group by all
            )
            select slice, sum(weight * mean) / sum(weight) from items where weight is not null group by 1"""


@dataclass(frozen=True)
class Change:
    """Another definition in the newest wave less the same in the wave before; waves by their first dated row."""

    of: Plain | ItemMeans | Opportunity
    rows: str = "true"

    @property
    def mart(self) -> str:
        return self.of.mart

    def query(self, slice_by: str) -> str:
        later, earlier = (
            self.of.query(slice_by).replace("from facts", f"from {name}") for name in ("later", "earlier")
        )
        return f"""
            with waves as (
                select wave, row_number() over (order by min(answered_on) desc nulls last, wave desc) as nth
                from facts where {self.rows} and wave is not null group by wave
            ),
            later as (select * from facts where wave = (select wave from waves where nth = 1)),
            earlier as (select * from facts where wave = (select wave from waves where nth = 2)),
            new (slice, value) as ({later}),
            old (slice, value) as ({earlier})
            select new.slice, new.value - old.value from new join old on new.slice is not distinct from old.slice"""


Definition = Plain | ItemMeans | Opportunity | WeightedItems | Change

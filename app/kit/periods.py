"""Which days a page shows. In: a chosen period, a comparison and the release's day. Out: a `Window` of whole months.

Windows are whole calendar months: the answers are governed by month, and a month that has only begun would look like a
fall. The last whole month therefore ends a window, unless the release's day is itself the last of its month.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workspace.records.documents import Feed

# Names as they are in the URL, with the number of months; None is everything up to the release's day.
PERIODS: dict[str, int | None] = {
    "Last 12 months": 12,
    "Last 6 months": 6,
    "Last 3 months": 3,
    "All time": None,
}
DEFAULT_PERIOD = "Last 12 months"
PRIOR_PERIOD, PRIOR_YEAR, NO_COMPARISON = "Prior period", "Prior year", "Nothing"
COMPARISONS = (PRIOR_PERIOD, PRIOR_YEAR, NO_COMPARISON)
# Of a period's days: more missing ones would by themselves be a change of a size that a plan would name.
MISSING_AT_MOST = 0.05
COMPARISON_NOTES = {PRIOR_PERIOD: "vs prior period", PRIOR_YEAR: "vs prior year"}


@dataclass(frozen=True)
class Window:
    """First and last day, both included; None is open."""

    since: date | None
    until: date | None

    @property
    def is_open(self) -> bool:
        return self.since is None


def window(period: str, as_of: date) -> Window:
    """The days that `period` covers, seen from `as_of`."""
    months = PERIODS[period]
    if months is None:
        return Window(None, None)
    until = last_whole_day(as_of)
    return Window(add_months(until.replace(day=1), 1 - months), until)


def compared(period: str, comparison: str, as_of: date) -> Window | None:
    """The window that `period` is compared with, or None where there is none."""
    months = PERIODS[period]
    shown = window(period, as_of)
    if months is None or comparison == NO_COMPARISON or shown.since is None:
        return None
    back = 12 if comparison == PRIOR_YEAR else months
    since = add_months(shown.since, -back)
    return Window(since, add_months(since, months) - timedelta(days=1))


def is_covered(asked: Window, feeds: Iterable[Feed]) -> bool:
    """Whether every dated feed reaches back to the window's beginning, so that a comparison is like for like.

    A feed may begin a little later, since a company need not have a fact on every day.
    """
    if asked.since is None:
        return True
    firsts = [feed.first_on for feed in feeds if feed.first_on is not None]
    days = ((asked.until or asked.since) - asked.since).days + 1
    return bool(firsts) and all((first - asked.since).days <= days * MISSING_AT_MOST for first in firsts)


def is_undated(feeds: Iterable[Feed]) -> bool:
    """Whether the feeds hold facts of which none has a date: they belong to no period and are shown whole."""
    filled = [feed for feed in feeds if feed.rows > 0]
    return bool(filled) and all(feed.first_on is None for feed in filled)


def last_whole_day(as_of: date) -> date:
    """The last day of the last whole month at `as_of`."""
    if (as_of + timedelta(days=1)).day == 1:
        return as_of
    return as_of.replace(day=1) - timedelta(days=1)


def add_months(first: date, months: int) -> date:
    """The first day of a month, some months on."""
    total = first.year * 12 + first.month - 1 + months
    return date(total // 12, total % 12 + 1, 1)

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
# Periods that only the explorer offers: calendar ones, and days of the reader's own choice.
LAST_MONTH, LAST_QUARTER, YEAR_TO_DATE = "Last month", "Last quarter", "Year to date"
CHOSEN_DAYS = "Chosen days"
EXPLORED = (LAST_MONTH, LAST_QUARTER, YEAR_TO_DATE, *PERIODS, CHOSEN_DAYS)
PRIOR_PERIOD, PRIOR_YEAR, NO_COMPARISON = "Prior period", "Prior year", "Nothing"
COMPARISONS = (PRIOR_PERIOD, PRIOR_YEAR, NO_COMPARISON)
# Of a period's days: more missing ones would by themselves be a change of a size that a plan would name.
MISSING_AT_MOST = 0.05
# In its first months a company's data grows because it begins: whoever buys is new, nobody has lapsed yet. Whoever
# compares with them measures that beginning, so that a year passes until the first comparison.
RAMP_UP_MONTHS = 12
# Facts that say something each by itself, whoever was there before: a rating, a reply, a visit to a gate. Shares, means
# and scores of these may be compared with the first year, counts of them not. Whether an order is a repeat, or a
# customer stays, depends on the orders before.
EACH_BY_ITSELF = frozenset(
    {
        "answers",
        "ces",
        "choices",
        "content",
        "csat",
        "expectation_gaps",
        "gates",
        "kano",
        "mention_amplifications",
        "mention_replies",
        "mention_sentiments",
        "mentions",
        "nps",
        "outcomes",
        "outreach",
        "overall",
        "perceptions",
        "searches",
        "ticket_ratings",
        "ticket_reopenings",
        "ticket_replies",
        "tickets",
    }
)
# Data that ends up to a week before a period does may have had nothing to tell; a longer silence is missing data.
SILENT_DAYS = 7
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


def explored(period: str, chosen: Window, as_of: date) -> Window:
    """The days of a period of the explorer; the year to date ends with its last whole month.

    Args:
        period: one of EXPLORED.
        chosen: the days where they are of the reader's own choice; what it leaves open is that of the default period.
    """
    until = last_whole_day(as_of)
    match period:
        case "Last month":
            return Window(until.replace(day=1), until)
        case "Last quarter":
            return last_quarter(as_of)
        case "Year to date":
            return Window(until.replace(month=1, day=1), until)
        case "Chosen days":
            usual = window(DEFAULT_PERIOD, as_of)
            return Window(chosen.since or usual.since, chosen.until or usual.until)
        case _:
            return window(period, as_of)


def earlier(shown: Window, comparison: str) -> Window | None:
    """The days that any period is compared with: as many months or days before it, or the same a year before.

    None where nothing is to be compared, or the period is open.
    """
    if comparison == NO_COMPARISON or shown.since is None or shown.until is None:
        return None
    if is_whole_months(shown):
        return shifted(shown, -12 if comparison == PRIOR_YEAR else -months_of(shown))
    if comparison == PRIOR_YEAR:
        return Window(_a_year_before(shown.since), _a_year_before(shown.until))
    days = shown.until - shown.since + timedelta(days=1)
    return Window(shown.since - days, shown.until - days)


def is_whole_months(shown: Window) -> bool:
    """Whether a period begins with the first day of a month and ends with the last of one."""
    if shown.since is None or shown.until is None:
        return True
    return shown.since.day == 1 and (shown.until + timedelta(days=1)).day == 1


def whole_months(shown: Window) -> Window:
    """The whole months that a period touches."""
    if shown.since is None or shown.until is None:
        return shown
    return Window(shown.since.replace(day=1), add_months(shown.until.replace(day=1), 1) - timedelta(days=1))


def months_of(shown: Window) -> int:
    """How many months a period of whole months has."""
    assert shown.since is not None
    assert shown.until is not None
    return (shown.until.year - shown.since.year) * 12 + shown.until.month - shown.since.month + 1


def _a_year_before(on: date) -> date:
    return on.replace(year=on.year - 1, day=28 if (on.month, on.day) == (2, 29) else on.day)


def is_covered(asked: Window, feeds: Iterable[Feed]) -> bool:
    """Whether every dated feed reaches back to the window's beginning, so that a comparison is like for like.

    A feed may begin a little later, since a company need not have a fact on every day.
    """
    if asked.since is None:
        return True
    firsts = [feed.first_on for feed in feeds if feed.first_on is not None]
    days = ((asked.until or asked.since) - asked.since).days + 1
    return bool(firsts) and all((first - asked.since).days <= days * MISSING_AT_MOST for first in firsts)


def reaches_end(asked: Window, feeds: Iterable[Feed]) -> bool:
    """Whether the newest dated fact lies at the window's end, so that its last days are not missing."""
    lasts = [feed.last_on for feed in feeds if feed.last_on is not None]
    return asked.until is None or (bool(lasts) and max(lasts) >= asked.until - timedelta(days=SILENT_DAYS))


def is_ramp_up(asked: Window, feeds: Iterable[Feed]) -> bool:
    """Whether the window has a day of the first RAMP_UP_MONTHS of any dated feed: a month that has begun counts."""
    firsts = [feed.first_on for feed in feeds if feed.first_on is not None]
    return asked.since is None or any(asked.since < add_months(first, RAMP_UP_MONTHS) for first in firsts)


def last_quarter(as_of: date) -> Window:
    """The last calendar quarter that is over at `as_of`."""
    until = last_whole_day(as_of)
    following = add_months(until, 1)
    until = add_months(following, -((following.month - 1) % 3)) - timedelta(days=1)
    return Window(add_months(until, -2), until)


def shifted(shown: Window, months: int) -> Window:
    """A window of whole months, some months on."""
    assert shown.since is not None
    assert shown.until is not None
    return Window(
        add_months(shown.since, months), add_months(shown.until + timedelta(days=1), months) - timedelta(days=1)
    )


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

"""The period that the facts of a metric cover: feeds of a release in, covered days and months out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from serving.question import Grain
from workspace.records.documents import Feed


@dataclass(frozen=True)
class Coverage:
    """What a metric's feeds hold together.

    Attributes:
        rows: facts, dated or not.
        first_on, last_on: business days between which at least one feed has facts; None where no fact has a date.
        refused_reason: why facts were left out, where some were.
        provisional_reason: why answers are provisional, where the data themselves say so.
        part: how many of the rows or answers count, where some are lost.
    """

    rows: int
    first_on: date | None
    last_on: date | None
    refused_reason: str | None
    provisional_reason: str | None = None
    part: str | None = None

    def reaches(self, since: date | None, until: date | None) -> bool:
        """Whether a period shares at least one day with the facts."""
        if self.first_on is None or self.last_on is None:
            return False
        return (since is None or since <= self.last_on) and (until is None or until >= self.first_on)


def coverage(feeds: Iterable[Feed]) -> Coverage:
    """Feeds of one metric, taken together."""
    listed = list(feeds)
    firsts = [feed.first_on for feed in listed if feed.first_on]
    lasts = [feed.last_on for feed in listed if feed.last_on]
    reasons = [feed.refused_reason or "its definition forbids these answers" for feed in listed if feed.refused_rows]
    doubts = [feed.provisional_reason for feed in listed if feed.provisional_reason]
    return Coverage(
        rows=sum(feed.rows for feed in listed),
        first_on=min(firsts, default=None),
        last_on=max(lasts, default=None),
        refused_reason=reasons[0] if reasons else None,
        provisional_reason=doubts[0] if doubts else None,
        part="; ".join(dict.fromkeys(feed.part for feed in listed if feed.part)) or None,
    )


def period_start(day: date, grain: Grain) -> date:
    """First day of the period that holds `day`; weeks start on Monday."""
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
    if grain == "year":
        return day.replace(month=1, day=1)
    return day


def next_period(start: date, grain: Grain) -> date:
    """First day of the period after the one that starts on `start`."""
    longest = {"day": 1, "week": 7, "month": 31, "quarter": 93, "year": 366}[grain]
    return period_start(start + timedelta(days=longest), grain)


def periods(first: date, last: date, grain: Grain) -> Iterator[date]:
    """First days of the periods from the one that holds `first` to the one that holds `last`."""
    start = period_start(first, grain)
    while start <= last:
        yield start
        start = next_period(start, grain)

"""Writing: rows in, files out, byte for byte the same for the same rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from demo.setting.people import Ints, Texts

SEASONS = ("winter", "spring", "summer", "autumn")
PAID_MEDIA = ("cpc", "paid_social", "social", "email")


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Days of history as vendors write them: naive local time, UTC, months and quarters."""

    start_on: date
    days: int
    zone: str

    @cached_property
    def dates(self) -> list[date]:
        return [self.start_on + timedelta(days=i) for i in range(self.days + 1)]

    @cached_property
    def _midnights(self) -> np.ndarray[Any, np.dtype[np.datetime64]]:
        return np.array([day.isoformat() for day in self.dates], dtype="datetime64[ms]")

    @cached_property
    def _offsets(self) -> Ints:
        """Seconds ahead of UTC at noon; nothing happens in the nights when clocks are changed."""
        zone = ZoneInfo(self.zone)
        noons = [datetime.combine(day, time(12), tzinfo=zone) for day in self.dates]
        return np.array([(noon.utcoffset() or timedelta()).total_seconds() for noon in noons], dtype=np.int64)

    def local(self, day: Ints, second: Ints) -> Texts:
        """`2026-05-04 09:30:00`, in the company's zone."""
        stamps = (self._midnights[day] + second.astype("timedelta64[s]")).astype("datetime64[s]")
        return np.array([str(stamp).replace("T", " ") for stamp in stamps], dtype=object)

    def utc(self, day: Ints, millisecond: Ints) -> Texts:
        """`2026-05-04T07:30:00.000Z`, from local milliseconds since midnight."""
        stamps = self._midnights[day] + (millisecond - 1000 * self._offsets[day]).astype("timedelta64[ms]")
        return np.array([f"{stamp}Z" for stamp in stamps], dtype=object)

    @property
    def latest_quarter(self) -> str:
        return self.quarters(np.array([self.days]))[0]

    def months(self, day: Ints) -> list[str]:
        names = [f"{when:%Y-%m}" for when in self.dates]
        return [names[i] for i in day]

    def quarters(self, day: Ints) -> list[str]:
        names = [f"{when.year}-Q{(when.month + 2) // 3}" for when in self.dates]
        return [names[i] for i in day]

    def halves(self, day: Ints) -> list[str]:
        names = [f"{when.year}-H{1 if when.month <= 6 else 2}" for when in self.dates]
        return [names[i] for i in day]

    def campaign(self, day: int, medium: str) -> str:
        """The season's campaign, on media that carry one."""
        if medium not in PAID_MEDIA:
            return ""
        when = self.dates[day]
        return f"{SEASONS[when.month % 12 // 3]}-{when.year}"


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], *, delimiter: str = ",") -> None:
    """One CSV file with a header line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_by_period(
    folder: Path,
    name: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    periods: Sequence[str],
    latest: str,
    delimiter: str = ",",
) -> None:
    """`<name>-<period>.csv` for every period with rows and for the latest one, rows in the order given."""
    by_period: dict[str, list[Sequence[str]]] = {latest: []}
    for row, period in zip(rows, periods, strict=True):
        by_period.setdefault(period, []).append(row)
    for period, members in sorted(by_period.items()):
        write_csv(folder / f"{name}-{period}.csv", header, members, delimiter=delimiter)

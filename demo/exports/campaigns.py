"""Advertising: history's calendar in; the daily cost of every campaign as the agency reports it out."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from demo.behaviour.history import History
from demo.files import write_csv
from demo.setting.vocabulary import CHANNELS

HEADER: Final = ("Campaign", "Day", "Source", "Medium", "Spend")
# medium -> cost a day for a thousand people of the company
DAILY: Final = {"cpc": 6.0, "paid_social": 3.5, "social": 1.5, "email": 0.4}
SPREAD: Final = 0.25


def write_campaigns(folder: Path, history: History) -> float:
    """Write `campaigns-<half year>.csv`; returns what they cost in total."""
    rng = history.rng(25)
    calendar = history.calendar
    ways = [way for way in CHANNELS if way.medium in DAILY]
    scale = len(history.people) / 1000
    factor = np.exp(rng.normal(0, SPREAD, (calendar.days + 1, len(ways))))
    cents = 0
    files: dict[str, list[tuple[str, ...]]] = {}
    for day, half in enumerate(calendar.halves(np.arange(calendar.days + 1))):
        for j, way in enumerate(ways):
            cost = max(round(100 * DAILY[way.medium] * scale * factor[day, j]), 1)
            cents += cost
            row = (
                calendar.campaign(day, way.medium),
                calendar.dates[day].isoformat(),
                way.source,
                way.medium,
                f"{cost / 100:.2f}",
            )
            files.setdefault(half, []).append(row)
    for half, rows in files.items():
        write_csv(folder / f"campaigns-{half}.csv", HEADER, rows)
    return cents / 100

"""Interactions: visits at a desk or on the phone in; the CRM's activity export out.

It is written with semicolons, as the shop's till software does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from ingestion.demo.files import Calendar, write_by_period
from ingestion.demo.journeys import Visits
from ingestion.demo.people import Texts
from ingestion.demo.touches import WEB_PLACE, Settings, Touches
from ingestion.demo.vocabulary import CHANNELS, EVENTS

HEADER: Final = ("Customer", "Happened At", "Activity", "Reason", "Answered", "Source", "Medium")
DELIMITER: Final = ";"
NO_REASON: Final = 0.25  # of the interactions: nobody noted why


def write_interactions(
    folder: Path,
    visits: Visits,
    settings: Settings,
    touches: Touches,
    crm_ids: Texts,
    *,
    seed: int,
    calendar: Calendar,
) -> None:
    """Write `interactions-<quarter>.csv`, by time."""
    rng = np.random.default_rng([seed, 8])
    rows_of = np.nonzero(settings.place[touches.visit] != WEB_PLACE)[0]
    visit, event, second = touches.visit[rows_of], touches.event[rows_of], touches.second[rows_of]
    luck = rng.random((len(rows_of), 3))
    day = visits.day[visit]
    stamps = calendar.local(day, second)
    rows = []
    when = np.lexsort((visit, second, day))
    for i in when:
        kind = EVENTS[event[i]]
        channel = CHANNELS[settings.channel[visit[i]]]
        reason = kind.reasons[int(luck[i, 0] * len(kind.reasons))] if luck[i, 1] >= NO_REASON else ""
        answered = ("yes" if luck[i, 2] < 0.55 else "no") if kind.role == "outreach" else ""
        rows.append((crm_ids[visit[i]], stamps[i], kind.name, reason, answered, channel.source, channel.medium))
    write_by_period(
        folder,
        "interactions",
        HEADER,
        rows,
        periods=calendar.quarters(day[when]),
        latest=calendar.latest_quarter,
        delimiter=DELIMITER,
    )

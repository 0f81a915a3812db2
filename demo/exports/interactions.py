"""Interactions: visits at a desk or on the phone, and outreach, in; the CRM's activity export out.

It is written with semicolons, as the shop's till software does.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from demo.behaviour.history import History
from demo.behaviour.touches import WEB_PLACE
from demo.dirt import NO_DATE, DirtBook, Row, with_cells
from demo.files import write_by_period
from demo.setting.effects import ANSWERED, CORNERS
from demo.setting.events import CONTACT_OF, EVENTS
from demo.setting.people import Ints, Texts
from demo.setting.vocabulary import CHANNELS, EMAIL, PHONE, UNMAPPED_ACTIVITY, UNMAPPED_CHANNEL

HEADER: Final = ("Customer", "Happened At", "Activity", "Reason", "Answered", "Source", "Medium")
DELIMITER: Final = ";"
NO_REASON: Final = 0.25  # of the interactions: nobody noted why


def write_interactions(folder: Path, history: History, book: DirtBook) -> None:
    """Write `interactions-<quarter>.csv`, by time."""
    rng = history.rng(8)
    calendar = history.calendar
    at = _happened(rng, history)
    luck = rng.random((len(at.day), 3))
    stamps = calendar.local(at.day, at.second)
    when = np.lexsort((at.who, at.second, at.day))
    rows: list[Row] = []
    for i in when:
        kind = EVENTS[at.event[i]]
        channel = CHANNELS[at.channel[i]]
        reason = kind.reasons[int(luck[i, 0] * len(kind.reasons))] if luck[i, 1] >= NO_REASON else ""
        answered = ""
        if kind.role == "outreach":
            answered = "yes" if luck[i, 2] < ANSWERED[channel.medium] else "no"
        rows.append((at.who[i], stamps[i], kind.name, reason, answered, channel.source, channel.medium))
    periods = calendar.quarters(at.day[when])
    dirt = history.rng(17)
    book.add("interactions: bad date", dirt, rows, periods, lambda row, _: with_cells(row, {1: NO_DATE}))
    book.add(
        "interactions: unmapped event", dirt, rows, periods, lambda row, _: with_cells(row, {2: UNMAPPED_ACTIVITY})
    )
    strange = dict(zip((HEADER.index("Source"), HEADER.index("Medium")), UNMAPPED_CHANNEL, strict=True))
    book.add("interactions: unmapped channel", dirt, rows, periods, lambda row, _: with_cells(row, strange))
    write_by_period(
        folder, "interactions", HEADER, rows, periods=periods, latest=calendar.latest_quarter, delimiter=DELIMITER
    )


@dataclass(frozen=True, kw_only=True)
class _Happened:
    """One entry per interaction; `who` is a customer id of the CRM."""

    who: Texts
    day: Ints
    second: Ints
    event: Ints
    channel: Ints


def _happened(rng: np.random.Generator, history: History) -> _Happened:
    """What staff did in visits, and the contacts before customers lapse: half by phone, half by e-mail."""
    visits, settings, touches = history.visits, history.settings, history.touches
    by_staff = np.nonzero(settings.place[touches.visit] != WEB_PLACE)[0]
    visit = touches.visit[by_staff]
    sent = history.anniversaries
    contacts = np.array([EVENTS.index(CONTACT_OF[corner]) for corner in CORNERS])
    return _Happened(
        who=np.r_[history.crm_ids[visit], history.people.customer_id[sent.person]],
        day=np.r_[visits.day[visit], sent.day],
        second=np.r_[touches.second[by_staff], rng.integers(9 * 3600, 18 * 3600, len(sent.day))],
        event=np.r_[touches.event[by_staff], contacts[sent.corner]],
        channel=np.r_[settings.channel[visit], rng.choice([PHONE, EMAIL], size=len(sent.day))],
    )

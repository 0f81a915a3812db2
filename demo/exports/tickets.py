"""Service tickets: visits in which people ask for help in; Zendesk's JSON export out.

A ticket is opened during a visit in weeks of use and solved within three days, before the person moves on; what would
take longer stays open. A changed ticket comes again in the file of the next quarter.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from demo.behaviour.history import History
from demo.dirt import DirtBook
from demo.setting.effects import TICKET_CATEGORIES
from demo.setting.events import EVENTS
from demo.setting.people import Bools, Floats, Ints
from demo.setting.vocabulary import USE

HELP_EVENTS: Final = ("Help", "Service call", "Repair desk visit")
OPENED: Final = 0.35  # of the requests for help by people with an account become a ticket
REPLY_SPREAD: Final = 0.8  # of the log-normal of hours to the first reply
UNANSWERED: Final = 0.04
LONGEST: Final = 72.0  # hours from opening to the solution
REOPENED: Final = 0.07
RATED: Final = 0.4  # of the solved tickets
LIKED: Final = 0.75  # of the rated tickets
UPDATED_LATER: Final = 0.02  # of the tickets come again, as they were before
DELETED: Final = 0.004
SUBJECTS: Final = {
    "question": ("How do I use the timer?", "Which filter fits?", "Where is my invoice?"),
    "incident": ("Kettle does not switch on", "Lamp flickers", "Fan is loud"),
    "problem": ("Parcel damaged", "Wrong item delivered", "Delivery is late"),
    "task": ("Change my address", "Return an item", "Cancel an order"),
}
VIA: Final = {"Help": "web", "Service call": "voice", "Repair desk visit": "api"}
SHARES: Final = (0.34, 0.28, 0.22, 0.16)  # of TICKET_CATEGORIES


@dataclass(frozen=True, kw_only=True)
class Tickets:
    """One entry per ticket, by time. Hours are counted from the opening; NaN: not (yet) happened."""

    visit: Ints
    event: Ints
    second: Ints
    category: Ints
    reply_hours: Floats
    solve_hours: Floats
    is_deleted: Bools

    def __len__(self) -> int:
        return len(self.visit)


def draw_tickets(history: History) -> Tickets:
    """Open a ticket in some of the requests for help."""
    rng = history.rng(21)
    visits, touches = history.visits, history.touches
    asking = [EVENTS.index(event) for event in EVENTS if event.name in HELP_EVENTS]
    wants = np.isin(touches.event, asking) & visits.known[touches.visit] & (visits.stage[touches.visit] == USE)
    rows = np.nonzero(wants & (rng.random(len(touches.event)) < OPENED))[0]
    _, first = np.unique(touches.visit[rows], return_index=True)
    rows = rows[first]
    visit, second = touches.visit[rows], touches.second[rows] + 12
    rows = rows[np.lexsort((visit, second, visits.day[visit]))]
    visit, second = touches.visit[rows], touches.second[rows] + 12
    category = rng.choice(len(TICKET_CATEGORIES), size=len(rows), p=SHARES)
    median = np.array([history.world.reply_hours[name] for name in TICKET_CATEGORIES])[category]
    reply = np.minimum(median * np.exp(rng.normal(0, REPLY_SPREAD, len(rows))), LONGEST - 2)
    reply[rng.random(len(rows)) < UNANSWERED] = np.nan
    solve = np.minimum(reply + 1 + rng.exponential(10, len(rows)), LONGEST)
    solve[solve > _hours_until_next(history, visit, second)] = np.nan
    left = 24.0 * (history.calendar.days + 1 - visits.day[visit]) - second / 3600  # hours of history that remain
    reply[reply > left] = np.nan
    solve[solve > left] = np.nan
    return Tickets(
        visit=visit,
        event=touches.event[rows],
        second=second,
        category=category.astype(np.int64),
        reply_hours=reply,
        solve_hours=solve,
        is_deleted=rng.permutation(np.arange(len(rows)) < np.ceil(DELETED * len(rows))),
    )


def write_tickets(folder: Path, history: History, tickets: Tickets, book: DirtBook) -> None:
    """Write `tickets-<quarter>.json`, one page of Zendesk's export each."""
    rng = history.rng(22)
    calendar = history.calendar
    day = history.visits.day[tickets.visit]
    quarters = calendar.quarters(day)
    names = list(dict.fromkeys(calendar.quarters(np.arange(calendar.days + 1))))
    files: dict[str, list[dict[str, Any]]] = {quarter: [] for quarter in names}
    luck = rng.random((len(tickets), 4))
    again = set(book.pick(rng, len(tickets), share=UPDATED_LATER).tolist())
    written = _Stamps.of(history, tickets)
    for i in range(len(tickets)):
        ticket = _ticket(history, tickets, i, written, luck[i])
        files[quarters[i]].append(ticket)
        if i in again:
            later = names[min(names.index(quarters[i]) + 1, len(names) - 1)]
            files[later].append(ticket | {"generated_timestamp": ticket["generated_timestamp"] + 60})
    book.note("tickets: repeated", len(again))
    book.note("tickets: deleted", int(tickets.is_deleted.sum()))
    folder.mkdir(parents=True, exist_ok=True)
    for quarter, members in files.items():
        if not members and quarter != names[-1]:
            continue
        tickets_text = ",\n".join(json.dumps(ticket, ensure_ascii=False) for ticket in members)
        page = f'{{"tickets": [\n{tickets_text}\n], "count": {len(members)}, "end_of_stream": true}}\n'
        (folder / f"tickets-{quarter}.json").write_text(page, encoding="utf-8")


def requester_id(person: int) -> int:
    """A person's id in Zendesk."""
    return 5_527_100_000_000 + person


def _hours_until_next(history: History, visit: Ints, second: Ints) -> Floats:
    """From the ticket to the morning of the person's next run, infinite where none follows."""
    visits = history.visits
    begins = np.nonzero(visits.first_of_run)[0]
    following = np.searchsorted(begins, visit, side="right")
    next_visit = np.r_[begins, 0][following]
    has_next = (following < len(begins)) & (visits.person[next_visit] == visits.person[visit])
    hours = 24.0 * (visits.day[next_visit] - visits.day[visit]) + 6 - second / 3600
    return np.where(has_next, hours, np.inf)


@dataclass(frozen=True, kw_only=True)
class _Stamps:
    """When each ticket was created, answered and solved, as Zendesk writes it; empty where it never was."""

    created: list[str]
    replied: list[str]
    solved: list[str]

    @classmethod
    def of(cls, history: History, tickets: Tickets) -> _Stamps:
        day = history.visits.day[tickets.visit]

        def written(hours: Floats) -> list[str]:
            happened = ~np.isnan(hours)
            stamps = history.calendar.utc(day, 1000 * (tickets.second + (3600 * np.nan_to_num(hours)).astype(np.int64)))
            return [f"{stamp[:19]}Z" if is_so else "" for stamp, is_so in zip(stamps, happened, strict=True)]

        return cls(
            created=written(np.zeros(len(tickets))),
            replied=written(tickets.reply_hours),
            solved=written(tickets.solve_hours),
        )


def _ticket(history: History, tickets: Tickets, i: int, stamps: _Stamps, luck: Floats) -> dict[str, Any]:
    visit = int(tickets.visit[i])
    person = int(history.visits.person[visit])
    category = TICKET_CATEGORIES[tickets.category[i]]
    subject = SUBJECTS[category][int(luck[0] * len(SUBJECTS[category]))]
    is_solved = bool(stamps.solved[i])
    updated = stamps.solved[i] or stamps.replied[i] or stamps.created[i]
    score = ("good" if luck[1] < LIKED else "bad") if luck[2] < RATED else "offered"
    requester = requester_id(person)
    email = history.people.email[person]
    via = VIA[EVENTS[tickets.event[i]].name]
    return {
        "url": f"https://northwind.zendesk.example/api/v2/tickets/{40_001 + i}.json",
        "id": 40_001 + i,
        "external_id": None,
        "via": {"channel": via, "source": {"from": {"address": email or None}, "to": {}, "rel": None}},
        "created_at": stamps.created[i],
        "updated_at": updated,
        "generated_timestamp": int(np.datetime64(updated.removesuffix("Z")).astype("datetime64[s]").astype(np.int64)),
        "type": category,
        "subject": "SCRUBBED" if tickets.is_deleted[i] else subject,
        "description": "SCRUBBED" if tickets.is_deleted[i] else f"{subject}.",
        "priority": "normal",
        "status": "deleted" if tickets.is_deleted[i] else "solved" if is_solved else "open",
        "requester_id": requester,
        "requester": {
            "id": requester,
            "external_id": history.crm_ids[visit],
            "email": email or None,
            "name": f"{history.people.first_name[person]} {history.people.last_name[person]}",
        },
        "submitter_id": requester,
        "assignee_id": 360_786_799_676,
        "organization_id": None,
        "tags": [category],
        "custom_fields": [],
        "satisfaction_rating": {"score": score if is_solved else "unoffered"},
        "metric_set": {
            "reply_time_in_minutes": {"calendar": _minutes(tickets.reply_hours[i]), "business": None},
            "reopens": int(luck[3] < REOPENED) if is_solved else 0,
            "replies": int(bool(stamps.replied[i])),
            "solved_at": stamps.solved[i] or None,
        },
    }


def _minutes(hours: float) -> int | None:
    return None if np.isnan(hours) else round(60 * hours)

"""Web behaviour: history in; Segment's page, track and identify calls as `events-<month>.jsonl`, with dirt, out.

A few calls arrive twice (same `messageId`), a few late, and a few come from crawlers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from demo.behaviour.history import History
from demo.behaviour.touches import WEB_PLACE
from demo.dirt import DirtBook
from demo.exports.segment import BETA, COMPLETED, IDENTIFY, Call, Writer
from demo.setting.people import Ints, Texts
from demo.setting.vocabulary import CHANNELS

REPEATED: Final = 0.004  # of the calls are delivered twice
LATE: Final = 0.003  # of the calls arrive in the file of a month after their own
BETA_SHOWN: Final = 0.02  # of the visits show an experiment that nobody has mapped yet
CRAWLED: Final = 0.01  # calls of crawlers, as a share of everybody's
ADDRESS_GIVEN: Final = 0.7  # of the identify calls name the e-mail address
CRAWLERS: Final = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
)


@dataclass(frozen=True, kw_only=True)
class _Calls:
    """One entry per call, by time; `order` indexes the orders, -1 for other calls."""

    visit: Ints
    kind: Ints
    page: Ints
    millisecond: Ints
    order: Ints


def write_web(folder: Path, history: History, book: DirtBook) -> None:
    """Write one file per month, by time."""
    rng, dirt = history.rng(9), history.rng(27)
    calendar = history.calendar
    calls = _calls(rng, history)
    months = calendar.months(history.visits.day[calls.visit])
    lines = _lines(rng, history, calls)
    book.note("web: unmapped event", int((calls.kind == BETA).sum()))
    files: dict[str, list[str]] = {month: [] for month in calendar.months(np.arange(calendar.days + 1))}
    for month, line in zip(_arrivals(dirt, months, list(files), book), lines, strict=True):
        files[month].append(line)
    touches = np.nonzero(calls.kind >= 0)[0]
    _spoil(dirt, files, [lines[i] for i in touches], [months[i] for i in touches], book)
    _crawl(dirt, files, history, round(CRAWLED * len(calls.visit)) if book.wanted.files else 0, book)
    folder.mkdir(parents=True, exist_ok=True)
    for month, members in files.items():
        if members:
            (folder / f"events-{month}.jsonl").write_text("\n".join(members) + "\n", encoding="utf-8")


def _calls(rng: np.random.Generator, history: History) -> _Calls:
    visits, settings, touches, orders = history.visits, history.settings, history.touches, history.orders
    on_web = settings.place == WEB_PLACE
    drawn = np.nonzero(on_web[touches.visit])[0]
    logins = np.nonzero(history.browsers.identifies)[0]
    sign_ups = np.nonzero(visits.signs_up & on_web)[0]
    beta = np.nonzero(on_web & (rng.random(len(visits)) < BETA_SHOWN))[0]
    # The shop's script runs for people whose first order was placed on the web; the CRM knows every order.
    people_of = visits.person[orders.visit]
    _, first = np.unique(people_of, return_index=True)
    began_on_web = np.zeros(len(history.people), dtype=bool)
    began_on_web[people_of[first]] = on_web[orders.visit[first]]
    completed = np.nonzero(on_web[orders.visit] & began_on_web[people_of])[0]

    parts = (
        (touches.visit[drawn], touches.event[drawn], touches.page[drawn], touches.second[drawn] * 1000, -1),
        (logins, IDENTIFY, -1, settings.second[logins] * 1000 + 5000, -1),
        (sign_ups, IDENTIFY, -1, touches.closing[sign_ups] * 1000 + 1400, -1),
        (beta, BETA, -1, touches.closing[beta] * 1000 + 3000, -1),
        (orders.visit[completed], COMPLETED, -1, orders.second[completed] * 1000 + 1500, completed),
    )
    visit = np.concatenate([part[0] for part in parts])
    kind, page, order = (
        np.concatenate([np.broadcast_to(part[column], len(part[0])) for part in parts]) for column in (1, 2, 4)
    )
    millisecond = np.concatenate([part[3] for part in parts]) + rng.integers(0, 400, len(visit))
    when = np.lexsort((visit, millisecond, visits.day[visit]))
    return _Calls(visit=visit[when], kind=kind[when], page=page[when], millisecond=millisecond[when], order=order[when])


def _lines(rng: np.random.Generator, history: History, calls: _Calls) -> list[str]:
    visits, orders, calendar, browsers = history.visits, history.orders, history.calendar, history.browsers
    size = len(calls.visit)
    writer = Writer(rng, history)
    messages = rng.bytes(16 * size).hex()
    pick = rng.integers(0, 1 << 30, size)
    day = visits.day[calls.visit]
    stamps = calendar.utc(day, calls.millisecond)
    received = calendar.utc(day, calls.millisecond + 117)
    users = np.where(browsers.logged_in[calls.visit] | (calls.kind == IDENTIFY), _user_ids(history)[calls.visit], "")
    emails = _addresses_in_calls(history, calls, pick)
    columns = zip(
        calls.visit.tolist(), calls.kind.tolist(), calls.page.tolist(), calls.order.tolist(), day.tolist(),
        pick.tolist(), users, emails, stamps, received,
        strict=True,
    )  # fmt: skip
    person_of, device_of, channel_of = (
        visits.person.tolist(),
        browsers.device.tolist(),
        history.settings.channel.tolist(),
    )
    lines = []
    for i, (visit, kind, page, order, on_day, luck, user, email, stamp, arrived) in enumerate(columns):
        person, device, way = person_of[visit], device_of[visit], channel_of[visit]
        call = Call(
            message=f"ajs-next-{messages[i * 32 : i * 32 + 32]}",
            person=person,
            device=device,
            anonymous_id=browsers.anonymous_id[person, device],
            user=user,
            email=email,
            kind=kind,
            page=page,
            channel=way,
            campaign=calendar.campaign(on_day, CHANNELS[way].medium),
            stamp=stamp,
            received=arrived,
            pick=luck,
            order=(orders.order_id[order], float(orders.amount[order])) if order >= 0 else None,
        )
        lines.append(writer.line(call))
    return lines


def _user_ids(history: History) -> Texts:
    ids: Texts = history.people.customer_id[history.visits.person]
    return ids


def _addresses_in_calls(history: History, calls: _Calls, pick: Ints) -> Texts:
    """The address in identify calls: the person's other one, where they have one."""
    person = history.visits.person[calls.visit]
    second = history.browsers.second_email[person]
    first = np.where(pick % 10 < 10 * ADDRESS_GIVEN, history.people.email[person], "")
    addresses: Texts = np.where(calls.kind == IDENTIFY, np.where(second != "", second, first), "")
    return addresses


def _arrivals(rng: np.random.Generator, months: Sequence[str], all_months: list[str], book: DirtBook) -> list[str]:
    """The file in which each call arrives: its own month's, or the next where it is late."""
    arrivals = list(months)
    late = [i for i in book.pick(rng, len(months), share=LATE) if months[i] != all_months[-1]]
    for i in late:
        arrivals[i] = all_months[all_months.index(months[i]) + 1]
    book.note("web: late", len(late))
    return arrivals


def _spoil(
    rng: np.random.Generator, files: dict[str, list[str]], lines: list[str], months: list[str], book: DirtBook
) -> None:
    """Repeat some lines, and add spoilt copies of others under a message id of their own."""
    repeated = book.pick(rng, len(lines), share=REPEATED)
    for i in repeated:
        files[months[i]].append(lines[i])
    book.note("web: repeated", len(repeated))
    for kind, spoil in (("bad date", _undated), ("future", _in_future), ("nobody", _without_ids), ("broken", _broken)):
        chosen = book.pick(rng, len(lines), share=0.0003)
        for i in chosen:
            files[months[i]].append(spoil(lines[i].replace("ajs-next-", f"ajs-{kind[:3]}-", 1)))
        book.note(f"web: {kind}", len(chosen))


def _undated(line: str) -> str:
    return json.dumps(json.loads(line) | {"timestamp": "yesterday", "originalTimestamp": "yesterday"})


def _in_future(line: str) -> str:
    """Sent by a machine whose clock is wrong."""
    call = json.loads(line)
    return json.dumps(call | {"timestamp": f"2099-03-01{call['timestamp'][10:]}"})


def _without_ids(line: str) -> str:
    return json.dumps(json.loads(line) | {"anonymousId": None, "userId": None})


def _broken(line: str) -> str:
    return line[: len(line) // 2]


def _crawl(rng: np.random.Generator, files: dict[str, list[str]], history: History, count: int, book: DirtBook) -> None:
    """Calls of crawlers, spread over the months before their last day."""
    calendar = history.calendar
    day = np.sort(rng.integers(0, max(calendar.days, 1), count))
    stamps = calendar.utc(day, rng.integers(6 * 3_600_000, 22 * 3_600_000, count))
    for i, month in enumerate(calendar.months(day)):
        message, browser = rng.bytes(16).hex(), rng.bytes(16).hex()
        line = {
            "type": "page",
            "name": "Product",
            "properties": {"path": "/p/kettle-02"},
            "messageId": f"ajs-next-{message}",
            "anonymousId": f"{browser[:8]}-{browser[8:12]}-{browser[12:16]}-{browser[16:20]}-{browser[20:]}",
            "userId": None,
            "integrations": {},
            **dict.fromkeys(("originalTimestamp", "sentAt", "receivedAt", "timestamp"), str(stamps[i])),
            "version": 2,
            "context": {
                "ip": "198.51.100.7",
                "userAgent": CRAWLERS[i % len(CRAWLERS)],
                "page": {"path": "/p/kettle-02"},
            },
        }
        files[month].append(json.dumps(line))
    book.note("web: crawler", count)

"""Web behaviour: touches on the web in; Segment's page, track and identify calls as JSON lines out.

A browser is anonymous until its owner opens an account or logs in; an `identify` call then ties its anonymous id to
the customer id of the CRM. A few calls arrive twice (same `messageId`), and a few come from crawlers.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from ingestion.demo.files import Calendar
from ingestion.demo.journeys import Visits
from ingestion.demo.orders import Orders
from ingestion.demo.people import Bools, Ints, People
from ingestion.demo.touches import WEB_PLACE, Settings, Touches
from ingestion.demo.vocabulary import CHANNELS, EVENTS, UNMAPPED_EVENT

HOST: Final = "https://shop.northwind.example"
REPEATED: Final = 0.004  # of the calls are delivered twice
BETA_SHOWN: Final = 0.02  # of the visits show an experiment that nobody has mapped yet
LOGGED_IN: Final = 0.8  # of the visits of people with an account
SECOND_BROWSER: Final = 0.35  # of the visits of people who use two
CRAWLED: Final = 0.01  # calls of crawlers, as a share of everybody's
AGENTS: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605",
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
)
CRAWLERS: Final = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
)
LOCALES: Final = {"de": "de-DE", "fr": "fr-CH", "nl": "nl-NL"}
SEARCHES: Final = ("kettle", "quiet fan", "spare lid", "gift", "desk lamp", "water filter")
FEATURES: Final = ("timer", "scenes", "refill reminder", "sharing", "energy report")
PRODUCTS: Final = ("kettle-02", "lamp-11", "fan-07", "filter-03", "mill-05")


@dataclass(frozen=True, kw_only=True)
class _Calls:
    """One entry per Segment call: what, by whom, when; `order` indexes the orders, -1 for other calls."""

    visit: Ints
    kind: Ints  # index into EVENTS, or one of the kinds below
    millisecond: Ints
    order: Ints


IDENTIFY: Final = -1
COMPLETED: Final = -2
BETA: Final = -3


def write_web(
    folder: Path,
    people: People,
    visits: Visits,
    settings: Settings,
    touches: Touches,
    orders: Orders,
    *,
    seed: int,
    calendar: Calendar,
) -> None:
    """Write `events-<month>.jsonl`, by time."""
    rng = np.random.default_rng([seed, 9])
    second_browser = people.second_device[visits.person] & visits.known
    device = (second_browser & (rng.random(len(visits)) < SECOND_BROWSER)).astype(np.int64)
    logged_in, identifies = _logins(rng, visits, settings, device)
    calls = _calls(rng, visits, settings, touches, orders, identifies)
    writer = _Writer(rng, people, calendar, len(calls.visit))

    day = visits.day[calls.visit]
    stamps = calendar.utc(day, calls.millisecond)
    received = calendar.utc(day, calls.millisecond + 117)
    months = calendar.months(day)
    repeated = rng.random(len(calls.visit)) < REPEATED
    lines: dict[str, list[str]] = defaultdict(list)
    for i, visit in enumerate(calls.visit):
        person = int(visits.person[visit])
        user = people.customer_id[person] if logged_in[visit] or calls.kind[i] == IDENTIFY else None
        channel = int(settings.channel[visit])
        order = int(calls.order[i])
        details = (orders.order_id[order], float(orders.amount[order])) if order >= 0 else None
        common = writer.common(i, person, int(device[visit]), user, stamps[i], received[i])
        campaign = calendar.campaign(int(day[i]), CHANNELS[channel].medium)
        line = writer.line(i, int(calls.kind[i]), person, channel, campaign, common, details)
        lines[months[i]] += [line, line] if repeated[i] else [line]
    _crawl(rng, lines, calendar, round(CRAWLED * len(calls.visit)))
    folder.mkdir(parents=True, exist_ok=True)
    for month, members in sorted(lines.items()):
        (folder / f"events-{month}.jsonl").write_text("\n".join(members) + "\n", encoding="utf-8")


def _logins(rng: np.random.Generator, visits: Visits, settings: Settings, device: Ints) -> tuple[Bools, Bools]:
    """Which visits are logged in, and which begin with an identify call: the first on each browser does."""
    luck = rng.random((len(visits), 2))
    on_web = settings.place == WEB_PLACE
    rows = np.nonzero(on_web & visits.known)[0]
    _, first = np.unique(visits.person[rows] * 2 + device[rows], return_index=True)
    first_known = np.zeros(len(visits), dtype=bool)
    first_known[rows[first]] = True
    logged_in = on_web & visits.known & (first_known | (luck[:, 0] < LOGGED_IN))
    identifies = first_known | (logged_in & (luck[:, 1] < 0.1))
    return logged_in, identifies


def _calls(
    rng: np.random.Generator, visits: Visits, settings: Settings, touches: Touches, orders: Orders, identifies: Bools
) -> _Calls:
    on_web = settings.place == WEB_PLACE
    drawn = np.nonzero(on_web[touches.visit])[0]
    logins = np.nonzero(identifies)[0]
    sign_ups = np.nonzero(visits.signs_up & on_web)[0]
    beta = np.nonzero(on_web & (rng.random(len(visits)) < BETA_SHOWN))[0]
    # The shop's script runs for people whose first order was placed on the web; the CRM knows every order.
    people_of = visits.person[orders.visit]
    _, first = np.unique(people_of, return_index=True)
    began_on_web = np.zeros(int(visits.person.max()) + 1, dtype=bool)
    began_on_web[people_of[first]] = on_web[orders.visit[first]]
    completed = np.nonzero(on_web[orders.visit] & began_on_web[people_of])[0]

    parts = (
        (touches.visit[drawn], touches.event[drawn], touches.second[drawn] * 1000, -1),
        (logins, IDENTIFY, settings.second[logins] * 1000 + 5000, -1),
        (sign_ups, IDENTIFY, touches.closing[sign_ups] * 1000 + 1400, -1),
        (beta, BETA, touches.closing[beta] * 1000 + 3000, -1),
        (orders.visit[completed], COMPLETED, orders.second[completed] * 1000 + 1500, completed),
    )
    visit = np.concatenate([part[0] for part in parts])
    kind = np.concatenate([np.broadcast_to(part[1], len(part[0])) for part in parts])
    millisecond = np.concatenate([part[2] for part in parts]) + rng.integers(0, 400, len(visit))
    order = np.concatenate([np.broadcast_to(part[3], len(part[0])) for part in parts])
    when = np.lexsort((visit, millisecond, visits.day[visit]))
    return _Calls(visit=visit[when], kind=kind[when], millisecond=millisecond[when], order=order[when])


class _Writer:
    """Turns calls into lines. What is the same for every call of a kind is encoded once."""

    def __init__(self, rng: np.random.Generator, people: People, calendar: Calendar, count: int) -> None:
        self._people = people
        self._zone = calendar.zone
        self._messages = rng.bytes(16 * count).hex()
        self._browsers = rng.bytes(32 * len(people)).hex()
        self._agents = rng.integers(len(AGENTS), size=(len(people), 2))
        self._address = rng.integers(1, 255, size=len(people))
        self._pick = rng.integers(0, 1 << 30, size=count)

    def common(self, i: int, person: int, device: int, user: str | None, stamp: str, received: str) -> str:
        start = (person * 2 + device) * 32
        raw = self._browsers[start : start + 32]
        anonymous = f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"
        message = self._messages[i * 32 : i * 32 + 32]
        user_id = f'"{user}"' if user else "null"
        return (
            f'"messageId": "ajs-next-{message}", "anonymousId": "{anonymous}", "userId": {user_id}, '
            f'"integrations": {{}}, "originalTimestamp": "{stamp}", "sentAt": "{stamp}", "receivedAt": "{received}", '
            f'"timestamp": "{stamp}", "version": 2, "context": {{"ip": "203.0.113.{self._address[person]}", '
            f'"library": {{"name": "analytics.js", "version": "next-1.70.0"}}, '
            f'"locale": "{LOCALES[self._people.traits["language"][person]]}", "timezone": "{self._zone}", '
            f'"userAgent": "{AGENTS[self._agents[person, device]]}"'
        )

    def line(
        self,
        i: int,
        kind: int,
        person: int,
        channel: int,
        campaign: str,
        common: str,
        order: tuple[str, float] | None,
    ) -> str:
        via = CHANNELS[channel]
        pick = int(self._pick[i])
        if kind == IDENTIFY:
            traits = {"email": self._people.email[person]} if self._people.email[person] and pick % 10 < 7 else {}
            body = f'"type": "identify", "traits": {json.dumps(traits)}, '
            return f"{{{body}{common}{_page('/login', '', campaign, channel)}}}}}"
        if kind == COMPLETED and order is not None:
            properties = f'{{"order_id": "{order[0]}", "total": {order[1]:.2f}, "currency": "EUR"}}'
            body = f'"type": "track", "event": "Order Completed", "properties": {properties}, '
            return f"{{{body}{common}{_page('/checkout/thanks', '', campaign, channel)}}}}}"
        if kind == BETA:
            body = f'"type": "track", "event": "{UNMAPPED_EVENT}", "properties": {{"variant": "b"}}, '
            return f"{{{body}{common}{_page('/', '', campaign, channel)}}}}}"
        event = EVENTS[kind]
        page = _page(event.path, via.referrer, campaign, channel)
        if event.shape == "page":
            body = f'"type": "page", "name": "{event.name}", "properties": {{"path": "{event.path}"}}, '
        else:
            body = f'"type": "track", "event": "{event.name}", "properties": {_properties(event.name, pick)}, '
        return f"{{{body}{common}{page}}}}}"


def _page(path: str, referrer: str, campaign: str, channel: int) -> str:
    """The rest of `context`: the page and, where the visit came through one, the campaign."""
    via = CHANNELS[channel]
    page = f', "page": {{"path": "{path}", "referrer": "{referrer}", "search": "", "url": "{HOST}{path}"}}'
    if not via.source or via.presence == "offline":
        return page
    return f'{page}, "campaign": {{"source": "{via.source}", "medium": "{via.medium}", "name": "{campaign}"}}'


def _properties(name: str, pick: int) -> str:
    match name:
        case "Products Searched":
            return f'{{"query": "{SEARCHES[pick % len(SEARCHES)]}"}}'
        case "Feature Used":
            return f'{{"feature": "{FEATURES[pick % len(FEATURES)]}"}}'
        case "Review Submitted":
            return f'{{"product_id": "{PRODUCTS[pick % len(PRODUCTS)]}", "rating": {3 + pick % 3}}}'
        case "Points Redeemed":
            return f'{{"points": {100 + pick % 900}}}'
        case _:
            return "{}"


def _crawl(rng: np.random.Generator, lines: dict[str, list[str]], calendar: Calendar, count: int) -> None:
    """Calls of crawlers, spread over the months before their last day."""
    day = np.sort(rng.integers(0, max(calendar.days, 1), count))
    millisecond = rng.integers(6 * 3_600_000, 22 * 3_600_000, count)
    stamps = calendar.utc(day, millisecond)
    months = calendar.months(day)
    for i in range(count):
        message, browser = rng.bytes(16).hex(), rng.bytes(16).hex()
        line = {
            "type": "page",
            "name": "Product",
            "properties": {"path": "/p/kettle-02"},
            "messageId": f"ajs-next-{message}",
            "anonymousId": f"{browser[:8]}-{browser[8:12]}-{browser[12:16]}-{browser[16:20]}-{browser[20:]}",
            "userId": None,
            "integrations": {},
            "originalTimestamp": str(stamps[i]),
            "sentAt": str(stamps[i]),
            "receivedAt": str(stamps[i]),
            "timestamp": str(stamps[i]),
            "version": 2,
            "context": {
                "ip": "198.51.100.7",
                "userAgent": CRAWLERS[i % len(CRAWLERS)],
                "page": {"path": "/p/kettle-02"},
            },
        }
        lines[months[i]].append(json.dumps(line))

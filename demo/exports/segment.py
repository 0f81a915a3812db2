"""Segment's way of writing: calls in; JSON lines as its export has them out.

What is the same for every call of a kind is encoded once: JSON is put together from parts, as a company of a hundred
thousand people has millions of lines.
"""

from __future__ import annotations

import json
from typing import Final, NamedTuple

import numpy as np

from demo.behaviour.history import History
from demo.setting.content import PAGES, PAGES_OF
from demo.setting.events import EVENTS, TASKS, Event
from demo.setting.vocabulary import CHANNELS, UNMAPPED_EVENT

HOST: Final = "https://shop.northwind.example"
AGENTS: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605",
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
)
LOCALES: Final = {"de": "de-DE", "fr": "fr-CH", "nl": "nl-NL"}
# What is searched for, and how much is found.
SEARCHES: Final = (
    ("kettle", 14), ("quiet fan", 6), ("spare lid", 0), ("gift", 21), ("desk lamp", 9), ("water filter", 5),
    ("filter no 4", 0), ("coffee mill", 3),
)  # fmt: skip
FEATURES: Final = ("timer", "scenes", "refill reminder", "sharing", "energy report")
PRODUCTS: Final = ("kettle-02", "lamp-11", "fan-07", "filter-03", "mill-05")
TASK_OF: Final = {step.name: task.task for task in TASKS for step in task.steps}
IDENTIFY, COMPLETED, BETA = -1, -2, -3  # kinds of calls that are not drawn touches


class Call(NamedTuple):
    """One call.

    Attributes:
        kind: index into EVENTS, or one of the kinds above.
        page: index into PAGES; -1 for the event's own.
        pick: a large random number, for what does not matter.
        order: order id and amount of an order.
    """

    message: str
    person: int
    device: int
    anonymous_id: str
    user: str
    email: str
    kind: int
    page: int
    channel: int
    campaign: str
    stamp: str
    received: str
    pick: int
    order: tuple[str, float] | None


class Writer:
    """Turns calls into lines."""

    def __init__(self, rng: np.random.Generator, history: History) -> None:
        count = len(history.people)
        self._languages = history.people.traits["language"]
        self._zone = history.calendar.zone
        self._agents = rng.integers(len(AGENTS), size=(count, 2))
        self._address = rng.integers(1, 255, size=count)

    def line(self, call: Call) -> str:
        """One JSON object."""
        body, path, title = _body(call)
        user = f'"{call.user}"' if call.user else "null"
        return (
            f'{{{body}"messageId": "{call.message}", "anonymousId": "{call.anonymous_id}", "userId": {user}, '
            f'"integrations": {{}}, "originalTimestamp": "{call.stamp}", "sentAt": "{call.stamp}", '
            f'"receivedAt": "{call.received}", "timestamp": "{call.stamp}", "version": 2, '
            f'"context": {{"ip": "203.0.113.{self._address[call.person]}", '
            f'"library": {{"name": "analytics.js", "version": "next-1.70.0"}}, '
            f'"locale": "{LOCALES[self._languages[call.person]]}", "timezone": "{self._zone}", '
            f'"userAgent": "{AGENTS[self._agents[call.person, call.device]]}"{_context(call, path, title)}}}}}'
        )


def _body(call: Call) -> tuple[str, str, str]:
    """Type and properties of a call, and the path and title of its page."""
    if call.kind == IDENTIFY:
        traits = json.dumps({"email": call.email} if call.email else {})
        return f'"type": "identify", "traits": {traits}, ', "/login", "Log in"
    if call.kind == COMPLETED and call.order is not None:
        properties = f'{{"order_id": "{call.order[0]}", "total": {call.order[1]:.2f}, "currency": "EUR"}}'
        return _track("Order Completed", properties), "/checkout/thanks", "Thanks"
    if call.kind == BETA:
        return _track(UNMAPPED_EVENT, '{"variant": "b"}'), "/", "Northwind"
    event = EVENTS[call.kind]
    path, title = _page_of(event, call)
    if event.shape == "page":
        engaged, scrolled = 4 + call.pick % 171, 10 * (1 + call.pick % 10)
        properties = (
            f'{{"path": "{path}", "title": "{title}", "url": "{HOST}{path}", '
            f'"engaged_seconds": {engaged}, "scroll_depth": {scrolled}}}'
        )
        return f'"type": "page", "name": "{event.name}", "properties": {properties}, ', path, title
    return _track(event.name, _properties(event.name, call.pick)), path, title


def _track(name: str, properties: str) -> str:
    return f'"type": "track", "event": "{name}", "properties": {properties}, '


def _page_of(event: Event, call: Call) -> tuple[str, str]:
    if call.page >= 0:
        page = PAGES[call.page]
        return page.path, page.title
    shown = PAGES_OF.get(event.name) if event.shape == "page" else None
    if not shown:
        return event.path, event.touchpoint
    page = shown[call.pick // 171 % len(shown)]
    return page.path, page.title


def _context(call: Call, path: str, title: str) -> str:
    """The rest of `context`: the page and, where the visit came through one, the campaign."""
    via = CHANNELS[call.channel]
    referrer = via.referrer if call.kind >= 0 else ""
    page = (
        f', "page": {{"path": "{path}", "referrer": "{referrer}", "search": "", "title": "{title}", '
        f'"url": "{HOST}{path}"}}'
    )
    if not via.source or via.presence == "offline":
        return page
    return f'{page}, "campaign": {{"source": "{via.source}", "medium": "{via.medium}", "name": "{call.campaign}"}}'


def _properties(name: str, pick: int) -> str:
    match name:
        case "Products Searched":
            query, results = SEARCHES[pick % len(SEARCHES)]
            return f'{{"query": "{query}", "results": {results}}}'
        case "Feature Used":
            return f'{{"feature": "{FEATURES[pick % len(FEATURES)]}"}}'
        case "Review Submitted":
            return f'{{"product_id": "{PRODUCTS[pick % len(PRODUCTS)]}", "rating": {3 + pick % 3}}}'
        case "Points Redeemed":
            return f'{{"points": {100 + pick % 900}}}'
        case _:
            return f'{{"task": "{TASK_OF[name]}"}}' if name in TASK_OF else "{}"

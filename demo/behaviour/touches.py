"""What happens in a visit: visits in, single touches with time, place and event out.

A visit takes place on the web, at a desk (store, repair, street event) or on the phone. A person without an account is
seen either only on the web or only by staff, depending on where they came from; so nobody leaves touches behind that
no identifier ever joins. Everything in a visit belongs to the stage of its run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from demo.behaviour.journeys import Visits
from demo.behaviour.steps import Steps, draw_gates, draw_tasks
from demo.setting.effects import ASSISTING_CHANNEL, Effects
from demo.setting.events import CHAT, DRAWN, EVENTS, SETUP, SIGNED_UP
from demo.setting.people import Bools, Ints, People
from demo.setting.vocabulary import (
    AWARENESS,
    CHANNELS,
    DIRECT,
    DISCOVERY,
    EMAIL,
    FACEBOOK,
    FRIEND,
    INSTAGRAM,
    ORGANIC,
    PAID,
    PHONE,
    PURCHASE,
    STAGES,
    STORE,
    USE,
)

WEB_PLACE, DESK_PLACE, CALL_PLACE = range(3)
SHAPES: Final = {"page": WEB_PLACE, "track": WEB_PLACE, "desk": DESK_PLACE, "call": CALL_PLACE}
MORE_TOUCHES: Final = np.array([1.0, 1.6, 0.9, 0.8, 0.6, 0.2])  # further web touches in a visit, by stage
MOST_TOUCHES: Final = 5
# Relative traffic by hour, from 7 to 20 on the web and from 9 to 18 with staff.
WEB_HOURS: Final = np.array([2, 4, 5, 6, 6, 8, 7, 5, 5, 6, 7, 9, 11, 10], dtype=float)
DESK_HOURS: Final = np.array([4, 7, 9, 9, 7, 6, 7, 9, 10, 7], dtype=float)
SECOND_VISIT: Final = 25 * 60  # seconds between the starts of two visits on one day
FIRST_HEARD: Final = {
    "Search": (PAID, ORGANIC),
    "Social": (INSTAGRAM, FACEBOOK),
    "Referral": (FRIEND, FRIEND),
    "Store": (DIRECT, ORGANIC),
}
USUAL_CHANNELS: Final = {
    DIRECT: 0.30, EMAIL: 0.18, ORGANIC: 0.17, PAID: 0.12, INSTAGRAM: 0.10, FACEBOOK: 0.05, FRIEND: 0.08,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where and when each visit takes place; one entry per visit, `second` in local time since midnight."""

    place: Ints
    second: Ints
    channel: Ints


@dataclass(frozen=True, kw_only=True)
class Touches:
    """One entry per touch, by person and time; `event` indexes `EVENTS`, `page` PAGES (-1: the event's own).

    `closing` is, per visit, the second after the last of its touches: orders and sign-ups follow there.
    """

    visit: Ints
    event: Ints
    second: Ints
    page: Ints
    closing: Ints


def settle(people: People, visits: Visits, *, seed: int, start_on: date, world: Effects) -> Settings:
    """Decide for every visit whether it is on the web, at a desk or on the phone, and when."""
    rng = np.random.default_rng([seed, 3])
    size = len(visits)
    by_staff = people.offline_first[visits.person]
    luck = rng.random((size, 3))
    offline = np.where(visits.known, luck[:, 0] < np.where(by_staff, 0.55, 0.14), by_staff)
    offline &= ~((visits.stage == PURCHASE) & ~visits.buys)  # a cart is left on the web only
    sunday = (visits.day + start_on.weekday()) % 7 == 6
    place = np.where(offline, np.where(sunday | (luck[:, 1] < 0.4), CALL_PLACE, DESK_PLACE), WEB_PLACE)
    first_that_day = np.arange(size) - visits.rank
    staff_needed = np.zeros(size, dtype=bool)
    staff_needed[first_that_day[offline]] = True
    hour = np.where(
        staff_needed,
        9 + rng.choice(len(DESK_HOURS), size=size, p=DESK_HOURS / DESK_HOURS.sum()),
        7 + rng.choice(len(WEB_HOURS), size=size, p=WEB_HOURS / WEB_HOURS.sum()),
    )
    own = hour * 3600 + (luck[:, 2] * 3600).astype(np.int64)
    second = own[first_that_day] + visits.rank * SECOND_VISIT
    channel = np.select(
        [place == DESK_PLACE, place == CALL_PLACE], [STORE, PHONE], _web_channels(rng, people, visits, world)
    ).astype(np.int64)
    return Settings(place=place.astype(np.int64), second=second, channel=channel)


def draw_touches(visits: Visits, settings: Settings, *, seed: int, world: Effects) -> Touches:
    """Draw what happens in every visit, besides orders."""
    rng = np.random.default_rng([seed, 4])
    on_web = settings.place == WEB_PLACE
    count = np.where(on_web, 1 + np.minimum(rng.poisson(MORE_TOUCHES[visits.stage]), MOST_TOUCHES - 1), 1)
    count = np.where(~on_web & visits.buys, 0, count)  # at the counter and on the phone the order is the touch
    visit = np.repeat(np.arange(len(visits)), count)
    starts = np.cumsum(count) - count
    position = np.arange(len(visit)) - starts[visit]
    event = _draw_events(rng, visits.stage[visit], settings.place[visit])
    event[(position == 0) & _first_setup(visits, on_web)[visit]] = EVENTS.index(SETUP)
    event[(position == 0) & _begins_in_chat(rng, visits, on_web, world)[visit]] = EVENTS.index(CHAT)
    second = settings.second[visit] + _since_start(visit, rng.integers(25, 170, len(visit)))
    drawn = _Drawn(visit=visit, event=event, second=second, page=np.full(len(visit), -1))
    closing = settings.second + 40
    np.maximum.at(closing, visit, second + 40)
    for draw in (draw_gates, draw_tasks):
        drawn, closing = _followed_by(drawn, draw(rng, visits, on_web, world), closing)

    signing = np.nonzero(visits.signs_up & on_web)[0]
    signed_up = np.full(len(signing), EVENTS.index(SIGNED_UP))
    visit = np.r_[drawn.visit, signing]
    second = np.r_[drawn.second, closing[signing]]
    order = np.lexsort((second, visit))
    return Touches(
        visit=visit[order],
        event=np.r_[drawn.event, signed_up][order],
        second=second[order],
        page=np.r_[drawn.page, np.full(len(signing), -1)][order],
        closing=closing,
    )


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    visit: Ints
    event: Ints
    second: Ints
    page: Ints


def _followed_by(drawn: _Drawn, steps: Steps, closing: Ints) -> tuple[_Drawn, Ints]:
    """Put steps after everything else in their visits; each visit closes after the last of them."""
    second = closing[steps.visit] + _since_start(steps.visit, steps.wait)
    closing = closing.copy()
    np.maximum.at(closing, steps.visit, second + 40)
    both = _Drawn(
        visit=np.r_[drawn.visit, steps.visit],
        event=np.r_[drawn.event, steps.event],
        second=np.r_[drawn.second, second],
        page=np.r_[drawn.page, steps.page],
    )
    return both, closing


def _since_start(visit: Ints, pause: Ints) -> Ints:
    """Seconds since the first touch of the same visit; touches of a visit are consecutive."""
    if not len(visit):
        return pause
    running = np.cumsum(pause)
    is_first = np.r_[True, visit[1:] != visit[:-1]]
    start = np.maximum.accumulate(np.where(is_first, np.arange(len(visit)), 0))
    return running - (running - pause)[start]


def _web_channels(rng: np.random.Generator, people: People, visits: Visits, world: Effects) -> Ints:
    """People come first by what they heard of the shop through, later by any channel."""
    size = len(visits)
    usual = rng.choice(list(USUAL_CHANNELS), size=size, p=list(USUAL_CHANNELS.values()))
    heard = people.traits["first_channel"][visits.person]
    either = (rng.random(size) < 0.5).astype(int)
    first = np.select(
        [heard == word for word in FIRST_HEARD], [np.array(pair)[either] for pair in FIRST_HEARD.values()], DIRECT
    )
    channel = np.where((visits.stage == AWARENESS) & ~visits.known, first, usual)
    channel = np.where((channel == EMAIL) & ~visits.known, DIRECT, channel).astype(np.int64)
    if not world.assisting_closes:
        closes = (visits.stage == PURCHASE) | ((visits.next_stage == PURCHASE) & visits.last_of_run)
        assisting = [i for i, way in enumerate(CHANNELS) if way.channel == ASSISTING_CHANNEL]
        channel = np.where(closes & np.isin(channel, assisting), np.where(either == 1, DIRECT, ORGANIC), channel)
    return channel


def _begins_in_chat(rng: np.random.Generator, visits: Visits, on_web: Bools, world: Effects) -> Bools:
    """Ways through discovery that begin in the advice chat, after a visit that marketing brought about."""
    share = np.where(visits.goes_on, world.seam.kept, world.seam.lost)
    handed_on = visits.first_of_run & (visits.stage == DISCOVERY) & (visits.previous_stage == AWARENESS)
    chosen: Bools = on_web & handed_on & (rng.random(len(visits)) < share)
    return chosen


def _draw_events(rng: np.random.Generator, stage: Ints, place: Ints) -> Ints:
    """An event of the stage that can happen at the place, by weight."""
    event = np.zeros(len(stage), dtype=np.int64)
    luck = rng.random(len(stage))
    for number, name in enumerate(STAGES):
        for where in (WEB_PLACE, DESK_PLACE, CALL_PLACE):
            rows = (stage == number) & (place == where)
            fitting = [i for i, e in enumerate(DRAWN) if e.stage == name and SHAPES[e.shape] == where]
            if not fitting or not rows.any():
                continue
            weights = np.cumsum([DRAWN[i].weight for i in fitting])
            chosen = np.searchsorted(weights / weights[-1], luck[rows], side="right")
            event[rows] = np.array(fitting)[np.minimum(chosen, len(fitting) - 1)]
    return event


def _first_setup(visits: Visits, on_web: Bools) -> Bools:
    """A person's first web visit in the use stage: what was bought is set up."""
    rows = np.nonzero((visits.stage == USE) & on_web)[0]
    _, first = np.unique(visits.person[rows], return_index=True)
    chosen = np.zeros(len(visits), dtype=bool)
    chosen[rows[first]] = True
    return chosen

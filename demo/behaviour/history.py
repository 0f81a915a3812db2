"""What happened, before any vendor writes it down: people and the effects in; one history of the whole company out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.behaviour.anniversaries import Anniversaries
from demo.behaviour.browsers import Browsers, draw_browsers
from demo.behaviour.journeys import Visits, walk
from demo.behaviour.orders import Movements, Orders, draw_movements, draw_orders
from demo.behaviour.touches import WEB_PLACE, Settings, Touches, draw_touches, settle
from demo.dirt import Dirt
from demo.files import Calendar
from demo.setting.effects import Effects
from demo.setting.people import People, Texts, draw_people

SECOND_ACCOUNT_USED = 0.4  # of the visits of people with two customer records


@dataclass(frozen=True, kw_only=True)
class History:
    """Everything that happened. `crm_ids` says under which customer id the CRM knows the person on each visit."""

    seed: int
    world: Effects
    calendar: Calendar
    people: People
    visits: Visits
    anniversaries: Anniversaries
    settings: Settings
    touches: Touches
    orders: Orders
    movements: Movements
    crm_ids: Texts
    browsers: Browsers

    def rng(self, stream: int) -> np.random.Generator:
        """Luck of one's own for every file: what is added to one changes no other."""
        return np.random.default_rng([self.seed, stream])


def draw_history(count: int, *, seed: int, calendar: Calendar, world: Effects, dirt: Dirt) -> History:
    """Draw `count` people and all that happens to them."""
    start_on, days = calendar.start_on, calendar.days
    people = draw_people(count, seed=seed, days=days, world=world)
    visits, anniversaries = walk(people, seed=seed, start_on=start_on, days=days, world=world)
    settings = settle(people, visits, seed=seed, start_on=start_on, world=world)
    touches = draw_touches(visits, settings, seed=seed, world=world)
    orders = draw_orders(people, visits, touches, seed=seed)
    return History(
        seed=seed,
        world=world,
        calendar=calendar,
        people=people,
        visits=visits,
        anniversaries=anniversaries,
        settings=settings,
        touches=touches,
        orders=orders,
        movements=draw_movements(visits, settings, orders, seed=seed),
        crm_ids=_ids_in_crm(people, visits, seed=seed),
        browsers=draw_browsers(people, visits, on_web=settings.place == WEB_PLACE, seed=seed, dirt=dirt),
    )


def _ids_in_crm(people: People, visits: Visits, *, seed: int) -> Texts:
    """A few people have two records."""
    rng = np.random.default_rng([seed, 11])
    second = people.second_account[visits.person] & visits.known & (rng.random(len(visits)) < SECOND_ACCOUNT_USED)
    ids: Texts = np.where(second, people.second_id[visits.person], people.customer_id[visits.person])
    return ids

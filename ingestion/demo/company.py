"""One made-up company: arguments in, its workspace on disk out."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from ingestion.demo.configuration import CX_YML, ZONE
from ingestion.demo.contacts import write_contacts
from ingestion.demo.files import Calendar
from ingestion.demo.interactions import write_interactions
from ingestion.demo.journeys import Visits, walk
from ingestion.demo.mappings import write_mappings
from ingestion.demo.orders import draw_movements, draw_orders, write_orders
from ingestion.demo.people import People, Texts, draw_people
from ingestion.demo.surveys import write_surveys
from ingestion.demo.touches import draw_touches, settle
from ingestion.demo.truths import document, effects
from ingestion.demo.web import write_web

SEED = 20261122
SECOND_ACCOUNT_USED = 0.4  # of the visits of people with two customer records


def generate(
    folder: Path,
    *,
    customers: int = 5000,
    seed: int = SEED,
    planted: bool = True,
    end_on: date = date(2026, 6, 30),
    days: int = 730,
) -> None:
    """Write the workspace of a made-up company.

    Args:
        folder: where to; created if absent. Files of an older generation with other names stay.
        customers: number of people, most of whom never buy.
        seed: same seed, same bytes.
        planted: with effects to be found, or with none.
        end_on: last day of history; the newest event is on it.
        days: length of history before that day.
    """
    if customers < 1 or days < 1:
        raise ValueError("a company needs at least one person and one day of history")
    world = effects(planted=planted)
    calendar = Calendar(start_on=end_on - timedelta(days=days), days=days, zone=ZONE)
    people = draw_people(customers, seed=seed, days=days, world=world)
    visits = walk(people, seed=seed, start_on=calendar.start_on, days=days, world=world)
    settings = settle(people, visits, seed=seed, start_on=calendar.start_on)
    touches = draw_touches(visits, settings, seed=seed)
    orders = draw_orders(people, visits, touches, seed=seed)
    movements = draw_movements(visits, settings, orders, seed=seed)
    crm_ids = _ids_in_crm(people, visits, seed=seed)

    inbox = folder / "inbox"
    write_orders(inbox / "orders", settings, orders, movements, crm_ids, seed=seed, calendar=calendar)
    write_contacts(inbox / "contacts", people, visits, touches, seed=seed, calendar=calendar)
    write_interactions(inbox / "interactions", visits, settings, touches, crm_ids, seed=seed, calendar=calendar)
    write_web(inbox / "web", people, visits, settings, touches, orders, seed=seed, calendar=calendar)
    strangers = write_surveys(
        inbox / "surveys",
        people,
        visits,
        settings,
        touches,
        orders,
        crm_ids,
        seed=seed,
        calendar=calendar,
        world=world,
    )
    write_mappings(folder / "mappings")
    (folder / "cx.yml").write_text(CX_YML, encoding="utf-8")
    truths = document(world, seed=seed, customers=customers, end_on=end_on, days=days)
    truths["facts"] = {
        "people": customers + strangers,
        "customers": len(np.unique(visits.person[orders.visit])),
        "orders": len(orders.visit),
        "revenue": movements.net_cents / 100,
    }
    (folder / "planted_truths.json").write_text(json.dumps(truths, indent=2) + "\n", encoding="utf-8")


def _ids_in_crm(people: People, visits: Visits, *, seed: int) -> Texts:
    """Under which customer id the CRM knows the person on each visit: a few people have two records."""
    rng = np.random.default_rng([seed, 11])
    second = people.second_account[visits.person] & visits.known & (rng.random(len(visits)) < SECOND_ACCOUNT_USED)
    ids: Texts = np.where(second, people.second_id[visits.person], people.customer_id[visits.person])
    return ids

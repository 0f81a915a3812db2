"""One demo company: arguments in, its workspace on disk out."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from demo.behaviour.history import History, draw_history
from demo.configuration import ZONE, cx_yml
from demo.dirt import Dirt, DirtBook
from demo.exports.accounts import draw_accounts, draw_contracts, write_accounts
from demo.exports.campaigns import write_campaigns
from demo.exports.contacts import write_contacts
from demo.exports.interactions import write_interactions
from demo.exports.leads import write_leads
from demo.exports.mentions import draw_mentions, write_mentions
from demo.exports.order_lines import write_order_lines
from demo.exports.orders import write_orders
from demo.exports.surveys import write_surveys
from demo.exports.tickets import draw_tickets, write_tickets
from demo.exports.web import write_web
from demo.files import Calendar
from demo.identities import write_identities
from demo.mappings import write_mappings
from demo.setting.effects import effects
from demo.truths import document

SEED = 20261122
ALL_DIRT = Dirt()


def generate(
    folder: Path,
    *,
    customers: int = 5000,
    seed: int = SEED,
    planted: bool = True,
    end_on: date = date(2026, 6, 30),
    days: int = 730,
    dirt: Dirt = ALL_DIRT,
) -> None:
    """Write the workspace of a demo company.

    Args:
        folder: where to; created if absent. Files of an older generation with other names stay.
        customers: number of people, most of whom never buy.
        seed: same seed, same bytes.
        planted: with effects to be found, or with none.
        end_on: last day of history; the newest event is on it.
        days: length of history before that day.
        dirt: which faults the files have.
    """
    if customers < 1 or days < 1:
        raise ValueError("a company needs at least one person and one day of history")
    world = effects(planted=planted)
    calendar = Calendar(start_on=end_on - timedelta(days=days), days=days, zone=ZONE)
    history = draw_history(customers, seed=seed, calendar=calendar, world=world, dirt=dirt)
    accounts = draw_accounts(history)
    contracts = draw_contracts(history, accounts)
    tickets = draw_tickets(history)
    mentions = draw_mentions(history)

    book = DirtBook(wanted=dirt)
    inbox = folder / "inbox"
    write_orders(inbox / "orders", history, book)
    write_order_lines(inbox / "order_lines", history)
    write_contacts(inbox / "contacts", history, accounts, book)
    write_interactions(inbox / "interactions", history, book)
    write_web(inbox / "web", history, book)
    answered = write_surveys(inbox / "surveys", history, book)
    write_tickets(inbox / "tickets", history, tickets, book)
    themes = write_mentions(inbox / "mentions", history, mentions, book)
    cost = write_campaigns(inbox / "campaigns", history)
    sales = write_accounts(inbox, history, accounts, contracts)
    write_leads(inbox / "leads", history, accounts, sales)
    write_mappings(folder / "mappings", calendar)
    (folder / "cx.yml").write_text(cx_yml(end_on), encoding="utf-8")
    hard_to_identify = write_identities(folder / "identities.csv", history, tickets, mentions, dirt)

    truths = document(world, seed=seed, customers=customers, end_on=end_on, days=days, again=answered.again)
    truths["facts"] = {
        **_facts(history),
        "people": customers + answered.strangers + mentions.strangers,
        "accounts": len(accounts),
        "contracts": len(contracts.signed),
        "tickets": len(tickets) - int(tickets.is_deleted.sum()),
        "mentions": len(mentions),
        "campaign_cost": cost,
    }
    truths["dirt"] = dict(sorted(book.counts.items()))
    truths["hard_to_identify"] = hard_to_identify
    truths["comments"] = {"of_response": answered.themes, "of_mention": themes}
    (folder / "planted_truths.json").write_text(json.dumps(truths, indent=2) + "\n", encoding="utf-8")


def _facts(history: History) -> dict[str, Any]:
    """What a reading of the files that handles all dirt arrives at."""
    orders = history.orders
    return {
        "people": len(history.people),
        "customers": len(np.unique(history.visits.person[orders.visit])),
        "orders": len(orders.visit),
        "revenue": history.movements.net_cents / 100,
    }

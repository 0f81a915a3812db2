"""Who is who: history in; every identifier that the files hold, with the person behind it, out.

It is beside `planted_truths.json`, for scoring alone: no source reads it. An identifier that several people share has
a row for each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from demo.behaviour.history import History
from demo.behaviour.touches import WEB_PLACE
from demo.dirt import Dirt
from demo.exports.contacts import phones_in_crm
from demo.exports.mentions import Mentions
from demo.exports.tickets import Tickets, requester_id
from demo.files import write_csv
from demo.setting.effects import NETWORKS
from demo.setting.phones import STORE_PHONE, international
from demo.setting.vocabulary import NAMESPACE, TICKETS

HEADER: Final = ("person", "id_type", "namespace", "id")


def write_identities(path: Path, history: History, tickets: Tickets, mentions: Mentions, dirt: Dirt) -> dict[str, int]:
    """Write every identifier once per person; returns people by what makes them hard to identify."""
    found = _identifiers(history, tickets, mentions, dirt)
    rows = sorted({(f"P{person:06d}", *identifier) for person, identifier in found})
    write_csv(path, HEADER, rows)
    people_of: dict[tuple[str, ...], set[str]] = {}
    emails_of: dict[str, int] = {}
    for person, *identifier in rows:
        people_of.setdefault(tuple(identifier), set()).add(person)
        emails_of[person] = emails_of.get(person, 0) + (identifier[0] == "email")
    shared = {person for people in people_of.values() if len(people) > 1 for person in people}
    registered = history.visits.person[history.visits.signs_up]
    return {
        "two_emails": sum(count > 1 for count in emails_of.values()),
        "shared_device": len(shared),
        "second_record_by_phone": int(history.people.second_by_phone[np.unique(registered)].sum()),
    }


def _identifiers(
    history: History, tickets: Tickets, mentions: Mentions, dirt: Dirt
) -> Iterator[tuple[int, tuple[str, str, str]]]:
    people, visits, browsers = history.people, history.visits, history.browsers
    on_web = history.settings.place == WEB_PLACE
    phone = phones_in_crm(history)
    registered = np.unique(visits.person[visits.signs_up])
    by_staff = np.unique(visits.person[~on_web])
    for person in np.union1d(registered, by_staff):
        yield person, ("customer", NAMESPACE, people.customer_id[person])
    for person in registered:
        if people.second_account[person]:
            yield person, ("customer", NAMESPACE, people.second_id[person])
        if people.email[person]:
            yield person, ("email", "", people.email[person])
        # The store's number is nobody's, and so is what staff write where much of it is junk.
        if phone[person] not in ("", STORE_PHONE) and (people.email[person] or not dirt.identity):
            yield person, ("phone", "", international(people.phone[person]))
        if browsers.second_email[person]:
            yield person, ("email", "", browsers.second_email[person])
    for number in np.unique(visits.person[on_web] * 2 + browsers.device[on_web]):
        person, device = divmod(int(number), 2)
        yield person, ("anonymous", NAMESPACE, browsers.anonymous_id[person, device])
    for visit in tickets.visit:
        person = int(visits.person[visit])
        yield person, ("requester", TICKETS, str(requester_id(person)))
    for i in np.nonzero(mentions.is_own & (mentions.person >= 0))[0]:
        yield int(mentions.person[i]), ("author", NETWORKS[mentions.network[i]], mentions.author[i])

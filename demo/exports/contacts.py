"""Contacts: people who opened an account in; the CRM's contact export out.

Each person has one record, a few have two with one e-mail address, or with one phone and no address. A record that was
changed later appears again in the file of that quarter, with the newer `updated_at`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from demo.behaviour.history import History
from demo.dirt import DirtBook
from demo.exports.accounts import Accounts
from demo.files import write_by_period
from demo.setting.people import Ints, People, Texts
from demo.setting.phones import STORE_PHONE, national

HEADER: Final = (
    "Customer", "Full Name", "Email", "Phone", "Created", "Last Modified", "Segment",
    "Country", "Region", "Language", "Age", "Household", "Motivation", "Interest", "Heard Through", "Account",
)  # fmt: skip
MODIFIED: Final = HEADER.index("Last Modified")
CHANGED: Final = 0.08  # of the records: changed some time after they were opened
JUNK_ADDRESSES: Final = ("test@test.example", "none@none.example", "store.berlin@northwind.example")
JUNK_PHONES: Final = ("00000", STORE_PHONE)
NOTICED: Final = 8  # contacts with one phone: more than identity takes for one person
UNKNOWN: Final = 0.03  # of the cells of each trait


def write_contacts(folder: Path, history: History, accounts: Accounts, book: DirtBook) -> None:
    """Write `contacts-<quarter>.csv`, by the time of the last change."""
    rng = history.rng(7)
    people, visits, touches, calendar = history.people, history.visits, history.touches, history.calendar
    visit = np.nonzero(visits.signs_up)[0]
    person = visits.person[visit]
    created_day, created = visits.day[visit], touches.closing[visit] + 2
    known = rng.random((len(people), 9)) >= UNKNOWN
    changed = rng.random(len(people)) < CHANGED
    changed_after = rng.integers(5, 300, len(people))

    email, phone = _addresses(history, person, book)
    rows: list[tuple[str, ...]] = []
    days: list[int] = []
    opened = calendar.local(created_day, created)
    reopened = calendar.local(created_day, created + 45)
    modified_day = np.minimum(created_day + changed_after[person], calendar.days)
    modified = calendar.local(modified_day, np.full(len(person), 12 * 3600))
    for i, who in enumerate(person):
        account = accounts.account_of(who)
        rows.append(
            _row(
                people,
                known,
                who,
                people.customer_id[who],
                opened[i],
                opened[i],
                phone[who],
                email[who],
                account,
            )
        )
        days.append(created_day[i])
        if people.second_account[who]:
            number, address = (national(phone[who]), "") if people.second_by_phone[who] else ("", email[who])
            rows.append(
                _row(people, known, who, people.second_id[who], reopened[i], reopened[i], number, address, account)
            )
            days.append(created_day[i])
        if changed[who] and modified_day[i] > created_day[i]:
            typed = national(phone[who]) if phone[who] == people.phone[who] != "" else phone[who]
            rows.append(
                _row(people, known, who, people.customer_id[who], opened[i], modified[i], typed, email[who], account)
            )
            days.append(modified_day[i])
    when: Ints = np.array(days, dtype=np.int64)
    order = sorted(range(len(rows)), key=lambda i: (rows[i][MODIFIED], rows[i][0]))
    write_by_period(
        folder,
        "contacts",
        HEADER,
        [rows[i] for i in order],
        periods=calendar.quarters(when[order]),
        latest=calendar.latest_quarter,
    )


def phones_in_crm(history: History) -> Texts:
    """Phone per person; for some who gave no address, staff wrote the store's: too many share it to be one person."""
    phone: Texts = history.people.phone.copy()
    visits = history.visits
    registered = np.unique(visits.person[visits.signs_up])
    reticent = registered[(history.people.email[registered] == "") & (registered % 3 == 0)]
    if len(reticent) >= NOTICED:
        phone[reticent] = STORE_PHONE
    return phone


def _addresses(history: History, person: Ints, book: DirtBook) -> tuple[Texts, Texts]:
    """Address and phone per person; staff who must fill in something write the store's, or what nobody has."""
    email, phone = history.people.email.copy(), phones_in_crm(history)
    if book.wanted.identity:
        nameless = person[email[person] == ""]
        email[nameless] = np.array(JUNK_ADDRESSES, dtype=object)[nameless % len(JUNK_ADDRESSES)]
        phone[nameless] = np.array(JUNK_PHONES, dtype=object)[nameless % len(JUNK_PHONES)]
        book.note("contacts: address and phone of nobody, or of many", len(nameless))
    return email, phone


def _row(
    people: People,
    known: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
    who: int,
    customer_id: str,
    created: str,
    modified: str,
    phone: str,
    email: str,
    account: str,
) -> tuple[str, ...]:
    traits = {name: values[who] for name, values in people.traits.items()}
    cells = (
        traits["segment"],
        traits["country"],
        traits["region"],
        traits["language"],
        str(people.age[who]),
        traits["household"],
        traits["motivation"],
        traits["interest"],
        traits["first_channel"],
    )
    first, last = people.first_name[who], people.last_name[who]
    shown = (cell if is_known else "" for cell, is_known in zip(cells, known[who], strict=True))
    return (customer_id, f"{first} {last}", email, phone, created, modified, *shown, account)

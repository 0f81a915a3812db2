"""Who browses with what, and when the shop learns who it is: people and visits in; browsers and logins out.

A browser is anonymous until its owner opens an account or logs in; an `identify` call then ties its anonymous id to
the customer id of the CRM.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from demo.behaviour.journeys import Visits
from demo.dirt import Dirt
from demo.setting.people import Bools, Ints, People, Texts

LOGGED_IN: Final = 0.8  # of the visits of people with an account
SECOND_BROWSER: Final = 0.35  # of the visits of people who use two
IDENTIFIED_AGAIN: Final = 0.1  # of the logged-in visits
SECOND_ADDRESS: Final = 0.14  # of the people: they log in with another e-mail address than the CRM knows
BORROWED: Final = 0.02  # of the people log in on a browser of somebody else, so that twice as many share one
AT_KIOSK: Final = 0.15  # of the people who use two browsers
KIOSK: Final = "00000000-0000-4000-8000-00000000c10c"


@dataclass(frozen=True, kw_only=True)
class Browsers:
    """One entry per visit, besides the last two.

    Attributes:
        device: 0 or 1, which of the person's browsers.
        logged_in, identifies: the shop knows who it is; the visit begins with an identify call.
        anonymous_id: person x device.
        second_email: per person, the address of their identify calls where it is not the CRM's; empty for most.
    """

    device: Ints
    logged_in: Bools
    identifies: Bools
    anonymous_id: Texts
    second_email: Texts


def draw_browsers(people: People, visits: Visits, *, on_web: Bools, seed: int, dirt: Dirt) -> Browsers:
    """The first known visit on each browser begins with an identify call, and so do a few later ones."""
    rng = np.random.default_rng([seed, 15])
    second_browser = people.second_device[visits.person] & visits.known
    device = (second_browser & (rng.random(len(visits)) < SECOND_BROWSER)).astype(np.int64)
    luck = rng.random((len(visits), 2))
    rows = np.nonzero(on_web & visits.known)[0]
    _, first = np.unique(visits.person[rows] * 2 + device[rows], return_index=True)
    first_known = np.zeros(len(visits), dtype=bool)
    first_known[rows[first]] = True
    logged_in = on_web & visits.known & (first_known | (luck[:, 0] < LOGGED_IN))
    identifies = first_known | (logged_in & (luck[:, 1] < IDENTIFIED_AGAIN))
    identified = np.zeros(len(people), dtype=bool)
    identified[visits.person[identifies | (visits.signs_up & on_web)]] = True
    has_second = identified & (people.email != "") & (rng.random(len(people)) < SECOND_ADDRESS)
    anonymous_id = _anonymous_ids(rng, len(people))
    if dirt.identity:
        _share(rng, anonymous_id, identified)
    return Browsers(
        device=device,
        logged_in=logged_in,
        identifies=identifies,
        anonymous_id=anonymous_id,
        second_email=np.where(has_second, _at_work(people), "").astype(object),
    )


def _anonymous_ids(rng: np.random.Generator, count: int) -> Texts:
    raw = rng.bytes(32 * count).hex()
    ids = [raw[start : start + 32] for start in range(0, len(raw), 32)]
    written = [f"{i[:8]}-{i[8:12]}-{i[12:16]}-{i[16:20]}-{i[20:]}" for i in ids]
    return np.array(written, dtype=object).reshape(count, 2)


def _share(rng: np.random.Generator, anonymous_id: Texts, identified: Bools) -> None:
    """Some people use somebody else's browser for everything, and some their second one in the store: a kiosk."""
    owners = rng.permutation(np.nonzero(identified)[0])
    borrowers = owners[: round(BORROWED * len(identified))]
    lenders = owners[len(owners) - len(borrowers) :]
    anonymous_id[borrowers, 0] = anonymous_id[lenders, 0]
    anonymous_id[rng.random(len(identified)) < AT_KIOSK, 1] = KIOSK


def _at_work(people: People) -> Texts:
    """The same person's other address."""
    mails = [f"{name.partition('@')[0].rpartition('.')[2]}@office.example" for name in people.email]
    return np.array([f"{last.lower()[:1]}{mail}" for last, mail in zip(people.last_name, mails, strict=True)], object)

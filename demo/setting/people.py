"""The simulated people: a seed and the effects in, one array per trait out.

Every trait is drawn independently of every other and of behaviour; only the planted marks tie traits to value. With
no marks, nothing about a person predicts how good a customer they become.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from demo.setting.effects import Effects
from demo.setting.phones import phone_number
from demo.setting.vocabulary import (
    AGE_BANDS,
    HEARD_THROUGH,
    HOUSEHOLDS,
    INTERESTS,
    MOTIVATIONS,
    PLACES,
    SEGMENTS,
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Texts = NDArray[Any]

RATE_SHAPE: Final = 1.6  # of the gamma over people: how unequal they are in how often they buy
SPEND_SPREAD: Final = 0.45  # of the log-normal over people: how unequal they are in how much they spend
AGES: Final = {"18-24": 0.12, "25-34": 0.22, "35-54": 0.34, "55-64": 0.18, "65+": 0.14}
FIRST_NAMES: Final = (
    "Anna", "Ben", "Clara", "David", "Elif", "Felix", "Greta", "Hannes", "Ines", "Jonas", "Katrin", "Lukas", "Mia",
    "Nils", "Olga", "Paul", "Rosa", "Sven", "Tom", "Ute", "Vera", "Willem", "Yara", "Zoé", "Jörg", "Käthe",
)  # fmt: skip
LAST_NAMES: Final = (
    "Albrecht", "Berg", "Conrad", "Dietz", "Engel", "Fischer", "Graf", "Hansen", "Imhof", "Jansen", "Keller", "Lang",
    "Maier", "Neumann", "Otto", "Peters", "Richter", "Schäfer", "Thiel", "Ulrich", "Vogel", "Weber", "Yilmaz",
    "Zimmer", "de Vries", "Müller", "O'Neill",
)  # fmt: skip
MAIL_HOSTS: Final = ("example.com", "example.org", "example.net")


@dataclass(frozen=True, kw_only=True)
class People:
    """One entry per person in every array.

    Attributes:
        arrival: day of the first touch, counted from the first day of history.
        rate: how often they buy, relative to the average person.
        spend: how much they spend in an order, relative to the average person.
        offline_first: known to the shop's staff before they are known to its web site.
        second_account: opened a second customer record, with the same e-mail address or only the same phone.
        second_by_phone: with only the same phone.
        second_device: uses two browsers once they have an account.
    """

    customer_id: Texts
    second_id: Texts
    first_name: Texts
    last_name: Texts
    email: Texts
    phone: Texts
    age: Ints
    traits: dict[str, Texts]
    arrival: Ints
    rate: Floats
    spend: Floats
    offline_first: Bools
    second_account: Bools
    second_by_phone: Bools
    second_device: Bools
    style: Floats

    def __len__(self) -> int:
        return len(self.customer_id)


def draw_people(count: int, *, seed: int, days: int, world: Effects) -> People:
    """Draw `count` people. The first of them is new to the web site on the last day of history."""
    rng = np.random.default_rng([seed, 1])
    number = np.arange(count)
    bands = choose(rng, AGES, count)
    age = _ages_within(rng, bands)
    place = rng.choice(len(PLACES), size=count, p=[share for *_, share in PLACES])
    traits = {
        "motivation": choose(rng, MOTIVATIONS, count),
        "age_band": bands,
        "first_channel": choose(rng, HEARD_THROUGH, count),
        "segment": choose(rng, SEGMENTS, count),
        "interest": choose(rng, INTERESTS, count),
        "household": choose(rng, HOUSEHOLDS, count),
        "country": np.array([place[0] for place in PLACES], dtype=object)[place],
        "region": np.array([place[1] for place in PLACES], dtype=object)[place],
        "language": np.array([place[2] for place in PLACES], dtype=object)[place],
    }
    rate = rng.gamma(RATE_SHAPE, 1 / RATE_SHAPE, count)
    spend = np.exp(rng.normal(0, SPEND_SPREAD, count))
    for mark in world.marks:
        marked = traits[mark.attribute] == mark.value
        rate = rate * np.where(marked, mark.order_rate, 1.0)
        spend = spend * np.where(marked, mark.spend, 1.0)
    first = np.array(FIRST_NAMES, dtype=object)[rng.integers(len(FIRST_NAMES), size=count)]
    last = np.array(LAST_NAMES, dtype=object)[rng.integers(len(LAST_NAMES), size=count)]
    hosts = rng.integers(len(MAIL_HOSTS), size=count)
    second_account = rng.random(count) < 0.012
    has_email = (rng.random(count) < 0.95) | second_account
    email = [
        f"{_ascii(a)}.{_ascii(b)}.{i}@{MAIL_HOSTS[host]}" if known else ""
        for a, b, i, host, known in zip(first, last, number, hosts, has_email, strict=True)
    ]
    store_share = np.where(traits["first_channel"] == "Store", 0.75, 0.12)
    arrival = np.minimum((days + 1) * rng.random(count) ** 1.1, days).astype(np.int64)
    arrival[0] = days
    order = rng.permutation(count)
    offline_first = rng.random(count) < store_share
    offline_first[0] = False
    phone = np.array([phone_number(int(i)) for i in order], dtype=object)
    return People(
        customer_id=np.array([f"C{100_000 + i}" for i in order], dtype=object),
        second_id=np.array([f"C{100_000 + count + i}" for i in order], dtype=object),
        first_name=first,
        last_name=last,
        email=np.array(email, dtype=object),
        phone=phone,
        age=age,
        traits=traits,
        arrival=arrival,
        rate=rate,
        spend=spend,
        offline_first=offline_first,
        second_account=second_account,
        second_by_phone=second_account & (phone != "") & (number % 4 != 0),
        second_device=rng.random(count) < 0.25,
        style=rng.normal(0, 1, count),
    )


def choose(rng: np.random.Generator, shares: Mapping[str, float], count: int) -> Texts:
    """Draw `count` words by their shares."""
    words = np.array(list(shares), dtype=object)
    chosen: Texts = words[rng.choice(len(words), size=count, p=list(shares.values()))]
    return chosen


def _ages_within(rng: np.random.Generator, bands: Texts) -> Ints:
    limits: dict[str, tuple[int, int]] = {}
    for band in AGE_BANDS.split("|"):
        youngest, _, oldest = band.rstrip("+").partition("-")
        limits[band] = (int(youngest), int(oldest or 84))
    low = np.array([limits[band][0] for band in bands], dtype=np.int64)
    high = np.array([limits[band][1] for band in bands], dtype=np.int64)
    ages: Ints = rng.integers(low, high + 1)
    return ages


def _ascii(name: str) -> str:
    for letter, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("é", "e"), ("'", ""), (" ", "")):
        name = name.replace(letter, plain)
    return name.lower()

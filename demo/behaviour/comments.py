"""What people write: themes and their shares in; comments in English and German, each with the theme behind it, out.

A comment says one thing, in one of several ways, sometimes with a greeting before or a farewell after it. A few hold
what must never be shown: names, phone numbers, e-mail addresses, order numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from demo.setting.people import Ints, People, Texts, choose
from demo.setting.phones import STORE_PHONE

SAYS_MORE: Final = 0.4  # of the comments begin or end with a phrase that belongs to no theme
NAMES_A_PERSON: Final = 0.05  # of the comments hold something personal


@dataclass(frozen=True, kw_only=True)
class Theme:
    """What a comment can be about: which pillar and interaction it belongs to, its tone, and how people put it."""

    tone: str  # positive or negative
    pillar: str
    interaction: str
    english: tuple[str, ...]
    german: tuple[str, ...]


THEME_WORDS: Final[Mapping[str, Theme]] = {
    "repeated_details": Theme(
        tone="negative",
        pillar="processes",
        interaction="get_help",
        english=(
            "I had to explain my problem all over again to every agent.",
            "Had to repeat the same details twice on the hotline.",
            "Nobody had my history, so I repeated all my details once more.",
            "Every agent asks for the same details again.",
        ),
        german=(
            "Ich musste mein Problem jedem Mitarbeiter noch einmal erklären.",
            "Immer wieder dieselben Angaben wiederholen, das nervt.",
            "Niemand kannte meine Vorgeschichte, alle Angaben musste ich wiederholen.",
        ),
    ),
    "slow_reply": Theme(
        tone="negative",
        pillar="processes",
        interaction="get_help",
        english=(
            "Waited three days for a reply to my message.",
            "The reply from support came far too late.",
            "Still waiting for an answer, support is slow to reply.",
            "No answer for days, then a late reply.",
        ),
        german=(
            "Drei Tage auf eine Antwort gewartet.",
            "Die Antwort vom Kundendienst kam viel zu spät.",
            "Ich warte noch immer auf eine Antwort.",
        ),
    ),
    "delivery": Theme(
        tone="negative",
        pillar="processes",
        interaction="buy",
        english=(
            "The parcel was delivered a week later than promised.",
            "Delivery was late and the parcel was damaged.",
            "The courier lost the parcel, delivery took two weeks.",
            "Delivery date was moved twice before the parcel came.",
        ),
        german=(
            "Das Paket wurde eine Woche zu spät geliefert.",
            "Die Lieferung kam verspätet und das Paket war beschädigt.",
            "Der Liefertermin wurde zweimal verschoben.",
        ),
    ),
    "set_up": Theme(
        tone="negative",
        pillar="products",
        interaction="set_up",
        english=(
            "Set-up was hard, the manual does not help.",
            "The manual is unclear, installation took an hour.",
            "Could not set it up without watching a video, the manual is poor.",
            "Installation instructions are missing a step.",
        ),
        german=(
            "Die Einrichtung war schwierig, die Anleitung hilft nicht.",
            "Die Anleitung ist unklar, die Installation dauerte eine Stunde.",
            "Ohne Video keine Einrichtung möglich, schlechte Anleitung.",
        ),
    ),
    "price": Theme(
        tone="negative",
        pillar="products",
        interaction="buy",
        english=(
            "Too expensive for what it is.",
            "The price went up again, it is not worth the money any more.",
            "Cheaper elsewhere, the price is too high.",
            "Shipping costs make the price too high.",
        ),
        german=(
            "Zu teuer für das, was es ist.",
            "Der Preis ist schon wieder gestiegen, das Geld nicht mehr wert.",
            "Anderswo billiger, der Preis ist zu hoch.",
        ),
    ),
    "staff": Theme(
        tone="positive",
        pillar="people",
        interaction="find_product",
        english=(
            "Friendly and competent staff, great advice in the store.",
            "The lady in the store was so kind and gave good advice.",
            "Excellent advice from friendly staff.",
            "Staff took their time and advised me well, very friendly.",
        ),
        german=(
            "Freundliches und kompetentes Personal, tolle Beratung.",
            "Sehr nette Beratung im Laden.",
            "Das Personal hat sich Zeit genommen, super Beratung.",
        ),
    ),
    "durability": Theme(
        tone="positive",
        pillar="products",
        interaction="",
        english=(
            "Solid quality, my kettle has lasted for years.",
            "Well made and durable, still works like on the first day.",
            "Great quality, it lasts and lasts.",
            "Robust product of high quality, it will last.",
        ),
        german=(
            "Solide Qualität, mein Wasserkocher hält seit Jahren.",
            "Gut verarbeitet und langlebig, funktioniert wie am ersten Tag.",
            "Tolle Qualität, hält und hält.",
        ),
    ),
}
OPENINGS: Final = {"en": ("Hello, ", "To be honest: ", "Just so you know: "), "de": ("Hallo, ", "Ganz ehrlich: ")}
ENDINGS: Final = {
    "en": (" Thank you.", " That is all.", " Regards"),
    "de": (" Danke.", " Viele Grüße", " Das war alles."),
}


@dataclass(frozen=True, kw_only=True)
class Comments:
    """One entry per comment: what is written, and the theme behind it."""

    text: Texts
    theme: Texts


def write_comments(
    rng: np.random.Generator,
    people: People,
    person: Ints,
    shares: Mapping[str, float],
    *,
    unhappy_first: Ints | None = None,
) -> Comments:
    """One comment of each person, in German where that is their language, else in English.

    Args:
        unhappy_first: places of persons, who take their negative themes in this order; None: all themes by chance.
    """
    size = len(person)
    theme = choose(rng, shares, size)
    if unhappy_first is not None:
        taken = theme[unhappy_first]
        is_negative = np.array([THEME_WORDS[one].tone == "negative" for one in taken], dtype=bool)
        theme[unhappy_first] = np.r_[taken[is_negative], taken[~is_negative]]
    luck = rng.random((size, 4))
    texts = []
    for i, who in enumerate(person):
        language = "de" if people.traits["language"][who] == "de" else "en"
        words = THEME_WORDS[theme[i]]
        core = _one_of(words.german if language == "de" else words.english, luck[i, 0])
        core = with_a_phrase(core, language, luck[i, 1], luck[i, 2])
        if luck[i, 3] < NAMES_A_PERSON:
            core += _one_of(_personal(people, int(who)), luck[i, 3] / NAMES_A_PERSON)
        texts.append(core)
    return Comments(text=np.array(texts, dtype=object), theme=theme)


def with_a_phrase(core: str, language: str, says_more: float, which: float) -> str:
    """What somebody writes, with a phrase before or after it where `says_more` (from 0 to 1) is low."""
    if says_more < SAYS_MORE / 2:
        return _one_of(OPENINGS[language], which) + core
    return core + _one_of(ENDINGS[language], which) if says_more < SAYS_MORE else core


def _personal(people: People, who: int) -> tuple[str, ...]:
    """What people write about themselves although nobody asked."""
    name = f"{people.first_name[who]} {people.last_name[who]}"
    mail = people.email[who] or "me@example.net"
    phone = people.phone[who] or STORE_PHONE
    return (
        f"\n{name}",
        f" Call me: {phone}",
        f" Write to {mail}",
        f" Order N-{200_001 + who}, {name}",
    )


def _one_of(options: tuple[str, ...], luck: float) -> str:
    return options[int(luck * len(options))]

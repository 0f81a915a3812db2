"""Public mentions: themes and effects in; a listening tool's CSV export of mentions and reviews out.

Most authors are strangers with a handle; a few are customers in weeks of advocacy. The tool rates the tone of a part.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from demo.behaviour.comments import THEME_WORDS, with_a_phrase
from demo.behaviour.history import History
from demo.dirt import NO_DATE, DirtBook, Row, as_it_is, with_cells
from demo.files import write_by_period
from demo.setting.effects import NETWORKS
from demo.setting.people import Bools, Floats, Ints, Texts, choose
from demo.setting.vocabulary import ADVOCACY

HEADER: Final = (
    "Mention", "Posted", "Author", "Customer", "Network", "Brand", "Stars", "Text", "Link", "Tone", "Answered",
    "Shared",
)  # fmt: skip
OWN_BRAND: Final = "Northwind"
BRANDS: Final = {OWN_BRAND: 0.60, "Contoso": 0.25, "Fabrikam": 0.15}
PER_PERSON: Final = 0.5  # mentions for each person of the company
AUTHORS: Final = 0.06  # strangers who write, for each person of the company
BY_CUSTOMERS: Final = 0.3  # of the visits in weeks of advocacy: a mention under the customer's own name
SPREAD: Final = 0.8  # of the log-normal of hours to an answer
ANSWERED: Final = {"negative": 0.9, "positive": 0.3}
SHARED: Final = 0.35  # of the positive mentions of the own brand
TONED: Final = 0.6  # of the mentions: the tool says how they sound
REVIEWS: Final = "trustpilot"  # the network that asks for stars


@dataclass(frozen=True, kw_only=True)
class Mentions:
    """One entry per mention, by time. `person` is -1 for strangers; hours are NaN where it never happened."""

    author: Texts
    person: Ints
    day: Ints
    second: Ints
    network: Ints
    brand: Texts
    theme: Texts
    reply_hours: Floats
    shared_hours: Floats

    def __len__(self) -> int:
        return len(self.day)

    @property
    def is_own(self) -> Bools:
        own: Bools = self.brand == OWN_BRAND
        return own

    @property
    def strangers(self) -> int:
        """Authors who are not known customers and speak of the company."""
        return len(np.unique(self.author[self.is_own & (self.person < 0)].astype(str)))

    @property
    def is_negative(self) -> Bools:
        negative: Bools = np.array([THEME_WORDS[theme].tone == "negative" for theme in self.theme], dtype=bool)
        return negative


def draw_mentions(history: History) -> Mentions:
    """What strangers and a few customers say in public."""
    rng = history.rng(23)
    visits, days = history.visits, history.calendar.days
    count = round(PER_PERSON * len(history.people))
    handles = max(round(AUTHORS * len(history.people)), 1)
    known = np.nonzero((visits.stage == ADVOCACY) & (rng.random(len(visits)) < BY_CUSTOMERS))[0]
    own = np.r_[np.zeros(count, dtype=bool), np.ones(len(known), dtype=bool)]
    size = len(own)
    person = np.r_[np.full(count, -1), visits.person[known]]
    strangers = rng.integers(handles, size=count)
    handle = [*(f"@reader{n:04d}" for n in strangers), *(f"@customer{n:05d}" for n in visits.person[known])]
    day = np.r_[rng.integers(0, days + 1, count), visits.day[known]]
    second = np.r_[rng.integers(7 * 3600, 22 * 3600, count), history.touches.closing[known] + 240]
    network = np.r_[strangers, visits.person[known]] % len(NETWORKS)  # everybody writes on one network
    brand = np.where(own, OWN_BRAND, choose(rng, BRANDS, size))
    theme = choose(rng, history.world.themes, size)
    when = np.lexsort((np.arange(size), second, day))
    drawn = Mentions(
        author=np.array(handle, dtype=object)[when],
        person=person[when],
        day=day[when],
        second=second[when],
        network=network[when],
        brand=brand[when],
        theme=theme[when],
        reply_hours=np.full(size, np.nan),
        shared_hours=np.full(size, np.nan),
    )
    _answer(rng, history, drawn)
    return drawn


def write_mentions(folder: Path, history: History, mentions: Mentions, book: DirtBook) -> dict[str, str]:
    """Write `mentions-<quarter>.csv`; returns mention id -> theme."""
    rng = history.rng(24)
    calendar = history.calendar
    luck = rng.random((len(mentions), 3))
    phrases = history.rng(62).random((len(mentions), 2))
    posted = calendar.local(mentions.day, mentions.second)
    answered, shared = (_after(history, mentions, hours) for hours in (mentions.reply_hours, mentions.shared_hours))
    negative = mentions.is_negative
    rows: list[Row] = []
    for i in range(len(mentions)):
        words = THEME_WORDS[mentions.theme[i]].english
        core = with_a_phrase(words[int(luck[i, 0] * len(words))], "en", *phrases[i])
        text = f"{mentions.brand[i]}: {core}"
        network = NETWORKS[mentions.network[i]]
        stars = (1 if luck[i, 1] < 0.6 else 2) if negative[i] else (5 if luck[i, 1] < 0.6 else 4)
        person = int(mentions.person[i])
        rows.append(
            (
                f"M{80_001 + i}",
                posted[i],
                mentions.author[i],
                history.people.customer_id[person] if person >= 0 else "",
                network,
                mentions.brand[i],
                str(stars) if network == REVIEWS else "",
                text,
                f"https://{network}.example/{80_001 + i}",
                ("negative" if negative[i] else "positive") if luck[i, 2] < TONED else "",
                answered[i],
                shared[i],
            )
        )
    themes = {row[0]: theme for row, theme in zip(rows, mentions.theme, strict=True)}
    periods = calendar.quarters(mentions.day)
    book.add("mentions: repeated", rng, rows, periods, as_it_is, share=0.005)
    book.add("mentions: bad date", rng, rows, periods, lambda row, n: _added(row, n, {1: NO_DATE}))
    too_early = {HEADER.index("Answered"): "2001-01-01 00:00:00"}
    book.add("mentions: answered too early", rng, rows, periods, lambda row, n: _added(row, 100 + n, too_early))
    write_by_period(folder, "mentions", HEADER, rows, periods=periods, latest=calendar.latest_quarter)
    return themes


def _answer(rng: np.random.Generator, history: History, mentions: Mentions) -> None:
    """Fill in when mentions of the own brand were answered and shared, as far as history goes."""
    luck = rng.random((len(mentions), 2))
    is_own, negative = mentions.is_own, mentions.is_negative
    left = 24.0 * (history.calendar.days + 1 - mentions.day) - mentions.second / 3600
    median = np.array([history.world.network_hours[name] for name in NETWORKS])[mentions.network]
    hours = median * np.exp(rng.normal(0, SPREAD, len(mentions)))
    answered = is_own & (luck[:, 0] < np.where(negative, ANSWERED["negative"], ANSWERED["positive"])) & (hours < left)
    mentions.reply_hours[answered] = hours[answered]
    hours = rng.exponential(30, len(mentions))
    shared = is_own & ~negative & (luck[:, 1] < SHARED) & (hours < left)
    mentions.shared_hours[shared] = hours[shared]


def _after(history: History, mentions: Mentions, hours: Floats) -> list[str]:
    """Local time so many hours after the posting; empty for none."""
    second = mentions.second + (3600 * np.nan_to_num(hours)).astype(np.int64)
    second = np.where(second // 3600 % 24 == 2, second + 3600, second)  # an hour that is missing once a year
    stamps = history.calendar.local(mentions.day, second)
    return ["" if np.isnan(h) else str(stamp) for h, stamp in zip(hours, stamps, strict=True)]


def _added(row: list[str], number: int, cells: dict[int, str]) -> Row:
    return with_cells(row, {0: f"M9{number:05d}", **cells})

"""Numbers, dates and words as a reader sees them. In: a value, its unit and the release's currency. Out: text.

The only place that decides decimals, signs and symbols, so that a card, a chart, a table and a sentence agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

MINUS = "−"
RANGE = "–"
ABBREVIATIONS = {"cx": "CX", "crm": "CRM", "nps": "NPS", "csat": "CSAT", "ces": "CES", "id": "id"}
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
MILLION = 1_000_000
# Below this a mean or score needs its decimal (14.2 against 14.9); above it the decimal is noise to a reader.
WHOLE_FROM = 20
# Small amounts of money are prices: cents matter. Larger ones are totals: they do not.
CENTS_BELOW = 100
JOINER = "\u2060"
TITLE = 400  # characters of a title: anything longer is not a real name
NAME = 60  # characters of a name within a sentence or a button
_AUTOLINK = re.compile(r"\\:(?=//)|www(?=\.)|@", re.IGNORECASE)
_LIST_OR_RULE = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+](?:[\s-]|$)))(.)")
# Marks that turn the direction of writing, and what takes no room and joins nothing: two names must not look the same.
_UNSEEN = re.compile(
    "[\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# What pages say themselves where a company's value could be shown: for no filter, no value, the rest.
OWN_WORDS = frozenset(
    ("all", "all regions", "everybody", "everything", "hidden", "missing", "(missing)", "no data", "no tier", "none",
     "not known", "other", "others", "rest", "several", "total", "unattributed", "unknown")
)  # fmt: skip
# Differences: metric -> the unit that shows their sign.
SIGNED_UNITS = {
    "expectation_gap": "gap",
    **dict.fromkeys(
        (
            "expectation_gap_percent",
            "expectation_gap_by_importance",
            "expectation_gap_change",
            "adequacy_gap",
            "superiority_gap",
        ),
        "percent gap",
    ),
    **dict.fromkeys(("outcome_shortfall", "opportunity_change", "nps_change"), "score gap"),
}


def money(value: float, currency: str, *, exact: bool = False) -> str:
    """An amount in the reporting currency: `€3,664`, `€4.2m`; `exact` gives cents and never shortens."""
    symbol = SYMBOLS.get(currency, f"{currency} ")
    sign, size = (MINUS if value < 0 else ""), abs(value)
    if exact:
        return f"{sign}{symbol}{size:,.2f}"
    if size >= MILLION:
        return f"{sign}{symbol}{size / MILLION:.1f}m"
    return f"{sign}{symbol}{size:,.2f}" if size < CENTS_BELOW else f"{sign}{symbol}{size:,.0f}"


def percent(share: float, *, decimals: int = 0) -> str:
    """A share of one as a percentage: 0.64 -> `64%`."""
    return f"{share * 100:.{decimals}f}%".replace("-", MINUS)


def signed(value: float, *, decimals: int = 1) -> str:
    """A difference with its sign; what rounds to nothing carries none."""
    text = f"{abs(value):,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        return text
    return f"{'+' if value > 0 else MINUS}{text}"


def number(value: float, unit: str, *, currency: str = "", exact: bool = False) -> str:
    """A metric's value in its own unit.

    Args:
        value: the number; shares are fractions of one.
        unit: as in the metric's definition (count, currency, share, points, score, days, hours, minutes, per_person,
            index),
            or as `unit_of` makes it.
        currency: the release's reporting currency.
        exact: one more decimal, for tables and tooltips.
    """
    match unit:
        case "currency":
            return money(value, currency, exact=exact)
        case "share":
            return percent(value, decimals=1 if exact else 0)
        case "count":
            return f"{value:,.0f}".replace("-", MINUS)
        case "points":
            return f"{value:,.2f}".replace("-", MINUS)
        case "gap":
            return signed(value, decimals=2)
        case "percent gap":
            return f"{signed(value)}%"
        case "score gap":
            return signed(value)
        case "days":
            return days(value)
        case "minutes":
            return f"{value:,.1f} min"
        case "hours":
            return f"{value:,.0f} h" if value >= WHOLE_FROM else f"{value:,.1f} h"
        case "index":
            return f"{value:,.0f}"
        case "per_person":
            return f"{value:,.2f}" if exact else f"{value:,.1f}"
        case _:
            decimals = 1 if exact or abs(value) < WHOLE_FROM else 0
            return f"{value:,.{decimals}f}".replace("-", MINUS)


def unit_of(metric: str, unit: str) -> str:
    """The unit in which a metric is shown: gaps have a sign, on any scale."""
    return SIGNED_UNITS.get(metric, unit)


def interval(low: float, high: float, unit: str, *, currency: str = "") -> str:
    """A 95% interval: `58% to 61%`."""
    return f"{number(low, unit, currency=currency, exact=True)} to {number(high, unit, currency=currency, exact=True)}"


def days(value: float) -> str:
    """A waiting time in days, in words where it is shorter than one."""
    if value == 0:
        return "same day"
    if value < 1:
        return "under a day"
    if round(value, 1) == 1:
        return "1 day"
    return f"{value:,.0f} days" if value >= WHOLE_FROM or value == int(value) else f"{value:.1f} days"


def change(now: float, before: float, unit: str) -> str | None:
    """The change from `before` to `now`: points for shares, percent for counts and money, else the difference.

    Returns None where a relative change has no base.
    """
    if unit in ("count", "currency"):
        if before <= 0:
            return None
        return f"{signed((now / before - 1) * 100, decimals=0)}%"
    if unit == "share":
        return f"{signed((now - before) * 100, decimals=1)} pts"
    if unit == "index":
        return signed(now - before, decimals=0)
    if unit == "days":
        return f"{signed(now - before)} days"
    if unit == "hours":
        return f"{signed(now - before)} h"
    return signed(now - before, decimals=2 if unit in ("points", "gap") else 1)


def unavailable(status: str) -> str:
    """The text of a cell without a number, by the row's status."""
    return {
        "suppressed": "hidden",
        "no_data": "no data",
        "withheld": "withheld",
        "not_sliceable": "not split this way",
        "refused": "refused",
    }.get(status, status.replace("_", " "))


def day(value: date) -> str:
    """`22 Nov 2026`."""
    return f"{value.day} {value:%b %Y}"


def month(value: date) -> str:
    """`Nov 2026`."""
    return f"{value:%b %Y}"


def moment(value: datetime) -> str:
    """`22 Nov 2026, 06:10`, in the zone that `value` carries."""
    return f"{day(value.date())}, {value:%H:%M}"


def span(first: date, last: date) -> str:
    """`Nov 2025 – Nov 2026`, or one month where both are in it."""
    return (
        month(first)
        if (first.year, first.month) == (last.year, last.month)
        else f"{month(first)} {RANGE} {month(last)}"
    )


def hidden_note(min_cell: int) -> str:
    """What "hidden" means, under every table and chart that may hide a cell."""
    return (
        f"Hidden: fewer than {min_cell} people, a cell that would give such a group away, or too few for a number to "
        "rely on."
    )


def words(name: str) -> str:
    """A column's name or code as words: `age_band` -> `Age band`, `cx_insights` -> `CX insights`."""
    parts = name.replace("_", " ").strip().split(" ")
    text = " ".join(ABBREVIATIONS.get(part, part) for part in parts)
    return text[:1].upper() + text[1:]


def listing(parts: Sequence[str], *, joint: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {joint} {parts[-1]}"


def count_of(n: int | float, singular: str, plural: str | None = None) -> str:
    """`1 answer`, `1,904 answers`."""
    return f"{n:,.0f} {singular if round(n) == 1 else plural or singular + 's'}"


def ended(text: str) -> str:
    """`text` as a sentence: its first letter large, a full stop at its end."""
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def labels(values: Iterable[str]) -> dict[str, str]:
    """Value -> its label in words, for the values of one chart or list.

    Two values with the same words (`Email` and `email`) would be drawn as one: they keep their own spelling.
    """
    listed = list(dict.fromkeys(values))
    spoken = Counter(words(value) for value in listed)
    return {value: words(value) if spoken[words(value)] == 1 else value for value in listed}


def named(value: str) -> str:
    """A company's own word beside the words of these pages: in quotation marks where they would look the same."""
    name = shortened(value, most=NAME)
    return f"“{name}”" if value.strip().casefold() in OWN_WORDS else name


def outside(label: str, vocabulary: Collection[str]) -> str:
    """A label that no value of `vocabulary` reads like: `All`, or `All (no filter)` where a company has an `All`."""
    taken = {value.strip().casefold() for value in vocabulary}
    while label.strip().casefold() in taken:
        label = f"{label} (no filter)"
    return label


def markdown_safe(text: str) -> str:
    """`text` on one line, with everything literal that Markdown would read as formatting, maths, a link or HTML.

    The one way of any text into a page: labels, values and also the reader's address. Addresses become links without
    any markup (GitHub's autolinks), also where their signs are escaped: an invisible joiner parts them.
    """
    text = one_line(text)
    for character in "\\`*_[]<>$~#:|&":
        text = text.replace(character, f"\\{character}")
    text = _LIST_OR_RULE.sub(r"\1\\\2", text)
    return _AUTOLINK.sub(lambda found: f"{found[0]}{JOINER}", text)


def as_code(text: str) -> str:
    """`text` as it is, in the letters of code: a fence longer than any inside it."""
    line = one_line(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    return f"{fence} {line} {fence}" if "`" in line else f"{fence}{line or ' '}{fence}"


def one_line(text: str) -> str:
    """`text` without line breaks and control characters, which would begin a heading, a list or a quotation.

    Marks that turn the direction of writing are left out: behind one, the rest of a sentence reads backwards. So
    is what nobody sees.
    """
    return "".join(map(_literal, _UNSEEN.sub("", text))).strip()


def shortened(text: str, *, most: int = NAME) -> str:
    """`text` on one line, cut where it is longer than anybody's words: for what an address says."""
    line = " ".join(one_line(text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _literal(character: str) -> str:
    category = unicodedata.category(character)
    return " " if category in ("Cc", "Zl", "Zp", "Cs") else character

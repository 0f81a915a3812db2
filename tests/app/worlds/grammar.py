"""A grammar of what pages say, and a reader for each form: the sentence taken apart, and each part read from SQL.

A form is a regular expression over whole sentences. What no form matches is unknown, and fails: somebody has to say
what a new sentence claims. Forms that carry no number and no comparison are listed (`SILENT`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from tests.app.worlds.collecting import Said
from tests.app.worlds.reading import NEEDED, Reading, quoted

Reader = Callable[[Reading, "re.Match[str]", Said], Iterator[str]]
STAGES: Final = ("awareness", "discovery", "purchase", "use", "loyalty", "advocacy")
FORMS: list[tuple[str, re.Pattern[str], Reader, tuple[str, ...]]] = []
KINDS: Final = ("title", "header")
NUMBER: Final = r"[−+-]?(?:[€$£]|[A-Z]{3} )?\d[\d,]*(?:\.\d+)?m?%?"
COMPARED: Final = r"(?P<among>,? of (?:those|the [\w -]+?) that can be (?:compared|shown))?"
WORDS_FOR_NOTHING: Final = ("hidden", "no data", "withheld", "not split this way", "refused")


# Before a sentence about all customers on a page that is filtered.
OF_ALL: Final = "All customers: "


@dataclass(frozen=True)
class Verdict:
    """How a sentence was read.

    Attributes:
        kind: the form; empty where none matches.
        untrue: what is untrue in it, and what is read instead.
    """

    kind: str
    untrue: tuple[str, ...] = ()


def read(world: Reading, said: Said) -> Verdict:
    """Take a sentence apart, and read it."""
    if said.text.startswith(OF_ALL):
        said = replace(said, text=said.text.removeprefix(OF_ALL), of_all=True)
    for kind, pattern, reader, kinds in FORMS:
        if said.kind in kinds and (found := pattern.fullmatch(said.text)):
            return Verdict(kind, tuple(reader(world, found, said)))
    if said.kind in ("card", "delta"):
        return Verdict("")
    return Verdict("says nothing") if any(re.fullmatch(form, said.text) for form in SILENT) else Verdict("")


def form(kind: str, pattern: str, kinds: tuple[str, ...] = KINDS) -> Callable[[Reader], Reader]:
    """Register a reader of a form of sentence."""

    def register(reader: Reader) -> Reader:
        FORMS.append((kind, re.compile(pattern, re.DOTALL), reader, kinds))
        return reader

    return register


def parsed(text: str) -> tuple[float, float]:
    """A number as it is written, and the half of its last digit."""
    found = re.fullmatch(
        r"([−+-]?)(?:[€$£]|[A-Z]{3} )?(\d[\d,]*)(\.\d+)?(m?)(%?)(?: (?:days?|h|min|pts|points?))?", text.strip()
    )
    assert found is not None, f"no number: {text}"
    sign, whole, decimals, million, share = found.groups()
    scale = (1e6 if million else 1.0) * (0.01 if share else 1.0)
    value = float(whole.replace(",", "") + (decimals or "")) * scale
    return (-value if sign in ("−", "-") else value), 0.5 * scale * 10.0 ** -len((decimals or ".")[1:])


def is_about(text: str, value: float | None) -> bool:
    """Whether a number as it is written is `value`, rounded."""
    if value is None:
        return False
    if text == "same day":
        return value == 0
    if text == "under a day":
        return 0 < value < 1
    shown, half = parsed(text)
    return abs(shown - value) <= half * 1.001 + 1e-9


def differs(text: str, value: float | None, what: str) -> Iterator[str]:
    """Say so where a written number is another one than what is read."""
    if not is_about(text, value):
        yield f"{what}: {text} is said, {value} is read"


def too_few(base: float | None, what: str) -> Iterator[str]:
    """Say so where a number is stated that stands on too few."""
    if (base or 0) < NEEDED:
        yield f"{what} stands on {base}, and {NEEDED} are needed"


def spoken(value: str) -> str:
    """A value as a sentence writes it."""
    return value.replace("_", " ").strip()


def same(said: str, value: str) -> bool:
    return spoken(said).casefold() == spoken(value).casefold()


def says_whose(world: Reading, said: Said) -> Iterator[str]:
    """A sentence about all customers says so where a filter is chosen."""
    if world.where and not said.of_all and "all customers" not in said.text:
        yield "is of all customers, and does not say so"


def carries_scope(world: Reading, scope: str | None) -> Iterator[str]:
    """A sentence about filtered data names the filters."""
    if (scope or "").strip() != world.scope.strip():
        yield f"says the filters '{scope or ''}', which are '{world.scope}'"


@dataclass(frozen=True)
class Compared:
    """The values of a dimension that a sentence may compare.

    Attributes:
        values, bases: value -> its number, and what that stands on, of those shown on enough.
        missing: values with facts that are hidden, or stand on too few.
    """

    values: Mapping[str, float]
    bases: Mapping[str, float]
    missing: Collection[str]

    def named(self, said: str) -> str | None:
        return next((name for name in self.values if same(said, name)), None)


def compared(
    world: Reading,
    metric: str,
    dimension: str,
    *,
    extra: str = "true",
    where: Mapping[str, str] | None = None,
    among: Collection[str] | None = None,
    filtered: bool = True,
    days: Any = "shown",
    least: int = NEEDED,
    bounded: bool = True,
) -> Compared:
    """Of all values with facts: whose numbers are shown on enough, by what SQL counts and the serving layer shows."""
    values = world.values(metric, (dimension,), extra=extra, filtered=filtered, days=days)
    bases = world.bases(metric, (dimension,), extra=extra, filtered=filtered, days=days)
    shown = world.shown(metric, (dimension,), where=where, filtered=filtered, days=days)
    facts = {
        key[0]: base
        for key, base in bases.items()
        if base > 0 and key[0] is not None and (among is None or key[0] in among)
    }
    usable = {
        name: values[name,]
        for name, base in facts.items()
        if base >= least
        and (name,) in values
        and shown.get((name,), ("", False))[0] == "ok"
        and (shown[name,][1] or not bounded)
    }
    return Compared(usable, {name: facts[name] for name in usable}, [name for name in facts if name not in usable])


def of_life(world: Reading) -> str:
    """The part of life that the page shows, as a condition."""
    return f"kind = {quoted(world.life)}" if world.life else "true"


def of_outcomes(world: Reading, metric: str, dimension: str = "item_label", **options: Any) -> Compared:
    """What may be compared of the desired outcomes that the page shows."""
    where = {"kind": world.life} if world.life else None
    return compared(world, metric, dimension, extra=of_life(world), where=where, **options)


def says_of_which(found: Compared, among: str | None) -> Iterator[str]:
    """A sentence over values of which some are not compared says so."""
    if found.missing and not among:
        yield f"speaks of all, and {sorted(found.missing)} cannot be compared"


def apart(found: Compared, name: str, share: str, others: str, among: str | None, *, highest: bool) -> Iterator[str]:
    """One value beside all others that can be compared, taken together."""
    yield from says_of_which(found, among)
    value = found.named(name)
    if value is None:
        yield f"{name} cannot be compared"
        return
    rest = {one: n for one, n in found.bases.items() if one != value}
    yield from differs(share, found.values[value], name)
    yield from differs(
        others,
        sum(found.values[one] * n for one, n in rest.items()) / sum(rest.values()) if rest else None,
        "the others",
    )
    extreme = (max if highest else min)(found.values.values())
    if found.values[value] != extreme:
        yield f"{name} has {found.values[value]}, and {extreme} is there"
    if (
        rest
        and abs(found.values[value] - sum(found.values[one] * n for one, n in rest.items()) / sum(rest.values()))
        < 0.05 - 1e-9
    ):
        yield "the difference is of no size"


def extent(found: Compared, low: str, high: str, among: str | None) -> Iterator[str]:
    """The lowest and the highest of those that can be compared."""
    if not found.values:
        yield "nothing can be compared"
        return
    yield from says_of_which(found, among)
    yield from differs(low, min(found.values.values()), "the lowest")
    yield from differs(high, max(found.values.values()), "the highest")


def count_of(rows: Compared, found: re.Match[str], holds: Callable[[float], bool]) -> Iterator[str]:
    yield from says_of_which(rows, found["the"])
    yield from differs(found["n"], len(rows.values), "how many are compared")
    if not rows.values:
        yield "speaks of none at all"
    if found["k"] != "None" and int(found["k"]) > sum(map(holds, rows.values.values())):
        yield f"of them it holds for {sum(map(holds, rows.values.values()))}"


# What carries no number and no comparison.
SILENT: Final = (
    r"Fix next: no critical interaction has been rated",
    r"The month on one page",
    r"Look closer",
    r"The largest leaks",
    r"Channels",
    r"Who moved",
    r"Credits by corner",
    r"Movements by month",
    r"Which corner earns most cannot be shown here",
    r"Customers and credits(?: over all time)?",
    r"First purchases by corner, rules side by side",
    r"Share who go on to a later stage within \d+ days",
    r"After which step people leave",
    r"Touchpoints by channel",
    r"Which channel (?:opens|closes)(?: most: too few to say)?",
    r"One NPS over all surveys: too few to say .+",
    r"What advertising brings back",
    r"What leads to “.+”",
    r"What follows “.+”",
    r"Too few (?:customers|people who answered|people|readers) here to describe safely",
    r"Too few answers to say what customers are trying to achieve",
    r"Too few customers rated both expectation and experience to compare them",
    r"No source has .+",
    r".+: no source has it",
    r"Value at stake: no source has both .+",
    r"Hand-offs: none can be compared",
    r"Tasks: none can be compared",
    r".+: too few to compare",
    r"Who answered: too few groups to compare",
    r"No Net Promoter Score can be shown",
    r".+: the groups cannot be compared",
    r"Outreach before a lapse keeps an unknown share of customers: too few to say",
    r"No cohort has been observed long enough",
    r"A channel closes an unknown share of the conversions it takes part in: too few to say",
    r"Conversions by channel: fewer than two models can be compared",
    r"No attributes to compare",
    r"No wants or expectations to compare",
    r"Moves between tiers cannot be shown",
    r"Revenue by customer, best first",
    r"One forecast only: nothing to compare it with",
    r"The forecast could not be tested against facts yet",
    r"Last steps before .+",
    r"Paths through the stages",
    r".+: no customer is observed long enough",
    r"Where journeys stall",
)

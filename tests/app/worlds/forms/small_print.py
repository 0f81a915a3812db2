"""What stands under titles and numbers. In: sentences. Out: what is untrue in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tests.app.worlds.collecting import Said
from tests.app.worlds.grammar import (
    NUMBER,
    STAGES,
    carries_scope,
    compared,
    differs,
    form,
    is_about,
    of_life,
    parsed,
    too_few,
)
from tests.app.worlds.reading import NEEDED, Reading


@form("stage: entries", r":gray\[(?P<n>[\d,]+) entr(?:y|ies)\]", ("text",))
def _entries(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    if not any(is_about(found["n"], value) for value in world.values("stage_entries", ("stage",)).values()):
        yield f"no stage has {found['n']}: {world.values('stage_entries', ('stage',))}"


@form("stage: base", r"(?P<few>too few to say: |of the )(?P<n>[\d,]+) at least \d+ days old", ("caption", "text"))
def _base(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    bases = world.bases("stage_conversion", ("stage",))
    if not any(is_about(found["n"], value) for value in bases.values()):
        yield f"no rate stands on {found['n']}: {bases}"
    if (parsed(found["n"])[0] < NEEDED) != found["few"].startswith("too few"):
        yield "says too few where there are enough, or the other way"


@form("stage: loss", r":gray\[:small\[Loss\]\] (?P<share>\d+%) go no further", ("text",))
def _loss(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    rates = compared(world, "stage_conversion", "stage", bounded=False)
    if not any(is_about(found["share"], 1 - value) for value in rates.values.values()):
        yield f"no stage loses {found['share']}: {rates.values}"


@form(
    "based on",
    (
        r":gray\[Based on (?P<counts>.+?), (?P<days>(?:up to )?\w{3} \d{4}(?: – "
        r"\w{3} \d{4})?|answers without a date)(?:,(?P<scope> .+?))?(?: · (?P<life>personal life|at work))?\]"
    ),
    ("text",),
)
def _based_on(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from carries_scope(world, found["scope"])
    for n, what in re.findall(
        (
            r"([\d,]+) ((?:customers? acquired|customers? lost|customers?|orders?|people|person|touchpoints?|"
            r"survey answers?))(?= and |$)"
        ),
        found["counts"],
    ):
        metric = next(metric for start, metric in BASED_ON if what.startswith(start) or what == start)
        yield from differs(n, world.one(metric, extra=of_life(world)) or 0.0, what)
    if (found["life"] or "") != {"personal": "personal life", "professional": "at work"}.get(world.life, ""):
        yield f"says {found['life']}, which is {world.life}"
    if pairs := re.fullmatch(r"([\d,]+) pairs? of expectation and experience", found["counts"]):
        yield from differs(pairs[1], world.bases("expectation_gap").get(None, 0), "pairs")


BASED_ON: Final = (
    ("customer acquired", "acquired"),
    ("customers acquired", "acquired"),
    ("customer lost", "lost"),
    ("customers lost", "lost"),
    ("customer", "buyers"),
    ("order", "orders"),
    ("people", "touchpoint_people"),
    ("person", "touchpoint_people"),
    ("touchpoint", "touchpoints"),
    ("survey answer", "outcome_answers"),
)


@form("small print: too few", r"n = (?P<n>[\d,]+), and (?P<needed>\d+) are needed\.", ("caption",))
def _needed(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    if parsed(found["n"])[0] >= NEEDED:
        yield "enough are there"


@form(
    "small print: interval of a card",
    rf"(?P<low>{NUMBER}) to (?P<high>{NUMBER}) \(95% interval\)(?:, (?P<note>.+))?",
    ("caption",),
)
def _interval(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    if said.card.startswith("Order again in month 3"):
        value = world.one("cohort_repurchase:3", days=None)
        (low, _), (high, _) = parsed(found["low"]), parsed(found["high"])
        if value is None or not low - 0.005 <= value <= high + 0.005:
            yield f"{value} lies outside"
    elif said.card.startswith("Predicted value"):
        rows = world.rows("select mean_low, mean_high from fct_value_intervals")
        if not any(is_about(found["low"], low) and is_about(found["high"], high) for low, high in rows):
            yield "no such interval"
        if missed := re.search(r"missed by (\S+)", found["note"] or ""):
            errors = world.rows(
                "select abs(value) from fct_value_models where kind = 'back_test' and quantity "
                "= 'revenue' and measure = 'total_error' and is_chosen"
            )
            yield from differs(missed[1].rstrip("."), errors[0][0] if errors else None, "the error")


@form(
    "small print: within the filter",
    (
        r"All (?P<n>[\d,]+) customers? with revenue in the twelve months to .+?, "
        r"independent of the filter\. The dashed line is an even spread\.(?: Within "
        r"the filter the tier brings (?P<share>[^.]+)\.)?"
    ),
    ("caption",),
)
def _within(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    ((n,),) = world.rows("select max(all_customers) from fct_revenue_concentration")
    yield from differs(found["n"], n, "customers")
    if found["share"]:
        yield from differs(found["share"], world.one("top_tier_revenue_share"), "the share")
        yield from too_few(world.bases("top_tier_revenue_share").get(None), "the share")


@form("small print: conversions", r"By (?:first|last) touch, of (?P<n>[\d,]+) conversions?\.", ("caption",))
def _conversions(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    model = "first" if "first" in said.text else "last"
    yield from differs(found["n"], world.one(f"attributed_conversions:{model}") or 0.0, "conversions")


@form("small print: answers", r"(?P<n>[\d,]+) answers?; lines are 95% intervals\.", ("caption",))
def _answers(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    stages = compared(world, "perception_level", "stage", among=STAGES)
    yield from differs(found["n"], sum(stages.bases.values()), "answers")


@form("small print: journeys drawn", r"(?P<n>[\d,]+) of (?P<all>[\d,]+) journeys?, all time: .+", ("caption",))
def _drawn(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    ((whole,),) = world.rows("select count(*) from fct_journeys")
    yield from differs(found["all"], whole, "journeys")
    if parsed(found["n"])[0] > whole:
        yield f"more than there are: {whole}"


@form(
    "under the headline: hidden",
    r":gray\[Hidden (?:customers|people who answered|people|readers)(?P<scope>.*)\]",
    ("text",),
)
def _hidden(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from carries_scope(world, found["scope"])


@form(
    "under the headline: days",
    r":gray\[(?P<days>(?:up to )?\w{3} \d{4}(?: – \w{3} \d{4})?)(?:,(?P<scope> .+))?\]",
    ("text",),
)
def _days(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from carries_scope(world, found["scope"])
    if world.days is not None:
        first, last = (f"{day:%b %Y}" for day in world.days)
        expected = first if first == last else f"{first} – {last}"
        if found["days"] != expected:
            yield f"the days are {expected}"

"""What the pages about outcomes and expectations say. In: sentences. Out: what is untrue in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.app.worlds.collecting import Said
from tests.app.worlds.grammar import (
    COMPARED,
    Compared,
    carries_scope,
    compared,
    count_of,
    differs,
    form,
    of_life,
    of_outcomes,
    says_of_which,
)
from tests.app.worlds.reading import Reading


@form(
    "outcomes: unmet",
    (
        r"“(?P<what>.+?)” is (?:the biggest unmet outcome(?P<among> of (?:those|"
        r"the outcomes) that can be compared)?|an unmet outcome): (?:(?P<matters>\S+)"
        r" say it matters, (?P<satisfied>\S+) are satisfied|its opportunity score "
        r"is (?P<score>\S+))"
    ),
)
def _unmet(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    outcomes = of_outcomes(world, "opportunity_score")
    name = outcomes.named(found["what"])
    if name is None:
        yield f"{found['what']} cannot be compared"
        return
    if outcomes.values[name] < 10:
        yield f"its score is {outcomes.values[name]}"
    if found["matters"]:
        for text, metric in ((found["matters"], "outcome_importance"), (found["satisfied"], "outcome_satisfaction")):
            shares = world.values(metric, ("item_label",), extra=of_life(world))
            yield from differs(text, shares.get((name,), 0.0) / 10, metric)
    if found["score"]:
        yield from differs(found["score"], outcomes.values[name], "the score")
    if "the biggest" in said.text:
        yield from says_of_which(outcomes, found["among"])
        if outcomes.values[name] < max(outcomes.values.values()):
            yield "another is bigger"


@form(
    "outcomes: none unmet",
    (
        r"(?:None of the outcomes that can be compared|(?P<all>No outcome)) is clearly "
        r"unmet; the highest opportunity score is (?P<score>\S+), for “(?P<what>.+)”"
    ),
)
def _none_unmet(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    outcomes = of_outcomes(world, "opportunity_score")
    yield from says_of_which(outcomes, None if found["all"] else "yes")
    yield from differs(found["score"], outcomes.values.get(outcomes.named(found["what"]) or ""), "the score")
    yield from differs(found["score"], max(outcomes.values.values(), default=None), "the highest")


@form(
    "outcomes: how many",
    r"(?P<k>None|\d+) of (?P<the>the )?(?P<n>\d+) outcomes(?: that can be compared)? (?:is|are) clearly unmet"
    r" \(scores above 10\)",
)
def _how_many_unmet(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    outcomes = of_outcomes(world, "opportunity_score")
    yield from count_of(outcomes, found, lambda value: value >= 10)


@form(
    "outcomes: important and unmet",
    (
        r"(?P<k>None|\d+) of (?P<the>the )?(?P<n>\d+) outcomes(?: that can be compared)"
        r"? (?:is clearly both important and unmet|matters? a lot and disappoints?)"
    ),
)
def _important(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    importance, satisfaction = (of_outcomes(world, f"outcome_{one}") for one in ("importance", "satisfaction"))
    # How far inside of the shaded corner: seven of ten say it matters, at most six of ten are satisfied.
    both = {
        name: min(importance.values[name] - 7, 6 - satisfaction.values[name])
        for name in importance.values
        if name in satisfaction.values
    }
    rows = Compared(both, importance.bases, {*importance.missing, *satisfaction.missing})
    yield from count_of(rows, found, lambda inside: inside >= 0)


@form(
    "outcomes: served",
    (
        r"(?:(?P<under>\d+) under-served)?(?: and )?(?:(?P<over>\d+) over-served)? of (?P<the>the )?(?P<n>\d+) "
        r"outcomes(?: that can be compared)?"
    ),
)
def _served(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    shortfall = of_outcomes(world, "outcome_shortfall")
    yield from says_of_which(shortfall, found["the"])
    yield from differs(found["n"], len(shortfall.values), "how many are compared")
    for said_of, holds in (
        ("under", [name for name, value in shortfall.values.items() if value > 0]),
        ("over", [name for name, value in shortfall.values.items() if value < 0]),
    ):
        if int(found[said_of] or 0) > len(holds):
            yield f"{said_of}-served are at most {holds}"


@form(
    "outcomes: none under- or over-served",
    r"None of (?P<the>the )?(?P<n>\d+) outcomes(?: that can be compared)? is clearly under- or over-served",
)
def _none_served(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    shortfall = of_outcomes(world, "outcome_shortfall")
    yield from says_of_which(shortfall, found["the"])
    yield from differs(found["n"], len(shortfall.values), "how many are compared")


@form("outcomes: too few to say what is served", r"Too few answers to say what is under-served or over-served")
def _nothing_served(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    if known := of_outcomes(world, "outcome_shortfall").values:
        yield f"shortfalls are known: {known}"


def _changes(world: Reading, what: str) -> Compared:
    if what == "Opportunity":
        return of_outcomes(world, "opportunity_change", days=None)
    return compared(world, "expectation_gap_change", "pillar", days=None)


@form(
    "change between waves",
    (
        r"(?P<what>Opportunity|The gap): (?:(?P<none>no clear change)(?P<among> of those that can be compared)?|"
        r"(?P<names>“.+”)(?: and (?P<more>\d+) more)? clearly changed), (?P<newest>\S+) against (?P<before>\S+)"
    ),
)
def _changed(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    changes = _changes(world, found["what"])
    if not changes.values:
        yield "nothing can be compared"
    if found["none"]:
        yield from says_of_which(changes, found["among"])
    mart, extra = (
        ("fct_outcomes", of_life(world)) if found["what"] == "Opportunity" else ("fct_expectation_gaps", "true")
    )
    where = world.within("opportunity_change" if mart == "fct_outcomes" else "expectation_gap_change", None, extra)
    waves = world.rows(
        f"""select wave from {mart} left join (select person_id, segment, region from dim_people) using (person_id)
        where {where} and wave is not null group by wave order by min(answered_on) desc, wave desc limit 2"""
    )
    if [(found["newest"],), (found["before"],)] != waves:
        yield f"the newest waves are {waves}"
    names = re.findall("“(.+?)”", found["names"] or "")
    if len(names) + int(found["more"] or 0) > len(changes.values):
        yield f"only {len(changes.values)} can be compared"
    for name in names:
        if not changes.values.get(changes.named(name) or ""):
            yield f"the change of {name} is {changes.values.get(changes.named(name) or '')}"


@form(
    "change between waves: too few",
    r"(?P<what>Opportunity|The gap): one wave alone, or too few answers, to speak of a change",
)
def _no_change(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    if known := _changes(world, found["what"]).values:
        yield f"changes are known: {known}"


@form(
    "expectations: exceed or meet",
    r"(?P<met>[\w, ]+?) meet expectations; (?P<short>\w+) fall short by (?P<size>\S+) points(?:: (?P<items>.+))?",
)
def _meet(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    gaps = compared(world, "expectation_gap", "pillar")
    yield from differs(found["size"], -gaps.values.get(found["short"].lower(), 0.0), found["short"])
    yield from _fall_short(world, found["items"] or "")
    for name in re.split(r", | and ", found["met"]):
        value = gaps.values.get(name.lower())
        if value is None or value <= -0.3:
            yield f"the gap of {name} is {value}"


def _fall_short(world: Reading, listed: str) -> Iterator[str]:
    """Items that are named as missed have a gap below zero."""
    gaps = compared(world, "expectation_gap", "item_label") if listed else None
    for name in re.findall("“(.+?)”", listed) if gaps else ():
        value = gaps.values.get(gaps.named(name) or "") if gaps else None
        if value is None or value >= 0:
            yield f"the gap of {name} is {value}"


@form(
    "expectations: short",
    r"(?P<named>[\w, ]+?) fall short of expectations(?:, (?P<first>\w+))? by (?P<size>\S+) points(?:: (?P<items>.+))?",
)
def _short(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    gaps = compared(world, "expectation_gap", "pillar")
    names = [name.lower() for name in re.split(r", | and ", found["named"])]
    first = (found["first"] or names[0]).lower()
    yield from differs(found["size"], -gaps.values.get(first, 0.0), first)
    yield from _fall_short(world, found["items"] or "")
    for name in names:
        if gaps.values.get(name, 0.0) > -0.3:
            yield f"the gap of {name} is {gaps.values.get(name)}"
    if gaps.values.get(first, 0.0) > min(gaps.values.get(name, 0.0) for name in names) + 1e-9:
        yield f"{first} is not the widest of them"


@form(
    "expectations: exceed",
    (
        r"(?:Experience of (?P<one>\w+) exceeds expectations by (?P<size>\S+) points|"
        r"(?P<named>[\w, ]+?) exceed expectations, by (?P<least>\S+) points or more)"
    ),
)
def _exceed(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    gaps = compared(world, "expectation_gap", "pillar")
    names = [name.lower() for name in re.split(r", | and ", found["named"] or found["one"])]
    values = [gaps.values.get(name) for name in names]
    if None in values or min(value for value in values if value is not None) <= 0:
        yield f"the gaps are {values}"
    else:
        yield from differs(
            found["size"] or found["least"], min(value for value in values if value is not None), "the least"
        )


@form(
    "expectations: none short",
    (
        r"(?:None of the pillars that can be compared|(?P<all>No pillar)) clearly "
        r"falls short; the widest gap is (?P<gap>\S+), for (?P<pillar>\w+)"
    ),
)
def _none_short(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    gaps = compared(world, "expectation_gap", "pillar")
    yield from says_of_which(gaps, None if found["all"] else "yes")
    yield from differs(found["gap"], gaps.values.get(found["pillar"]), found["pillar"])
    yield from differs(found["gap"], min(gaps.values.values(), default=None), "the widest")


@form(
    "expectations: items",
    (
        r"(?P<k>None|\d+) of (?P<the>the )?(?P<n>\d+) (?P<what>expectations|interactions)"
        r"(?: that can be compared)? (?:(?:is|are) clearly missed|clearly falls? short)"
    ),
)
def _items(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    dimension = "item_label" if found["what"] == "expectations" else "interaction"
    problems = []
    for metric in ("expectation_gap", "expectation_gap_percent"):
        gaps = compared(world, metric, dimension)
        problems.append(list(count_of(gaps, found, lambda gap: gap < 0)))
    if all(problems):
        yield from problems[0]


@form(
    "expectations: one item",
    (
        r"The one (?P<what>expectation|interaction) that can be compared (?:is met or not clearly missed|does not "
        r"clearly fall short)"
    ),
)
def _one_item(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    metric, dimension = (
        ("expectation_gap", "item_label")
        if found["what"] == "expectation"
        else ("expectation_gap_percent", "interaction")
    )
    known = compared(world, metric, dimension).values
    if len(known) != 1:
        yield f"{len(known)} can be compared: {known}"


@form(
    "expectations: below what is accepted",
    (
        r"(?:(?P<pillar>\w+) are below what is accepted most often|"
        r"Up to (?P<most>\S+) of experiences lie below what is accepted)"
    )
    + COMPARED
    + r"(?:: (?P<share>\S+))?",
)
def _accepted(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    shares = compared(world, "below_tolerance_share", "pillar")
    yield from says_of_which(shares, found["among"])
    yield from differs(found["share"] or found["most"] or "", max(shares.values.values(), default=None), "the most")
    if found["pillar"]:
        yield from differs(found["share"], shares.values.get(shares.named(found["pillar"]) or ""), found["pillar"])


@form("expectations: what is accepted is not known", r"What people would just accept was not asked, or by too few")
def _none_accepted(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    if known := compared(world, "below_tolerance_share", "pillar").values:
        yield f"shares are known: {known}"


@form(
    "scope of a page without facts",
    (
        r"(?:What the top \d+% of customers bring cannot be shown|Whether customers "
        r"came or went cannot be shown|The [\w ]+ cannot be shown here|No [\w ]+ "
        r"(?:is|are) recorded(?: in this period)?)(?P<scope>.*)"
    ),
)
def _without(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from carries_scope(world, found["scope"])

"""What surveys and comments say of drivers, coverage, topics and reach. In: sentences. Out: what is untrue in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from tests.app.worlds.collecting import Said
from tests.app.worlds.grammar import (
    STAGES,
    compared,
    differs,
    form,
    same,
    says_of_which,
    says_whose,
    too_few,
)
from tests.app.worlds.reading import NEEDED, Reading

CORNERS: Final = "Product|Marketing|Commerce|Service"
PLACES: Final = "|".join(stage.title() for stage in STAGES)
# Most topics that a card draws.
DRAWN: Final = 12
# Traits of customers, in the order in which one is chosen to say who answered.
GROUPS: Final = ("segment", "age_band", "region", "value_tier")


@form(
    "surveys: topics",
    (
        r"Customers write most(?P<among>, of the topics that can be shown,)? about “(?P<topic>.+?)” \((?P<n>[\d,]+) of "
        r"the comments in (?P<topics>\d+) topics?(?P<each>, each of one language)?\)(?:; (?P<bad>\d+) topics? of them "
        r"mostly negative)?"
    ),
)
def _topics(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    counts, drawn, hidden = _comments(world)
    if hidden and not found["among"]:
        yield f"speaks of all, and {hidden} are hidden"
    yield from differs(found["topics"], len(drawn), "topics")
    yield from differs(found["n"], counts.get(found["topic"]), found["topic"])
    if counts.get(found["topic"]) != max(counts.values(), default=None):
        yield f"others have {counts}"
    if found["bad"]:
        shares, bases = (read("negative_comment_share", ("comment_topic",)) for read in (world.values, world.bases))
        bad = [name for name in drawn if shares.get((name,), 0.0) > 0.5 and bases.get((name,), 0) >= NEEDED]
        if int(found["bad"]) > len(bad):
            yield f"mostly negative are at most {bad}"
    if found["each"]:
        languages = dict(
            world.rows(
                "select comment_topic, list(distinct comment_language) from fct_comment_topics "
                "where comment_language is not null group by 1"
            )
        )
        if several := [name for name in drawn if len(languages.get(name, ())) > 1]:
            yield f"of several languages are {several}"


@form("surveys: too few comments", r"Too few comments to say what customers write about")
def _no_topics(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    if drawn := _comments(world)[1]:
        yield f"topics are shown: {drawn}"


def _comments(world: Reading) -> tuple[dict[str, float], list[str], list[str]]:
    """Comments of the topics that may be shown; those that are drawn; and those that are hidden."""
    shown = world.shown("comments", ("comment_topic",))
    all_of_them = {
        str(key[0]): value
        for key, value in world.values("comments", ("comment_topic",)).items()
        if key[0] not in (None, "other")
    }
    counts = {name: value for name, value in all_of_them.items() if shown.get((name,), ("", False))[0] == "ok"}
    drawn = sorted(counts, key=lambda name: (-counts[name], name))[:DRAWN]
    return counts, drawn, [name for name in all_of_them if name not in counts]


def _drivers(world: Reading) -> list[dict[str, Any]]:
    """What overall satisfaction goes with, in the survey with the most people, the heaviest first."""
    names = ("label", "weight", "explained", "rating", "average_rating", "average_weight", "status", "n")
    rows = world.rows(
        """select
            coalesce(driver_label, driver_item), relative_weight, r_squared, rating_pct, rating_cut, weight_cut,
            driver_status, n
        from fct_satisfaction_drivers
        where driver_outcome = 'overall' and relative_weight is not null and driver_survey = (
            select driver_survey from fct_satisfaction_drivers where driver_outcome = 'overall'
            order by r_squared is null, n desc, driver_survey limit 1
        )
        order by relative_weight desc"""
    )
    return [dict(zip(names, row, strict=True)) for row in rows]


@form(
    "surveys: drivers",
    (
        r"Overall satisfaction goes most with “(?P<item>.+?)” \((?P<share>\S+) of what items explain\)"
        r"(?:(?P<low>, and it is rated below average)|; of weight, and rated below average: (?P<urgent>.+))?"
    ),
)
def _driver(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from says_whose(world, said)
    drivers = _drivers(world)
    one = next((driver for driver in drivers if same(driver["label"], found["item"])), None)
    if one is None:
        yield f"no such item: {drivers}"
        return
    yield from differs(found["share"], one["weight"] / one["explained"], "the share")
    if one["status"] != "significant":
        yield f"it is {one['status']}"
    heavier = [driver["label"] for driver in drivers if driver["weight"] > one["weight"]]
    if any(driver["status"] == "significant" for driver in drivers if driver["label"] in heavier):
        yield f"heavier are {heavier}"
    urgent = [found["item"]] if found["low"] else re.findall("“(.+?)”", found["urgent"] or "")
    for name in urgent:
        driver = next((driver for driver in drivers if same(driver["label"], name)), None)
        if driver is None or driver["rating"] >= driver["average_rating"]:
            yield f"{name} is not rated below average: {driver}"
        elif driver["weight"] < driver["average_weight"]:
            yield f"{name} is of no weight: {driver}"


@form("surveys: no driver", r"Overall satisfaction clearly goes with none of (?P<n>\d+) items by itself")
def _no_driver(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from says_whose(world, said)
    drivers = _drivers(world)
    yield from differs(found["n"], len(drivers), "items")
    if proven := [driver["label"] for driver in drivers if driver["status"] == "significant"]:
        yield f"significant are {proven}"


@form("surveys: drivers are not known", r"What overall satisfaction goes with cannot be said(?:: .+)?")
def _drivers_unknown(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from says_whose(world, said)
    if drivers := _drivers(world):
        yield f"weights are known: {drivers}"


@form(
    "small print: drivers",
    (
        r"Relative weights \(Johnson 2000\) of (?P<n>[\d,]+) people, R² (?P<explained>\S+) beyond tenure and prior "
        r"value\. .*?(?:Not significant: (?P<silent>.+?)\. )?.*Association, not cause\."
    ),
    ("caption",),
)
def _weights(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    drivers = _drivers(world)
    yield from differs(found["n"], max((driver["n"] for driver in drivers), default=None), "people")
    yield from differs(found["explained"], drivers[0]["explained"] if drivers else None, "what is explained")
    said_to_be = re.search(r"Not significant: (.+?)\. ", said.text)
    listed = {name.casefold() for name in (said_to_be[1] if said_to_be else "").split(", ") if name}
    silent = {driver["label"].casefold() for driver in drivers if driver["status"] == "not significant"}
    if listed != silent:
        yield f"not significant are {sorted(silent)}"


def _places(world: Reading) -> tuple[dict[tuple[str, str], tuple[int, int]], int]:
    """Stage and corner -> people who pass, and how many of them rated something there; and how many are hidden."""
    shown = world.shown("coverage_people", ("coverage_stage", "coverage_corner"), days=None, filtered=False)
    rows = world.rows("select coverage_stage, coverage_corner, people, people_experienced from fct_perception_coverage")
    places = {(row[0], row[1]): (row[2], row[3]) for row in rows if shown.get((row[0], row[1]), ("",))[0] == "ok"}
    return places, len(rows) - len(places)


@form(
    "surveys: coverage",
    (
        r"(?:In (?P<blind>\d+) of the (?P<n>\d+) places|Experience is known in all (?P<all>\d+) places) that customers "
        r"pass(?P<shown> and that can be shown)?(?:, no experience is known)?"
    ),
)
def _coverage(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from says_whose(world, said)
    places, hidden = _places(world)
    if bool(hidden) != bool(found["shown"]):
        yield f"{hidden} places are hidden"
    yield from differs(found["n"] or found["all"], len(places), "places")
    yield from differs(found["blind"] or "0", sum(rated == 0 for _, rated in places.values()), "blind spots")


@form("surveys: no coverage", r"No touchpoint has a stage and a corner yet")
def _no_coverage(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from says_whose(world, said)
    if places := _places(world)[0]:
        yield f"places are known: {places}"


@form(
    "surveys: coverage, a row",
    (
        rf"(?P<stage>{PLACES}) \| (?P<corner>{CORNERS}) \| (?P<known>blind|\d+%) \| "
        r"(?P<people>[\d,]+) \|(?: (?P<stake>.+))?"
    ),
    ("row",),
)
def _place(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    stage, corner = found["stage"].lower(), found["corner"].lower()
    people, rated = _places(world)[0].get((stage, corner), (0, 0))
    if not people:
        yield "no such place is shown"
        return
    yield from differs(found["people"], people, "people")
    if found["known"] == "blind":
        if rated:
            yield f"{rated} rated something there"
    else:
        yield from differs(found["known"], rated / people, "the share")
    if found["stake"]:
        rows = world.rows(
            """select value_at_stake, stake_status from fct_perception_growth
            where growth_subject_kind = 'stage and corner' and growth_subject = $place
                and perception_measure = 'below tolerance' and later_outcome = 'retained'""",
            place=f"{stage}, {corner}",
        )
        yield from differs(found["stake"], rows[0][0] if rows else None, "the amount")
        if rows and rows[0][1] != "at stake":
            yield f"its status is {rows[0][1]}"


@form(
    "surveys: one score",
    (r"One NPS over all surveys: (?P<score>[+−]?\d+)(?:; (?P<weighted>[+−]?\d+) weighted to what all customers are)?"),
)
def _pooled(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from differs(found["score"], world.one("nps"), "the score")
    yield from too_few(world.bases("nps").get(None), "the score")
    if found["weighted"]:
        yield from differs(found["weighted"], world.one("nps_weighted"), "the weighted score")


@form(
    "surveys: who answered",
    (
        r"(?P<low>\S+) of “(?P<least>.+?)” have answered a survey, (?P<high>\S+) of “(?P<most>.+?)”(?:; lowest and "
        r"highest(?P<among> of the groups that can be compared))?"
    ),
)
def _answered(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    shares = compared(world, "answering_share", _group(world), bounded=False, days=None)
    yield from says_of_which(shares, found["among"])
    for name, share, end in (
        (found["least"], found["low"], min(shares.values.values(), default=None)),
        (found["most"], found["high"], max(shares.values.values(), default=None)),
    ):
        yield from differs(share, shares.values.get(shares.named(name) or ""), name)
        yield from differs(share, end, "the end")


def _group(world: Reading) -> str:
    """The first trait that separates people into two groups."""
    for trait in GROUPS:
        table = "dim_customers" if trait == "value_tier" else "dim_people"
        ((values,),) = world.rows(f"select count(distinct {trait}) from {table}")
        if values > 1:
            return trait
    return "has_answered"

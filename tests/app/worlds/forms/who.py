"""What the page about the best customers says. In: sentences. Out: what is untrue in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tests.app.worlds.collecting import Said
from tests.app.worlds.grammar import (
    COMPARED,
    NUMBER,
    carries_scope,
    compared,
    differs,
    form,
    is_about,
    parsed,
    same,
    says_of_which,
    says_whose,
    spoken,
    too_few,
)
from tests.app.worlds.reading import NEEDED, Reading


@form(
    "who: share of the top tier",
    r"Your top (?P<top>\d+%) of customers bring (?P<share>\S+) of revenue(?P<scope>(?: among .+?)?(?: in .+?)?)"
    r"(?:\. More often than others, (?P<whom>they|the top \d+% of all customers) (?P<marks>.+))?",
)
def _top_tier(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from carries_scope(world, found["scope"])
    yield from differs(found["share"], world.one("top_tier_revenue_share"), "the share")
    yield from too_few(world.bases("top_tier_revenue_share").get(None), "the share")
    if not found["marks"]:
        return
    if world.where and found["whom"] == "they":
        yield "marks of all customers are said of those within the filter"
    yield from _marks(world, found["marks"], more=True)


# What is said of those who have a value of an attribute of the demo.
SAID_OF: Final = {
    "first_channel": "first came by {}", "motivation": "are motivated by “{}”", "age_band": "are {}",
    "country": "live in {}", "region": "live in {}", "language": "speak {}",
}  # fmt: skip


def _marks(world: Reading, listed: str, *, more: bool) -> Iterator[str]:
    names = {
        SAID_OF.get(attribute, f"have {spoken(attribute).lower()} {{}}").format(value): (index, low, high)
        for attribute, value, index, low, high in world.rows(
            'select attribute, attribute_value, "index", low, high from fct_profile_index'
        )
    }
    rest = listed
    for name in sorted(names, key=len, reverse=True):
        if name in rest:
            rest = rest.replace(name, "", 1)
            index, low, high = names[name]
            if (
                index is None
                or (more and not (index >= 120 and low > 100))
                or (not more and not (index <= 80 and high < 100))
            ):
                yield f"{name}: its index is {index} ({low} to {high})"
    if re.sub(r"[, ]|and", "", rest):
        yield f"marks that no table has: {rest}"


@form(
    "who: too few in the top tier",
    (
        r"What the top \d+% of customers bring is too few to say(?P<scope>.*): n "
        r"= (?P<n>[\d,]+), and (?P<needed>\d+) are needed\."
    ),
)
def _few_in_the_tier(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from carries_scope(world, found["scope"])
    yield from differs(found["n"], world.bases("top_tier_revenue_share").get(None), "n")
    if parsed(found["n"])[0] >= NEEDED:
        yield "enough are there"


@form(
    "who: nothing in the top tier",
    r"No customer brought revenue in the year to (?P<day>.+), so no customer is in a top tier",
)
def _no_tier(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    share = world.one("top_tier_revenue_share")
    if share is not None:
        yield f"the share is {share}"


@form("who: one mark", r"(?P<mark>.+) is (?P<times>[\d.]+) times as common among the best of all customers")
def _mark(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    rows = world.rows(
        'select attribute, attribute_value, "index", low from fct_profile_index where "index" is not null'
    )
    row = next((row for row in rows if same(found["mark"], f"{row[0]} {row[1]}")), None)
    if row is None:
        yield "no such attribute"
    else:
        yield from differs(found["times"], row[2] / 100, "the index")
        if row[3] <= 100 or row[2] < 120:
            yield f"the index is {row[2]}, from {row[3]}"


@form("who: one rarer mark", r"(?P<mark>.+) is (?P<share>\d+%) rarer among the best of all customers")
def _rarer(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    rows = world.rows(
        'select attribute, attribute_value, "index", high from fct_profile_index where "index" is not null'
    )
    row = next((row for row in rows if same(found["mark"], f"{row[0]} {row[1]}")), None)
    if row is None:
        yield "no such attribute"
    else:
        yield from differs(found["share"], 1 - row[2] / 100, "the index")
        if row[3] >= 100 or row[2] > 80:
            yield f"the index is {row[2]}, up to {row[3]}"


@form(
    "who: no mark",
    r"None of (?:the )?(?P<n>\d+) attribute values(?: that can be compared)? clearly differs in the top tier",
)
def _no_mark(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    ((rows, strong),) = world.rows(
        # After a correction for 40 looks, a p value below 0.00005 is proven in any case.
        'select count(*), count_if(p_value < 0.00005 and ("index" >= 120 or "index" '
        "<= 80) and n_attribute >= 30 and n >= 30) from fct_profile_index"
    )
    if int(found["n"]) > rows:
        yield f"there are {rows}"
    if strong:
        yield f"{strong} differ beyond any doubt"


@form(
    "who: things that differ",
    (
        r"(?P<k>None|\d+) of (?:the )?(?P<n>\d+) things(?: that can be compared)"
        r"?(?: that)? the best of all customers want, expect or first look at "
        r"(?:clearly )?differs?"
    ),
)
def _contexts(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    ((rows, far),) = world.rows(
        'select count(*), count_if(abs("index" - 100) >= 20 and (low > 100 or high < 100)) from fct_context_index'
        " where context_value not in ('less important', 'expected less')"
    )
    if int(found["n"]) > rows:
        yield f"there are {rows}"
    if found["k"] != "None" and int(found["k"]) > far:
        yield f"{far} lie outside of 100 with their intervals"


@form("who: concentration", r"The best (?P<top>\d+)% of all customers bring (?P<share>\S+) of a year's revenue")
def _pareto(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    rows = world.rows(
        "select revenue_share from fct_revenue_concentration where top_percent::int = $top", top=int(found["top"])
    )
    yield from differs(found["share"], rows[0][0] if rows else None, "the share")


@form(
    "who: value by group",
    (
        rf"Predicted value per customer lies between (?P<low>{NUMBER}) for “(?P<first>.+?)"
        rf"” and (?P<high>{NUMBER}) for “(?P<last>.+?)”{COMPARED}"
    ),
)
def _worth(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    by = ("motivation", "age_band")
    values = world.values("predicted_value_per_customer", by, days=None)
    bases = world.bases("predicted_value_per_customer", by, days=None)
    shown = world.shown("predicted_value_per_customer", by, days=None)
    usable = {
        key: value
        for key, value in values.items()
        if None not in key and bases.get(key, 0) >= NEEDED and shown.get(key, ("",))[0] == "ok"
    }
    missing = [key for key, base in bases.items() if base and None not in key and key not in usable]
    if missing and not found["among"]:
        yield f"speaks of all groups, and {len(missing)} cannot be compared"
    named = {", ".join(key).casefold(): value for key, value in usable.items()}
    for name, text, pick in ((found["first"], found["low"], min), (found["last"], found["high"], max)):
        value = named.get(name.casefold())
        yield from differs(text, value, name)
        if value is not None and value != pick(usable.values()):
            yield f"{name} has {value}, and {pick(usable.values())} is there"


@form("who: value of one group", rf"Predicted value per customer is (?P<value>{NUMBER}) for “(?P<name>.+?)”")
def _worth_of_one(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    by = ("motivation", "age_band")
    values, bases = (one("predicted_value_per_customer", by, days=None) for one in (world.values, world.bases))
    key = next((key for key in values if None not in key and same(", ".join(key), found["name"])), None)
    yield from differs(found["value"], values.get(key), "the value")
    yield from too_few(bases.get(key), "the value")


@form(
    "who: lasting",
    (
        r"(?P<share>\S+)(?: \((?P<low>\S+) to (?P<high>\S+)\))? (?P<what>stay active "
        r".+|keep their contract) for more than (?P<month>\d+) months?"
    ),
)
def _lasting(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    if "region" in world.chosen:
        yield from says_whose(world, said)
    curve = "contract" if "contract" in found["what"] else "activity"
    segment = world.chosen.get("segment") if "region" not in world.chosen else None
    rows = world.rows(
        "select survival, low, high from fct_survival_curves where curve = $curve and curve_dimension = $dimension "
        "and curve_value = $value and months_since::int = $month",
        curve=curve,
        dimension="segment" if segment else "all",
        value=segment or "all",
        month=int(found["month"]),
    )
    if not rows:
        yield "no such month of the curve"
        return
    yield from differs(found["share"], rows[0][0], "the share")
    if found["low"]:
        yield from differs(found["low"], rows[0][1], "the lower end")
        yield from differs(found["high"], rows[0][2], "the upper end")


@form(
    "who: moves between tiers",
    r"(?P<up>[\d,]+) moves up into the top tier, (?P<down>[\d,]+) down(?:, (?P<new>[\d,]+) came new into it)?",
)
def _tiers(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    for name, metric in (("up", "moved_up"), ("down", "moved_down"), ("new", "entered_top")):
        if found[name]:
            yield from differs(found[name], world.one(metric) or 0.0, metric)


@form(
    "who: cohorts",
    r"(?:Between (?P<low>\S+) and )?(?P<high>\S+) of (?:a cohort|the cohort of (?P<one>\S+)) order in their month 3"
    + COMPARED,
)
def _cohorts(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    cohorts = compared(
        world, "cohort_repurchase:3", "acquired_in", where={"months_since_acquired": "3"}, days=None, bounded=False
    )
    values = cohorts.values
    if not values:
        yield "no cohort is of enough customers"
        return
    if found["one"]:
        yield from differs(found["high"], values.get(found["one"]), "the cohort")
        return
    yield from says_of_which(cohorts, found["among"])
    yield from differs(found["high"], max(values.values()), "the highest")
    yield from differs(found["low"] or found["high"], min(values.values()), "the lowest")


@form(
    "who: back-test",
    r"Tested on held-out months, the forecast was (?P<size>\S+) (?P<side>from|below|above) (?:from )?what was bought",
)
def _back_test(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from says_whose(world, said)
    rows = world.rows(
        "select value, value_model from fct_value_models where kind = 'back_test' "
        "and quantity = 'revenue' and measure = 'total_error'"
    )
    errors = {model: value for value, model in rows}
    if not any(
        is_about(found["size"], abs(value)) and (found["side"] == "from" or (value < 0) == (found["side"] == "below"))
        for value in errors.values()
        if value is not None
    ):
        yield f"the errors are {errors}"


@form("who: models", r"(?P<model>.+) was (?P<by>\S+) nearer for a single customer")
def _models(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from says_whose(world, said)
    rows = world.rows(
        "select value_model, value from fct_value_models where kind = 'back_test' and quantity = 'revenue' "
        "and measure = 'squared_error' and value_model in ('mbg_nbd', 'bg_nbd', 'naive')"
    )
    errors = dict(rows)
    best = min(errors, key=errors.__getitem__)
    naive, fitted = errors["naive"], min(value for name, value in errors.items() if name != "naive")
    yield from differs(found["by"], 1 - min(naive, fitted) / max(naive, fitted), "how much nearer")
    if (best == "naive") != (found["model"] == "Going on as before"):
        yield f"{best} is nearest"

"""What the home page says. In: sentences. Out: what is untrue in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from tests.app.worlds.collecting import Said
from tests.app.worlds.grammar import (
    NUMBER,
    carries_scope,
    differs,
    form,
    is_about,
    read,
    same,
    says_whose,
    too_few,
)
from tests.app.worlds.reading import NEEDED, Reading, quoted

LEADS: Final = (
    r"Revenue cannot be shown(?: (?:among|in) .+?)?|No source has revenue|No "
    r"revenue is recorded(?: in this period)?(?: (?:among|in) .+?)?"
    r"|Revenue is \S+?(?: in this period)?(?: (?:among|in) [^.]+?)?|In \w{3}–\w{3} \d{4}.*?"
)


@form(
    "home: headline",
    rf"(?P<lead>{LEADS})(?P<in_between>\. In \w{{3}}–\w{{3}} \d{{4}}.*?)?(?:\. (?P<rest>[^.].*))?",
    ("title",),
)
def _home(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    for part in (found["lead"], found["in_between"]):
        if part:
            yield from _lead(world, part.removeprefix(". "))
    if found["rest"]:
        verdict = read(world, Said(kind="header", text=found["rest"]))
        if not verdict.kind:
            # What moved may be written with full stops.
            yield f"a part that no reader knows: {found['rest']}"
        yield from verdict.untrue


def _lead(world: Reading, text: str) -> Iterator[str]:
    if found := re.fullmatch(
        r"Revenue is (?P<money>\S+)(?: in this period)?(?P<scope>(?: among .+)?(?: in .+)?)", text
    ):
        yield from differs(found["money"], world.one("revenue") or 0.0, "revenue")
        yield from carries_scope(world, found["scope"])
    elif found := re.fullmatch(
        r"(?:No revenue is recorded|Revenue cannot be shown)(?: in this period)?(?P<scope>.*)", text
    ):
        yield from carries_scope(world, found["scope"])
        if text.startswith("No revenue") and world.one("revenue"):
            yield f"revenue is {world.one('revenue')}"
    elif text.startswith("In "):
        yield from _moves(world, text)


MOVED: Final = {
    "revenue": "revenue",
    "customers acquired": "acquired",
    "customers lost": "lost",
    "net growth of customers": "net_growth",
    "monthly retention": "retention_rate",
    "NPS": "nps",
    "the share who are satisfied (CSAT)": "csat",
}
EARLIER: Final = {"the quarter before": 3, "the same quarter a year before": 12}


def _moves(world: Reading, text: str) -> Iterator[str]:
    found = re.fullmatch(
        (
            r"In (?P<quarter>\w{3}–\w{3} \d{4})(?P<scope>(?: among .+?)?(?: in .+?)?)"
            r"(?:, against (?P<against>[\w ]+),)? (?P<facts>(?:revenue|customers|net "
            r"growth|monthly|NPS|the share).+)"
        ),
        text,
    )
    if found is None:
        yield f"moves that no reader knows: {text}"
        return
    yield from carries_scope(world, found["scope"])
    since, until = world.quarter()
    if found["quarter"] != f"{since:%b}–{until:%b %Y}":
        yield f"the last closed quarter is {since} to {until}"
    for fact in found["facts"].split(", but "):
        one = re.fullmatch(
            (
                r"(?P<name>.+?) (?P<verb>rose|fell) (?:by (?P<points>\S+) points to (?P<level>\S+)"
                r"|from (?P<from>\S+) to (?P<to>\S+)|(?P<share>\S+) to (?P<now>\S+))(?: "
                r"\(may be chance\))?(?: against (?P<against>.+))?"
            ),
            fact,
        )
        metric = next((metric for name, metric in MOVED.items() if one and one["name"].startswith(name)), None)
        if one is None or metric is None:
            yield f"a move that no reader knows: {fact}"
            continue
        against = one["against"] or found["against"]
        now = world.one(metric, days=world.quarter()) or 0.0
        before = world.one(metric, days=world.quarter(EARLIER[against])) or 0.0
        if (now > before) != (one["verb"] == "rose"):
            yield f"{metric} went from {before} to {now}"
        yield from differs(one["level"] or one["to"] or one["now"], now, metric)
        if one["from"]:
            yield from differs(one["from"], before, f"{metric} before")
        if one["share"]:
            yield from differs(one["share"], abs(now / before - 1) if before else None, f"change of {metric}")
        if one["points"]:
            yield from differs(
                one["points"], abs(now - before) * (1 if metric == "nps" else 100), f"change of {metric}"
            )
            for days in (world.quarter(), world.quarter(EARLIER[against])):
                yield from too_few(world.bases(metric, days=days).get(None), metric)


def _stakes(world: Reading) -> list[tuple[Any, ...]]:
    return world.rows(
        """select growth_subject_label, is_critical, value_at_stake, stake_status,
            customers_below / nullif(customers_rated, 0), customers_rated, worth_in
        from fct_perception_growth where growth_subject_kind = 'interaction' and perception_measure = 'below tolerance'
        and later_outcome = 'retained'"""
    )


@form(
    "stakes: headline",
    (
        r"(?P<all>(?:All customers: )?)[Pp]oor “(?P<what>.+)” experiences put (?P<money>\S+) of (?:margin|revenue) "
        r"(?:a year|in \d+ days) at risk"
    ),
)
def _stake(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    row = next((row for row in _stakes(world) if same(row[0], found["what"])), None)
    yield from differs(found["money"], row[2] if row else None, "the amount")
    if row and row[3] != "at stake":
        yield f"its status is {row[3]}"
    yield from says_whose(world, said)


@form(
    "stakes: none",
    (
        r"None of (?:the )?(?P<n>\d+) interactions?(?P<among> that can be compared)"
        r"? is proven to put value at stake(?P<all>.*?): those below what they tolerate "
        r"stay as often within \d+ days, as far as the answers show"
    ),
)
def _no_stake(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    rows = _stakes(world)
    known = [row for row in rows if row[2] is not None]
    if len(known) < len(rows) and not found["among"]:
        yield f"speaks of all, and {len(rows) - len(known)} have no amount"
    if int(found["n"]) > len(known):
        yield f"{len(known)} have an amount"
    yield from says_whose(world, said)


@form("stakes: too few", r"Too few customers were observed after they answered to say what is at stake")
def _too_few_stakes(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    known = [row for row in _stakes(world) if row[2] is not None and (row[5] or 0) >= 150]
    if known:
        yield f"amounts are known: {known}"


@form(
    "fix next",
    (
        r"Fix next(?P<all>, of all customers|)?: (?:“(?P<what>.+)”|none of (?P<n>\d+)"
        r" critical interactions? is proven to cost anything|no critical interaction "
        r"has been rated)"
    ),
)
def _fix_next(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    # Also one of which it is not known whether those below what they tolerate stay.
    critical = world.rows(
        "select distinct growth_subject_label from fct_perception_growth "
        "where growth_subject_kind = 'interaction' and is_critical"
    )
    if found["what"] and not any(same(row[0], found["what"]) for row in critical):
        yield "no such critical interaction"
    if found["n"]:
        yield from differs(found["n"], len(critical), "critical interactions")
    yield from says_whose(world, said)


@form("fix next: a row", r"(?P<name>[^|]+?) \| (?P<worth>[^|]+?) \| (?P<below>[^|]+?) \| (?P<look>[^|]+)", ("row",))
def _fix_row(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    row = next((row for row in _stakes(world) if same(row[0], found["name"])), None)
    if row is None:
        if (found["worth"], found["below"]) != ("no data", "no data"):
            yield "no such interaction"
        return
    if money := re.match(rf"({NUMBER}) of", found["worth"]):
        yield from differs(money[1], row[2], "the amount")
    if found["below"].endswith("%"):
        yield from differs(found["below"], row[4], "the share below")
        yield from too_few(row[5], "the share below")
    if gap := re.fullmatch(r"(?P<pillar>.+) \((?P<gap>\S+) points\)", found["look"]):
        value = world.values(
            "expectation_gap",
            ("interaction", "pillar"),
            days=None,
            filtered=False,
            extra=f"lower(pillar) = lower({quoted(gap['pillar'])})",
        )
        if not any(is_about(gap["gap"], one) for one in value.values()):
            yield f"no gap of {gap['pillar']} is {gap['gap']}: {value}"


@form(
    "fix next: without an amount",
    (
        r"Most often short, without an amount: (?P<share>\S+) of all who rated it "
        r"are below what they tolerate in “(?P<what>.+?)”(?P<among>, of the interactions "
        r"that can be compared)?\.(?P<why>.*)"
    ),
    ("caption",),
)
def _unpriced(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    rows = _stakes(world)
    row = next((row for row in rows if same(row[0], found["what"])), None)
    yield from differs(found["share"], row[4] if row else None, "the share")
    if (
        row
        and max(one[4] for one in rows if one[4] is not None and (one[5] or 0) >= NEEDED) > row[4]
        and not found["among"]
    ):
        yield "another is more often short"

"""What the page about the corners says. In: sentences. Out: what is untrue in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.app.worlds.collecting import Said
from tests.app.worlds.grammar import COMPARED, apart, carries_scope, compared, differs, extent, form, too_few
from tests.app.worlds.reading import Reading


@form(
    "corners: who came and went",
    r"(?:(?P<same>As many customers came as went)|(?P<more>[\d,]+) net new customers?"
    r"|(?P<fewer>[\d,]+) customers? fewer than at the start of the period)"
    r"(?P<scope>(?: among .+?)?(?: in [^;]+?)?)(?:; (?P<credit>.+))?",
)
def _net(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from carries_scope(world, found["scope"])
    net = world.one("net_growth") or 0.0
    if found["same"]:
        if net:
            yield f"net growth is {net}"
    else:
        yield from differs(found["more"] or found["fewer"], abs(net), "net growth")
        if (net > 0) != bool(found["more"]):
            yield f"net growth is {net}"
    if found["credit"]:
        yield from _credit(world, found["credit"])


def _credit(world: Reading, text: str) -> Iterator[str]:
    found = re.fullmatch(
        r"(?P<when>over all time, )?(?:(?P<corner>\w+) earned (?P<share>\S+) of the credit for those acquired"
        r"|what brought those acquired is mostly unknown: (?P<unknown>\S+) of the credit is unattributed"
        r"|(?P<most>\S+) of the credit for those acquired is unattributed, more than any corner has)",
        text,
    )
    if found is None:
        yield f"an unknown sentence about credits: {text}"
        return
    days = None if found["when"] else "shown"
    given = _credits_of(world, "acquired", days)
    whole = world.one("acquired", days=days) or 0.0
    yield from too_few(whole, "the share of the credit")
    corner = found["corner"] or "unattributed"
    share = given.get(corner, 0.0) / whole if whole else None
    yield from differs(found["share"] or found["unknown"] or found["most"], share, f"the share of {corner}")
    if given and given.get(corner, 0.0) < max(given.values()) - 0.51:
        yield f"{max(given, key=given.__getitem__)} has more"
    if found["unknown"] and (share or 0) <= 0.5:
        yield f"{share} is not most"


def _credits_of(world: Reading, movement: str, days: Any) -> dict[str, float]:
    found = world.values("growth_credits", ("corner",), days=days, extra=f"movement = '{movement}'")
    return {str(key[0]): value for key, value in found.items()}


@form(
    "corners: counts of both",
    (
        r"(?P<came>[\d,]+) customers? acquired and (?P<went>[\d,]+) lost(?P<scope>(?: "
        r"among .+?)?(?: in .+?)?); the sum of all movements cannot be shown"
    ),
)
def _came_and_went(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from carries_scope(world, found["scope"])
    yield from differs(found["came"], world.one("acquired") or 0.0, "acquired")
    yield from differs(found["went"], world.one("lost") or 0.0, "lost")


@form("corners: acquired and lost", r"(?P<came>[\d,]+) acquired, (?:(?P<went>[\d,]+) lost|losses cannot be shown)")
def _acquired_and_lost(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from differs(found["came"], world.one("acquired") or 0.0, "acquired")
    if found["went"]:
        yield from differs(found["went"], world.one("lost") or 0.0, "lost")


@form(
    "corners: who earns most",
    (
        r"(?:(?P<when>Over all time), )?(?P<parts>(?:\w+ earns most for|the largest "
        r"part is unattributed for|The largest part is unattributed for) .+)"
    ),
)
def _earns(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    days = None if found["when"] else "shown"
    named = {"customers acquired": "acquired", "months in which customers stayed": "retained"}
    pieces = re.findall(
        (
            r"(\w+ earns most for|[Tt]he largest part is unattributed for) ((?:(?:and "
            r")?(?:customers acquired|months in which customers stayed) \([^)]+\)(?: |$)?)+)"
        ),
        found["parts"],
    )
    if not pieces:
        yield "nothing that could be read"
    for who, earned in pieces:
        corner = "unattributed" if "unattributed" in who else who.split()[0].lower()
        for what, share in re.findall(r"(customers acquired|months in which customers stayed) \(([^)]+)\)", earned):
            given, whole = _credits_of(world, named[what], days), world.one(named[what], days=days) or 0.0
            yield from differs(share, given.get(corner, 0.0) / whole if whole else None, f"{corner} of {what}")
            yield from too_few(whole, f"{corner} of {what}")
            if given and given.get(corner, 0.0) < max(given.values()) - 0.51:
                yield f"of {what} {max(given, key=given.__getitem__)} has more"


@form(
    "corners: sums",
    (
        r"(?P<lines>(?:(?:Acquired|Retained|Reactivated|Lost): [\d,]+ (?:customers?|"
        r"months? of (?:a )?customers?), (?:credits partly hidden|[\d,]+ credits)"
        r"(?:; |\.))+)"
    ),
    ("text",),
)
def _sums(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    days = None if "over all time" in said.card else "shown"
    for movement, count, given in re.findall(
        r"(Acquired|Retained|Reactivated|Lost): ([\d,]+) [^,]+, (credits partly hidden|[\d,]+ credits)", found["lines"]
    ):
        yield from differs(count, world.one(movement.lower(), days=days) or 0.0, movement)
        if given != "credits partly hidden":
            yield from differs(
                given.split()[0], sum(_credits_of(world, movement.lower(), days).values()), f"credits of {movement}"
            )


@form(
    "corners: whether it reconciles",
    r"(?P<yes>Credits add up to the customers|Credits do not add up to the customers)(?P<when> over all time)?",
)
def _reconciles(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    days = None if found["when"] else "shown"
    differences = {
        movement: sum(_credits_of(world, movement, days).values()) - (world.one(movement, days=days) or 0.0)
        for movement in ("acquired", "retained", "reactivated", "lost")
    }
    wrong = {movement: size for movement, size in differences.items() if abs(size) >= 0.5}
    if found["yes"].startswith("The sum") == bool(wrong) and (wrong or not found["yes"].startswith("The sum")):
        yield f"sums differ by {differences}"


@form(
    "corners: who keeps",
    (
        r"(?P<corner>.+) keeps (?P<share>\S+) of the customers it reaches before "
        r"they lapse; the other corners(?P<among> that can be compared)? keep (?P<others>\S+)"
    ),
)
def _keeps(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    corners = compared(world, "kept_after_outreach", "corner", least=20, bounded=False)
    yield from apart(corners, found["corner"], found["share"], found["others"], found["among"], highest=True)


@form(
    "corners: outreach",
    r"Outreach before a lapse keeps between (?P<low>\S+) and (?P<high>\S+) of customers; no corner stands out"
    + COMPARED,
)
def _outreach(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    yield from extent(
        compared(world, "kept_after_outreach", "corner", bounded=False), found["low"], found["high"], found["among"]
    )


@form("corners: outreach of one", r"Outreach before a lapse keeps (?P<share>\S+) of customers \(“(?P<corner>.+)”\)")
def _outreach_of_one(world: Reading, found: re.Match[str], said: Said) -> Iterator[str]:
    corners = compared(world, "kept_after_outreach", "corner", bounded=False)
    yield from differs(found["share"], corners.values.get(corners.named(found["corner"]) or ""), "the share")

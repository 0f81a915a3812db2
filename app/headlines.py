"""The answer of each page as one sentence. In: rows of governed answers and findings. Out: a `Sentence`.

A sentence claims only what `findings` has proven; where nothing is proven it says what was measured, without an
adjective. No word here stands without a number behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.findings import (
    MIN_N,
    UNMET_SCORE,
    Mark,
    Shortfall,
    Stall,
    find_marks,
    find_short_pillar,
    find_stalled_stage,
    find_unmet_outcome,
    material_gap,
    told,
    usable,
    widen,
)
from app.formatting import MINUS, count_of, day, interval, listing, money, number, percent, signed, words
from workspace.vocabulary import CORNERS, STAGES

if TYPE_CHECKING:
    from datetime import date

    from serving import AnswerRow

# Revenue moves by a few percent from month to month by itself; five over a year is a change that a plan would name.
MATERIAL_CHANGE = 0.05
# A tier that brings this much more than its own size is a concentration; less is nearly an even spread.
MATERIAL_CONCENTRATION = 0.10
# A majority is proven where the whole interval lies beyond one half.
MAJORITY = 0.5
# More than three marks is a list, not an answer.
MARKS_IN_A_SENTENCE = 3


@dataclass(frozen=True)
class Sentence:
    """What a heading says. `claim` is True where it asserts something that an interval and a threshold support."""

    text: str
    claim: bool

    def __str__(self) -> str:
        return self.text


def who(
    share: AnswerRow | None, profile: Sequence[AnswerRow], *, top_tier: float, as_of: date, scope: str = ""
) -> Sentence:
    """Who the best customers are: what the top tier brings, and what marks it."""
    tier = f"top {percent(top_tier)} of customers"
    if share is None or share.value is None:
        if share is not None and share.status in ("suppressed", "withheld", "refused", "not_sliceable"):
            return Sentence(f"What the {tier} bring cannot be shown{scope}", claim=False)
        return Sentence(
            f"No customer brought revenue in the year to {day(as_of)}, so nobody is in a top tier", claim=False
        )
    text = f"Your {tier} bring {percent(share.value)} of revenue{scope}"
    marks = [mark for mark in find_marks(profile) if mark.is_more_common][:MARKS_IN_A_SENTENCE]
    concentrated = share.value >= top_tier + MATERIAL_CONCENTRATION
    if marks:
        return Sentence(f"{text}. More common among them: {listing([name_of(mark) for mark in marks])}.", claim=True)
    return Sentence(text, claim=concentrated)


def name_of(mark: Mark) -> str:
    """An attribute value as a reader says it: `age band 45-54`."""
    return f"{words(mark.attribute).lower()} {mark.value}"


def marks_found(profile: Sequence[AnswerRow]) -> Sentence:
    """The title over the index chart."""
    marks = find_marks(profile)
    if not marks:
        n = len(usable(profile, "attribute_value"))
        return Sentence(
            f"None of {n} attribute values differs measurably in the top tier" if n else "No attributes to compare",
            claim=False,
        )
    first = next((mark for mark in marks if mark.is_more_common), marks[0])
    name = name_of(first)
    shown = f"{name[:1].upper()}{name[1:]}"
    if first.is_more_common:
        return Sentence(f"{shown} is {first.index / 100:.1f} times as common among the best", claim=True)
    return Sentence(f"{shown} is {percent(1 - first.index / 100)} rarer among the best", claim=True)


def journey(conversion: Sequence[AnswerRow], *, days: int, observed: Collection[str] = STAGES) -> Sentence:
    """Where journeys stall."""
    stall = find_stalled_stage(conversion, observed=observed)
    if stall is not None:
        return stalled(stall, days=days)
    comparable = [stage for stage in STAGES if stage in observed][:-1]
    rates = [row for row in usable(conversion, "stage") if row.dimensions["stage"] in comparable]
    if not rates:
        return Sentence("Too few journeys are observed to say where they stall", claim=False)
    lowest = min(rates, key=lambda row: row.value or 0.0)
    highest = max(rates, key=lambda row: row.value or 0.0)
    if lowest is highest:
        return Sentence(
            f"{percent(lowest.value or 0)} go on from {lowest.dimensions['stage']} within {days} days", claim=False
        )
    return Sentence(
        f"Between {percent(lowest.value or 0)} and {percent(highest.value or 0)} go on from a stage within {days} "
        "days; no stage stands out",
        claim=False,
    )


def stalled(stall: Stall, *, days: int) -> Sentence:
    """A stall in words: who stays behind, and how many stay behind elsewhere."""
    return Sentence(
        f"{percent(1 - stall.rate)} go no further than {stall.stage} within {days} days; "
        f"after the other stages {percent(1 - stall.elsewhere)} do",
        claim=True,
    )


def outcomes(
    opportunity: Sequence[AnswerRow],
    importance: Sequence[AnswerRow],
    satisfaction: Sequence[AnswerRow],
    *,
    dimension: str = "item_label",
) -> Sentence:
    """Which desired outcome is most in want."""
    unmet = find_unmet_outcome(opportunity, dimension=dimension)
    if unmet is None:
        return _no_unmet(usable(opportunity, dimension), dimension)
    matters, satisfied = (_value_at(rows, dimension, unmet.outcome) for rows in (importance, satisfaction))
    rank = "is the biggest unmet outcome" if unmet.stands_alone else "is an unmet outcome"
    if matters is None or satisfied is None:
        return Sentence(f"“{unmet.outcome}” {rank}: its opportunity score is {unmet.score:.1f}", claim=True)
    return Sentence(
        f"“{unmet.outcome}” {rank}: {percent(matters / 10)} say it matters, {percent(satisfied / 10)} are satisfied",
        claim=True,
    )


def _no_unmet(rows: Sequence[AnswerRow], dimension: str) -> Sentence:
    if not rows:
        return Sentence("Too few answers to say what customers want done", claim=False)
    first = max(rows, key=lambda row: row.value or 0.0)
    return Sentence(
        f"No outcome is measurably unmet; the highest opportunity score is {first.value:.1f}, "
        f"for “{first.dimensions[dimension]}”",
        claim=False,
    )


def unmet_found(opportunity: Sequence[AnswerRow], found: int) -> Sentence:
    """The title over the ranked opportunities."""
    total = len([row for row in opportunity if row.status == "ok"])
    verb = "scores" if found == 1 else "score"
    if found == 0:
        return Sentence(f"None of {total} outcomes scores measurably above {UNMET_SCORE:.0f}", claim=False)
    return Sentence(f"{found} of {total} outcomes {verb} measurably above {UNMET_SCORE:.0f}", claim=True)


def important_but_unmet(
    importance: Sequence[AnswerRow],
    satisfaction: Sequence[AnswerRow],
    important_from: float,
    satisfied_up_to: float,
    *,
    dimension: str = "item_label",
) -> Sentence:
    """The title over the map: how many outcomes lie in its corner beyond what their intervals leave open."""
    known = usable(importance, dimension)
    satisfied = {row.dimensions[dimension]: row for row in usable(satisfaction, dimension)}
    inside = [
        row
        for row in known
        if row.dimensions[dimension] in satisfied
        and (row.low or 0.0) >= important_from
        and (satisfied[row.dimensions[dimension]].high or 0.0) <= satisfied_up_to
    ]
    if not inside:
        return Sentence("No outcome is measurably both important and unmet", claim=False)
    verb = "matters a lot and disappoints" if len(inside) == 1 else "matter a lot and disappoint"
    return Sentence(f"{len(inside)} of {len(known)} outcomes {verb}", claim=True)


def expectations(gaps: Sequence[AnswerRow], *, unit: str = "points") -> Sentence:
    """Which pillar falls short of what is expected of it, and which do not."""
    short = find_short_pillar(gaps)
    if short is not None:
        return _short(short, usable(gaps, "pillar"), unit)
    rows = usable(gaps, "pillar")
    if not rows:
        return Sentence("Too few customers rated both expectation and experience to compare them", claim=False)
    lowest = min(rows, key=lambda row: row.value or 0.0)
    if lowest.low is not None and lowest.low > 0:
        named = listing([str(row.dimensions["pillar"]) for row in rows])
        verb = "exceeds" if len(rows) == 1 else "exceed"
        return (
            Sentence(f"{words(named)} {verb} expectations, by {_size(lowest.value or 0.0, unit)} or more", claim=True)
            if len(rows) > 1
            else Sentence(
                f"Experience of {named} {verb} expectations by {_size(lowest.value or 0.0, unit)}", claim=True
            )
        )
    return Sentence(
        f"No pillar falls measurably short; the widest gap is {signed(lowest.value or 0.0, decimals=1)}, "
        f"for {lowest.dimensions['pillar']}",
        claim=False,
    )


def _short(short: Shortfall, rows: Sequence[AnswerRow], unit: str) -> Sentence:
    if short.others:
        named = listing([words(short.pillar), *short.others])
        return Sentence(f"{named} fall short of expectations, {short.pillar} by {_size(short.gap, unit)}", claim=True)
    text = f"{words(short.pillar)} fall short of expectations by {_size(short.gap, unit)}"
    met = [str(row.dimensions["pillar"]) for row in rows if widen(row, len(rows))[0] > -material_gap(row.metric)]
    if met:
        text = f"{words(listing(met))} meet expectations; {short.pillar} fall short by {_size(short.gap, unit)}"
    return Sentence(text, claim=True)


def short_items(gaps: Sequence[AnswerRow], found: int) -> Sentence:
    """The title over expected against experienced."""
    total = len([row for row in gaps if row.status == "ok"])
    verb = "is" if found == 1 else "are"
    if found == 0:
        if total == 1:
            return Sentence("The one expectation that can be compared is met or not clearly missed", claim=False)
        return Sentence(f"None of {total} expectations is missed by a measurable margin", claim=False)
    return Sentence(f"{found} of {total} expectations {verb} missed by a measurable margin", claim=True)


def today(
    revenue: AnswerRow | None,
    before: AnswerRow | None,
    *,
    currency: str,
    found: Sequence[Sentence],
    is_fed: bool = True,
    period: str = " in this period",
) -> Sentence:
    """The headline over all four answers: how revenue moved, and the first shortfall that was proven.

    Args:
        is_fed: whether any source has revenue at all; where none has, nothing is said of a period.
        period: how a sentence names the days that are shown.
    """
    first = next((sentence for sentence in found if sentence.claim), None)
    opening = _revenue(revenue, before, currency, period) if is_fed else "No source has revenue"
    if first is None:
        return Sentence(opening, claim=False)
    return Sentence(f"{opening}. {first.text}", claim=True)


def _revenue(now: AnswerRow | None, before: AnswerRow | None, currency: str, period: str) -> str:
    if now is not None and now.status not in ("ok", "no_data"):
        return "Revenue cannot be shown"
    if now is None or now.value is None:
        return f"No revenue is recorded{period}"
    amount = money(now.value, currency)
    if before is None or before.value is None or before.value <= 0:
        return f"Revenue is {amount}"
    moved = now.value / before.value - 1
    if abs(moved) < MATERIAL_CHANGE:
        return f"Revenue is level at {amount} ({signed(moved * 100, decimals=0)}%)"
    return f"Revenue is {'up' if moved > 0 else 'down'} {percent(abs(moved))} to {amount}"


def quality(passed: int, total: int, *, day_of_run: str) -> Sentence:
    """The headline of the page for auditors."""
    if total == 0:
        return Sentence("No check is recorded for this release", claim=False)
    return Sentence(f"{passed:,} of {total:,} checks passed on the load of {day_of_run}", claim=passed == total)


def extremes(
    rows: Sequence[AnswerRow],
    dimension: str,
    *,
    what: str,
    unit: str,
    currency: str = "",
    order: Sequence[str] = (),
    named: str = "",
) -> Sentence:
    """Where a measure is lowest and where highest: a claim only if the two are clearly apart.

    Args:
        named: what readers call the dimension, where its column does not say it.
    """
    known = [row for row in usable(rows, dimension) if not order or row.dimensions[dimension] in order]
    by = named or words(dimension).lower()
    if not known:
        return Sentence(f"{what}, by {by}: too few to compare", claim=False)
    lowest = min(known, key=lambda row: row.value or 0.0)
    highest = max(known, key=lambda row: row.value or 0.0)
    low, high = (f"{number(row.value or 0.0, unit, currency=currency)}" for row in (lowest, highest))
    first, last = (f"“{words(str(row.dimensions[dimension]))}”" for row in (lowest, highest))
    if lowest is highest:
        return Sentence(f"{what} is {low} at {first}", claim=False)
    if widen(lowest, len(known))[1] < widen(highest, len(known))[0]:
        return Sentence(f"{what} runs from {low} at {first} to {high} at {last}", claim=True)
    return Sentence(f"{what} does not differ measurably by {by}", claim=False)


def spread(rows: Sequence[AnswerRow], dimension: str, *, what: str, unit: str, currency: str = "") -> Sentence:
    """Where a measure without an interval is lowest and where highest: never a claim."""
    known = told(rows, dimension)
    by = words(dimension).lower()
    if not known:
        return Sentence(f"{what}, by {by}: too few to compare", claim=False)
    lowest = min(known, key=lambda row: row.value or 0.0)
    highest = max(known, key=lambda row: row.value or 0.0)
    low, high = (number(row.value or 0.0, unit, currency=currency) for row in (lowest, highest))
    first, last = (f"“{words(str(row.dimensions[dimension]))}”" for row in (lowest, highest))
    if lowest is highest:
        return Sentence(f"{what} is {low} for {first}", claim=False)
    return Sentence(f"{what} lies between {low} for {first} and {high} for {last}", claim=False)


def short_moments(total: int, found: int) -> Sentence:
    """The title over the gaps by interaction."""
    if not total:
        return Sentence("Gap by interaction: too few to compare", claim=False)
    verb = "falls" if found == 1 else "fall"
    if not found:
        what = "The one interaction rated" if total == 1 else f"None of {total} interactions"
        return Sentence(
            f"{what} {'does not fall' if total == 1 else 'falls'} short by a measurable margin", claim=False
        )
    return Sentence(f"{found} of {total} interactions {verb} short by a measurable margin", claim=True)


def before(gate: AnswerRow | None, answered: AnswerRow | None) -> Sentence:
    """What the gate turns away, and whether negative mentions are answered; a claim where a majority is proven."""
    parts: list[Sentence] = []
    if gate is not None and gate.value is not None and (gate.n or 0) >= MIN_N:
        most = gate.low is not None and gate.low > MAJORITY
        who = "Most sessions that meet a gate leave there" if most else "Sessions that leave at a gate"
        parts.append(Sentence(f"{who}: {percent(gate.value)}", claim=most))
    if answered is not None and answered.value is not None and (answered.n or 0) >= MIN_N:
        few = answered.high is not None and answered.high < MAJORITY
        only = "only " if few else ""
        parts.append(Sentence(f"{only}{percent(answered.value)} of negative mentions are answered", claim=few))
    if not parts:
        return Sentence("Too few sessions and mentions to say what happens before the purchase", claim=False)
    text = "; ".join(part.text for part in parts)
    return Sentence(f"{text[:1].upper()}{text[1:]}", claim=any(part.claim for part in parts))


def corners(net: AnswerRow | None, shares: Mapping[tuple[str, str], float], *, scope: str = "") -> Sentence:
    """How many customers came and went, and which corner was there before they came. Counts, never a cause."""
    if net is None or net.value is None:
        return Sentence(f"Whether customers came or went cannot be shown{scope}", claim=False)
    moved = count_of(abs(net.value), "customer")
    text = (
        f"As many customers came as went{scope}"
        if net.value == 0
        else f"{moved} {'more' if net.value > 0 else 'fewer'} than at the start of the period{scope}"
    )
    first = _strongest(shares, "acquired")
    return Sentence(
        f"{text}; {first[0]} earned {percent(first[1])} of the credit for those acquired" if first else text,
        claim=net.value != 0,
    )


def credited_most(shares: Mapping[tuple[str, str], float]) -> Sentence:
    """The title over the credits: which corner was there most often before customers came, and before they stayed."""
    by_corner: dict[str, list[str]] = {}
    for movement in ("acquired", "retained"):
        best = _strongest(shares, movement)
        if best:
            by_corner.setdefault(best[0], []).append(f"{movement} ({percent(best[1])})")
    parts = [f"{corner} earns most for customers {listing(earned)}" for corner, earned in by_corner.items()]
    return Sentence(words(listing(parts)) if parts else "Credits by corner", claim=False)


def _strongest(shares: Mapping[tuple[str, str], float], movement: str) -> tuple[str, float] | None:
    of_movement = {corner: share for (corner, name), share in shares.items() if name == movement and corner in CORNERS}
    if not of_movement:
        return None
    corner = max(of_movement, key=lambda name: of_movement[name])
    return corner, of_movement[corner]


def interval_note(row: AnswerRow, unit: str, *, currency: str = "") -> str:
    """The small print under a number: its n and its 95% interval."""
    parts = [f"n = {row.n:,.0f}"] if row.n is not None else []
    if row.low is not None and row.high is not None:
        parts.append(f"95% interval {interval(row.low, row.high, unit, currency=currency)}")
    return ", ".join(parts)


def _size(gap: float, unit: str) -> str:
    size = signed(abs(gap)).lstrip("+").lstrip(MINUS)
    return f"{size}% of the scale" if unit == "percent" else f"{size} points"


def _value_at(rows: Sequence[AnswerRow], dimension: str, value: str) -> float | None:
    return next((row.value for row in rows if row.dimensions.get(dimension) == value and row.status == "ok"), None)

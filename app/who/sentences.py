"""Titles of the value cards. In: rows of governed answers. Out: a `Sentence` each, which claims only what is proven."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from app.kit.findings import MIN_N, too_few, usable
from app.kit.formatting import count_of, day, listing, number, percent, words
from app.kit.hidden import among_compared, of_compared
from app.kit.sentences import Sentence
from app.who.findings import Mark, find_marks

if TYPE_CHECKING:
    from serving import AnswerRow

# A forecast of the total within a tenth is as near as a plan for a quarter needs it.
NEAR = 0.10
# Months after which a cohort is compared: most who come back a second time have done so within a quarter.
COHORT_MONTH = 3
# What value models are called by people who do not fit them.
MODEL_NAMES = {
    "mbg_nbd": "Purchase model (MBG/NBD)",
    "bg_nbd": "Purchase model (BG/NBD)",
    "naive": "Going on as before",
    "pareto_nbd": "Check model (Pareto/NBD)",
}
# Fitted models that may value customers; the back-test chooses among them and going on as before, as
# int_value__model_choice does.
CANDIDATES = ("mbg_nbd", "bg_nbd")


def retained(days: int) -> tuple[str, str]:
    """What retention is called, and the note under it: one purchase keeps a customer for `days`, come back or not."""
    return (
        f"Active within {days} days",
        f"Monthly retention: who is still active, within {days} days of their last purchase",
    )


def missed(error: AnswerRow, *, is_filtered: bool) -> str:
    """How far the last back-test of predicted values was off, as a note under them."""
    of_all = " for all customers" if is_filtered else ""
    if error.value is None:
        return "not tested against facts yet"
    return f"the last test{of_all} missed by {percent(abs(error.value))}"


def pareto(rows: Sequence[AnswerRow], *, top_tier: float) -> Sentence:
    """The title over the cumulative curve, which is of all customers."""
    at = {int(str(row.dimensions["top_percent"])): row for row in rows if row.value is not None}
    best = at.get(round(100 * top_tier))
    everybody = max((row.n for row in at.values() if row.n is not None), default=None)
    if best is None or best.value is None or not is_readable(replace(best, n=everybody)):
        return Sentence("Revenue by customer, best first", claim=False)
    share = f"The best {percent(top_tier)} of all customers bring {percent(best.value)} of a year's revenue"
    return Sentence(share, claim=best.value >= top_tier + MATERIAL_CONCENTRATION)


def back_test(error: AnswerRow, *, model: str | None) -> Sentence:
    """How far the forecast of the held-out months lay from the facts; `error` is (forecast - fact) / fact."""
    if error.value is None or model is None:
        return Sentence("The forecast could not be tested against facts yet", claim=False)
    size = percent(abs(error.value))
    if abs(error.value) <= NEAR:
        return Sentence(f"Tested on held-out months, the forecast was {size} from what was bought", claim=True)
    side = "below" if error.value < 0 else "above"
    return Sentence(f"Tested on held-out months, the forecast was {size} {side} what was bought", claim=True)


def chosen_model(errors: Sequence[AnswerRow]) -> Sentence:
    """Which forecast is used and what it was compared with; rows of `value_model_error` by value_model."""
    known = {str(row.dimensions["value_model"]): row.value for row in errors if row.value is not None}
    fitted = [name for name in CANDIDATES if name in known]
    if not fitted or "naive" not in known:
        return Sentence("One forecast only: nothing to compare it with", claim=False)
    best = min(fitted, key=lambda name: known[name])
    better, other = (best, "naive") if known[best] < known["naive"] else ("naive", best)
    by = percent(1 - known[better] / known[other]) if known[other] else percent(0)
    return Sentence(f"{MODEL_NAMES[better]} was {by} nearer for a single customer", claim=True)


def cohorts(rows: Sequence[AnswerRow]) -> Sentence:
    """How many of a cohort order again some months later; a claim where first and last cohort clearly differ."""
    asked = [row for row in rows if row.dimensions.get("months_since_acquired") == str(COHORT_MONTH)]
    known = [row for row in asked if row.value is not None and (row.n or 0) >= MIN_N]
    if not known:
        return Sentence("No cohort has been observed long enough", claim=False)
    values = [row.value or 0.0 for row in known]
    low, high = percent(min(values)), percent(max(values))
    when = f"in their month {COHORT_MONTH}"
    if len(known) == 1:
        return Sentence(f"{high} of the cohort of {known[0].dimensions['acquired_in']} order {when}", claim=False)
    among = among_compared(asked, "acquired_in", known, "cohorts", comma=True)
    if low == high:
        return Sentence(f"{high} of a cohort order {when}{among}", claim=False)
    return Sentence(f"Between {low} and {high} of a cohort order {when}{among}", claim=False)


def lasting(rows: Sequence[AnswerRow], *, what: str) -> Sentence:
    """How many last a year, and with which interval; rows of `survival_share` by months_since."""
    known = {int(str(row.dimensions["months_since"])): row for row in rows if is_readable(row)}
    if not known:
        return Sentence(f"{what}: no customer is observed long enough", claim=False)
    month = 18 if 18 in known else max(known)
    row = known[month]
    assert row.value is not None
    bounds = f" ({percent(row.low)} to {percent(row.high)})" if row.low is not None and row.high is not None else ""
    return Sentence(f"{percent(row.value)}{bounds} {what} for more than {count_of(month, 'month')}", claim=False)


def tier_moves(up: AnswerRow, down: AnswerRow, entered: AnswerRow) -> Sentence:
    """Who rose into the top tier and who fell out of it."""
    if up.value is None or down.value is None:
        return Sentence("Moves between tiers cannot be shown", claim=False)
    new = f", {number(entered.value, 'count')} came new into it" if entered.value else ""
    return Sentence(
        f"{number(up.value, 'count')} moves up into the top tier, {number(down.value, 'count')} down{new}", claim=False
    )


def context(found: int, rows: Sequence[AnswerRow]) -> Sentence:
    """The title over what the best of all customers want, expect and first look at.

    Args:
        rows: `context_index` by context and context_value.
    """
    total = compared(rows, ("context", "context_value"), "things")
    if total is None:
        return Sentence("No wants or expectations to compare", claim=False)
    if not found:
        return Sentence(
            f"None of {total} that the best of all customers want, expect or first look at clearly differs",
            claim=False,
        )
    verb = "differs" if found == 1 else "differ"
    return Sentence(f"{found} of {total} the best of all customers want, expect or first look at {verb}", claim=True)


def compared(rows: Iterable[AnswerRow], named: tuple[str, str], what: str) -> str | None:
    """How many rows can be compared, in words (`of_compared`), where two dimensions name a row; None where none can."""
    joined = [
        replace(row, dimensions={"both": None if None in parts else ": ".join(map(str, parts))})
        for row in rows
        for parts in [[row.dimensions.get(name) for name in named]]
    ]
    known = usable(joined, "both")
    return of_compared(joined, "both", known, what) if known else None


# A tier that brings this much more than its own size is a concentration; less is nearly an even spread.
MATERIAL_CONCENTRATION = 0.10


# Attribute of customers -> what is said of those who have a value of it.
TRAITS = {
    "first_channel": "first came by {}",
    "motivation": "are motivated by “{}”",
    "age_band": "are {}",
    "country": "live in {}",
    "region": "live in {}",
    "language": "speak {}",
}
# More than three marks is a list, not an answer.
MARKS_IN_A_SENTENCE = 3


def who(
    share: AnswerRow | None, profile: Sequence[AnswerRow], *, top_tier: float, as_of: date, scope: str = ""
) -> Sentence:
    """Who the best customers are: what the top tier brings within the filters, and what marks it.

    Args:
        profile: of all customers: the top tier is a part of all of them, whatever is filtered.
        scope: the filters in words.
    """
    tier = f"top {percent(top_tier)} of customers"
    if share is None or share.value is None:
        if share is not None and share.status in ("suppressed", "withheld", "refused", "not_sliceable"):
            return Sentence(f"What the {tier} bring cannot be shown{scope}", claim=False)
        return Sentence(
            f"No customer brought revenue in the year to {day(as_of)}, so no customer is in a top tier", claim=False
        )
    if not is_readable(share):
        return Sentence(f"What the {tier} bring is too few to say{scope}: {too_few(share)}", claim=False)
    text = f"Your {tier} bring {percent(share.value)} of revenue{scope}"
    marks = [mark for mark in find_marks(profile) if mark.is_more_common][:MARKS_IN_A_SENTENCE]
    concentrated = share.value >= top_tier + MATERIAL_CONCENTRATION
    if marks:
        whom = f"the top {percent(top_tier)} of all customers" if scope else "they"
        return Sentence(
            f"{text}. More often than others, {whom} {listing([trait(mark) for mark in marks])}", claim=True
        )
    return Sentence(text, claim=concentrated)


def trait(mark: Mark) -> str:
    """What is said of customers with an attribute value: `are 45-54`; a company's own attributes have no verb."""
    said = TRAITS.get(mark.attribute)
    return said.format(mark.value) if said else f"have {name_of(mark)}"


def is_readable(share: AnswerRow | None) -> bool:
    """Whether the share of the top tier can be shown, and stands on enough customers to be read."""
    return share is not None and share.value is not None and (share.n is None or share.n >= MIN_N)


def name_of(mark: Mark) -> str:
    """An attribute value as a reader says it: `age band 45-54`."""
    return f"{words(mark.attribute).lower()} {mark.value}"


def marks_found(profile: Sequence[AnswerRow]) -> Sentence:
    """The title over the index chart, which is of all customers."""
    marks = find_marks(profile)
    if not marks:
        total = compared(profile, ("attribute", "attribute_value"), "attribute values")
        return Sentence(
            f"None of {total} clearly differs in the top tier" if total else "No attributes to compare",
            claim=False,
        )
    first = next((mark for mark in marks if mark.is_more_common), marks[0])
    name = name_of(first)
    shown = f"{name[:1].upper()}{name[1:]}"
    if first.is_more_common:
        return Sentence(
            f"{shown} is {first.index / 100:.1f} times as common among the best of all customers", claim=True
        )
    return Sentence(f"{shown} is {percent(1 - first.index / 100)} rarer among the best of all customers", claim=True)

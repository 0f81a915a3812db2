"""What a result says. In: a `Result`. Out: a `Sentence` that claims only what its intervals support."""

from __future__ import annotations

from collections.abc import Mapping

from app.explore.results import Result
from app.kit.findings import MIN_N, has_changed, is_too_few
from app.kit.formatting import count_of, listing, number, shortened, unavailable
from app.kit.hidden import among_shown
from app.kit.periods import PRIOR_YEAR
from app.kit.sentences import Sentence, extremes
from serving import AnswerRow, MetricDefinition


def headline(result: Result) -> Sentence:
    """The finding of a result: where it is highest, else the number over the whole period and its change."""
    what = f"{result.definition.label} ({result.scope})" if result.scope else result.definition.label
    if not any(row.status == "ok" and row.value is not None for row in result.answer.rows):
        return Sentence(_nothing(result, what), claim=False)
    if len(result.choice.by) == 1 and result.choice.grain is None:
        found = _by_one(result, what)
        if found is not None:
            return found
    return _total(result, what)


def _nothing(result: Result, what: str) -> str:
    statuses = {row.status for row in result.answer.rows}
    if "suppressed" in statuses:
        where = "in each group" if result.by_words else "here"
        return f"{what}: too few people {where} to describe safely"
    if statuses <= {"no_data"}:
        return f"{what}: no data in {result.days}" if result.asked.window.since else f"{what}: no data"
    return f"{what}: {unavailable(next(row.status for row in result.answer.rows if row.status != 'no_data'))}"


def _total(result: Result, what: str) -> Sentence:
    row = result.total
    if row is None or row.status != "ok" or row.value is None:
        rows = [one for one in result.answer.rows if one.status == "ok"]
        by = f", by {listing(result.by_words)}" if result.by_words else ""
        return Sentence(f"{what}{by}: {count_of(len(rows), 'number')} shown", claim=False)
    if is_too_few(row, result.definition):
        return Sentence(f"{what}: too few to say (n = {row.n or 0:,}, and {MIN_N} are needed)", claim=False)
    shown = number(row.value, result.unit, currency=result.currency)
    moved, is_claim = change_in_words(result, row, result.total_before)
    return Sentence(f"{what}: {shown}{moved or f', {result.days}'}", claim=is_claim)


def change_in_words(result: Result, row: AnswerRow, before: AnswerRow | None) -> tuple[str, bool]:
    """`, +4% on the year before`, and whether it is more than chance; empty where there is no change to state."""
    moved = result.moved(row, before)
    if not moved or before is None:
        return "", False
    than = "on the year before" if result.choice.comparison == PRIOR_YEAR else "on the period before"
    is_counted = result.definition.metric_class == "additive"
    if row.value == before.value:
        return f", as in the {than.removeprefix('on the ')}", False
    if row.low is None and not is_counted:
        return f", {moved} {than} (how much of it is chance is not known)", False
    if not has_changed(row, before):
        return f", not clearly different {than.replace('on', 'from', 1)} ({moved})", False
    return f", {moved} {than}", True


def _by_one(result: Result, what: str) -> Sentence | None:
    """Where a metric is highest; None where no row can be compared with another."""
    (dimension,) = result.choice.by
    rows, label = result.answer.rows, result.labels[dimension]
    if any(row.low is not None for row in rows):
        return extremes(rows, dimension, what=what, unit=result.unit, currency=result.currency, named=label.lower())
    if result.definition.metric_class != "additive":
        return None
    known = [
        row
        for row in rows
        if row.status == "ok" and row.value is not None and row.is_comparable and row.dimensions.get(dimension)
    ]
    if len(known) < 2:
        return None
    most = max(row.value or 0 for row in known)
    first = [f"“{shortened(str(row.dimensions[dimension]))}”" for row in known if row.value == most]
    if len(first) > 3 or not most:
        return None
    shown = number(most, result.unit, currency=result.currency)
    among = among_shown(rows, dimension, f"values of {label.lower()}")
    return Sentence(f"{what} is highest{among} at {listing(first)}: {shown}", claim=not among)


def based_on(result: Result, definitions: Mapping[str, MetricDefinition]) -> str:
    """`Based on 12,000 orders, Nov 2025 – Nov 2026`: what the number over the whole period stands on."""
    row, counted = result.total, result.definition.n or result.definition.people
    if row is None or row.n is None or counted is None or counted not in definitions:
        return f"Based on {result.days}" if result.asked.window.since else result.days.capitalize()
    what = definitions[counted].label
    return f"Based on {row.n:,} {what[:1].lower() + what[1:] if what[1:2].islower() else what}, {result.days}"

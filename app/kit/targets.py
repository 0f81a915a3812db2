"""What the company wants a number to be. In: a session and the number that is shown. Out: a sentence beside it.

A target is for one number alone: for all customers, or for one slice of one dimension (targets.csv). It says nothing of
a number under any other filter, and nothing of a sum over days, which is another one in a longer period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.kit.formatting import number, unit_of
from app.kit.page_session import PageSession
from app.kit.periods import Window
from serving import AnswerRow, MetricDefinition

COLUMNS = ("target_of", "target_dimension", "target_value", "target_from")
State = Literal["reached", "missed", "undecided", "unjudged"]


@dataclass(frozen=True)
class Target:
    """A target that holds for a number.

    Attributes:
        value: in the unit of the metric.
        state: `reached` and `missed` only where the whole interval is on that side; `undecided` where it holds the
            target; `unjudged` where neither more nor less is better.
    """

    value: float
    state: State


def target_of(
    session: PageSession,
    definition: MetricDefinition,
    row: AnswerRow,
    *,
    where: Mapping[str, Sequence[str]],
    window: Window,
) -> Target | None:
    """The newest target that began by the end of the window; None where the number has none.

    Args:
        definition: the metric of the number.
        row: the number as it is shown.
        where: under which filters.
        window: of which period.
    """
    is_sum = definition.metric_class == "additive" and not definition.is_state
    if row.value is None or is_sum or "target" not in session.definitions:
        return None
    if len(where) > 1 or any(len(values) != 1 for values in where.values()):
        return None
    dimension, value = next(((name, values[0]) for name, values in where.items()), (None, None))
    last = window.until or session.document.as_of_on
    found = [
        (_began(one), one.value)
        for one in session.ask("target", by=COLUMNS).rows
        if one.value is not None
        and one.dimensions["target_of"] == definition.name
        and (one.dimensions["target_dimension"], one.dimensions["target_value"]) == (dimension, value)
        and _began(one) <= last
    ]
    if not found:
        return None
    _, wanted = max(found)
    return Target(wanted, _state(definition, row, wanted))


def sentence(found: Target, definition: MetricDefinition, *, currency: str) -> str:
    """`Target 95%: missed.`"""
    wanted = number(found.value, unit_of(definition.name, definition.unit), currency=currency)
    said = {"reached": ": reached", "missed": ": missed", "undecided": ": too close to say", "unjudged": ""}
    return f"Target {wanted}{said[found.state]}."


def _began(row: AnswerRow) -> date:
    named = row.dimensions["target_from"]
    return date.fromisoformat(named) if named else date.min


def _state(definition: MetricDefinition, row: AnswerRow, wanted: float) -> State:
    assert row.value is not None
    if definition.good == "none":
        return "unjudged"
    low = row.value if row.low is None else row.low
    high = row.value if row.high is None else row.high
    sign = 1 if definition.good == "up" else -1
    if min(sign * low, sign * high) >= sign * wanted:
        return "reached"
    return "missed" if max(sign * low, sign * high) < sign * wanted else "undecided"

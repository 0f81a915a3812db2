"""Sentences about hand-offs, tasks and paths. In: findings and rows of governed answers. Out: a `Sentence`.

A sentence claims only what a finding has proven.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from app.journey.findings import LongTask, Stall, WorstHandoff, find_stalled_stage
from app.journey.flows import ARROW, RARER
from app.kit.findings import usable, with_values
from app.kit.formatting import count_of, days, percent, words
from app.kit.sentences import Sentence
from workspace.vocabulary import STAGES

if TYPE_CHECKING:
    from serving import AnswerRow


def handoff_name(value: str) -> str:
    """`marketing → service` as a reader sees it."""
    return " → ".join(words(part) for part in value.split(" → "))


def worst_handoff(found: WorstHandoff | None, rows: Sequence[AnswerRow]) -> Sentence:
    """Where a hand-off loses people, or how far the losses reach."""
    if found is not None:
        return Sentence(
            f"{handoff_name(found.handoff)} loses {percent(found.loses.share)} of people on the way into "
            f"{found.stage}; the other hand-offs lose {percent(found.loses.elsewhere)}",
            claim=True,
        )
    known = with_values(rows, "handoff")
    if not known:
        return Sentence("Hand-offs between corners", claim=False)
    low, high = (pick(row.value or 0.0 for row in known) for pick in (min, max))
    return Sentence(
        f"Hand-offs lose {percent(low)} to {percent(high)} of people; none stands apart within its stage", claim=False
    )


def long_task(found: LongTask | None, rows: Sequence[AnswerRow], *, label: str | None = None) -> Sentence:
    """Which task is left too often, and at which step."""
    if found is not None:
        text = (
            f"“{label or words(found.task)}” is abandoned in {percent(found.abandoned.share)} of attempts; "
            f"the other tasks in {percent(found.abandoned.elsewhere)}"
        )
        if found.step is not None:
            text += f". {percent(found.step_share)} of those who leave do so after “{found.step}”"
        return Sentence(text, claim=True)
    known = [row for row in rows if row.status == "ok" and row.value is not None]
    if not known:
        return Sentence("Tasks", claim=False)
    low, high = (pick(row.value or 0.0 for row in known) for pick in (min, max))
    return Sentence(
        f"Tasks are abandoned in {percent(low)} to {percent(high)} of attempts; none stands apart", claim=False
    )


def paths(rows: Iterable[AnswerRow], *, kind: str) -> Sentence:
    """Which way is the most common."""
    known = _single_paths(rows)
    if not known:
        return Sentence(f"Paths {kind}", claim=False)
    first = max(known, key=lambda row: (row.value or 0.0, str(row.dimensions["path"])))
    return Sentence(
        f"The most common way {kind}: {arrows(str(first.dimensions['path']))} ({count_of(first.value or 0.0, 'time')})",
        claim=False,
    )


def stages(rows: Iterable[AnswerRow]) -> Sentence:
    """How many journeys stay in one stage, and which way the others mostly take."""
    rows = list(rows)
    longer = [row for row in _single_paths(rows) if ARROW in str(row.dimensions["path"])]
    whole = sum(row.value or 0.0 for row in rows)
    if not longer or not whole:
        return paths(rows, kind="through the stages")
    alone = sum(row.value or 0.0 for row in _single_paths(rows) if row not in longer)
    first = max(longer, key=lambda row: (row.value or 0.0, str(row.dimensions["path"])))
    return Sentence(
        f"{percent(alone / whole)} of journeys stay in one stage; of the others most go "
        f"{arrows(str(first.dimensions['path']))}",
        claim=False,
    )


def _single_paths(rows: Iterable[AnswerRow]) -> list[AnswerRow]:
    """Rows of one path each, with a number."""
    return [row for row in rows if row.status == "ok" and row.value and row.dimensions.get("path") not in (None, RARER)]


def arrows(path: str) -> str:
    """A stored path with arrows."""
    return " → ".join(words(step) for step in path.split(ARROW))


def next_step(rows: Sequence[AnswerRow], waits: Sequence[AnswerRow], step: str) -> Sentence:
    """What mostly follows a step, and how soon."""
    known = with_values(rows, "to_step")
    if not known:
        return Sentence(f"What follows “{step}”", claim=False)
    first = max(known, key=lambda row: (row.value or 0.0, str(row.dimensions["to_step"])))
    after = str(first.dimensions["to_step"])
    wait = next((row.value for row in waits if row.dimensions.get("to_step") == after and row.value is not None), None)
    soon = f", after {days(wait)} in the median" if wait is not None else ""
    return Sentence(f"After “{step}” {percent(first.value or 0.0)} go on to “{after}”{soon}", claim=False)


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

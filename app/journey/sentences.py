"""Sentences about hand-offs, tasks and paths. In: findings and rows of governed answers. Out: a `Sentence`.

A sentence claims only what a finding has proven.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from math import floor
from typing import TYPE_CHECKING

from app.journey.findings import (
    LongTask,
    Stall,
    WorstHandoff,
    comparable_handoffs,
    find_stalled_stage,
    rows_before_the_last,
)
from app.journey.flows import ARROW, RARER
from app.kit.findings import MIN_N, usable, with_values
from app.kit.formatting import count_of, days, percent, words
from app.kit.hidden import among_compared, among_shown, hides
from app.kit.sentences import Sentence
from workspace.vocabulary import STAGES

if TYPE_CHECKING:
    from serving import AnswerRow


def handoff_name(value: str) -> str:
    """`marketing → service` as a reader sees it."""
    return " → ".join(words(part) for part in value.split(" → "))


def worst_handoff(found: WorstHandoff | None, rows: Sequence[AnswerRow]) -> Sentence:
    """Where a hand-off loses people, or how far the losses reach.

    Args:
        found: what is proven.
        rows: `handoff_loss` of all hand-offs into one stage, the one that is drawn.
    """
    if found is not None:
        return Sentence(
            f"{handoff_name(found.handoff)} loses {percent(found.loses.share)} of people on the way into "
            f"{found.stage}; {found.loses.others('the other hand-offs')} lose {percent(found.loses.elsewhere)}",
            claim=True,
        )
    known = comparable_handoffs(rows)
    if not known:
        return Sentence("Hand-offs: none can be compared", claim=False)
    stage = known[0].dimensions["stage"]
    low, high = (pick(row.value or 0.0 for row in known) for pick in (min, max))
    if len(known) == 1:
        name = handoff_name(str(known[0].dimensions["handoff"]))
        return Sentence(f"{name} loses {percent(low)} of people on the way into {stage}", claim=False)
    among = among_compared(rows, "handoff", known, comma=True)
    return Sentence(
        f"Hand-offs into {stage} lose {percent(low)} to {percent(high)} of people; none stands apart{among}",
        claim=False,
    )


def long_task(
    found: LongTask | None, rows: Sequence[AnswerRow], *, label: str | None = None, dimension: str = "task_label"
) -> Sentence:
    """Which task is left too often, and at which step.

    Args:
        rows: `task_abandonment` by `dimension`.
        label: the task's name, where its value is a code.
    """
    if found is not None:
        text = (
            f"“{label or words(found.task)}” is abandoned in {percent(found.abandoned.share)} of attempts; "
            f"{found.abandoned.others('the other tasks')} in {percent(found.abandoned.elsewhere)}"
        )
        if found.step is not None:
            text += f". {percent(found.step_share)} of those who leave do so after “{found.step}”"
        return Sentence(text, claim=True)
    known = with_values(rows, dimension)
    if not known:
        return Sentence("Tasks: none can be compared", claim=False)
    low, high = (pick(row.value or 0.0 for row in known) for pick in (min, max))
    if len(known) == 1:
        name = words(str(known[0].dimensions[dimension]))
        return Sentence(f"“{name}” is abandoned in {percent(low)} of attempts", claim=False)
    among = among_compared(rows, dimension, known, comma=True)
    return Sentence(
        f"Tasks are abandoned in {percent(low)} to {percent(high)} of attempts; none stands apart{among}", claim=False
    )


def paths(rows: Iterable[AnswerRow], *, what: str) -> Sentence:
    """Which path is the most common.

    Args:
        rows: `paths` of one kind by path, hidden ones, too: fewer people may have gone them more often.
        what: what the paths are, as `last steps before a conversion`.
    """
    rows = list(rows)
    known = _single_paths(rows)
    if not known:
        return Sentence(f"{what[:1].upper()}{what[1:]}", claim=False)
    first = max(known, key=lambda row: (row.value or 0.0, str(row.dimensions["path"])))
    shown = ", of those that can be shown" if hides(rows, "path") else ""
    return Sentence(
        f"The most common {what}{shown}: {arrows(str(first.dimensions['path']))} "
        f"({count_of(first.value or 0.0, 'time')})",
        claim=False,
    )


def conversions_counted(event: str) -> dict[str, str]:
    """Metric of conversion -> which journeys it counts, for the event that is configured as conversion."""
    return {
        "journey_conversion_rate": f"journeys with “{words(event)}”, a customer's first or a later one",
        "journey_first_conversion_rate": f"journeys with a customer's first “{words(event)}”",
    }


def stages(rows: Iterable[AnswerRow], journeys: AnswerRow) -> Sentence:
    """How many journeys stay in one stage, and which way is the most common of the others.

    Args:
        rows: `paths` of kind `stages` by path.
        journeys: the number of all journeys: shares are of them, not of those on the paths that are shown.
    """
    rows = list(rows)
    single = _single_paths(rows)
    longer = [row for row in single if ARROW in str(row.dimensions["path"])]
    if not longer or not journeys.value or journeys.value < MIN_N:
        return paths(rows, what="paths through the stages")
    alone = sum(row.value or 0.0 for row in single if row not in longer)
    # One stage may also be among the hidden paths, or among the rarer ones that stand together.
    short = {row.dimensions.get("path"): row for row in rows if ARROW not in str(row.dimensions.get("path"))}
    is_whole = all(row.status in ("ok", "no_data") for row in short.values())
    is_whole = is_whole and (RARER not in short or set(STAGES) <= set(short))
    share = percent(alone / journeys.value) if is_whole else f"At least {percent_down(alone / journeys.value)}"
    first = max(longer, key=lambda row: (row.value or 0.0, str(row.dimensions["path"])))
    hidden = any(row.status not in ("ok", "no_data") for row in rows if ARROW in str(row.dimensions.get("path")))
    return Sentence(
        f"{share} of journeys stay in one stage; the most common way of the others"
        f"{' that can be shown' if hidden else ''} is {arrows(str(first.dimensions['path']))}",
        claim=False,
    )


def leading_channel(rows: Iterable[AnswerRow], touchpoints: AnswerRow) -> Sentence:
    """Which share of all touchpoints the largest channel has; that it is the largest is said of those shown.

    Args:
        rows: `touchpoints` by channel.
        touchpoints: all of them, also those of hidden channels and of none.
    """
    rows = list(rows)
    known = [row for row in rows if row.status == "ok" and row.value and row.dimensions.get("channel")]
    if not known or not touchpoints.value or touchpoints.value < MIN_N:
        return Sentence("Touchpoints by channel", claim=False)
    first = max(known, key=lambda row: (row.value or 0.0, str(row.dimensions["channel"])))
    among = among_shown(rows, "channel", "channels")
    return Sentence(
        f"{words(str(first.dimensions['channel']))} is the largest{among or ' channel'}: "
        f"{percent((first.value or 0.0) / touchpoints.value)} of touchpoints",
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
    soon = f", after a median of {days(wait)}" if wait is not None else ""
    return Sentence(f"After “{step}” {percent(first.value or 0.0)} go on to “{after}”{soon}", claim=False)


def percent_down(share: float) -> str:
    """A share as a whole percentage that it reaches: what is said to be at least so much must not be rounded up."""
    return percent(floor(share * 100) / 100)


def journey(conversion: Sequence[AnswerRow], *, days: int, observed: Collection[str] = STAGES) -> Sentence:
    """Where journeys stall."""
    stall = find_stalled_stage(conversion, observed=observed)
    if stall is not None:
        return stalled(stall, days=days)
    asked = rows_before_the_last(conversion, observed=observed)
    rates = usable(asked, "stage")
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
        f"days; no stage stands out{among_compared(asked, 'stage', rates, comma=True)}",
        claim=False,
    )


def stalled(stall: Stall, *, days: int) -> Sentence:
    """A stall in words: who stays behind, and how many stay behind elsewhere."""
    others = "the other stages" if stall.compares_all else "the other stages that can be compared"
    return Sentence(
        f"{percent(1 - stall.rate)} stall after {stall.stage}, {percent(1 - stall.elsewhere)} after {others}: "
        f"no later stage within {days} days",
        claim=True,
    )

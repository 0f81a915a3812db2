"""What the answers about journeys prove: the hand-off that loses people, and the task with a step too many.

In: rows of governed answers. Out: one finding, or None where nothing is proven. The rule that decides is the one of
`app.growth.findings.find_apart`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.growth.findings import LEAST_OF_A_SHARE, Apart, find_apart
from app.kit.findings import bounds_of, is_clearly_above, usable, widen
from app.kit.hidden import compares_all
from serving.statistics import comparisons
from workspace.vocabulary import STAGES

if TYPE_CHECKING:
    from serving import AnswerRow

# A step is to blame where more than half of those who leave a task leave it there.
MOST = 0.5


@dataclass(frozen=True, kw_only=True)
class WorstHandoff:
    """A hand-off after which clearly more people are lost than after the others into the same stage."""

    stage: str
    loses: Apart

    @property
    def handoff(self) -> str:
        return self.loses.value


@dataclass(frozen=True, kw_only=True)
class LongTask:
    """A task that clearly more people abandon than the others.

    Attributes:
        step: the step after which most of them leave; None where that is not proven.
        step_share: of all who leave, the share that leaves there.
    """

    task: str
    abandoned: Apart
    step: str | None = None
    step_share: float = 0.0


def find_worst_handoff(rows: Iterable[AnswerRow]) -> WorstHandoff | None:
    """The hand-off that loses people.

    Args:
        rows: `handoff_loss` by stage and handoff, of one kind. Only hand-offs into the same stage are compared: stages
            differ in how many go on.

    Returns:
        Of the stages in which one hand-off stands apart, the one in which it loses most more than the others.
    """
    by_stage: dict[str, list[AnswerRow]] = defaultdict(list)
    for row in rows:
        if row.dimensions.get("stage") in STAGES:
            by_stage[str(row.dimensions["stage"])].append(row)
    compared = {stage: by_stage[stage] for stage in STAGES if len(comparable_handoffs(by_stage[stage])) > 1}
    found = []
    for stage, of_stage in compared.items():
        loses = find_apart(of_stage, "handoff", highest=True, families=len(compared))
        if loses is not None:
            found.append(WorstHandoff(stage=stage, loses=loses))
    return max(found, key=lambda one: one.loses.share - one.loses.elsewhere, default=None)


def comparable_handoffs(rows: Iterable[AnswerRow]) -> list[AnswerRow]:
    """Rows of hand-offs whose loss can be compared: shown, and of enough people."""
    return [
        row
        for row in rows
        if row.status == "ok" and row.value is not None and (row.n or 0) >= LEAST_OF_A_SHARE
        if row.dimensions.get("handoff") is not None
    ]


def find_long_task(
    abandonment: Iterable[AnswerRow], left: Iterable[AnswerRow] = (), *, dimension: str = "task"
) -> LongTask | None:
    """The task that people leave, and the step at which they do.

    Args:
        abandonment: `task_abandonment` by task.
        left: `abandoned_task_attempts` by task and left_after.
        dimension: the column that names the task.
    """
    abandoned = find_apart(abandonment, dimension, highest=True)
    if abandoned is None:
        return None
    of_task = [row for row in left if row.dimensions.get(dimension) == abandoned.value]
    if any(row.status not in ("ok", "no_data") for row in of_task):
        # The sum of the shown steps would be fewer than all who leave.
        return LongTask(task=abandoned.value, abandoned=abandoned)
    counts = {
        str(row.dimensions["left_after"]): int(row.value)
        for row in of_task
        if row.value and row.dimensions.get("left_after")
    }
    step = max(counts, key=lambda name: (counts[name], name), default=None)
    everybody = sum(int(row.value or 0) for row in of_task)
    if step is None or comparisons.share(counts[step] / everybody, everybody).low <= MOST:
        return LongTask(task=abandoned.value, abandoned=abandoned)
    return LongTask(task=abandoned.value, abandoned=abandoned, step=step, step_share=counts[step] / everybody)


# Ten points of a stage's people: fewer are within what one campaign or one season moves.
MATERIAL_STALL = 0.10


@dataclass(frozen=True, kw_only=True)
class Stall:
    """A stage from which clearly fewer people go on than from the other stages together.

    Attributes:
        elsewhere: the rate of the others that it was compared with.
        compares_all: whether these are all others; others may be hidden, or too few to be compared.
    """

    stage: str
    rate: float
    low: float
    high: float
    n: int
    elsewhere: float
    compares_all: bool = True


def observed_stages(rows: Iterable[AnswerRow]) -> set[str]:
    """The stages that customers are seen in.

    Args:
        rows: a count by stage. A hidden one is of customers, too.
    """
    return {
        str(row.dimensions["stage"])
        for row in rows
        if row.dimensions.get("stage") is not None and (row.value or row.status == "suppressed")
    }


def find_stalled_stage(rows: Iterable[AnswerRow], *, observed: Collection[str] = STAGES) -> Stall | None:
    """The stage at which journeys stall.

    Args:
        rows: `stage_conversion` by stage, shares of one.
        observed: stages that the sources can see at all. The last of them has no later stage, so that no customer
            going on from it says nothing: it is left out.

    Returns:
        The stage with the lowest rate, if its widened interval lies at least MATERIAL_STALL below the other stages'
        rate taken together, and it is clearly below the next lowest.
    """
    asked = rows_before_the_last(rows, observed=observed)
    stages = usable(asked, "stage")
    if len(stages) < 2:
        return None
    lowest, following = sorted(stages, key=lambda row: (row.value or 0.0, str(row.dimensions["stage"])))[:2]
    others = [row for row in stages if row is not lowest]
    elsewhere = sum((row.value or 0.0) * (row.n or 0) for row in others) / sum(row.n or 0 for row in others)
    value, low, high = bounds_of(lowest)
    if widen(lowest, len(stages))[1] > elsewhere - MATERIAL_STALL or not is_clearly_above(following, lowest):
        return None
    return Stall(
        stage=str(lowest.dimensions["stage"]),
        rate=value,
        low=low,
        high=high,
        n=int(lowest.n or 0),
        elsewhere=elsewhere,
        compares_all=compares_all(asked, "stage", {str(row.dimensions["stage"]) for row in stages}),
    )


def rows_before_the_last(rows: Iterable[AnswerRow], *, observed: Collection[str]) -> list[AnswerRow]:
    """Rows of the observed stages from which customers can go on to an observed one, shown or not."""
    earlier = [stage for stage in STAGES if stage in observed][:-1]
    return [row for row in rows if row.dimensions.get("stage") in earlier]

"""What an estimate needs besides privacy: enough people behind it, and groups that can be compared.

In: a plan and its cells. Out: why a cell has no number, or why its row must not be compared. Every answer passes here,
so that a page, a terminal and a download say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from serving.definitions.metric import Metric
from serving.evaluation.cells import Cell
from serving.planning.plan import Plan
from serving.privacy.lattice import Key
from serving.rows import text_of

# Of the people of a comparison: beyond it the total says what one group says, and the rest is too thin to differ.
LOPSIDED: Final = 0.95


def too_few(metric: Metric, cell: Cell) -> str | None:
    """Why a cell has too few answers (its metric's `min_n`) or people (`min_people`); None where it has enough."""
    least_n, least_people = metric.meta.min_n, metric.meta.min_people
    if cell.n is not None and cell.n < least_n:
        return f"fewer than {least_n} {'people' if metric.n == metric.people else 'answers'}"
    if cell.people is not None and cell.people < least_people:
        return f"fewer than {least_people} people, too few for a number to rely on"
    return None


def incomparable(plan: Plan, cells: Mapping[Key, Cell]) -> str | None:
    """Why the groups of an answer must not be set beside each other; None where they may.

    Groups are compared where people are estimated: metrics of what people said, with an interval. People who are in no
    group (a missing value) are not compared with anybody.
    """
    if not is_estimate(plan.metric):
        return None
    for at, (_, dimension) in enumerate(plan.by):
        people: dict[str, int] = {}
        for key, cell in cells.items():
            group = text_of(key[at])
            if group is not None:
                people[group] = people.get(group, 0) + (cell.people if cell.people is not None else cell.n or 0)
        largest = max(people, key=lambda group: people[group], default=None)
        if largest is None or len(people) < 2:
            continue
        if people[largest] > LOPSIDED * sum(people.values()):
            return (
                f"not to be compared: more than {LOPSIDED:.0%} of those who answered are in one group "
                f"({dimension.label}: {largest})"
            )
    return None


def is_estimate(metric: Metric) -> bool:
    """Whether a metric estimates from a sample of people what they all think."""
    return metric.metric_class in ("composed", "ratio") and metric.meta.min_cell > 0

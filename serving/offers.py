"""How a metric may be asked: a release and a metric in, its dimensions, grains and what it needs out.

What is offered here is never refused for its shape: each offer is planned once, without running anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from serving.definitions.metric import Dimension
from serving.planning.plan import Verdict
from serving.planning.planner import plans
from serving.planning.refusals import MAX_DIMENSIONS, MAX_GROUPINGS
from serving.question import GRAINS, MISSING_WORD, Grain, Question
from serving.releases.release import LiveRelease
from serving.rows import text_of

# What `all` means as a value: a statistic that is stored for everybody, too.
EVERYBODY: Final = "all"


@dataclass(frozen=True)
class Axis:
    """A dimension that a metric can be split by and filtered on.

    Attributes:
        name: the word to ask it by.
        label, description: for readers.
        needed: the metric says nothing without it: it has to be split by it, or filtered on one value of it.
    """

    name: str
    label: str
    description: str
    needed: bool


@dataclass(frozen=True)
class Offers:
    """All that a metric can be asked by.

    Attributes:
        axes: its dimensions, in the order of their labels.
        grains: by what periods.
        has_total: whether it can be asked without a grain.
        has_dates: whether it can be asked within a period.
        most_splits: by how many dimensions at once.
        most_axes: by how many at once, filters included.
    """

    axes: tuple[Axis, ...]
    grains: tuple[Grain, ...]
    has_total: bool
    has_dates: bool
    most_splits: int
    most_axes: int

    def axis(self, name: str) -> Axis | None:
        """The dimension of a name; None where the metric does not have it."""
        return next((axis for axis in self.axes if axis.name == name), None)

    @property
    def needed(self) -> tuple[str, ...]:
        return tuple(axis.name for axis in self.axes if axis.needed)


def offers(release: LiveRelease, name: str) -> Offers:
    """What a metric can be asked by.

    Raises:
        UserError: the release has no metric of that name.
    """
    semantics = release.semantics
    metric = semantics.metric(name)
    is_fixed = metric.metric_class == "fixed_grain"
    needs = metric.meta.dimensions if is_fixed else metric.meta.needs
    named: dict[str, Dimension] = {}
    for column, some in semantics.dimensions(name).items():
        # Of several dimensions of one name each is asked by its full name.
        named |= {column: some[0]} if len(some) == 1 else {one.qualified: one for one in some}
    axes = [Axis(word, one.label, one.description, one.name in needs) for word, one in named.items()]
    # Values do not matter to whether a question can be asked, only that there is one.
    needed = {axis.name: (MISSING_WORD,) for axis in axes if axis.needed}

    def can_ask(by: tuple[str, ...] = (), grain: Grain | None = None) -> bool:
        rest = {axis: values for axis, values in needed.items() if axis not in by}
        return not why_not(release, Question(metrics=(name,), by=by, where=rest, grain=grain))

    grains = tuple(grain for grain in GRAINS if grain in semantics.grains(name) and can_ask(grain=grain))
    has_total = can_ask()
    asked_by = None if has_total or not grains else grains[0]
    kept = [axis for axis in axes if axis.needed or can_ask((axis.name,), asked_by)]
    two = tuple(axis.name for axis in sorted(kept, key=lambda axis: not axis.needed))[:MAX_GROUPINGS]
    return Offers(
        axes=tuple(sorted(kept, key=lambda axis: (axis.label.casefold(), axis.name))),
        grains=grains,
        has_total=has_total,
        has_dates=bool(semantics.grains(name)),
        most_splits=len(two) if not two or can_ask(two, asked_by) else 1,
        most_axes=len(kept) if is_fixed else MAX_DIMENSIONS + len(needed),
    )


def why_not(release: LiveRelease, question: Question) -> str:
    """Why a question about one metric cannot be asked in this shape or period, in words; empty where it can be.

    Nothing is run. A question that can be asked may still have no answer: hidden, withheld, without facts.

    Raises:
        UserError: it names something that the release does not have.
    """
    _, planned = plans(release, question)[0]
    return planned.reason if isinstance(planned, Verdict) and planned.status == "not_sliceable" else ""


def axis_values(release: LiveRelease, metric: str, axis: str) -> tuple[str, ...]:
    """The values that a metric can be filtered on: those of its own dimension of that name, in order.

    The word for a missing value stands last.

    Raises:
        UserError: the metric has no such dimension.
    """
    dimension = release.semantics.resolve(axis, release.semantics.metric(metric).name)
    if dimension is None:
        return ()
    texts = {text_of(value) for value in release.engine.values(dimension.qualified)} - {None}
    return (*sorted(str(text) for text in texts), MISSING_WORD)

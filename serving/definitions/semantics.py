"""All definitions of a release, and what is asked of them: which dimensions, grains and counts a metric has.

In: metrics and models as they are read (`manifest`). Out: an immutable `Semantics`. Of an answer's stages only planning
asks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from serving.definitions.metric import PERSON, Dimension, Metric, Model
from serving.errors import UserError, did_you_mean
from serving.question import GRAINS, Grain

_CATALOGUE: Final = "The app's page Metric definitions lists all, with their dimensions."


@dataclass(frozen=True)
class Semantics:
    """All metrics and models of one release."""

    metrics: Mapping[str, Metric]
    models: Mapping[str, Model]

    @cached_property
    def offered(self) -> tuple[str, ...]:
        """Metrics that users may ask for: all but helper metrics."""
        return tuple(name for name, metric in self.metrics.items() if metric.metric_class != "input")

    def leaves(self, name: str) -> tuple[Metric, ...]:
        """The simple metrics that `name` is made of."""
        metric = self.metrics[name]
        if metric.model is not None or not metric.inputs:
            return (metric,)
        return tuple(leaf for part in metric.inputs for leaf in self.leaves(part))

    def dimensions(self, name: str) -> Mapping[str, tuple[Dimension, ...]]:
        """Column name -> the dimensions of that name that every part of the metric has (more than one: ambiguous)."""
        return self._dimensions[name]

    @cached_property
    def nested(self) -> Mapping[str, tuple[str, ...]]:
        """Dimension -> those that it is declared to be a part of, in MetricFlow's names."""
        every = (one for model in self.models.values() for one in model.dimensions)
        return {one.qualified: one.nested_in for one in every if one.nested_in}

    def qualified(self, name: str) -> Set[str]:
        """MetricFlow's names of the dimensions of a metric."""
        return self._qualified[name].keys()

    def filterable(self, name: str) -> Set[str]:
        """MetricFlow's names of the dimensions that a metric's own filter may name: those of all of its marts."""
        return {one.qualified for some in self._shared(name).values() for one in some}

    def grains(self, name: str) -> tuple[Grain, ...]:
        """Grains the metric can be asked by: those not finer than its own time column."""
        metric = self.metrics[name]
        if metric.metric_class == "fixed_grain" and "metric_time" not in metric.meta.dimensions:
            return ()
        if metric.meta.change is not None:
            return ()
        coarsest = 0
        for leaf in self.leaves(name):
            if leaf.model is None or leaf.time_column is None:
                return ()
            grain = self.models[leaf.model].time_grains.get(leaf.time_column)
            if grain is None:
                return ()
            coarsest = max(coarsest, GRAINS.index(grain))
        return GRAINS[coarsest:]

    def feeds(self, name: str) -> tuple[str, ...]:
        """The feeds of a metric; those of its parts where it names none."""
        return self.metrics[name].feeds or tuple(
            dict.fromkeys(feed for leaf in self.leaves(name) for feed in leaf.feeds)
        )

    def is_state(self, name: str) -> bool:
        return any(leaf.is_state for leaf in self.leaves(name))

    def counts_persons(self, name: str) -> bool:
        """Whether a metric counts different people of its mart, all or those in a case: of one person 1 or 0."""
        metric = self.metrics[name]
        person = self.models[metric.model].person_column if metric.model else None
        if person is None or metric.kind != "simple" or metric.is_state or metric.is_on_calendar:
            return False
        cases = metric.formula.startswith("count_distinct(case when ") and metric.formula.endswith(
            f" then {person} end)"
        )
        is_one_case = cases and metric.formula.count(" then ") == 1 and " else " not in metric.formula
        return metric.formula == f"count_distinct({person})" or is_one_case

    def is_of_people(self, name: str) -> bool:
        """Whether a metric counts people or facts of people, so that every group of them may be too small to show.

        It is where the mart of its people has people in it. Facts of which most people are unknown by their nature
        (mentions) say `of_people: false`: they are of people only where people's own dimensions are asked.
        """
        metric = self.metrics[name]
        if metric.people is None or not metric.meta.of_people:
            return False
        models = [self.models[leaf.model] for leaf in self.leaves(metric.people) if leaf.model]
        return bool(models) and all(PERSON in model.entities for model in models)

    def counters(self, name: str) -> tuple[str, ...]:
        """Metrics that count the people behind a metric, and behind all that its answer gives away.

        A ratio gives away its numerator: its value times its denominator, which can be asked for or is the n that it
        prints. Metrics that add up to each other (`identity`) give each other away; where they are many, it is enough
        that some of them are hidden with the others (`hidden_with`).
        """
        identity = self.metrics[name].identity
        members = [other for other, metric in self.metrics.items() if identity and metric.identity == identity]
        members += self.metrics[name].meta.hidden_with
        found: dict[str, None] = {}
        for member in dict.fromkeys((name, *members)):
            metric = self.metrics[member]
            for part in filter(None, (member, metric.numerator, metric.denominator, metric.n)):
                if self.metrics[part].people is not None:
                    found[str(self.metrics[part].people)] = None
                if self._counts_itself(part, of=metric):
                    found[part] = None
        return tuple(found)

    def _counts_itself(self, name: str, *, of: Metric) -> bool:
        """Whether a count names people of more facts than its own: then fewer facts than the floor are too few."""
        metric = self.metrics[name]
        if metric.meta.unit != "count" or metric.people is None or metric.people == name or metric.is_state:
            return False
        if of.denominator is not None and name == of.numerator:
            return metric.people == self.metrics[of.denominator].people
        return "case when" in metric.formula and "case when" not in self.metrics[metric.people].formula

    def marts(self, name: str) -> tuple[str, ...]:
        """Marts that the metric is computed from."""
        found = [self.models[leaf.model].mart for leaf in self.leaves(name) if leaf.model]
        return tuple(dict.fromkeys(found))

    def metric(self, name: str) -> Metric:
        """The metric, if users may ask for it."""
        metric = self.metrics.get(name)
        if metric is None:
            raise UserError(f"There is no metric '{name}'.", f"{did_you_mean(name, self.offered)} {_CATALOGUE}")
        if metric.metric_class == "input":
            users = [other for other in self.offered if name in self._reach(other)]
            raise UserError(
                f"'{name}' is a helper metric and cannot be queried by itself.",
                f"Ask for {' or '.join(users)}." if users else did_you_mean(name, self.offered),
            )
        return metric

    def resolve(self, dimension: str, metric: str) -> Dimension | None:
        """The dimension that a user's word means for this metric; None where the metric does not have it."""
        return only(self.resolve_all(dimension, metric), word=dimension, metric=metric)

    def check_dimension(self, dimension: str) -> None:
        """Refuse a word that no metric of this release knows as a dimension."""
        columns = {column for name in self.offered for column in self.dimensions(name)}
        qualified = {word for name in self.offered for word in self._qualified[name]}
        parts = {column for name in self.offered for column in self.metrics[name].part_by}
        known = columns | qualified | parts
        if dimension in known:
            return
        fix = f"{did_you_mean(dimension, columns)} {_CATALOGUE}"
        several = [word.strip() for word in dimension.split(",")]
        if len(several) > 1 and known.issuperset(several):
            fix = f"These are {len(several)}: name each by itself, as --by {' --by '.join(several)}."
        raise UserError(f"There is no dimension '{dimension}'.", fix)

    def named(self, dimension: str) -> tuple[Dimension, ...]:
        """Every dimension that a word may mean, over all metrics."""
        found = [self.resolve_all(dimension, name) for name in self.offered]
        return tuple(dict.fromkeys(one for some in found for one in some))

    def resolve_all(self, dimension: str, metric: str) -> tuple[Dimension, ...]:
        """The dimensions that a user's word may mean for this metric: several where it is ambiguous."""
        one = self._qualified[metric].get(dimension)
        return self.dimensions(metric).get(dimension, ()) or ((one,) if one else ())

    def _reach(self, name: str) -> set[str]:
        metric = self.metrics[name]
        parts = {*metric.inputs, *metric.meta.inputs.values()}
        parts |= {word for word in (metric.n, metric.people) if word}
        return parts

    @cached_property
    def _dimensions(self) -> Mapping[str, Mapping[str, tuple[Dimension, ...]]]:
        found = {}
        for name, metric in self.metrics.items():
            shared = self._shared(name)
            if metric.metric_class == "fixed_grain":
                allowed = metric.meta.dimensions
                shared = {column: some for column, some in shared.items() if column in allowed}
            # A change compares two waves: it cannot be asked by wave. A share is not cut by what makes it a share.
            along = (metric.meta.change.along,) if metric.meta.change else ()
            for column in (*along, *metric.part_by):
                shared.pop(column, None)
            found[name] = shared
        return found

    def _shared(self, name: str) -> dict[str, tuple[Dimension, ...]]:
        """Column name -> the dimensions of that name that every part of a metric reaches."""
        parts = [*self.leaves(name)]
        for part in self.metrics[name].meta.inputs.values():
            parts += self.leaves(part)
        return _common([self._of_model[leaf.model] for leaf in parts if leaf.model])

    @cached_property
    def _of_model(self) -> Mapping[str, Mapping[str, tuple[Dimension, ...]]]:
        return {name: _reachable(model, self.models.values()) for name, model in self.models.items()}

    @cached_property
    def _qualified(self) -> Mapping[str, Mapping[str, Dimension]]:
        return {
            name: {one.qualified: one for some in columns.values() for one in some}
            for name, columns in self._dimensions.items()
        }


def only(found: tuple[Dimension, ...], *, word: str, metric: str) -> Dimension | None:
    """The one dimension that a word means for a metric, None where it has none; several are refused."""
    if len(found) > 1:
        names = ", ".join(sorted(one.qualified for one in found))
        raise UserError(f"'{word}' is ambiguous for the metric {metric}.", f"Say which: {names}.")
    return found[0] if found else None


def _reachable(model: Model, others: Iterable[Model]) -> Mapping[str, tuple[Dimension, ...]]:
    """Column name -> dimensions a metric of `model` can use: its own first, else those one join away."""
    found: dict[str, tuple[Dimension, ...]] = {one.name: (one,) for one in model.dimensions}
    joined: dict[str, list[Dimension]] = {}
    for other in others:
        keys = [name for name in model.entities if other.entities.get(name) in ("primary", "unique")]
        if other.name == model.name:
            continue
        for key in keys:
            for one in other.dimensions:
                if one.qualified.startswith(f"{key}__"):
                    joined.setdefault(one.name, []).append(one)
    for column, some in joined.items():
        found.setdefault(column, tuple(some))
    return found


def _common(columns: list[Mapping[str, tuple[Dimension, ...]]]) -> dict[str, tuple[Dimension, ...]]:
    if not columns:
        return {}
    first, *rest = columns
    shared = {}
    for column, some in first.items():
        kept = tuple(one for one in some if all(one in other.get(column, ()) for other in rest))
        if kept:
            shared[column] = kept
    return shared

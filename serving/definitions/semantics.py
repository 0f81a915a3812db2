"""What a release's semantic manifest says: metrics with their meta, and which dimensions each of them can be asked by.

In: the text of semantic_manifest.json. Out: an immutable `Semantics`. Plain JSON, without MetricFlow, so that the
catalogue is there in milliseconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from serving.definitions.meta import MetricClass, MetricMeta, metas_of, read_meta
from serving.errors import UserError, did_you_mean
from serving.question import GRAINS, Grain

PERSON = "person"


_CATALOGUE: Final = "The app's page Metric definitions lists all, with their dimensions."


@dataclass(frozen=True)
class Dimension:
    """A column to group or filter by. `qualified` is its name to MetricFlow: entity and column."""

    name: str
    qualified: str
    model: str
    personal: bool
    label: str
    description: str


@dataclass(frozen=True)
class Model:
    """A semantic model: its mart, its entities (name -> type), its own dimensions, the grain of its time columns."""

    name: str
    mart: str
    entities: Mapping[str, str]
    dimensions: tuple[Dimension, ...]
    time_grains: Mapping[str, Grain]


@dataclass(frozen=True)
class LookBack:
    """How a part of a metric reaches back in time.

    Attributes:
        kind: `offset` by so many periods; `offset_to` the first of a longer period; a trailing `window`; `to_date`
            since the beginning of a period; `ever` since the first fact.
    """

    kind: Literal["offset", "offset_to", "window", "to_date", "ever"]
    count: int = 1
    grain: Grain = "day"


@dataclass(frozen=True)
class Metric:
    """A metric as it is defined.

    Attributes:
        inputs: metrics this one is computed from.
        model: semantic model of a simple metric; None for others.
        time_column: the model's column that dates a simple metric.
        is_state: a simple metric of a state: over several periods the last one counts, not their sum.
        parts: metrics this one is computed from, with how each reaches back in time; one may stand there twice.
        is_on_calendar: MetricFlow joins it to all days, also to those without facts.
        fault: what is wrong with its `config.meta`; such a metric is refused with that reason; its meta is left out.
    """

    name: str
    label: str
    description: str
    kind: str
    formula: str
    meta: MetricMeta
    inputs: tuple[str, ...]
    numerator: str | None
    denominator: str | None
    model: str | None
    time_column: str | None
    is_state: bool
    parts: tuple[tuple[str, LookBack | None], ...] = ()
    is_on_calendar: bool = False
    fault: str | None = None

    @property
    def part_by(self) -> tuple[str, ...]:
        """Dimensions that say what is part and what is not: sliced by them a share of a whole is all or nothing."""
        return self.meta.part_by

    @property
    def metric_class(self) -> MetricClass:
        return self.meta.metric_class

    @property
    def n(self) -> str | None:
        return self.meta.n

    @property
    def people(self) -> str | None:
        return self.meta.people or self.meta.n

    @property
    def identity(self) -> str | None:
        """A word that metrics share which add up to each other: small cells of one are hidden in all of them."""
        return self.meta.identity

    @property
    def feeds(self) -> tuple[str, ...]:
        return self.meta.feeds

    @property
    def needs_feeds(self) -> tuple[str, ...]:
        """Feeds of which none may be empty: of a rate, those of its numerator."""
        return self.meta.needs_feeds


@dataclass(frozen=True)
class Semantics:
    """All metrics and models of one release."""

    metrics: Mapping[str, Metric]
    models: Mapping[str, Model]

    @cached_property
    def offered(self) -> tuple[str, ...]:
        """Metrics that users may ask for: all but mere ingredients."""
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
                f"'{name}' is an ingredient and not asked for by itself.",
                f"Ask for {' or '.join(users)}." if users else did_you_mean(name, self.offered),
            )
        return metric

    def resolve(self, dimension: str, metric: str) -> Dimension | None:
        """The dimension that a user's word means for this metric; None where the metric does not have it."""
        by_column = self.dimensions(metric)
        found = by_column.get(dimension, ())
        if len(found) > 1:
            names = ", ".join(sorted(one.qualified for one in found))
            raise UserError(f"'{dimension}' is ambiguous for the metric {metric}.", f"Say which: {names}.")
        if found:
            return found[0]
        return self._qualified.get(metric, {}).get(dimension)

    def check_dimension(self, dimension: str) -> None:
        """Refuse a word that no metric of this release knows as a dimension."""
        columns = {column for name in self.offered for column in self.dimensions(name)}
        qualified = {word for name in self.offered for word in self._qualified[name]}
        parts = {column for name in self.offered for column in self.metrics[name].part_by}
        if dimension not in columns | qualified | parts:
            raise UserError(f"There is no dimension '{dimension}'.", f"{did_you_mean(dimension, columns)} {_CATALOGUE}")

    def named(self, dimension: str) -> tuple[Dimension, ...]:
        """Every dimension that a word may mean, over all metrics."""
        found = [self.resolve_all(dimension, name) for name in self.offered]
        return tuple(dict.fromkeys(one for some in found for one in some))

    def resolve_all(self, dimension: str, metric: str) -> tuple[Dimension, ...]:
        one = self._qualified[metric].get(dimension)
        return self.dimensions(metric).get(dimension, ()) or ((one,) if one else ())

    def _reach(self, name: str) -> set[str]:
        metric = self.metrics[name]
        parts = {*metric.inputs, *metric.meta.inputs.values()}
        parts |= {word for word in (metric.n, metric.people) if word}
        return parts

    @cached_property
    def _dimensions(self) -> Mapping[str, Mapping[str, tuple[Dimension, ...]]]:
        of_model = {name: _reachable(model, self.models.values()) for name, model in self.models.items()}
        found = {}
        for name, metric in self.metrics.items():
            parts = [*self.leaves(name)]
            for part in metric.meta.inputs.values():
                parts += self.leaves(part)
            shared = _common([of_model[leaf.model] for leaf in parts if leaf.model])
            if metric.metric_class == "fixed_grain":
                allowed = metric.meta.dimensions
                shared = {column: some for column, some in shared.items() if column in allowed}
            # A change compares two waves: it cannot be asked by wave. A share is not cut by what makes it a share.
            along = (metric.meta.change.along,) if metric.meta.change else ()
            for column in (*along, *metric.part_by):
                shared.pop(column, None)
            found[name] = shared
        return found

    @cached_property
    def _qualified(self) -> Mapping[str, Mapping[str, Dimension]]:
        return {
            name: {one.qualified: one for some in columns.values() for one in some}
            for name, columns in self._dimensions.items()
        }


def read_semantics(manifest_json: str) -> Semantics:
    """Read a semantic manifest as dbt writes it."""
    manifest = json.loads(manifest_json)
    models = {entry["name"]: _model(entry) for entry in manifest["semantic_models"]}
    metas = metas_of(manifest)
    metrics = {entry["name"]: _metric(entry, metas) for entry in manifest["metrics"]}
    return Semantics(metrics=metrics, models=models)


def _model(entry: Mapping[str, Any]) -> Model:
    entities = {entity["name"]: entity["type"] for entity in entry["entities"]}
    primary = entry.get("primary_entity") or next((name for name, kind in entities.items() if kind == "primary"), None)
    dimensions = tuple(
        Dimension(
            name=dimension["name"],
            qualified=f"{primary}__{dimension['name']}",
            model=entry["name"],
            personal=bool(_meta(dimension).get("personal")),
            label=dimension.get("label") or dimension["name"].replace("_", " ").capitalize(),
            description=dimension.get("description") or "",
        )
        for dimension in entry["dimensions"]
        if dimension["type"] == "categorical"
    )
    time_grains = {
        dimension["name"]: dimension["type_params"]["time_granularity"]
        for dimension in entry["dimensions"]
        if dimension["type"] == "time"
    }
    mart = entry["node_relation"]["alias"]
    return Model(entry["name"], mart, entities, dimensions, time_grains)


def _metric(entry: Mapping[str, Any], metas: Mapping[str, Any]) -> Metric:
    params = entry["type_params"]
    simple = params.get("metric_aggregation_params") or {}
    numerator = (params.get("numerator") or {}).get("name")
    denominator = (params.get("denominator") or {}).get("name")
    cumulative = ((params.get("cumulative_type_params") or {}).get("metric") or {}).get("name")
    conversion = params.get("conversion_type_params") or {}
    based_on = [(conversion.get(part) or {}).get("name") for part in ("base_metric", "conversion_metric")]
    meta, fault = read_meta(metas[entry["name"]], metas)
    inputs = [numerator, denominator, cumulative, *based_on, *(part["name"] for part in params.get("metrics") or ())]
    return Metric(
        name=entry["name"],
        label=entry.get("label") or entry["name"].replace("_", " ").capitalize(),
        description=entry.get("description") or "",
        kind=entry["type"],
        formula=_formula(entry, simple, numerator, denominator),
        meta=meta,
        fault=fault,
        inputs=tuple(dict.fromkeys(name for name in inputs if name)),
        numerator=numerator,
        denominator=denominator,
        model=simple.get("semantic_model"),
        time_column=simple.get("agg_time_dimension"),
        is_state=bool(simple.get("non_additive_dimension")),
        parts=tuple(_parts(params, inputs)),
        is_on_calendar=bool(params.get("join_to_timespine")),
    )


def _parts(params: Mapping[str, Any], inputs: Iterable[str | None]) -> Iterable[tuple[str, LookBack | None]]:
    """The metrics that a metric is computed from, with how each reaches back."""
    derived = params.get("metrics") or ()
    for part in derived:
        yield part["name"], _offset(part)
    cumulative = params.get("cumulative_type_params") or {}
    added_up = (cumulative.get("metric") or {}).get("name")
    if added_up:
        window, to_date = cumulative.get("window") or params.get("window"), cumulative.get("grain_to_date")
        if window:
            yield added_up, LookBack("window", int(window["count"]), _grain_of(window["granularity"]))
        elif to_date := to_date or params.get("grain_to_date"):
            yield added_up, LookBack("to_date", 1, _grain_of(to_date))
        else:
            yield added_up, LookBack("ever")
    listed = {added_up, *(part["name"] for part in derived)}
    for name in inputs:
        if name and name not in listed:
            yield name, None


def _offset(part: Mapping[str, Any]) -> LookBack | None:
    window, to_grain = part.get("offset_window"), part.get("offset_to_grain")
    if window:
        return LookBack("offset", int(window["count"]), _grain_of(window["granularity"]))
    return LookBack("offset_to", 1, _grain_of(to_grain)) if to_grain else None


def _grain_of(word: str) -> Grain:
    """A grain as MetricFlow writes it; one that is finer than a day, or of an own calendar, counts as days."""
    grain = word.lower().rstrip("s")
    return next((known for known in GRAINS if known == grain), "day")


def _formula(
    entry: Mapping[str, Any], simple: Mapping[str, Any], numerator: str | None, denominator: str | None
) -> str:
    if entry["type"] == "ratio":
        return f"{numerator} / {denominator}"
    expression = entry["type_params"].get("expr") or entry["name"]
    if not simple:
        return str(expression)
    over = f" of the last {simple['non_additive_dimension']['name']}" if simple.get("non_additive_dimension") else ""
    return f"{simple['agg']}({expression}){over}"


def _meta(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    return ((entry.get("config") or {}).get("meta")) or {}


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

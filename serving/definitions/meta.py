"""A metric's `config.meta` as a typed model. In: meta, and all metrics. Out: `MetricMeta`, or the problem.

An analyst writes it by hand: what is missing or misspelt refuses that one metric with the reason, and no other. The
project's own metrics have none of either: a run with one builds nothing that is published (`pipeline.run`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr, ValidationError

from serving.errors import did_you_mean
from serving.statistics.compose import FOLDS

MetricClass = Literal["additive", "ratio", "quantile", "composed", "fixed_grain", "input"]
Unit = Literal[
    "count", "currency", "per_person", "share", "points", "score", "days", "minutes", "hours", "index", "months"
]
_Count = Annotated[StrictInt, Field(ge=0)]
_Names = tuple[StrictStr, ...]


class _Strict(BaseModel):
    """Takes no other keys, and no other types."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class AddsUp(_Strict):
    """Along which dimensions the cells of a statistic add up.

    Attributes:
        axes: along these, cells add up.
        within: cells of different values have nothing to do with each other.
        total: how the mart names the total along an axis, where it stores one.
    """

    axes: _Names
    within: _Names = ()
    total: StrictStr | None = None


class Change(_Strict):
    """The newest of several waves less the one before: their dimension, and the metric that says when each began."""

    along: StrictStr
    order: StrictStr


class MetricMeta(_Strict):
    """What a definition says besides its formula. docs/adding-a-metric.md explains every key to who writes one.

    Attributes:
        question, owner, certification, unit, good: what readers learn about it.
        metric_class: how it is computed (`class` in YAML).
        n, people: metrics that count its answers and its distinct people.
        min_cell: privacy floor in people; 0 for none.
        min_n, min_people: answers and people that an estimate needs.
        feeds, needs_feeds: names in fct_feeds; those of which all, and those of which none, may be empty.
        interval, low, high: how its 95% interval is found, or the metrics that hold its bounds.
        dimensions: what a statistic at a fixed grain may be asked by.
        needs: dimensions whose values must not be added up.
        part_by: dimensions that say what is part and what is not.
        fold, inputs, item, outer, scale, change: of a composed metric.
        mix, one_of: the dimension whose parts a pooled score names, or of which it takes one value alone.
        left_out: a metric that counts the answers which the definition forbids.
        refused_by: the mart's column that says why a cell has no value.
        adds_up: which cells of a statistic add up to others.
        identity, hidden_with: metrics in which the same cells are hidden.
        of_people: False where the facts' people are mostly unknown.
        is_written: what people wrote.
        settles_after: the setting that says for how many days a fact may still change what is counted of it.
        unknown: `no_data` where a sum without any value is not known instead of 0.
    """

    question: Literal["", "who", "journey", "outcomes", "expectations", "growth", "perception", "trust"] = ""
    owner: StrictStr = ""
    certification: Literal["certified", "provisional"] = "provisional"
    unit: Unit | Literal[""] = ""
    good: Literal["up", "down", "none"] = "none"
    metric_class: MetricClass = Field(default="additive", validation_alias="class")
    n: StrictStr | None = None
    people: StrictStr | None = None
    min_cell: _Count = 0
    min_n: _Count = 0
    min_people: _Count = 0
    feeds: _Names = ()
    needs_feeds: _Names = ()
    interval: Literal["wilson"] | None = None
    low: StrictStr | None = None
    high: StrictStr | None = None
    dimensions: _Names = ()
    needs: _Names = ()
    part_by: _Names = ()
    fold: StrictStr | None = None
    inputs: Mapping[StrictStr, StrictStr] = Field(default_factory=dict)
    item: StrictStr | None = None
    outer: StrictStr | None = None
    scale: StrictInt | StrictFloat = 1
    change: Change | None = None
    mix: StrictStr | None = None
    one_of: StrictStr | None = None
    left_out: StrictStr | None = None
    refused_by: StrictStr | None = None
    adds_up: AddsUp | None = None
    identity: StrictStr | None = None
    hidden_with: _Names = ()
    of_people: StrictBool = True
    is_written: StrictBool = False
    settles_after: Literal["journey.gap_days", "journey.conversion_days"] | None = None
    unknown: Literal["no_data"] | None = None


# What every metric of the project has, of its own or of its mart.
REQUIRED: Final = ("question", "owner", "certification", "unit", "class", "n", "feeds")
_METRICS: Final = ("n", "people", "low", "high", "left_out")
_KEYS: Final = tuple(str(field.validation_alias or name) for name, field in MetricMeta.model_fields.items())


def read_meta(meta: object, metrics: Collection[str]) -> tuple[MetricMeta, str | None]:
    """A metric's meta, and the first thing that is wrong with it in words; where something is, all of it is left out.

    Args:
        meta: `config.meta` as the semantic manifest has it.
        metrics: names of all metrics of the release.
    """
    if not isinstance(meta, Mapping):
        return MetricMeta(), "config.meta is not a mapping"
    try:
        found = MetricMeta.model_validate(meta)
    except ValidationError as error:
        return MetricMeta(), _shape(error)
    fault = _names(found, metrics) or _composed(found, metrics)
    return (MetricMeta(), fault) if fault else (found, None)


def metas_of(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """metric -> its meta: what its mart says (`semantic_model.config.meta`), and over it what it says itself.

    Args:
        manifest: the semantic manifest as dbt wrote it.
    """
    of_marts = {model["name"]: meta_of(model) for model in manifest["semantic_models"]}
    marts = mart_of(manifest["metrics"])
    found = {}
    for metric in manifest["metrics"]:
        own, inherited = meta_of(metric), of_marts.get(marts[metric["name"]] or "", {})
        is_mapping = isinstance(own, Mapping) and isinstance(inherited, Mapping)
        found[metric["name"]] = {**inherited, **own} if is_mapping else own
    return found


def mart_of(metrics: Iterable[Mapping[str, Any]]) -> dict[str, str | None]:
    """metric -> the semantic model that it is of: its own, else that of the first metric that it is made of."""
    by_name = {metric["name"]: metric for metric in metrics}

    def found(name: str, path: tuple[str, ...]) -> str | None:
        metric = by_name.get(name)
        if metric is None or name in path:
            return None
        own = (metric["type_params"].get("metric_aggregation_params") or {}).get("semantic_model")
        below = (found(part, (*path, name)) for part in direct_inputs(metric))
        return own or next((one for one in below if one), None)

    return {name: found(name, ()) for name in by_name}


def direct_inputs(metric: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the metrics that a ratio, derived, cumulative, conversion or composed metric is made of."""
    parameters = metric.get("type_params") or {}
    references = [parameters.get("numerator"), parameters.get("denominator"), *(parameters.get("metrics") or ())]
    references.append((parameters.get("cumulative_type_params") or {}).get("metric"))
    conversion = parameters.get("conversion_type_params") or {}
    references += [conversion.get("base_metric"), conversion.get("conversion_metric")]
    named = [reference["name"] for reference in references if reference]
    # A composed metric is folded here from metrics that its meta names.
    own = meta_of(metric)
    inputs = own.get("inputs") if isinstance(own, Mapping) else None
    named += [name for name in (inputs or {}).values() if isinstance(name, str)]
    return tuple(dict.fromkeys(named))


def meta_of(entry: Mapping[str, Any]) -> Any:
    """`config.meta` of a metric, a dimension or a semantic model, as it is written; empty where there is none."""
    return (entry.get("config") or {}).get("meta") or {}


def lacking(meta: Mapping[str, object]) -> tuple[str, ...]:
    """Keys that a metric of the project must have and has not: of what readers may ask, the privacy floor, too."""
    required = REQUIRED if meta.get("class") == "input" else (*REQUIRED, "min_cell")
    return tuple(key for key in required if key not in meta)


def _shape(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"meta.{place} is not a key: {did_you_mean(str(first['loc'][-1]), _KEYS)}"
    return f"meta.{place}: {first['msg'][:1].lower()}{first['msg'][1:]}"


def _names(meta: MetricMeta, metrics: Collection[str]) -> str | None:
    named = [(key, getattr(meta, key)) for key in _METRICS]
    named += [(f"inputs.{role}", name) for role, name in meta.inputs.items()]
    named += [("hidden_with", name) for name in meta.hidden_with]
    unknown = next(((key, name) for key, name in named if name is not None and name not in metrics), None)
    return f"meta.{unknown[0]} names '{unknown[1]}', which is not a metric" if unknown else None


def _composed(meta: MetricMeta, metrics: Collection[str]) -> str | None:
    if meta.metric_class != "composed":
        return None
    fold = FOLDS.get(meta.fold or "")
    if fold is None:
        return f"meta.fold is not one of {', '.join(FOLDS)}"
    missing = [role for role in fold.roles if role not in meta.inputs]
    if missing:
        return f"meta.inputs lacks {', '.join(missing)}"
    if meta.change is not None and (meta.change.order not in metrics or fold.linear is None):
        return "meta.change needs along (a dimension), order (a metric), and a fold that can be subtracted"
    return None

"""The text of semantic_manifest.json in, an immutable `Semantics` out.

Plain JSON, without MetricFlow, so that the catalogue is there in milliseconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from serving.definitions.meta import meta_of, metas_of, read_meta
from serving.definitions.metric import PERSON, Dimension, LookBack, Metric, Model
from serving.definitions.semantics import Semantics
from serving.question import GRAINS, Grain


def read_semantics(manifest_json: str) -> Semantics:
    """Read a semantic manifest as dbt writes it."""
    return semantics_of(json.loads(manifest_json))


def semantics_of(manifest: Mapping[str, Any]) -> Semantics:
    """The same of a manifest that is parsed already."""
    models = {entry["name"]: _model(entry) for entry in manifest["semantic_models"]}
    metas = metas_of(manifest)
    metrics = {entry["name"]: _metric(entry, metas) for entry in manifest["metrics"]}
    return Semantics(metrics=metrics, models=models)


def _model(entry: Mapping[str, Any]) -> Model:
    entities = {entity["name"]: entity["type"] for entity in entry["entities"]}
    primary = entry.get("primary_entity") or next((name for name, kind in entities.items() if kind == "primary"), None)
    wholes = {one["name"]: tuple(meta_of(one).get("nested_in") or ()) for one in entry["dimensions"]}
    dimensions = tuple(
        Dimension(
            name=dimension["name"],
            qualified=f"{primary}__{dimension['name']}",
            model=entry["name"],
            personal=bool(meta_of(dimension).get("personal")),
            label=dimension.get("label") or dimension["name"].replace("_", " ").capitalize(),
            description=dimension.get("description") or "",
            nested_in=tuple(f"{primary}__{whole}" for whole in _wholes(dimension["name"], wholes)),
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
    person = next((one.get("expr") or one["name"] for one in entry["entities"] if one["name"] == PERSON), None)
    return Model(entry["name"], mart, entities, dimensions, time_grains, person)


def _wholes(name: str, wholes: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What a dimension is a part of, and what those are parts of."""
    found: dict[str, None] = {}
    left = list(wholes[name])
    while left:
        one = left.pop(0)
        if one in wholes and one != name and one not in found:
            found[one] = None
            left += wholes[one]
    return tuple(found)


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

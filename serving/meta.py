"""Whether a metric's `config.meta` says what its answer needs. In: meta, and all metrics. Out: the fault, or None.

An analyst writes it by hand: what is missing or misspelt refuses that one metric with the reason, and no other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from serving.statistics.compose import FOLDS

CLASSES: Final = ("additive", "ratio", "quantile", "composed", "fixed_grain", "input")
_COUNTS: Final = ("min_n", "min_people", "min_cell")
_METRICS: Final = ("n", "people", "low", "high", "left_out")
_WORDS: Final = ("class", "item", "outer", "mix", "one_of", "refused_by", "fold", "identity", *_METRICS)
_LISTS: Final = ("feeds", "dimensions", "needs", "part_by", "hidden_with")


def fault_of(meta: object, metrics: Collection[str]) -> str | None:
    """The first thing that is wrong with a metric's meta, in words; None where nothing is.

    Args:
        meta: `config.meta` as the semantic manifest has it.
        metrics: names of all metrics of the release.
    """
    if not isinstance(meta, Mapping):
        return "config.meta is not a mapping"
    wrong = _shape(meta) or _names(meta, metrics)
    if wrong is None and meta.get("class") == "composed":
        wrong = _composed(meta, metrics)
    return wrong


def _shape(meta: Mapping[str, Any]) -> str | None:
    for key in _WORDS:
        if not isinstance(meta.get(key, ""), str):
            return f"meta.{key} is not a word"
    if meta.get("class", "additive") not in CLASSES:
        return f"meta.class is '{meta['class']}', not one of {', '.join(CLASSES)}"
    for key in _COUNTS:
        value = meta.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            return f"meta.{key} is not a whole number of 0 or more"
    if isinstance(meta.get("scale", 1), bool) or not isinstance(meta.get("scale", 1), int | float):
        return "meta.scale is not a number"
    if not isinstance(meta.get("of_people", True), bool):
        return "meta.of_people is not true or false"
    for key in _LISTS:
        listed = meta.get(key, [])
        if not isinstance(listed, list | tuple) or not all(isinstance(one, str) for one in listed):
            return f"meta.{key} is not a list of names"
    for key in ("inputs", "change", "adds_up"):
        if not isinstance(meta.get(key, {}), Mapping):
            return f"meta.{key} is not a mapping"
    if "adds_up" in meta and not isinstance(meta["adds_up"].get("axes"), list | tuple):
        return "meta.adds_up lacks axes, a list of dimensions"
    return None


def _names(meta: Mapping[str, Any], metrics: Collection[str]) -> str | None:
    named = {key: meta[key] for key in _METRICS if key in meta}
    named |= {f"inputs.{role}": name for role, name in meta.get("inputs", {}).items()}
    listed = [("hidden_with", name) for name in meta.get("hidden_with", ())]
    unknown = next(((key, name) for key, name in (*named.items(), *listed) if name not in metrics), None)
    return f"meta.{unknown[0]} names '{unknown[1]}', which is no metric" if unknown else None


def _composed(meta: Mapping[str, Any], metrics: Collection[str]) -> str | None:
    fold = FOLDS.get(meta.get("fold", ""))
    if fold is None:
        return f"meta.fold is not one of {', '.join(FOLDS)}"
    lacking = [role for role in fold.roles if role not in meta.get("inputs", {})]
    if lacking:
        return f"meta.inputs lacks {', '.join(lacking)}"
    if "change" not in meta:
        return None
    change = meta["change"]
    if not isinstance(change.get("along"), str) or change.get("order") not in metrics or fold.linear is None:
        return "meta.change needs along (a dimension), order (a metric), and a fold that can be subtracted"
    return None

"""Counted paths come in; what each channel contributes by each model goes out, in all and by quarter and segment.

A model that cannot be solved leaves a row at every channel that says why and what to ask instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from dbt_project.methods.attribution.contributions import (
    STEP_SEPARATOR,
    Contributions,
    PathCounts,
    TooManyChannelsError,
    first_touch,
    last_touch,
    linear_touch,
    markov,
    read_paths,
    shapley,
    unattributed,
)
from dbt_project.methods.text.words import own_word

Model = Callable[[PathCounts], Contributions]

_MODELS: dict[str, Model] = {
    "markov_1": markov,
    "markov_2": lambda paths: markov(paths, order=2),
    "shapley": shapley,
}
# Exports have no touchpoints, from which fct_attribution_credits could compute these.
_RULES: dict[str, Model] = {"first": first_touch, "last": last_touch, "linear": linear_touch}
_SEPARATORS = {"touchpoints": "\x1f", "export": STEP_SEPARATOR}
_ALL = "all"
# Words that mean something else where channels stand.
_OURS = ("all", "unattributed", "unmapped")
_COUNTS = {"conversions": "conversions", "value": "revenue", "non_conversions": "non_conversions"}
_PLACE = ("origin", "conversion", "model", "period", "segment")
_FOUND = ("channel", "conversions", "revenue", "effect", "refused_reason")
_NUMBERS = ("conversions", "revenue", "effect")


def model(dbt: Any, session: Any) -> pd.DataFrame:  # noqa: ARG001 (dbt's signature)
    """Solve every model for every kind of conversion, quarter and segment."""
    dbt.config(materialized="table")
    counted = dbt.ref("int_attribution__path_counts").order("origin, conversion, period, segment, path").df()
    rows = [
        row
        for (origin, conversion), paths in counted.groupby(["origin", "conversion"], sort=True)
        for row in _rows(paths, origin=str(origin), conversion=str(conversion))
    ]
    table = pd.DataFrame(rows, columns=[*_PLACE, *_FOUND])
    return table.astype({name: "float64" if name in _NUMBERS else "string" for name in table.columns})


def _rows(counted: pd.DataFrame, *, origin: str, conversion: str) -> Iterator[tuple[Any, ...]]:
    numbers = {name: counted[column].to_numpy(dtype=np.float64) for name, column in _COUNTS.items()}
    paths = read_paths(counted["path"].tolist(), separator=_SEPARATORS[origin], **numbers)
    models = {**_RULES, **_MODELS} if origin == "export" else _MODELS
    periods, segments = (sorted({_ALL, *counted[column]}) for column in ("period", "segment"))
    for period, segment in product(periods, segments):
        inside = counted["period"].isin([period]) if period != _ALL else pd.Series(True, index=counted.index)
        if segment != _ALL:
            inside &= counted["segment"] == segment
        chosen = inside.to_numpy(dtype=np.float64)
        part = paths.counted(**{name: values * chosen for name, values in numbers.items()})
        if part.conversions.sum() == 0:
            continue
        for name, solve in models.items():
            place = (origin, conversion, name, period, segment)
            channels = [_named(channel, origin=origin) for channel in part.channels]
            try:
                yield from _solved(place, part, solve(part), channels=channels)
            except TooManyChannelsError as refused:
                for at in np.unique(part.steps):
                    yield *place, channels[at], None, None, None, str(refused)


def _named(channel: str, *, origin: str) -> str:
    """The steps of an export are another system's words; channels of ours were checked before they were loaded."""
    return own_word(channel, ours=_OURS, kind="step") if origin == "export" else channel


def _solved(
    place: tuple[str, ...], paths: PathCounts, found: Contributions, *, channels: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """A row for each channel that is on a path here, and one for what no channel touched."""
    for at in np.unique(paths.steps):
        effect = None if found.effects is None else found.effects[at]
        yield *place, channels[at], found.conversions[at], found.value[at], effect, None
    conversions, value = unattributed(paths)
    if conversions > 0:
        yield *place, "unattributed", conversions, value, None, None

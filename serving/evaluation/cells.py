"""Cells of an answer before they are judged: a plan and columns of the engine in, keys, numbers and counts out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np

from serving.engine import CodedTable, Table, Value
from serving.planning.plan import Plan
from serving.privacy.lattice import Key
from serving.rows import Number
from serving.statistics.intervals import Array
from serving.statistics.linear import Codes, pairs_of


@dataclass(frozen=True)
class Cell:
    """What was found in one cell, before suppression.

    Attributes:
        refusal: why a method forbids the cell's answers, or those of them that its value leaves out.
        note: how the value is to be read.
        is_hidden: whether it is made of cells that must stay hidden.
    """

    value: Number | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    people: int | None = None
    refusal: str | None = None
    note: str | None = None
    is_hidden: bool = False


def keys_of(plan: Plan, table: Table) -> Iterable[Key]:
    """The key of every row of a table: one value per grouping, then the period's first day."""
    if not plan.by and not plan.grain:
        return [()] * table.length
    columns: list[Sequence[Value]] = [table.columns[dimension.qualified] for _, dimension in plan.by]
    if plan.time:
        columns.append(_days(table.columns[plan.time]))
    return list(zip(*columns, strict=True))


def coded_keys(plan: Plan, table: CodedTable) -> tuple[list[Key], Codes]:
    """The keys that occur in a table, as of `keys_of`, and for every row which of them is its own."""
    at = np.zeros(table.length, dtype=np.int64)
    keys: list[Key] = [()] if table.length else []
    for name in (*(dimension.qualified for _, dimension in plan.by), *([plan.time] if plan.time else [])):
        values = table.values(name)
        if name == plan.time:
            values = _days(values)
        pairs, at = pairs_of(at, table.codes(name))
        keys = [(*keys[key], values[value]) for key, value in pairs.tolist()]
    return keys, at


def _days(values: Iterable[Value]) -> list[Value]:
    return [value.date() if isinstance(value, datetime) else value for value in values]


def floats(column: Sequence[Value]) -> Array:
    """A column as numbers; a missing one counts as 0."""
    return np.array([0.0 if value is None else float(value) for value in column], dtype=np.float64)


def count(table: Table, name: str | None, at: int) -> int | None:
    """The whole number of one row; None where the column or the number is missing."""
    value = table.columns.get(name or "", [None] * (at + 1))[at]
    return None if value is None else int(value)


def number(value: Value) -> Number | None:
    """A number of the engine as Python's own; None where it is missing or not finite."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float):
        return finite(value)
    return int(value)


def finite(value: float) -> float | None:
    """The number, None where it is not finite."""
    return float(value) if math.isfinite(value) else None

"""What the gate has to know of a mart, as its YAML declares it. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A column whose every value is among those of another mart's column."""

    column: str
    table: str
    field: str


@dataclass(frozen=True, kw_only=True)
class Mart:
    """A mart as its YAML declares it.

    Attributes:
        table: `schema.table`.
        keys: groups of columns of which no two rows share the values.
        has_people: there is a `person_id` in it.
        conditions: conditions over the columns of a row that every row keeps.
        references: columns that name rows of other marts.
        control_totals: a total of `fct_control_totals`, and the aggregate over this mart that equals it.
    """

    table: str
    keys: tuple[tuple[str, ...], ...]
    has_people: bool
    conditions: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    control_totals: tuple[tuple[str, str], ...] = ()

"""What the gate has to know of a mart: its keys, and whether its rows are of people. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Mart:
    """A mart as its YAML declares it.

    Attributes:
        table: `schema.table`.
        keys: groups of columns of which no two rows share the values.
        has_people: there is a `person_id` in it.
    """

    table: str
    keys: tuple[tuple[str, ...], ...]
    has_people: bool

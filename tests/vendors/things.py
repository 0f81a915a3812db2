"""One record in, several things out that each come again in another way: for sources that bring all of them together.

A thing has a key of its own, so that what becomes of it does not depend on the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from dbt_project.methods.identity.phones import e164
from tests.dbt_project.rendering import render
from tests.vendors.test_variants import INPUTS, ORDERS_OF_LINES, VARIANTS, Base, Row
from tests.vendors.variants import NEW_KEY, Record, Variants
from workspace import Workspace

DRIFT: Final = ("new key", "lost key", "other type")
COUNTED: Final = tuple(variant for variant in VARIANTS if variant not in DRIFT)
# Keys that every record has, of which one can be lost where the description needs all others.
SPARE: Final = {"spare": "x", "spare_number": 5}
# Where a record says which thing it is of. An object, so that no change of a value is made there.
MARK: Final = "thing"


@dataclass(frozen=True)
class Things:
    """What a source brings.

    Attributes:
        base: the record that all things are made of.
        of: what happens to a thing -> its record in its first state.
    """

    base: Base
    of: Mapping[str, Variants]

    @classmethod
    def made(cls, base: Base, names: Sequence[str], known_by: str = "") -> Things:
        """A thing for each of these names.

        Args:
            base: the record that all are made of.
            names: what happens to them.
            known_by: path by which the vendor knows its records besides their keys; '' for none.
        """
        one = Variants(base.variants.form, {**base.variants.record, **SPARE})
        records = {name: one.another(nth, known_by) for nth, name in enumerate(names, start=1)}
        return cls(
            base,
            {name: Variants(one.form, {**record, MARK: {"name": name}}) for name, record in records.items()},
        )


def thing_of(record: Record) -> str:
    """Which thing a record is of."""
    return str(record[MARK]["name"])


def of_another_shape(thing: Variants, variant: str) -> Record:
    """A thing's record with a key more, a key less, or a value of another type."""
    if variant == "new key":
        return thing.with_new_key()
    if variant == "other type":
        return thing.other_type()[2]
    lost = key_to_lose(thing)
    return {key: value for key, value in thing.record.items() if key != lost}


def key_to_lose(thing: Variants) -> str:
    """A key that a record need not have."""
    name = thing.lost_key()[0]
    return "spare" if name == NEW_KEY else name


def assert_has_shape(record: Record, thing: Variants, variant: str) -> None:
    """That raw keeps what a record of another shape says."""
    if variant == "new key":
        assert record[NEW_KEY] == "x"
    elif variant == "lost key":
        assert key_to_lose(thing) not in record
    else:
        assert record[thing.other_type()[0]] == "soon"


def staged(workspace: Workspace, kinds: Sequence[tuple[str, str]]) -> Iterator[tuple[str, Record, Row]]:
    """Source, record and row of every row of the base models of these entities, by load.

    A row's `file` is the number of the run that loaded it.
    """
    with duckdb.connect(str(workspace.paths.raw_database)) as database:
        database.create_function("phone_e164", e164, ["VARCHAR", "VARCHAR"], "VARCHAR", null_handling="special")
        for model in INPUTS:
            database.execute(f"create temp table {model} as {render(model)}")
        database.execute(ORDERS_OF_LINES)
        for kind, entity in sorted({*kinds}):
            query = f"""
                select
                    base.data_source,
                    raw._record,
                    loads.run_id,
                    base.source_line,
                    base._disposition,
                    base._disposition_reason
                from ({render(f"base_{kind}__{entity}")}) as base
                inner join raw_{kind}.{entity} as raw
                    on raw._load_id = base.load_id and raw._line = base.source_line
                inner join ledger.loads as loads on loads.load_id = base.load_id
                order by base.load_id
            """
            for source, record, run_id, *found in database.execute(query).fetchall():
                yield source, json.loads(record), Row(int(run_id), *found)


def assert_is_as_now(rows: Sequence[Row], base: Base, variant: str, *, replaced: int) -> None:
    """What becomes of the rows of a thing that was there before, where the second load takes the place of the first.

    Args:
        rows: staged, of both loads.
        base: the thing's record.
        variant: what happened to it.
        replaced: how many rows of the first load end.
    """
    by_outcome: dict[str, list[str | None]] = {}
    for row in rows:
        by_outcome.setdefault(row.disposition, []).append(row.reason)
    assert by_outcome.pop("superseded", []) == ["replaced"] * replaced
    if variant == "gone":
        assert by_outcome == {}
    elif variant == "deleted":
        assert by_outcome == {"set_aside": ["deleted_at_vendor"] * base.rows}
    elif variant == "same file":
        assert len(by_outcome.pop("kept")) == base.rows * (1 if base.is_keyed else 2)
        assert set(by_outcome) == ({"deduplicated"} if base.is_keyed else set())
    elif variant == "other type":
        # A value that cannot be read any more is a reason, and no loss.
        assert sum(map(len, by_outcome.values())) == base.rows
        assert {*by_outcome} <= {"kept", "quarantined"}
        assert all(by_outcome.get("quarantined", ()))
    else:
        assert by_outcome == {"kept": [None] * base.rows}

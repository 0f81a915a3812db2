"""Every entity of every vendor in a table that an ELT tool landed: what becomes of a record that comes again.

A table says what is now: what it said before is replaced as a whole. With a cursor only what is new is read. All tables
are sources of one warehouse, so that staging runs once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import duckdb
import pytest

from ingestion.engine.databases import Database
from ingestion.engine.loader import FileReport
from ingestion.engine.table_loader import TableLoader
from ingestion.vendors.shapes import shape_of
from ingestion.warehouse import open_for_writing
from tests.ingestion.workspaces import make_workspace, unbalanced
from tests.vendors.meaning import why_not
from tests.vendors.shown import shows
from tests.vendors.test_landed import CASES as LANDED
from tests.vendors.test_landed import write_table
from tests.vendors.test_variants import FORMS, REPORTED, VARIANTS, Made, Row, assert_counts, bases_of
from tests.vendors.things import (
    COUNTED,
    DRIFT,
    Things,
    assert_has_shape,
    assert_is_as_now,
    of_another_shape,
    staged,
    thing_of,
)
from tests.vendors.variants import Form, Record
from workspace import Workspace

pytestmark = pytest.mark.thorough
TABLES: Final = tuple(form for form in FORMS if form.container == "json" and form.case in LANDED)
every_table = pytest.mark.parametrize("form", TABLES, ids=lambda form: form.name)
# Of each table there is one that is read whole, one whose columns change, and one that is read by a cursor.
WHOLE, DRIFTING, BY_CURSOR = "whole", "drifting", "cursor"
CURSOR: Final = {"cursor": "_airbyte_extracted_at", "lag": "1 hour"}
# What a table with a cursor holds -> when the tool copied it, at the first load and at the second.
EXTRACTED: Final[dict[str, tuple[str | None, str]]] = {
    "late": ("2026-03-01T10:00:00", "2026-03-01T11:00:00"),
    "stays": ("2026-03-01T10:00:00", "2026-03-01T10:00:00"),
    "within the lag": (None, "2026-03-01T09:30:00"),
    "before the lag": (None, "2026-03-01T08:00:00"),
}


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Lake:
    """Tables, and what was loaded and staged of them, by source; a row's `file` is the number of the load."""

    workspace: Workspace
    things: dict[str, Things]
    reports: dict[str, list[FileReport]] = field(default_factory=lambda: defaultdict(list))
    problems: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[tuple[str, str], list[Row]] = field(default_factory=lambda: defaultdict(list))
    records: dict[tuple[str, int], list[Record]] = field(default_factory=lambda: defaultdict(list))

    def load(self, connection: duckdb.DuckDBPyConnection, name: str, number: int) -> None:
        """Load what stands in a table now."""
        source = self.workspace.config.source(name)
        shape = shape_of(source, self.workspace.mappings)
        with Database(source, self.workspace.paths.root) as database:
            zone = self.workspace.config.timezone
            loader = TableLoader(connection, database, source, shape, zone=zone, run_id=str(number))
            reports, problems = loader.load()
        self.reports[name] += reports
        self.problems[name] += [f"{problem.severity}: {problem.what}" for problem in problems]

    def land(self, name: str, records: list[Record], extracted: Sequence[str] = ()) -> None:
        """Write records as the whole of a table."""
        file = self.workspace.paths.root / f"{name}.db"
        file.unlink(missing_ok=True)
        write_table(file, records, extracted)


def source_of(form: Form, kind: str) -> str:
    return f"{form.name}_{kind}"


def sources_of(form: Form) -> list[dict[str, str]]:
    own = {key: value for key, value in form.case.source.items() if key != "path"}
    names = [source_of(form, kind) for kind in (WHOLE, DRIFTING, BY_CURSOR)]
    tables = [
        {**own, "name": name, "landed": "airbyte", "url": f"sqlite:///{name}.db", "table": "records"} for name in names
    ]
    return [*tables[:2], {**tables[2], **CURSOR}]


def things_of(form: Form) -> dict[str, Things]:
    base = bases_of()[form.name]
    counted = [name for name in (*COUNTED, "gone") if not why_not(form.case, "table", name)]
    named = {WHOLE: counted, DRIFTING: ["drifting"], BY_CURSOR: [*EXTRACTED]}
    return {source_of(form, kind): Things.made(base, names) for kind, names in named.items()}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Every table, loaded as often as it changes, and staged."""
    root = tmp_path_factory.mktemp("tables")
    things = {name: one for form in TABLES for name, one in things_of(form).items()}
    found = Lake(make_workspace(root, *(source for form in TABLES for source in sources_of(form))), things)
    # One connection: to open it for each would take longer than to load.
    with open_for_writing(found.workspace.paths) as connection:
        for form in TABLES:
            load_whole(found, connection, source_of(form, WHOLE))
            load_drifting(found, connection, source_of(form, DRIFTING))
            load_by_cursor(found, connection, source_of(form, BY_CURSOR))
    for source, record, row in staged(found.workspace, [(form.case.kind, form.case.entity) for form in TABLES]):
        found.rows[source, thing_of(record)].append(row)
        found.records[source, row.file].append(record)
    return found


def load_whole(found: Lake, connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Two states of a table, and a load of the second that is killed before it ends."""
    made: dict[str, Made] = {**VARIANTS, "gone": lambda of: ([of.record], [])}
    states = {thing: made[thing](of) for thing, of in found.things[name].of.items()}
    for number, nth in ((1, 0), (2, -1)):
        found.land(name, [record for files in states.values() for record in files[nth]])
        if number == 2:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("ingestion.engine.table_loader.record_columns", killed)
                with pytest.raises(Killed):
                    found.load(connection, name, 3)
        found.load(connection, name, number)


def killed(*_: Any, **__: Any) -> None:
    raise Killed


def load_drifting(found: Lake, connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """A table whose columns change from load to load."""
    (thing,) = found.things[name].of.values()
    for number, records in enumerate(([thing.record], *([of_another_shape(thing, one)] for one in DRIFT))):
        found.land(name, records)
        found.load(connection, name, number)


def load_by_cursor(found: Lake, connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """A table of which only what is new is read."""
    of = found.things[name].of
    for number in (1, 2):
        extracted = {thing: times[number - 1] for thing, times in EXTRACTED.items()}
        states = {thing: VARIANTS["late"](of[thing])[number - 1 if thing == "late" else 0][0] for thing in EXTRACTED}
        there = [(states[thing], time) for thing, time in extracted.items() if time is not None]
        found.land(name, [record for record, _ in there], [time for _, time in there])
        found.load(connection, name, number)


@shows("table", "books", *COUNTED, "gone")
@every_table
def test_a_table_counts_as_it_is_now(lake: Lake, form: Form) -> None:
    name = source_of(form, WHOLE)
    assert [problem for problem in lake.problems[name] if problem.startswith("error")] == []
    assert [report.outcome for report in lake.reports[name]] == ["loaded", "loaded"]
    assert all(report.books.balance for report in lake.reports[name])
    base = lake.things[name].base
    for thing in lake.things[name].of:
        replaced = base.rows * (2 if thing == "same file" else 1)
        assert_is_as_now(lake.rows[name, thing], base, thing, replaced=replaced)


@shows("table", "killed")
@every_table
def test_a_load_of_a_table_that_is_killed_leaves_nothing(lake: Lake, form: Form) -> None:
    """The load before has its rows, and the one after."""
    name = source_of(form, WHOLE)
    assert {run for source, run in lake.records if source == name} == {1, 2}


@shows("table", *DRIFT)
@every_table
def test_a_table_of_another_shape_is_reported_and_kept_whole(lake: Lake, form: Form) -> None:
    name = source_of(form, DRIFTING)
    (thing,) = lake.things[name].of.values()
    assert [problem for problem in lake.problems[name] if problem.startswith("error")] == []
    for number, variant in enumerate(DRIFT, start=1):
        # A key that was new is gone again, too.
        said = [problem for problem in lake.problems[name] if REPORTED[variant] in problem]
        assert len(said) == (2 if variant == "lost key" else 1), lake.problems[name]
        assert_has_shape(lake.records[name, number][0], thing, variant)
    last = [row for row in lake.rows[name, "drifting"] if row.disposition != "superseded"]
    assert_is_as_now(last, lake.things[name].base, "other type", replaced=0)


@shows("table", "lag")
@every_table
def test_a_table_with_a_cursor_is_read_from_the_latest_row_less_the_lag(lake: Lake, form: Form) -> None:
    name = source_of(form, BY_CURSOR)
    base = lake.things[name].base
    assert [problem for problem in lake.problems[name] if problem.startswith("error")] == []
    assert_counts(lake.rows[name, "late"], base, "late")
    assert [row.file for row in lake.rows[name, "stays"]] == [1] * base.rows
    assert [row.file for row in lake.rows[name, "within the lag"]] == [2] * base.rows
    assert lake.rows[name, "before the lag"] == []
    assert [report.books.skipped for report in lake.reports[name]] == [0, 1]


def test_the_books_of_all_tables_balance(lake: Lake) -> None:
    assert unbalanced(lake.workspace) == []

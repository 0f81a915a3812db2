"""Every entity of every vendor in a table that an ELT tool landed: what becomes of a record that comes again.

A table says what is now: what it said before is replaced as a whole. All tables are sources of one warehouse, so that
staging runs once.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from ingestion.engine.databases import Database
from ingestion.engine.table_loader import TableLoader
from ingestion.readers.vendor import FURTHER_LINES
from ingestion.vendors.shapes import shape_of
from ingestion.warehouse import open_for_writing
from tests.ingestion.workspaces import make_workspace, unbalanced
from tests.vendors.shown import shows
from tests.vendors.test_landed import CASES as LANDED
from tests.vendors.test_landed import write_table
from tests.vendors.test_variants import FORMS, REPORTED, VARIANTS, Base, Warehouse, bases_of, can_come, source_of
from tests.vendors.variants import NEW_KEY, Form, Record

pytestmark = pytest.mark.thorough
TABLES: Final = tuple(form for form in FORMS if form.container == "json" and form.case in LANDED)
# A value of another type is not reported of a table: its database types the columns, and their cells come as text.
OF_TABLES: Final = tuple(variant for variant in VARIANTS if variant != "other type")
CASES: Final = tuple((form, variant) for form in TABLES for variant in OF_TABLES if can_come(form, variant))


def every(*variants: str) -> pytest.MarkDecorator:
    """Every table with every one of these variants."""
    chosen = [(form, variant) for form, variant in CASES if variant in variants]
    return pytest.mark.parametrize(("form", "variant"), chosen, ids=[source_of(*one) for one in chosen])


class Lake(Warehouse):
    """What was loaded of tables, by source: each load's rows have the number of the load among those of its source."""

    def load_tables(self) -> None:
        """What stands in each table now."""
        paths = self.workspace.paths
        zone = self.workspace.config.timezone
        with open_for_writing(paths) as connection:
            for source in self.workspace.config.sources:
                shape = shape_of(source, self.workspace.mappings)
                with Database(source, paths.root) as database:
                    loader = TableLoader(connection, database, source, shape, zone=zone, run_id="run")
                    reports, problems = loader.load()
                self.reports.setdefault(source.name, []).extend(reports)
                said = self.problems.setdefault(source.name, [])
                said += [f"{problem.severity}: {problem.what}" for problem in problems]

    def loads_of(self, source: str) -> list[dict[str, object]]:
        """The raw rows of a source, by load and line."""
        found = [row for (name, _, _), row in self.raw.items() if name == source]
        return sorted(found, key=lambda row: (row["_load_id"], row["_line"]))


def land(root: Path, name: str, records: list[Record]) -> None:
    """Write records as the whole of a table."""
    file = root / f"{name}.db"
    file.unlink(missing_ok=True)
    write_table(file, records)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, dict[str, Base]]:
    """Every table with every variant, loaded twice and staged."""
    bases = bases_of(tmp_path_factory.mktemp("bases"))
    root = tmp_path_factory.mktemp("tables")
    sources, states = [], {}
    for form, variant in CASES:
        name = source_of(form, variant)
        own = {key: value for key, value in form.case.source.items() if key != "path"}
        sources.append({**own, "name": name, "landed": "airbyte", "url": f"sqlite:///{name}.db", "table": "records"})
        states[name] = [list(records) for records in VARIANTS[variant](bases[form.name].variants)]
    found = Lake(make_workspace(root, *sources))
    for nth in (0, -1):
        for name, records in states.items():
            land(root, name, records[nth])
        found.load_tables()
    found.stage(TABLES)
    return found, bases


@shows("table", by="variant")
@every(*OF_TABLES)
def test_a_table_counts_as_it_is_now(lake: tuple[Lake, dict[str, Base]], form: Form, variant: str) -> None:
    found, bases = lake
    base, source = bases[form.name], source_of(form, variant)
    assert [problem for problem in found.problems[source] if problem.startswith("error")] == []
    is_same = variant in ("same file", "other file")
    assert [report.outcome for report in found.reports[source]] == ["loaded", "unchanged" if is_same else "loaded"]
    rows = found.rows[source]
    by_outcome: dict[str, list[str | None]] = {}
    for row in rows:
        by_outcome.setdefault(row.disposition, []).append(row.reason)
    before = by_outcome.pop("superseded", [])
    assert before == ([] if is_same else ["replaced"] * base.rows)
    if variant == "deleted":
        assert by_outcome == {"set_aside": ["deleted_at_vendor"] * base.rows}
    elif variant == "same file":
        assert len(by_outcome.pop("kept")) == base.rows * (1 if base.is_keyed else 2)
        assert set(by_outcome) == ({"deduplicated"} if base.is_keyed else set())
    else:
        assert by_outcome == {"kept": [None] * base.rows}


@every("new key", "lost key")
def test_a_table_of_another_shape_is_reported_and_kept_whole(
    lake: tuple[Lake, dict[str, Base]], form: Form, variant: str
) -> None:
    found, bases = lake
    base, source = bases[form.name], source_of(form, variant)
    assert len([problem for problem in found.problems[source] if REPORTED[variant] in problem]) == 1
    newest = [row for row in found.loads_of(source) if int(str(row["_line"])) < FURTHER_LINES][-1]
    now = json.loads(str(newest["_record"]))
    if variant == "new key":
        assert now[NEW_KEY] == "x"
    else:
        assert now.get(base.variants.lost_key()[0]) is None


def test_the_books_of_all_tables_balance(lake: tuple[Lake, dict[str, Base]]) -> None:
    assert unbalanced(lake[0].workspace) == []

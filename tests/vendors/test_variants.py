"""Every entity of every described vendor, in every container: what becomes of a record that comes again.

The same record later, out of turn, at the same time, deleted, twice in a file or in two, with a key more, a key less
or a value of another type. All of them are sources of one warehouse, so that staging runs once.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import duckdb
import pytest

from dbt_project.methods.identity.phones import e164
from ingestion.engine.loader import FileReport, Loader
from ingestion.readers.files import find_files
from ingestion.readers.vendor import FURTHER_LINES
from ingestion.vendors.shapes import reader_of, shape_of
from ingestion.warehouse import open_for_writing
from tests.dbt_project.rendering import render
from tests.ingestion.workspaces import make_workspace, rows, unbalanced
from tests.vendors.samples import cases
from tests.vendors.shown import shows
from tests.vendors.variants import NEW_KEY, Form, Record, Table, Variants, forms, table_of, written
from workspace import Workspace

# The samples themselves, once, go through test_samples.py.
pytestmark = pytest.mark.thorough
FORMS: Final = tuple(form for case in cases() for form in forms(case))
READ: Final = tuple(form for form in FORMS if form.container != "parquet")
# What staging models read besides the raw tables.
INPUTS: Final = ("stg_config__sources", "stg_config__settings", "stg_mappings__fx_rates")
# A line counts with its order alone: every line has one here.
ORDERS_OF_LINES: Final = """
    create temp table stg_crm__orders as
    select distinct
        sources.id_namespace,
        lines.order_id,
        lines.order_id as order_key,
        'sale' as kind,
        'EUR' as currency,
        timestamp '2026-03-01' as occurred_at
    from raw_crm.order_lines as lines
    inner join stg_config__sources as sources on sources.data_source = lines._source
    where lines.order_id is not null
"""
# The source of each form whose first load is killed.
KILLED: Final = "_late"
Made = Callable[[Variants], Sequence[Sequence[Record]]]


# What comes again -> the records of each of its files, in the order of their arrival.
VARIANTS: Final[dict[str, Made]] = {
    "late": lambda of: ([of.record], [of.later(of.changed())]),
    "out of turn": lambda of: ([of.later(of.changed())], [of.record]),
    "same time": lambda of: ([of.record], [of.changed()]),
    "deleted": lambda of: ([of.record], [of.later(of.deleted())]),
    "same file": lambda of: ([of.record, of.record],),
    "other file": lambda of: ([of.record], [of.record]),
    "new key": lambda of: ([of.record], [of.with_new_key()]),
    "lost key": lambda of: tuple([one] for one in of.lost_key()[1:]),
    "other type": lambda of: tuple([one] for one in of.other_type()[1:]),
}


def can_come(form: Form, variant: str) -> bool:
    """Whether files of this form can hold it."""
    if variant == "deleted":
        return form.says_deleted
    return form.has_header or variant not in ("new key", "lost key")


CASES: Final = tuple((form, variant) for form in FORMS for variant in VARIANTS if can_come(form, variant))


def every(*variants: str) -> pytest.MarkDecorator:
    """Every form with every one of these variants that it can hold."""
    chosen = [(form, variant) for form, variant in CASES if variant in variants]
    return pytest.mark.parametrize(("form", "variant"), chosen, ids=[source_of(*one) for one in chosen])


def source_of(form: Form, variant: str) -> str:
    return f"{form.name}_{variant.replace(' ', '_')}"


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_between_files() -> Iterator[None]:
    """A load ends when all of its second file but the end of the transaction is written."""
    calls = []

    def kill(*_: Any) -> None:
        calls.append(1)
        if len(calls) > 1:
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingestion.engine.loader.ensure_unchanged", kill)
        yield


@dataclass(frozen=True)
class Row:
    """A staged row: the number of its file, and what became of it."""

    file: int
    line: int
    disposition: str
    reason: str | None


@dataclass
class Warehouse:
    """What was loaded and staged, by source."""

    workspace: Workspace
    reports: dict[str, list[FileReport]] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    raw: dict[tuple[str, int, int], dict[str, Any]] = field(default_factory=dict)

    def load(self) -> None:
        """Every source over one connection: to open it for each would take longer than to load."""
        paths = self.workspace.paths
        with open_for_writing(paths) as connection:
            for source in self.workspace.config.sources:
                shape = shape_of(source, self.workspace.mappings)
                files = find_files(paths.root, source.path)
                if source.name.endswith(KILLED):
                    with pytest.raises(Killed), killed_between_files():
                        Loader(connection, paths, shape, reader_of(source), run_id="killed").load_all(files)
                loader = Loader(connection, paths, shape, reader_of(source), run_id="run")
                reports, problems = loader.load_all(files)
                self.reports[source.name] = reports
                self.problems[source.name] = [f"{problem.severity}: {problem.what}" for problem in problems]

    def stage(self, forms: Sequence[Form]) -> None:
        """The base model of each entity over all sources."""
        with duckdb.connect(str(self.workspace.paths.raw_database)) as database:
            database.create_function("phone_e164", e164, ["VARCHAR", "VARCHAR"], "VARCHAR", null_handling="special")
            for model in INPUTS:
                database.execute(f"create temp table {model} as {render(model)}")
            database.execute(ORDERS_OF_LINES)
            for kind, entity in sorted({(form.case.kind, form.case.entity) for form in forms}):
                base = render(f"base_{kind}__{entity}")
                query = f"select data_source, source_file, source_line, _disposition, _disposition_reason from ({base})"
                for source, file, line, *found in database.execute(query).fetchall():
                    self.rows[source].append(Row(_number(file), line, *found))
                raw = database.execute(f"select * from raw_{kind}.{entity}")
                names = [column[0] for column in raw.description]
                for values in raw.fetchall():
                    row = dict(zip(names, values, strict=True))
                    self.raw[row["_source"], _number(row["_file"]), row["_line"]] = row


def _number(file: str) -> int:
    stem = Path(file).stem
    return int(stem) if stem.isdigit() else 0


@dataclass(frozen=True)
class Base:
    """A record of a form's samples that staging keeps.

    Attributes:
        table: the delimited sample that it is in.
        rows: how many rows it becomes.
        is_keyed: it says which thing it is, so that it is known when it comes again.
    """

    variants: Variants
    table: Table | None
    rows: int
    is_keyed: bool


def _source(form: Form, name: str) -> dict[str, str]:
    return {**form.case.source, "name": name, "path": f"inbox/{name}/*"}


@cache
def bases_of() -> dict[str, Base]:
    """Of each form the fullest record of its samples whose rows are all kept, for files, tables and APIs."""
    with TemporaryDirectory() as root:
        return _bases(make_workspace(Path(root), *(_source(form, form.name) for form in READ)))


def _bases(workspace: Workspace) -> dict[str, Base]:
    for form in READ:
        folder = workspace.paths.inbox / form.name
        folder.mkdir()
        for number, path in enumerate(form.samples, start=1):
            shutil.copy(path, folder / f"{number}{path.suffix}")
    found = Warehouse(workspace)
    found.load()
    found.stage(FORMS)
    bases = {form.name: _base(found, form) for form in READ}
    return bases | {form.name: _as_parquet(form, bases) for form in FORMS if form not in READ}


def _base(found: Warehouse, form: Form) -> Base:
    records = defaultdict(list)
    for row in found.rows[form.name]:
        records[row.file, row.line % FURTHER_LINES].append(row)
    sound = [place for place, rows in records.items() if all(row.disposition == "kept" for row in rows)]
    raw = {place: found.raw[form.name, *place] for place in sound}
    place = max(sound, key=lambda one: (sum(value is not None for value in raw[one].values()), -one[0], -one[1]))
    is_keyed = all(raw[place][column] is not None for column in form.key)
    rows = len(records[place])
    if form.container == "json":
        return Base(Variants(form, json.loads(raw[place]["_record"])), None, rows, is_keyed)
    table = table_of(form.samples[place[0] - 1], form.reads)
    return Base(Variants(form, table.records[place[1]], table.names), table, rows, is_keyed)


def _as_parquet(form: Form, bases: Mapping[str, Base]) -> Base:
    base = bases[form.name.replace("parquet", "json")]
    return replace(base, variants=Variants(form, base.variants.record))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, dict[str, Base]]:
    """Every form with every variant, loaded and staged."""
    bases = bases_of()
    made = {
        source_of(form, variant): (bases[form.name], VARIANTS[variant](bases[form.name].variants))
        for form, variant in CASES
    }
    sources = [_source(base.variants.form, name) for name, (base, _) in made.items()]
    workspace = make_workspace(tmp_path_factory.mktemp("variants"), *sources)
    for name, (base, files) in made.items():
        folder = workspace.paths.inbox / name
        folder.mkdir()
        for number, records in enumerate(files, start=1):
            is_again = name.endswith("other_file") and number > 1
            written(base.variants.form, folder / str(number), records, table=base.table, otherwise=is_again)
    found = Warehouse(workspace)
    found.load()
    found.stage(FORMS)
    return found, bases


def counts_of(base: Base, variant: str) -> set[int]:
    """The files whose rows count where a record comes in two of them."""
    if not base.is_keyed:
        # Nothing says that two rows are one.
        return {1, 2}
    if (base.variants.form.case.kind, base.variants.form.case.entity) == ("web", "events"):
        # What happened does not change: the first row of an event stays.
        return {1}
    return {1} if variant == "out of turn" and base.variants.has_time else {2}


@shows("files", "books", by="variant")
@every(*VARIANTS)
def test_a_record_that_comes_again_counts_as_the_rules_say(
    warehouse: tuple[Warehouse, dict[str, Base]], form: Form, variant: str
) -> None:
    found, bases = warehouse
    base, source = bases[form.name], source_of(form, variant)
    assert [problem for problem in found.problems[source] if problem.startswith("error")] == []
    first = "unchanged" if source.endswith(KILLED) else "loaded"
    assert [report.outcome for report in found.reports[source]] == [first, *["loaded"] * (variant != "same file")]
    assert all(report.books.balance and not report.books.rejected for report in found.reports[source])
    assert len(found.rows[source]) == len([place for place in found.raw if place[0] == source])
    assert_counts(found.rows[source], base, variant)


def assert_counts(rows: Sequence[Row], base: Base, variant: str) -> None:
    """What becomes of the rows of a record that comes twice, where the second adds to the first."""
    assert len(rows) == 2 * base.rows
    kept = {row.file for row in rows if row.disposition == "kept"}
    others = {(row.file, row.disposition, row.reason) for row in rows if row.disposition != "kept"}
    if variant == "deleted":
        assert {(row.disposition, row.reason) for row in rows if row.file == 2} == {("set_aside", "deleted_at_vendor")}
        assert kept == (set() if base.is_keyed else {1})
    elif variant == "same file":
        assert len([row for row in rows if row.disposition == "kept"]) == base.rows * (1 if base.is_keyed else 2)
        assert {disposition for _, disposition, _ in others} == ({"deduplicated"} if base.is_keyed else set())
    elif variant == "other type":
        # A value that cannot be read any more is a reason, and no loss.
        refused = {"quarantined"} if 2 in counts_of(base, variant) else {"quarantined", "deduplicated"}
        assert {disposition for file, disposition, _ in others if file == 2} <= refused
        assert all(reason for _, disposition, reason in others)
    else:
        assert kept == counts_of(base, variant)
        assert len([row for row in rows if row.disposition == "kept"]) == base.rows * len(kept)
        assert {disposition for _, disposition, _ in others} == ({"deduplicated"} if base.is_keyed else set())


@shows("files", "killed")
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_load_that_is_killed_leaves_whole_files_and_the_next_one_brings_the_rest(
    warehouse: tuple[Warehouse, dict[str, Base]], form: Form
) -> None:
    found, bases = warehouse
    source = f"{form.name}{KILLED}"
    query = "select run_id, status, loaded + further_rows from ledger.loads where source = ? order by load_id"
    ended = rows(found.workspace, query, source)
    assert ended == [(run, "active", bases[form.name].rows) for run in ("killed", "run")]


@shows("files", "loads")
@pytest.mark.parametrize("form", [form for form in FORMS if form not in READ], ids=lambda form: form.name)
def test_parquet_gives_the_rows_of_json(warehouse: tuple[Warehouse, dict[str, Base]], form: Form) -> None:
    found, _ = warehouse
    own = ["_record", "_row", "_source", "_file", "_line", "_sha256", "_load_id", "_loaded_at"]
    by_source = [
        [
            {name: value for name, value in row.items() if name not in own}
            for (source, file, _), row in sorted(found.raw.items())
            if (source, file) == (f"{name}_late", 1)
        ]
        for name in (form.name, form.name.replace("parquet", "json"))
    ]
    assert by_source[0] == by_source[1] != []


REPORTED: Final = {"new key": "is new", "lost key": "is gone", "other type": "held numbers and now holds text"}


@every(*REPORTED)
def test_a_record_of_another_shape_is_reported_and_kept_whole(
    warehouse: tuple[Warehouse, dict[str, Base]], form: Form, variant: str
) -> None:
    found, bases = warehouse
    base, source = bases[form.name], source_of(form, variant)
    assert len([problem for problem in found.problems[source] if REPORTED[variant] in problem]) == 1
    first = [line for name, file, line in found.raw if (name, file) == (source, 2) and line < FURTHER_LINES]
    (record,) = {found.raw[source, 2, line]["_record"] for line in first}
    now = json.loads(record)
    if variant == "new key":
        assert now[NEW_KEY] == "x"
    elif variant == "lost key":
        assert now.get(base.variants.lost_key()[0]) is None
    else:
        assert now[base.variants.other_type()[0]] == "soon"


def test_the_books_of_all_of_them_balance(warehouse: tuple[Warehouse, dict[str, Base]]) -> None:
    found, _ = warehouse
    assert unbalanced(found.workspace) == []
    assert {row.disposition for rows in found.rows.values() for row in rows} >= {"kept", "deduplicated", "set_aside"}

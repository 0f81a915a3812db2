"""Every endpoint that a description names: what becomes of a record that its API gives again.

Later, out of turn, deleted, no longer listed, twice on a page or on two, of another shape, or no record at all. Each of
these is of a thing of its own, and all of an entity come in two fetches. All entities are sources of one warehouse, so
that staging runs once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from ingestion import LoadReport
from tests.ingestion.workspaces import load, make_workspace, unbalanced
from tests.vendors.asking import CASES, be_quick, endpoint_of, errors, every_case, known_by, replay_of, source_by_api
from tests.vendors.meaning import why_not
from tests.vendors.replay import Replay, serving
from tests.vendors.samples import Case
from tests.vendors.shown import shows
from tests.vendors.test_variants import REPORTED, VARIANTS, Row, assert_counts, bases_of
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
from tests.vendors.variants import Record, forms
from workspace import Workspace

pytestmark = pytest.mark.thorough
BROKEN: Final = "not a record"


@dataclass
class Found:
    """What was loaded and staged, by case. `rows` and `newest`: of each thing; a row's `file` is the fetch."""

    workspace: Workspace
    things: dict[str, Things]
    reports: dict[str, list[LoadReport]] = field(default_factory=dict)
    rows: dict[tuple[str, str], list[Row]] = field(default_factory=lambda: defaultdict(list))
    newest: dict[tuple[str, str], Record] = field(default_factory=dict)


def is_whole(case: Case) -> bool:
    return endpoint_of(case).since is None


def fetches_of(case: Case, things: Things) -> tuple[list[Any], list[list[Any]]]:
    """What the first fetch gives, and the pages of the second: what has another shape is on pages of its own."""
    first: list[Any] = []
    now: list[Any] = []
    pages: list[list[Any]] = []
    for name, thing in things.of.items():
        if name == "gone":
            first.append(thing.record)
        elif name in DRIFT:
            first.append(thing.record)
            pages.append([of_another_shape(thing, name)])
        else:
            states = VARIANTS[name](thing)
            first += states[0]
            now += states[-1] if len(states) > 1 or is_whole(case) else []
    if is_whole(case):
        # A list may shift while it is asked for: what stood on a page stands on the next one, too.
        pages[0].insert(0, things.of["other file"].record)
    return first, [[now[0], BROKEN, *now[1:]], *pages]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Every endpoint, asked twice, and staged."""
    things = {}
    for case in CASES:
        form = next(form for form in forms(case) if form.container == "json")
        names = [name for name in (*VARIANTS, "gone") if not why_not(case, "API", name)]
        things[name_of(case)] = Things.made(bases_of()[form.name], names, known_by(case))
    with ExitStack() as stack:
        be_quick(stack.enter_context(pytest.MonkeyPatch.context()))
        sources, replays = [], []
        for case in CASES:
            first, pages = fetches_of(case, things[name_of(case)])
            replay = replay_of(case, first)
            replay.page_size = len(first)
            replays.append((replay, pages))
            address = stack.enter_context(serving(replay))
            sources.append({**source_by_api(case, replay, address), "name": name_of(case)})
        one = Found(make_workspace(tmp_path_factory.mktemp("apis"), *sources), things)
        for case, (replay, pages) in zip(CASES, replays, strict=True):
            one.reports[name_of(case)] = [load(one.workspace, name_of(case), "1")]
            one.reports[name_of(case)] += list(loads_again(one.workspace, case, replay, pages))
    for source, record, row in staged(one.workspace, [(case.kind, case.entity) for case in CASES]):
        thing = thing_of(record)
        one.rows[source, thing].append(row)
        one.newest[source, thing] = record
    return one


def name_of(case: Case) -> str:
    return case.name.replace("-", "_")


def loads_again(workspace: Workspace, case: Case, replay: Replay, pages: list[list[Any]]) -> Iterator[LoadReport]:
    """The second fetch: in pages; of an export, which is one file, a fetch for each."""
    if replay.endpoint.job is not None:
        for page in pages:
            replay.records = [page]
            yield load(workspace, name_of(case), "2")
        return
    replay.records = [[record for page in pages for record in page], *replay.records[1:]]
    replay.starts = [sum(map(len, pages[:nth])) for nth in range(1, len(pages))]
    yield load(workspace, name_of(case), "2")


@shows("API", "books", *COUNTED, *DRIFT, "gone", "broken record")
@every_case
def test_a_record_that_an_api_gives_again_counts_as_the_rules_say(found: Found, case: Case) -> None:
    name = name_of(case)
    base = found.things[name].base
    assert [error for report in found.reports[name] for error in errors(report)] == []
    assert {thing for source, thing in found.rows if source == name} == {*found.things[name].of}
    for thing in found.things[name].of:
        rows = found.rows[name, thing]
        if is_whole(case):
            # On two pages of one fetch a record is as on one.
            variant = "same file" if thing == "other file" else thing
            assert_is_as_now(rows, base, variant, replaced=base.rows * (2 if thing == "same file" else 1))
        else:
            assert_counts(rows, base, thing)
    books = [file.books for report in found.reports[name] for file in report.files]
    assert all(one.balance for one in books)
    # What is not a record is kept beside the others.
    assert sum(one.rejected for one in books) == 1


@every_case
def test_records_of_another_shape_are_reported_once_and_kept_whole(found: Found, case: Case) -> None:
    name = name_of(case)
    problems = [problem.what for report in found.reports[name] for problem in report.problems]
    for variant in DRIFT:
        assert len([what for what in problems if REPORTED[variant] in what]) == 1, problems
        assert_has_shape(found.newest[name, variant], found.things[name].of[variant], variant)


def test_the_books_of_all_apis_balance(found: Found) -> None:
    assert unbalanced(found.workspace) == []

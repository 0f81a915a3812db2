"""What an answer takes of Python must depend on its cells, not on how many people are behind it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from serving import LiveRelease, Question, ask, catalogue, open_release
from serving.definitions.metric import PERSON
from serving.engine import CodedTable, Engine, Query, Table
from tests.serving.world import MARTS, publish
from workspace.paths import WorkspacePaths

TIMES = 4
# What the fixture's marts say of 300 people who answer, said of so many times as many.
OF_MORE_PEOPLE = {
    "range(400) as people": f"range({TIMES * 400}) as people",
    "(i % 300)::bigint as person_id": f"(i % {TIMES * 300})::bigint as person_id",
    "range(3000) as answers": f"range({TIMES * 3000}) as answers",
    "range(600) as answers": f"range({TIMES * 600}) as answers",
    "(i // 300) % 2": f"(i // {TIMES * 300}) % 2",
}


def rows_of(release: LiveRelease, monkeypatch: pytest.MonkeyPatch) -> tuple[Counter[str], Counter[str]]:
    """Question -> rows that became objects of Python's, and rows that came as arrays, of every composed metric."""
    objects: Counter[str] = Counter()
    arrays: Counter[str] = Counter()
    run, run_coded = Engine._run, Engine._run_coded

    def counted(self: Engine, query: Query) -> Table:
        table = run(self, query)
        objects[asked] += table.length
        return table

    def counted_coded(self: Engine, query: Query) -> CodedTable:
        table = run_coded(self, query)
        arrays[asked] += table.length
        objects[asked] += sum(len(table.values(name)) for name in query.group_by if name != PERSON)
        return table

    monkeypatch.setattr(Engine, "_run", counted)
    monkeypatch.setattr(Engine, "_run_coded", counted_coded)
    for metric in catalogue(release):
        if release.semantics.metrics[metric.name].metric_class != "composed":
            continue
        forms = [{}, *({"by": (name,)} for name in metric.dimensions if name != PERSON), {"grain": "month"}]
        for form in forms:
            asked = f"{metric.name} {form}"
            ask(release, Question(metrics=(metric.name,), **form))
    monkeypatch.undo()
    return objects, arrays


def test_rows_that_become_objects_of_python_do_not_grow_with_people(
    paths: WorkspacePaths, manifest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    larger = MARTS
    for said, instead in OF_MORE_PEOPLE.items():
        assert said in larger
        larger = larger.replace(said, instead)
    publish(WorkspacePaths(tmp_path), "run-1", manifest, marts=larger)
    # A copy has asked nothing yet: what other tests asked would not be counted.
    few, few_arrays = rows_of(replace(open_release(paths)), monkeypatch)
    many, many_arrays = rows_of(open_release(WorkspacePaths(tmp_path)), monkeypatch)
    assert sum(many_arrays.values()) > 2 * sum(few_arrays.values()) > 0, "the larger company has more people"
    assert few.keys() == many.keys()
    assert {question: (few[question], rows) for question, rows in many.items() if rows > few[question]} == {}

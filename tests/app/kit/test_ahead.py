from __future__ import annotations

from pathlib import Path

import pytest

from app.kit import ahead
from app.kit.ahead import FILTERED_BY, Ahead, with_filters
from app.kit.selection import Filters
from serving import LiveRelease, Question, open_release
from tests.serving.conftest import FIXTURE_PROJECT
from tests.serving.world import publish
from workspace.paths import WorkspacePaths

REVENUE = Question(metrics=("revenue",))


@pytest.fixture
def paths(tmp_path: Path) -> WorkspacePaths:
    paths = WorkspacePaths(tmp_path)
    publish_as(paths, "run-1")
    return paths


def publish_as(paths: WorkspacePaths, run_id: str) -> None:
    publish(paths, run_id, (FIXTURE_PROJECT / "semantic_manifest.json").read_text(encoding="utf-8"))


def filtered(release: LiveRelease) -> list[Question]:
    values = {name: ahead.dimension_values(release, dimension)[0] for name, dimension in FILTERED_BY.items()}
    return with_filters(REVENUE, values)


def test_the_filters_asked_ahead_are_those_that_readers_have() -> None:
    chosen = Filters(segment="a", region="b", period="All time", comparison="", as_of=None)  # type: ignore[arg-type]
    assert set(FILTERED_BY) == set(chosen.where)


def test_a_filtered_question_needs_no_other_filter() -> None:
    values = {"segment": "Business", "region": "North"}
    assert [dict(one.filters) for one in with_filters(REVENUE, values)] == [
        {"segment": ("Business",)},
        {"region": ("North",)},
    ]
    assert with_filters(Question(metrics=("revenue",), where={"region": ("South",)}), values) == []


def test_what_a_page_asked_is_answered_with_each_filter_before_a_reader_asks(paths: WorkspacePaths) -> None:
    release = open_release(paths)
    asking = Ahead(paths, looks_after=0, quiet=0)
    asking.note(release, REVENUE)
    assert not any(release.answers.holds(question) for question in filtered(release))
    asking.step()
    assert all(release.answers.holds(question) for question in filtered(release))


def test_a_new_release_is_asked_what_the_one_before_was(paths: WorkspacePaths) -> None:
    asking = Ahead(paths, looks_after=0, quiet=0)
    asking.note(open_release(paths), REVENUE)
    asking.step()
    asking.step()
    publish_as(paths, "run-2")
    release = open_release(paths)
    assert release.run_id == "run-2"
    assert not release.answers.holds(REVENUE)
    for _ in range(2):
        asking.step()
    assert release.answers.holds(REVENUE)
    assert all(release.answers.holds(question) for question in filtered(release))


def test_a_metric_that_the_release_does_not_have_stops_nothing(paths: WorkspacePaths) -> None:
    release = open_release(paths)
    asking = Ahead(paths, looks_after=0, quiet=0)
    asking.note(release, REVENUE)
    asking.note(release, Question(metrics=("happiness",)))
    for _ in range(3):
        asking.step()
    assert all(release.answers.holds(question) for question in filtered(release))


def test_where_no_server_listens_nothing_is_noted(paths: WorkspacePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_listening", None)
    ahead.note(open_release(paths), REVENUE)
    listening = ahead.listen(paths.root)
    ahead.note(open_release(paths), REVENUE)
    listening.step()
    assert all(open_release(paths).answers.holds(question) for question in filtered(open_release(paths)))

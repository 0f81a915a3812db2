"""What a reader learns from all answers together: pairs of dimensions, filters, windows, solved as a linear system."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from serving import LiveRelease, Question, ask, dimension_values, open_release
from tests.serving.lattice import Learned, learn
from tests.serving.world import MARTS, publish
from workspace.paths import WorkspacePaths

FLOOR = 5

# 300 people, each in one segment, region and month, so that counts of people add up over all three.
PEOPLE = """
create table marts.dim_people as
    select
        i::bigint as person_id,
        (date '2024-01-01' + interval 1 month * (i * i % 11))::date as first_seen_on,
        case when i % 29 = 0 then 'rare' when i % 11 = 0 then null else 'S' || (i % 3) end as segment,
        case when i % 31 = 1 then 'Far' else 'R' || (i * 7 % 5) end as region,
        i % 5 <> 0 as is_identified
    from range(300) as people (i);
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, manifest: str) -> LiveRelease:
    start = MARTS.index("create table marts.dim_people")
    end = MARTS.index("create table marts.dim_customers")
    paths = WorkspacePaths(tmp_path_factory.mktemp("lattice"))
    # `people` is made sensitive by itself, so that months alone are protected too.
    sensitive = manifest.replace('"people": "people", "min_cell": 0', '"people": "people", "min_cell": 5')
    publish(paths, "run-1", sensitive, marts=MARTS[:start] + PEOPLE + MARTS[end:])
    return open_release(paths)


@pytest.fixture(scope="module")
def learned(release: LiveRelease) -> Learned:
    found = learn(release, "people", ("segment", "region"), monthly=True)
    assert (found.counts < FLOOR).sum() > 20, "the world must hold small cells"
    return found


def test_no_two_answers_differ_by_fewer_people_than_the_minimum(learned: Learned) -> None:
    assert learned.small_differences() == []


def test_no_hidden_answer_can_be_derived_over_two_dimensions(release: LiveRelease) -> None:
    """Every shown sum is an equation: a hidden group of few people must not be a combination of them."""
    learned = learn(release, "people", ("segment", "region"), monthly=False)
    assert learned.hidden
    assert learned.solved() == []


@pytest.mark.slow
def test_no_hidden_answer_can_be_derived_with_months_and_windows(learned: Learned) -> None:
    assert learned.solved() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "dimensions",
    [
        ("person__segment", "person__region"),
        ("person__value_tier", "person__motivation"),
        ("person__person_type", "person__country"),
    ],
)
def test_the_demo_reveals_no_small_group(demo_workspace: Path, dimensions: tuple[str, str]) -> None:
    release = open_release(WorkspacePaths(demo_workspace))
    learned = learn(release, "customers", dimensions, monthly=False)
    assert learned.shown
    assert learned.small_differences() == []
    assert learned.solved() == []


def test_most_answers_are_still_shown(release: LiveRelease) -> None:
    rows = ask(release, Question(metrics=("people",), by=("segment",))).rows
    assert sum(row.status == "ok" for row in rows) >= 3
    by_quarter = ask(release, Question(metrics=("people",), grain="quarter")).rows
    assert all(row.status == "ok" for row in by_quarter)


def test_a_cell_is_hidden_both_as_a_row_and_as_a_filter(release: LiveRelease) -> None:
    by_both = ask(release, Question(metrics=("people",), by=("segment", "region"))).rows
    for region in dimension_values(release, "region"):
        filtered = ask(release, Question(metrics=("people",), by=("segment",), where={"region": [region]})).rows
        as_filter = {row.dimensions["segment"]: row.status for row in filtered}
        as_row = {row.dimensions["segment"]: row.status for row in by_both if row.dimensions["region"] == region}
        assert as_filter == as_row


def test_small_cells_stay_hidden_in_every_form(release: LiveRelease) -> None:
    answer = ask(release, Question(metrics=("people",), by=("segment", "region")))
    hidden = [row for row in answer.rows if row.status == "suppressed"]
    assert hidden
    assert all("fewer than 5 people" in row.reason for row in hidden)
    for record in answer.records():
        if record["status"] == "suppressed":
            assert record["value"] is record["n"] is record["low"] is record["high"] is None


@pytest.mark.parametrize("grain", ["day", "week"])
def test_answers_about_people_are_not_finer_than_months(release: LiveRelease, grain: str) -> None:
    [row] = ask(release, Question(metrics=("people",), by=("segment",), grain=grain)).rows
    assert row.status == "not_sliceable"


def test_answers_about_people_require_whole_months(release: LiveRelease) -> None:
    [row] = ask(release, Question(metrics=("people",), by=("segment",), since=date(2024, 3, 2))).rows
    assert row.status == "not_sliceable"
    assert "whole months" in row.reason


def test_answers_about_people_have_at_most_two_groupings(release: LiveRelease) -> None:
    [row] = ask(release, Question(metrics=("people",), by=("segment", "region", "is_identified"))).rows
    assert row.status == "not_sliceable"


def test_totals_are_shown_daily_and_groups_monthly(release: LiveRelease) -> None:
    daily = ask(release, Question(metrics=("orders",), grain="day", until=date(2024, 1, 3))).rows
    assert {row.status for row in daily} == {"ok"}
    by_channel = ask(release, Question(metrics=("orders",), by=("channel",), grain="month")).rows
    assert {row.status for row in by_channel} == {"ok"}
    [row] = ask(release, Question(metrics=("orders",), by=("channel",), grain="day")).rows
    assert row.status == "not_sliceable"
    by_segment = ask(release, Question(metrics=("orders",), by=("segment", "channel"), grain="month")).rows
    assert "suppressed" in {row.status for row in by_segment}


def test_groupings_and_filters_are_bounded_together(release: LiveRelease) -> None:
    named = ("channel", "value_tier", "segment", "region", "is_identified")
    where = {word: [dimension_values(release, word)[0]] for word in named[1:]}
    [row] = ask(release, Question(metrics=("orders",), by=("channel",), where=where)).rows
    assert row.status == "not_sliceable"
    assert "at most 4 dimensions" in row.reason

"""What a reader learns from all answers together: pairs of dimensions, filters, windows, solved as a linear system."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations, product

import numpy as np
import pytest

from serving import LiveRelease, Question, ask, dimension_values, open_release
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


def month_ends() -> list[tuple[date, date]]:
    starts = [date(2024, month, 1) for month in range(1, 13)]
    return list(zip(starts, [start - timedelta(days=1) for start in starts[1:]] + [date(2024, 12, 31)], strict=True))


def atoms(release: LiveRelease) -> dict[tuple, int]:
    """People per segment, region and month as the marts have them, with 0 for combinations that nobody has."""
    open_to_all = replace(release, protected=False)
    rows = ask(open_to_all, Question(metrics=("people",), by=("segment", "region"), grain="month")).rows
    found = {(*row.dimensions.values(), row.period): row.value for row in rows}
    values = [sorted({key[at] for key in found}, key=str) for at in range(3)]
    return {key: found.get(key, 0) for key in product(*values)}


def questions(release: LiveRelease) -> list[Question]:
    """Every grouping by up to two dimensions, with every filter on one, by month, quarter, year or over a window."""
    values = {name: [*dimension_values(release, name), None] for name in ("segment", "region")}
    pairs = list(combinations(values["region"], 2))
    filters = [{}, *({name: [value]} for name in values for value in values[name])]
    filters += [{"region": list(pair)} for pair in pairs[:6]]
    groupings = [(), ("segment",), ("region",), ("segment", "region")]
    asked = [
        Question(metrics=("people",), by=by, where=where, grain=grain)
        for by in groupings
        for where in filters
        for grain in (None, "month", "quarter")
    ]
    months = month_ends()
    asked += [
        Question(metrics=("people",), by=by, since=months[first][0], until=months[last][1])
        for by in ((), ("segment",))
        for first in range(0, 12, 2)
        for last in range(first, 12, 3)
    ]
    return asked


def parts(question: Question, cells: dict[tuple, int]) -> dict[tuple, list[int]]:
    """Every cell that the answer may have, also empty ones -> positions of the atoms that it adds up."""
    found: dict[tuple, list[int]] = defaultdict(list)
    for at, (segment, region, month) in enumerate(cells):
        inside = {"segment": segment, "region": region}
        if any(inside[word] not in values for word, values in question.filters):
            continue
        if question.since and not question.since <= month <= question.until:
            continue
        start = period(month, question.grain) if question.grain else None
        found[(*(inside[word] for word in question.by), start)].append(at)
    return found


def period(month: date, grain: str) -> date:
    return {
        "month": month,
        "quarter": month.replace(month=3 * ((month.month - 1) // 3) + 1),
        "year": month.replace(month=1),
    }[grain]


@dataclass(frozen=True)
class Learned:
    """What all answers together say: groups of atoms whose number is shown, and those for which it is hidden.

    Atoms of cells that are shown as empty are known to be 0 and left out of all groups.
    """

    counts: np.ndarray
    cells: list[tuple]
    shown: set[frozenset[int]]
    hidden: set[frozenset[int]]


def learn(release: LiveRelease, axes: frozenset[str]) -> Learned:
    """Ask every question that uses no other axes than these."""
    cells = atoms(release)
    counts = np.array(list(cells.values()))
    shown, hidden, empty = set(), set(), set()
    for question in questions(release):
        timed = {"month"} if question.grain or question.since else set()
        if not {*question.by, *(word for word, _ in question.filters), *timed} <= axes:
            continue
        rows = {(*row.dimensions.values(), row.period): row for row in ask(release, question).rows}
        for key, places in parts(question, cells).items():
            row = rows.get(key)
            if row is None or row.value == 0:
                assert counts[places].sum() == 0
                empty.update(places)
            elif row.status == "ok":
                assert row.value == counts[places].sum() >= FLOOR
                shown.add(frozenset(places))
            else:
                assert (row.status, row.value, row.n) == ("suppressed", None, None)
                hidden.add(frozenset(places))
    return Learned(counts, list(cells), {one - empty for one in shown}, {one - empty for one in hidden} - {frozenset()})


def test_no_two_answers_differ_by_fewer_people_than_the_floor(release: LiveRelease) -> None:
    learned = learn(release, frozenset({"segment", "region", "month"}))
    assert (learned.counts < FLOOR).sum() > 20, "the world must hold small cells"
    for one, other in product(learned.shown, repeat=2):
        if other < one:
            difference = one - other
            assert learned.counts[list(difference)].sum() >= FLOOR, [learned.cells[at] for at in difference]


@pytest.mark.parametrize("axes", [{"segment", "region"}, {"segment", "month"}, {"region", "month"}])
def test_no_hidden_answer_follows_from_all_others_over_two_axes(release: LiveRelease, axes: set[str]) -> None:
    """Every shown sum is an equation: a hidden group of few people must not be a combination of them."""
    learned = learn(release, frozenset(axes))
    assert learned.hidden
    system = matrix(learned.shown, len(learned.cells))
    inverse = np.linalg.pinv(system)
    for places in learned.hidden:
        if 0 < learned.counts[list(places)].sum() < FLOOR:
            target = matrix({places}, len(learned.cells))[0]
            follows = np.allclose(target @ inverse @ system, target, atol=1e-8)
            assert not follows, [learned.cells[at] for at in places]


def matrix(rows: set[frozenset[int]], width: int) -> np.ndarray:
    made = np.zeros((len(rows), width))
    for at, places in enumerate(rows):
        made[at, list(places)] = 1
    return made


def test_most_answers_are_still_shown(release: LiveRelease) -> None:
    rows = ask(release, Question(metrics=("people",), by=("segment",))).rows
    assert sum(row.status == "ok" for row in rows) >= 3
    by_quarter = ask(release, Question(metrics=("people",), grain="quarter")).rows
    assert all(row.status == "ok" for row in by_quarter)


def test_a_cell_is_hidden_alike_as_a_row_and_as_a_filter(release: LiveRelease) -> None:
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
def test_answers_of_people_are_not_shown_finer_than_months(release: LiveRelease, grain: str) -> None:
    [row] = ask(release, Question(metrics=("people",), by=("segment",), grain=grain)).rows
    assert row.status == "not_sliceable"


def test_answers_of_people_are_asked_for_whole_months(release: LiveRelease) -> None:
    [row] = ask(release, Question(metrics=("people",), by=("segment",), since=date(2024, 3, 2))).rows
    assert row.status == "not_sliceable"
    assert "whole months" in row.reason


def test_answers_of_people_have_at_most_two_groupings(release: LiveRelease) -> None:
    [row] = ask(release, Question(metrics=("people",), by=("segment", "region", "is_identified"))).rows
    assert row.status == "not_sliceable"


def test_metrics_that_are_not_sensitive_are_protected_by_personal_dimensions_only(release: LiveRelease) -> None:
    by_channel = ask(release, Question(metrics=("orders",), by=("channel",), grain="day", until=date(2024, 1, 3))).rows
    assert {row.status for row in by_channel} == {"ok"}
    by_segment = ask(release, Question(metrics=("orders",), by=("segment", "channel"), grain="month")).rows
    assert "suppressed" in {row.status for row in by_segment}

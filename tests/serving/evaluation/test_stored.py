"""Statistics at a fixed grain: cells that add up hide each other, and refusals are reported as such."""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from serving import LiveRelease, Question, ask, dimension_values, open_release
from tests.serving.world import MARTS, publish
from workspace.paths import SNAPSHOT_FILE, WorkspacePaths

Cell = tuple[str, str, str]  # channel, period, segment

# Four people of a value that is rare; the other values of the attribute have many.
PROFILE = """
drop table marts.fct_profile_index;
create table marts.fct_profile_index as
    select date '2024-10-26' as as_of_on, * from (values
        ('segment', 'S0', 130, 120.0, null), ('segment', 'S1', 50, 80.0, null), ('segment', 'rare', 4, 300.0, null),
        ('region', 'Nord', 50, 90.0, null), ('region', 'West', 20, null, 'Too many values. Ask fewer.')
    ) as profile (attribute, attribute_value, n_people, profile_index, refused_reason);
"""


def with_meta(manifest: str, **meta: Any) -> str:
    """The fixture's definitions with more said about the profile index, and with the column that tells refusals."""
    document = json.loads(manifest)
    model = next(one for one in document["semantic_models"] if one["name"] == "fct_profile_index")
    reason = copy.deepcopy(next(one for one in model["dimensions"] if one["name"] == "attribute_value"))
    reason["name"] = "refused_reason"
    if reason.get("expr"):
        reason["expr"] = "refused_reason"
    model["dimensions"].append(reason)
    metric = next(one for one in document["metrics"] if one["name"] == "profile_index")
    metric["config"]["meta"] |= meta
    return json.dumps(document)


def released(root: Path, manifest: str, **meta: Any) -> LiveRelease:
    paths = WorkspacePaths(root)
    publish(paths, "run-1", with_meta(manifest, **meta), marts=MARTS + PROFILE)
    return open_release(paths)


def statuses(release: LiveRelease) -> dict[str | None, str]:
    rows = ask(release, Question(metrics=("profile_index",), by=("attribute", "attribute_value"))).rows
    return {row.dimensions["attribute_value"]: row.status for row in rows}


def test_a_small_cell_is_hidden_with_a_second_cell(tmp_path: Path, manifest: str) -> None:
    alone = released(tmp_path / "alone", manifest)
    assert statuses(alone) == {
        "S0": "ok", "S1": "ok", "rare": "suppressed", "Nord": "ok", "West": "no_data",
    }  # fmt: skip
    adding = released(tmp_path / "adding", manifest, adds_up={"axes": ["attribute_value"], "within": ["attribute"]})
    assert statuses(adding) == {
        "S0": "ok", "S1": "suppressed", "rare": "suppressed", "Nord": "ok", "West": "no_data",
    }  # fmt: skip
    [filtered] = ask(
        adding, Question(metrics=("profile_index",), where={"attribute": ("segment",), "attribute_value": ("S1",)})
    ).rows
    assert (filtered.status, filtered.value, filtered.n) == ("suppressed", None, None)


def test_a_refused_row_has_its_reason(tmp_path: Path, manifest: str) -> None:
    release = released(tmp_path, manifest, refused_by="refused_reason")
    rows = ask(release, Question(metrics=("profile_index",), by=("attribute", "attribute_value"))).rows
    refused = [row for row in rows if row.status == "refused"]
    assert [(row.dimensions["attribute_value"], row.reason, row.value) for row in refused] == [
        ("West", "Too many values. Ask fewer.", None)
    ]
    [asked] = ask(
        release, Question(metrics=("profile_index",), where={"attribute": ("region",), "attribute_value": ("West",)})
    ).rows
    assert asked.status == "refused"


@pytest.mark.parametrize("by", [(), ("attribute",)])
def test_several_values_of_a_filter_are_not_added_up(tmp_path: Path, manifest: str, by: tuple[str, ...]) -> None:
    release = released(tmp_path, manifest)
    question = Question(
        metrics=("profile_index",), by=by, where={"attribute": ("segment",), "attribute_value": ("S0", "S1")}
    )
    [row] = ask(release, question).rows
    assert row.status == "not_sliceable"
    assert "attribute_value" in str(row.reason)


def shown_totals(release: LiveRelease) -> set[tuple[str, str]]:
    """Quarters and segments of which the number of conversions is shown."""
    found: set[tuple[str, str]] = set()
    for by, grain in product(((), ("segment",)), (None, "quarter")):
        for row in ask(release, Question(metrics=("conversions",), by=by, grain=grain)).rows:
            segment = (row.dimensions["segment"] or "none") if by else "all"
            period = f"{row.period.year}-Q{(row.period.month + 2) // 3}" if row.period else "all"
            if row.status == "ok":
                found.add((period, segment))
    return found


def test_small_contributions_cannot_be_derived_from_shown_ones(demo_workspace: Path) -> None:
    """Shapley values add up over segments and quarters, and over channels to the conversions of a slice.

    Those are known, too, as far as the conversions of a slice are shown.
    """
    release = open_release(WorkspacePaths(demo_workspace))
    periods = dimension_values(release, "contribution__period")
    shown: set[Cell] = set()
    hidden: set[Cell] = set()
    for period in periods:
        where = {"model": ("shapley",), "conversion": ("order",), "period": (period,)}
        for row in ask(
            release, Question(metrics=("channel_conversions",), by=("channel", "segment"), where=where)
        ).rows:
            cell = (str(row.dimensions["channel"]), period, str(row.dimensions["segment"]))
            (hidden if row.status == "suppressed" else shown).add(cell)
    with duckdb.connect(str(release.folder / SNAPSHOT_FILE), read_only=True) as connection:
        people: dict[Cell, int] = {
            (channel, period, segment): n
            for channel, period, segment, n in connection.execute(
                "select channel, period, segment, people from marts.fct_channel_contributions "
                "where model = 'shapley' and origin = 'touchpoints' and conversion = 'order'"
            ).fetchall()
        }
    assert people.keys() == shown | hidden
    small = [cell for cell, n in people.items() if 0 < n < 5]
    assert small
    assert set(small) <= hidden
    place = {cell: at for at, cell in enumerate(sorted(hidden))}
    totals = shown_totals(release)
    assert totals
    lines: dict[tuple[object, ...], dict[int, int]] = defaultdict(dict)
    for (channel, period, segment), at in place.items():
        if (period, segment) in totals:
            lines["channel", period, segment][at] = 1
        for axis, value, key in (("period", period, (channel, segment)), ("segment", segment, (channel, period))):
            lines[(axis, *key)][at] = -1 if value == "all" else 1
    system = np.zeros((len(lines), len(place)))
    for line, cells in enumerate(lines.values()):
        system[line, list(cells)] = list(cells.values())
    solved = np.linalg.pinv(system) @ system
    given_away = [cell for cell in small if abs(solved[place[cell], place[cell]] - 1) < 1e-9]
    assert given_away == []

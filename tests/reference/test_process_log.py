"""Journeys over real data: CDNOW's buyers and the claims of the process-mining textbook's running example.

The numbers of the workspace's README, and beside them the same taken from the files by plain Python: directly-follows
arcs with their waiting times (van der Aalst, Process Mining, 2016), variants, stages.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median

import duckdb
import numpy as np
import pytest

from serving import AnswerRow, LiveRelease, Question, ask, open_release
from workspace.paths import SNAPSHOT_FILE, WorkspacePaths

pytestmark = pytest.mark.thorough

NAMES = {
    "register request": "Request registered",
    "check ticket": "Ticket checked",
    "examine casually": "Casual examination",
    "examine thoroughly": "Thorough examination",
    "decide": "Decision",
    "reinitiate request": "Request reopened",
    "pay compensation": "Compensation paid",
    "reject request": "Request rejected",
}
END = "end of journey"
Case = list[tuple[datetime, str]]


@pytest.fixture(scope="module")
def release(real_workspace: Path) -> LiveRelease:
    """Without suppression: a textbook's six cases are fewer people than are shown."""
    return replace(open_release(WorkspacePaths(real_workspace)), protected=False)


@pytest.fixture(scope="module")
def marts(release: LiveRelease) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(release.folder / SNAPSHOT_FILE), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def cases(real_workspace: Path) -> list[Case]:
    """The claims, each with its activities in order."""
    found: dict[str, Case] = defaultdict(list)
    with (real_workspace / "inbox" / "running_example.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file, delimiter=";"):
            found[row["case_id"]].append((datetime.fromisoformat(row["timestamp"]), NAMES[row["activity"]]))
    return [sorted(case) for case in found.values()]


@pytest.fixture(scope="module")
def arcs(cases: list[Case]) -> dict[tuple[str, str], list[float]]:
    """(step, next step) -> waiting times in days."""
    waits: dict[tuple[str, str], list[float]] = defaultdict(list)
    for case in cases:
        for (at, step), (next_at, following) in pairwise(case):
            waits[step, following].append((next_at - at).total_seconds() / 86400)
    return waits


def transitions(release: LiveRelease, metric: str) -> dict[tuple[str, str], AnswerRow]:
    """Transitions of the claims' steps, ends of journeys left out."""
    rows = ask(release, Question(metrics=(metric,), by=("from_step", "to_step"), where={"tier": ("all",)})).rows
    named = {(str(row.dimensions["from_step"]), str(row.dimensions["to_step"])): row for row in rows}
    return {arc: row for arc, row in named.items() if arc[0] in NAMES.values() and arc[1] != END}


def test_the_claims_have_six_variants_and_sixteen_arcs(
    release: LiveRelease, cases: list[Case], arcs: dict[tuple[str, str], list[float]]
) -> None:
    found = {arc: row.value for arc, row in transitions(release, "transitions").items()}
    assert found == {arc: len(waits) for arc, waits in arcs.items()}
    assert len(found) == 16
    assert sum(found.values()) == 36  # type: ignore[arg-type]
    assert found["Ticket checked", "Decision"] == 6
    rows = ask(release, Question(metrics=("paths",), by=("path",), where={"path_kind": ("whole",)})).rows
    variants = {str(row.dimensions["path"]): row.value for row in rows}
    of_claims = {path: n for path, n in variants.items() if path.startswith("Request registered")}
    assert of_claims == Counter(" > ".join(step for _, step in case) for case in cases)
    assert len(of_claims) == 6


def test_waiting_times_match_the_rows(
    marts: duckdb.DuckDBPyConnection, arcs: dict[tuple[str, str], list[float]]
) -> None:
    rows = marts.execute(
        "select from_step, to_step, waiting_days_median, waiting_days_p90 from marts.fct_journey_transitions "
        "where tier = 'all' and not is_end"
    ).fetchall()
    found = {(step, following): (half, most) for step, following, half, most in rows}
    for arc, waits in arcs.items():
        # Linear interpolation between rows is NumPy's default, too.
        assert found[arc] == pytest.approx((median(waits), np.quantile(waits, 0.9))), arc


def test_the_buyers_have_two_arcs(release: LiveRelease) -> None:
    rows = ask(release, Question(metrics=("transitions",), by=("from_step", "to_step"), where={"tier": ("all",)})).rows
    found = {(row.dimensions["from_step"], row.dimensions["to_step"]): row.value for row in rows}
    assert found["First purchase", "Repeat purchase"] == 705
    assert found["Repeat purchase", "Repeat purchase"] == 2772


def test_journeys_are_cut_by_gaps_of_more_than_ninety_days(marts: duckdb.DuckDBPyConnection) -> None:
    counted = marts.execute(
        """
        select first.data_source, count(*)
        from marts.fct_journeys as journeys
        inner join marts.fct_touchpoints as first on journeys.journey_id = first.touchpoint_id
        group by all
        """
    ).fetchall()
    assert dict(counted) == {"cdnow": 3442, "claims": 6}


def test_stage_entries_match_the_files(release: LiveRelease, cases: list[Case]) -> None:
    """A buyer's first order enters purchase; the next enters loyalty where it continues the journey, and so does each
    journey that begins with a repeated one. A claim enters use once."""
    rows = ask(release, Question(metrics=("stage_entries",), by=("stage",))).rows
    entries = {row.dimensions["stage"]: row.value for row in rows}
    assert entries["purchase"] == 2357
    assert entries["use"] == len(cases) == 6
    assert entries["loyalty"] == 705 + (3442 - 2357)


def test_every_claim_has_the_outcome_in_the_file(marts: duckdb.DuckDBPyConnection, cases: list[Case]) -> None:
    last = marts.execute(
        "select to_step, n from marts.fct_journey_transitions where from_step = 'Compensation paid' and tier = 'all'"
    ).fetchall()
    # The newest claim is the as-of day's: no journey of January 2011 has ended by then.
    assert last == []
    assert {case[-1][1] for case in cases} == {"Compensation paid", "Request rejected"}


def test_sessions_handoffs_and_tasks_are_no_data(release: LiveRelease) -> None:
    for metric in ("sessions", "task_abandonment", "initiatives", "handoff_loss"):
        row = ask(release, Question(metrics=(metric,))).one(metric)
        assert (row.value, row.status) == (None, "no_data"), metric

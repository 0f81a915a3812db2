"""Which periods a page compares: none in which the data begins, and none that it does not cover whole."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.kit import page_session
from app.kit.page_session import PageSession, settings_of
from app.kit.periods import EACH_BY_ITSELF, Window
from app.kit.selection import Filters
from app.today.quarter import read_moves
from serving import AnswerRow, Question
from tests.app.rows import row
from tests.project_copy import REPOSITORY
from workspace.paths import WorkspacePaths
from workspace.records.documents import Feed

AS_OF = date(2026, 6, 30)


def session_since(first: date, last: date = AS_OF) -> PageSession:
    """A session over a release with orders of these days, and nothing else."""
    feeds = {"orders": Feed(rows=900, first_on=first, last_on=last)}
    document: Any = SimpleNamespace(feeds=feeds, settings=None, as_of_on=AS_OF, run_id="r")
    release: Any = SimpleNamespace(document=document, folder=Path("r"))
    definition: Any = SimpleNamespace(feeds=("orders",), metric_class="additive", settles_after="")
    return PageSession(
        paths=WorkspacePaths(Path("w")),
        release=release,
        live_run_id="r",
        definitions={"revenue": definition},
        runs=(),
        settings=settings_of(document),
        now=datetime(2026, 7, 1, tzinfo=UTC),
    )


def filters(period: str = "Last 12 months") -> Filters:
    return Filters(segment=None, region=None, period=period, comparison="Prior period", as_of=AS_OF)


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question is answered with revenue that doubled from quarter to quarter."""

    def ask(release: object, question: Question) -> Any:
        value = 200_000.0 if question.since and question.since >= date(2026, 4, 1) else 100_000.0
        return SimpleNamespace(one=lambda name: row(value, n=9000, metric=name))

    monkeypatch.setattr(page_session, "ask", ask)


@pytest.mark.usefixtures("answered")
def test_the_first_year_of_the_data_is_compared_with_nothing() -> None:
    young, old = session_since(date(2024, 6, 30)), session_since(date(2023, 6, 30))
    assert young.before("revenue", filters()) is None
    assert "Jul 2024 – Jun 2025 has some of the first 12 months" in young.not_compared("revenue", filters())
    assert isinstance(old.before("revenue", filters()), AnswerRow)
    assert old.not_compared("revenue", filters()) == ""
    assert isinstance(young.before("revenue", filters("Last 3 months")), AnswerRow)


def test_scores_of_ratings_are_compared_with_the_first_year_and_counts_are_not() -> None:
    session, earlier = session_since(date(2024, 6, 30)), Window(date(2024, 7, 1), date(2025, 6, 30))
    session.document.feeds["nps"] = session.document.feeds["orders"]
    for name, kind, feeds in (
        ("nps", "composed", ("nps",)),
        ("nps_answers", "additive", ("nps",)),
        ("nps_of_buyers", "ratio", ("nps", "orders")),
    ):
        definition: Any = SimpleNamespace(feeds=feeds, metric_class=kind, settles_after="")
        session.definitions[name] = definition  # type: ignore[index]
    assert session.no_baseline("nps", earlier) == ""
    assert "first 12 months" in session.no_baseline("nps_answers", earlier)
    assert "first 12 months" in session.no_baseline("nps_of_buyers", earlier)


def test_facts_that_stand_each_by_itself_are_feeds_of_metrics() -> None:
    declared = {
        name
        for path in (REPOSITORY / "dbt_project" / "models" / "marts").rglob("*.yml")
        for names in re.findall(r"feeds: \[([\w, ]+)\]", path.read_text(encoding="utf-8"))
        for name in names.split(", ")
    }
    assert sorted(EACH_BY_ITSELF - declared) == []


@pytest.mark.usefixtures("answered")
def test_a_period_that_the_data_does_not_cover_is_compared_with_nothing() -> None:
    late, silent = session_since(date(2024, 9, 1)), session_since(date(2020, 1, 1), date(2026, 5, 10))
    assert "does not cover the whole of Jul 2024 – Jun 2025" in late.not_compared("revenue", filters())
    assert late.before("revenue", filters()) is None
    assert "does not cover the whole of Apr 2026 – Jun 2026" in silent.not_compared("revenue", filters("Last 3 months"))
    assert silent.before("revenue", filters("Last 3 months")) is None
    assert silent.not_compared("revenue", filters("All time")) == ""


@pytest.mark.usefixtures("answered")
def test_the_headline_compares_closed_quarters_that_the_data_covers() -> None:
    young = read_moves(session_since(date(2024, 6, 30)), filters())
    assert [(move.metric, move.against) for move in young.said] == [("revenue", "the quarter before")]
    assert read_moves(session_since(date(2025, 4, 1)), filters()).said == []
    assert read_moves(session_since(date(2020, 1, 1), date(2026, 5, 10)), filters()).said == []

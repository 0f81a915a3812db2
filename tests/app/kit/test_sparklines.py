from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.kit import charts, initiatives
from app.kit.formatting import span
from app.kit.page_session import PageSession, open_session
from app.kit.periods import Window, window
from app.kit.sparklines import course
from tests.app.conftest import Open
from tests.app.rows import row

POINTS = [
    {"period": date(2026, 1, 1), "value": 0.41, "text": "41%"},
    {"period": date(2026, 2, 1), "value": 0.44, "text": "44%"},
    {"period": date(2026, 3, 1), "value": 0.39, "text": "39%"},
]
# Label, corner, stage, first day, last day.
CHANGED = [
    ("Welcome mails", "marketing", "use", "2026-01-10", "2026-02-10"),
    ("Advice chat", "service", "discovery", "2026-02-15", None),
    ("New name", None, None, "2026-03-31", None),
    ("Next year", None, None, "2027-01-01", None),
]
FIRST_QUARTER = Window(date(2026, 1, 1), date(2026, 3, 31))


def session_of(changed: list[tuple[Any, ...]], *, mart: str = "fct_stage_entries") -> PageSession:
    names = ("label", "corner", "stage", "started", "ended")
    rows = [row(1.0, **dict(zip(names, one, strict=True))) for one in changed]
    definitions = {"watched": SimpleNamespace(model=(mart,))}
    return cast(PageSession, SimpleNamespace(ask=lambda *_, **__: SimpleNamespace(rows=rows), definitions=definitions))


def labels(found: list[Any]) -> list[str]:
    return [one["label"] for one in found]


@pytest.mark.parametrize(
    ("where", "touched"),
    [
        ({}, ["Welcome mails", "Advice chat", "New name"]),
        ({"segment": ("Consumer",)}, ["Welcome mails", "Advice chat", "New name"]),
        ({"stage": ("use",)}, ["Welcome mails", "New name"]),
        ({"corner": ("service",)}, ["Advice chat", "New name"]),
        ({"corner": ("service",), "stage": ("use",)}, ["New name"]),
    ],
)
def test_initiatives_apply_by_corner_and_stage_or_to_all(where: dict[str, tuple[str, ...]], touched: list[str]) -> None:
    assert labels(initiatives.marks(session_of(CHANGED), "watched", FIRST_QUARTER, where=where)) == touched


def test_mention_metrics_are_affected_by_marketing_and_service() -> None:
    changed = [*CHANGED, ("Lower prices", "commerce", None, "2026-01-05", None)]
    found = initiatives.marks(session_of(changed, mart="fct_mentions"), "watched", FIRST_QUARTER)
    assert labels(found) == ["Welcome mails", "Advice chat", "New name"]
    assert labels(initiatives.marks(session_of(changed), "watched", FIRST_QUARTER))[0] == "Lower prices"


def test_initiative_marks_are_dashed_lines_with_tooltips() -> None:
    drawn = charts.sparkline(
        POINTS,
        tone=charts.CONTEXT,
        marks=[
            {"at": date(2026, 2, 15), "label": "Advice chat"},
            {"at": date(2026, 1, 10), "label": "Welcome mails"},
            {"at": date(2026, 2, 15), "label": "Blue door"},
        ],
    )
    dashed, line, _, pointed = drawn["layer"]
    assert dashed["mark"]["strokeDash"]
    assert line["mark"]["type"] == "line"
    assert pointed["mark"]["strokeWidth"] >= charts.POINTED_AT
    assert dashed["data"]["values"] == [
        {"at": "2026-01-10T00:00:00", "label": "Welcome mails"},
        {"at": "2026-02-15T00:00:00", "label": "Advice chat, Blue door"},
    ]
    assert "label" in [entry["field"] for entry in pointed["encoding"]["tooltip"]]


def test_without_initiatives_only_the_line_is_drawn() -> None:
    drawn = charts.sparkline(POINTS, tone=charts.CONTEXT)
    assert [layer["mark"]["type"] for layer in drawn["layer"]] == ["line", "point"]


def test_initiative_marks_stay_within_the_shown_months(demo_workspace: Path) -> None:
    session = open_session(demo_workspace)
    whole = course(session, "revenue", {}, Window(None, None))
    assert whole is not None
    assert len(whole.points) == 12
    first = whole.points[0]["period"]
    began = [one["at"] for one in initiatives.marks(session, "revenue", Window(None, None))]
    assert [one["at"] for one in whole.changed] == [at for at in began if at >= first]
    assert len(whole.changed) < len(began)


@pytest.mark.parametrize("name", ["today", "who"])
def test_every_sparkline_on_a_page_marks_its_initiatives(open_page: Open, demo_workspace: Path, name: str) -> None:
    session = open_session(demo_workspace)
    year = window("Last 12 months", session.document.as_of_on)
    changed = initiatives.marks(session, "revenue", year)
    assert changed
    assert year.since is not None
    assert year.until is not None
    texts = [chart.proto.alt for chart in open_page(demo_workspace, name).get("vega_lite_chart")]
    # Where months are hidden, a course may begin after the change.
    whole = [text for text in texts if f", {span(year.since, year.until)}, by month: from" in text]
    assert len(whole) >= 6
    assert all(initiatives.note(changed, numbered=False) in text for text in whole)

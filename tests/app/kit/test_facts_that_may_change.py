"""A number whose newest facts may still change is not compared with a period whose facts are complete."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml

from app.kit import cards, initiatives
from app.kit.page_session import PageSession
from app.kit.periods import Window, add_months
from app.kit.selection import Filters
from app.kit.sparklines import course
from serving import AnswerRow
from tests.app.definitions import defined
from tests.app.rows import row
from workspace.configuration.frozen import setting_keys
from workspace.records.documents import Feed

AS_OF = date(2026, 6, 30)
ROWS = [row(0.4, n=400, period=add_months(date(2026, 1, 1), at)) for at in range(6)]


class Session(PageSession):
    """A session whose answers are given: by month, and else the last of them."""

    def ask(self, *_: Any, grain: str | None = None, **__: Any) -> Any:
        return SimpleNamespace(rows=ROWS, one=lambda _: ROWS[-1])


def session_of(settles_after: str) -> PageSession:
    document = SimpleNamespace(
        as_of_on=AS_OF,
        settings={"journey": {"gap_days": 45}},
        currency="EUR",
        feeds={"journeys": Feed(rows=9, first_on=date(2020, 1, 1), last_on=AS_OF)},
    )
    metric = defined("rate", feeds=("journeys",), settles_after=settles_after)
    return Session(
        paths=cast(Any, None),
        release=cast(Any, SimpleNamespace(document=document)),
        live_run_id="",
        definitions={"rate": metric},
        runs=(),
        settings=cast(Any, None),
        now=cast(Any, None),
    )


def filters(period: str, as_of: date = AS_OF) -> Filters:
    return Filters(segment=None, region=None, period=period, comparison="Prior period", as_of=as_of)


def test_a_period_with_young_facts_is_not_compared() -> None:
    young, whole = session_of("journey.gap_days"), session_of("")
    assert young.settled_until("rate") == date(2026, 5, 16)
    assert young.before("rate", filters("Last 12 months")) is None
    assert isinstance(whole.before("rate", filters("Last 12 months")), AnswerRow)
    # The days shown end early enough: all that could follow has.
    assert isinstance(young.before("rate", filters("Last 3 months", date(2026, 4, 30))), AnswerRow)


def test_young_months_are_left_out_of_a_course(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(initiatives, "marks", lambda *_, **__: [])
    year = Window(date(2025, 7, 1), AS_OF)
    months = {}
    for settles_after in ("journey.gap_days", ""):
        shown = course(session_of(settles_after), "rate", {}, year)
        assert shown is not None
        months[settles_after] = [point["period"].month for point in shown.points]
    assert months == {"journey.gap_days": [1, 2, 3, 4], "": [1, 2, 3, 4, 5, 6]}


def test_the_card_says_why_no_change_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(initiatives, "marks", lambda *_, **__: [])
    monkeypatch.setattr("streamlit.metric", lambda _, value, moved, **__: said.append(f"{value} {moved}"))
    monkeypatch.setattr("streamlit.caption", lambda text, **_: said.append(text))
    cards.kpi(session_of("journey.gap_days"), filters("Last 12 months"), "rate")
    assert said == ["40% None", r"No change is shown\: what began after 16 May 2026 may still go on."]


def test_what_counts_conversions_says_how_long_they_take(repository: Path) -> None:
    settles = {}
    for file in ("journeys/fct_journeys.yml", "deals/fct_leads.yml"):
        (mart,) = yaml.safe_load((repository / "dbt_project" / "models" / "marts" / file).read_text())["models"]
        settles |= {one["name"]: one["config"]["meta"].get("settles_after") for one in mart["metrics"]}
    assert settles["journey_conversion_rate"] == settles["journey_days_to_purchase"] == "journey.gap_days"
    assert settles["journey_first_conversion_rate"] == "journey.gap_days"
    assert settles["lead_conversion_rate"] == "journey.conversion_days"
    assert {name for name in settles.values() if name} <= set(setting_keys())

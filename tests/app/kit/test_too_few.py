"""Shares and means on few are neither shown, compared nor drawn; counts and sums are."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.brief.answers import _extreme
from app.kit import cards, initiatives
from app.kit.findings import TOTAL_AMOUNTS, is_too_few
from app.kit.page_session import PageSession
from app.kit.periods import Window, add_months
from app.kit.selection import Filters
from app.kit.sparklines import course
from serving import AnswerRow
from tests.app.definitions import defined
from tests.app.rows import row

AS_OF = date(2026, 6, 30)
YEAR = Window(date(2025, 7, 1), AS_OF)
FILTERS = Filters(segment=None, region=None, period="Last 12 months", comparison="Prior period", as_of=AS_OF)
ESTIMATES = [
    {"metric_class": "ratio"}, {"metric_class": "composed", "unit": "score"},
    {"metric_class": "quantile", "unit": "days"}, {"metric_class": "fixed_grain", "unit": "share"},
    {"metric_class": "fixed_grain", "unit": "currency"},
]  # fmt: skip
TOTALS = [
    {"metric_class": "additive", "unit": "count"}, {"metric_class": "additive", "unit": "currency"},
    {"metric_class": "fixed_grain", "unit": "count"},
]  # fmt: skip


def by_month(sizes: list[int]) -> list[AnswerRow]:
    return [row(0.4 + at / 100, n=n, period=add_months(date(2026, 1, 1), at), half=0.1) for at, n in enumerate(sizes)]


def session_of(definition: Any, rows: list[AnswerRow], *, before: AnswerRow | None = None) -> PageSession:
    """A session that gives `rows` by month, the last of them as the number of the period."""
    return cast(
        PageSession,
        SimpleNamespace(
            definitions={definition.name: definition},
            is_undated=lambda _: False,
            ask=lambda *_, **__: SimpleNamespace(rows=rows),
            one=lambda *_, **__: rows[-1],
            before=lambda *_, **__: before,
            not_compared=lambda *_, **__: "",
            settled_until=lambda _: AS_OF,
            may_still_change=lambda *_: False,
            currency="EUR",
        ),
    )


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a card writes, in turn."""
    said: list[str] = []

    def metric(_: str, value: str, moved: str | None = None, **__: object) -> None:
        said.extend([value, *([moved] if moved else [])])

    monkeypatch.setattr("streamlit.metric", metric)
    monkeypatch.setattr("streamlit.caption", lambda text, **_: said.append(text))
    monkeypatch.setattr(initiatives, "marks", lambda *_, **__: [])
    monkeypatch.setattr("app.kit.sparklines.draw", lambda *_, **__: said.append("a line"))
    return said


@pytest.mark.parametrize("kind", ESTIMATES)
def test_an_estimate_on_few_is_not_shown_on_a_card(drawn: list[str], kind: dict[str, str]) -> None:
    definition = defined(**kind)
    rows = [*by_month([400] * 5), row(0.82, half=0.2, n=11, period=date(2026, 6, 1))]
    cards.kpi(session_of(definition, rows, before=row(0.74, half=0.02)), FILTERS, "m")
    assert drawn == ["Too few to say", "n = 11, and 30 are needed."]


@pytest.mark.parametrize("kind", TOTALS)
def test_a_total_of_few_is_shown_on_a_card(drawn: list[str], kind: dict[str, str]) -> None:
    definition = defined(**kind)
    rows = [row(at, n=at, period=add_months(date(2026, 1, 1), at)) for at in range(1, 6)]
    cards.kpi(session_of(definition, rows, before=row(10, n=10)), FILTERS, "m")
    assert drawn[1:] == ["-50%", "a line"]


def test_no_change_is_stated_from_or_to_an_estimate_on_few(drawn: list[str]) -> None:
    few, many = row(0.5, half=0.05, n=29), row(0.8, half=0.05, n=400)
    assert cards.delta(defined(), few, many) == cards.delta(defined(), many, few) == (None, "off")
    assert cards.delta(defined(), many, row(0.5, half=0.05, n=30)) == ("+30.0 pts", "normal")
    cards.kpi(session_of(defined(), by_month([400] * 6), before=few), FILTERS, "m")
    assert drawn == ["45%", "a line"]


def test_a_month_on_few_is_no_point_of_a_course(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(initiatives, "marks", lambda *_, **__: [])
    rows = by_month([400, 29, 30, 31, 11])
    shown = course(session_of(defined(), rows), "m", {}, YEAR)
    assert shown is not None
    assert [point["period"].month for point in shown.points] == [1, 3, 4]
    assert course(session_of(defined(), rows[1:4]), "m", {}, YEAR) is None
    counted = course(session_of(defined(metric_class="additive", unit="count"), rows), "m", {}, YEAR)
    assert counted is not None
    assert len(counted.points) == 5


def test_what_has_no_n_is_not_called_too_few() -> None:
    assert not is_too_few(AnswerRow(metric="m", value=0.4), defined())


def test_a_leading_number_is_not_picked_from_few() -> None:
    rows = [row(0.2, n=5, stage="discovery"), row(0.6, n=900, stage="use"), row(0.5, n=300, stage="awareness")]
    assert _extreme(rows, "stage", None, lowest=True) == "awareness"


def test_stored_amounts_are_totals_only_where_they_are_named() -> None:
    few = row(115.0, n=17)
    stored = {"metric_class": "fixed_grain", "unit": "currency"}
    assert is_too_few(few, defined("predicted_value_mean", **stored))
    assert not any(is_too_few(few, defined(name, **stored)) for name in TOTAL_AMOUNTS)

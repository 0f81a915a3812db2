"""The course of a card's number. In: a session and a metric. Out: its last months as a line, with initiatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import streamlit as st

from app.kit import charts, initiatives
from app.kit.findings import is_too_few
from app.kit.formatting import number, span, unit_of
from app.kit.page_session import PageSession
from app.kit.periods import Window, add_months

MONTHS = 12
FEWEST = 3  # months that make a course


@dataclass(frozen=True)
class Course:
    """A number by month.

    Attributes:
        points: `period` (first day), `value` and `text` (the value as it is read), oldest first.
        changed: the initiatives that began within these months, as `initiatives.marks` gives them.
    """

    points: Sequence[Mapping[str, Any]]
    changed: Sequence[Mapping[str, Any]]

    @property
    def note(self) -> str:
        """What was changed, in words; empty where nothing was."""
        return initiatives.note(self.changed, numbered=False)

    @property
    def description(self) -> str:
        """The course in words, for those who cannot see it."""
        first, last = self.points[0], self.points[-1]
        said = f"{span(first['period'], last['period'])}, by month: from {first['text']} to {last['text']}."
        return f"{said} {self.note}".strip()


def course(session: PageSession, metric: str, where: Mapping[str, Sequence[str]], window: Window) -> Course | None:
    """The last months of `metric` within `window`; None where it has no months, or too few.

    A month is left out in which a share or mean stands on too few, or whose facts may still change.
    """
    definition = session.definitions[metric]
    if "month" not in definition.grains or session.is_undated(metric):
        return None
    unit = unit_of(metric, definition.unit)
    settled = session.settled_until(metric)
    points = [
        {"period": row.period, "value": row.value, "text": number(row.value, unit, currency=session.currency)}
        for row in session.ask(metric, where=where, grain="month", window=window).rows
        if row.status == "ok" and row.value is not None and row.period is not None and not is_too_few(row, definition)
        if add_months(row.period, 1) - timedelta(days=1) <= settled or not definition.settles_after
    ][-MONTHS:]
    if len(points) < FEWEST:
        return None
    return Course(points, initiatives.marks(session, metric, _covered(points), where=where))


def draw(shown: Course, *, label: str, tone: str) -> None:
    """The line, with the text that stands for it."""
    drawn = charts.sparkline(shown.points, tone=tone, marks=shown.changed)
    st.vega_lite_chart(spec=drawn, alt=f"{label}, {shown.description}", width="stretch")


def _covered(points: Sequence[Mapping[str, Any]]) -> Window:
    """The days of the months shown, first to last."""
    return Window(points[0]["period"], add_months(points[-1]["period"], 1) - timedelta(days=1))

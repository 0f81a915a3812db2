"""Bars of an answer. In: a row that holds a number. Out: the record that `charts.ranked` draws of it."""

from __future__ import annotations

from app.kit.formatting import number
from app.kit.sentences import interval_note
from serving import AnswerRow


def bar(row: AnswerRow, label: str, unit: str, *, currency: str = "", stands_out: bool = False) -> dict[str, object]:
    """A number with its interval and what it is based on.

    Args:
        label: the bar's name.
        unit: of the number, as `formatting.number` knows it.
        currency: the release's reporting currency, for amounts of money.
        stands_out: whether the chart points at it.
    """
    return {
        "label": label,
        "value": row.value,
        "low": row.low,
        "high": row.high,
        "text": number(row.value or 0.0, unit, currency=currency),
        "stands_out": stands_out,
        "note": interval_note(row, unit, currency=currency),
    }

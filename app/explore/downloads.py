"""What can be taken away of a result. In: a `Result`. Out: its rows as CSV and Parquet; both equal the screen.

Every row carries the period, the filters, the unit and the release, so that a file says what it holds wherever it goes,
and every program can read it: a heading above the table would be in the way of most.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pandas as pd

from app.kit.tables import csv_text

if TYPE_CHECKING:
    from app.explore.results import Result
    from serving import Answer

NUMBERS = ("value", "low", "high", "n")


def frame_of(result: Result) -> pd.DataFrame:
    """The rows of the period and, with their own days, those of the period compared with."""
    shown = [_frame(result, result.answer)]
    if result.earlier is not None:
        shown.append(_frame(result, result.earlier))
    return pd.concat(shown, ignore_index=True)


def csv_of_result(result: Result) -> str:
    """As a CSV file in which no cell is a formula."""
    return csv_text(frame_of(result))


def parquet_of_result(result: Result) -> bytes:
    """As a Parquet file: numbers are numbers, days are days."""
    file = io.BytesIO()
    frame_of(result).to_parquet(file, index=False)
    return file.getvalue()


def name_of(result: Result) -> str:
    """A file's name without its ending: the metric and the release."""
    return f"{result.choice.metric}_{result.answer.run_id}"


def _frame(result: Result, answer: Answer) -> pd.DataFrame:
    question = answer.question
    rows = answer.frame()
    for column in NUMBERS:
        rows[column] = pd.to_numeric(rows[column]).astype("float64" if column != "n" else "Int64")
    if "period" in rows:
        rows["period"] = rows["period"].dt.date
    filters = "; ".join(f"{word}={value or ''}" for word, values in question.filters for value in values)
    unit = result.currency if result.definition.unit == "currency" else result.definition.unit
    return rows.assign(
        unit=unit,
        grain=question.grain or "",
        since=question.since,
        until=question.until,
        filters=filters,
        release=answer.run_id,
    )

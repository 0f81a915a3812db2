"""What can be taken away of a result. In: a `Result`. Out: its rows as CSV and Parquet; both equal the screen."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from app.kit.downloads import csv_of, frame_of, units_of

if TYPE_CHECKING:
    from app.explore.results import Result
    from serving import Answer


def csv_of_result(result: Result) -> str:
    """As a CSV file in which no cell is a formula."""
    return csv_of(_answers(result), _units(result))


def parquet_of_result(result: Result) -> bytes:
    """As a Parquet file: numbers are numbers, days are days."""
    file = io.BytesIO()
    frame_of(_answers(result), _units(result)).to_parquet(file, index=False)
    return file.getvalue()


def name_of(result: Result) -> str:
    """A file's name without its ending: the metric and the release."""
    return f"{result.choice.metric}_{result.answer.run_id}"


def _answers(result: Result) -> list[Answer]:
    """The rows of the period and, with their own days, those of the period compared with."""
    return [result.answer, *([result.earlier] if result.earlier is not None else [])]


def _units(result: Result) -> dict[str, str]:
    return units_of({result.definition.name: result.definition}, result.currency)

"""Downloads. In: governed answers, or any data. Out: the rows that a file holds, and the button that gives it away.

Every row carries the period, the filters, the unit and the release, so that a file says what it holds wherever it goes,
and every program can read it: a heading above the table would be in the way of most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd
import streamlit as st

from app.kit.tables import csv_text

if TYPE_CHECKING:
    from serving import Answer, MetricDefinition

NUMBERS: Final = ("value", "low", "high", "n")
# Ending of a file -> what it is called in a download.
TYPES: Final = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".html": "text/html",
}


def download(
    label: str,
    data: Callable[[], str | bytes],
    *,
    name: str,
    key: str,
    icon: str = "download",
    width: Literal["content", "stretch"] = "content",
) -> None:
    """A button that makes its file only when it is asked for, and leaves the page as it is.

    Args:
        name: of the file; its ending says what it is.
        icon: the name of a Material symbol.
    """
    st.download_button(
        label,
        data=data,
        file_name=name,
        mime=TYPES[PurePath(name).suffix],
        icon=f":material/{icon}:",
        key=key,
        on_click="ignore",
        width=width,
    )


def units_of(definitions: Mapping[str, MetricDefinition], currency: str) -> dict[str, str]:
    """Metric -> its unit as a file says it: a currency by its code."""
    return {
        name: currency if definition.unit == "currency" else definition.unit for name, definition in definitions.items()
    }


def frame_of(answers: Iterable[Answer], units: Mapping[str, str]) -> pd.DataFrame:
    """The rows of answers as they are on the screen, with what says where they belong.

    Args:
        units: metric -> unit, as `units_of` says it.
    """
    frames = [_frame(answer, units) for answer in answers]
    if not frames:
        return pd.DataFrame()
    last = frames[0].columns[list(frames[0].columns).index("value") :]
    first = dict.fromkeys(column for frame in frames for column in frame.columns if column not in last)
    return pd.concat(frames, ignore_index=True)[[*first, *last]]


def csv_of(answers: Iterable[Answer], units: Mapping[str, str]) -> str:
    """The same as a CSV file in which no cell is a formula."""
    return csv_text(frame_of(answers, units))


def _frame(answer: Answer, units: Mapping[str, str]) -> pd.DataFrame:
    question = answer.question
    rows = answer.frame()
    for column in NUMBERS:
        rows[column] = pd.to_numeric(rows[column]).astype("float64" if column != "n" else "Int64")
    if "period" in rows:
        rows["period"] = rows["period"].dt.date
    return rows.assign(
        unit=[units[metric] for metric in rows["metric"]],
        grain=question.grain or "",
        since=question.since,
        until=question.until,
        filters="; ".join(f"{word}={value or ''}" for word, values in question.filters for value in values),
        release=answer.run_id,
    )

"""Answers as a table. In: rows of several metrics over one dimension. Out: a frame of numbers and one of texts.

The numbers sort and download; the texts are what is read. A cell without a number says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from app.kit.formatting import labels, listing, number, unavailable, unit_of, words
from workspace import spreadsheets

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

    from serving import Answer, AnswerRow, MetricDefinition

UNKNOWN = "not known"  # a missing value; a value of that name is shown in quotation marks


@dataclass(frozen=True)
class Table:
    """`numbers` and `texts` have the same columns and rows; the first column is the dimension."""

    numbers: pd.DataFrame
    texts: pd.DataFrame

    @property
    def hides(self) -> bool:
        """Whether a cell is hidden to protect people."""
        return bool((self.texts == unavailable("suppressed")).any(axis=None))

    @property
    def longest_name(self) -> int:
        """How many letters the longest name of a row has."""
        return max((len(str(name)) for name in self.texts.iloc[:, 0]), default=0)

    @property
    def numeric(self) -> list[str]:
        """Columns of numbers, also where some or all of them are not shown."""
        return [column for column in self.numbers.columns[1:] if not _holds_text(self.numbers[column])]

    @property
    def without_number(self) -> str:
        """What stands in a cell without a number: why there is none, or the reasons where cells have several.

        A table has one text for all of them: a text of its own would make its column one of texts, which sorts so.
        """
        reasons = [
            text
            for column in self.numeric
            for value, text in zip(self.numbers[column], self.texts[column], strict=True)
            if pd.isna(value)
        ]
        return listing(sorted(set(reasons)), joint="or")

    def styled(self) -> Styler:
        """The table as it is read; columns keep their numbers underneath, so that they sort as numbers."""
        shown = self.numbers.copy()
        for column in self.numeric:
            if shown[column].isna().any():
                shown[column] = shown[column].astype(float)
        styler = shown.style
        for column in shown.columns[1:]:
            cells = list(zip(shown[column], self.texts[column], strict=True))
            texts = {value: text for value, text in cells if not pd.isna(value)}
            if all(pd.isna(value) or texts[value] == text for value, text in cells):
                # A format for each cell takes pandas milliseconds, so that a long table would take seconds.
                styler = styler.format(_text_in(texts), subset=[column], na_rep=self.without_number)
                continue
            for position, (_, text) in enumerate(cells):
                styler = styler.format(_always(text), subset=pd.IndexSlice[[position], [column]])
        return styler


def pivot(
    answers: Iterable[Answer],
    dimension: str,
    definitions: Mapping[str, MetricDefinition],
    *,
    heading: str,
    currency: str,
    order: Sequence[str] = (),
    spoken: Mapping[str, str] | None = None,
) -> Table:
    """One row a value of `dimension`, one column a metric, in the order in which the metrics were asked.

    Args:
        order: values that come first.
        spoken: value -> what its row is called, for all values or some; in words where it has none.
    """
    cells: dict[str | None, dict[str, AnswerRow]] = {}
    metrics: list[str] = []
    for answer in answers:
        for row in answer.rows:
            if dimension not in row.dimensions:
                continue
            if row.metric not in metrics:
                metrics.append(row.metric)
            cells.setdefault(row.dimensions[dimension], {})[row.metric] = row
    names = sorted(
        cells, key=lambda name: (order.index(name) if name in order else len(order), name is None, name or "")
    )
    spoken = labels(name for name in names if name is not None) | dict(spoken or {})
    numbers: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    for name in names:
        shown, text_row = {heading: _row_name(name, spoken)}, {heading: _row_name(name, spoken)}
        for metric in metrics:
            label = definitions[metric].label
            found = cells[name].get(metric)
            shown[label] = None if found is None or found.value is None else found.value  # type: ignore[assignment]
            text_row[label] = cell(found, unit_of(metric, definitions[metric].unit), currency=currency)
        numbers.append(shown)
        texts.append(text_row)
    columns = [heading, *(definitions[metric].label for metric in metrics)]
    return Table(pd.DataFrame(numbers, columns=columns), pd.DataFrame(texts, columns=columns))


def cross(
    answer: Answer,
    rows: str,
    columns: Sequence[str],
    across: str,
    *,
    definition: MetricDefinition,
    heading: str,
    currency: str,
) -> Table:
    """One metric by two dimensions: one row a value of `rows`, one column for each of `columns`, values of `across`."""
    cells = {(row.dimensions.get(rows), row.dimensions.get(across)): row for row in answer.rows}
    names = sorted({name for name, _ in cells}, key=lambda name: (name is None, name or ""))
    spoken = labels(name for name in names if name is not None)
    unit = unit_of(definition.name, definition.unit)
    numbers, texts = [], []
    for name in names:
        found = [cells.get((name, column)) for column in columns]
        numbers.append([_row_name(name, spoken), *(None if row is None else row.value for row in found)])
        texts.append([_row_name(name, spoken), *(cell(row, unit, currency=currency) for row in found)])
    headings = [heading, *(words(column) for column in columns)]
    return Table(pd.DataFrame(numbers, columns=headings), pd.DataFrame(texts, columns=headings))


def cell(row: AnswerRow | None, unit: str, *, currency: str) -> str:
    """One cell's text: the number, or why there is none."""
    if row is None:
        return unavailable("no_data")
    if row.status != "ok" or row.value is None:
        return unavailable(row.status if row.status != "ok" else "no_data")
    return number(row.value, unit, currency=currency, exact=True)


def _row_name(value: str | None, spoken: Mapping[str, str]) -> str:
    if value is None:
        return UNKNOWN
    return f"“{value}”" if value.strip().casefold() == UNKNOWN else spoken[value]


def _holds_text(column: pd.Series[Any]) -> bool:
    return any(isinstance(value, str) for value in column)


def _text_in(texts: Mapping[Any, str]) -> Callable[[object], str]:
    return lambda value: texts[value]


def _always(text: str) -> Callable[[object], str]:
    return lambda _: text


def csv_text(data: pd.DataFrame) -> str:
    """A table as the text of a CSV file, in which no cell and no heading is a formula."""
    return data.map(spreadsheets.cell).rename(columns=spreadsheets.cell).to_csv(index=False)

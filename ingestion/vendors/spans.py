"""Two header rows in, questions and the names of their columns out.

Surveys export a question over the first of its columns only, and beneath it the choices, or the rows of a matrix.
A choice that was ticked is written out in its cell; a cell of a matrix holds something else than its row.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb

from ingestion.readers.delimited import Head, cell, distinct_names


@dataclass(frozen=True)
class Span:
    """A question and its columns.

    Attributes:
        question: as the first row has it.
        first: position of its first column, from 1.
        labels: what the second row has, a column each.
    """

    question: str
    first: int
    labels: tuple[str, ...]

    @property
    def positions(self) -> range:
        return range(self.first, self.first + len(self.labels))


def spans_of(head: Head) -> list[Span]:
    """Questions of a header of two rows, from left to right."""
    spans: list[Span] = []
    for position, (question, label) in enumerate(zip(*head.rows, strict=True), start=1):
        if question or not spans:
            spans.append(Span(question, position, (label,)))
        else:
            spans[-1] = Span(spans[-1].question, spans[-1].first, (*spans[-1].labels, label))
    return spans


def column_names(spans: Sequence[Span], beneath: Collection[str]) -> tuple[str, ...]:
    """One distinct name a column: the question, and what stands beneath it.

    Args:
        beneath: what the second row has where an answer has no name of its own.
    """
    return distinct_names([_name(span.question, label, beneath) for span in spans for label in span.labels])


def _name(question: str, label: str, beneath: Collection[str]) -> str:
    return question if label in beneath else " - ".join(filter(None, (question, label)))


def choices_of(
    connection: duckdb.DuckDBPyConnection, spans: Sequence[Span], names: Sequence[str], beneath: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Questions with a column a choice, by the cells of `staged` -> the names of their columns.

    One ticked choice shows that all columns of the question are choices, and what is written beside them belongs to
    the same answer.
    """
    asked = [
        (span, position, label)
        for span in spans
        for position, label in zip(span.positions, span.labels, strict=True)
        if label and label not in beneath
    ]
    if not asked:
        return {}
    ticked = ", ".join(
        f"coalesce(bool_or(trim({cell(position)}) = $label_{nth}), false)" for nth, (_, position, _) in enumerate(asked)
    )
    labels = {f"label_{nth}": label for nth, (_, _, label) in enumerate(asked)}
    # Names of cells are the engine's own.
    found = connection.execute(f"select {ticked} from staged where disposition = 'loaded'", labels).fetchall()[0]  # noqa: S608
    of_choices = {span.first: span for (span, *_), is_ticked in zip(asked, found, strict=True) if is_ticked}
    questions = list(names)
    for span in of_choices.values():
        questions[span.first - 1] = span.question
    distinct = distinct_names(questions)
    return {
        distinct[span.first - 1]: tuple(names[position - 1] for position in span.positions)
        for span in of_choices.values()
    }

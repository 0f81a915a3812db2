"""The only way to a number: a release and a question in, governed rows out, each with its status.

The app, `cx query` and exports all call `ask`. A row has a value only where its status is `ok`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from serving.errors import UserError
from serving.evaluate import AnswerRow, evaluate
from serving.plan import Verdict, check_words, plan
from serving.question import Question
from serving.release import LiveRelease

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class Answer:
    """Every row of a question's answer, in the order of its metrics, then period, then dimensions.

    Attributes:
        sql: the SQL that the numbers came from.
        run_id: the release that answered.
    """

    question: Question
    rows: tuple[AnswerRow, ...]
    sql: tuple[str, ...]
    run_id: str

    def records(self) -> list[dict[str, Any]]:
        """One flat record per row: what JSON and CSV print. Every record has the same keys."""
        return [
            {
                "metric": row.metric,
                **{word: row.dimensions.get(word) for word in self.question.by},
                **({"period": row.period.isoformat() if row.period else None} if self.question.grain else {}),
                "value": row.value,
                "low": row.low,
                "high": row.high,
                "n": row.n,
                "status": row.status,
                "reason": row.reason,
            }
            for row in self.rows
        ]

    def frame(self) -> DataFrame:
        """The records as a table; periods are dates."""
        import pandas

        columns = ["metric", *self.question.by, *(["period"] if self.question.grain else [])]
        columns += ["value", "low", "high", "n", "status", "reason"]
        frame = pandas.DataFrame(self.records(), columns=columns)
        if self.question.grain:
            frame["period"] = pandas.to_datetime(frame["period"])
        return frame

    def of(self, metric: str) -> tuple[AnswerRow, ...]:
        """The rows of one metric."""
        return tuple(row for row in self.rows if row.metric == metric)

    def one(self, metric: str) -> AnswerRow:
        """The only row of a metric, for questions without grouping and grain."""
        rows = self.of(metric)
        if len(rows) != 1:
            raise UserError(f"The answer has {len(rows)} rows for '{metric}', not one.", "Ask without by and grain.")
        return rows[0]


def ask(release: LiveRelease, question: Question) -> Answer:
    """Answer a question from a release; equal questions are answered once.

    Raises:
        UserError: the question names a metric, dimension, value or grain that the release does not have.
    """
    with release.readers.asking():
        return _once(release, question)


def warm(release: LiveRelease, questions: Iterable[Question]) -> None:
    """Answer questions ahead of their readers, one at a time, and only while no reader asks."""
    for question in questions:
        release.readers.wait_until_quiet()
        _once(release, question)


def _once(release: LiveRelease, question: Question) -> Answer:
    return release.answers.get(question, lambda: _answer(release, question))


def _answer(release: LiveRelease, question: Question) -> Answer:
    check_words(release, question)
    rows: list[AnswerRow] = []
    sql: list[str] = []
    for name in question.metrics:
        planned = plan(release, question, name)
        if isinstance(planned, Verdict):
            rows.append(AnswerRow(metric=name, status=planned.status, reason=planned.reason))
            continue
        found, statements = evaluate(release, planned)
        rows += found
        sql += statements
    return Answer(question=question, rows=tuple(rows), sql=tuple(dict.fromkeys(sql)), run_id=release.run_id)

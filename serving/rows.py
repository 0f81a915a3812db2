"""What an answer is made of: rows, each with its status. They do not know how they were computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from serving.errors import UserError
from serving.question import Question

if TYPE_CHECKING:
    from pandas import DataFrame

Status = Literal["ok", "no_data", "suppressed", "withheld", "not_sliceable", "refused"]
Number = int | float


@dataclass(frozen=True)
class AnswerRow:
    """One cell of an answer.

    Attributes:
        dimensions: asked word -> value; a missing value is None. Empty where the status is of the whole metric.
        period: first day of the row's period.
        low, high: 95% interval, where the metric has one.
        n: how many people or answers the value is based on.
        status: only `ok` rows have a value; `reason` says why the others have none, or how to read the value.
        is_comparable: whether the row may be set beside the others of its answer; if not, `reason` says why.
    """

    metric: str
    dimensions: Mapping[str, str | None] = field(default_factory=dict)
    period: date | None = None
    value: Number | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    status: Status = "ok"
    reason: str | None = None
    is_comparable: bool = True


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


def text_of(value: Any) -> str | None:
    """A dimension's value as readers see and name it; None is a missing one."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)

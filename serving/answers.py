"""The only way to a number: a release and a question in, governed rows out, each with its status.

The app, `cx query` and exports all call `ask`. A row has a value only where its status is `ok`.
"""

from __future__ import annotations

from collections.abc import Iterable

from serving.evaluation.evaluate import evaluate
from serving.planning.plan import Verdict
from serving.planning.planner import plans
from serving.question import Question
from serving.releases.release import LiveRelease
from serving.rows import Answer, AnswerRow


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
    rows: list[AnswerRow] = []
    sql: list[str] = []
    for name, planned in plans(release, question):
        if isinstance(planned, Verdict):
            rows.append(AnswerRow(metric=name, status=planned.status, reason=planned.reason))
            continue
        found, statements = evaluate(release, planned)
        rows += found
        sql += statements
    return Answer(question=question, rows=tuple(rows), sql=tuple(dict.fromkeys(sql)), run_id=release.run_id)

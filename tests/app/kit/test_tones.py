"""What stands beside a number of tone: how often the classifier is right, or why it is silent."""

from __future__ import annotations

from app.before.sentences import coverage, tone
from app.kit.tones import sentence
from serving import Answer, AnswerRow, Question
from tests.app.rows import row


def answers(accuracy: list[AnswerRow], rated: list[AnswerRow]) -> tuple[Answer, ...]:
    return tuple(
        Answer(question=Question(metrics=("m",)), rows=tuple(rows), sql=(), run_id="r") for rows in (accuracy, rated)
    )


def of(value: float | None, language: str, kind: str, reason: str | None = None, n: int = 400) -> AnswerRow:
    return row(value, n=n, text_language=language, text_told_in=kind, silent_reason=reason)


def test_accuracy_is_stated_by_language_and_silence_too() -> None:
    known = answers(
        [of(0.8, "en", "mention", n=500), of(0.7, "en", "survey", n=300), of(0.55, "de", "survey", "too few")],
        [of(500, "en", "mention", n=500), of(300, "en", "survey", n=300), of(20, "de", "survey", "too few", n=20)],
    )
    assert sentence(known, "mentions") == (
        "Where nobody rated mentions, a classifier hears their tone in English. It is right about 80% of 500 ratings "
        "that it had not seen, and shares are corrected for its errors. In German it is not known."
    )


def test_where_nothing_speaks_the_reason_is_stated() -> None:
    few = "only 12 different texts are rated negative, 30 are needed"
    known = answers([of(None, "en", "mention", few, n=0)], [of(40, "en", "mention", few, n=40)])
    assert sentence(known, "mentions") == (
        "The tone of mentions that nobody rated is not known. English: only 12 different texts are rated negative, 30 "
        "are needed."
    )
    assert sentence(answers([], []), "mentions") == "The tone of mentions that nobody rated is not known."


def test_a_share_that_a_classifier_heard_has_its_interval_in_the_title() -> None:
    negative = row(0.81, half=0.03)
    assert str(tone(negative, row(0.3))) == "About 81% of mentions are negative (78% to 84%)"
    assert str(tone(negative, row(0.0))) == "81% of mentions with a known tone are negative"
    assert str(tone(row(None), row(None))) == "Public mentions by tone"
    assert coverage(row(0.42)) == "the tone is known of 42% of them"

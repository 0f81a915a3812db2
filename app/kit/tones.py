"""How the tone of texts is known. In: a session. Out: a plain sentence to stand beside every number of tone."""

from __future__ import annotations

from typing import Final, Literal

from app.kit.formatting import count_of, ended, listing, percent
from app.kit.page_session import PageSession
from serving import Answer, AnswerRow

METRICS: Final = ("sentiment_accuracy", "majority_accuracy", "lexicon_accuracy", "rated_texts")
LANGUAGE, SILENT = "text_language", "silent_reason"
LANGUAGES: Final = {
    "de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "nl": "Dutch", "pl": "Polish",
    "pt": "Portuguese",
}  # fmt: skip


def answers(session: PageSession, told_in: Literal["mention", "survey"] | None) -> tuple[Answer, ...]:
    """How well the tone of unrated texts is heard, by language, and how many texts are rated.

    Args:
        told_in: of public mentions or comments of surveys; None: of both.
    """
    where = {"text_told_in": (told_in,)} if told_in else None
    return tuple(session.ask(metric, by=(LANGUAGE, SILENT), where=where) for metric in (METRICS[0], METRICS[3]))


def sentence(known: tuple[Answer, ...], what: str) -> str:
    """How far to trust the tone of texts that nobody rated.

    Args:
        known: what `answers` found.
        what: the texts in words, such as `mentions`.
    """
    accuracy, rated = known
    spoken = [row for row in _by_language(accuracy) if row.value is not None and not row.dimensions.get(SILENT)]
    if spoken:
        said = listing([f"{percent(row.value or 0.0)} of {_rated(row)}" for row in spoken])
        return (
            f"Where nobody rated {what}, a classifier hears their tone. It is right about {said} that it had not seen; "
            "shares are corrected for its errors."
        )
    silent = [row for row in _by_language(rated) if row.dimensions.get(SILENT)]
    if not silent:
        return f"The tone of {what} that nobody rated is not known."
    first = silent[0]
    return f"The tone of {what} that nobody rated is not known. {ended(f'{_name(first)}: {first.dimensions[SILENT]}')}"


def _by_language(answer: Answer) -> list[AnswerRow]:
    """One row a language, the one of which most is known first."""
    rows = [row for row in answer.rows if row.dimensions.get(LANGUAGE)]
    return sorted(rows, key=lambda row: (-(row.n or row.value or 0.0), str(row.dimensions[LANGUAGE])))


def _rated(row: AnswerRow) -> str:
    return count_of(row.n or 0, f"rated {_name(row)} text")


def _name(row: AnswerRow) -> str:
    code = str(row.dimensions[LANGUAGE])
    return LANGUAGES.get(code, code)

"""How the tone of texts is known. In: a session. Out: a plain sentence to stand beside every number of tone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from app.kit.formatting import count_of, ended, listing, percent
from app.kit.page_session import PageSession
from serving import Answer, AnswerRow

METRICS: Final = ("sentiment_accuracy", "majority_accuracy", "lexicon_accuracy", "rated_texts")
LANGUAGE, KIND, SILENT = "text_language", "text_told_in", "silent_reason"
LANGUAGES: Final = {
    "de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "nl": "Dutch", "pl": "Polish",
    "pt": "Portuguese",
}  # fmt: skip


def answers(session: PageSession, kind: Literal["mention", "survey"] | None) -> tuple[Answer, ...]:
    """How well the tone of unrated texts is heard, by language, and how many texts are rated.

    Args:
        kind: of public mentions or comments of surveys; None: of both.
    """
    where = {KIND: (kind,)} if kind else None
    return tuple(session.ask(metric, by=(LANGUAGE, KIND, SILENT), where=where) for metric in (METRICS[0], METRICS[3]))


def sentence(known: tuple[Answer, ...], what: str) -> str:
    """How far to trust the tone of texts that nobody rated.

    Args:
        known: what `answers` found.
        what: the texts in words, such as `mentions`.
    """
    accuracy, rated = known
    speaking = _by_language(row for row in accuracy.rows if row.value is not None and not row.dimensions.get(SILENT))
    silent = _by_language(row for row in rated.rows if row.dimensions.get(SILENT))
    unheard = [row for row in silent if row.dimensions[LANGUAGE] not in {one.dimensions[LANGUAGE] for one in speaking}]
    if speaking:
        right = listing([f"{percent(row.value or 0.0)} of {count_of(row.n or 0, 'rating')}" for row in speaking])
        others = f" In {listing([_name(row) for row in unheard])} it is not known." if unheard else ""
        languages = listing([_name(row) for row in speaking])
        return (
            f"Where nobody rated {what}, a classifier hears their tone in {languages}. It is right about {right} "
            f"that it had not seen, and shares are corrected for its errors.{others}"
        )
    why = f" {ended(f'{_name(unheard[0])}: {unheard[0].dimensions[SILENT]}')}" if unheard else ""
    return f"The tone of {what} that nobody rated is not known.{why}"


def _by_language(rows: Iterable[AnswerRow]) -> list[AnswerRow]:
    """One row a language, of the kind of text of which most is known; the language of which most is known first."""
    of_language: dict[str, AnswerRow] = {}
    for row in rows:
        name = str(row.dimensions[LANGUAGE])
        if name not in of_language or _known(row) > _known(of_language[name]):
            of_language[name] = row
    return sorted(of_language.values(), key=lambda row: (-_known(row), str(row.dimensions[LANGUAGE])))


def _known(row: AnswerRow) -> float:
    return row.n or row.value or 0.0


def language(code: str) -> str:
    """The name of a language of texts, by its ISO code; the code where it has none here."""
    return LANGUAGES.get(code, code)


def _name(row: AnswerRow) -> str:
    return language(str(row.dimensions[LANGUAGE]))

"""A short English text in; whether it sounds positive or negative out, or None where that is not clear.

The polarity is TextBlob's pattern lexicon (de Smedt & Daelemans 2012, Pattern for Python, JMLR 13): the mean of the
polarities of known words, negations and intensifiers applied. It works without a network.
"""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Final, Literal, cast

Tone = Literal["positive", "negative"]

LANGUAGES: Final = ("de", "en", "es", "fr", "it", "nl", "pl", "pt")
# A quarter of the way to the end of the scale. Below it the lexicon found a weak word or none, which is not a neutral
# text: complaints are often stated as facts ("waited three days"), and a lexicon hears nothing in them.
LEAST_POLARITY: Final = 0.25


def language_of(text: str) -> str:
    """The language that a text is most likely written in, among those listed above."""
    return str(_identifier().classify(text)[0])


def polarity(text: str) -> float:
    """From -1 (negative) to 1 (positive), of an English text."""
    from textblob import TextBlob

    return float(cast("float", TextBlob(text).sentiment.polarity))


def tone(text: str) -> Tone | None:
    """How an English text sounds; None where it is not English, or not clear."""
    if language_of(text) != "en":
        return None
    found = polarity(text)
    if abs(found) < LEAST_POLARITY:
        return None
    return "positive" if found > 0 else "negative"


@cache
def _identifier() -> ModuleType:
    import py3langid

    py3langid.set_languages(list(LANGUAGES))
    return cast("ModuleType", py3langid)

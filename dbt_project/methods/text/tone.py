"""A short text in; its language, and whether it sounds positive or negative to an English lexicon, out.

What is learnt from the company's own ratings has to be better than this lexicon (`sentiment.py`); by itself it says
nothing to readers. The polarity is TextBlob's pattern lexicon (de Smedt & Daelemans 2012, Pattern for Python, JMLR
13): the mean of the polarities of known words, negations and intensifiers applied. It works without a network.
"""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Final, Literal, cast

Tone = Literal["positive", "negative"]

LEXICON_LANGUAGE: Final = "en"
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


def tone(text: str, language: str) -> Tone | None:
    """How a text sounds to the lexicon; None where it is not in English, or not clear."""
    if language != LEXICON_LANGUAGE:
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

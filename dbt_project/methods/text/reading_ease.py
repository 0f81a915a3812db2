"""The text of a page in; how easily it reads out, from about 0 (a contract) to 100 (a children's book), or None.

English: Flesch (1948), A New Readability Yardstick, J. Applied Psychology 32: 206.835 - 1.015 words a sentence - 84.6
syllables a word. German: Amstad (1978): 180 - words a sentence - 58.5 syllables a word. Syllables are counted by
hyphenation patterns, which find nearly all of them; other languages have no formula here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, cast

import pyphen

# Below this a single long word moves the score by more than ten points.
LEAST_WORDS: Final = 30
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SENTENCE_END: Final = re.compile(r"(?<![.!?:;])[.!?:;]++(?=\s|$)")


@dataclass(frozen=True)
class Formula:
    """reading ease = base - sentence x (words a sentence) - word x (syllables a word)."""

    base: float
    sentence: float
    word: float
    patterns: str


FORMULAS: Final = {
    "en": Formula(base=206.835, sentence=1.015, word=84.6, patterns="en_US"),
    "de": Formula(base=180.0, sentence=1.0, word=58.5, patterns="de_DE"),
}


def words_of(text: str) -> list[str]:
    """The words of a text; numbers and signs are none."""
    return _WORD.findall(text)


def syllables(word: str, language: str) -> int:
    """Syllables of a word, at least one; the parts of a compound with hyphens count for themselves."""
    dictionary = _dictionary(FORMULAS[language].patterns)
    return sum(len(dictionary.positions(part.lower())) + 1 for part in re.split(r"['’-]", word) if part)


def reading_ease(text: str, language: str, *, least_words: int = LEAST_WORDS) -> float | None:
    """Reading ease of a text.

    Args:
        text: plain text.
        language: its language as a two-letter code.
        least_words: shorter texts have no score.

    Returns:
        The score, not cut at 0 or 100; None in a language without a formula, or for a text that is too short.
    """
    formula = FORMULAS.get(language)
    words = words_of(text)
    if formula is None or len(words) < max(least_words, 1):
        return None
    sentences = max(len(_SENTENCE_END.findall(text.strip())), 1)
    spoken = sum(syllables(word, language) for word in words)
    return formula.base - formula.sentence * len(words) / sentences - formula.word * spoken / len(words)


@cache
def _dictionary(patterns: str) -> pyphen.Pyphen:
    return cast("pyphen.Pyphen", pyphen.Pyphen(lang=patterns, left=1, right=1))

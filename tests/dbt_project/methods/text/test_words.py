"""Tone and reading ease of texts."""

from __future__ import annotations

import pytest

from dbt_project.methods.text.reading_ease import reading_ease, syllables, words_of
from dbt_project.methods.text.tone import LEAST_POLARITY, language_of, polarity, tone


def test_flesch_and_amstad_by_hand() -> None:
    # Six words of one syllable in one sentence: 206.835 - 1.015 x 6 - 84.6.
    assert reading_ease("The cat sat on the mat.", "en", least_words=1) == pytest.approx(116.145)
    # Two sentences of three words, eight syllables: 180 - 3 - 58.5 x 8 / 6.
    german = "Das Haus steht. Wir laufen morgen."
    assert [syllables(word, "de") for word in words_of(german)] == [1, 1, 1, 1, 2, 2]
    assert reading_ease(german, "de", least_words=1) == pytest.approx(180 - 3 - 58.5 * 8 / 6)


def test_long_words_and_sentences_read_harder() -> None:
    easy = "We made this for you. It is safe. You can try it now. " * 4
    hard = "Utilisation of documentation necessitates considerable organisational preparation beforehand, " * 5
    assert reading_ease(easy, "en") > 80 > reading_ease(hard, "en")


def test_short_texts_and_other_languages_have_no_score() -> None:
    assert reading_ease("Too short.", "en") is None
    assert reading_ease("Voilà une phrase. " * 20, "fr") is None
    assert reading_ease("", "en", least_words=0) is None


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("Excellent advice from friendly staff.", "positive"),
        ("Terrible service, the worst shop ever.", "negative"),
        ("Waited three days for a reply to my message.", None),  # a complaint without a word of feeling
        ("Schreckliche Lieferung, furchtbar schlechter Laden.", None),  # not English
        ("", None),
    ],
)
def test_only_clear_english_text_gets_a_sentiment(text: str, heard: str | None) -> None:
    assert tone(text, language_of(text)) == heard


def test_negations_invert_the_sentiment() -> None:
    assert polarity("The staff were good.") > LEAST_POLARITY > polarity("The staff were not good.")


def test_languages_are_detected() -> None:
    assert language_of("The parcel was delivered a week later than promised.") == "en"
    assert language_of("Das Paket wurde eine Woche zu spät geliefert.") == "de"

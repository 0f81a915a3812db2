"""What the title over topics counts, the topics that are drawn alone; and that each is of one language."""

from __future__ import annotations

from pathlib import Path

from app.surveys.comments import LANGUAGE, TOPIC, by_language, languages_of, limit_of, named, title_of
from tests.app.conftest import Open
from tests.app.rows import row

DRAWN = [row(90.0, **{TOPIC: "parcel, late"}), row(70.0, **{TOPIC: "paket, spät"}), row(40.0, **{TOPIC: "price"})]
SPOKEN = (("parcel, late", "en", 90.0), ("paket, spät", "de", 70.0), ("price", "en", 40.0), ("not drawn", "fr", 9.0))
BY_LANGUAGE = [row(count, **{TOPIC: topic, LANGUAGE: code}) for topic, code, count in SPOKEN]


def test_negative_topics_are_counted_among_those_drawn() -> None:
    drawn = [row(90.0, **{TOPIC: "delivery"}), row(40.0, **{TOPIC: "price"})]
    tones = tuple(row(0.9, half=0.05, **{TOPIC: name}) for name in ("delivery", "staff", "returns"))
    assert title_of(drawn, tones, "").text == (
        "Customers write most about “delivery” (90 of the comments in 2 topics); 1 topic of them mostly negative"
    )


def test_a_hidden_topic_may_be_the_largest() -> None:
    said = title_of([row(90.0, **{TOPIC: "delivery"})], (), " of the topics that can be shown")
    assert said.text == (
        "Customers write most, of the topics that can be shown, about “delivery” (90 of the comments in 1 topic)"
    )


def test_topics_of_several_languages_stand_by_language_and_say_so() -> None:
    languages = languages_of(BY_LANGUAGE, DRAWN)
    assert languages == {"parcel, late": "English", "paket, spät": "German", "price": "English"}
    shown = [named(str(one.dimensions[TOPIC]), languages) for one in by_language(DRAWN, languages)]
    assert shown == ["parcel, late (English)", "price (English)", "paket, spät (German)"]
    assert "the same complaint may stand once in each" in limit_of(languages)
    said = title_of(DRAWN, (), "", languages).text
    assert said == ("Customers write most about “parcel, late” (90 of the comments in 3 topics, each of one language)")


def test_a_topic_that_two_languages_name_alike_names_both() -> None:
    both = [row(30.0, **{TOPIC: "service", LANGUAGE: "de"}), row(60.0, **{TOPIC: "service", LANGUAGE: "en"})]
    drawn = [row(90.0, **{TOPIC: "service"}), *DRAWN]
    assert languages_of([*both, *BY_LANGUAGE], drawn)["service"] == "English and German"


def test_topics_of_one_language_do_not_speak_of_languages() -> None:
    english = [one for one in DRAWN if one.dimensions[TOPIC] != "paket, spät"]
    languages = languages_of(BY_LANGUAGE, english)
    assert languages == {}
    assert by_language(english, languages) == english
    assert limit_of(languages) == ""
    assert "language" not in title_of(english, (), "", languages).text


def test_the_page_says_that_a_complaint_may_stand_once_a_language(open_page: Open, demo_workspace: Path) -> None:
    """The demo's customers write English and German."""
    page = open_page(demo_workspace, "expectations")
    assert not page.exception
    captions = [str(one.value).replace("\\", "") for one in page.caption]
    notes = [one for one in captions if "Groups of words that occur" in one]
    assert len(notes) == 1
    assert "Topics are found within one language: the same complaint may stand once in each." in notes[0]
    assert "In German it is not known" in notes[0]
    assert any("each of one language" in str(one.value) for one in [*page.header, *page.subheader])

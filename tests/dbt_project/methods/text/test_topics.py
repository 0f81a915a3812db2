"""Topics are groups of words that go together; no topic name reveals what few people said."""

from __future__ import annotations

import numpy as np

from dbt_project.methods.text.topics import find_topics, nearest_label

REPLY = ("Waiting for a reply", "No reply, still waiting", "Reply came late, waiting in silence")
PARCEL = ("The parcel was damaged", "Damaged parcel again", "Courier threw the parcel, it was damaged")
PRICE = ("Price too expensive", "Expensive, the price is wrong", "Expensive price")
GERMAN = (
    ("Wieder keine Antwort, lange gewartet", "Antwort kam spät, gewartet", "Auf Antwort gewartet"),
    ("Paket beschädigt", "Das Paket war beschädigt", "Beschädigt war das Paket"),
    ("Teurer Preis", "Der Preis ist teuer", "Preis teuer"),
)


def said(*sentences: tuple[str, ...], times: int = 12) -> tuple[list[str], list[int]]:
    texts = [text for group in sentences for text in group for _ in range(times)]
    return texts, list(range(len(texts)))


def test_texts_of_one_theme_share_a_topic() -> None:
    texts, people = said(REPLY, PARCEL, PRICE)
    found = find_topics(texts, people, language="en", least_people=5)
    of_theme = found.of_text.reshape(3, -1)
    assert [len(set(row)) for row in of_theme.tolist()] == [1, 1, 1]
    names = [found.topics[at].name for at in of_theme[:, 0]]
    assert ["reply" in names[0], "parcel" in names[1], "price" in names[2]] == [True] * 3


def test_a_word_used_by_few_people_is_not_a_keyword() -> None:
    texts, people = said(REPLY, PARCEL, PRICE)
    texts += ["Zanzibar Zanzibar"] * 40
    people += [7] * 40
    found = find_topics(texts, people, language="en", least_people=5)
    assert not [topic for topic in found.topics if any("zanzibar" in stem for stem in topic.stems)]
    assert set(found.of_text[-40:]) == {-1}


def test_ubiquitous_words_and_the_company_name_are_not_topics() -> None:
    texts, people = said(REPLY, PARCEL, PRICE)
    named = [f"Northwind: {text}" for text in texts]
    assert find_topics(named, people, language="en", least_people=5, not_about=["Northwind"]).topics == (
        find_topics(texts, people, language="en", least_people=5).topics
    )


def test_german_has_topics_and_unknown_languages_have_none() -> None:
    texts, people = said(*GERMAN)
    found = find_topics(texts, people, language="de", least_people=5)
    assert "antwort" in found.topics[found.of_text[0]].name
    assert find_topics(texts, people, language="pl", least_people=5).topics == ()
    assert find_topics([], [], language="de", least_people=5).of_text.size == 0


def test_the_same_texts_have_the_same_topics() -> None:
    texts, people = said(REPLY, PARCEL, PRICE)
    one, two = (find_topics(texts, people, language="en", least_people=5) for _ in range(2))
    assert one.topics == two.topics
    assert np.array_equal(one.of_text, two.of_text)


def test_a_topic_belongs_to_the_label_that_shares_its_words() -> None:
    labels = {"speed": "Speed of reply", "delivery": "Delivery on time", "staff": "Friendly staff"}
    assert nearest_label(["repli", "wait", "day"], labels, language="en") == "speed"
    assert nearest_label(["parcel", "deliv", "week"], labels, language="en") == "delivery"
    assert nearest_label(["price", "expens"], labels, language="en") is None

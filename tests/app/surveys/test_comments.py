"""What the title over topics counts: the topics that are drawn, and none beside them."""

from __future__ import annotations

from app.surveys.comments import TOPIC, title_of
from tests.app.rows import row


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

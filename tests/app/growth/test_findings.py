from __future__ import annotations

import pytest

from app.growth import sentences as growth_sentences
from app.growth.findings import find_apart, find_assist, find_costly_gate, find_disagreement
from serving import AnswerRow
from serving.statistics import comparisons
from tests.app.rows import row


def corners(**shares: tuple[float, int]) -> list[AnswerRow]:
    return [row(share, n=n, corner=name) for name, (share, n) in shares.items()]


def test_the_corner_with_proven_higher_retention_is_named_beside_the_others() -> None:
    rows = corners(service=(0.6, 60), marketing=(0.15, 60), product=(0.2, 60))
    found = find_apart(rows, "corner", highest=True)
    assert found is not None
    assert (found.value, found.share, found.n) == ("service", 0.6, 60)
    assert found.elsewhere == pytest.approx(0.175)
    sentence = growth_sentences.keeps(found, rows)
    assert sentence.claim
    assert sentence.text == (
        "Service keeps 60% of the customers it reaches before they lapse; the other corners keep 18%"
    )


@pytest.mark.parametrize(
    "rows",
    [
        corners(service=(0.30, 600), marketing=(0.18, 600)),  # proven, and too small to matter
        corners(service=(0.45, 25), marketing=(0.20, 25)),  # large, and not proven
        corners(service=(0.60, 60), marketing=(0.55, 60), product=(0.1, 60)),  # two of them, none alone
        corners(service=(0.90, 12), marketing=(0.10, 12)),  # too few
        corners(service=(0.90, 60)),  # nothing to compare with
    ],
)
def test_no_corner_is_named_without_a_proven_and_material_lead(rows: list[AnswerRow]) -> None:
    assert find_apart(rows, "corner", highest=True) is None
    assert not growth_sentences.keeps(None, rows).claim


def test_the_corner_with_the_lowest_share_is_found() -> None:
    rows = [row(0.15, n=80, network="facebook"), row(0.9, n=80, network="x"), row(0.85, n=80, network="y")]
    found = find_apart(rows, "network", highest=False)
    assert found is not None
    assert found.value == "facebook"
    assert found.share == pytest.approx(0.15)
    assert found.elsewhere == pytest.approx(0.875)
    assert found.low < 0.15 < found.high
    turned = find_apart([row(1 - (one.value or 0), n=80, **one.dimensions) for one in rows], "network", highest=True)
    assert turned is not None
    assert turned.value == "facebook"


def channels(**shares: tuple[float, int]) -> list[AnswerRow]:
    made = []
    for name, (share, n) in shares.items():
        _, low, high = comparisons.share(share, n)
        made.append(row(share, n=n, channel=name, low=low, high=high))
    return made


def test_a_channel_with_few_last_touches_is_called_assisting() -> None:
    linear = [row(90.0, n=200, channel="Social"), row(100.0, n=200, channel="Search"), row(2.0, n=40, channel="Fair")]
    closing = channels(Social=(0.08, 200), Search=(0.6, 200), Fair=(0.0, 40))
    found = find_assist(closing, linear)
    assert found is not None
    assert (found.channel, found.n) == ("Social", 200)
    assert found.expected == pytest.approx(0.45)
    assert growth_sentences.assists(found, closing).text == (
        "Social takes part in 200 conversions and closes 8% of them; by its place in the paths 45% would be expected"
    )
    assert find_assist(channels(Social=(0.3, 200), Search=(0.6, 200)), linear) is None
    assert find_assist([], linear) is None


def test_the_costly_gate_has_the_most_exits_and_least_continuation() -> None:
    leaves = [row(0.88, n=200, topic="Energy"), row(0.55, n=200, topic="Care"), row(0.5, n=200, topic="Kettle")]
    on = [row(0.44, n=200, topic="Energy"), row(0.75, n=200, topic="Care"), row(0.74, n=200, topic="Kettle")]
    found = find_costly_gate(leaves, on)
    assert found is not None
    assert found.topic == "Energy"
    assert growth_sentences.gate(found, leaves).text == (
        "The “Energy” form loses 88% of visitors, and 44% go on after it; the other forms lose 52%, and 74% go on"
    )
    elsewhere = [row(0.75, n=200, topic="Energy"), row(0.40, n=200, topic="Care"), row(0.74, n=200, topic="Kettle")]
    assert find_costly_gate(leaves, elsewhere) is None


def test_the_channel_with_the_widest_model_spread_is_named_with_the_reason() -> None:
    shares = {
        "first": {"A": 0.10, "B": 0.50, "C": 0.40},
        "last": {"A": 0.30, "B": 0.45, "C": 0.25},
        "linear": {"A": 0.20, "B": 0.47, "C": 0.33},
    }
    found = find_disagreement(shares)
    assert found is not None
    assert (found.channel, found.most_by, found.least_by) == ("A", "last", "first")
    assert growth_sentences.disagree(shares).text == (
        "The models disagree most on A: 30% of conversions by last touch, 10% by first touch. "
        "It closes journeys more often than it opens them."
    )
    alike = {"first": {"A": 0.50, "B": 0.50}, "last": {"A": 0.52, "B": 0.48}}
    assert find_disagreement(alike) is None
    assert not growth_sentences.disagree(alike).claim
    assert not growth_sentences.disagree({"first": {"A": 1.0}}).claim


def test_before_purchase_falls_back_to_the_measured_findings() -> None:
    plain = growth_sentences.Sentence("53% leave at a gate", claim=False)
    assert growth_sentences.before(None, None, plain) == plain
    late = find_apart([row(0.15, n=80, network="facebook"), row(0.9, n=80, network="x")], "network", highest=False)
    assert growth_sentences.before(None, late, plain).text == (
        "15% of negative mentions on Facebook are answered in time, 90% elsewhere"
    )

from __future__ import annotations

from datetime import date

from app.before import sentences as before_sentences
from app.expectations import sentences as expectations_sentences
from app.journey import sentences as journey_sentences
from app.kit import sentences
from app.outcomes import sentences as outcomes_sentences
from app.quality import sentences as quality_sentences
from app.who import sentences as who_sentences
from tests.app.kit.test_findings import gap, outcome, profile, stages
from tests.app.rows import row

AS_OF = date(2026, 6, 30)


def test_the_best_customers_are_named_by_their_proven_marks() -> None:
    sentence = who_sentences.who(
        row(0.64), [profile("35-54", 155, 20), profile("18-24", 60, 12)], top_tier=0.2, as_of=AS_OF
    )
    assert sentence.text == "Your top 20% of customers bring 64% of revenue. More often than others, they are 35-54"
    assert sentence.claim


def test_without_marks_the_sentence_states_only_the_share() -> None:
    sentence = who_sentences.who(row(0.64), [profile("35-54", 103, 20)], top_tier=0.2, as_of=AS_OF)
    assert sentence.text == "Your top 20% of customers bring 64% of revenue"
    assert sentence.claim


def test_a_nearly_even_distribution_is_not_claimed() -> None:
    assert not who_sentences.who(row(0.27), [], top_tier=0.2, as_of=AS_OF).claim


def test_an_empty_top_tier_is_stated() -> None:
    sentence = who_sentences.who(row(None, status="no_data"), [], top_tier=0.2, as_of=date(2011, 1, 24))
    assert sentence.text == "No customer brought revenue in the year to 24 Jan 2011, so no customer is in a top tier"
    assert not sentence.claim


def test_a_withheld_share_is_stated_as_withheld() -> None:
    sentence = who_sentences.who(row(None, status="withheld"), [], top_tier=0.2, as_of=AS_OF)
    assert "cannot be shown" in sentence.text
    assert not sentence.claim


def test_a_stall_is_stated_with_its_comparison() -> None:
    sentence = journey_sentences.journey(stages(awareness=0.72, discovery=0.72, purchase=0.72, use=0.42), days=90)
    assert sentence.text == "58% stall after use, 28% after the other stages: no later stage within 90 days"
    assert sentence.claim


def test_level_stages_are_stated_neutrally() -> None:
    sentence = journey_sentences.journey(stages(awareness=0.66, discovery=0.64, use=0.65), days=90)
    assert sentence.text == "Between 64% and 66% go on from a stage within 90 days; no stage stands out"
    assert not sentence.claim


def test_without_an_observed_stage_no_number_is_given() -> None:
    assert not journey_sentences.journey([], days=90).claim


def test_the_unmet_outcome_is_stated_with_both_shares() -> None:
    sentence = outcomes_sentences.outcomes(
        [outcome("Fix it", 14.5), outcome("Tell me", 7.4)], [outcome("Fix it", 9.0)], [outcome("Fix it", 3.5)]
    )
    assert sentence.text == "“Fix it” is the biggest unmet outcome: 90% say it matters, 35% are satisfied"


def test_one_of_two_close_outcomes_is_not_called_the_biggest() -> None:
    sentence = outcomes_sentences.outcomes([outcome("Fix it", 14.5), outcome("Tell me", 14.2)], [], [])
    assert sentence.text == "“Fix it” is an unmet outcome: its opportunity score is 14.5"


def test_without_an_unmet_outcome_the_highest_is_named_neutrally() -> None:
    sentence = outcomes_sentences.outcomes([outcome("Fix it", 7.5), outcome("Tell me", 7.4)], [], [])
    assert sentence.text.startswith("No outcome is clearly unmet; the highest opportunity score is 7.5")
    assert not sentence.claim


def test_the_weakest_pillar_is_named_beside_those_that_meet_expectations() -> None:
    sentence = expectations_sentences.expectations(
        [gap("people", 0.05), gap("products", -0.25), gap("processes", -1.4)]
    )
    assert sentence.text == "People meet expectations; processes fall short by 1.4 points"
    assert sentence.claim


def test_a_possibly_short_pillar_is_not_called_meeting_expectations() -> None:
    sentence = expectations_sentences.expectations([gap("people", -0.2, 0.2), gap("processes", -1.4)])
    assert sentence.text == "Processes fall short of expectations by 1.4 points"


def test_experience_above_expectation_is_stated() -> None:
    sentence = expectations_sentences.expectations([row(0.364, low=0.148, high=0.580, n=250, pillar="products")])
    assert sentence.text == "Experience of products exceeds expectations by 0.4 points"
    assert sentence.claim


def test_gaps_within_their_intervals_are_stated_neutrally() -> None:
    sentence = expectations_sentences.expectations([gap("people", 0.05, 0.2), gap("processes", -0.1, 0.2)])
    assert sentence.text == "No pillar clearly falls short; the widest gap is −0.1, for processes"
    assert not sentence.claim


def test_extremes_are_named_only_when_they_differ() -> None:
    apart = [row(0.4, half=0.02, channel="email"), row(0.6, half=0.02, channel="store")]
    close = [row(0.50, half=0.05, channel="email"), row(0.53, half=0.05, channel="store")]
    said = sentences.extremes(apart, "channel", what="Going on", unit="share")
    assert said.text == "Going on is lowest at “Email” (40%) and highest at “Store” (60%)"
    assert said.claim
    said = sentences.extremes(close, "channel", what="Going on", unit="share")
    assert said.text == "Going on: no clear difference by channel"
    assert not said.claim


def test_checks_are_counted_without_praise() -> None:
    sentence = quality_sentences.quality(67, 68, day_of_run="22 Nov 2026")
    assert sentence.text == "67 of 68 checks passed on the load of 22 Nov 2026"
    assert not sentence.claim


def test_a_majority_at_the_gate_is_claimed_only_when_proven() -> None:
    proven = before_sentences.before(row(0.63, half=0.04), None)
    assert proven.text == "Most sessions that meet a gate leave there: 63%"
    assert proven.claim
    open_question = before_sentences.before(row(0.53, half=0.04), None)
    assert open_question.text == "Sessions that leave at a gate: 53%"
    assert not open_question.claim


def test_unanswered_mentions_stand_beside_the_gate() -> None:
    sentence = before_sentences.before(row(0.53, half=0.04), row(0.31, half=0.1))
    assert sentence.text == "Sessions that leave at a gate: 53%; only 31% of negative mentions are answered"
    assert sentence.claim
    assert before_sentences.before(None, row(0.48, half=0.1)).text == "48% of negative mentions are answered"


def test_few_visitors_before_purchase_support_no_claim() -> None:
    assert not before_sentences.before(row(0.9, half=0.1, n=12), row(0.1, half=0.1, n=12)).claim


def test_a_measure_without_an_interval_is_listed_but_not_claimed() -> None:
    rows = [row(41.0, kind="returns"), row(6.0, kind="delivery"), row(90.0, kind="rare", n=3)]
    sentence = sentences.spread(rows, "kind", what="The time", unit="hours")
    assert "“Delivery”" in sentence.text
    assert "“Returns”" in sentence.text
    assert "Rare" not in sentence.text
    assert not sentence.claim


def test_the_items_that_pull_a_pillar_down_are_named_up_to_three() -> None:
    pillars = [gap("processes", -1.2), gap("people", 0.1)]
    items = [row(-1.0 - at / 10, half=0.1, item_label=f"Item {at}", metric="expectation_gap") for at in range(5)]
    said = expectations_sentences.expectations(pillars, items=items).text
    assert said.endswith("by 1.2 points: “Item 4”, “Item 3”, “Item 2” and 2 more")
    assert expectations_sentences.expectations(pillars, items=items[:1]).text.endswith("points: “Item 0”")
    assert expectations_sentences.expectations(pillars).text.endswith("by 1.2 points")


def test_a_sentence_about_all_customers_says_so_only_under_a_filter() -> None:
    said = sentences.Sentence("43% of journeys stay in one stage", claim=True)
    assert sentences.of_all_customers(said, {}) == said
    filtered = sentences.of_all_customers(said, {"segment": ("Consumer",)})
    assert filtered == sentences.Sentence("All customers: 43% of journeys stay in one stage", claim=True)


def test_no_sentence_counts_none_of_nothing() -> None:
    for said in (
        outcomes_sentences.unmet_found([], 0),
        outcomes_sentences.important_but_unmet([], [], 5.0, 5.0),
        expectations_sentences.short_items([], 0),
    ):
        assert said.text.endswith("too few to compare")
        assert not said.claim

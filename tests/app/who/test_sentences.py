"""Titles of the value cards say what was measured, and claim only what holds."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.who import sentences as who_sentences
from app.who.cards import bought_again
from app.who.findings import find_contexts
from serving import AnswerRow
from tests.app.rows import row


def test_the_curve_states_the_top_tier_share_and_claims_only_concentration() -> None:
    steps = [row(0.62, top_percent="20"), row(1.0, top_percent="100")]
    found = who_sentences.pareto(steps, top_tier=0.2)
    assert (found.text, found.claim) == ("The best 20% of all customers bring 62% of a year's revenue", True)
    assert not who_sentences.pareto([row(0.25, top_percent="20")], top_tier=0.2).claim
    assert not who_sentences.pareto([], top_tier=0.2).claim


def test_the_back_test_states_over_or_under_forecast() -> None:
    assert "26% below what was bought" in who_sentences.back_test(row(-0.264), model="bg_nbd").text
    assert "31% above what was bought" in who_sentences.back_test(row(0.31), model="naive").text
    assert "4% from what was bought" in who_sentences.back_test(row(-0.04), model="bg_nbd").text
    untested = who_sentences.back_test(AnswerRow(metric="m", status="no_data"), model=None)
    assert (untested.text, untested.claim) == ("The forecast could not be tested against facts yet", False)


def test_the_more_accurate_forecast_is_named() -> None:
    errors = [row(247.0, value_model="bg_nbd"), row(297.0, value_model="naive"), row(246.0, value_model="pareto_nbd")]
    assert who_sentences.chosen_model(errors).text == "Purchase model (BG/NBD) was 17% nearer for a single customer"
    nearer = [*errors, row(246.5, value_model="mbg_nbd")]
    assert who_sentences.chosen_model(nearer).text == "Purchase model (MBG/NBD) was 17% nearer for a single customer"
    worse = [row(297.0, value_model="bg_nbd"), row(247.0, value_model="naive")]
    assert who_sentences.chosen_model(worse).text == "Going on as before was 17% nearer for a single customer"
    assert not who_sentences.chosen_model(errors[:1]).claim


def test_small_cohorts_support_no_sentence() -> None:
    rows = [
        row(0.11, months_since_acquired="3", acquired_in="2025-Q1"),
        row(0.17, months_since_acquired="3", acquired_in="2025-Q2"),
        row(0.90, months_since_acquired="3", acquired_in="2025-Q3", n=29),
        row(0.50, months_since_acquired="1", acquired_in="2025-Q4"),
    ]
    assert who_sentences.cohorts(rows[:2]).text == "Between 11% and 17% of a cohort order in their month 3"
    assert who_sentences.cohorts(rows).text.endswith(
        "17% of a cohort order in their month 3, of the cohorts that can be compared"
    )
    assert who_sentences.cohorts(rows[1:]).text == "17% of the cohort of 2025-Q2 order in their month 3"
    assert "No cohort" in who_sentences.cohorts(rows[2:]).text


def test_customer_lifetime_is_stated_with_its_interval() -> None:
    rows = [row(0.9, half=0.01, months_since="12"), row(0.6, half=0.03, months_since="18"), row(0.5, months_since="20")]
    assert (
        who_sentences.lasting(rows, what="stay active").text == "60% (57% to 63%) stay active for more than 18 months"
    )
    assert "no customer is observed" in who_sentences.lasting([], what="stay active").text


def test_tier_moves_are_counted_and_hidden_ones_stated() -> None:
    assert (
        who_sentences.tier_moves(row(486), row(308), row(7)).text
        == "486 moves up into the top tier, 308 down, 7 came new into it"
    )
    hidden = AnswerRow(metric="m", status="suppressed")
    assert who_sentences.tier_moves(hidden, row(308), row(7)).text == "Moves between tiers cannot be shown"


def test_a_top_tier_preference_is_claimed_only_beyond_its_interval() -> None:
    rows = [
        row(160, half=15, context="want: Get it fast", context_value="important"),
        row(102, half=15, context="expect: Friendly staff", context_value="expected highly"),
        AnswerRow(metric="m", status="no_data"),
    ]
    assert [(mark.attribute, mark.value) for mark in find_contexts(rows)] == [("want: Get it fast", "important")]
    assert who_sentences.context(1, rows).text == (
        "1 of 2 things the best of all customers want, expect or first look at differs"
    )
    assert not who_sentences.context(0, rows).claim
    assert who_sentences.context(0, []).text == "No wants or expectations to compare"


def test_with_a_filter_the_marks_are_said_to_be_those_of_all_customers() -> None:
    profile = [row(160, half=15, attribute="age_band", attribute_value="35-54")]
    facts: dict[str, Any] = {"top_tier": 0.2, "as_of": date(2026, 6, 30)}
    assert who_sentences.who(row(0.8), profile, scope=" among Enterprise", **facts).text == (
        "Your top 20% of customers bring 80% of revenue among Enterprise. "
        "More often than others, the top 20% of all customers are 35-54"
    )
    assert "More often than others, they are" in who_sentences.who(row(0.8), profile, **facts).text
    assert (
        who_sentences.marks_found(profile).text
        == "Age band 35-54 is 1.6 times as common among the best of all customers"
    )


def test_hidden_rows_are_not_spoken_for() -> None:
    hidden = AnswerRow(
        metric="m",
        status="suppressed",
        dimensions={"acquired_in": "2025-Q3", "months_since_acquired": "3", "attribute": "a", "attribute_value": "z"},
    )
    months = [row(share, months_since_acquired="3", acquired_in=when) for share, when in ((0.11, "Q1"), (0.17, "Q2"))]
    assert who_sentences.cohorts([*months, hidden]).text == (
        "Between 11% and 17% of a cohort order in their month 3, of the cohorts that can be compared"
    )
    alike = [row(100, half=20, attribute="a", attribute_value=name) for name in "xy"]
    assert who_sentences.marks_found(alike).text == "None of 2 attribute values clearly differs in the top tier"
    assert who_sentences.marks_found([*alike, hidden]).text == (
        "None of the 2 attribute values that can be compared clearly differs in the top tier"
    )
    wants = [row(100, half=20, context=name, context_value="important") for name in "xy"]
    unseen = AnswerRow(metric="m", status="suppressed", dimensions={"context": "z", "context_value": "important"})
    assert "None of the 2 things that can be compared" in who_sentences.context(0, [*wants, unseen]).text
    assert "None of 2 things" in who_sentences.context(0, wants).text


def test_retention_says_that_one_purchase_keeps_a_customer_active() -> None:
    label, note = who_sentences.retained(365)
    assert label == "Active within 365 days"
    assert note == "Monthly retention: who is still active, within 365 days of their last purchase"


def test_a_predicted_value_carries_how_far_its_test_was_off() -> None:
    assert who_sentences.missed(row(0.263), is_filtered=False) == "the last test missed by 26%"
    assert who_sentences.missed(row(0.263), is_filtered=True) == "the last test for all customers missed by 26%"
    untested = AnswerRow(metric="m", status="no_data")
    assert who_sentences.missed(untested, is_filtered=False) == "not tested against facts yet"


def test_the_probability_of_being_alive_leaves_out_who_bought_once() -> None:
    assert bought_again(("0", "1", "2", "3 to 5", "6 or more")) == ("2", "3 to 5", "6 or more")


def test_a_share_of_the_top_tier_on_too_few_customers_is_not_said() -> None:
    said = who_sentences.who(row(0.36, n=14), [], top_tier=0.2, as_of=date(2026, 6, 30), scope=" among Consumer")
    assert not said.claim
    assert said.text == (
        "What the top 20% of customers bring is too few to say among Consumer: n = 14, and 30 are needed."
    )
    assert not who_sentences.is_readable(row(0.36, n=29))
    assert who_sentences.is_readable(row(0.36, n=30))

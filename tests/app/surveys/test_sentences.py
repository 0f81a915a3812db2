"""Sentences over cards of survey answers claim what intervals prove, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from app.surveys import sentences as survey_sentences
from tests.app.rows import row

WAVES = "2026-H2 against 2026-H1"


def test_under_and_over_served_items_are_counted_beyond_their_intervals() -> None:
    rows = [row(3.0, half=0.5, item_label="A"), row(-2.0, half=0.5, item_label="B"), row(0.1, half=0.5, item_label="C")]
    sentence = survey_sentences.served(rows)
    assert (sentence.text, sentence.claim) == ("1 under-served and 1 over-served of 3 outcomes", True)
    none = survey_sentences.served(rows[2:])
    assert not none.claim


def test_many_comparisons_need_stronger_proof() -> None:
    rows = [row(0.52, half=0.5, item_label=f"A{at}") for at in range(10)]
    assert survey_sentences.apart_from_zero(rows, "item_label") == ([], [])


def test_a_change_names_what_moved_and_the_waves() -> None:
    rows = [
        row(-1.5, half=0.5, item_label="fix", reason=WAVES),
        row(0.2, half=0.5, item_label="price", reason=WAVES),
    ]
    sentence = survey_sentences.changed(rows, dimension="item_label", what="Opportunity")
    assert (sentence.text, sentence.claim) == (f"Opportunity: “Fix” clearly changed, {WAVES}", True)
    still = survey_sentences.changed(rows[1:], dimension="item_label", what="Opportunity")
    assert (still.text, still.claim) == (f"Opportunity: no clear change, {WAVES}", False)


def test_one_wave_gives_no_change() -> None:
    rows = [row(None, status="no_data", item_label="fix")]
    assert not survey_sentences.changed(rows, dimension="item_label", what="Opportunity").claim


def test_the_worst_pillar_is_named_only_if_clearly_worst() -> None:
    worse = [row(0.40, half=0.03, pillar="processes"), row(0.10, half=0.03, pillar="people")]
    assert survey_sentences.below_accepted(worse).claim
    close = [row(0.12, half=0.03, pillar="processes"), row(0.10, half=0.03, pillar="people")]
    assert not survey_sentences.below_accepted(close).claim


def test_respondent_composition_is_stated_without_a_claim() -> None:
    sentence = survey_sentences.answered([row(0.4, segment="Consumer"), row(0.2, segment="Enterprise")], "segment")
    assert sentence.text == "20% of “Enterprise” have answered a survey, 40% of “Consumer”"
    assert not sentence.claim


def test_groups_that_must_not_be_compared_are_named_and_left_out() -> None:
    rows = [replace(row(0.4, half=0.01, pillar="a", reason="not to be compared"), is_comparable=False)]
    assert survey_sentences.incomparable(rows) == "not to be compared"
    assert not survey_sentences.below_accepted(rows).claim


def test_the_most_attractive_feature_is_named_when_clearly_ahead() -> None:
    ahead = [row(0.7, half=0.05, item_label="Fast reply"), row(0.3, half=0.05, item_label="Gift wrap")]
    assert survey_sentences.kano(ahead).text == "“Fast reply” would please most: 70%"
    assert not survey_sentences.kano([]).claim


def test_the_unweighted_nps_is_shown_beside_the_weighted() -> None:
    assert survey_sentences.nps_pooled(row(20.1), row(None)).text == "One NPS over all surveys: +20"
    both = survey_sentences.nps_pooled(row(20.1), row(-3.4))
    assert both.text == "One NPS over all surveys: +20; −3 weighted to what all customers are"
    assert not survey_sentences.nps_pooled(row(None, status="refused"), row(None)).claim

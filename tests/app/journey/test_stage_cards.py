from __future__ import annotations

import pytest

from app.journey import stage_cards
from app.journey.findings import observed_stages
from serving import AnswerRow
from tests.app.rows import row


def test_a_rate_is_shown_with_its_own_base_not_with_the_entries_beside_it() -> None:
    entries, rate = row(2405, n=2405, stage="awareness"), row(0.73, half=0.02, n=1816, stage="awareness")
    assert stage_cards.reached(entries) == "2,405 entries"
    assert stage_cards.base_of(rate, conversion_days=90) == "of the 1,816 at least 90 days old"


def test_a_rate_of_eleven_is_too_few_to_say() -> None:
    rate = row(0.82, half=0.2, n=11, stage="awareness")
    assert not stage_cards.is_readable(rate)
    assert stage_cards.base_of(rate, conversion_days=90) == "too few to say: 11 at least 90 days old"
    assert stage_cards.loss(rate) == "too few to say"
    assert stage_cards.wait(row(4.0, n=11)) == "too few to say"
    assert stage_cards.wait(row(4.0, n=30)) == "4 days to next"


def test_a_hidden_rate_is_not_said_to_be_missing() -> None:
    assert stage_cards.no_rate(row(None, status="suppressed")) == "share going on: hidden"
    assert stage_cards.no_rate(None) == stage_cards.no_rate(row(None, status="no_data")) == "no rate yet"


@pytest.mark.parametrize("rate", [None, row(None, status="suppressed")])
def test_no_rate_is_not_readable(rate: AnswerRow | None) -> None:
    assert not stage_cards.is_readable(rate)


def test_the_most_common_is_said_to_be_of_the_shown_where_others_are_hidden() -> None:
    shown = [row(40, stage="use", channel="email"), row(30, stage="use", channel="phone")]
    elsewhere = row(None, status="suppressed", stage="purchase", channel="letter")
    assert stage_cards.most_common([*shown, elsewhere], "channel", "use") == "Email"
    hidden = row(None, status="suppressed", stage="use", channel="letter")
    assert stage_cards.most_common([*shown, hidden], "channel", "use") == "Email*"
    assert stage_cards.most_common([hidden], "channel", "use") == "hidden"
    assert stage_cards.most_common([elsewhere], "channel", "use") == "not known"


def test_a_stage_whose_count_is_hidden_is_seen() -> None:
    rows = [row(9, stage="use"), row(0, stage="loyalty"), row(None, status="suppressed", stage="advocacy")]
    assert observed_stages([*rows, row(3, stage=None)]) == {"use", "advocacy"}
    assert stage_cards.reached(rows[2]) == "hidden"
    assert stage_cards.reached(None) == stage_cards.reached(rows[1]) == "not observed"


def test_what_a_stage_loses_is_what_does_not_go_on() -> None:
    assert stage_cards.loss(row(0.42, n=2472, stage="use")) == "58% go no further"
    assert stage_cards.loss(row(None, status="suppressed")) == "hidden"
    assert stage_cards.loss(None) == "not known"


def test_a_stage_without_ratings_is_not_said_to_be_felt_badly() -> None:
    assert stage_cards.felt(None) == stage_cards.felt(row(None, status="no_data")) == "not rated"
    assert stage_cards.felt(row(64.2, n=200)) == "64 of 100"
    assert stage_cards.felt(row(64.2, n=12)) == "too few to say"
    assert stage_cards.felt(row(None, status="suppressed")) == "hidden"


def test_a_line_of_two_facts_says_once_why_one_is_missing() -> None:
    assert stage_cards.both("Home page*", "Web") == "Home page*; web"
    assert stage_cards.both("hidden", "Web") == stage_cards.both("Web", "not known") == "Web"
    assert stage_cards.both("hidden", "hidden") == "hidden"
    assert stage_cards.place("Social*", row(0.1, n=900)) == "Social*; 10% offline"
    assert stage_cards.place("Social*", row(0.1, n=9)) == "Social*"

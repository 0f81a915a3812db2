"""Value at stake is claimed only where it is proven, and every claim states what would refute it."""

from __future__ import annotations

from typing import Any

from app.expectations.stakes import Stake, headline, note, overturn
from tests.app.rows import row


def stake(
    label: str, value: float | None, *, half: float = 1000.0, status: str | None = "at stake", **facts: Any
) -> Stake:
    return Stake(
        subject=label.lower(),
        label=label,
        row=row(value, half=half, n=900, **facts),
        status=status,
        is_critical=True,
        worth_in="margin",
        below=row(0.14),
    )


def test_the_largest_proven_value_at_stake_is_the_headline() -> None:
    said = headline([stake("Getting help", 13_987.0), stake("Buying", 9_000.0)], currency="EUR", days=365)
    assert said.claim
    assert said.text == "Poor “Getting help” experiences put €13,987 of margin a year at risk"


def test_an_unproven_value_at_stake_is_not_claimed() -> None:
    stakes = [stake("Buying", 90_000.0, half=120_000.0, status="not proven")]
    said = headline(stakes, currency="EUR", days=365)
    assert not said.claim
    assert "None of 1 interaction is proven" in said.text
    assert "Nothing is claimed" in overturn(stakes, currency="EUR")


def test_a_negative_estimate_is_never_at_stake() -> None:
    assert not stake("Finding", -2000.0, status="not at stake").is_proven


def test_refused_estimates_are_explained_as_too_few_answers() -> None:
    refused = [stake("Returning", None, status=None)]
    assert "Too few customers" in headline(refused, currency="EUR", days=365).text
    assert "more customers" in overturn(refused, currency="EUR")


def test_a_claim_states_its_interval_and_that_it_is_an_association() -> None:
    said = overturn([stake("Getting help", 14_000.0, half=4000.0)], currency="EUR")
    assert "€10,000 to €18,000" in said
    assert "association" in said
    assert note(stake("Getting help", 14_000.0, half=4000.0), "EUR") == (
        "95% interval €10,000 to €18,000, 900 customers answered, 14% below tolerance"
    )


def test_interactions_without_an_amount_are_not_said_to_be_unproven() -> None:
    stakes = [stake("Buying", 90_000.0, half=120_000.0, status="not proven"), stake("Returning", None, status=None)]
    said = headline(stakes, currency="EUR", days=365).text
    assert said.startswith("None of the 1 interaction that can be compared is proven")

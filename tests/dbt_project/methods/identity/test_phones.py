"""Numbers as people write them become E.164, or nothing where they belong to no person."""

from __future__ import annotations

import pytest

from dbt_project.methods.identity.phones import e164


@pytest.mark.parametrize(
    "text", ["030 23125-123", "(030) 23125123", "+49 30 23125 123", "0049 30/23125-123", "+49 (0)30 23125123"]
)
def test_every_spelling_of_a_phone_number_is_equal(text: str) -> None:
    assert e164(text, "DE") == "+493023125123"


@pytest.mark.parametrize("text", ["", "n/a", "0", "0000000000", "1111111111", "123", "030 23125-123 ext. 7", None])
def test_unusable_phone_numbers_are_missing(text: str | None) -> None:
    assert e164(text, "DE") is None


def test_a_number_without_a_country_needs_a_region() -> None:
    assert e164("030 23125-123", None) is None
    assert e164("+49 30 23125-123", None) == "+493023125123"
    assert e164("(201) 555-0123", "US") == "+12015550123"
    assert e164("(201) 555-0123", "DE") == "+492015550123"

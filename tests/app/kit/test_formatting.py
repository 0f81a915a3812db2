from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.kit import formatting


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.643, "share", "64%"),
        (4_234_000, "currency", "€4.2m"),
        (3664.2, "currency", "€3,664"),
        (35.2785, "currency", "€35.28"),
        (-12.5, "currency", "−€12.50"),
        (12000, "count", "12,000"),
        (14.23, "score", "14.2"),
        (46.4, "score", "46"),
        (5.4, "points", "5.40"),
        (-1.4, "gap", "−1.40"),
        (0.364, "gap", "+0.36"),
        (-17.9, "percent gap", "−17.9%"),
        (6, "days", "6 days"),
        (0, "days", "same day"),
        (0.3, "days", "under a day"),
        (1, "days", "1 day"),
        (154.6, "index", "155"),
        (3.26, "per_person", "3.3"),
    ],
)
def test_a_number_is_shown_in_its_own_unit(value: float, unit: str, shown: str) -> None:
    assert formatting.number(value, unit, currency="EUR") == shown


def test_an_unknown_currency_is_named_by_its_code() -> None:
    assert formatting.money(1200, "CHF") == "CHF 1,200"


def test_changes_of_shares_are_in_points_and_of_amounts_in_percent() -> None:
    assert formatting.change(0.64, 0.61, "share") == "+3.0 pts"
    assert formatting.change(108, 100, "currency") == "+8%"
    assert formatting.change(46, 48.5, "score") == "−2.5"


def test_a_change_from_zero_is_not_shown() -> None:
    assert formatting.change(10, 0, "count") is None


def test_a_number_that_rounds_to_zero_has_no_sign() -> None:
    assert formatting.signed(-0.004, decimals=1) == "0.0"


def test_a_hidden_cell_names_the_minimum_group_size() -> None:
    assert formatting.unavailable("suppressed") == "hidden"
    assert "fewer than 10 people" in formatting.hidden_note(10)


def test_dates_have_one_format() -> None:
    assert formatting.span(date(2025, 11, 1), date(2026, 11, 30)) == "Nov 2025 – Nov 2026"
    assert formatting.span(date(2026, 11, 1), date(2026, 11, 30)) == "Nov 2026"
    assert formatting.moment(datetime(2026, 11, 2, 6, 10, tzinfo=UTC)) == "2 Nov 2026, 06:10"


def test_company_text_cannot_format_the_page() -> None:
    assert formatting.markdown_safe("*a* [b](c) $x$") == r"\*a\* \[b\](c) \$x\$"


def test_lists_are_joined_with_commas_and_and() -> None:
    assert formatting.listing(["a", "b", "c"]) == "a, b and c"
    assert formatting.listing([]) == ""

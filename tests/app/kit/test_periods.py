from __future__ import annotations

from datetime import date

from app.kit.periods import Window, compared, is_covered, is_undated, window
from workspace.records.documents import Feed


def test_a_window_is_whole_months_up_to_the_day_of_the_release() -> None:
    assert window("Last 12 months", date(2026, 6, 30)) == Window(date(2025, 7, 1), date(2026, 6, 30))


def test_an_incomplete_month_is_left_out() -> None:
    assert window("Last 3 months", date(2026, 6, 12)) == Window(date(2026, 3, 1), date(2026, 5, 31))


def test_all_time_has_no_bounds() -> None:
    assert window("All time", date(2026, 6, 30)).is_open


def test_the_prior_period_ends_where_the_selected_one_begins() -> None:
    assert compared("Last 3 months", "Prior period", date(2026, 6, 30)) == Window(date(2026, 1, 1), date(2026, 3, 31))
    assert compared("Last 3 months", "Prior year", date(2026, 6, 30)) == Window(date(2025, 4, 1), date(2025, 6, 30))
    assert compared("Last 3 months", "Nothing", date(2026, 6, 30)) is None
    assert compared("All time", "Prior period", date(2026, 6, 30)) is None


def test_a_comparison_needs_sources_that_cover_the_earlier_period() -> None:
    asked = Window(date(2024, 7, 1), date(2025, 6, 30))
    assert is_covered(asked, [Feed(rows=9, first_on=date(2024, 7, 3), last_on=date(2026, 6, 30))])
    assert not is_covered(asked, [Feed(rows=9, first_on=date(2024, 9, 1), last_on=date(2026, 6, 30))])
    assert not is_covered(asked, [Feed(rows=9)])


def test_a_period_of_which_a_tenth_lies_before_the_data_is_not_compared() -> None:
    asked = Window(date(2026, 1, 1), date(2026, 3, 31))
    last_on = date(2026, 6, 30)
    assert is_covered(asked, [Feed(rows=9, first_on=date(2026, 1, 5), last_on=last_on)])
    assert not is_covered(asked, [Feed(rows=9, first_on=date(2026, 1, 10), last_on=last_on)])


def test_answers_without_any_date_are_undated() -> None:
    assert is_undated([Feed(rows=250)])
    assert not is_undated([Feed(rows=250, first_on=date(2026, 1, 1), last_on=date(2026, 2, 1))])
    assert not is_undated([Feed(rows=0)])

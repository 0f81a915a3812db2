from __future__ import annotations

from datetime import date

from app.kit.periods import (
    Window,
    compared,
    is_covered,
    is_ramp_up,
    is_undated,
    last_quarter,
    reaches_end,
    shifted,
    window,
)
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


def test_the_first_twelve_months_of_any_feed_are_its_ramp_up() -> None:
    orders = Feed(rows=9, first_on=date(2024, 7, 3), last_on=date(2026, 6, 30))
    contracts = Feed(rows=9, first_on=date(2024, 9, 5), last_on=date(2026, 6, 30))
    assert is_ramp_up(Window(date(2024, 7, 1), date(2025, 6, 30)), [orders])
    assert is_ramp_up(Window(date(2025, 6, 1), date(2025, 8, 31)), [orders])
    assert not is_ramp_up(Window(date(2025, 7, 1), date(2025, 9, 30)), [orders])
    assert is_ramp_up(Window(date(2025, 7, 1), date(2025, 9, 30)), [orders, contracts])


def test_data_that_falls_silent_does_not_reach_the_end_of_a_period() -> None:
    quarter = Window(date(2026, 4, 1), date(2026, 6, 30))
    assert reaches_end(quarter, [Feed(rows=9, first_on=date(2020, 1, 1), last_on=date(2026, 6, 24))])
    assert not reaches_end(quarter, [Feed(rows=9, first_on=date(2020, 1, 1), last_on=date(2026, 5, 30))])
    assert not reaches_end(quarter, [Feed(rows=9)])


def test_the_last_quarter_is_the_last_one_that_is_over() -> None:
    spring = Window(date(2026, 4, 1), date(2026, 6, 30))
    assert last_quarter(date(2026, 6, 30)) == spring
    assert last_quarter(date(2026, 9, 29)) == spring
    assert last_quarter(date(2026, 6, 29)) == Window(date(2026, 1, 1), date(2026, 3, 31))
    assert last_quarter(date(2026, 1, 15)) == Window(date(2025, 10, 1), date(2025, 12, 31))
    assert shifted(spring, -3) == Window(date(2026, 1, 1), date(2026, 3, 31))
    assert shifted(spring, -12) == Window(date(2025, 4, 1), date(2025, 6, 30))

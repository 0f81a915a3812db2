"""Addresses and choices: each becomes the other again, and what a metric does not have is left out and said."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.explore.choice import Asked, Choice, choice_of, parameters_of, where_of
from app.explore.results import fit
from app.kit.page_session import PageSession
from app.kit.periods import CHOSEN_DAYS, COMPARISONS, EXPLORED, PRIOR_PERIOD, PRIOR_YEAR, Window
from serving import UserError

WORDS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
DIMENSIONS = WORDS.filter(lambda word: "=" not in word)
DAYS = st.dates(date(1950, 1, 1), date(2100, 1, 1))


@st.composite
def choices(draw: st.DrawFn) -> Choice:
    period = draw(st.sampled_from(EXPLORED))
    first, last = sorted((draw(DAYS), draw(DAYS)))
    is_own = period == CHOSEN_DAYS
    return Choice(
        metric=draw(WORDS),
        by=tuple(draw(st.lists(WORDS, max_size=2, unique=True))),
        grain=draw(st.sampled_from([None, "day", "week", "month", "quarter", "year"])),
        where=where_of(draw(st.dictionaries(DIMENSIONS, st.lists(st.text(max_size=8), min_size=1, max_size=3)))),
        period=period,
        since=first if is_own else None,
        until=last if is_own else None,
        comparison=draw(st.sampled_from(COMPARISONS)),
    )


@given(choices())
def test_an_address_gives_back_the_choice_that_it_was_made_of(choice: Choice) -> None:
    try:
        choice.address.encode()
    except UnicodeEncodeError:
        return
    assert choice_of(parameters_of(choice.address)) == (choice, [])
    assert choice_of(parameters_of(choice.link("run-1"))) == (choice, [])


def test_what_an_address_says_wrongly_is_left_out_and_said() -> None:
    choice, left_out = choice_of(
        {"metric": ["orders"], "period": ["Next year"], "grain": ["hour"], "compare": ["x"], "where": ["a"], "by": [""]}
    )
    assert choice == Choice(metric="orders")
    assert [text.split(", which")[0] for text in left_out] == [
        "The address asks for the filter “a”",
        "The address asks for the period “Next year”",
        "The address asks for the grain “hour”",
        "The address asks for the comparison “x”",
    ]


def test_days_that_are_no_days_are_those_of_the_usual_period() -> None:
    choice, left_out = choice_of(
        {"metric": ["orders"], "period": [CHOSEN_DAYS], "since": ["soon"], "until": ["0001-01-01"]}
    )
    assert len(left_out) == 2
    assert Asked(choice, date(2026, 6, 30)).window == Window(date(2025, 7, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("period", "shown", "before", "year_before"),
    [
        ("Last month", ("2026-05-01", "2026-05-31"), ("2026-04-01", "2026-04-30"), ("2025-05-01", "2025-05-31")),
        ("Last quarter", ("2026-01-01", "2026-03-31"), ("2025-10-01", "2025-12-31"), ("2025-01-01", "2025-03-31")),
        ("Year to date", ("2026-01-01", "2026-05-31"), ("2025-08-01", "2025-12-31"), ("2025-01-01", "2025-05-31")),
        ("Last 12 months", ("2025-06-01", "2026-05-31"), ("2024-06-01", "2025-05-31"), ("2024-06-01", "2025-05-31")),
    ],
)
def test_periods_and_what_they_are_compared_with(
    period: str, shown: tuple[str, str], before: tuple[str, str], year_before: tuple[str, str]
) -> None:
    def days(pair: tuple[str, str]) -> Window:
        return Window(*map(date.fromisoformat, pair))

    for comparison, earlier in ((PRIOR_PERIOD, before), (PRIOR_YEAR, year_before)):
        asked = Asked(Choice(metric="orders", period=period, comparison=comparison), date(2026, 6, 14))
        assert (asked.window, asked.before) == (days(shown), days(earlier))


def test_the_year_to_date_of_a_january_is_the_year_before() -> None:
    asked = Asked(Choice(metric="orders", period="Year to date"), date(2026, 1, 30))
    assert asked.window == Window(date(2025, 1, 1), date(2025, 12, 31))


def test_days_of_ones_own_are_compared_with_as_many_days() -> None:
    own = Choice(
        metric="orders", period=CHOSEN_DAYS, since=date(2024, 2, 20), until=date(2024, 2, 29), comparison=PRIOR_PERIOD
    )
    assert Asked(own, date(2026, 1, 1)).before == Window(date(2024, 2, 10), date(2024, 2, 19))
    a_year = Choice(metric="orders", period=CHOSEN_DAYS, since=own.since, until=own.until, comparison=PRIOR_YEAR)
    assert Asked(a_year, date(2026, 1, 1)).before == Window(date(2023, 2, 20), date(2023, 2, 28))


def test_what_a_metric_does_not_have_is_left_out(session: PageSession) -> None:
    wide = Choice(
        metric="orders",
        by=("planet", "segment", "region", "channel"),
        where=where_of({"mood": ["good"], "region": ["Mars"]}),
    )
    choice, left_out = fit(session, wide)
    assert choice == Choice(metric="orders", by=("segment", "region"))
    assert [text.split("“")[1].split("”")[0] for text in left_out] == ["planet", "channel", "mood", "Mars"]


def test_a_statistic_is_split_and_filtered_by_what_it_needs(session: PageSession) -> None:
    choice, left_out = fit(session, Choice(metric="profile_index"))
    assert left_out == []
    assert {*choice.by, *dict(choice.where)} == {"attribute", "attribute_value"}
    answer = session.ask("profile_index", by=choice.by, where=dict(choice.where))
    assert any(row.status == "ok" for row in answer.rows)


def test_groups_of_people_fall_back_to_months(session: PageSession) -> None:
    choice, left_out = fit(session, Choice(metric="orders", by=("segment",), grain="day"))
    assert choice.grain == "month"
    assert left_out == ["Groups of people are not shown by day: it is shown by month."]


def test_a_metric_that_is_not_there_is_named(session: PageSession) -> None:
    with pytest.raises(UserError, match="no metric 'ordres'"):
        fit(session, Choice(metric="ordres"))


def test_nothing_that_is_offered_is_refused(session: PageSession) -> None:
    """Every metric by every pair of its dimensions and every grain that the controls offer for them."""
    refused = []
    for metric in session.definitions:
        offers = session.offers(metric)
        axes = [axis.name for axis in offers.axes]
        pairs = [(), *((one,) for one in axes), *((one, other) for one in axes for other in axes if one < other)]
        for by in pairs:
            for grain in (None, *offers.grains):
                choice, _ = fit(session, Choice(metric=metric, by=by, grain=grain))
                asked = Asked(choice, session.document.as_of_on, has_dates=offers.has_dates)
                if grain in (None, "month"):
                    rows = session.ask(
                        metric, by=choice.by, where=asked.where, grain=choice.grain, window=asked.window
                    ).rows
                    refused += [(choice, row.reason) for row in rows if row.status == "not_sliceable"]
    assert refused == []

"""Headlines claim only what their rows support."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.explore.choice import Asked, Choice
from app.explore.results import Result, answered
from app.explore.sentences import headline
from app.kit.page_session import PageSession
from app.kit.periods import PRIOR_YEAR
from serving import Answer, AnswerRow
from tests.app.rows import row


@pytest.fixture
def empty(session: PageSession) -> Result:
    return answered(session, Choice(metric="expectation_gap", period="Last 12 months", comparison=PRIOR_YEAR))


def of(result: Result, rows: list[AnswerRow], **changes: Any) -> Result:
    """A result with these rows and no others."""
    answer = Answer(question=result.answer.question, rows=tuple(rows), sql=(), run_id="run-1")
    return replace(result, **{"answer": answer, "earlier": None, "total": None, "total_before": None, **changes})


def test_a_change_is_claimed_only_beyond_its_intervals(empty: Result) -> None:
    now, near, far = row(-1.0, half=0.2), row(-1.1, half=0.2), row(-2.0, half=0.2)
    said = headline(of(empty, [now], total=now, total_before=far))
    assert said.claim
    assert str(said) == "Expectation gap: −1.00, +1.00 on the year before"
    said = headline(of(empty, [now], total=now, total_before=near))
    assert not said.claim
    assert str(said) == "Expectation gap: −1.00, not clearly different from the year before (+0.10)"


def test_an_estimate_on_too_few_is_neither_stated_nor_compared(empty: Result) -> None:
    few, far = row(-1.0, half=0.2, n=29), row(-2.0, half=0.2)
    assert str(headline(of(empty, [few], total=few, total_before=far))) == (
        "Expectation gap: too few to say (n = 29, and 30 are needed)"
    )
    assert not headline(of(empty, [far], total=far, total_before=few)).claim
    assert "on the year before" not in str(headline(of(empty, [far], total=far, total_before=few)))


def test_where_all_is_hidden_nothing_is_stated(empty: Result) -> None:
    hidden = row(status="suppressed", reason="fewer than 5 people", n=None)  # type: ignore[arg-type]
    total = row(-1.0, half=0.2)
    assert str(headline(of(empty, [hidden], total=hidden))) == (
        "Expectation gap: too few people here to describe safely"
    )
    by = replace(empty, choice=replace(empty.choice, by=("segment",)))
    assert "too few people in each group" in str(headline(of(by, [hidden], total=total)))


def test_the_highest_of_counts_is_claimed_unless_a_group_is_hidden(session: PageSession) -> None:
    result = answered(session, Choice(metric="orders", by=("segment",), period="All time"))
    rows = [row(10.0, segment="A"), row(30.0, segment="B"), row(99.0, segment=None)]
    said = headline(of(result, rows))
    assert said.claim
    assert str(said) == "Orders is highest at “B”: 30"
    hidden = headline(of(result, [*rows, row(status="suppressed", segment="C")]))
    assert not hidden.claim
    assert "of the values of segment that can be shown" in str(hidden)
    tied = headline(of(result, [row(30.0, segment="A"), row(30.0, segment="B")]))
    assert str(tied) == "Orders is highest at “A” and “B”: 30"


def test_groups_whose_intervals_overlap_do_not_differ(session: PageSession) -> None:
    result = answered(session, Choice(metric="expectation_gap", by=("segment",), period="All time"))
    rows = [row(-1.0, half=0.5, segment="A"), row(-1.2, half=0.5, segment="B")]
    said = headline(of(result, rows))
    assert not said.claim
    assert "no clear difference" in str(said)


def test_a_metric_without_dates_belongs_to_no_period(session: PageSession) -> None:
    result = answered(
        session, Choice(metric="profile_index", by=("attribute_value",), where=(("attribute", ("segment",)),))
    )
    assert result.days == "all time"
    assert Asked(result.choice, session.document.as_of_on, has_dates=False).before is None

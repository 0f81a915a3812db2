"""The headline's moves: proven, material, and bad news beside good."""

from __future__ import annotations

from app.today.findings import find_moves
from serving import AnswerRow
from tests.app.rows import row

BEFORE = "the quarter before"


def test_the_largest_proven_good_and_bad_moves_are_found() -> None:
    now = {"revenue": row(400_000, n=4000), "acquired": row(250), "nps": row(30, half=3), "csat": row(0.5, half=0.02)}
    was = {"revenue": row(300_000, n=3000), "acquired": row(400), "nps": row(10, half=3), "csat": row(0.6, half=0.02)}
    found = find_moves(now, {BEFORE: was})
    assert found.good is not None
    assert found.bad is not None
    assert (found.good.metric, found.good.is_proven) == ("revenue", True)
    assert (found.bad.metric, found.bad.is_proven, found.bad.against) == ("acquired", True, BEFORE)
    assert round(found.bad.relative, 3) == -0.375


def test_good_news_that_may_be_chance_is_no_news() -> None:
    assert find_moves({"acquired": row(110)}, {BEFORE: {"acquired": row(100)}}).said == []
    # A third more of 30 orders is chance, of 3,000 it is not.
    few, many = (find_moves({"revenue": row(4000.0, n=n)}, {BEFORE: {"revenue": row(3000.0, n=n)}}) for n in (30, 3000))
    assert few.good is None
    assert many.good is not None


def test_more_lost_customers_are_named_even_where_it_may_be_chance() -> None:
    now = {"revenue": row(400_000, n=4000), "lost": row(156)}
    found = find_moves(now, {BEFORE: {"revenue": row(300_000, n=3000), "lost": row(137)}})
    assert [(move.metric, move.is_good, move.is_proven) for move in found.said] == [
        ("revenue", True, True),
        ("lost", False, False),
    ]
    assert find_moves({"lost": row(140)}, {BEFORE: {"lost": row(137)}}).bad is None
    assert find_moves({"lost": row(4)}, {BEFORE: {"lost": row(2)}}).bad is None


def test_net_growth_is_proven_by_its_parts() -> None:
    before = {"acquired": row(400), "reactivated": row(20), "lost": row(60), "net_growth": row(360)}
    now = {"acquired": row(400), "reactivated": row(20), "lost": row(260), "net_growth": row(160)}
    found = find_moves(now, {BEFORE: before})
    assert found.bad is not None
    assert (found.bad.metric, found.bad.is_proven) == ("lost", True)
    # The same 360 and 160 of forty times as many who came and went may be chance.
    busy = {"acquired": row(16_000), "reactivated": row(800), "lost": row(16_440), "net_growth": row(360)}
    later = {**busy, "lost": row(16_640), "net_growth": row(160)}
    found = find_moves(later, {BEFORE: busy})
    assert found.bad is not None
    assert (found.bad.metric, found.bad.is_proven) == ("net_growth", False)


def test_the_more_is_looked_at_the_more_a_move_has_to_show() -> None:
    alone = find_moves({"nps": row(20, half=4)}, {BEFORE: {"nps": row(26.5, half=4)}})
    assert alone.bad is not None
    others = {"csat": row(0.6, half=0.05), "retention_rate": row(0.9, half=0.05), "acquired": row(100)}
    among = find_moves({"nps": row(20, half=4), **others}, {BEFORE: {"nps": row(26.5, half=4), **others}})
    assert among.bad is None


def test_what_is_hidden_or_has_no_interval_proves_nothing() -> None:
    hidden = AnswerRow(metric="acquired", status="suppressed")
    assert find_moves({"acquired": hidden, "nps": row(10)}, {BEFORE: {"acquired": row(400), "nps": row(50)}}).said == []
    assert find_moves({"acquired": row(250)}, {}).said == []


def test_each_move_names_the_quarter_that_it_is_compared_with() -> None:
    now = {"revenue": row(300_000, n=3000)}
    year = "the same quarter a year before"
    found = find_moves(now, {BEFORE: {"revenue": row(400_000, n=4000)}, year: {"revenue": row(200_000, n=2000)}})
    assert [(move.against, move.is_good) for move in found.said] == [(year, True), (BEFORE, False)]

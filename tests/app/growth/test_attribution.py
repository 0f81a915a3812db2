from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.growth.attribution import shares_by_model, side_by_side
from app.kit.page_session import PageSession
from serving import Answer, Question
from tests.app.rows import row

REASON = "Shapley values of 40 channels need 2^40 coalitions. Ask Markov, order 1, or group channels."


def answer(*rows: Any) -> Answer:
    return Answer(question=Question(metrics=("m",), by=("channel", "model")), rows=rows, sql=(), run_id="r")


RULES = answer(
    row(3.0, channel="Ads", model="first"),
    row(1.0, channel="Mail", model="first"),
    row(1.0, channel="Ads", model="last"),
    row(3.0, channel="Mail", model="last"),
)
WHOLE = answer(
    row(2.5, channel="Ads", model="markov_1"),
    row(1.5, channel="Mail", model="markov_1"),
    row(0.0, channel="Seen only", model="markov_1"),
    row(None, channel="Ads", model="shapley", status="refused", reason=REASON),
    row(None, channel="Mail", model="shapley", status="refused", reason=REASON),
)


def ten_times(given: Answer) -> Answer:
    rows = tuple(replace(row, value=None if row.value is None else 10 * row.value) for row in given.rows)
    return replace(given, rows=rows)


def session() -> PageSession:
    definition = SimpleNamespace(name="m", unit="count")
    named = {"attributed_conversions": definition, "channel_conversions": definition}
    return cast("PageSession", SimpleNamespace(definitions=named, currency="EUR"))


def test_models_are_columns_and_a_refused_model_says_so_for_every_channel() -> None:
    shown = side_by_side(session(), RULES, (WHOLE,))
    assert list(shown.texts["Channel"]) == ["Ads", "Mail"]
    assert list(shown.texts["First touch"]) == ["3", "1"]
    assert list(shown.texts["Removal effect"]) == ["2", "2"]
    assert list(shown.texts["Shapley value"]) == ["refused", "refused"]
    assert list(shown.texts["Equal shares"]) == ["no data", "no data"]


def test_shares_are_of_each_models_total_and_refused_models_have_none() -> None:
    # Shares of four conversions are too few to say.
    assert shares_by_model(RULES, WHOLE) == {}
    shares = shares_by_model(*map(ten_times, (RULES, WHOLE)))
    assert set(shares) == {"first", "last", "markov_1"}
    assert shares["first"] == {"Ads": 0.75, "Mail": 0.25}
    assert sum(shares["markov_1"].values()) == pytest.approx(1)

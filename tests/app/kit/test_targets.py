"""A target is judged for the number that it is for, and only where the interval says on which side that number is."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.page_session import PageSession
from app.kit.periods import Window
from app.kit.targets import sentence, target_of
from serving import AnswerRow
from tests.app.definitions import defined
from tests.app.rows import row

AS_OF = date(2026, 6, 30)
YEAR = Window(date(2025, 7, 1), AS_OF)
# Target of, dimension, value, from when, the target.
TARGETS = [
    ("m", None, None, None, 0.4),
    ("m", None, None, "2025-01-01", 0.5),
    ("m", None, None, "2026-08-01", 0.9),
    ("m", "stage", "use", "2025-01-01", 0.6),
    ("other", None, None, "2026-01-01", 0.7),
]


def session_of(definition: Any, targets: list[tuple[Any, ...]] = TARGETS) -> PageSession:
    names = ("target_of", "target_dimension", "target_value", "target_from")
    rows = [row(wanted, **dict(zip(names, named, strict=True))) for *named, wanted in targets]
    return cast(
        PageSession,
        SimpleNamespace(
            definitions={definition.name: definition, "target": definition},
            ask=lambda *_, **__: SimpleNamespace(rows=rows),
            document=SimpleNamespace(as_of_on=AS_OF),
        ),
    )


def judged(number: AnswerRow, *, window: Window = YEAR, kind: dict[str, Any] | None = None, **where: str) -> str:
    definition = defined(**(kind or {}))
    filters = {name: (value,) for name, value in where.items()}
    found = target_of(session_of(definition), definition, number, where=filters, window=window)
    return sentence(found, definition, currency="EUR") if found else ""


@pytest.mark.parametrize(
    ("half", "value", "said"),
    [
        (0.05, 0.56, "Target 50%: reached."),
        (0.05, 0.44, "Target 50%: missed."),
        (0.05, 0.54, "Target 50%: too close to say."),
        (0.05, 0.46, "Target 50%: too close to say."),
        (0.05, 0.55, "Target 50%: reached."),
    ],
)
def test_only_an_interval_on_one_side_decides(half: float, value: float, said: str) -> None:
    assert judged(row(value, half=half, n=400)) == said


def test_less_may_be_better_and_neither_is_not_judged() -> None:
    less, neither = {"good": "down"}, {"good": "none"}
    assert judged(row(0.3, half=0.1, n=400), kind=less) == "Target 50%: reached."
    assert judged(row(0.7, half=0.1, n=400), kind=less) == "Target 50%: missed."
    assert judged(row(0.7, half=0.1, n=400), kind=neither) == "Target 50%."


def test_the_newest_that_began_by_the_end_of_the_period_holds() -> None:
    assert judged(row(0.44, half=0.01, n=400), window=Window(None, date(2024, 12, 31))) == "Target 40%: reached."
    assert judged(row(0.44, half=0.01, n=400), window=Window(None, None)) == "Target 50%: missed."
    assert judged(row(0.44, half=0.01, n=400), window=Window(None, date(2026, 8, 1))) == "Target 90%: missed."


def test_a_target_is_for_one_slice_alone() -> None:
    assert judged(row(0.44, half=0.01, n=400), stage="use") == "Target 60%: missed."
    assert judged(row(0.44, half=0.01, n=400), stage="buy") == ""
    assert judged(row(0.44, half=0.01, n=400), segment="Consumer") == ""
    assert judged(row(0.44, half=0.01, n=400), stage="use", segment="Consumer") == ""


def test_a_sum_has_no_target_and_a_state_has() -> None:
    counted = {"metric_class": "additive", "unit": "count"}
    assert judged(row(4, n=4), kind=counted) == ""
    assert judged(row(4, n=4), kind={**counted, "is_state": True}) == "Target 0: reached."


@given(
    value=st.floats(-1, 1), below=st.floats(0, 1), above=st.floats(0, 1), wanted=st.floats(-1, 1),
    good=st.sampled_from(["up", "down"]),
)  # fmt: skip
def test_nothing_within_the_interval_contradicts_the_sentence(
    value: float, below: float, above: float, wanted: float, good: str
) -> None:
    definition = defined(good=good)
    number = AnswerRow(metric="m", value=value, low=value - below, high=value + above, n=400)
    session = session_of(definition, [("m", None, None, None, wanted)])
    found = target_of(session, definition, number, where={}, window=YEAR)
    assert found is not None

    def is_reached(one: float) -> bool:
        return one >= wanted if good == "up" else one <= wanted

    assert number.low is not None
    assert number.high is not None
    inside = {is_reached(one) for one in (number.low, value, number.high)}
    assert found.state == ("undecided" if len(inside) > 1 else "reached" if inside == {True} else "missed")

"""Drivers of satisfaction are named only if each is proven by itself."""

from __future__ import annotations

from app.expectations.drivers import Analysis, Driver, headline
from tests.app.rows import row


def driver(label: str, weight: float, *, status: str = "significant", priority: str = "leave") -> Driver:
    return Driver(
        label=label,
        weight=row(weight, half=0.02, n=900),
        rating=60.0,
        coefficient=0.2,
        status=status,
        priority=priority,
    )


def analysis(*drivers: Driver, refusal: str | None = None) -> Analysis:
    return Analysis(
        outcome="overall",
        survey="s",
        drivers=drivers,
        n=900,
        r_squared=0.4,
        warnings=(),
        refusal=refusal,
        answers=(),
    )


def test_the_strongest_proven_driver_is_named_with_its_share() -> None:
    said = headline(analysis(driver("Solved first time", 0.2, priority="fix first"), driver("Lasts", 0.1)))
    assert said.claim
    assert said.text == (
        "Overall satisfaction goes most with “Solved first time” (50% of what items explain), and it is rated below "
        "average"
    )
    other = headline(analysis(driver("Solved first time", 0.2), driver("Lasts", 0.1, priority="fix first")))
    assert other.text.endswith("of what items explain); of weight, and rated below average: “Lasts”")


def test_items_with_similar_weights_support_no_claim() -> None:
    said = headline(analysis(driver("Lasts", 0.1, status="shared"), driver("Kind", 0.1, status="not significant")))
    assert not said.claim
    assert "with none of 2 items by itself" in said.text


def test_a_refusal_shows_its_own_text() -> None:
    said = headline(analysis(refusal="only 20 complete answers: drivers are weighed from 150 on"))
    assert not said.claim
    assert "only 20 complete answers" in said.text


def test_quadrant_lines_are_averages() -> None:
    one = analysis(driver("A", 0.3), driver("B", 0.1))
    assert one.weight_cut == 0.2
    assert one.rating_cut == 60.0

"""Green and red say good and bad: only what has a good direction, and only where the numbers show it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.kit import cards, charts
from app.kit.page_session import PageSession, open_session
from serving import Answer, AnswerRow, MetricDefinition
from tests.app.conftest import Open
from tests.app.definitions import defined
from tests.app.rows import row

NARROW, WIDE = 0.01, 0.5  # half an interval around 0.4 and 0.6: apart, and not apart
GREEN, RED, NONE = "green", "red", "none"


def coloured(definition: MetricDefinition, now: AnswerRow, before: AnswerRow) -> str:
    """The colour in which Streamlit writes a change: it reads its sign off a hyphen."""
    text, color = cards.delta(definition, now, before)
    assert text is not None
    if color == "off":
        return NONE
    assert color in ("normal", "inverse")
    return GREEN if text.startswith("-") == (color == "inverse") else RED


def changes(definition: MetricDefinition, half: float) -> Iterator[tuple[str, str]]:
    """The colour of a rise and the colour of a fall of a metric, and of its sparkline."""
    low, high = (row(value, half=half, n=4000, metric=definition.name) for value in (0.4, 0.6))
    for before, now in ((low, high), (high, low)):
        tone = cards._tone(*cards.delta(definition, now, before))
        yield coloured(definition, now, before), {charts.POINT: GREEN, charts.ALARM: RED, charts.CONTEXT: NONE}[tone]


EXPECTED = {"up": (GREEN, RED), "down": (RED, GREEN), "none": (NONE, NONE)}


def test_the_colour_of_a_change_follows_the_metric_s_good_direction(demo_workspace: Path) -> None:
    definitions = open_session(demo_workspace).definitions
    assert {one.good for one in definitions.values()} == {*EXPECTED}
    wrong = {
        name: found
        for name, one in definitions.items()
        if (found := [*changes(one, NARROW)]) != [(color, color) for color in EXPECTED[one.good]]
    }
    assert wrong == {}


def test_a_change_that_its_intervals_do_not_show_has_no_colour(demo_workspace: Path) -> None:
    definitions = open_session(demo_workspace).definitions
    assert {one for definition in definitions.values() for one in changes(definition, WIDE)} == {(NONE, NONE)}


@pytest.mark.parametrize("metric_class", ["ratio", "composed", "fixed_grain", "quantile"])
def test_a_change_of_an_estimate_without_an_interval_has_no_colour(metric_class: str) -> None:
    definition = defined(metric_class=metric_class)
    assert coloured(definition, row(0.6, n=4000), row(0.4, n=4000)) == NONE


def test_share_of_voice_is_neither_good_nor_bad(demo_workspace: Path) -> None:
    voice = open_session(demo_workspace).definitions["share_of_voice"]
    assert voice.good == "none"
    assert {*changes(voice, NARROW)} == {(NONE, NONE)}


def test_every_change_that_a_page_shows_is_coloured_by_this_rule(repository: Path) -> None:
    """A call of `st.metric` with a change names the colour that `cards.delta` gave beside it."""
    shown, wrong = 0, []
    for file in sorted((repository / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func).endswith("st.metric")):
                continue
            named = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            if len(node.args) < 3 and "delta" not in named:
                continue
            shown += 1
            given = "delta(" in file.read_text() and named.get("delta_color") == "color"
            wrong += [] if given else [f"{file.relative_to(repository)}:{node.lineno}"]
    assert shown >= 3
    assert wrong == []


# Each as the answer's rows in turn: clearly above 0, clearly below it, and neither.
ABOVE, BELOW, EITHER = (3.0, 0.2), (-3.0, 0.2), (0.1, 2.0)
SIDES = (ABOVE, BELOW, EITHER)


@pytest.fixture
def bars(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[dict[str, Any]]]:
    """The records of every chart of ranked bars that a page draws, by what its axis says."""
    drawn: dict[str, list[dict[str, Any]]] = {}
    ranked = charts.ranked

    def keeping(records: Any, *, axis: str, **others: Any) -> Any:
        drawn[axis] = [*records]
        return ranked(records, axis=axis, **others)

    monkeypatch.setattr(charts, "ranked", keeping)
    return drawn


@pytest.mark.parametrize(
    ("metric", "axis"),
    [
        pytest.param("outcome_shortfall", "Importance − satisfaction", id="over-served"),
        pytest.param("opportunity_change", "Change of the opportunity score", id="need that fell"),
    ],
)
def test_of_outcomes_only_those_that_got_worse_or_are_under_served_are_red(
    open_page: Open,
    demo_workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    bars: dict[str, list[dict[str, Any]]],
    metric: str,
    axis: str,
) -> None:
    ask = PageSession.ask

    def with_sides(self: PageSession, *asked: Any, **how: Any) -> Answer:
        answer = ask(self, *asked, **how)
        if answer.question.metrics != (metric,) or not how.get("by"):
            return answer
        sides = (SIDES[at % len(SIDES)] for at in range(len(answer.rows)))
        rows = [
            replace(one, value=value, low=value - half, high=value + half, n=4000, status="ok", reason=None)
            for one, (value, half) in zip(answer.rows, sides, strict=True)
        ]
        return replace(answer, rows=tuple(rows))

    monkeypatch.setattr(PageSession, "ask", with_sides)
    page = open_page(demo_workspace, "outcomes")
    assert not page.exception
    found = bars[axis]
    red = {record["value"] for record in found if record["stands_out"]}
    assert {record["value"] for record in found} == {value for value, _ in SIDES}
    assert red == {ABOVE[0]}


def test_bars_are_red_only_where_they_stand_out() -> None:
    records = [
        {"label": name, "value": 1.0, "low": 0.9, "high": 1.1, "text": "1", "note": "", "stands_out": stands_out}
        for name, stands_out in (("one", True), ("other", False))
    ]
    bar = charts.ranked(records, axis="x").to_dict()["layer"][0]["encoding"]["color"]
    assert bar["condition"]["test"] == "datum.stands_out"
    assert (bar["condition"]["value"], bar["value"]) == (charts.ALARM, charts.CONTEXT)

from __future__ import annotations

import json
from typing import Any

import pytest

from app.kit import charts
from app.who import charts as value_charts

RANKED = [
    {"label": "Fix it", "value": 14.5, "low": 13.7, "high": 15.3, "text": "14.5", "note": "n = 9", "stands_out": True},
    {"label": "Tell me", "value": 7.4, "low": 6.6, "high": 8.2, "text": "7.4", "note": "n = 9", "stands_out": False},
]
DRAWN = {
    "ranked": charts.ranked(RANKED, axis="Score", threshold=10),
    "index_dots": charts.index_dots(
        [
            {**record, "direction": direction}
            for record, direction in zip(RANKED, ("More common", "Less common"), strict=True)
        ],
        axis="Index",
    ),
    "opportunity_map": charts.opportunity_map(
        [{"label": "Fix it", "importance": 9.0, "satisfaction": 3.5, "stands_out": True, "note": ""}],
        floor=7,
        ceiling=6,
    ),
    "dumbbell": charts.dumbbell(
        [{"label": "Fast", "expected": 5.5, "experienced": 4.2, "text": "−1.30", "note": "n = 9", "stands_out": True}],
        axis="Rating",
    ),
    "pareto": value_charts.pareto(
        [{"customers": 0.2, "revenue": 0.6}, {"customers": 1.0, "revenue": 1.0}], point=20, text="Top 20% = 60%"
    ),
    "survival": value_charts.survival(
        [
            {"month": month, "value": 1 - month / 10, "low": 0.9 - month / 10, "high": 1.0, "note": "n = 9"}
            for month in (0, 1, 2)
        ],
        axis="Share that lasts longer",
    ),
    "moves": value_charts.moves([{"period": "2026-01-01", "up": 4, "down": 3}]),
    "lines": charts.lines(
        [
            {"period": "2026-01-01", "value": 4, "series": "Email"},
            {"period": "2026-02-01", "value": 5, "series": "Email"},
            {"period": "2026-01-01", "value": 9, "series": "Store"},
        ],
        marks=[{"at": "2026-01-20", "label": "New help pages"}],
    ),
    "along_stages": charts.along_stages(
        [{"stage": "Use", "value": 5.1, "low": 5.0, "high": 5.2, "text": "5.1", "note": "n = 9"}],
        axis="Rating",
        order=["Purchase", "Use"],
        lowest="Use",
    ),
    "matrix": charts.matrix(
        [
            {"row": "Email", "column": "Use", "value": 0.4, "text": "40%"},
            {"row": "Email", "column": "Loyalty", "value": None, "text": "fewer than 5"},
        ],
        columns=["Use", "Loyalty"],
        pattern=".0%",
    ),
}


def specification(name: str) -> dict[str, Any]:
    return DRAWN[name].to_dict()


def marks(specification: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [layer for layer in specification["layer"] if layer["mark"]["type"] == kind]


@pytest.mark.parametrize("name", DRAWN)
def test_text_labels_use_the_text_colour_of_the_page(name: str) -> None:
    labels = marks(specification(name), "text")
    assert labels
    assert all(label["mark"]["color"] == "currentColor" for label in labels)


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_embeds_its_data_and_loads_nothing_remote(name: str) -> None:
    text = json.dumps(specification(name)["datasets"])
    assert text != "{}"
    assert '"url"' not in json.dumps({key: value for key, value in specification(name).items() if key != "$schema"})


def test_bars_keep_the_given_order() -> None:
    assert marks(specification("ranked"), "bar")[0]["encoding"]["y"]["sort"] == ["Fix it", "Tell me"]


def test_over_and_under_represented_values_differ_in_shape_and_colour() -> None:
    points = marks(specification("index_dots"), "point")[0]["encoding"]
    assert points["shape"]["scale"]["range"][:2] == ["circle", "diamond"]
    assert points["color"]["scale"]["range"][0] != points["color"]["scale"]["range"][1]


def test_a_curve_is_labelled_with_its_last_month() -> None:
    label = marks(specification("survival"), "text")[-1]
    rows = specification("survival")["datasets"][label["data"]["name"]]
    assert [row["value"] for row in rows] == [0.8]


def test_the_top_tier_is_shaded_and_its_point_marked() -> None:
    drawn = specification("pareto")
    (area,), (dot,) = marks(drawn, "area"), marks(drawn, "point")
    assert [row["customers"] for row in drawn["datasets"][area["data"]["name"]]] == [0.0, 0.2]
    assert [row["revenue"] for row in drawn["datasets"][dot["data"]["name"]]] == [0.6]


def test_downward_moves_are_drawn_below_the_axis_without_a_sign() -> None:
    drawn = specification("moves")
    up, down = marks(drawn, "bar")
    assert (up["encoding"]["y"]["field"], down["encoding"]["y"]["field"]) == ("up", "below")
    assert [label["encoding"]["text"]["field"] for label in marks(drawn, "text")] == ["up", "down"]
    (rows,) = drawn["datasets"].values()
    assert [(row["up"], row["below"]) for row in rows] == [(4, -3)]


def test_forecast_and_actual_differ_in_shape() -> None:
    drawn = value_charts.calibration(
        [{"tenth": 1, "forecast": 2.0, "fact": 3.0, "note": "9 customers"}], axis="EUR", pattern=",.0f"
    ).to_dict()
    (points,) = marks(drawn, "point")
    assert points["encoding"]["shape"]["scale"]["range"] == ["diamond", "circle"]
    rows = drawn["datasets"][points["data"]["name"]]
    assert {row["end"]: row["value"] for row in rows} == {"Forecast": 2.0, "Actual": 3.0}


@pytest.mark.parametrize("background", [(255, 255, 255), (15, 27, 45)])
@pytest.mark.parametrize("colour", [charts.POINT, charts.ALARM, charts.CONTEXT])
def test_marks_stand_out_on_a_light_and_on_a_dark_page(colour: str, background: tuple[int, int, int]) -> None:
    def luminance(rgb: tuple[int, ...]) -> float:
        parts = [value / 255 for value in rgb]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    drawn = luminance(tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5)))
    lighter, darker = sorted((drawn, luminance(background)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 3


def test_labels_of_close_lines_do_not_overlap() -> None:
    assert charts.apart([10, 9, 50], least=4) == [13, 9, 50]

from __future__ import annotations

import json
from typing import Any

import pytest

from app import charts

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
    "over_time": charts.over_time(
        [{"period": f"2026-0{month}-01", "value": month / 10} for month in (1, 2, 3)],
        axis="Share",
        pattern=".0%",
        reference=0.2,
        reference_label="Even spread",
    ),
    "lines": charts.lines(
        [
            {"period": "2026-01-01", "value": 4, "series": "Email"},
            {"period": "2026-02-01", "value": 5, "series": "Email"},
            {"period": "2026-01-01", "value": 9, "series": "Store"},
        ],
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
def test_written_labels_take_the_colour_of_the_page(name: str) -> None:
    labels = marks(specification(name), "text")
    assert labels
    assert all(label["mark"]["color"] == "currentColor" for label in labels)


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_carries_its_data_and_asks_for_nothing_from_outside(name: str) -> None:
    text = json.dumps(specification(name)["datasets"])
    assert text != "{}"
    assert '"url"' not in json.dumps({key: value for key, value in specification(name).items() if key != "$schema"})


def test_bars_keep_the_order_in_which_they_are_given() -> None:
    assert marks(specification("ranked"), "bar")[0]["encoding"]["y"]["sort"] == ["Fix it", "Tell me"]


def test_what_is_more_and_less_common_differs_in_shape_and_colour() -> None:
    points = marks(specification("index_dots"), "point")[0]["encoding"]
    assert points["shape"]["scale"]["range"][:2] == ["circle", "diamond"]
    assert points["color"]["scale"]["range"][0] != points["color"]["scale"]["range"][1]


def test_the_last_month_of_a_course_is_written_at_its_end() -> None:
    label = marks(specification("over_time"), "text")[-1]
    rows = specification("over_time")["datasets"][label["data"]["name"]]
    assert [row["value"] for row in rows] == [0.3]


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


def test_names_of_close_lines_are_written_apart() -> None:
    assert charts.apart([10, 9, 50], least=4) == [13, 9, 50]

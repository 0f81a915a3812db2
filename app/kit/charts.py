"""Charts. In: plain records of numbers and labels. Out: an Altair chart; nothing is asked or computed here.

Colours hold on a light and on a dark page: marks use mid tones with a contrast of three to one on both, text takes the
page's own colour. A colour never speaks alone: a shape, a sign or a label says the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import pairwise
from textwrap import wrap
from typing import Any

import altair as alt
import pandas as pd

POINT = "#12807F"  # the one colour for the point that a chart makes
ALARM = "#C8553D"  # what falls short
CONTEXT = "#8A94A3"  # everything else
TEXT = "currentColor"  # the page's own text colour, in any theme
LINES = (POINT, ALARM, "#5B7BC0", "#9A7B1F", "#9460AE", CONTEXT)
ROW = 34
AXIS = 56  # pixels of the value axis with its title, which count as part of a chart's height
CELL, CELL_AXIS = 36, 28  # pixels of a grid's row, and of a line of text over its columns
SMALL = 13  # pixels of labels
LABEL_WIDTH = 170
# A title under bars may be longer than they are: it ends where they do, and has the room under their names, too.
WHOLE_TITLE: Mapping[str, Any] = {"titleAnchor": "end"}
TITLE_LETTERS, TITLE_LINE = 40, 15  # of a line of such a title on a telephone, and its pixels
TICKS = 6  # of a value axis, about: bars show their numbers
DOTTED_UP_TO = 36  # months: beyond that a dot for each hides the line
SPARKLINE = 52  # pixels of a card's course
POINTED_AT = 12  # pixels wide that what shows a name on pointing is
LABEL_DISTANCE = 0.055  # of the value axis: what a line of text needs

Record = Mapping[str, Any]


def ranked(
    records: Sequence[Record],
    *,
    axis: str,
    label: str = "label",
    value: str = "value",
    threshold: float | None = None,
    is_praise: bool = False,
    unit: str | None = None,
) -> alt.LayerChart:
    """Horizontal bars, longest first, with intervals; those marked `stands_out` are coloured.

    Args:
        records: label, value, low, high (or None), text (the direct label), stands_out (bool).
        axis: title of the value axis.
        threshold: a cut line, where the method has one.
        is_praise: what stands out is to be copied, not fixed.
        unit: of the values: shares are percent on the axis, too.
    """
    data = pd.DataFrame(list(records))
    y = _labels(label, list(data[label]))
    base = alt.Chart(data)
    title = wrap(axis, TITLE_LETTERS) or [""]
    bars = base.mark_bar(height=16, cornerRadiusEnd=3).encode(
        x=alt.X(
            f"{value}:Q",
            title=title if len(title) > 1 else axis,
            axis=alt.Axis(tickCount=TICKS, **WHOLE_TITLE, **({"format": ".0%"} if unit == "share" else {})),
        ),
        y=y,
        color=alt.condition("datum.stands_out", alt.value(POINT if is_praise else ALARM), alt.value(CONTEXT)),
        tooltip=_tooltip(data, label),
    )
    whiskers = base.mark_rule(color=TEXT, opacity=0.7, strokeWidth=1.5).encode(x="low:Q", x2="high:Q", y=y)
    data["end"] = data[[value, "high"]].max(axis=1).clip(lower=0)
    texts = alt.Chart(data).mark_text(align="left", dx=8, color=TEXT, fontSize=SMALL)
    # A mark without any data is an image without a text to a screen reader.
    has_intervals = data["low"].notna().any()
    layers = [bars, *([whiskers] if has_intervals else []), texts.encode(x="end:Q", y=y, text="text:N")]
    if threshold is not None:
        layers.append(_rule(threshold))
    return _sized(alt.layer(*layers), len(data), more=(len(title) - 1) * TITLE_LINE)


def index_dots(records: Sequence[Record], *, axis: str) -> alt.LayerChart:
    """Index by attribute value around 100, with intervals: a circle where more common, a diamond where less.

    Args:
        records: label, value, low, high, text, direction ("More common", "Less common" or "Not proven").
    """
    data = pd.DataFrame(list(records)).assign(base=100)
    y = _labels("label", list(data["label"]))
    directions = ["More common", "Less common", "Not proven"]
    color = alt.Color("direction:N", scale=alt.Scale(domain=directions, range=[POINT, ALARM, CONTEXT]), legend=None)
    shape = alt.Shape(
        "direction:N", scale=alt.Scale(domain=directions, range=["circle", "diamond", "square"]), legend=None
    )
    base = alt.Chart(data)
    no_negatives = alt.Axis(labelExpr="datum.value < 0 ? '' : datum.label", **WHOLE_TITLE)
    x = alt.X("value:Q", title=axis, axis=no_negatives, scale=alt.Scale(zero=False, nice=False, padding=36))
    stems = base.mark_rule(strokeWidth=2.5, opacity=0.8).encode(x="base:Q", x2="value:Q", y=y, color=color)
    whiskers = base.mark_rule(strokeWidth=1, opacity=0.55, color=TEXT).encode(x="low:Q", x2="high:Q", y=y)
    dots = base.mark_point(filled=True, size=120, opacity=1).encode(
        x=x, y=y, color=color, shape=shape, tooltip=_tooltip(data, "label")
    )
    above = base.transform_filter("datum.value >= 100").mark_text(align="left", dx=8, color=TEXT, fontSize=SMALL)
    below = base.transform_filter("datum.value < 100").mark_text(align="right", dx=-8, color=TEXT, fontSize=SMALL)
    texts = [above.encode(x="high:Q", y=y, text="text:N"), below.encode(x="low:Q", y=y, text="text:N")]
    return _sized(alt.layer(stems, whiskers, _rule(100), dots, *texts), len(data), row=30)


def opportunity_map(records: Sequence[Record], *, floor: float, ceiling: float) -> alt.LayerChart:
    """Importance against satisfaction; what is important and unmet is named.

    Args:
        records: label, importance, satisfaction (0-10), stands_out (bool).
        floor: importance from which the shaded corner starts.
        ceiling: satisfaction at which it ends.
    """
    data = pd.DataFrame(list(records))
    low = min(float(data["importance"].min()), float(data["satisfaction"].min()), floor, ceiling)
    scale = alt.Scale(domain=[max(0, int(low) - 1), 10], nice=False)
    base = alt.Chart(data).encode(
        x=alt.X("satisfaction:Q", title="Satisfied (share × 10)", scale=scale),
        y=alt.Y("importance:Q", title="Important (share × 10)", scale=scale),
        tooltip=_tooltip(data, "label"),
    )
    corner = alt.Chart(pd.DataFrame([{"x": scale.domain[0], "x2": ceiling, "y": floor, "y2": 10}]))
    area = corner.mark_rect(color=ALARM, opacity=0.10).encode(
        x=alt.X("x:Q", scale=scale), x2="x2:Q", y=alt.Y("y:Q", scale=scale), y2="y2:Q"
    )
    note = corner.mark_text(align="left", baseline="top", dx=6, dy=6, fontStyle="italic", color=TEXT, opacity=0.75)
    note = note.encode(x=alt.X("x:Q", scale=scale), y=alt.Y("y2:Q", scale=scale), text=alt.value("Important but unmet"))
    dots = base.mark_point(filled=True, size=130, opacity=1).encode(
        color=alt.condition("datum.stands_out", alt.value(ALARM), alt.value(CONTEXT)),
        shape=alt.condition("datum.stands_out", alt.value("circle"), alt.value("square")),
    )
    named = base.transform_filter("datum.stands_out").encode(text="label:N")
    names = named.mark_text(align="left", dx=10, color=TEXT, fontSize=SMALL, limit=220)
    return alt.layer(area, note, dots, names).properties(height=380)


def dumbbell(records: Sequence[Record], *, axis: str) -> alt.LayerChart:
    """Expected against experienced, item by item: a circle, a diamond, and the gap in words.

    Args:
        records: label, expected, experienced, text (the gap), stands_out (bool), note (for the tooltip).
    """
    data = pd.DataFrame(list(records))
    y = _labels("label", list(data["label"]))
    base = alt.Chart(data)
    bars = base.mark_rule(strokeWidth=5, opacity=0.45).encode(
        x=alt.X("expected:Q", title=axis, axis=alt.Axis(**WHOLE_TITLE), scale=alt.Scale(zero=False, padding=30)),
        x2="experienced:Q",
        y=y,
        color=alt.condition("datum.stands_out", alt.value(ALARM), alt.value(CONTEXT)),
    )
    ends = data.melt(
        id_vars=["label", "text", "note"], value_vars=["expected", "experienced"], var_name="end", value_name="rating"
    )
    ends["end"] = ends["end"].map({"expected": "Expected", "experienced": "Experienced"})
    points = (
        alt.Chart(ends)
        .mark_point(filled=True, size=130, opacity=1)
        .encode(
            x="rating:Q",
            y=y,
            color=alt.Color(
                "end:N",
                scale=alt.Scale(domain=["Expected", "Experienced"], range=[CONTEXT, POINT]),
                legend=alt.Legend(title=None, orient="top"),
            ),
            shape=alt.Shape(
                "end:N",
                scale=alt.Scale(domain=["Expected", "Experienced"], range=["circle", "diamond"]),
                legend=alt.Legend(title=None, orient="top"),
            ),
            tooltip=["label:N", "end:N", alt.Tooltip("rating:Q", format=".2f"), "note:N"],
        )
    )
    data["right"] = data[["expected", "experienced"]].max(axis=1)
    gaps = alt.Chart(data).encode(x="right:Q", y=y, text="text:N")
    texts = gaps.mark_text(align="left", dx=12, color=TEXT, fontSize=SMALL)
    return _sized(alt.layer(bars, points, texts), len(data))


def lines(
    records: Sequence[Record],
    *,
    pattern: str = ",.0f",
    alarming: Collection[str] = (),
    marks: Sequence[Record] = (),
    reach: tuple[float, float] | None = None,
) -> alt.LayerChart:
    """Several measures by month, each named at its end instead of in a legend.

    Args:
        records: period (first day), value (None where there is none to draw: the line is broken), series; at most six
            series.
        alarming: series of which less is better, in the colour that says so.
        marks: days at which something was changed, `at` and `label`: dashed lines across.
        reach: of the value axis, where charts beside each other share one.
    """
    data = pd.DataFrame(list(records))
    data["period"] = pd.to_datetime(data["period"])
    data["value"] = data["value"].astype(float)
    order = list(data.groupby("series")["value"].sum().sort_values(ascending=False).index)
    calm = iter([tone for tone in LINES if not alarming or tone != ALARM])
    tones = [ALARM if name in alarming else next(calm) for name in order]
    color = alt.Color("series:N", scale=alt.Scale(domain=order, range=tones), legend=None)
    scale = alt.Scale(zero=True) if reach is None else alt.Scale(domain=list(reach))
    base = alt.Chart(data).encode(
        x=alt.X("period:T", title=None, axis=alt.Axis(format="%b %Y", tickCount=4, labelOverlap=True)),
        y=alt.Y("value:Q", title=None, axis=alt.Axis(format=pattern), scale=scale),
        color=color,
    )
    newest = data.dropna(subset=["value"]).sort_values("period").groupby("series").tail(1)
    dotted = data["period"].nunique() <= DOTTED_UP_TO
    point = alt.OverlayMarkDef(filled=True, size=30) if dotted else False
    drawn = base.mark_line(strokeWidth=2.5, point=point, invalid="break-paths-show-domains").encode(
        tooltip=["series:N", alt.Tooltip("period:T", format="%b %Y"), alt.Tooltip("value:Q", format=pattern)]
    )
    newest = newest.assign(
        label_at=apart(list(newest["value"]), least=float(reach[1] if reach else data["value"].max()) * LABEL_DISTANCE)
    )
    names = (
        alt.Chart(newest)
        .mark_text(align="left", dx=8, fontSize=SMALL, color=TEXT)
        .encode(x="period:T", y="label_at:Q", text="series:N")
    )
    layers = [*across(marks), drawn, names]
    return alt.layer(*layers).properties(height=320, padding={"right": 92, "left": 0, "top": 5, "bottom": 5})


def across(marks: Sequence[Record]) -> list[alt.Chart]:
    """Dashed lines across the days of `marks`, numbered in turn; their names show on pointing."""
    if not marks:
        return []
    changes = [{"at": pd.Timestamp(one["at"]), "label": one["label"], "nth": str(n)} for n, one in enumerate(marks, 1)]
    # What began on one day shares a line.
    data = pd.DataFrame(changes).groupby("at", as_index=False).agg(", ".join)
    base = alt.Chart(data).encode(
        x="at:T", tooltip=[alt.Tooltip("label:N", title="Changed"), alt.Tooltip("at:T", format="%d %b %Y")]
    )
    rules = base.mark_rule(color=TEXT, opacity=0.45, strokeDash=[4, 4])
    numbers = base.mark_text(color=TEXT, fontSize=SMALL, dy=-6, baseline="bottom").encode(y=alt.value(0), text="nth:N")
    return [rules, numbers]


def sparkline(records: Sequence[Record], *, tone: str, marks: Sequence[Record] = ()) -> dict[str, Any]:
    """The course of one number without axes, for a card; month and value show on pointing.

    A plain Vega-Lite specification: a page holds a dozen, and Altair takes a tenth of a second to check each.

    Args:
        records: period (first day), value, text (the value as it is read).
        tone: the line's colour.
        marks: days at which something was changed, `at` and `label`: dashed lines across, named on pointing.
    """
    points = [{"period": _moment(one["period"]), "value": one["value"], "text": one["text"]} for one in records]
    changes = [{"at": _moment(at), "label": label} for at, label in _by_day(marks).items()]
    x = {"field": "period", "type": "temporal", "axis": None}
    y = {"field": "value", "type": "quantitative", "axis": None, "scale": {"zero": False}}
    course: dict[str, Any] = {"data": {"values": points}, "encoding": {"x": x, "y": y}}
    tooltip = [
        {"field": "period", "type": "temporal", "format": "%b %Y", "title": "Month"},
        {"field": "text", "type": "nominal", "title": "Value"},
    ]
    changed = {
        "data": {"values": changes},
        "encoding": {
            "x": {**x, "field": "at"},
            "tooltip": [
                {"field": "label", "type": "nominal", "title": "Changed"},
                {"field": "at", "type": "temporal", "format": "%d %b %Y", "title": "On"},
            ],
        },
    }
    layers = [
        {**course, "mark": {"type": "line", "color": tone, "strokeWidth": 2}},
        # Invisible, but wide enough to be pointed at.
        {
            **course,
            "mark": {"type": "point", "filled": True, "opacity": 0, "size": POINTED_AT**2, "tooltip": True},
            "encoding": {**course["encoding"], "tooltip": tooltip},
        },
    ]
    if changes:
        dashed = {"type": "rule", "color": TEXT, "opacity": 0.45, "strokeDash": [4, 4]}
        layers.insert(0, {**changed, "mark": dashed})
        layers.append({**changed, "mark": {"type": "rule", "opacity": 0, "strokeWidth": POINTED_AT}})
    return {"height": SPARKLINE, "layer": layers, "padding": dict.fromkeys(("left", "right", "top", "bottom"), 3)}


def _by_day(marks: Sequence[Record]) -> dict[date, str]:
    """The names of `marks` by day, in order: what began on one day shares a line."""
    labels: dict[date, str] = {}
    for one in sorted(marks, key=lambda mark: mark["at"]):
        labels[one["at"]] = f"{labels[one['at']]}, {one['label']}" if one["at"] in labels else one["label"]
    return labels


def _moment(on: date) -> str:
    """A day's beginning by the reader's clock: a date alone would be read as UTC, and be the day before in the west."""
    return f"{on.isoformat()}T00:00:00"


def apart(values: Sequence[float], *, least: float) -> list[float]:
    """Positions as near to `values` as they can be while no two are closer than `least`."""
    order = sorted(range(len(values)), key=lambda at: values[at])
    placed = [float(value) for value in values]
    for lower, upper in pairwise(order):
        placed[upper] = max(placed[upper], placed[lower] + least)
    return placed


def along_stages(
    records: Sequence[Record], *, axis: str, order: Sequence[str], lowest: str | None = None
) -> alt.LayerChart:
    """A measure along the stages, with intervals; the lowest is coloured where it is proven lowest.

    Args:
        records: stage, value, low, high, text.
        order: the stages in their order.
        lowest: the stage to point at, or None.
    """
    data = pd.DataFrame(list(records)).assign(stands_out=lambda frame: frame["stage"] == lowest)
    x = alt.X("stage:N", sort=list(order), title=None, axis=alt.Axis(labelAngle=0, labelLimit=90, labelFlush=False))
    base = alt.Chart(data)
    line = base.mark_line(color=CONTEXT, strokeWidth=2).encode(
        x=x, y=alt.Y("value:Q", title=axis, scale=alt.Scale(zero=False, padding=16))
    )
    whiskers = base.mark_rule(color=TEXT, opacity=0.6).encode(x=x, y="low:Q", y2="high:Q")
    dots = base.mark_point(filled=True, size=140, opacity=1).encode(
        x=x,
        y="value:Q",
        color=alt.condition("datum.stands_out", alt.value(ALARM), alt.value(POINT)),
        shape=alt.condition("datum.stands_out", alt.value("diamond"), alt.value("circle")),
        tooltip=_tooltip(data, "stage"),
    )
    texts = base.mark_text(dx=10, dy=-10, align="left", color=TEXT, fontSize=SMALL, fontWeight="bold")
    return alt.layer(whiskers, line, dots, texts.encode(x=x, y="value:Q", text="text:N")).properties(height=320)


def matrix(
    records: Sequence[Record], *, columns: Sequence[str], pattern: str, rows: Sequence[str] = (), across: str = ""
) -> alt.LayerChart:
    """A grid of shares, written in every cell; the fill is only a second reading.

    Args:
        records: row, column, value (None where there is none), text.
        columns: the columns in their order.
        rows: the rows in their order; by name where none is given.
        pattern: d3 format for the tooltip.
        across: what the columns are, where their names do not say it.
    """
    data = pd.DataFrame(list(records))
    x, y = grid_axes(columns, rows, gap=0.12, across=across)
    base = alt.Chart(data).encode(x=x, y=y)
    cells = base.mark_rect(cornerRadius=4).encode(
        color=alt.value(POINT),
        opacity=alt.Opacity("value:Q", scale=alt.Scale(range=[0.06, 0.45]), legend=None),
        tooltip=["row:N", "column:N", alt.Tooltip("value:Q", format=pattern)],
    )
    texts = base.mark_text(color=TEXT, fontSize=SMALL).encode(text="text:N")
    return alt.layer(cells, texts).properties(height=data["row"].nunique() * CELL + (2 if across else 1) * CELL_AXIS)


def grid_axes(columns: Sequence[str], rows: Sequence[str], *, gap: float, across: str = "") -> tuple[alt.X, alt.Y]:
    """The axes of a grid of cells, columns named above it.

    Args:
        columns, rows: in their order; rows by name where none is given.
        gap: between rows, as a share of a row's height.
        across: title over the columns' names.
    """
    above = alt.Axis(orient="top", labelAngle=0, labelLimit=90, labelFlush=False)
    x = alt.X("column:N", sort=list(columns), title=across or None, scale=alt.Scale(paddingInner=0.04), axis=above)
    order = list(rows) if rows else "ascending"
    return x, alt.Y("row:N", sort=order, title=None, scale=alt.Scale(paddingInner=gap), axis=_row_axis())


def _labels(field: str, order: Sequence[str]) -> alt.Y:
    return alt.Y(f"{field}:N", sort=list(order), title=None, axis=_row_axis())


def _row_axis() -> alt.Axis:
    return alt.Axis(labelLimit=LABEL_WIDTH, labelFontSize=SMALL, labelFlush=False, ticks=False)


def _rule(at: float) -> alt.Chart:
    return alt.Chart(pd.DataFrame([{"at": at}])).mark_rule(color=TEXT, opacity=0.5, strokeDash=[4, 4]).encode(x="at:Q")


def _tooltip(data: pd.DataFrame, label: str) -> list[alt.Tooltip]:
    shown = [alt.Tooltip(f"{label}:N", title="What")]
    shown += [alt.Tooltip("text:N", title="Value")] if "text" in data else []
    shown += [alt.Tooltip("note:N", title="Based on")] if "note" in data else []
    return shown


def _sized(chart: alt.LayerChart, rows: int, *, row: int = ROW, more: int = 0) -> alt.LayerChart:
    return chart.properties(height=max(rows, 1) * row + AXIS + more)

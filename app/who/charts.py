"""Charts of customer value. In: plain records of numbers and labels. Out: an Altair chart; nothing is computed here.

The same rules as in `charts`: mid tones that hold on light and dark, and no colour that speaks alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from app.kit.charts import ALARM, CONTEXT, POINT, SMALL, TEXT, Record, across

HEIGHT = 400
MOVES = 260


def pareto(records: Sequence[Record], *, point: int, text: str) -> alt.LayerChart:
    """Cumulative revenue over customers, best first, the top tier's part shaded and written at its point.

    Args:
        records: customers, revenue: shares of one, from the best customers to all of them.
        point: percent of customers to mark; nothing is marked where there is no record.
        text: what is written there.
    """
    data = pd.DataFrame([{"customers": 0.0, "revenue": 0.0}, *records])
    share = alt.Axis(format=".0%", tickCount=6)
    scale = alt.Scale(domain=[0, 1])
    x = alt.X("customers:Q", title="Customers, best first", axis=share, scale=scale)
    y = alt.Y("revenue:Q", title="Cumulative revenue", axis=share, scale=scale)
    tooltip = [alt.Tooltip("customers:Q", format=".0%"), alt.Tooltip("revenue:Q", format=".0%")]
    line = alt.Chart(data).mark_line(color=POINT, strokeWidth=2.5).encode(x=x, y=y, tooltip=tooltip)
    within = alt.Chart(data[data["customers"] <= point / 100 + 1e-9])
    area = within.mark_area(color=POINT, opacity=0.2).encode(x=x, y=y)
    even = alt.Chart(pd.DataFrame([{"customers": 0.0, "revenue": 0.0}, {"customers": 1.0, "revenue": 1.0}]))
    spread = even.mark_line(color=TEXT, opacity=0.5, strokeDash=[4, 4]).encode(x=x, y=y)
    marked = alt.Chart(data[(data["customers"] - point / 100).abs() < 1e-9])
    dot = marked.mark_point(filled=True, color=POINT, size=130, opacity=1).encode(x=x, y=y)
    name = marked.mark_text(align="left", dx=12, dy=4, color=TEXT, fontWeight="bold", fontSize=SMALL)
    name = name.encode(x=x, y=y, text=alt.value(text))
    return alt.layer(area, spread, line, dot, name).properties(height=HEIGHT)


def calibration(records: Sequence[Record], *, axis: str, pattern: str) -> alt.LayerChart:
    """Forecast and fact of each tenth of the customers, joined: a diamond for the one, a circle for the other.

    Args:
        records: tenth (1 the lowest forecast), forecast, fact, note.
        axis: title of the value axis, and `pattern`, its d3 format.
    """
    data = pd.DataFrame(list(records))
    x = alt.X("tenth:O", title="Tenth of the customers, by forecast", axis=alt.Axis(labelAngle=0))
    ends = data.melt(id_vars=["tenth", "note"], value_vars=["forecast", "fact"], var_name="end", value_name="value")
    ends["end"] = ends["end"].map({"forecast": "Forecast", "fact": "Actual"})
    domain = ["Forecast", "Actual"]
    legend = alt.Legend(title=None, orient="top")
    gaps = alt.Chart(data).mark_rule(color=CONTEXT, strokeWidth=4, opacity=0.4)
    gaps = gaps.encode(x=x, y=alt.Y("forecast:Q", title=axis, axis=alt.Axis(format=pattern)), y2="fact:Q")
    points = (
        alt.Chart(ends)
        .mark_point(filled=True, size=110, opacity=1)
        .encode(
            x=x,
            y="value:Q",
            color=alt.Color("end:N", scale=alt.Scale(domain=domain, range=[CONTEXT, POINT]), legend=legend),
            shape=alt.Shape("end:N", scale=alt.Scale(domain=domain, range=["diamond", "circle"]), legend=legend),
            tooltip=["tenth:O", "end:N", alt.Tooltip("value:Q", format=pattern), "note:N"],
        )
    )
    return alt.layer(gaps, points).properties(height=320)


def survival(records: Sequence[Record], *, axis: str) -> alt.LayerChart:
    """The share that lasts longer than so many months, as steps with a band of its interval.

    Args:
        records: month, value, low, high (shares of one), note.
    """
    data = pd.DataFrame(list(records))
    x = alt.X("month:Q", title="Months since the beginning", axis=alt.Axis(tickMinStep=1))
    y = alt.Y("value:Q", title=axis, axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1]))
    base = alt.Chart(data)
    band = base.mark_area(color=POINT, opacity=0.15, interpolate="step-after").encode(x=x, y="low:Q", y2="high:Q")
    line = base.mark_line(color=POINT, strokeWidth=2.5, interpolate="step-after").encode(
        x=x, y=y, tooltip=["month:Q", alt.Tooltip("value:Q", format=".0%"), "note:N"]
    )
    last = alt.Chart(data[data["month"] == data["month"].max()])
    text = last.mark_text(align="right", dy=-14, color=TEXT, fontWeight="bold", fontSize=SMALL)
    text = text.encode(x=x, y="high:Q", text=alt.Text("value:Q", format=".0%"))
    return alt.layer(band, line, text).properties(height=320)


def moves(records: Sequence[Record], *, marks: Sequence[Record] = ()) -> alt.LayerChart:
    """Who rose and who fell, month by month: bars up and down from one line, each with its number.

    Args:
        records: period (first day), up, down (counts, both positive).
        marks: days at which something was changed, `at` and `label`: dashed lines across.
    """
    data = pd.DataFrame(list(records))
    data["period"] = pd.to_datetime(data["period"])
    data["below"] = -data["down"]
    data["month"] = data["period"].dt.strftime("%b %Y")
    # A month's name is under its own bar, which begins at its first day.
    months = [alt.DateTime(year=day.year, month=day.month) for day in data["period"]]
    axis = alt.Axis(values=months, format="%b %y", labelAlign="left", labelOverlap=True, labelFlush=False, grid=False)
    x = alt.X("yearmonth(period):T", title=None, axis=axis)
    middle = alt.X("yearmonth(period):T", bandPosition=0.5)
    y = alt.Axis(labelExpr="format(abs(datum.value), ',d')", tickMinStep=1)
    base = alt.Chart(data)
    tooltip = [
        alt.Tooltip("month:N", title="Month"),
        alt.Tooltip("up:Q", title="Moved up"),
        alt.Tooltip("down:Q", title="Moved down"),
    ]
    up = base.mark_bar(color=POINT, cornerRadiusEnd=2).encode(
        x=x, y=alt.Y("up:Q", title="Customers who moved", axis=y), tooltip=tooltip
    )
    down = base.mark_bar(color=ALARM, cornerRadiusEnd=2).encode(x=x, y="below:Q", tooltip=tooltip)
    above = base.mark_text(dy=-8, color=TEXT, fontSize=SMALL - 2).encode(x=middle, y="up:Q", text="up:Q")
    under = base.mark_text(dy=9, color=TEXT, fontSize=SMALL - 2).encode(x=middle, y="below:Q", text="down:Q")
    return alt.layer(up, down, above, under, *across(marks)).properties(height=MOVES)

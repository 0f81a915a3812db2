"""Charts about perception. In: plain records. Out: an Altair chart; nothing is asked or computed here."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from app.kit.charts import ALARM, CONTEXT, POINT, SMALL, TEXT, Record, grid_axes


def quadrant(records: Sequence[Record], *, weight_cut: float, rating_cut: float) -> alt.LayerChart:
    """Drivers by rating and weight: what weighs much and is rated low lies in the shaded corner.

    Args:
        records: label, weight (share of variance), rating (percent of scale), status, priority, stands_out, text, note.
        weight_cut, rating_cut: the lines between the four fields.
    """
    data = pd.DataFrame(list(records))
    data["tone"] = [ALARM if stands_out else CONTEXT for stands_out in data["stands_out"]]
    data["inside"] = data["tone"].where(data["status"] == "significant", "transparent")
    x = alt.X("rating:Q", title="Rating (% of scale)", scale=alt.Scale(zero=False, nice=True, padding=40))
    y = alt.Y("weight:Q", title="Share of variance", axis=alt.Axis(format="%"), scale=alt.Scale(domainMin=0, nice=True))
    base = alt.Chart(data).encode(x=x, y=y)
    tooltip = [
        alt.Tooltip("label:N", title="What"),
        alt.Tooltip("text:N", title="Weight"),
        alt.Tooltip("rating:Q", title="Rating", format=".1f"),
        alt.Tooltip("priority:N", title="Field"),
        alt.Tooltip("note:N", title="Based on"),
    ]
    lines = [
        alt.Chart(pd.DataFrame([{"at": rating_cut}]))
        .mark_rule(color=TEXT, opacity=0.4, strokeDash=[4, 4])
        .encode(x="at:Q"),
        alt.Chart(pd.DataFrame([{"at": weight_cut}]))
        .mark_rule(color=TEXT, opacity=0.4, strokeDash=[4, 4])
        .encode(y="at:Q"),
    ]
    dots = base.mark_point(size=130, opacity=1, strokeWidth=2).encode(
        color=alt.Color("tone:N", scale=None, legend=None),
        fill=alt.Fill("inside:N", scale=None, legend=None),
        shape=alt.condition("datum.stands_out", alt.value("diamond"), alt.value("circle")),
        tooltip=tooltip,
    )
    # Names are placed towards the middle, so that none is cut off at an edge.
    heavy = f"(datum.weight >= {weight_cut} || datum.stands_out)"
    low = base.mark_text(align="left", dx=11, color=TEXT, fontSize=SMALL, limit=190)
    high = base.mark_text(align="right", dx=-11, color=TEXT, fontSize=SMALL, limit=190)
    names = [
        text.transform_filter(f"{heavy} && datum.rating {side} {rating_cut}").encode(text="label:N")
        for text, side in ((low, "<"), (high, ">="))
    ]
    return alt.layer(*lines, dots, *names).properties(height=380)


def coverage_map(records: Sequence[Record], *, rows: Sequence[str], columns: Sequence[str]) -> alt.LayerChart:
    """Stages by corners: who passes, and what is known of them. A blind spot says so in words and by its colour.

    Args:
        records: row, column, value (share heard), state ("heard", "blind spot"), text, traffic, expected, stake.
        rows, columns: in their order.
    """
    data = pd.DataFrame(list(records))
    kept = [row for row in rows if row in set(data["row"])]
    x, y = grid_axes(columns, kept, gap=0.08)
    base = alt.Chart(data).encode(
        x=x,
        y=y,
        tooltip=[
            alt.Tooltip("row:N", title="Stage"),
            alt.Tooltip("column:N", title="Corner"),
            alt.Tooltip("traffic:N", title="People who pass"),
            alt.Tooltip("text:N", title="Experience known"),
            alt.Tooltip("expected:N", title="Expectation known"),
            alt.Tooltip("stake:N", title="At stake"),
        ],
    )
    cells = base.mark_rect(cornerRadius=4).encode(
        color=alt.condition("datum.state == 'blind spot'", alt.value(ALARM), alt.value(POINT)), opacity=alt.value(0.22)
    )
    first = base.mark_text(color=TEXT, fontSize=SMALL, dy=-18, fontWeight="bold").encode(text="text:N")
    second = base.mark_text(color=TEXT, fontSize=SMALL).encode(text="traffic:N")
    third = base.mark_text(color=TEXT, fontSize=SMALL, dy=18).encode(text="stake:N")
    return alt.layer(cells, first, second, third).properties(height=76 * len(kept) + 40)

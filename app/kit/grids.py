"""Grids of cells and flows. In: their records and how they are drawn. Out: that or, where it is narrow, a ranked table.

The server does not know how wide a reader's window is: both are drawn, and the style sheet shows one of them, so that a
screen reader, too, gets one only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import altair as alt
import pandas as pd
import streamlit as st

from app.kit.cards import chart
from app.kit.charts import Record
from app.kit.formatting import markdown_safe

# More rows do not answer anything on a telephone; the chart and the download have all.
RANKED_UP_TO = 20


def grid(
    drawn: alt.LayerChart,
    records: Sequence[Record],
    *,
    columns: Mapping[str, str],
    alt_text: str,
    key: str,
    note: str = "",
    by: str = "value",
    within: str = "",
) -> None:
    """A grid of cells with the text that stands for it, and its small print; the rest as `or_ranked` has it.

    Args:
        drawn: the chart of `records`.
    """
    with or_ranked(records, columns=columns, alt_text=alt_text, key=key, by=by, within=within):
        chart(drawn, alt_text=alt_text, key=key)
    if note:
        st.caption(markdown_safe(note))


@contextmanager
def or_ranked(
    records: Sequence[Record],
    *,
    columns: Mapping[str, str],
    alt_text: str,
    key: str,
    by: str = "value",
    within: str = "",
) -> Iterator[None]:
    """What is drawn within needs room; where there is none, its records are read as a ranked table.

    Args:
        records: row, column, value (None where there is none), text, and what else `columns` names.
        columns: field of a record -> its heading in the ranked table, in their order.
        by: the field by which its rows are ranked.
        within: the field of which each value has a ranking of its own, where they do not compare.
    """
    cells = ranked(records, columns=columns, by=by, within=within)
    with st.container(key=f"cells_of_{key}"):
        with st.container(key=f"cells_wide_{key}"):
            yield
        with st.container(key=f"cells_ranked_{key}"):
            st.table(cells.head(RANKED_UP_TO).set_index(cells.columns[0]), border="horizontal", alt=alt_text)
            if len(cells) > RANKED_UP_TO:
                st.caption(f"The first {RANKED_UP_TO} of {len(cells)}; Source has all.")


def ranked(
    records: Sequence[Record], *, columns: Mapping[str, str], by: str = "value", within: str = ""
) -> pd.DataFrame:
    """The cells of a grid that have a text as rows, the highest first, those without a number last."""
    written = [record for record in records if record["text"]]
    parts = list(dict.fromkeys(record.get(within) for record in written))
    rows = sorted(
        written, key=lambda record: (parts.index(record.get(within)), record[by] is None, -(record[by] or 0.0))
    )
    shown = [{head: markdown_safe(str(row[field])) for field, head in columns.items()} for row in rows]
    return pd.DataFrame(shown, columns=list(columns.values()))

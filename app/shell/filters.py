"""The one row of filters. In: the values a release offers. Out: `Filters`, which also live in the page's address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from app.kit.formatting import NAME, markdown_safe, outside, shortened
from app.kit.periods import COMPARISON_NOTES, COMPARISONS, DEFAULT_PERIOD, PERIODS
from app.kit.selection import ALL, ALL_REGIONS, Filters

WORDS = {"segment": "segment", "region": "region", "period": "period", "compare": "comparison"}
KEYS = tuple(WORDS)
# More segments than this do not fit beside each other; the popover takes them.
SEGMENTS_IN_A_ROW = 5


def filter_row(*, segments: Sequence[str], regions: Sequence[str], as_of: date) -> Filters:
    """Draw the row and return what is chosen; what a release does not know is not offered, and said to be unknown."""
    everybody, everywhere = outside(ALL, segments), outside(ALL_REGIONS, regions)
    offered = {
        "segment": (everybody, *segments) if segments else (),
        "region": (everywhere, *regions) if regions else (),
        "period": tuple(PERIODS),
        "compare": COMPARISONS,
    }
    # Read before the widgets are drawn: they drop from the address what they do not offer.
    unknown = {key: value for key in KEYS if (value := st.query_params.get(key)) and value not in offered[key]}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        segment = everybody
        in_row = _fits_in_row(segments)
        if in_row:
            chosen = st.segmented_control(
                "Customers",
                offered["segment"],
                default=everybody,
                required=True,
                key="segment",
                bind="query-params",
                label_visibility="collapsed",
            )
            segment = chosen or everybody
        with st.popover(markdown_safe(_label(offered["region"], everywhere)), icon=":material/tune:"):
            if segments and not in_row:
                segment = st.selectbox("Customers", offered["segment"], key="segment", bind="query-params") or everybody
            region = (
                st.selectbox("Region", offered["region"], key="region", bind="query-params") if regions else everywhere
            )
            period = st.selectbox("Period", offered["period"], key="period", bind="query-params")
            comparison = st.selectbox("Compared with", offered["compare"], key="compare", bind="query-params")
    for key, value in unknown.items():
        _say_unknown(key, value)
    return Filters(
        segment=None if segment == everybody else segment,
        region=None if region == everywhere else region,
        period=period or DEFAULT_PERIOD,
        comparison=comparison or COMPARISONS[0],
        as_of=as_of,
        everybody=everybody,
        everywhere=everywhere,
    )


def _fits_in_row(segments: Sequence[str]) -> bool:
    """Whether segments can be shown side by side: few, short, and none with signs that a button would format."""
    return 0 < len(segments) <= SEGMENTS_IN_A_ROW and all(
        markdown_safe(name) == name and len(name) <= NAME for name in segments
    )


def _say_unknown(key: str, value: str) -> None:
    st.info(
        f"The address asks for the {WORDS[key]} “{markdown_safe(shortened(value))}”, which is not offered here: "
        "it is left out.",
        icon=":material/filter_alt_off:",
    )


def reset_filters(filters: Filters) -> None:
    """Show everybody again; the period stays as chosen."""
    st.session_state["segment"] = filters.everybody
    if "region" in st.session_state:
        st.session_state["region"] = filters.everywhere


def show_all_time() -> None:
    """Widen the period to everything the sources hold."""
    st.session_state["period"] = "All time"


def _label(regions: Sequence[str], everywhere: str) -> str:
    """The popover's own values, in words."""
    region = shortened(_chosen("region", regions, everywhere))
    period = _chosen("period", tuple(PERIODS), DEFAULT_PERIOD)
    note = COMPARISON_NOTES.get(_chosen("compare", COMPARISONS, COMPARISONS[0]), "")
    first = f"{region}, {period.lower()}" if regions else period
    return first if not note or PERIODS.get(period) is None else f"{first} {note}"


def _chosen(key: str, offered: Sequence[str], default: str) -> str:
    """The value of a filter that is drawn further down: the session's, else the address's, if it is offered at all."""
    value = st.session_state.get(key) or st.query_params.get(key)
    return str(value) if value in offered else default

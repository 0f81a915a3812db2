"""The one row of filters. In: the values a release offers. Out: `Filters`, which also live in the page's address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from app.periods import COMPARISON_NOTES, COMPARISONS, DEFAULT_PERIOD, PERIODS, Window, compared, window

ALL = "All"
ALL_REGIONS = "All regions"
KEYS = ("segment", "region", "period", "compare")
# More segments than this do not fit beside each other; the popover takes them.
SEGMENTS_IN_A_ROW = 5


@dataclass(frozen=True)
class Filters:
    """What the reader chose to look at."""

    segment: str | None
    region: str | None
    period: str
    comparison: str
    as_of: date

    @property
    def where(self) -> Mapping[str, tuple[str, ...]]:
        chosen = {"segment": self.segment, "region": self.region}
        return {dimension: (value,) for dimension, value in chosen.items() if value is not None}

    @property
    def window(self) -> Window:
        return window(self.period, self.as_of)

    @property
    def before(self) -> Window | None:
        return compared(self.period, self.comparison, self.as_of)

    @property
    def comparison_note(self) -> str:
        return COMPARISON_NOTES.get(self.comparison, "")

    @property
    def scope(self) -> str:
        """The filters in words, for the end of a sentence: ` among Business customers in Nord`."""
        segment = f" among {self.segment}" if self.segment else ""
        region = f" in {self.region}" if self.region else ""
        return f"{segment}{region}"


def filter_row(*, segments: Sequence[str], regions: Sequence[str], as_of: date) -> Filters:
    """Draw the row and return what is chosen; what a release does not know is not offered."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        segment = ALL
        in_row = 0 < len(segments) <= SEGMENTS_IN_A_ROW
        if in_row:
            chosen = st.segmented_control(
                "Customers",
                [ALL, *segments],
                default=ALL,
                required=True,
                key="segment",
                bind="query-params",
                label_visibility="collapsed",
            )
            segment = chosen or ALL
        with st.popover(_label(bool(regions)), icon=":material/tune:"):
            if segments and not in_row:
                segment = st.selectbox("Customers", [ALL, *segments], key="segment", bind="query-params") or ALL
            region = (
                st.selectbox("Region", [ALL_REGIONS, *regions], key="region", bind="query-params")
                if regions
                else ALL_REGIONS
            )
            period = st.selectbox("Period", list(PERIODS), key="period", bind="query-params")
            comparison = st.selectbox("Compared with", COMPARISONS, key="compare", bind="query-params")
    return Filters(
        segment=None if segment == ALL else segment,
        region=None if region == ALL_REGIONS else region,
        period=period or DEFAULT_PERIOD,
        comparison=comparison or COMPARISONS[0],
        as_of=as_of,
    )


def reset_filters() -> None:
    """Show everybody again; the period stays as chosen."""
    st.session_state["segment"] = ALL
    if "region" in st.session_state:
        st.session_state["region"] = ALL_REGIONS


def show_all_time() -> None:
    """Widen the period to everything the sources hold."""
    st.session_state["period"] = "All time"


def _label(has_regions: bool) -> str:
    """The popover's own values, in words."""
    region = _chosen("region", ALL_REGIONS)
    period = _chosen("period", DEFAULT_PERIOD)
    note = COMPARISON_NOTES.get(_chosen("compare", COMPARISONS[0]), "")
    where = f"{region}, " if has_regions else ""
    first = f"{where}{period.lower()}" if has_regions else period
    return first if not note or PERIODS.get(period) is None else f"{first} {note}"


def _chosen(key: str, default: str) -> str:
    """The value of a filter that is drawn further down: the session's, else the address's."""
    value = st.session_state.get(key) or st.query_params.get(key) or default
    return value if key != "period" or value in PERIODS else default

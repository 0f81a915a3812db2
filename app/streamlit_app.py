"""The app's entry. In: a workspace named in the environment. Out: its pages over its live release.

Declares navigation, the shared title and the logo, and warms the metrics engine; pages only draw.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app import failures, turns
from workspace.environment import silence_telemetry

ASSETS = Path(__file__).parent / "assets"

silence_telemetry()
st.set_page_config(page_title="Customer answers", page_icon=ASSETS / "icon.svg", layout="wide")
theme = "dark" if st.context.theme.type == "dark" else "light"
st.logo(str(ASSETS / f"logo_{theme}.svg"), icon_image=str(ASSETS / "icon.svg"), size="large")

chosen = st.navigation(
    {
        "": [st.Page("views/today.py", title="Today's answers", icon=":material/home:", default=True)],
        "Four questions": [
            st.Page("views/who.py", title="Who are our best customers?", icon=":material/group:", url_path="who"),
            st.Page("views/journey.py", title="What is their journey?", icon=":material/route:", url_path="journey"),
            st.Page("views/outcomes.py", title="What do they want done?", icon=":material/flag:", url_path="outcomes"),
            st.Page(
                "views/expectations.py",
                title="Where do we fall short?",
                icon=":material/compare_arrows:",
                url_path="expectations",
            ),
        ],
        "Around them": [
            st.Page("views/corners.py", title="Four corners", icon=":material/grid_view:", url_path="corners"),
            st.Page("views/before.py", title="Before the purchase", icon=":material/campaign:", url_path="before"),
        ],
        "Trust": [
            st.Page("views/quality.py", title="Data quality", icon=":material/verified:", url_path="quality"),
            st.Page(
                "views/definitions.py", title="Metric definitions", icon=":material/menu_book:", url_path="definitions"
            ),
        ],
    }
)
with failures.page(chosen.title), turns.turn():
    chosen.run()

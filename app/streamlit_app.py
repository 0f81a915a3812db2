"""The app's entry. In: a workspace named in the environment. Out: its pages over its live release.

Declares navigation, the shared title and the logo, and warms the metrics engine; pages only draw.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app.explore.own_pages import OWN_GROUP, OWN_ICON, draw_own, own_pages
from app.kit import failures
from app.kit.formatting import markdown_safe
from app.kit.pages import HOME, PAGES
from app.shell import turns
from workspace.environment import prepare_libraries

ASSETS = Path(__file__).parent / "assets"

prepare_libraries()
st.set_page_config(page_title="Customer answers", page_icon=ASSETS / "icon.svg", layout="wide")
st.html(ASSETS / "style.css")
theme = "dark" if st.context.theme.type == "dark" else "light"
st.logo(str(ASSETS / f"logo_{theme}.svg"), icon_image=str(ASSETS / "icon.svg"), size="large")

groups: dict[str, list[StreamlitPage]] = {}
for page in PAGES:
    address = "" if page == HOME else page.name
    drawn = st.Page(page.file, title=page.title, icon=page.icon, url_path=address, default=page == HOME)
    groups.setdefault(page.group, []).append(drawn)
for own in own_pages():
    drawn = st.Page(partial(draw_own, own), title=markdown_safe(own.title), icon=OWN_ICON, url_path=own.path)
    groups.setdefault(OWN_GROUP, []).append(drawn)
chosen = st.navigation(groups)
with failures.page(chosen.title), turns.turn():
    chosen.run()

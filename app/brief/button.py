"""The button that downloads the monthly brief. In: a session. Out: two downloads, made when they are asked for."""

from __future__ import annotations

import streamlit as st

from app.brief.html import html_of
from app.brief.pdf import pdf_of
from app.brief.write import file_name, write
from app.kit.downloads import download
from app.kit.page_session import PageSession


def offer(session: PageSession) -> None:
    """Draw the downloads of the release that the page shows."""
    st.header("The month on one page", anchor=False)
    st.caption("Four answers, what changed, what is at stake and what would overturn it, of all customers.")
    name = file_name(session.document)
    with st.container(horizontal=True, gap="small"):
        download(
            "Download the brief (PDF)",
            lambda: pdf_of(write(session)),
            name=f"{name}.pdf",
            key="brief_pdf",
            icon="picture_as_pdf",
        )
        download(
            "Download the brief (HTML)",
            lambda: html_of(write(session)),
            name=f"{name}.html",
            key="brief_html",
            icon="description",
        )

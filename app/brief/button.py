"""The button that downloads the monthly brief. In: a session and filters. Out: two downloads, made when asked for."""

from __future__ import annotations

import streamlit as st

from app.brief.html import html_of
from app.brief.pdf import pdf_of
from app.brief.write import file_name, write
from app.kit.downloads import download
from app.kit.formatting import markdown_safe
from app.kit.page_session import PageSession
from app.kit.selection import Filters


def offer(session: PageSession, filters: Filters) -> None:
    """Draw the downloads of the release and the customers that the page shows."""
    st.header("The month on one page", anchor=False)
    who = (
        f"of customers{markdown_safe(filters.scope)}; what is at stake is of all customers"
        if filters.where
        else "of all customers"
    )
    st.caption(f"Four answers, what changed, what is at stake and what would overturn it, {who}.")
    name = file_name(session.document, filters)
    with st.container(horizontal=True, gap="small"):
        download(
            "Download the brief (PDF)",
            lambda: pdf_of(write(session, filters)),
            name=f"{name}.pdf",
            key="brief_pdf",
            icon="picture_as_pdf",
        )
        download(
            "Download the brief (HTML)",
            lambda: html_of(write(session, filters)),
            name=f"{name}.html",
            key="brief_html",
            icon="description",
        )

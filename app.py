"""Confidence Cycle: the page registry and the frame around every page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent

PAGES = {
    "Scrutinise": [
        st.Page(
            HERE / "pages/scrutinise/stop_and_search.py",
            title="Stop and search",
            icon=":material/balance:",
            url_path="stop-and-search",
            default=True,
        ),
    ],
    "Manage": [
        st.Page(HERE / "pages/manage/data.py", title="Data", icon=":material/database:", url_path="data"),
    ],
}

# The icon comes first: a page's own icon would be fetched from another host.
st.set_page_config(page_title="Confidence Cycle", page_icon=str(HERE / "static/icon.png"), layout="wide")
st.logo(str(HERE / "static/wordmark.svg"), size="large")
page = st.navigation(PAGES, position="top")
page.run()
